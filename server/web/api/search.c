/* search.c - items by what people have of them. Names and phones come in a body only: an address
 * stands in logs of proxies. */
#include <stdlib.h>
#include <string.h>

#include "server/office/finder.h"
#include "server/web/api/inside.h"

#define PAGE_USUAL 20

struct searching {
    struct finder_asked asked;
    size_t limit;
    bool named;
};

/* What was found and is the asker's; how many. */
static size_t views_of(struct ask *ask, const struct finder_found *found, struct view *views)
{
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++)
        n += views_item(ask->web->config.views, &found->items[i], &views[n]) &&
             api_sees(ask, &views[n]);
    return n;
}

static void give_found(struct ask *ask, const struct searching *searching,
                       const struct finder_found *found)
{
    struct view *views = calloc(found->n + 1, sizeof *views);
    size_t n = views ? views_of(ask, found, views) : 0;
    if (views && (!(found->by_person || (searching->named && n > 0)) ||
                  api_looked_at(ask, LOOK_SEARCH, views, n))) {
        json_t *document = json_object(), *items = json_array();
        for (size_t i = 0; i < n; i++)
            json_array_append_new(items, api_item_json(ask, &views[i], searching->named));
        json_object_set_new(document, "items", items);
        json_object_set_new(document, "complete", json_boolean(found->taken_in));
        api_cursor_put(document, found->next);
        api_give(ask, 200, document);
    }
    free(views);
}

static void search(struct ask *ask, const struct searching *searching)
{
    struct error err = {ERROR_NONE, ""};
    struct finder_found *found = calloc(1, sizeof *found);
    if (!found)
        return;
    if (!ask->web->config.finder)
        api_problem(ask, 503, "later", NULL, "Chưa tìm được lúc này. / Not just now.");
    else if (searching->named && !(ask->scopes & SCOPE_NAMES))
        api_problem(ask, 403, "scope", "names", "names: cần phạm vi names:read. / scope wanted");
    else if (!finder_find(ask->web->config.finder, &searching->asked, searching->limit, found,
                          &err)) {
        if (err.code == ERROR_REFUSED && ask->op->method == API_GET)
            api_problem(ask, 400, "bad-input", "q",
                        "Tên và điện thoại: gửi bằng POST, để không nằm trong địa chỉ. / names and "
                        "phones by POST, so that none stands in an address");
        else if (err.code == ERROR_REFUSED)
            api_problem(ask, 403, "scope", "q", "Cần phạm vi names:read. / scope wanted");
        else
            api_problem_error(ask, "q", &err);
    } else {
        give_found(ask, searching, found);
    }
    free(found);
}

void api_search(struct ask *ask)
{
    const struct person *person = &ask->seat.person;
    bool by_post = ask->op->method == API_POST;
    json_t *body = NULL;
    if (by_post && !api_body_take(ask, &body))
        return;
    const char *text =
        by_post ? json_string_value(json_object_get(body, "q")) : api_param(ask, "q");
    const json_t *limit = json_object_get(body, "limit");
    struct searching searching = {.asked = {.text = text ? text : "",
                                            .names = by_post && (ask->scopes & SCOPE_NAMES),
                                            .offices = person->offices,
                                            .offices_n = person->offices_n},
                                  .limit = limit ? (size_t)json_integer_value(limit)
                                                 : api_param_number(ask, "limit", PAGE_USUAL),
                                  .named = by_post && json_is_true(json_object_get(body, "names"))};
    const char *cursor =
        by_post ? json_string_value(json_object_get(body, "cursor")) : api_param(ask, "cursor");
    if (!text)
        api_problem(ask, 400, "bad-input", "q", "q: còn thiếu. / missing");
    else if (api_cursor_take(ask, cursor, &searching.asked.before))
        search(ask, &searching);
    json_decref(body);
}
