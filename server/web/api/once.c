/* once.c - Idempotency-Key: what was asked for under a key of the asker's is done once, and
 * answered alike each time, whatever was killed in between (decision 0112).
 *
 * A short command runs in one group with the note of what it answered: both are there, or neither.
 * A long one (import, print) is noted before it begins and after it ended; one that was cut off in
 * between says so, and an import, which may be repeated, is simply done again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/web/api/inside.h"

#define KEY_HEADER "Idempotency-Key"

struct doing {
    struct ask *ask;
    struct once once;
    char *answer; /* of before, or of now */
};

/* ------------------------------------------------------------------ the key */

struct hashing {
    char *bytes;
    size_t n, room;
};

static void hash_add(struct hashing *hashing, const char *bytes, size_t n)
{
    if (hashing->n + n + 1 > hashing->room)
        return;
    memcpy(hashing->bytes + hashing->n, bytes, n);
    hashing->n += n;
    hashing->bytes[hashing->n++] = '\0';
}

static bool hash_query(void *ctx, const char *key, const char *value)
{
    hash_add(ctx, key, strlen(key));
    hash_add(ctx, value, strlen(value));
    return true;
}

/* Of path, query and body. */
static bool hash_of(const struct ask *ask, struct link *ret_hash)
{
    const struct http_request *request = ask->request;
    struct hashing hashing = {.room = request->body_n + 16384};
    hashing.bytes = malloc(hashing.room);
    if (!hashing.bytes)
        return false;
    hash_add(&hashing, request->path, strlen(request->path));
    http_query_each(request, hash_query, &hashing);
    hash_add(&hashing, request->body, request->body_n);
    struct link file;
    struct error none;
    bool good = request->file < 0 || kept_hash(request, &file, &none);
    if (good && request->file >= 0)
        hash_add(&hashing, (const char *)file.bytes, sizeof file.bytes);
    *ret_hash = chain_hash(hashing.bytes, hashing.n);
    free(hashing.bytes);
    return good;
}

/* Without a key `once.key` stays "". False: answered. */
static bool read_key(struct ask *ask, struct doing *doing)
{
    const char *key = http_header(ask->request, KEY_HEADER);
    *doing = (struct doing){.ask = ask, .once = {.person = ask->seat.person.id}};
    if (!key)
        return true;
    size_t n = strlen(key);
    for (const char *at = key; *at; at++)
        if (*at < '!' || *at > '~')
            n = 0;
    if (n == 0 || n > ONCE_KEY_MAX) {
        api_problem(ask, 400, "bad-input", KEY_HEADER,
                    KEY_HEADER ": 1 đến %d ký tự, không dấu, không cách. / 1 to %d signs of ASCII",
                    ONCE_KEY_MAX, ONCE_KEY_MAX);
        return false;
    }
    memcpy(doing->once.key, key, n + 1);
    return hash_of(ask, &doing->once.asked);
}

/* ------------------------------------------------------------------ asked before */

static void give_again(struct ask *ask, const struct once *before, char *answer)
{
    ask->answer->status = before->status;
    ask->answer->type = before->status >= 400 ? "application/problem+json" : "application/json";
    ask->answer->body = answer;
    ask->answer->n = strlen(answer);
    http_answer_add(ask->answer, "Idempotency-Replayed", "true");
}

/* Begun by a server that is no more, and an import: then it may begin again. */
static bool may_begin_again(const struct ask *ask, const struct once *before)
{
    return before->at.ms < ask->api->opened.ms && ask->op->run == api_import;
}

/* True: it is still to be done. */
static bool is_new(struct ask *ask, const struct doing *doing)
{
    struct once before;
    char *answer = NULL;
    struct error err = {ERROR_NONE, ""};
    struct instant now = ask->web->config.clock.now(ask->web->config.clock.self);
    struct record *record = readers_take(ask->web->readers);
    bool found =
        once_find(record, doing->once.person, doing->once.key, now, &before, &answer, &err);
    readers_give(ask->web->readers, record);
    if (!found && err.code == ERROR_NOT_FOUND)
        return true;
    if (!found)
        api_problem_error(ask, NULL, &err);
    else if (!link_equal(&before.asked, &doing->once.asked))
        api_problem(ask, 422, "other-request", KEY_HEADER,
                    "Khóa này đã dùng cho yêu cầu khác; dùng khóa mới. / used for another request");
    else if (answer) {
        give_again(ask, &before, answer);
        return false;
    } else if (may_begin_again(ask, &before))
        return true;
    else
        api_problem(
            ask, 409, "begun", KEY_HEADER,
            before.at.ms < ask->api->opened.ms
                ? "Đã bắt đầu rồi bị ngắt; xem trạng thái các bì trước khi làm lại. / begun, "
                  "then cut off: look at the items first"
                : "Đang làm. / still being done");
    free(answer);
    return false;
}

/* ------------------------------------------------------------------ short ones */

/* On the writer's thread, where nobody else begins: two requests with one key that came together
 * both found nothing before. */
static bool before_act(void *ctx, struct record *record, struct error *err)
{
    struct doing *doing = ctx;
    struct once once;
    char *answer = NULL;
    struct error why = {ERROR_NONE, ""};
    if (once_find(record, doing->once.person, doing->once.key, record_now(record), &once, &answer,
                  &why)) {
        bool again = !answer && link_equal(&once.asked, &doing->once.asked) &&
                     may_begin_again(doing->ask, &once);
        free(answer);
        return again || error_set(err, ERROR_REPEATED, "done meanwhile");
    }
    return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
}

static char *problem_text(const struct error *why)
{
    json_t *problem =
        api_problem_document(act_status(why->code), error_code_name(why->code), NULL, why->text);
    char *text = problem ? json_dumps(problem, JSON_COMPACT) : NULL;
    json_decref(problem);
    return text;
}

static char *compact(const char *json)
{
    json_t *document = json_loads(json, 0, NULL);
    char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    return text;
}

static bool after_act(void *ctx, struct record *record, bool done, const struct error *why,
                      const char *said, struct error *err)
{
    struct doing *doing = ctx;
    free(doing->answer);
    doing->once.status = done ? 200 : act_status(why->code);
    doing->answer = done ? compact(said) : problem_text(why);
    return (doing->answer != NULL || error_set(err, ERROR_LATER, "out of memory")) &&
           once_put(record, &doing->once, doing->answer, err);
}

void api_once_short(struct ask *ask, const struct api_words *words)
{
    struct doing doing;
    struct error err = {ERROR_NONE, ""};
    json_t *said = NULL;
    if (!read_key(ask, &doing) || (*doing.once.key && !is_new(ask, &doing)))
        return;
    struct act_kept kept = {before_act, after_act, &doing};
    bool done = *doing.once.key ? act_run_kept(ask->web, ask->request, &ask->seat, words->argc,
                                               words->argv, &kept, &said, &err)
                                : act_run(ask->web, ask->request, &ask->seat, words->argc,
                                          words->argv, -1, &said, &err);
    if (done)
        api_give(ask, 200, said);
    else if (err.code == ERROR_REPEATED && *doing.once.key && !doing.answer) {
        if (is_new(ask, &doing)) /* it was done by another request with this key: answered there */
            api_problem_error(ask, NULL, &err);
    } else
        api_problem_error(ask, NULL, &err);
    free(doing.answer);
}

/* ------------------------------------------------------------------ long ones */

static bool begin_act(struct record *record, void *arg, struct error *err)
{
    const struct doing *doing = arg;
    return before_act(arg, record, err) && once_put(record, &doing->once, NULL, err);
}

static bool end_act(struct record *record, void *arg, struct error *err)
{
    const struct doing *doing = arg;
    return doing->answer ? once_put(record, &doing->once, doing->answer, err)
                         : once_drop(record, doing->once.person, doing->once.key, err);
}

void api_once_long(struct ask *ask, const struct api_words *words, int fd,
                   void (*finish)(struct ask *ask, json_t *said))
{
    struct doing doing;
    const struct acts *acts = &ask->web->config.acts;
    struct error err = {ERROR_NONE, ""}, why;
    json_t *said = NULL;
    if (!read_key(ask, &doing) || (*doing.once.key && !is_new(ask, &doing)))
        return;
    if (*doing.once.key && !acts->run(acts->self, begin_act, &doing, &err)) {
        if (err.code != ERROR_REPEATED || is_new(ask, &doing)) /* else answered there */
            api_problem_error(ask, NULL, &err);
        return;
    }
    bool done =
        act_run(ask->web, ask->request, &ask->seat, words->argc, words->argv, fd, &said, &err);
    bool later = !done && (err.code == ERROR_LATER || err.code == ERROR_BROKEN);
    if (done)
        finish(ask, said);
    doing.once.status = done ? 200 : act_status(err.code);
    doing.answer = done ? json_dumps(said, JSON_COMPACT) : later ? NULL : problem_text(&err);
    if (*doing.once.key && !acts->run(acts->self, end_act, &doing, &why))
        api_problem_error(ask, NULL, &why); /* asked again it says that it was begun */
    else if (done)
        api_give(ask, 200, json_incref(said));
    else
        api_problem_error(ask, NULL, &err);
    json_decref(said);
    free(doing.answer);
}
