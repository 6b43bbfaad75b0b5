/* commands_law.c - what the law gives people about their data: what is held and why, and an answer
 * to whoever asks. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/commands_law.h"
#include "server/field/attachments.h"
#include "server/record/inbox.h"
#include "server/record/looks.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ fields */

static const struct field {
    const char *key, *vi, *purpose, *ground, *kept, *where;
} fields[] = {
#define FIELD(key, vi, purpose, ground, kept, where) {key, vi, purpose, ground, kept, where},
#include "server/personal.def"
#undef FIELD
};

static void say_field(struct answer *answer, const struct field *field)
{
    answer_row(answer, "fields");
    answer_text(answer, "field", field->key);
    answer_text(answer, "name", field->vi);
    answer_text(answer, "purpose", field->purpose);
    answer_text(answer, "ground", field->ground);
    answer_text(answer, "kept", field->kept);
    answer_text(answer, "where", field->where);
}

bool run_fields(const struct commands *commands, const struct call *call, struct error *err)
{
    (void)commands;
    (void)err;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        say_field(call->answer, &fields[i]);
    return true;
}

/* ------------------------------------------------------------------ whose items */

static bool names_somebody(uint32_t event)
{
    return event == EVENT_ISSUED || event == EVENT_READDRESSED;
}

static bool is_his(const struct sought *sought, const struct addressee *who)
{
    return (*sought->phone.e164 && strcmp(who->phone, sought->phone.e164) == 0) ||
           (*who->id_number && strcmp(who->id_number, sought->text) == 0);
}

static bool read_who(struct sought *sought, const struct link *name, struct addressee *ret_who,
                     bool *ret_there)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    struct error gone = {.code = ERROR_NONE};
    *ret_there = record_attachment_get(sought->record, name, bytes, sizeof bytes, &n, &gone);
    if (!*ret_there)
        return gone.code == ERROR_NOT_FOUND || error_set(sought->err, gone.code, "%s", gone.text);
    bool good = addressee_decode(bytes, n, ret_who, sought->err);
    chain_wipe(bytes, sizeof bytes);
    return good;
}

static void add_item(struct sought *sought, const struct item *item)
{
    for (size_t i = 0; i < sought->n; i++)
        if (strcmp(sought->items[i].text, item->text) == 0)
            return;
    sought->more |= sought->n == PERSON_ITEMS_MAX;
    if (sought->n < PERSON_ITEMS_MAX)
        sought->items[sought->n++] = *item;
}

static bool seek(void *ctx, const struct office_fact *fact)
{
    struct sought *sought = ctx;
    struct addressee who;
    bool there = false, his = strcmp(fact->item.text, sought->item.text) == 0 ||
                              (*fact->dossier && strcmp(fact->dossier, sought->text) == 0);
    if (!his && fact->has_addressee) {
        sought->good = read_who(sought, &fact->addressee, &who, &there);
        his = sought->good && there && is_his(sought, &who);
        chain_wipe(&who, sizeof who);
    }
    if (his)
        add_item(sought, &fact->item);
    return sought->good;
}

/* All his envelopes, by one walk through what the offices wrote: a few seconds of a million. */
bool seek_items(const struct commands *commands, const char *text, struct sought *sought,
                struct error *err)
{
    int64_t batch;
    uint64_t last;
    struct error none;
    *sought = (struct sought){.record = commands->record, .text = text, .err = err, .good = true};
    sought->phone = phone_read(text);
    if (!item_parse(text, strlen(text), &sought->item, &none))
        sought->item = (struct item){""};
    if (!record_end(commands->record, &batch, &last, err) ||
        !record_office_some(commands->record, 0, last, names_somebody, seek, sought, err) ||
        !sought->good)
        return false;
    return sought->n > 0 || error_set(err, ERROR_NOT_FOUND,
                                      "không giữ dữ liệu nào của người này. / nothing is held that "
                                      "names this person");
}

/* ------------------------------------------------------------------ an answer to a person */

struct telling {
    const struct commands *commands;
    struct answer *answer;
    const struct rules *rules;
    const struct item *item;
    struct error *err;
    bool good;
};

static void say_addressee(struct telling *telling, const struct addressee *who,
                          const struct office_fact *fact)
{
    struct answer *answer = telling->answer;
    answer_row(answer, "addressees");
    answer_text(answer, "item", telling->item->text);
    answer_time(answer, "since", fact->at);
    const struct {
        const char *key, *value;
    } cells[] = {{"name", who->name},
                 {"address", who->address},
                 {"phone", who->phone},
                 {"phone_note", who->phone_note},
                 {"id_number", who->id_number},
                 {"procedure", who->procedure},
                 {"result", who->result},
                 {"registered", who->registered},
                 {"received", who->received},
                 {"written_name", who->written_name},
                 {"written_address", who->written_address}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        answer_text(answer, cells[i].key, *cells[i].value ? cells[i].value : NULL);
}

static bool say_issued(struct telling *telling)
{
    struct office_fact issued;
    struct addressee who;
    struct sought reading = {.record = telling->commands->record, .err = telling->err};
    struct error gone = {.code = ERROR_NONE};
    bool there = false;
    if (!record_issued(telling->commands->record, telling->item, &issued, &gone))
        return gone.code == ERROR_NOT_FOUND || error_set(telling->err, gone.code, "%s", gone.text);
    if (!read_who(&reading, &issued.addressee, &who, &there))
        return false;
    if (there)
        say_addressee(telling, &who, &issued);
    chain_wipe(&who, sizeof who);
    return true;
}

static bool say_item(struct telling *telling)
{
    struct view view = {.version = 0};
    enum erase_bar bar;
    struct instant until;
    struct answer *answer = telling->answer;
    if (!erase_bar_of(telling->commands, telling->rules, telling->item, &bar, &until, telling->err))
        return false;
    (void)views_item(telling->commands->views, telling->item, &view);
    const struct status_info *info = status_info(view.state.status);
    answer_row(answer, "items");
    answer_text(answer, "item", telling->item->text);
    answer_text(answer, "dossier", view.state.office.dossier);
    answer_text(answer, "status", info ? info->key : "none");
    answer_text(answer, "said", info ? info->handheld : NULL);
    answer_time(answer, "since", view.state.since.estimate);
    answer_day(answer, "kept_until", until);
    answer_text(answer, "erasing", erase_bar_en(bar));
    return true;
}

static void say_event(struct telling *telling, const struct fact *fact)
{
    uint32_t event = fact->is_scan ? fact->scan.event : fact->office.event;
    const struct event_info *info = event_info(event);
    answer_row(telling->answer, "history");
    answer_text(telling->answer, "item", telling->item->text);
    answer_time(telling->answer, "at", fact->when.estimate);
    answer_text(telling->answer, "event", info ? info->key : "unknown");
    answer_text(telling->answer, "said", info ? info->vi : NULL);
}

static bool say_history(struct telling *telling)
{
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (facts == NULL)
        return error_set(telling->err, ERROR_LATER, "out of memory");
    size_t n = views_history(telling->commands->views, telling->item, facts, VIEW_HISTORY_MAX);
    for (size_t i = 0; i < n; i++)
        say_event(telling, &facts[i]);
    free(facts);
    return true;
}

/* Words are told; a picture by its name, which `paperout` writes out. */
static bool say_paper(void *ctx, const struct paper_row *row)
{
    struct telling *telling = ctx;
    const struct commands *commands = telling->commands;
    char name[2 * CHAIN_LINK_BYTES + 1];
    uint8_t *bytes = NULL;
    size_t n = 0;
    enum paper kind = PAPER_LIST;
    struct error none;
    bool words = row->stand == PAPER_KEPT &&
                 (row->kind == PAPER_RECEIVER || row->kind == PAPER_NOTE) &&
                 attachments_read(commands->folder, &row->hash, commands->box_public,
                                  commands->box_secret, &kind, &bytes, &n, &none);
    char *text = words ? strndup((const char *)bytes, n) : NULL;
    answer_row(telling->answer, "papers");
    answer_text(telling->answer, "item", telling->item->text);
    answer_text(telling->answer, "name", chain_hex(row->hash.bytes, sizeof row->hash.bytes, name));
    answer_text(telling->answer, "kind",
                paper_is_known(row->kind) ? paper_words_vi((enum paper)row->kind) : NULL);
    answer_number(telling->answer, "bytes", row->bytes);
    answer_time(telling->answer, "at", row->at);
    answer_text(telling->answer, "words", text);
    if (bytes != NULL)
        chain_wipe(bytes, n);
    free(bytes);
    free(text);
    return true;
}

static bool say_looked(void *ctx, const struct look *look)
{
    struct telling *telling = ctx;
    if (!look_has_item(look, telling->item))
        return true;
    answer_row(telling->answer, "looks");
    answer_text(telling->answer, "item", telling->item->text);
    answer_time(telling->answer, "at", look->at);
    answer_text(telling->answer, "kind", look_key(look->kind));
    return true;
}

static bool say_all_of(struct telling *telling)
{
    struct record *record = telling->commands->record;
    return say_item(telling) && say_issued(telling) && say_history(telling) &&
           papers_of_item(record, telling->item, say_paper, telling, telling->err) &&
           looks_each(record, 0, (struct instant){0}, (struct instant){INT64_MAX}, say_looked,
                      telling, telling->err);
}

static bool say_messages(const struct commands *commands, struct answer *answer,
                         const struct phone *phone, struct error *err)
{
    bool stopped = false;
    uint64_t told = 0;
    if (!*phone->e164)
        return true;
    if (!phone_is_stopped(commands->record, phone->e164, &stopped, err) ||
        !phone_count(commands->record, phone->e164, (struct instant){0}, &told, err))
        return false;
    answer_row(answer, "messages");
    answer_text(answer, "phone", phone->e164);
    answer_number(answer, "told_within_30_days", (int64_t)told);
    answer_flag(answer, "stopped", stopped, "không muốn nhận tin", "nhận tin");
    return true;
}

static bool look_act(struct record *record, void *arg, struct error *err)
{
    return look_add(record, arg, err);
}

/* Who asks for a person's data has looked at it: that is written down first. */
static bool write_down(const struct commands *commands, const struct sought *sought, int64_t user,
                       struct error *err)
{
    char items[PERSON_ITEMS_MAX * ITEM_CHARS + 1] = "";
    struct look look = {.person = user, .kind = LOOK_PERSONDATA, .rows = sought->n, .items = items};
    for (size_t i = 0; i < sought->n; i++)
        memcpy(items + i * ITEM_CHARS, sought->items[i].text, ITEM_CHARS + 1);
    return commands->acts.run(commands->acts.self, look_act, &look, err);
}

static bool tell_person(const struct commands *commands, const struct sought *sought,
                        struct answer *answer, struct error *err)
{
    struct rules rules;
    struct telling telling = {commands, answer, &rules, NULL, err, true};
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = say_messages(commands, answer, &sought->phone, err);
    for (size_t i = 0; good && i < sought->n; i++) {
        telling.item = &sought->items[i];
        good = say_all_of(&telling);
    }
    rules_done(&rules);
    for (size_t i = 0; good && i < sizeof fields / sizeof *fields; i++)
        say_field(answer, &fields[i]);
    return good;
}

/* The file is a document of its own, as a command's answer is. */
static bool write_person(const struct commands *commands, const struct sought *sought, bool json,
                         int fd, struct error *err)
{
    struct answer *answer;
    struct error why = {.code = ERROR_NONE};
    int own = dup(fd);
    FILE *file = own >= 0 ? fdopen(own, "w") : NULL;
    if (file == NULL) {
        if (own >= 0)
            close(own);
        return error_set(err, ERROR_LATER, "out of memory");
    }
    bool good = answer_open("persondata", json, file, &answer, err);
    if (good) {
        good = tell_person(commands, sought, answer, &why);
        bool closed = answer_close(answer, good ? NULL : &why, err);
        if (!good)
            error_set(err, why.code, "%s", why.text);
        good = good && closed;
    }
    return (fclose(file) == 0 && good) ||
           (good && error_set(err, ERROR_LATER, "không ghi được tệp. / cannot be written"));
}

bool run_persondata(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *form = option_text(call, 2, "form");
    struct sought *sought = calloc(1, sizeof *sought);
    if (sought == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    bool json = form != NULL && strcmp(form, "json") == 0;
    uint32_t user = 0;
    bool good = options_check(call, 2, "form by", err) &&
                option_user(commands, call, 2, &user, err) &&
                (form == NULL || json || strcmp(form, "text") == 0 ||
                 error_set(err, ERROR_BAD_INPUT, "«%.20s»: form=text, form=json", form)) &&
                (call->fd >= 0 ||
                 error_set(err, ERROR_BAD_INPUT, "cần --out FILE. / --out FILE is wanted")) &&
                seek_items(commands, call->argv[1], sought, err) &&
                write_down(commands, sought, user, err) &&
                write_person(commands, sought, json, call->fd, err);
    if (good) {
        answer_label(call->answer, "Đã ghi ");
        answer_number(call->answer, "items", (int64_t)sought->n);
        answer_say(call->answer, "hồ sơ của người này%s. / written",
                   sought->more ? ", còn nữa" : "");
    }
    free(sought);
    return good;
}
