#include "server/web/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "server/web/framing.h"
#include "server/web/http_stream.h"
#include "server/web/range.h"
#include "server/web/upload.h"
#include "server/web/watch.h"

#define CONNECTIONS_PLAIN                                                                          \
    12000 /* a browser holds one stream: ten thousand, and pages beside them */
#define CONNECTIONS_TLS 1000
#define CONNECTIONS_IP 64 /* TLS only: on plain all come from the proxy */
#define IDLE_S 10         /* reliability.md (e): none by default */
#define CONNECTION_BYTES                                                                           \
    16384 /* headers with the cookies of a whole province, and what an answer takes */
#define THREADS_PLAIN 4
#define THREADS_TLS 2
#define JOBS_MAX 64   /* slow requests that may wait; beyond that 503 */
#define UPLOADS_MAX 8 /* coming in at a time; beyond that 503 */

enum stage { READING, WAITING, ANSWERED, REFUSED };

/* One request, from its first header to its answer. */
struct exchange {
    struct http *http;
    struct MHD_Connection *connection;
    bool straight; /* plain HTTP/1.1: a stream's events may go straight into the socket */
    enum stage stage;
    struct http_request request;
    struct http_answer answer;
    char *body; /* of HTTP_BODY_MAX and a zero; NULL where none may come */
    bool too_long;
    struct upload *upload; /* NULL: the body is a form */
    struct exchange *next; /* in the queue of slow ones */
};

/* What the library hands back: which listener a request came in by. */
struct door {
    struct http *http;
    bool tls;
};

struct http {
    struct http_config config;
    struct MHD_Daemon *plain, *tls;
    struct door plain_door, tls_door;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t more;
    struct exchange *first, *last;
    size_t jobs, uploads;
    bool stopping;
    struct watches watches;
};

struct http_made {
    struct MHD_Response *response;
    unsigned status;
    atomic_size_t holders;
};

/* ------------------------------------------------------------------ look-ups */

static struct MHD_Connection *connection_of(const struct http_request *request)
{
    return (struct MHD_Connection *)request->connection;
}

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(connection_of(request), MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_request *request, const char *key)
{
    const char *value = NULL;
    enum MHD_Result there = MHD_lookup_connection_value_n(
        connection_of(request), MHD_GET_ARGUMENT_KIND, key, strlen(key), &value, NULL);
    return there == MHD_YES && !value ? "" : value; /* "?en" has no value, yet it is there */
}

struct each_query {
    bool (*each)(void *ctx, const char *key, const char *value);
    void *ctx;
};

static enum MHD_Result tell_query(void *cls, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    const struct each_query *query = cls;
    (void)kind;
    return query->each(query->ctx, key, value ? value : "") ? MHD_YES : MHD_NO;
}

void http_query_each(const struct http_request *request,
                     bool (*each)(void *ctx, const char *key, const char *value), void *ctx)
{
    struct each_query query = {each, ctx};
    MHD_get_connection_values(connection_of(request), MHD_GET_ARGUMENT_KIND, tell_query, &query);
}

const char *http_cookie(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(connection_of(request), MHD_COOKIE_KIND, name);
}

/* ------------------------------------------------------------------ answers */

/* Where pictures may also come from stands between the two. */
#define POLICY_BEGINS "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
#define POLICY_ENDS                                                                                \
    "; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "                 \
    "frame-ancestors 'none'"
#define POLICY "Content-Security-Policy"

static const char *const strict[][2] = {
    /* Over plain HTTP browsers ignore it (RFC 6797, 8.1); there it stands for the proxy's TLS. */
    {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
    {"X-Content-Type-Options", "nosniff"},
    /* Not no-referrer: with it a browser says "Origin: null" for our own forms (decision 0030). */
    {"Referrer-Policy", "same-origin"},
    {"Cache-Control", "no-store, no-transform"},
    {"X-Robots-Tag", "noindex, nofollow"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"X-Accel-Buffering", "no"},
};

static struct MHD_Response *response_of(struct http_answer *answer)
{
    struct MHD_Response *response = NULL;
    if (answer->stream)
        response = http_stream_response(answer->stream);
    else if (answer->file >= 0)
        response = MHD_create_response_from_fd_at_offset64(answer->file_n, answer->file,
                                                           answer->file_from);
    else if (answer->body)
        response = MHD_create_response_from_buffer(answer->n, answer->body, MHD_RESPMEM_MUST_FREE);
    else
        response = MHD_create_response_from_buffer(
            answer->n, (void *)(answer->fixed ? answer->fixed : ""), MHD_RESPMEM_PERSISTENT);
    if (response) {
        answer->stream = NULL;
        answer->file = -1;
        answer->body = NULL;
    }
    return response;
}

static void drop_answer(struct http_answer *answer)
{
    http_made_drop(answer->made);
    if (answer->stream)
        http_stream_abandon(answer->stream);
    if (answer->file >= 0)
        close(answer->file);
    free(answer->body);
}

/* Cuts the answer to the range asked for; only constant bytes and files are `ranged`. */
static void apply_range(struct exchange *exchange)
{
    struct http_answer *answer = &exchange->answer;
    const char *range = http_header(&exchange->request, "Range");
    uint64_t first = 0, last = 0, size = answer->file >= 0 ? answer->file_n : answer->n;
    if (!answer->ranged || answer->status != 200 || !range ||
        !range_read(range, size, &first, &last))
        return;
    char text[96];
    if (first >= size) {
        drop_answer(answer);
        *answer = (struct http_answer){.status = 416, .type = "text/plain", .file = -1};
        (void)snprintf(text, sizeof text, "bytes */%llu", (unsigned long long)size);
    } else {
        answer->status = 206;
        (void)snprintf(text, sizeof text, "bytes %llu-%llu/%llu", (unsigned long long)first,
                       (unsigned long long)last, (unsigned long long)size);
        if (answer->file < 0)
            answer->fixed = (const char *)answer->fixed + first;
        answer->n = (size_t)(last - first + 1);
        answer->file_n = last - first + 1;
        answer->file_from = first;
    }
    (void)snprintf(answer->range, sizeof answer->range, "%s", text);
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (*value)
        MHD_add_response_header(response, name, value);
}

void http_answer_add(struct http_answer *answer, const char *name, const char *value)
{
    invariant(answer->more_n < HTTP_MORE);
    struct http_field *field = &answer->more[answer->more_n++];
    field->name = name;
    (void)snprintf(field->value, sizeof field->value, "%s", value);
}

static bool is_added(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->more_n; i++)
        if (strcmp(answer->more[i].name, name) == 0)
            return true;
    return false;
}

static void add_policy(struct MHD_Response *response, const struct http_answer *answer)
{
    char policy[sizeof POLICY_BEGINS POLICY_ENDS + 160];
    (void)snprintf(policy, sizeof policy, POLICY_BEGINS "%s%s" POLICY_ENDS,
                   *answer->images ? " " : "", answer->images);
    if (!is_added(answer, POLICY))
        add(response, POLICY, policy);
}

static void put_headers(struct MHD_Response *response, const struct http_answer *answer)
{
    for (size_t i = 0; i < sizeof strict / sizeof *strict; i++)
        if (!is_added(answer, strict[i][0]))
            add(response, strict[i][0], strict[i][1]);
    add_policy(response, answer);
    for (size_t i = 0; i < answer->more_n; i++)
        add(response, answer->more[i].name, answer->more[i].value);
    char retry[16] = "";
    if (answer->retry_s)
        (void)snprintf(retry, sizeof retry, "%u", answer->retry_s);
    add(response, "Retry-After", retry);
    add(response, "Content-Type", answer->type ? answer->type : "text/plain");
    add(response, "Location", answer->location);
    add(response, "Set-Cookie", answer->cookie);
    add(response, "Content-Range", answer->range);
    if (answer->ranged)
        add(response, "Accept-Ranges", "bytes");
    if (answer->status == 405 && !is_added(answer, "Allow"))
        add(response, "Allow", "GET, HEAD, POST");
}

/* Queues the answer; what the library did not take over is freed with the exchange. */
static enum MHD_Result give(struct exchange *exchange)
{
    struct http_answer *answer = &exchange->answer;
    if (answer->made)
        return MHD_queue_response(exchange->connection, answer->made->status,
                                  answer->made->response);
    apply_range(exchange);
    if (answer->stream)
        http_stream_attach(answer->stream, exchange->connection, exchange->straight);
    struct MHD_Response *response = response_of(answer);
    if (!response)
        return MHD_NO;
    put_headers(response, answer);
    if (exchange->stage == REFUSED)
        add(response, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(exchange->connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* ------------------------------------------------------------------ answers made beforehand */

struct http_made *http_make(struct http_answer *answer)
{
    struct http_made *made = malloc(sizeof *made);
    struct MHD_Response *response = made ? response_of(answer) : NULL;
    if (!response) {
        free(made);
        return NULL;
    }
    put_headers(response, answer);
    *made = (struct http_made){.response = response, .status = answer->status, .holders = 1};
    return made;
}

struct http_made *http_made_hold(struct http_made *made)
{
    atomic_fetch_add(&made->holders, 1);
    return made;
}

void http_made_drop(struct http_made *made)
{
    if (!made || atomic_fetch_sub(&made->holders, 1) > 1)
        return;
    MHD_destroy_response(made->response); /* a connection that sends it holds it too */
    free(made);
}

static enum MHD_Result refuse(struct exchange *exchange, unsigned status, const char *text)
{
    exchange->stage = REFUSED;
    exchange->answer.status = status;
    exchange->answer.type = "text/plain; charset=utf-8";
    exchange->answer.fixed = text;
    exchange->answer.n = strlen(text);
    return give(exchange);
}

/* ------------------------------------------------------------------ slow ones */

static bool hand_over(struct exchange *exchange)
{
    struct http *http = exchange->http;
    pthread_mutex_lock(&http->lock);
    bool taken = !http->stopping && http->jobs < JOBS_MAX;
    if (taken) {
        MHD_suspend_connection(exchange->connection);
        exchange->stage = WAITING;
        if (http->last)
            http->last->next = exchange;
        else
            http->first = exchange;
        http->last = exchange;
        http->jobs++;
        pthread_cond_signal(&http->more);
    }
    pthread_mutex_unlock(&http->lock);
    return taken;
}

/* The next waiting exchange; NULL when work is to stop. */
static struct exchange *next_job(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    while (!http->first && !http->stopping)
        pthread_cond_wait(&http->more, &http->lock);
    struct exchange *exchange = http->stopping ? NULL : http->first;
    if (exchange) {
        http->first = exchange->next;
        http->last = http->first ? http->last : NULL;
        http->jobs--;
    }
    pthread_mutex_unlock(&http->lock);
    return exchange;
}

static void wake_with_answer(struct exchange *exchange)
{
    exchange->stage = ANSWERED;
    MHD_resume_connection(exchange->connection);
}

void http_work(struct http *http)
{
    for (struct exchange *exchange; (exchange = next_job(http)) != NULL;) {
        http->config.answer(http->config.ctx, &exchange->request, &exchange->answer);
        wake_with_answer(exchange);
    }
}

void http_stop_work(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    http->stopping = true;
    pthread_cond_broadcast(&http->more);
    pthread_mutex_unlock(&http->lock);
}

/* ------------------------------------------------------------------ the request's way */

static enum MHD_Result note_framing(void *cls, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    (void)kind;
    framing_note(cls, name, value);
    return MHD_YES;
}

/* Headers come in order; of several the last is the one our own proxy wrote. */
static enum MHD_Result note_forwarded(void *cls, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    const char **last = cls;
    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0 && value)
        *last = value;
    return MHD_YES;
}

/* The client's address; behind the proxy, what it says of its client: whoever came before the last
 * element of the last header may have written the rest. */
static void note_client(struct exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *said = NULL;
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, note_forwarded, &said);
    const char *last = said ? strrchr(said, ',') : NULL;
    char *out = exchange->request.client;
    unsigned char address[16];
    (void)snprintf(out, HTTP_CLIENT_MAX, "%.45s",
                   said ? (last ? last + 1 + strspn(last + 1, " ") : said) : "");
    bool good = inet_pton(AF_INET, out, address) == 1 || inet_pton(AF_INET6, out, address) == 1;
    if (!exchange->request.tls && good)
        return;
    const struct sockaddr *peer = info ? info->client_addr : NULL;
    *out = '\0';
    if (peer && peer->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)peer)->sin_addr, out, HTTP_CLIENT_MAX);
    else if (peer && peer->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)peer)->sin6_addr, out, HTTP_CLIENT_MAX);
}

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
    note_client(exchange);
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
        return refuse(exchange, 413, "Tệp quá lớn. / too long\n");
    if (!count_upload(http, true))
        return refuse(exchange, 503, "busy\n");
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

/* The first call: headers are there, no byte of a body. */
static enum MHD_Result check_head(struct exchange *exchange, const char *method)
{
    struct framing framing = {.lengths = 0};
    const char *why;
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, note_framing, &framing);
    unsigned fault = framing_fault(&framing, &why);
    if (fault != 0)
        return refuse(exchange, fault, why);
    enum http_upload upload = may_bring(exchange);
    if (upload == HTTP_UPLOAD_SIGN_IN)
        return refuse(exchange, 401, "Hết phiên; đăng nhập lại rồi gửi lại. / sign in first\n");
    if (upload == HTTP_UPLOAD_FILE)
        return begin_upload(exchange, framing.length);
    if (framing.length > HTTP_BODY_MAX)
        return refuse(exchange, 413, "too long\n");
    bool get =
        strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || exchange->request.is_options;
    if (!get && !exchange->request.is_post)
        return refuse(exchange, 405, "GET, HEAD, POST\n");
    if (get && (framing.length > 0 || framing.codings))
        return refuse(exchange, 400, "a GET with a body\n");
    return MHD_YES;
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
    const char *why = "too long\n";
    unsigned status =
        exchange->upload ? upload_end(exchange->upload, &why) : (exchange->too_long ? 413u : 0u);
    if (status != 0)
        return refuse(exchange, status, why);
    watch_request(exchange, false);
    if (http->config.is_slow(http->config.ctx, &exchange->request))
        return hand_over(exchange) ? MHD_YES : refuse(exchange, 503, "busy\n");
    http->config.answer(http->config.ctx, &exchange->request, &exchange->answer);
    exchange->stage = ANSWERED;
    return give(exchange);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *path,
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
        *n = 0;
        return MHD_YES;
    case WAITING:
        return MHD_YES;
    case ANSWERED:
        return give(exchange);
    case REFUSED:
        *n = 0;
        return MHD_YES;
    }
    return MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
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
    drop_answer(&exchange->answer);
    free(exchange->body);
    free(exchange);
    *state = NULL;
}

/* ------------------------------------------------------------------ sockets */

static void on_socket(void *cls, struct MHD_Connection *connection, void **socket_context,
                      enum MHD_ConnectionNotificationCode code)
{
    const struct door *door = cls;
    struct http *http = door->http;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = watch_add(
            &http->watches,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
            !door->tls);
    } else if (*socket_context) {
        watch_remove(&http->watches, *socket_context);
        *socket_context = NULL;
    }
}

void http_tick(struct http *http)
{
    watches_cut(&http->watches, HTTP_REQUEST_S);
}

struct http_cut http_cut(struct http *http)
{
    return (struct http_cut){atomic_load(&http->watches.slow), atomic_load(&http->watches.unread)};
}

/* ------------------------------------------------------------------ open and close */

static void say_nothing(void *cls, const char *format, va_list values)
{
    (void)cls;
    (void)format;
    (void)values;
}

static bool resolve(const struct endpoint *at, struct sockaddr_storage *ret_address,
                    struct error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    char port[8];
    (void)snprintf(port, sizeof port, "%u", at->port);
    int failed = getaddrinfo(at->host, port, &hints, &found);
    if (failed)
        return error_set(err, ERROR_LATER, "%s:%s: %s", at->host, port, gai_strerror(failed));
    memcpy(ret_address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

static bool start(struct http *http, const struct http_listener *listener, struct door *door,
                  struct MHD_Daemon **ret_daemon, struct error *err)
{
    struct sockaddr_storage address;
    *door = (struct door){http, listener->key != NULL};
    if (!resolve(&listener->at, &address, err))
        return false;
    bool tls = listener->key != NULL;
    /* By epoll the library asks a connection in the middle of its handshake again and again: one
     * that stops there holds a core until it is closed. By poll it waits. */
    unsigned flags = (tls ? MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_TLS
                          : (unsigned)MHD_USE_EPOLL_INTERNAL_THREAD) |
                     MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0u);
    struct MHD_OptionItem certificate[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)listener->key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)listener->cert},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"SECURE128:-VERS-ALL:+VERS-TLS1.3"},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    errno = 0;
    *ret_daemon = MHD_start_daemon(
        flags, listener->at.port, NULL, NULL, on_request, door, MHD_OPTION_EXTERNAL_LOGGER,
        say_nothing, NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(tls ? CONNECTIONS_TLS : CONNECTIONS_PLAIN),
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)(tls ? CONNECTIONS_IP : 0),
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_BYTES, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)(tls ? THREADS_TLS : THREADS_PLAIN), MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_NOTIFY_CONNECTION, on_socket,
        door, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY, tls ? certificate : none,
        MHD_OPTION_END);
    return *ret_daemon ||
           error_set(err, ERROR_LATER, "cannot listen on %s:%u: %s", listener->at.host,
                     listener->at.port, errno ? strerror(errno) : "the library refused");
}

/* Sockets need descriptors; the usual soft limit of 1,024 is below our own limit. */
static void allow_sockets(void)
{
    struct rlimit limit;
    const rlim_t wanted = CONNECTIONS_PLAIN + CONNECTIONS_TLS + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* then the library's limit is met earlier */
}

bool http_open(const struct http_config *config, struct http **ret_http, struct error *err)
{
    struct http *http = calloc(1, sizeof *http);
    if (!http)
        return error_set(err, ERROR_LATER, "http: out of memory");
    http->config = *config;
    pthread_mutex_init(&http->lock, NULL);
    pthread_cond_init(&http->more, NULL);
    watches_init(&http->watches);
    allow_sockets();
    if (!start(http, &config->plain, &http->plain_door, &http->plain, err) ||
        !start(http, &config->tls, &http->tls_door, &http->tls, err)) {
        http_close(http);
        return false;
    }
    *ret_http = http;
    return true;
}

uint16_t http_port(const struct http *http, bool tls)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(tls ? http->tls : http->plain, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

/* Whoever waits for a thread that will not come is told so. */
static void release_jobs(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    struct exchange *exchange = http->first;
    http->first = http->last = NULL;
    pthread_mutex_unlock(&http->lock);
    while (exchange) {
        struct exchange *next = exchange->next;
        exchange->answer.status = 503;
        wake_with_answer(exchange);
        exchange = next;
    }
}

void http_close(struct http *http)
{
    if (!http)
        return;
    http_stop_work(http);
    release_jobs(http);
    if (http->plain)
        MHD_stop_daemon(http->plain);
    if (http->tls)
        MHD_stop_daemon(http->tls);
    watches_done(&http->watches);
    pthread_cond_destroy(&http->more);
    pthread_mutex_destroy(&http->lock);
    free(http);
}
