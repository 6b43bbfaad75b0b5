/* body.c - the body of a POST: a JSON object whose members the operation's words name, each checked
 * by its shape. Pure but for the answer. */
#include <stdio.h>
#include <string.h>

#include "server/web/api/inside.h"

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
                        char ret_field[32], struct error *err)
{
    const char *name;
    json_t *value;
    json_object_foreach(body, name, value)
    {
        (void)snprintf(ret_field, 32, "%s", name);
        if (!is_named(op->words, name))
            return error_set(err, ERROR_BAD_INPUT, "%.40s: không nhận ở đây. / not known here",
                             name);
        if (!api_shape_fits(api_shape(api, name), name, value, err))
            return false;
    }
    return true;
}

json_t *api_body_read(const struct api *api, const struct api_op *op, const char *bytes, size_t n,
                      char ret_field[32], struct error *err)
{
    json_error_t why;
    (void)strcpy(ret_field, "body");
    json_t *body = n == 0 ? json_object() : json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &why);
    if (!body)
        error_set(err, ERROR_BAD_INPUT, "dòng %d, cột %d: %.120s. / not JSON", why.line, why.column,
                  why.text);
    else if (!json_is_object(body))
        error_set(err, ERROR_BAD_INPUT, "phải là một đối tượng JSON. / an object is wanted");
    else if (members_fit(api, op, body, ret_field, err))
        return body;
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
    char field[32];
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
