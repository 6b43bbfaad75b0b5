/* items.c - items, one and many, and what happened to them. */
#include <stdlib.h>
#include <string.h>

#include "server/delivery/rules.h"
#include "server/office/cases.h"
#include "server/views/words.h"
#include "server/web/api/inside.h"

#define PAGE_USUAL 50
#define PAGE_MOST 200

/* Names are asked for by name, and are a scope of their own. */
static bool may_name(struct ask *ask, bool *ret_named)
{
    *ret_named = api_param_flag(ask, "names");
    if (!*ret_named || (ask->scopes & SCOPE_NAMES))
        return true;
    api_problem(ask, 403, "scope", "names", "names=true: cần phạm vi names:read. / scope wanted");
    return false;
}

void api_item(struct ask *ask)
{
    struct view view;
    bool named;
    if (!may_name(ask, &named) || !api_find_item(ask, &view) ||
        (named && !api_looked_at(ask, LOOK_NAMES, &view, 1)))
        return;
    if (!named && api_give_kept(ask, &view))
        return;
    api_give(ask, 200, api_item_json(ask, &view, named));
    if (!named)
        api_keep(ask, &view);
}

/* ------------------------------------------------------------------ many */

static bool read_status(struct ask *ask, enum status *ret_status)
{
    const char *text = api_param(ask, "status");
    const struct status_info *info = NULL;
    *ret_status = STATUS_NONE;
    for (size_t i = 0; text && (info = status_row(i)) != NULL; i++)
        if (strcmp(info->key, text) == 0)
            break;
    if (info)
        *ret_status = info->status;
    if (!text || info)
        return true;
    api_problem(ask, 400, "bad-input", "status", "status=%.40s: không có. / no such status", text);
    return false;
}

/* Checked as a day before. */
static int64_t read_day(const struct ask *ask, const char *name)
{
    const char *text = api_param(ask, name);
    int64_t day = 0;
    struct error none;
    return text && day_read(text, &day, &none) ? day : 0;
}

static void give_page(struct ask *ask, const struct view *views, size_t n, uint64_t next,
                      bool named)
{
    json_t *document = json_object(), *items = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(items, api_item_json(ask, &views[i], named));
    json_object_set_new(document, "items", items);
    api_cursor_put(document, next);
    api_give(ask, 200, document);
}

void api_items(struct ask *ask)
{
    struct view_filter filter = {.from_day = read_day(ask, "from"), .to_day = read_day(ask, "to")};
    const struct person *person = &ask->seat.person;
    size_t limit = api_param_number(ask, "limit", PAGE_USUAL);
    uint32_t office = 0;
    uint64_t next = 0;
    bool named;
    if (!may_name(ask, &named) || !api_cursor_read(ask, &filter.before) ||
        !read_status(ask, &filter.status) || !api_find_office(ask, &office))
        return;
    filter.offices = office ? &office : person->offices;
    filter.offices_n = office ? 1 : person->offices_n;
    struct view *views = calloc(limit, sizeof *views);
    if (!views)
        return;
    size_t n = views_page(ask->web->config.views, &filter, views, limit, &next);
    if (!named || n == 0 || api_looked_at(ask, LOOK_NAMES, views, n))
        give_page(ask, views, n, next, named);
    free(views);
}

/* ------------------------------------------------------------------ history */

static json_t *event_json(struct record *record, const struct fact *fact)
{
    char source[FACT_SOURCE_MAX], at[CLOCK_TEXT_MAX];
    struct error none;
    uint32_t event = fact->is_scan ? fact->scan.event : fact->office.event;
    bool paper = !fact->is_scan && event == EVENT_PAPER_ENTRY;
    const struct event_info *info = event_info(paper ? fact->office.paper.event : event);
    uint32_t reason = !fact->is_scan && !paper ? 0
                      : paper                  ? fact->office.paper.reason
                                               : fact->scan.reason;
    const struct reason_info *why = reason_info(reason);
    if (!fact_source(record, fact, source, &none))
        source[0] = '\0';
    json_t *out = json_object();
    json_object_set_new(out, "at",
                        json_string(clock_iso_local(fact->when.estimate, at, sizeof at)));
    json_object_set_new(out, "at_is_bound", json_boolean(fact->when.bounds_only));
    json_object_set_new(out, "event", json_string(info ? info->key : "unknown"));
    json_object_set_new(out, "event_vi", json_string(info ? info->vi : "–"));
    json_object_set_new(out, "event_en", json_string(info ? info->en : "–"));
    json_object_set_new(out, "upu", info && *info->upu ? json_string(info->upu) : json_null());
    json_object_set_new(out, "from",
                        json_string(paper           ? "paper"
                                    : fact->is_scan ? "scan"
                                                    : "office"));
    json_object_set_new(out, "source", json_string(source));
    json_object_set_new(out, "effect", json_string(effect_key(fact->effect)));
    json_object_set_new(out, "reason", why ? json_string(why->en) : json_null());
    json_object_set_new(out, "reason_vi", why ? json_string(why->vi) : json_null());
    return out;
}

void api_events(struct ask *ask)
{
    struct view view;
    if (!api_find_item(ask, &view))
        return;
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (!facts)
        return;
    size_t n = views_history(ask->web->config.views, &view.state.item, facts, VIEW_HISTORY_MAX);
    json_t *events = json_array();
    struct record *record = readers_take(ask->web->readers);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(events, event_json(record, &facts[i]));
    readers_give(ask->web->readers, record);
    free(facts);
    json_t *document = json_object();
    json_object_set_new(document, "item", json_string(view.state.item.text));
    json_object_set_new(document, "events", events);
    api_give(ask, 200, document);
}
