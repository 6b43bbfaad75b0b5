/* params.c - what is asked, checked by the shapes that also describe it: nothing comes to a handler
 * that the document does not allow. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/rules.h"
#include "server/web/api/inside.h"

/* ------------------------------------------------------------------ shapes */

const json_t *api_shape(const struct api *api, const char *name)
{
    return json_object_get(json_object_get(api->shapes, "fields"), name);
}

static size_t letters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static bool is_one_of(const json_t *words, const char *text)
{
    size_t i;
    const json_t *word;
    json_array_foreach(words, i, word) if (strcmp(json_string_value(word), text) == 0) return true;
    return words == NULL;
}

/* Of the formats only a day is more than its length. */
static bool is_formed(const json_t *shape, const char *text)
{
    const char *format = json_string_value(json_object_get(shape, "format"));
    int64_t day;
    struct error none;
    return format == NULL || strcmp(format, "date") != 0 ||
           (strlen(text) == 10 && text[4] == '-' && day_read(text, &day, &none));
}

static bool text_fits(const json_t *shape, const char *name, const char *text, struct error *err)
{
    const json_t *most = json_object_get(shape, "maxLength"),
                 *least = json_object_get(shape, "minLength");
    size_t n = letters(text);
    if (n < (size_t)json_integer_value(least))
        return error_set(err, ERROR_BAD_INPUT, "%s: còn trống. / empty", name);
    if (most && n > (size_t)json_integer_value(most))
        return error_set(err, ERROR_BAD_INPUT, "%s: dài hơn %lld ký tự. / too long", name,
                         (long long)json_integer_value(most));
    if (!is_one_of(json_object_get(shape, "enum"), text))
        return error_set(err, ERROR_BAD_INPUT, "%s=%.40s: không có. / no such word", name, text);
    return is_formed(shape, text) ||
           error_set(err, ERROR_BAD_INPUT, "%s=%.20s: ngày viết 2026-11-25. / a day", name, text);
}

static bool number_fits(const json_t *shape, const char *name, json_int_t value, struct error *err)
{
    const json_t *most = json_object_get(shape, "maximum"),
                 *least = json_object_get(shape, "minimum");
    if ((!least || value >= json_integer_value(least)) &&
        (!most || value <= json_integer_value(most)))
        return true;
    return error_set(err, ERROR_BAD_INPUT, "%s: từ %lld đến %lld. / out of range", name,
                     (long long)json_integer_value(least), (long long)json_integer_value(most));
}

static bool list_fits(const json_t *shape, const char *name, const json_t *value, struct error *err)
{
    const json_t *one = json_object_get(shape, "items"), *most = json_object_get(shape, "maxItems"),
                 *element;
    size_t i;
    if (json_array_size(value) < (size_t)json_integer_value(json_object_get(shape, "minItems")) ||
        (most && json_array_size(value) > (size_t)json_integer_value(most)))
        return error_set(err, ERROR_BAD_INPUT, "%s: nhiều nhất %lld. / too few or too many", name,
                         (long long)json_integer_value(most));
    json_array_foreach(value, i,
                       element) if (!api_shape_fits(one, name, element, err)) return false;
    return true;
}

bool api_shape_fits(const json_t *shape, const char *name, const json_t *value, struct error *err)
{
    const char *type = json_string_value(json_object_get(shape, "type"));
    if (strcmp(type, "string") == 0 && json_is_string(value))
        return text_fits(shape, name, json_string_value(value), err);
    if (strcmp(type, "integer") == 0 && json_is_integer(value))
        return number_fits(shape, name, json_integer_value(value), err);
    if (strcmp(type, "boolean") == 0 && json_is_boolean(value))
        return true;
    if (strcmp(type, "object") == 0 && json_is_object(value))
        return true; /* whoever takes it looks into it */
    if (strcmp(type, "array") == 0 && json_is_array(value))
        return list_fits(shape, name, value, err);
    return error_set(err, ERROR_BAD_INPUT, "%s: phải là %s. / wrong type", name, type);
}

/* ------------------------------------------------------------------ query and path */

/* A query's text as a value of its shape; NULL when it is none. */
static json_t *value_of(const json_t *shape, const char *text)
{
    const char *type = json_string_value(json_object_get(shape, "type"));
    char *end = NULL;
    if (strcmp(type, "integer") == 0) {
        long long number = strtoll(text, &end, 10);
        return *text >= '0' && *text <= '9' && *end == '\0' && strlen(text) < 16
                   ? json_integer(number)
                   : NULL;
    }
    if (strcmp(type, "boolean") == 0)
        return strcmp(text, "true") == 0    ? json_true()
               : strcmp(text, "false") == 0 ? json_false()
                                            : NULL;
    return json_string(text);
}

bool api_value_fits(const struct api *api, const char *name, const char *text, struct error *err)
{
    const json_t *shape = api_shape(api, name);
    json_t *value = value_of(shape, text);
    bool good = value ? api_shape_fits(shape, name, value, err)
                      : error_set(err, ERROR_BAD_INPUT, "%s=%.40s: không đọc được. / not readable",
                                  name, text);
    json_decref(value);
    return good;
}

static bool fits(struct ask *ask, const char *name, const char *text)
{
    struct error err;
    if (api_value_fits(ask->api, name, text, &err))
        return true;
    api_problem(ask, 400, "bad-input", name, "%s", err.text);
    return false;
}

static bool is_listed(const char *words, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = words; n > 0 && (at = strstr(at, name)) != NULL; at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

struct checking {
    struct ask *ask;
    char seen[512]; /* names so far, by blanks */
    bool good;
};

static bool check_one(void *ctx, const char *name, const char *value)
{
    struct checking *checking = ctx;
    struct ask *ask = checking->ask;
    size_t n = strlen(checking->seen);
    checking->good = false;
    if (!is_listed(ask->op->query, name))
        api_problem(ask, 400, "bad-input", name, "%.40s: không nhận ở đây. / not known here", name);
    else if (is_listed(checking->seen, name))
        api_problem(ask, 400, "bad-input", name, "%s: hai lần. / twice", name);
    else
        checking->good = fits(ask, name, value);
    if (checking->good)
        (void)snprintf(checking->seen + n, sizeof checking->seen - n, "%s%s", n ? " " : "", name);
    return checking->good;
}

/* The n-th {name} of the operation's path. */
static bool var_name(const struct api_op *op, size_t n, char out[32])
{
    const char *at = op->path;
    do
        at = strchr(at + 1, '{');
    while (at && n-- > 0);
    size_t length = at ? strcspn(at + 1, "}") : 0;
    if (length == 0 || length >= 32)
        return false;
    memcpy(out, at + 1, length);
    out[length] = '\0';
    return true;
}

bool api_params_check(struct ask *ask)
{
    struct checking checking = {.ask = ask, .good = true};
    char name[32];
    for (size_t i = 0; i < API_VARS && var_name(ask->op, i, name); i++)
        if (!fits(ask, name, ask->vars[i]))
            return false;
    http_query_each(ask->request, check_one, &checking);
    return checking.good;
}

const char *api_param(const struct ask *ask, const char *name)
{
    char var[32];
    for (size_t i = 0; i < API_VARS && var_name(ask->op, i, var); i++)
        if (strcmp(var, name) == 0)
            return ask->vars[i];
    return http_query(ask->request, name);
}

bool api_param_flag(const struct ask *ask, const char *name)
{
    const char *text = api_param(ask, name);
    return text && strcmp(text, "true") == 0;
}

size_t api_param_number(const struct ask *ask, const char *name, size_t otherwise)
{
    const char *text = api_param(ask, name);
    return text ? (size_t)strtoull(text, NULL, 10) : otherwise;
}

/* ------------------------------------------------------------------ places in a list */

#define CURSOR_MASK UINT64_C(0x9E3779B97F4A7C15) /* so that nobody counts with it */

bool api_cursor_read(struct ask *ask, uint64_t *ret_at)
{
    return api_cursor_take(ask, api_param(ask, "cursor"), ret_at);
}

bool api_cursor_take(struct ask *ask, const char *text, uint64_t *ret_at)
{
    uint64_t value = 0;
    int n = 0;
    *ret_at = 0;
    if (!text)
        return true;
    /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
    if (sscanf(text, "c%16" SCNx64 "%n", &value, &n) != 1 || text[n] != '\0' || n != 17) {
        api_problem(ask, 400, "bad-input", "cursor",
                    "cursor: lấy nguyên từ next của trang trước. / as `next` gave it");
        return false;
    }
    *ret_at = value ^ CURSOR_MASK;
    return true;
}

void api_cursor_put(json_t *document, uint64_t at)
{
    char text[API_CURSOR_MAX];
    (void)snprintf(text, sizeof text, "c%016" PRIx64, at ^ CURSOR_MASK);
    json_object_set_new(document, "next", at == 0 ? json_null() : json_string(text));
}
