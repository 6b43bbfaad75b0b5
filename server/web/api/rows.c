/* rows.c - what a command lists, page by page, and of it only what is the asker's. */
#include <stdlib.h>
#include <string.h>

#include "server/record/premises.h"
#include "server/web/api/inside.h"

#define PAGE_USUAL 50

/* ------------------------------------------------------------------ whose a row is */

static bool sees_item(struct ask *ask, const char *text)
{
    struct item item;
    struct view view;
    struct error none;
    return item_parse(text, strlen(text), &item, &none) &&
           views_item(ask->web->config.views, &item, &view) && api_sees(ask, &view);
}

/* A line of a board by offices. */
static bool sees_office(struct ask *ask, const char *code)
{
    struct premises office;
    struct error none;
    struct record *record = readers_take(ask->web->readers);
    bool known = premises_last(record, PREMISES_OFFICE, code, &office, &none);
    readers_give(ask->web->readers, record);
    return known && person_sees(&ask->seat.person, office.number);
}

/* A webhook that hears of his offices alone. */
static bool sees_offices(struct ask *ask, const json_t *codes)
{
    size_t i;
    const json_t *code;
    json_array_foreach(codes, i, code)
    {
        if (!json_is_string(code) || !sees_office(ask, json_string_value(code)))
            return false;
    }
    return json_array_size(codes) > 0;
}

static bool sees_row(struct ask *ask, const json_t *row)
{
    const char *item = json_string_value(json_object_get(row, "item")),
               *handover = json_string_value(json_object_get(row, "handover")),
               *key = json_string_value(json_object_get(row, "key"));
    if (item)
        return sees_item(ask, item);
    if (handover)
        return act_sees_handover(ask->web, &ask->seat, handover, true);
    if (json_object_get(row, "url"))
        return sees_offices(ask, json_object_get(row, "offices"));
    return key && sees_office(ask, key);
}

/* Of each list of the document. */
static void keep_own(struct ask *ask, json_t *said)
{
    const char *name;
    json_t *list;
    if (ask->seat.person.offices_n == 0)
        return;
    json_object_foreach(said, name, list) if (json_is_array(list) && strcmp(name, "said") != 0)
    {
        for (size_t i = json_array_size(list); i-- > 0;)
            if (!sees_row(ask, json_array_get(list, i)))
                json_array_remove(list, i);
    }
}

/* ------------------------------------------------------------------ a page */

/* Cuts the list that has a cursor to the page asked for. */
static bool cut(struct ask *ask, json_t *said, const char *name)
{
    json_t *list = json_object_get(said, name);
    size_t limit = api_param_number(ask, "limit", PAGE_USUAL), n;
    uint64_t from;
    if (!strstr(ask->op->query, "cursor"))
        return true;
    if (!api_cursor_read(ask, &from))
        return false;
    if (!list) {
        list = json_array();
        json_object_set_new(said, name, list);
    }
    n = json_array_size(list);
    json_t *page = json_array();
    for (size_t i = (size_t)from; i < n && i < from + limit; i++)
        json_array_append(page, json_array_get(list, i));
    json_object_set_new(said, name, page);
    api_cursor_put(said, from + limit < n ? from + limit : 0);
    return true;
}

/* What belongs to whoever is bound to offices is sought among all, and the rest left out; figures
 * are his by office only. */
static bool may_ask(struct ask *ask, struct api_words *words)
{
    const char *command = words->argv[0], *by = api_param(ask, "by");
    if (ask->seat.person.offices_n == 0)
        return true;
    if (strcmp(command, "rounds") == 0) {
        api_problem(
            ask, 403, "offices", NULL,
            "Bản kê có bì của nhiều cơ quan; khóa này chỉ cho cơ quan của nó. / rounds hold "
            "what other offices sent");
        return false;
    }
    if (strcmp(command, "board") != 0 || api_param(ask, "rows"))
        return true;
    if (!by)
        return api_word_add(words, "by", "office");
    if (strcmp(by, "office") == 0)
        return true;
    api_problem(ask, 403, "offices", "by",
                "by=office: khóa này chỉ cho cơ quan của nó. / this key "
                "is bound to offices");
    return false;
}

static const char *list_of(const struct ask *ask, const char *command)
{
    if (strcmp(command, "board") == 0)
        return api_param(ask, "rows") ? "items" : "groups";
    return strcmp(command, "batch") == 0 ? "envelopes" : command;
}

static void give_rows(struct ask *ask, struct api_words *words)
{
    struct error err = {ERROR_NONE, ""};
    json_t *said = NULL;
    struct seat seat = ask->seat;
    seat.person.offices_n = 0; /* what is not his is taken out below */
    if (!act_read(ask->web, &seat, words->argc, words->argv, &said, &err)) {
        api_problem_error(ask, NULL, &err);
        return;
    }
    keep_own(ask, said);
    const char *list = list_of(ask, words->argv[0]);
    if (ask->seat.person.offices_n > 0 && strcmp(list, "envelopes") == 0 &&
        json_array_size(json_object_get(said, list)) == 0)
        api_problem(ask, 404, "not-found", "handover", "%s: không có. / there is none",
                    words->argv[1]);
    else if (cut(ask, said, list))
        api_give(ask, 200, json_incref(said));
    json_decref(said);
}

void api_rows(struct ask *ask)
{
    struct api_words *words = api_words_new();
    if (words && api_words_take(ask, NULL, words) && may_ask(ask, words))
        give_rows(ask, words);
    api_words_free(words);
}
