#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "protocol/log.h"
#include "server/web/api/inside.h"

#define ETAG_CHARS 16 /* 64 bits of a hash of the answer itself */

static void give_text(struct ask *ask, unsigned status, char *text, const char *type)
{
    struct http_answer *answer = ask->answer;
    answer->status = status;
    answer->type = type;
    answer->body = text;
    answer->n = strlen(text);
}

/* What the asker holds already: `"abc"` among others, or `*`. */
static bool holds(const struct ask *ask, const char *etag)
{
    const char *said = http_header(ask->request, "If-None-Match");
    return said != NULL && (strcmp(said, "*") == 0 || strstr(said, etag) != NULL);
}

static void make_tag(const char *text, char out[RECENT_TAG_MAX])
{
    struct link hash = chain_hash(text, strlen(text));
    char digits[2 * ETAG_CHARS + 1];
    chain_hex(hash.bytes, ETAG_CHARS / 2, digits);
    (void)snprintf(out, RECENT_TAG_MAX, "\"%.*s\"", ETAG_CHARS, digits);
}

/* Where an item stands, without names. Everything else stays as strict as all answers are. */
static bool may_be_stored(const struct ask *ask)
{
    return (ask->op->scope == 0 || ask->op->scope == SCOPE_ITEMS) && !api_param_flag(ask, "names");
}

static void tag(struct ask *ask, const char *etag)
{
    http_answer_add(ask->answer, "ETag", etag);
    if (may_be_stored(ask))
        http_answer_add(ask->answer, "Cache-Control", "private, no-cache");
    if (!holds(ask, etag))
        return;
    free(ask->answer->body);
    ask->answer->body = NULL;
    ask->answer->n = 0;
    ask->answer->status = 304;
}

/* ------------------------------------------------------------------ an item's answer, kept */

static void key_of(const struct view *view, char out[RECENT_KEY_MAX])
{
    (void)snprintf(out, RECENT_KEY_MAX, "api %s", view->state.item.text);
}

static struct instant now_of(const struct ask *ask)
{
    return ask->web->config.clock.now(ask->web->config.clock.self);
}

bool api_give_kept(struct ask *ask, const struct view *view)
{
    char key[RECENT_KEY_MAX], etag[RECENT_TAG_MAX];
    key_of(view, key);
    if (!recent_give(ask->web->recent, key, view->version, now_of(ask), ask->answer, etag))
        return false;
    if (holds(ask, etag)) {
        http_made_drop(ask->answer->made);
        ask->answer->made = NULL;
        tag(ask, etag);
    }
    return true;
}

void api_keep(struct ask *ask, const struct view *view)
{
    char key[RECENT_KEY_MAX], etag[RECENT_TAG_MAX];
    if (ask->answer->status != 200 || !ask->answer->body)
        return;
    key_of(view, key);
    make_tag(ask->answer->body, etag);
    recent_keep(ask->web->recent, key, view->version, now_of(ask), ask->answer, etag);
}

void api_give(struct ask *ask, unsigned status, json_t *document)
{
    char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    if (!text)
        return; /* the answer stays a 500 */
    give_text(ask, status, text, "application/json");
    if (status == 200 && ask->op && ask->op->method == API_GET) {
        char etag[RECENT_TAG_MAX];
        make_tag(text, etag);
        tag(ask, etag);
    }
}

/* ------------------------------------------------------------------ problems */

static const char *title_of(unsigned status)
{
    switch (status) {
    case 400:
        return "Yêu cầu chưa đúng. / The request is not right.";
    case 401:
        return "Cần khóa tích hợp còn hiệu lực. / A key in force is wanted.";
    case 403:
        return "Khóa này không có quyền đó. / This key may not do that.";
    case 404:
        return "Không có. / There is no such thing.";
    case 405:
        return "Đường dẫn này không nhận cách gọi đó. / Not with this method.";
    case 409:
        return "Không làm được khi đang như vậy. / Not as things stand.";
    case 413:
        return "Dài quá. / Too long.";
    case 415:
        return "Kiểu nội dung này không đọc được. / That type of content is not read.";
    case 422:
        return "Idempotency-Key này đã dùng cho việc khác. / That key was used for something else.";
    case 429:
        return "Thử sai nhiều lần quá. / Too many wrong tries.";
    case 501:
        return "Mã hóa truyền này máy chủ không đọc. / That transfer coding is not read.";
    case 503:
    case 507:
        return "Chưa làm được lúc này, gửi lại sau. / Not just now, send it again later.";
    }
    return "Lỗi ở máy chủ. / A fault of the server.";
}

json_t *api_problem_document(unsigned status, const char *code, const char *field,
                             const char *detail)
{
    char type[96];
    (void)snprintf(type, sizeof type, "urn:trao:problem:%s", code);
    json_t *document =
        json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", type, "title", title_of(status), "status",
                  (int)status, "code", code, "detail", detail);
    if (document && field)
        json_object_set_new(document, "field", json_string(field));
    return document;
}

static void give_problem(struct ask *ask, unsigned status, json_t *document)
{
    char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    if (!text)
        return;
    give_text(ask, status, text, "application/problem+json");
    if (status == 401)
        http_answer_add(ask->answer, "WWW-Authenticate", "Bearer realm=\"trao\"");
    if (status == 429)
        ask->answer->retry_s = GUARD_WINDOW_MS / 1000;
    if (status == 503 || status == 507)
        ask->answer->retry_s = 5;
}

void api_problem(struct ask *ask, unsigned status, const char *code, const char *field,
                 const char *format, ...)
{
    char detail[512];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(detail, sizeof detail, format, values);
    va_end(values);
    give_problem(ask, status, api_problem_document(status, code, field, detail));
}

void api_problem_error(struct ask *ask, const char *field, const struct error *err)
{
    unsigned status = act_status(err->code);
    if (status >= 500)
        log_line(LOG_LEVEL_ERROR, "the API cannot answer", "op=%s why=\"%s\"",
                 ask->op ? ask->op->id : "-", err->text);
    api_problem(ask, status, error_code_name(err->code), field, "%s", err->text);
}
