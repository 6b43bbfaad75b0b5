/* route.c - from a request to the operation that answers it: path, key, scope, query. */
#include "server/web/api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/web/api/inside.h"

#define SCOPE_NAME(SCOPE) SCOPE_##SCOPE
#define FAST false
#define SLOW true
static const struct api_op ops[] = {
#define OP(id, METHOD, path, SCOPE, SPEED, handler, query, words, schema, vi, en)                  \
    {#id, API_##METHOD, path, SCOPE_NAME(SCOPE), SPEED, handler, query, words, schema, vi, en},
#include "server/web/api/api.def"
#undef OP
};
#define OPS (sizeof ops / sizeof *ops)

const struct api_op *api_op_row(size_t i)
{
    return i < OPS ? &ops[i] : NULL;
}

bool api_owns(const struct http_request *request)
{
    return strncmp(request->path, "/api/", 5) == 0;
}

/* ------------------------------------------------------------------ the path */

/* Piece by piece; {x} takes one that is not empty. */
static bool matches(const char *pattern, const char *path, char vars[API_VARS][API_VAR_MAX])
{
    for (size_t var = 0; *pattern; pattern++) {
        if (*pattern != '{') {
            if (*pattern != *path++)
                return false;
            continue;
        }
        size_t n = strcspn(path, "/");
        if (n == 0 || n >= API_VAR_MAX)
            return false;
        memcpy(vars[var], path, n);
        vars[var++][n] = '\0';
        path += n;
        pattern = strchr(pattern, '}');
    }
    return *path == '\0';
}

/* NULL: the path is none, or (`ret_methods` not 0) not with this method. */
static const struct api_op *op_of(const struct http_request *request,
                                  char vars[API_VARS][API_VAR_MAX], unsigned *ret_methods)
{
    static const size_t root = sizeof API_ROOT - 1;
    const struct api_op *found = NULL;
    *ret_methods = 0;
    if (strncmp(request->path, API_ROOT, root) != 0)
        return NULL;
    for (size_t i = 0; i < OPS; i++) {
        char at[API_VARS][API_VAR_MAX];
        if (!matches(ops[i].path, request->path + root, at))
            continue;
        *ret_methods |= 1u << ops[i].method;
        if ((ops[i].method == API_POST) != request->is_post || request->is_options || found)
            continue;
        found = &ops[i];
        memcpy(vars, at, sizeof at);
    }
    return found;
}

bool api_is_slow(const struct http_request *request)
{
    char vars[API_VARS][API_VAR_MAX];
    unsigned methods;
    const struct api_op *op = op_of(request, vars, &methods);
    const char *names = http_query(request, "names");
    return op && (op->slow || (names && strcmp(names, "true") == 0));
}

/* ------------------------------------------------------------------ the key */

static int64_t now_ms(const struct web *web)
{
    return web->config.clock.now(web->config.clock.self).ms;
}

static bool known(struct ask *ask, const struct link *hash, struct api_key *ret_key)
{
    const struct known_key *known = &ask->api->known[hash->bytes[0] % API_KNOWN];
    int64_t now = now_ms(ask->web);
    pthread_mutex_lock(&ask->api->lock);
    bool good = known->at_ms != 0 && now >= known->at_ms && now < known->at_ms + API_KNOWN_MS &&
                link_equal(&known->hash, hash) && known->key.until.ms > now;
    if (good)
        *ret_key = known->key;
    pthread_mutex_unlock(&ask->api->lock);
    return good;
}

static void remember(struct ask *ask, const struct link *hash, const struct api_key *key)
{
    pthread_mutex_lock(&ask->api->lock);
    ask->api->known[hash->bytes[0] % API_KNOWN] =
        (struct known_key){.hash = *hash, .at_ms = now_ms(ask->web), .key = *key};
    pthread_mutex_unlock(&ask->api->lock);
}

/* "trao_17_..." as trao-admin wrote it. */
static bool read_token(const char *text, int64_t *ret_id, struct link *ret_secret)
{
    char *end = NULL;
    if (strncmp(text, "trao_", 5) != 0 || text[5] < '1' || text[5] > '9')
        return false;
    long long id = strtoll(text + 5, &end, 10);
    if (*end != '_' || strlen(end + 1) != 64)
        return false;
    *ret_id = id;
    *ret_secret = chain_hash(end + 1, 64);
    return true;
}

static bool find_key(struct ask *ask, const char *token, struct api_key *ret_key)
{
    struct link hash = chain_hash(token, strlen(token)), secret;
    struct error none;
    int64_t id;
    if (known(ask, &hash, ret_key))
        return true;
    if (!read_token(token, &id, &secret))
        return false;
    struct instant now = {now_ms(ask->web)};
    struct record *record = readers_take(ask->web->readers);
    bool found = api_key_find(record, id, &secret, now, ret_key, &none);
    readers_give(ask->web->readers, record);
    if (found)
        remember(ask, &hash, ret_key);
    return found;
}

/* Who cannot show a key learns no more than that one is wanted; guesses are counted. */
static bool has_key(struct ask *ask)
{
    const char *said = http_header(ask->request, "Authorization");
    struct api_key key;
    if (guard_left(ask->web->guard, GUARD_KEY, ask->request->client) == 0) {
        api_problem(ask, 429, "too-many", NULL,
                    "Đợi một giờ rồi thử lại. / Wait an hour, then try again.");
        return false;
    }
    if (!said || strncasecmp(said, "Bearer ", 7) != 0) {
        api_problem(ask, 401, "no-key", NULL, "Authorization: Bearer KHÓA. / with a key");
        return false;
    }
    if (!find_key(ask, said + 7, &key)) {
        guard_wrong(ask->web->guard, GUARD_KEY, ask->request->client);
        api_problem(ask, 401, "no-key", NULL,
                    "Khóa sai, hết hạn hoặc đã thu hồi. / Wrong, over or revoked.");
        return false;
    }
    ask->seat = (struct seat){.logged_in = true, .person = key.person, .until = key.until};
    ask->scopes = key.scopes;
    return true;
}

bool api_may_bring(struct web *web, const struct http_request *request)
{
    char vars[API_VARS][API_VAR_MAX];
    unsigned methods;
    const struct api_op *op = op_of(request, vars, &methods);
    const char *said = http_header(request, "Authorization");
    const char *type = http_header(request, "Content-Type");
    struct ask ask = {.web = web, .api = web->api, .request = request};
    struct api_key key;
    return op && op->run == api_import && said && strncasecmp(said, "Bearer ", 7) == 0 && type &&
           strncasecmp(type, "application/json", 16) != 0 && /* JSON is read in memory */
           guard_left(web->guard, GUARD_KEY, request->client) > 0 &&
           find_key(&ask, said + 7, &key) && (key.scopes & op->scope);
}

static bool has_scope(struct ask *ask)
{
    if (ask->op->scope == 0 || (ask->scopes & ask->op->scope))
        return true;
    api_problem(ask, 403, "scope", NULL, "Cần phạm vi %s. / Scope %s is wanted.",
                scope_key((enum scope)ask->op->scope), scope_key((enum scope)ask->op->scope));
    return false;
}

/* ------------------------------------------------------------------ answered */

static void put_allow(struct ask *ask, unsigned methods)
{
    bool get = methods & 1u << API_GET, post = methods & 1u << API_POST;
    http_answer_add(ask->answer, "Allow",
                    get && post ? "GET, HEAD, OPTIONS, POST"
                    : get       ? "GET, HEAD, OPTIONS"
                                : "OPTIONS, POST");
}

static void answer_none(struct ask *ask, unsigned methods)
{
    if (methods == 0) {
        api_problem(ask, 404, "not-found", NULL,
                    "%.80s: không có đường dẫn này; xem " API_ROOT
                    "/openapi.json. / no such path, see there",
                    ask->request->path);
        return;
    }
    put_allow(ask, methods);
    if (ask->request->is_options)
        ask->answer->status = 204;
    else
        api_problem(ask, 405, "method", NULL, "Xem Allow. / See Allow.");
}

static const char *code_of(unsigned status)
{
    return status == 405 ? "method" : status >= 503 ? "later" : "bad-input";
}

void api_refused(const struct http_request *request, struct http_answer *answer)
{
    struct ask ask = {.request = request, .answer = answer};
    unsigned methods;
    (void)op_of(request, ask.vars, &methods);
    if (answer->status == 405 && methods != 0)
        put_allow(&ask, methods);
    const char *why = answer->fixed; /* a line */
    api_problem(&ask, answer->status, code_of(answer->status), NULL, "%.*s",
                (int)strcspn(why, "\n"), why);
}

void api_answer(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct ask ask = {.web = web, .api = web->api, .request = request, .answer = answer};
    unsigned methods;
    ask.op = op_of(request, ask.vars, &methods);
    if (!ask.op)
        answer_none(&ask, methods);
    else if ((ask.op->scope == 0 || (has_key(&ask) && has_scope(&ask))) && api_params_check(&ask))
        ask.op->run(&ask);
}

/* ------------------------------------------------------------------ open and close */

bool api_open(struct instant now, struct api **ret_api, struct error *err)
{
    struct api *api = calloc(1, sizeof *api);
    if (!api)
        return error_set(err, ERROR_LATER, "API: out of memory");
    pthread_mutex_init(&api->lock, NULL);
    api->opened = now;
    if (!api_describe_make(api, err)) {
        api_close(api);
        return error_add(err, "API");
    }
    *ret_api = api;
    return true;
}

void api_close(struct api *api)
{
    if (!api)
        return;
    json_decref(api->shapes);
    free(api->document);
    pthread_mutex_destroy(&api->lock);
    free(api);
}
