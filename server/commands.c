#include "server/commands_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/office/import.h"
#include "server/office/print.h"

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

bool known_item(const struct commands *commands, const char *text, struct view *ret_view,
                struct error *err)
{
    struct item item;
    if (!item_parse(text, strlen(text), &item, err))
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
        ok = item_parse(call->argv[first + (int)i], strlen(call->argv[first + (int)i]), &items[i],
                        err);
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

bool run_import(const struct commands *commands, const struct call *call, struct error *err)
{
    struct import_config config = {.acts = commands->acts,
                                   .numbers = commands_numbers(commands),
                                   .post_office_name = commands->config->post_office_name,
                                   .reader_program = commands->program};
    struct import_report report;
    char *lines, summary[IMPORT_SUMMARY_MAX];
    const char *slash = strrchr(call->argv[1], '/');
    if (call->fd < 0)
        return error_set(err, ERROR_BAD_INPUT, "no file came along");
    if (!import_run(&config, call->fd, slash ? slash + 1 : call->argv[1], &report, &lines, err))
        return false;
    (void)fputs(lines, call->out);
    (void)fputs(import_summary(&report, summary), call->out);
    free(lines);
    return true;
}

static void note_line(void *ctx, const char *line)
{
    (void)fprintf(ctx, "%s\n", line);
}

static bool copy_to(const char *path, int to, struct error *err)
{
    int from = open(path, O_RDONLY | O_CLOEXEC);
    char bytes[65536];
    ssize_t n = from < 0 ? -1 : 1;
    while (from >= 0 && (n = read(from, bytes, sizeof bytes)) > 0)
        for (ssize_t done = 0, put; done < n; done += put)
            if ((put = write(to, bytes + done, (size_t)(n - done))) <= 0) {
                close(from);
                return error_set(err, ERROR_LATER, "cannot write the copy: %s", strerror(errno));
            }
    if (from >= 0)
        close(from);
    return n == 0 || error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
}

bool run_print(const struct commands *commands, const struct call *call, struct error *err)
{
    struct item *items;
    size_t n;
    bool all = call->argc == 2 && strcmp(call->argv[1], "--all") == 0;
    if (!(all ? all_items(commands, STATUS_ISSUED, &items, &n, err)
              : named_items(call, 1, &items, &n, err)))
        return false;
    char folder[CONFIG_PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s/print", commands->folder);
    struct print_config config = {.acts = commands->acts,
                                  .views = commands->views,
                                  .record = commands->record,
                                  .folder = folder,
                                  .sender = commands->config->office_name,
                                  .sender_address = commands->config->office_address,
                                  .public_url = commands->config->public_url,
                                  .secret = commands->secret,
                                  .note = note_line,
                                  .ctx = call->out};
    struct print_result result;
    bool ok =
        n > 0 || error_set(err, ERROR_BAD_INPUT, "không có bì nào chờ in. / nothing to print");
    ok = ok && print_run(&config, items, n, &result, err);
    free(items);
    if (!ok || (call->fd >= 0 && !copy_to(result.path, call->fd, err)))
        return false;
    (void)fprintf(call->out, "%s\nĐã in %zu bì, để lại %zu. / %zu envelopes, %zu left out\n",
                  result.path, result.pages, result.left_out, result.pages, result.left_out);
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
        char since[CLOCK_TEXT_MAX];
        (void)fprintf(call->out, "%s\t%s\t%s\t%s\n", views[i].state.item.text,
                      status_key(views[i].state.status), views[i].state.office.dossier,
                      clock_iso_local(views[i].state.since.estimate, since, sizeof since));
    }
    free(views);
    return true;
}

static const char *effect_word(enum effect effect)
{
    switch (effect) {
    case EFFECT_NONE:
        return "none";
    case EFFECT_MOVED:
        return "moved";
    case EFFECT_NOTED:
        return "noted";
    case EFFECT_OUT_OF_ORDER:
        return "out-of-order";
    case EFFECT_UNKNOWN:
        return "unknown";
    case EFFECT_STRUCK:
        return "struck";
    case EFFECT_REPEATED:
        return "repeated";
    case EFFECT_SET_ASIDE:
        return "set-aside";
    }
    return "?";
}

bool run_status(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    char at[CLOCK_TEXT_MAX];
    if (!known_item(commands, call->argv[1], &view, err))
        return false;
    const struct state *state = &view.state;
    (void)fprintf(call->out, "%s\t%s\t%s\tattempt %u\tdoubts %u\n", state->item.text,
                  status_key(state->status), clock_iso_local(state->since.estimate, at, sizeof at),
                  state->attempt, state->doubts);
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (!facts)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = views_history(commands->views, &state->item, facts, VIEW_HISTORY_MAX);
    for (size_t i = 0; i < n; i++) {
        uint32_t event = facts[i].is_scan ? facts[i].scan.event : facts[i].office.event;
        const struct event_info *info = event_info(event);
        const struct event_info *paper =
            facts[i].is_scan ? NULL : event_info(facts[i].office.paper.event);
        (void)fprintf(call->out, "%s\t%s%s%s\t%s %lld/%llu\t%s\n",
                      clock_iso_local(facts[i].when.estimate, at, sizeof at),
                      info ? info->key : "unknown", paper ? ":" : "", paper ? paper->key : "",
                      facts[i].is_scan ? "device" : "office", (long long)facts[i].device,
                      (unsigned long long)facts[i].seq, effect_word(facts[i].effect));
    }
    free(facts);
    return true;
}

bool run_link(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    char url[LINK_URL_MAX];
    if (!known_item(commands, call->argv[1], &view, err) ||
        !link_url(commands->config->public_url, commands->secret, &view.state.item, url, err))
        return false;
    (void)fprintf(call->out, "%s\n", url);
    return true;
}

/* ------------------------------------------------------------------ handhelds */

bool run_enrol(const struct commands *commands, const struct call *call, struct error *err)
{
    struct enrol_code code;
    char text[ENROL_CODE_TEXT_MAX];
    if (!enrol_code_issue(commands->enrol, call->argv[1], commands->config->post_office, &code,
                          err))
        return false;
    enrol_code_write(&code, text);
    (void)fprintf(call->out, "%s\nhttps://%s:%u\n", text, commands->config->tls.host,
                  commands->config->tls.port);
    chain_wipe(&code, sizeof code);
    chain_wipe(text, sizeof text);
    return true;
}

static bool say_device(void *ctx, const struct device *device)
{
    char enrolled[CLOCK_TEXT_MAX];
    (void)fprintf(ctx, "%s\t%s\t%06u\t%s\n", device->name,
                  device->state == DEVICE_ACTIVE ? "active" : "revoked", device->post_office,
                  clock_iso_local(device->enrolled, enrolled, sizeof enrolled));
    return true;
}

bool run_devices(const struct commands *commands, const struct call *call, struct error *err)
{
    return devices_each(commands->record, say_device, call->out, err);
}

bool run_revoke(const struct commands *commands, const struct call *call, struct error *err)
{
    if (!device_revoke(&commands->acts, call->argv[1], err))
        return false;
    (void)fprintf(call->out, "Đã khóa máy %s. / revoked\n", call->argv[1]);
    return true;
}

/* ------------------------------------------------------------------ dispatch */

/* Beside each row of the table; NULL for what trao-admin does itself. */
static bool (*const runs[ROWS])(const struct commands *commands, const struct call *call,
                                struct error *err) = {
#define RUN_HERE(name) NULL
#define RUN_SERVER(name) run_##name
#define COMMAND(name, WHERE, least, most, arguments, help) RUN_##WHERE(name),
#include "server/commands.def"
#undef COMMAND
#undef RUN_HERE
#undef RUN_SERVER
};

bool commands_run(const struct commands *commands, const struct call *call, struct error *err)
{
    const struct command *command = command_find(call->argv[0]);
    if (!command || command->where != COMMAND_SERVER)
        return error_set(err, ERROR_BAD_INPUT, "%s: no such command here", call->argv[0]);
    if (call->argc - 1 < command->least || call->argc - 1 > command->most)
        return error_set(err, ERROR_BAD_INPUT, "usage: %s %s", command->name, command->arguments);
    return runs[command - rows](commands, call, err);
}
