/* commands_print.c - envelopes and lists to paper: to a file, or by a printer whose jobs are
 * followed (spooler.h); looked at before; a trial sheet. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/commands_inside.h"
#include "protocol/whole.h"
#include "server/office/envelope.h"
#include "server/office/handover.h"
#include "server/office/press.h"
#include "server/office/printers.h"
#include "server/office/sheets.h"
#include "server/record/lookups.h"
#include "server/spooler.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ to a file */

static void note_line(void *ctx, const char *line)
{
    answer_say(ctx, "%s", line);
}

static bool copy_to(const char *path, int to, struct error *err)
{
    int from = open(path, O_RDONLY | O_CLOEXEC);
    char bytes[65536];
    ssize_t n = from < 0 ? -1 : 1;
    bool written = true;
    while (from >= 0 && written && (n = read(from, bytes, sizeof bytes)) > 0)
        written = whole_write(to, bytes, (size_t)n);
    int why = errno;
    if (from >= 0)
        close(from);
    if (!written)
        return error_set(err, ERROR_LATER, "cannot write the copy: %s", strerror(why));
    return n == 0 || error_set(err, ERROR_LATER, "%s: %s", path, strerror(why));
}

/* The path is told first: the envelopes are printed, whatever becomes of the copy. */
static bool tell_printed(const struct call *call, const struct print_result *result,
                         struct error *err)
{
    answer_text(call->answer, "path", result->path);
    answer_say(call->answer, "Đã in %zu bì, để lại %zu. / %zu envelopes, %zu left out",
               result->pages, result->left_out, result->pages, result->left_out);
    if (answer_is_json(call->answer)) {
        answer_number(call->answer, "envelopes", (int64_t)result->pages);
        answer_number(call->answer, "left_out", (int64_t)result->left_out);
    }
    return call->fd < 0 || copy_to(result->path, call->fd, err) ||
           error_add(err, "đã in, chưa chép ra được. / printed, the copy failed");
}

static struct print_config printing(const struct commands *commands, const struct call *call,
                                    char folder[CONFIG_PATH_MAX])
{
    (void)snprintf(folder, CONFIG_PATH_MAX, "%s/print", commands->folder);
    return (struct print_config){.acts = commands->acts,
                                 .views = commands->views,
                                 .record = commands->record,
                                 .folder = folder,
                                 .sender = commands->config->office_name,
                                 .sender_address = commands->config->office_address,
                                 .public_url = commands->config->public_url,
                                 .secret = commands->secret,
                                 .note = note_line,
                                 .ctx = call->answer};
}

/* ------------------------------------------------------------------ by a printer */

/* A printer that prints this, and is switched on. */
static bool printer_for(const struct commands *commands, const char *name, bool list,
                        struct printer_entry *ret_entry, struct error *err)
{
    if (!spooling(commands, err) || !printer_named(commands->record, name, ret_entry, err))
        return false;
    if (!ret_entry->on)
        return error_set(err, ERROR_REFUSED, "máy in %s đã tắt. / is switched off", name);
    return (ret_entry->use == LABELS_FOR_LIST) == list ||
           error_set(err, ERROR_REFUSED,
                     "máy in %s đang nạp %s, không in %s. / other paper is in it", name,
                     ret_entry->profile.layout, list ? "bảng kê" : "phong bì");
}

static bool belongs_here(const struct printer_entry *entry, uint32_t post_office, struct error *err)
{
    return entry->post_office == 0 || entry->post_office == post_office ||
           error_set(err, ERROR_REFUSED,
                     "thuộc bưu cục %06u, máy in %s của bưu cục %06u. / of another post office",
                     post_office, entry->profile.name, entry->post_office);
}

/* What may go to a printer, gathered. */
struct gathering {
    const struct commands *commands;
    const struct print_config *config;
    const struct printer_entry *entry;
    struct labels *labels; /* each is drawn once for nobody, before it is promised */
    struct spool_item *items;
    size_t n, left_out;
};

static bool write_nowhere(void *ctx, const void *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return true;
}

static bool is_free(const struct commands *commands, const struct item *item, struct error *err)
{
    uint64_t job = spooler_holds(commands->spooler, item->text);
    return job == 0 ||
           error_set(err, ERROR_REFUSED, "đang ở lệnh in %llu. / in a print job already",
                     (unsigned long long)job);
}

static bool has_reason(uint32_t reason, uint32_t copy, struct error *err)
{
    return copy == 1 || reason != 0 ||
           error_set(err, ERROR_REFUSED,
                     "đã in %u lần; in lại thì chọn lý do. / printed before, a reason is wanted",
                     copy - 1);
}

static bool gather_one(struct gathering *gathering, const struct item *item, struct error *err)
{
    struct office_fact issued;
    uint32_t copy = 0;
    bool good = envelope_ready(gathering->config, item, &issued, &copy, err) &&
                is_free(gathering->commands, item, err) &&
                has_reason(gathering->config->reason, copy, err) &&
                belongs_here(gathering->entry, issued.post_office, err) &&
                envelope_draw(gathering->config, gathering->labels, &issued, copy, err);
    if (!good)
        return false;
    struct spool_item *wanted = &gathering->items[gathering->n++];
    wanted->copy = copy;
    text_copy(item->text, wanted->number, sizeof wanted->number);
    return true;
}

static bool gather(struct gathering *gathering, const struct item *items, size_t n,
                   struct error *err)
{
    const struct printer_profile *profile = &gathering->entry->profile;
    const struct labels_options said = {
        .tongue = profile->tongue, .dpi = profile->dpi, .native_text = profile->native_text};
    if (!labels_open(profile->layout, &gathering->labels, err) ||
        !labels_begin_as(gathering->labels, &said, (struct labels_sink){write_nowhere, NULL}, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct error why = {ERROR_NONE, ""};
        if (gather_one(gathering, &items[i], &why))
            continue;
        if (why.code == ERROR_LATER || why.code == ERROR_BROKEN)
            return error_set(err, why.code, "%s: %s", items[i].text, why.text);
        gathering->left_out++;
        envelope_note(gathering->config, &items[i], why.text);
        if (n == 1)
            *err = why;
    }
    if (gathering->n > 0)
        return true;
    return n == 1 ? error_add(err, "%s", items[0].text)
                  : error_set(err, ERROR_BAD_INPUT,
                              "không in được bì nào. / none of these can be printed");
}

static bool send(const struct commands *commands, const struct call *call,
                 const struct spooler_order *order, struct error *err)
{
    uint64_t job = 0;
    if (!spooler_send(commands->spooler, order, &job, err))
        return false;
    answer_label(call->answer, "Lệnh in ");
    answer_number(call->answer, "job", (int64_t)job);
    answer_say(call->answer, "tới %s: %zu tờ. / %zu sheets on their way", order->printer, order->n,
               order->n);
    return true;
}

static bool print_by(const struct commands *commands, const struct call *call, const char *printer,
                     const struct print_config *config, const struct item *items, size_t n,
                     struct error *err)
{
    struct printer_entry entry;
    struct gathering gathering = {.commands = commands, .config = config, .entry = &entry};
    if (!printer_for(commands, printer, false, &entry, err))
        return false;
    gathering.items = calloc(n, sizeof *gathering.items);
    bool good = (gathering.items || error_set(err, ERROR_LATER, "out of memory")) &&
                gather(&gathering, items, n, err);
    labels_close(gathering.labels);
    const struct spooler_order order = {.printer = entry.profile.name,
                                        .items = gathering.items,
                                        .n = gathering.n,
                                        .reason = config->reason,
                                        .user = config->user};
    good = good && send(commands, call, &order, err);
    if (good && gathering.left_out > 0)
        answer_say(call->answer, "Để lại %zu. / %zu left out", gathering.left_out,
                   gathering.left_out);
    if (good && answer_is_json(call->answer)) {
        answer_number(call->answer, "envelopes", (int64_t)gathering.n);
        answer_number(call->answer, "left_out", (int64_t)gathering.left_out);
    }
    free(gathering.items);
    return good;
}

/* To a file goes nothing that a printer has: both would be the same copy, one of them in no fact.
 * How many of `items` are left, in their order. */
static size_t leave_held(const struct commands *commands, const struct print_config *config,
                         struct item *items, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct error why;
        if (!commands->spooler || is_free(commands, &items[i], &why))
            items[kept++] = items[i];
        else
            envelope_note(config, &items[i], why.text);
    }
    return kept;
}

static bool print_file(const struct commands *commands, const struct call *call,
                       const struct print_config *config, struct item *items, size_t n,
                       struct error *err)
{
    struct print_result result;
    size_t left = leave_held(commands, config, items, n);
    if (left == 0 && n == 1)
        return is_free(commands, &items[0], err) || error_add(err, "%s", items[0].text);
    if (left == 0)
        return error_set(err, ERROR_BAD_INPUT,
                         "không in được bì nào. / none of these can be printed");
    if (!print_run(config, items, left, &result, err))
        return false;
    result.left_out += n - left;
    return tell_printed(call, &result, err);
}

bool run_print(const struct commands *commands, const struct call *call, struct error *err)
{
    struct item *items;
    size_t n;
    uint64_t reason = 0;
    char folder[CONFIG_PATH_MAX];
    struct print_config config = printing(commands, call, folder);
    struct call options = *call;
    options.argc = options_end(call, 1);
    int first = options.argc;
    bool all = call->argc == first + 1 && strcmp(call->argv[first], "--all") == 0;
    const char *printer = option_text(&options, 1, "printer");
    if (!options_check(&options, 1, "printer reason by", err) ||
        !option_number(call, 1, "reason", UINT32_MAX, &reason, err) ||
        !option_user(commands, call, 1, &config.user, err) ||
        !(all ? all_items(commands, STATUS_ISSUED, &items, &n, err)
              : named_items(call, first, &items, &n, err)))
        return false;
    config.reason = (uint32_t)reason;
    bool any = n > 0, ok = true;
    if (any)
        ok = printer ? print_by(commands, call, printer, &config, items, n, err)
                     : print_file(commands, call, &config, items, n, err);
    free(items);
    if (!any)
        answer_say(call->answer, "Không có bì nào chờ in. / nothing to print");
    return ok;
}

/* ------------------------------------------------------------------ looked at before */

#define PREVIEW_DPI 203 /* of the printer the layouts are made for */

/* As that printer would print it, in its very dots. */
static bool look_of(const struct commands *commands, const char *printer, struct print_look *look,
                    struct printer_entry *entry, struct error *err)
{
    if (!printer)
        return true;
    if (!printer_named(commands->record, printer, entry, err))
        return false;
    *look = (struct print_look){entry->profile.layout, entry->profile.dpi, true};
    return entry->use == LABELS_FOR_ENVELOPE ||
           error_set(err, ERROR_REFUSED, "máy in %s in bảng kê. / it prints lists", printer);
}

bool run_preview(const struct commands *commands, const struct call *call, struct error *err)
{
    struct item item;
    uint64_t dpi = PREVIEW_DPI;
    char folder[CONFIG_PATH_MAX];
    struct print_config config = printing(commands, call, folder);
    struct printer_entry entry;
    struct print_look look = {.layout = "dl"};
    if (!options_check(call, 2, "dpi printer", err) ||
        !option_number(call, 2, "dpi", 600, &dpi, err) || !named_item(call->argv[1], &item, err))
        return false;
    if (call->fd < 0 || dpi < 72)
        return error_set(err, ERROR_BAD_INPUT, "cần --out FILE, dpi 72 đến 600. / --out, dpi");
    look.dpi = (unsigned)dpi;
    return look_of(commands, option_text(call, 2, "printer"), &look, &entry, err) &&
           print_preview(&config, &item, &look, call->fd, err);
}

/* ------------------------------------------------------------------ the list of a handover */

struct last_copy {
    uint64_t handover;
    uint32_t copy;
};

/* The newest comes first, and its copy is the highest. */
static bool take_copy(void *ctx, const struct office_fact *fact)
{
    struct last_copy *last = ctx;
    if (fact->handover == last->handover)
        last->copy = fact->copy;
    return last->copy == 0;
}

static bool list_items(const struct print_config *config, const struct printer_entry *entry,
                       uint64_t handover, uint32_t copy, struct spool_item **new_items,
                       size_t *ret_n, struct error *err)
{
    struct sheets *sheets = NULL;
    struct labels *labels = NULL;
    size_t n = 0;
    bool good = labels_open(entry->profile.layout, &labels, err) &&
                sheets_open(config, handover, &sheets, err) &&
                belongs_here(entry, sheets_post_office(sheets), err) &&
                sheets_count(sheets, labels, &n, err);
    struct spool_item *items = good ? calloc(n, sizeof *items) : NULL;
    for (size_t i = 0; items && i < n; i++) {
        press_sheet_number(handover, i, items[i].number);
        items[i].copy = copy;
    }
    sheets_close(sheets);
    labels_close(labels);
    *new_items = items;
    *ret_n = n;
    return good && (items || error_set(err, ERROR_LATER, "out of memory"));
}

bool run_printlist(const struct commands *commands, const struct call *call, struct error *err)
{
    struct last_copy last = {.copy = 0};
    struct printer_entry entry;
    char folder[CONFIG_PATH_MAX];
    struct print_config config = printing(commands, call, folder);
    uint64_t reason = 0;
    const char *printer = option_text(call, 2, "printer");
    struct spool_item *items = NULL;
    if (!options_check(call, 2, "printer reason by", err) ||
        !option_number(call, 2, "reason", UINT32_MAX, &reason, err) ||
        !option_user(commands, call, 2, &config.user, err) ||
        !handover_read(call->argv[1], &last.handover, err))
        return false;
    if (!printer)
        return error_set(err, ERROR_BAD_INPUT, "cần printer=. / a printer is wanted");
    if (!printer_for(commands, printer, true, &entry, err) ||
        !record_office_of(commands->record, EVENT_PRINT_SENT, take_copy, &last, err) ||
        !has_reason((uint32_t)reason, last.copy + 1, err))
        return false;
    struct spooler_order order = {.printer = entry.profile.name,
                                  .reason = (uint32_t)reason,
                                  .user = config.user,
                                  .handover = last.handover};
    bool good = list_items(&config, &entry, last.handover, last.copy + 1, &items, &order.n, err);
    order.items = items;
    good = good && send(commands, call, &order, err);
    free(items);
    return good;
}

/* ------------------------------------------------------------------ a trial sheet */

bool run_printertest(const struct commands *commands, const struct call *call, struct error *err)
{
    struct printer_entry entry;
    struct spool_item item = {.number = PRESS_TRIAL, .copy = 1};
    struct spooler_order order = {.items = &item, .n = 1};
    if (!options_check(call, 2, "by", err) || !option_user(commands, call, 2, &order.user, err) ||
        !printer_for(commands, call->argv[1], false, &entry, err))
        return false;
    order.printer = entry.profile.name;
    return send(commands, call, &order, err);
}
