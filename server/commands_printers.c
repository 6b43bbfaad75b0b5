/* commands_printers.c - printers: their jobs, followed by the spooler; their registry. */
#include <stdio.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/handover.h"
#include "server/office/printers.h"
#include "server/spooler.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ jobs */

bool spooling(const struct commands *commands, struct error *err)
{
    return commands->spooler ||
           error_set(err, ERROR_LATER, "ở đây không có máy in. / no printer can be reached here");
}

static const char *printing_key(enum printer_state state)
{
    static const char *const keys[] = {
        [PRINTER_SENDING] = "sending",   [PRINTER_WAITING] = "queued",
        [PRINTER_PRINTING] = "printing", [PRINTER_HELD] = "held",
        [PRINTER_NO_PAPER] = "no-paper", [PRINTER_STOPPED] = "halted",
        [PRINTER_FINISHED] = "printing", [PRINTER_CANCELLED] = "halted"};
    return keys[state];
}

/* One sentence of how a job stands. */
static void standing(const struct spooler_job *job, char *out, size_t size)
{
    const char *reason = printer_reason_words(job->words);
    bool going = job->state == SPOOLER_GOING;
    const char *words = going                            ? printer_state_words(job->printing)
                        : job->state == SPOOLER_WAITING  ? "chờ máy in rảnh"
                        : job->state == SPOOLER_STOPPED  ? "đã dừng"
                        : job->state == SPOOLER_FINISHED ? "đã in xong"
                                                         : "đã hủy";
    bool more = (going && job->printing != PRINTER_PRINTING && job->printing != PRINTER_SENDING) ||
                job->state == SPOOLER_STOPPED;
    if (more && reason && strcmp(reason, words) != 0)
        (void)snprintf(out, size, "%s: %s", words, reason);
    else if (job->state == SPOOLER_FINISHED && job->left_out > 0)
        (void)snprintf(out, size, "%s, bỏ %zu nhãn đã hủy / printed, %zu void left out", words,
                       job->left_out, job->left_out);
    else
        (void)snprintf(out, size, "%s", words);
}

struct saying_jobs {
    struct answer *answer;
    uint64_t wanted; /* 0: all */
    bool found;
};

static void say_items(struct answer *answer, const struct spooler_job *job,
                      const struct spool_item *items)
{
    for (size_t i = 0; i < job->n; i++) {
        answer_row(answer, "items");
        answer_text(answer, "item", items[i].number);
        answer_number(answer, "copy", items[i].copy);
        answer_flag(answer, "printed", i < job->done, "printed", "not yet");
    }
}

static bool say_job(void *ctx, const struct spooler_job *job, const struct spool_item *items)
{
    struct saying_jobs *saying = ctx;
    struct answer *answer = saying->answer;
    char words[160], serial[HANDOVER_TEXT_MAX] = "";
    if (saying->wanted != 0 && job->job != saying->wanted)
        return true;
    saying->found = true;
    standing(job, words, sizeof words);
    answer_row(answer, "jobs");
    answer_number(answer, "job", (int64_t)job->job);
    answer_text(answer, "printer", job->printer);
    answer_text(answer, "state",
                job->state == SPOOLER_GOING ? printing_key(job->printing)
                                            : spooler_state_key(job->state));
    answer_number(answer, "done", (int64_t)job->done);
    answer_number(answer, "of", (int64_t)job->n);
    answer_text(answer, "next", *job->next ? job->next : NULL);
    answer_text(answer, "words", words);
    answer_text(answer, "why", *job->words ? job->words : NULL);
    answer_text(answer, "handover",
                job->handover != 0 ? handover_text(job->handover, serial) : NULL);
    answer_text(answer, "first", job->first);
    answer_time(answer, "sent", job->at);
    if (saying->wanted != 0)
        say_items(answer, job, items);
    return saying->wanted == 0;
}

bool run_printjobs(const struct commands *commands, const struct call *call, struct error *err)
{
    struct saying_jobs saying = {.answer = call->answer};
    if (!spooling(commands, err) ||
        (call->argc > 1 && !digits_read(call->argv[1], INT64_MAX, &saying.wanted, err)))
        return false;
    spooler_each(commands->spooler, say_job, &saying);
    return saying.found || saying.wanted == 0 ||
           error_set(err, ERROR_NOT_FOUND, "không còn lệnh in %s. / there is no such print job",
                     call->argv[1]);
}

bool run_printresume(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t job = 0, from = 0;
    if (!spooling(commands, err) || !options_check(call, 2, "from", err) ||
        !digits_read(call->argv[1], INT64_MAX, &job, err) ||
        !option_number(call, 2, "from", UINT32_MAX, &from, err) ||
        !spooler_resume(commands->spooler, job, (size_t)from, err))
        return false;
    answer_say(call->answer, "Lệnh in %llu in tiếp. / it goes on", (unsigned long long)job);
    return true;
}

bool run_printcancel(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t job = 0;
    if (!spooling(commands, err) || !digits_read(call->argv[1], INT64_MAX, &job, err) ||
        !spooler_cancel(commands->spooler, job, err))
        return false;
    answer_say(call->answer, "Lệnh in %llu: đang hủy; tờ đã in vẫn tính. / being cancelled",
               (unsigned long long)job);
    return true;
}

/* ------------------------------------------------------------------ the registry */

/* What is said of a printer goes over what was said before. */
static bool read_profile(const struct call *call, struct printer_profile *profile,
                         struct error *err)
{
    static const char *const keys[] = {"where", "tongue", "dpi", "media", "layout", "native-text"};
    char line[1024] = "";
    size_t n = (size_t)snprintf(line, sizeof line, "where=%s tongue=%s dpi=%u layout=%s%s%s%s",
                                profile->where, profile->tongue, profile->dpi, profile->layout,
                                *profile->media ? " media=" : "", profile->media,
                                profile->native_text ? " native-text=yes" : "");
    for (size_t i = 0; i < sizeof keys / sizeof *keys && n < sizeof line; i++) {
        const char *value = option_text(call, 2, keys[i]);
        if (value && strpbrk(value, " \t\r\n"))
            return error_set(err, ERROR_BAD_INPUT, "%s=%.60s: không có khoảng trắng. / no blanks",
                             keys[i], value);
        if (value)
            n += (size_t)snprintf(line + n, sizeof line - n, " %s=%s", keys[i], value);
    }
    struct printer_profile said;
    if (!printer_read(line, &said, err))
        return false;
    memcpy(said.name, profile->name, sizeof said.name);
    *profile = said;
    return true;
}

static bool read_state(const struct call *call, bool *ret_on, struct error *err)
{
    const char *state = option_text(call, 2, "state");
    if (state && strcmp(state, "on") != 0 && strcmp(state, "off") != 0)
        return error_set(err, ERROR_BAD_INPUT, "state=%.20s: on hoặc off. / on or off", state);
    *ret_on = state ? strcmp(state, "on") == 0 : *ret_on;
    return true;
}

static const struct printer_entry new_printer = {
    .profile = {.where = "-", .tongue = "pdf", .dpi = 600, .layout = "dl"}, .on = true};

bool run_printer(const struct commands *commands, const struct call *call, struct error *err)
{
    struct printer_entry entry;
    struct error none = {ERROR_NONE, ""};
    uint32_t user = 0;
    uint64_t post_office = 0;
    bool known = printer_named(commands->record, call->argv[1], &entry, &none);
    if (!known && none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    if (!known)
        entry = new_printer;
    text_copy(call->argv[1], entry.profile.name, sizeof entry.profile.name);
    post_office = entry.post_office;
    if (!options_check(call, 2, "where tongue dpi media layout native-text post-office state by",
                       err) ||
        !read_profile(call, &entry.profile, err) || !read_state(call, &entry.on, err) ||
        !option_number(call, 2, "post-office", 999999, &post_office, err) ||
        !option_user(commands, call, 2, &user, err))
        return false;
    entry.post_office = (uint32_t)post_office;
    if (!printer_register(commands->acts, &entry, user, err))
        return false;
    answer_say(call->answer, "Máy in %s: đã ghi. / registered", entry.profile.name);
    return true;
}

static bool say_printer(void *ctx, const struct printer_entry *entry)
{
    struct answer *answer = ctx;
    const struct printer_profile *profile = &entry->profile;
    answer_row(answer, "printers");
    answer_text(answer, "printer", profile->name);
    answer_text(answer, "where", profile->where);
    answer_text(answer, "tongue", profile->tongue);
    answer_number(answer, "dpi", profile->dpi);
    answer_text(answer, "layout", profile->layout);
    answer_text(answer, "media", *profile->media ? profile->media : NULL);
    answer_code(answer, "post_office", 6, entry->post_office);
    answer_flag(answer, "on", entry->on, "on", "off");
    if (answer_is_json(answer)) {
        answer_flag(answer, "lists", entry->use == LABELS_FOR_LIST, "", "");
        answer_number(answer, "width_um", entry->width_um);
        answer_number(answer, "height_um", entry->height_um);
    }
    return true;
}

bool run_printers(const struct commands *commands, const struct call *call, struct error *err)
{
    return printers_each(commands->record, say_printer, call->answer, err);
}
