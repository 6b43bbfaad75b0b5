/* body.c - the body of a POST: a JSON object whose members the operation's words name, each checked
 * by its shape. Pure but for the answer. */
#include <stdio.h>
#include <string.h>

#include "protocol/utf8.h"
#include "server/web/api/inside.h"

#define FIELD_MAX 32

/* As much as fits, whole letters: half of one would make the answer no JSON. */
static void put_letters(const char *from, char *to, size_t size)
{
    const char *at = from;
    size_t left = strlen(from), n = 0;
    uint32_t letter;
    while (left > 0 && utf8_next(&at, &left, &letter) && (size_t)(at - from) < size)
        n = (size_t)(at - from);
    memcpy(to, from, n);
    to[n] = '\0';
}

/* A name of no letters is named all the same. */
static void put_name(const char *name, char ret_field[FIELD_MAX])
{
    put_letters(*name ? name : "\"\"", ret_field, FIELD_MAX);
}

/* One of the words after the command. */
static bool is_named(const char *words, const char *name)
{
    for (const char *at = strchr(words, ' '); at; at = strchr(at + 1, ' ')) {
        struct api_word word = api_word_read(at + 1);
        if (!word.in_path && !word.fixed && strcmp(word.name, name) == 0)
            return true;
    }
    return false;
}

static bool members_fit(const struct api *api, const struct api_op *op, json_t *body,
                        char ret_field[FIELD_MAX], struct error *err)
{
    const char *name;
    json_t *value;
    json_object_foreach(body, name, value)
    {
        put_name(name, ret_field);
        if (!is_named(op->words, name))
            return error_set(err, ERROR_BAD_INPUT, "%s: không nhận ở đây. / not known here",
                             ret_field);
        if (!api_shape_fits(api_shape(api, name), name, value, err))
            return false;
    }
    return true;
}

json_t *api_body_read(const struct api *api, const struct api_op *op, const char *bytes, size_t n,
                      char ret_field[FIELD_MAX], struct error *err)
{
    json_error_t why = {.line = 0};
    char said[121];
    (void)snprintf(ret_field, FIELD_MAX, "body");
    json_t *body = n == 0 ? json_object() : json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &why);
    if (!body) {
        put_letters(why.text, said, sizeof said);
        error_set(err, ERROR_BAD_INPUT, "dòng %d, cột %d: %s. / not JSON", why.line, why.column,
                  said);
    } else if (!json_is_object(body)) {
        error_set(err, ERROR_BAD_INPUT, "phải là một đối tượng JSON. / an object is wanted");
    } else if (members_fit(api, op, body, ret_field, err)) {
        return body;
    }
    json_decref(body);
    return NULL;
}

bool api_body_is(const struct ask *ask, const char *type)
{
    const char *said = http_header(ask->request, "Content-Type");
    size_t n = strlen(type);
    return said && strncasecmp(said, type, n) == 0 && (said[n] == '\0' || strchr("; ", said[n]));
}

bool api_body_take(struct ask *ask, json_t **new_body)
{
    struct error err = {ERROR_NONE, ""};
    char field[FIELD_MAX];
    if (ask->request->body_n > 0 && !api_body_is(ask, "application/json")) {
        api_problem(ask, 415, "content-type", "Content-Type",
                    "Content-Type: application/json. / that is wanted");
        return false;
    }
    *new_body =
        api_body_read(ask->api, ask->op, ask->request->body, ask->request->body_n, field, &err);
    if (!*new_body)
        api_problem(ask, 400, "bad-input", field, "%s", err.text);
    return *new_body != NULL;
}
