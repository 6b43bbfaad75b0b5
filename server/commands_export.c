/* commands_export.c - what was taken in, or what became of it, goes out as a list, and whose items
 * went is written down. */
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/export.h"
#include "server/record/looks.h"

struct exported {
    const struct item *items;
    size_t n;
    int64_t person; /* 0 the administrator of the machine */
};

/* Whose names went out is written down, as many looks as that takes. */
static bool exported_act(struct record *record, void *arg, struct error *err)
{
    const struct exported *exported = arg;
    size_t at = 0;
    do {
        char items[LOOK_ITEMS_MAX * ITEM_CHARS + 1] = "";
        size_t left = exported->n - at, n = left < LOOK_ITEMS_MAX ? left : LOOK_ITEMS_MAX;
        struct look look = {
            .person = exported->person, .kind = LOOK_EXPORT, .rows = n, .items = items};
        for (size_t i = 0; i < n; i++)
            memcpy(items + i * ITEM_CHARS, exported->items[at + i].text, ITEM_CHARS + 1);
        if (!look_add(record, &look, err))
            return false;
        at += n;
    } while (at < exported->n);
    return true;
}

struct exporting {
    const struct commands *commands;
    int64_t person;
};

static bool note_exported(void *ctx, const struct item *items, size_t n, struct error *err)
{
    const struct exporting *exporting = ctx;
    const struct acts *acts = &exporting->commands->acts;
    struct exported exported = {items, n, exporting->person};
    return acts->run(acts->self, exported_act, &exported, err);
}

bool run_export(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t user = 0;
    const char *form = option_text(call, 1, "form"), *list = option_text(call, 1, "list");
    bool outcomes = list != NULL && strcmp(list, "outcomes") == 0;
    struct export_asked asked = {.all_offices = option_text(call, 1, "office") == NULL,
                                 .folder = commands->folder,
                                 .written = note_exported};
    size_t written = 0;
    if (!options_check(call, 1, "office from to form list by", err) ||
        !option_office(commands, call, 1, &asked.office, err) ||
        !option_user(commands, call, 1, &user, err) ||
        !option_day(call, 1, "from", &asked.from, err) ||
        !option_day(call, 1, "to", &asked.to, err))
        return false;
    if (asked.to.ms != 0 && asked.from.ms > asked.to.ms)
        return error_set(err, ERROR_BAD_INPUT,
                         "Ngày cuối ở trước ngày đầu. / the last day is before the first");
    if (asked.to.ms != 0)
        asked.to.ms += INT64_C(24) * 60 * 60 * 1000; /* that day too */
    if (form != NULL && strcmp(form, "csv") != 0 && strcmp(form, "xlsx") != 0)
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: form=csv hoặc form=xlsx. / csv or xlsx",
                         form);
    if (list != NULL && !outcomes && strcmp(list, "intake") != 0)
        return error_set(err, ERROR_BAD_INPUT,
                         "«%.20s»: list=intake hoặc list=outcomes. / intake or outcomes", list);
    asked.views = outcomes ? commands->views : NULL;
    asked.now = record_now(commands->record);
    asked.form = form != NULL && strcmp(form, "xlsx") == 0 ? EXPORT_XLSX : EXPORT_CSV;
    if (call->fd < 0)
        return error_set(err, ERROR_BAD_INPUT, "cần --out FILE. / --out FILE is wanted");
    struct exporting exporting = {commands, user};
    asked.ctx = &exporting;
    if (!export_list(commands->record, &asked, call->fd, &written, err))
        return false;
    answer_label(call->answer, "Đã ghi ");
    answer_number(call->answer, "rows", (int64_t)written);
    answer_say(call->answer, outcomes
                                 ? "hồ sơ, kết quả đến nay. / dossiers, as they stand now"
                                 : "hồ sơ; số CCCD đã che. / dossiers written, ID numbers masked");
    return true;
}
