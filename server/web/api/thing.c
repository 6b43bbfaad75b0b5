/* thing.c - an item as the API shows it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/office/fields.h"
#include "server/record/premises.h"
#include "server/views/words.h"
#include "server/web/api/inside.h"

bool api_sees(const struct ask *ask, const struct view *view)
{
    return view->state.issued && person_sees(&ask->seat.person, view->marks.office);
}

/* What belongs to another office is answered like what was never given out (case W01). */
bool api_find_item(struct ask *ask, struct view *ret_view)
{
    const char *text = api_param(ask, "item");
    struct item item;
    struct error err;
    if (!item_parse(text, strlen(text), &item, &err)) {
        api_problem(ask, 400, "bad-input", "item",
                    "%.40s: không phải số phong bì, xem lại 13 ký tự. / not an item number", text);
        return false;
    }
    if (views_item(ask->web->config.views, &item, ret_view) && api_sees(ask, ret_view))
        return true;
    api_problem(ask, 404, "not-found", "item", "%s: không thấy số này. / no such item", item.text);
    return false;
}

bool api_find_office(struct ask *ask, uint32_t *ret_office)
{
    const char *code = api_param(ask, "office");
    struct premises office;
    struct error err = {ERROR_NONE, ""};
    *ret_office = 0;
    if (!code)
        return true;
    struct record *record = readers_take(ask->web->readers);
    bool found = premises_last(record, PREMISES_OFFICE, code, &office, &err);
    readers_give(ask->web->readers, record);
    if (found && person_sees(&ask->seat.person, office.number)) {
        *ret_office = office.number;
        return true;
    }
    if (found || err.code == ERROR_NOT_FOUND)
        api_problem(ask, 404, "not-found", "office",
                    "%.40s: không có cơ quan này. / no such office", code);
    else
        api_problem_error(ask, "office", &err);
    return false;
}

/* Whether it was written down: `page` is the answer to whoever sits at a page otherwise. */
static bool was_written(struct ask *ask, bool written, struct http_answer *page)
{
    if (written)
        return true;
    free(page->body);
    api_problem(ask, 503, "later", NULL,
                "Chưa ghi được lượt xem này. / This look cannot be written down just now.");
    return false;
}

bool api_looked(struct ask *ask, enum look_kind kind, uint64_t rows)
{
    struct http_answer page = {.status = 503, .file = -1};
    bool written = seat_looked(ask->web, ask->request, ask->seat.person.id, kind, rows, &page);
    return was_written(ask, written, &page);
}

bool api_looked_at(struct ask *ask, enum look_kind kind, const struct view *views, size_t n)
{
    struct http_answer page = {.status = 503, .file = -1};
    bool written =
        seat_looked_at(ask->web, ask->request, ask->seat.person.id, kind, views, n, &page);
    return was_written(ask, written, &page);
}

/* ------------------------------------------------------------------ as JSON */

static json_t *time_json(struct instant at)
{
    char text[CLOCK_TEXT_MAX];
    return at.ms == 0 ? json_null() : json_string(clock_iso_local(at, text, sizeof text));
}

static json_t *code_json(int digits, uint32_t value)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%0*u", digits, (unsigned)value);
    return value == 0 ? json_null() : json_string(text);
}

static json_t *office_json(struct ask *ask, uint32_t number)
{
    struct premises office;
    struct error none;
    struct record *record = readers_take(ask->web->readers);
    bool known =
        premises_at(record, PREMISES_OFFICE, number, (struct instant){INT64_MAX}, &office, &none);
    readers_give(ask->web->readers, record);
    return known ? json_string(office.code) : json_null();
}

static json_t *doubts_json(uint32_t doubts)
{
    json_t *list = json_array();
    for (uint32_t bit = 1; bit != 0 && bit <= doubts; bit <<= 1)
        if (doubts & bit)
            json_array_append_new(list, json_string(doubt_key((enum doubt)bit)));
    return list;
}

static void put_status(json_t *out, const struct state *state)
{
    const struct status_info *info = status_info(state->status);
    json_object_set_new(out, "status", json_string(info ? info->key : "none"));
    json_object_set_new(out, "status_vi", json_string(info ? info->handheld : "–"));
    json_object_set_new(out, "upu", info && *info->upu ? json_string(info->upu) : json_null());
    json_object_set_new(out, "national", info ? json_integer(info->national) : json_null());
    json_object_set_new(out, "final", json_boolean(status_is_final(state->status)));
    json_object_set_new(out, "since",
                        state->since.bounds_only ? json_null() : time_json(state->since.estimate));
    json_object_set_new(out, "attempt", json_integer(state->attempt));
}

/* Who it is for, null when that was deleted. */
static json_t *receiver_json(struct ask *ask, const struct state *state)
{
    struct addressee who;
    struct error none;
    if (!readers_addressee(ask->web->readers, &state->office, &who, &none))
        return json_null();
    json_t *receiver = json_pack("{s:s, s:s, s:s?}", "name", who.name, "address", who.address,
                                 "phone", *who.phone ? who.phone : NULL);
    chain_wipe(&who, sizeof who);
    return receiver ? receiver : json_null();
}

json_t *api_item_json(struct ask *ask, const struct view *view, bool named)
{
    const struct state *state = &view->state;
    const struct office_fact *issued = &state->office;
    char commune[64];
    json_t *out = json_object();
    json_object_set_new(out, "item", json_string(state->item.text));
    json_object_set_new(out, "dossier", json_string(issued->dossier));
    json_object_set_new(out, "office", office_json(ask, view->marks.office));
    put_status(out, state);
    json_object_set_new(out, "issued", time_json(issued->at));
    json_object_set_new(out, "commune", code_json(5, issued->commune));
    field_commune_name(issued->commune, commune, sizeof commune);
    json_object_set_new(out, "commune_name", *commune ? json_string(commune) : json_null());
    json_object_set_new(out, "post_office", code_json(6, view->marks.post_office));
    json_object_set_new(out, "postage_vnd", json_integer((json_int_t)issued->postage_vnd));
    json_object_set_new(out, "fees_vnd", json_integer((json_int_t)issued->fees_vnd));
    json_object_set_new(out, "doubts", doubts_json(state->doubts));
    json_object_set_new(out, "version", json_integer((json_int_t)view->version));
    if (named)
        json_object_set_new(out, "receiver", receiver_json(ask, state));
    return out;
}
