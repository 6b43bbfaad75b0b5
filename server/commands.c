#include "server/commands_inside.h"

#include <stdlib.h>
#include <string.h>

#include "server/files.h"
#include "server/office/cases.h"
#include "server/office/import.h"
#include "server/record/premises.h"
#include "server/views/words.h"

static const struct command rows[] = {
#define COMMAND(name, WHERE, least, most, arguments, help)                                         \
    {#name, COMMAND_##WHERE, least, most, arguments, help},
#include "server/commands.def"
#undef COMMAND
};
#define ROWS (sizeof rows / sizeof *rows)

const struct command *command_row(size_t i)
{
    return i < ROWS ? &rows[i] : NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

/* ------------------------------------------------------------------ items that were named */

/* On a command line there is nothing to scan again. */
bool named_item(const char *text, struct item *ret_item, struct error *err)
{
    struct error why;
    return item_parse(text, strlen(text), ret_item, &why) ||
           error_set(err, ERROR_BAD_INPUT,
                     "%.40s: không phải số phong bì, xem lại 13 ký tự. / not an item number, check "
                     "its 13 characters",
                     text);
}

bool known_item(const struct commands *commands, const char *text, struct view *ret_view,
                struct error *err)
{
    struct item item;
    if (!named_item(text, &item, err))
        return false;
    return views_item(commands->views, &item, ret_view) ||
           error_set(err, ERROR_NOT_FOUND, "%s: không thấy số này. / no such item", item.text);
}

bool named_items(const struct call *call, int first, struct item **new_items, size_t *ret_n,
                 struct error *err)
{
    size_t n = (size_t)(call->argc - first);
    struct item *items = calloc(n ? n : 1, sizeof *items);
    bool ok = items || error_set(err, ERROR_LATER, "out of memory");
    for (size_t i = 0; i < n && ok; i++)
        ok = named_item(call->argv[first + (int)i], &items[i], err);
    if (!ok) {
        free(items);
        return false;
    }
    *new_items = items;
    *ret_n = n;
    return true;
}

#define PAGE 256 /* views copied at a time */

/* All items of a status (STATUS_NONE: all), in order of issue, oldest first. */
static bool items_of(const struct commands *commands, enum status status, struct view **new_views,
                     size_t *ret_n, struct error *err)
{
    struct view_filter filter = {.status = status};
    struct view *views = NULL;
    size_t got = PAGE;
    while (got == PAGE) {
        struct view *more = realloc(views, (filter.offset + PAGE) * sizeof *views);
        if (!more) {
            free(views);
            return error_set(err, ERROR_LATER, "out of memory");
        }
        views = more;
        got = views_list(commands->views, &filter, views + filter.offset, PAGE);
        filter.offset += got;
    }
    for (size_t a = 0, b = filter.offset; a + 1 < b; a++) {
        struct view swap = views[a];
        views[a] = views[--b];
        views[b] = swap;
    }
    *new_views = views;
    *ret_n = filter.offset;
    return true;
}

bool all_items(const struct commands *commands, enum status status, struct item **new_items,
               size_t *ret_n, struct error *err)
{
    struct view *views;
    size_t n;
    if (!items_of(commands, status, &views, &n, err))
        return false;
    struct item *items = calloc(n ? n : 1, sizeof *items);
    for (size_t i = 0; i < n && items; i++)
        items[i] = views[i].state.item;
    free(views);
    if (!items)
        return error_set(err, ERROR_LATER, "out of memory");
    *new_items = items;
    *ret_n = n;
    return true;
}

/* ------------------------------------------------------------------ the office's */

static void say_lines(struct answer *answer, const char *text)
{
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        answer_say(answer, "%.*s", (int)n, text);
    }
}

/* The summary's figures, for programs. */
static void say_counts(struct answer *answer, const struct import_report *report)
{
    answer_text(answer, "file", report->file);
    answer_number(answer, "rows", report->rows);
    answer_number(answer, "added", report->added);
    answer_number(answer, "present", report->present);
    answer_number(answer, "changed", report->changed);
    answer_number(answer, "refused", report->refused);
    answer_number(answer, "warned", report->warned);
    answer_number(answer, "skipped", report->skipped);
}

static void say_form(void *ctx, const struct list *list)
{
    char key[64], separator[2] = {list->separator, '\0'};
    answer_text(ctx, "charset", *charset_name(list->charset) ? charset_name(list->charset) : NULL);
    answer_text(ctx, "separator", list->separator == '\t' ? "tab" : *separator ? separator : NULL);
    answer_text(ctx, "sheet", *list->sheet ? list->sheet : NULL);
    for (int i = 0; i < LIST_COLUMNS; i++) {
        answer_row(ctx, "columns");
        answer_text(ctx, "column", list_column_key((enum list_column)i, key, sizeof key));
        answer_text(ctx, "means", list_column_info((enum list_column)i)->vi);
        answer_number(ctx, "place", list->position[i]);
    }
}

static void say_row(void *ctx, const struct list_row *row)
{
    char written[1200];
    answer_row(ctx, "first");
    answer_number(ctx, "row", row->number);
    answer_text(ctx, "dossier", row->cell[LIST_DOSSIER]);
    answer_text(ctx, "name", row->cell[LIST_NAME]);
    answer_text(ctx, "address", row->cell[LIST_ADDRESS]);
    answer_text(ctx, "phone", row->cell[LIST_PHONE]);
    (void)charset_show(row->written_name, written, sizeof written);
    answer_text(ctx, "written_name", *written ? written : NULL);
    (void)charset_show(row->written_address, written, sizeof written);
    answer_text(ctx, "written_address", *written ? written : NULL);
}

bool run_import(const struct commands *commands, const struct call *call, struct error *err)
{
    struct import_config config = {.acts = commands->acts,
                                   .numbers = commands_numbers(commands),
                                   .post_office_name = commands->config->post_office_name,
                                   .reader_program = commands->program,
                                   .folder = commands->folder};
    struct import_shown shown = {say_form, say_row, call->answer};
    struct import_report report;
    const char *charset = option_text(call, 2, "charset"), *dry = option_text(call, 2, "dry");
    if (!options_check(call, 2, "office charset dry", err) ||
        !option_office(commands, call, 2, &config.office, err) ||
        !office_names(commands, config.office, &config.names, err))
        return false;
    config.charset = charset_named(charset == NULL ? "" : charset);
    config.shown = answer_is_json(call->answer) ? &shown : NULL;
    config.dry = dry != NULL && strcmp(dry, "yes") == 0;
    if (charset != NULL && config.charset == CHARSET_UNKNOWN)
        return error_set(err, ERROR_BAD_INPUT,
                         "«%.20s»: utf-8, utf-16le, utf-16be, windows-1258, tcvn3 hoặc vni. / an "
                         "encoding",
                         charset);
    if (dry != NULL && !config.dry && strcmp(dry, "no") != 0)
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: dry=yes hoặc dry=no. / yes or no", dry);
    char *lines, summary[IMPORT_SUMMARY_MAX];
    const char *slash = strrchr(call->argv[1], '/');
    if (call->fd < 0)
        return error_set(err, ERROR_BAD_INPUT, "không có tệp kèm theo. / no file came along");
    if (!import_run(&config, call->fd, slash ? slash + 1 : call->argv[1], &report, &lines, err))
        return false;
    say_lines(call->answer, lines);
    say_lines(call->answer, import_summary(&report, config.dry, summary));
    free(lines);
    if (answer_is_json(call->answer))
        say_counts(call->answer, &report);
    return true;
}

/* ------------------------------------------------------------------ looking */

static const char *status_key(enum status status)
{
    const struct status_info *info = status_info(status);
    return info ? info->key : "none";
}

bool run_items(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view *views;
    size_t n;
    if (!items_of(commands, STATUS_NONE, &views, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        answer_row(call->answer, "items");
        answer_text(call->answer, "item", views[i].state.item.text);
        answer_text(call->answer, "status", status_key(views[i].state.status));
        answer_text(call->answer, "dossier", views[i].state.office.dossier);
        answer_time(call->answer, "since", views[i].state.since.estimate);
    }
    free(views);
    return true;
}

static void say_doubts(struct answer *answer, uint32_t doubts)
{
    const char *words[32];
    size_t n = 0;
    for (uint32_t bit = 1; bit != 0 && bit <= doubts; bit <<= 1)
        if (doubts & bit)
            words[n++] = doubt_key((enum doubt)bit);
    answer_label(answer, "doubts ");
    answer_words(answer, "doubts", words, n);
}

/* Its code, of an item that was issued. */
static void say_office(const struct commands *commands, struct answer *answer,
                       const struct state *state)
{
    struct premises office;
    struct error none;
    uint32_t number = state->office.office ? state->office.office : PREMISES_FIRST_OFFICE;
    struct instant far = {INT64_MAX};
    if (state->issued &&
        premises_at(commands->record, PREMISES_OFFICE, number, far, &office, &none)) {
        answer_label(answer, "office ");
        answer_text(answer, "office", office.code);
    }
}

/* Why it could not be delivered, or who received it; NULL for what needs no word. */
static const char *why_of(const struct fact *fact)
{
    const struct scan *scan = &fact->scan;
    const struct reason_info *reason = fact->is_scan ? reason_info(scan->reason) : NULL;
    if (reason != NULL && scan->event == EVENT_DELIVERY_FAILED)
        return reason->vi;
    if (fact->is_scan && scan->event == EVENT_DELIVERED && scan->relation != 0)
        return relation_info(scan->relation) != NULL ? relation_info(scan->relation)->vi : NULL;
    return NULL;
}

static bool say_fact(const struct commands *commands, const struct fact *fact,
                     struct answer *answer, struct error *err)
{
    char what[96], source[FACT_SOURCE_MAX];
    uint32_t event = fact->is_scan ? fact->scan.event : fact->office.event;
    const struct event_info *info = event_info(event);
    const struct event_info *paper = fact->is_scan ? NULL : event_info(fact->office.paper.event);
    (void)snprintf(what, sizeof what, "%s%s%s", info ? info->key : "unknown", paper ? ":" : "",
                   paper ? paper->key : "");
    if (!fact_source(commands->record, fact, source, err))
        return false;
    answer_row(answer, "history");
    answer_time(answer, "at", fact->when.estimate);
    answer_text(answer, "event", what);
    answer_text(answer, "source", source);
    answer_text(answer, "effect", effect_key(fact->effect));
    if (answer_is_json(answer)) /* in words, for a page */
        answer_text(answer, "why", why_of(fact));
    return true;
}

bool run_status(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    if (!known_item(commands, call->argv[1], &view, err))
        return false;
    const struct state *state = &view.state;
    answer_row(call->answer, NULL);
    answer_text(call->answer, "item", state->item.text);
    answer_text(call->answer, "status", status_key(state->status));
    answer_time(call->answer, "since", state->since.estimate);
    answer_label(call->answer, "attempt ");
    answer_number(call->answer, "attempt", state->attempt);
    say_doubts(call->answer, state->doubts);
    say_office(commands, call->answer, state);
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (!facts)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = views_history(commands->views, &state->item, facts, VIEW_HISTORY_MAX);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++)
        ok = say_fact(commands, &facts[i], call->answer, err);
    free(facts);
    return ok;
}

bool run_link(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    char url[LINK_URL_MAX];
    if (!known_item(commands, call->argv[1], &view, err) ||
        !link_url(commands->config->public_url, commands->secret, &view.state.item, url, err))
        return false;
    answer_text(call->answer, "link", url);
    return true;
}

/* ------------------------------------------------------------------ dispatch */

/* Beside each row of the table; NULL for what trao-admin does itself. */
static bool (*const runs[ROWS])(const struct commands *commands, const struct call *call,
                                struct error *err) = {
#define RUN_HERE(name) NULL
#define RUN_ALONE(name) NULL
#define RUN_SERVER(name) run_##name
#define COMMAND(name, WHERE, least, most, arguments, help) RUN_##WHERE(name),
#include "server/commands.def"
#undef COMMAND
#undef RUN_HERE
#undef RUN_ALONE
#undef RUN_SERVER
};

/* How many words came, but for a by= that may be left out: it stands for no word that is wanted. */
static int words_of(const struct command *command, const struct call *call)
{
    bool may = strstr(command->arguments, "[by=NAME]") != NULL;
    int n = 0;
    for (int i = 1; i < call->argc; i++)
        n += !may || strncmp(call->argv[i], "by=", 3) != 0;
    return n;
}

bool commands_run(const struct commands *commands, const struct call *call, struct error *err)
{
    const struct command *command = command_find(call->argv[0]);
    if (!command || command->where != COMMAND_SERVER)
        return error_set(err, ERROR_BAD_INPUT, "%s: no such command here", call->argv[0]);
    if (words_of(command, call) < command->least || call->argc - 1 > command->most)
        return error_set(err, ERROR_BAD_INPUT, "usage: %s %s", command->name, command->arguments);
    bool (*run)(const struct commands *, const struct call *, struct error *) =
        runs[command - rows];
    invariant(run != NULL);
    return run(commands, call, err);
}
