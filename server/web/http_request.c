/* http_request.c - a request's way: its head is judged before any of its body is read, a body or a
 * file is taken in, an answer is asked for. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/web/framing.h"
#include "server/web/http_inside.h"

#define TOO_LONG "Nội dung gửi lên quá dài. / too long\n"
#define UPLOADS_MAX 8 /* coming in at a time; beyond that 503 */

static struct watch *watch_of(const struct exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The clock of the connection's socket runs while a request comes in. */
static void watch_request(struct exchange *exchange, bool coming)
{
    struct watch *watch = watch_of(exchange);
    if (watch)
        watch_set(watch, coming);
}

static struct exchange *begin(const struct door *door, struct MHD_Connection *connection,
                              const char *path, const char *method, const char *version)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return NULL;
    exchange->http = door->http;
    exchange->connection = connection;
    exchange->straight = !door->tls && strcmp(version, MHD_HTTP_VERSION_1_1) == 0;
    bool is_post = strcmp(method, "POST") == 0;
    exchange->body = is_post ? calloc(1, HTTP_BODY_MAX + 1) : NULL;
    if (is_post && !exchange->body) {
        free(exchange);
        return NULL;
    }
    exchange->request = (struct http_request){
        .is_post = is_post,
        .is_options = strcmp(method, "OPTIONS") == 0 && strncmp(path, "/api/", 5) == 0,
        .tls = door->tls,
        .path = path,
        .body = is_post ? exchange->body : "",
        .file = -1,
        .connection = connection,
    };
    exchange->answer = (struct http_answer){.status = 500, .file = -1};
    http_note_client(exchange);
    return exchange;
}

static bool count_upload(struct http *http, bool begins)
{
    pthread_mutex_lock(&http->lock);
    bool good = !begins || http->uploads < UPLOADS_MAX;
    if (good)
        http->uploads += begins ? 1 : (size_t)-1;
    pthread_mutex_unlock(&http->lock);
    return good;
}

static void end_upload(struct exchange *exchange)
{
    if (!exchange->upload)
        return;
    upload_free(exchange->upload);
    exchange->upload = NULL;
    exchange->request.file = -1;
    (void)count_upload(exchange->http, false);
}

/* A form's body stays a form's; another is a file where one may come. */
static enum MHD_Result begin_upload(struct exchange *exchange, unsigned long long length)
{
    struct http *http = exchange->http;
    struct upload_config config = {http->config.upload_folder, http->config.upload_max_bytes};
    if (length > config.max_bytes)
        return http_refuse(exchange, 413, "Tệp quá lớn. / too long\n");
    if (!count_upload(http, true))
        return http_refuse(exchange, 503, HTTP_BUSY);
    exchange->upload =
        upload_new(&config, exchange->connection, &exchange->request, exchange->body);
    if (exchange->upload)
        return MHD_YES;
    (void)count_upload(http, false);
    return MHD_NO;
}

static enum http_upload may_bring(const struct exchange *exchange)
{
    static const char form[] = "application/x-www-form-urlencoded";
    const struct http_config *config = &exchange->http->config;
    const char *type = http_header(&exchange->request, "Content-Type");
    if (!exchange->request.is_post || !config->upload ||
        (type && strncasecmp(type, form, sizeof form - 1) == 0))
        return HTTP_UPLOAD_NONE;
    return config->upload(config->ctx, &exchange->request);
}

static enum MHD_Result note_framing(void *cls, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    (void)kind;
    framing_note(cls, name, value);
    return MHD_YES;
}

/* The first call: headers are there, no byte of a body. */
static enum MHD_Result check_head(struct exchange *exchange, const char *method)
{
    struct framing framing = {.lengths = 0};
    const char *why;
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, note_framing, &framing);
    unsigned fault = framing_fault(&framing, &why);
    if (fault != 0)
        return http_refuse(exchange, fault, why);
    enum http_upload upload = may_bring(exchange);
    if (upload == HTTP_UPLOAD_SIGN_IN)
        return http_refuse(exchange, 401,
                           "Hết phiên; đăng nhập lại rồi gửi lại. / sign in first\n");
    if (upload == HTTP_UPLOAD_FILE)
        return begin_upload(exchange, framing.length);
    if (framing.length > HTTP_BODY_MAX)
        return http_refuse(exchange, 413, TOO_LONG);
    bool get =
        strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || exchange->request.is_options;
    if (!get && !exchange->request.is_post)
        return http_refuse(exchange, 405, "Chỉ nhận GET, HEAD, POST. / only GET, HEAD, POST\n");
    if (get && (framing.length > 0 || framing.codings))
        return http_refuse(exchange, 400, "GET không kèm nội dung. / a GET with a body\n");
    return MHD_YES;
}

/* A body that says its length is refused by its head; one in chunks may have no end. Its sender is
 * told as soon as it is too long: what still comes is read and forgotten until he stops, or the
 * clock of the socket does. */
static void tell_early(struct exchange *exchange)
{
    const char *why = TOO_LONG;
    unsigned status = exchange->upload     ? upload_failed(exchange->upload, &why)
                      : exchange->too_long ? 413u
                                           : 0u;
    if (status != 0 && !exchange->said)
        exchange->said = http_refuse_now(exchange, status, why);
}

static void take_body(struct exchange *exchange, const char *bytes, size_t n)
{
    struct http_request *request = &exchange->request;
    if (exchange->upload) {
        if (upload_take(exchange->upload, bytes, n))
            watch_request(exchange, true); /* it comes, and is large */
        return;
    }
    exchange->too_long =
        exchange->too_long || !exchange->body || n > HTTP_BODY_MAX - request->body_n;
    if (exchange->too_long)
        return;
    memcpy(exchange->body + request->body_n, bytes, n);
    request->body_n += n;
}

static enum MHD_Result answer_whole(struct exchange *exchange)
{
    struct http *http = exchange->http;
    const char *why = TOO_LONG;
    unsigned status =
        exchange->upload ? upload_end(exchange->upload, &why) : (exchange->too_long ? 413u : 0u);
    if (exchange->said)
        return MHD_NO; /* the connection ends */
    if (status != 0)
        return http_refuse(exchange, status, why);
    watch_request(exchange, false);
    if (http->config.is_slow(http->config.ctx, &exchange->request))
        return http_hand_over(exchange) ? MHD_YES : http_refuse(exchange, 503, HTTP_BUSY);
    http->config.answer(http->config.ctx, &exchange->request, &exchange->answer);
    exchange->stage = ANSWERED;
    return http_give(exchange);
}

enum MHD_Result http_on_request(void *cls, struct MHD_Connection *connection, const char *path,
                                const char *method, const char *version, const char *bytes,
                                size_t *n, void **state)
{
    struct exchange *exchange = *state;
    if (!exchange) {
        *state = exchange = begin(cls, connection, path, method, version);
        if (exchange && watch_of(exchange))
            watch_asked(watch_of(exchange));
        return exchange ? check_head(exchange, method) : MHD_NO;
    }
    switch (exchange->stage) {
    case READING:
        if (*n == 0)
            return answer_whole(exchange);
        take_body(exchange, bytes, *n);
        tell_early(exchange);
        *n = 0;
        return MHD_YES;
    case WAITING:
        return MHD_YES;
    case ANSWERED:
        return http_give(exchange);
    case REFUSED:
        *n = 0;
        return MHD_YES;
    }
    return MHD_NO;
}

void http_on_completed(void *cls, struct MHD_Connection *connection, void **state,
                       enum MHD_RequestTerminationCode code)
{
    struct http *http = cls;
    (void)connection;
    struct exchange *exchange = *state;
    if (!exchange)
        return;
    if (code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED && exchange->stage == READING)
        watches_slow(&http->watches);
    watch_request(exchange, true); /* the next one of this socket */
    end_upload(exchange);
    http_drop_answer(&exchange->answer);
    free(exchange->body);
    free(exchange);
    *state = NULL;
}
