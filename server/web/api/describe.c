/* describe.c - the API as an OpenAPI 3.1 document, made of the same table that routes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/web/api/inside.h"

extern const unsigned char api_shapes[];
extern const size_t api_shapes_n;

void api_describe(struct ask *ask)
{
    ask->answer->status = 200;
    ask->answer->type = "application/json";
    ask->answer->fixed = ask->api->document;
    ask->answer->n = ask->api->document_n;
}

/* ------------------------------------------------------------------ parameters */

static bool put_parameter(const struct api *api, const char *name, const char *in, json_t *list,
                          struct error *err)
{
    const json_t *shape = api_shape(api, name);
    if (!shape)
        return error_set(err, ERROR_BROKEN, "no shape for %s", name);
    json_t *schema = json_copy((json_t *)shape);
    json_t *what = json_incref(json_object_get(schema, "description"));
    json_object_del(schema, "description");
    json_t *one = json_pack("{s:s, s:s, s:b, s:o, s:o}", "name", name, "in", in, "required",
                            strcmp(in, "path") == 0, "description", what, "schema", schema);
    return json_array_append_new(list, one) == 0 || error_set(err, ERROR_LATER, "out of memory");
}

static bool put_path_parameters(const struct api *api, const char *path, json_t *list,
                                struct error *err)
{
    char name[32];
    for (const char *at = path; (at = strchr(at, '{')) != NULL; at++)
        if (sscanf(at, "{%31[^}]}", name) == 1 && !put_parameter(api, name, "path", list, err))
            return false;
    return true;
}

static bool put_query_parameters(const struct api *api, const char *query, json_t *list,
                                 struct error *err)
{
    char copy[256], *rest = NULL;
    (void)snprintf(copy, sizeof copy, "%s", query);
    for (const char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
        if (!put_parameter(api, name, "query", list, err))
            return false;
    return true;
}

/* ------------------------------------------------------------------ answers */

static json_t *reference(const char *schema)
{
    char text[96];
    (void)snprintf(text, sizeof text, "#/components/schemas/%s", schema);
    return json_pack("{s:s}", "$ref", text);
}

static json_t *content(const char *type, json_t *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", schema);
}

static void put_problem(json_t *responses, const char *status, const char *what)
{
    json_object_set_new(responses, status,
                        json_pack("{s:s, s:o}", "description", what, "content",
                                  content("application/problem+json", reference("Problem"))));
}

/* A schema of ours, or types of files. */
static json_t *answer_of(const struct api_op *op)
{
    char copy[256], *rest = NULL;
    json_t *types = json_object();
    if (!strchr(op->schema, '/'))
        json_object_update_new(types, content("application/json", reference(op->schema)));
    (void)snprintf(copy, sizeof copy, "%s", strchr(op->schema, '/') ? op->schema : "");
    for (const char *type = strtok_r(copy, " ", &rest); type; type = strtok_r(NULL, " ", &rest))
        json_object_update_new(types, content(type, json_object()));
    return types;
}

static json_t *responses_of(const struct api_op *op)
{
    json_t *responses = json_object();
    json_object_set_new(responses, "200",
                        json_pack("{s:s, s:o}", "description", op->en, "content", answer_of(op)));
    if (op->scope == 0)
        return responses;
    if (op->method == API_GET)
        json_object_set_new(responses, "304",
                            json_pack("{s:s}", "description", "The asker has it (If-None-Match)"));
    put_problem(responses, "400", "Something of the request is not right; `field` names it");
    put_problem(responses, "401", "No key, or one that is wrong, over or revoked");
    put_problem(responses, "403", "The key lacks a scope");
    put_problem(responses, "404", "There is no such thing, or it is another office's");
    put_problem(responses, "429", "Too many wrong keys from this address");
    put_problem(responses, "503", "Not just now; Retry-After says when");
    if (op->method == API_POST) {
        put_problem(responses, "409", "Not as things stand, or done already");
        put_problem(responses, "422", "The Idempotency-Key was used for something else");
    }
    return responses;
}

/* ------------------------------------------------------------------ bodies */

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/* The members that the words after the command name. */
static json_t *body_schema(const struct api *api, const struct api_op *op, struct error *err)
{
    json_t *properties = json_object(), *required = json_array();
    char copy[256], *rest = NULL;
    (void)snprintf(copy, sizeof copy, "%s", op->words);
    (void)strtok_r(copy, " ", &rest);
    for (const char *text; (text = strtok_r(NULL, " ", &rest)) != NULL;) {
        struct api_word word = api_word_read(text);
        const json_t *shape = word.fixed ? NULL : api_shape(api, word.name);
        if (word.in_path || word.fixed)
            continue;
        if (!shape) {
            error_set(err, ERROR_BROKEN, "no shape for %s", word.name);
            json_decref(properties);
            json_decref(required);
            return NULL;
        }
        json_object_set_new(properties, word.name, json_deep_copy(shape));
        if (word.kind == '\0' || word.kind == '=')
            json_array_append_new(required, json_string(word.name));
    }
    return json_pack("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties", 0,
                     "properties", properties, "required", required);
}

static bool put_body(const struct api *api, const struct api_op *op, json_t *operation,
                     struct error *err)
{
    json_t *schema = body_schema(api, op, err);
    if (!schema)
        return false;
    bool wanted = json_array_size(json_object_get(schema, "required")) > 0;
    json_t *types = content("application/json", schema);
    if (op->run == api_import) {
        json_object_set_new(types, "text/csv", json_object());
        json_object_set_new(types, XLSX, json_object());
    }
    json_object_set_new(operation, "requestBody",
                        json_pack("{s:b, s:o}", "required", wanted, "content", types));
    return put_parameter(api, "Idempotency-Key", "header", json_object_get(operation, "parameters"),
                         err);
}

/* ------------------------------------------------------------------ one operation */

static json_t *operation_of(const struct api *api, const struct api_op *op, struct error *err)
{
    json_t *parameters = json_array();
    if (!put_path_parameters(api, op->path, parameters, err) ||
        !put_query_parameters(api, op->query, parameters, err)) {
        json_decref(parameters);
        return NULL;
    }
    char summary[256];
    (void)snprintf(summary, sizeof summary, "%s. / %s.", op->vi, op->en);
    json_t *out = json_pack("{s:s, s:s, s:o, s:o}", "operationId", op->id, "summary", summary,
                            "parameters", parameters, "responses", responses_of(op));
    if (op->method == API_POST && !put_body(api, op, out, err)) {
        json_decref(out);
        return NULL;
    }
    json_object_set_new(out, "security",
                        op->scope == 0
                            ? json_array()
                            : json_pack("[{s:[s]}]", "key", scope_key((enum scope)op->scope)));
    return out;
}

static bool put_operations(const struct api *api, json_t *paths, struct error *err)
{
    const struct api_op *op;
    for (size_t i = 0; (op = api_op_row(i)) != NULL; i++) {
        json_t *operation = operation_of(api, op, err);
        if (!operation)
            return error_add(err, "%s", op->id);
        if (!strchr(op->schema, '/') &&
            !json_object_get(json_object_get(api->shapes, "schemas"), op->schema)) {
            json_decref(operation);
            return error_set(err, ERROR_BROKEN, "%s: no schema %s", op->id, op->schema);
        }
        json_t *path = json_object_get(paths, op->path);
        if (!path) {
            path = json_object();
            json_object_set_new(paths, op->path, path);
        }
        json_object_set_new(path, op->method == API_GET ? "get" : "post", operation);
    }
    return true;
}

/* ------------------------------------------------------------------ all of it */

static json_t *scopes_text(void)
{
    char text[2048];
    const struct scope_info *info;
    size_t n = (size_t)snprintf(text, sizeof text,
                                "An integration key, `trao-admin key`. Scopes (khóa tích hợp, phạm "
                                "vi):\n");
    for (size_t i = 0; (info = scope_row(i)) != NULL && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "\n- `%s`: %s / %s", info->key, info->vi,
                              info->what);
    return json_string(text);
}

/* What offices' own systems are told (notify/push.h). */
static json_t *webhooks(void)
{
    return json_pack(
        "{s:{s:{s:s, s:s, s:{s:b, s:o}, s:{s:{s:s}, s:{s:s}}}}}", "became", "post", "operationId",
        "became", "summary", "Một bì ra sao. / What became of an item.", "requestBody", "required",
        1, "content", content("application/json", reference("Telling")), "responses", "204",
        "description", "Taken", "422", "description", "Refused for good: a dead letter");
}

bool api_describe_make(struct api *api, struct error *err)
{
    json_error_t why;
    api->shapes = json_loadb((const char *)api_shapes, api_shapes_n, 0, &why);
    if (!api->shapes)
        return error_set(err, ERROR_BROKEN, "shapes.json:%d: %s", why.line, why.text);
    json_t *paths = json_object();
    if (!put_operations(api, paths, err)) {
        json_decref(paths);
        return false;
    }
    json_t *document = json_pack(
        "{s:s, s:O, s:[{s:s}], s:o, s:{s:O, s:{s:{s:s, s:s, s:o}}}}", "openapi", "3.1.0", "info",
        json_object_get(api->shapes, "info"), "servers", "url", API_ROOT, "paths", paths,
        "components", "schemas", json_object_get(api->shapes, "schemas"), "securitySchemes", "key",
        "type", "http", "scheme", "bearer", "description", scopes_text());
    if (document) {
        json_object_set_new(json_object_get(document, "info"), "version",
                            json_string(TRAO_VERSION));
        json_object_set_new(document, "webhooks", webhooks());
    }
    api->document = document ? json_dumps(document, JSON_INDENT(1)) : NULL;
    json_decref(document);
    if (!api->document)
        return error_set(err, ERROR_LATER, "out of memory");
    api->document_n = strlen(api->document);
    return true;
}
