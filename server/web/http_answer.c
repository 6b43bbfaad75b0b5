/* http_answer.c - an answer as it goes out: the strict headers, a byte range, bytes or a file or a
 * stream; and answers made beforehand. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/web/http_inside.h"
#include "server/web/http_stream.h"
#include "server/web/range.h"

struct http_made {
    struct MHD_Response *response;
    unsigned status;
    atomic_size_t holders;
};

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

void http_drop_answer(struct http_answer *answer)
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
        http_drop_answer(answer);
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
enum MHD_Result http_give(struct exchange *exchange)
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

/* ------------------------------------------------------------------ refusals */

struct http_answer http_refusal(const struct exchange *exchange, unsigned status, const char *text)
{
    const struct http_config *config = &exchange->http->config;
    struct http_answer answer = {.status = status,
                                 .type = "text/plain; charset=utf-8",
                                 .fixed = text,
                                 .n = strlen(text),
                                 .file = -1};
    if (config->refused)
        config->refused(config->ctx, &exchange->request, &answer);
    return answer;
}

enum MHD_Result http_refuse(struct exchange *exchange, unsigned status, const char *text)
{
    exchange->stage = REFUSED;
    exchange->answer = http_refusal(exchange, status, text);
    return http_give(exchange);
}

static bool send_now(const struct exchange *exchange, const struct http_answer *answer)
{
    char bytes[1024];
    const union MHD_ConnectionInfo *info =
        exchange->straight
            ? MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
            : NULL;
    if (info == NULL)
        return false;
    int n =
        snprintf(bytes, sizeof bytes,
                 "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Type: %s\r\n"
                 "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
                 "Content-Length: %zu\r\n\r\n%.*s",
                 answer->status, MHD_get_reason_phrase_for(answer->status), answer->type, answer->n,
                 (int)answer->n, answer->body ? answer->body : (const char *)answer->fixed);
    if (n <= 0 || (size_t)n >= sizeof bytes ||
        send(info->connect_fd, bytes, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) != n)
        return false;
    (void)shutdown(info->connect_fd, SHUT_WR);
    return true;
}

bool http_refuse_now(struct exchange *exchange, unsigned status, const char *text)
{
    struct http_answer answer = http_refusal(exchange, status, text);
    bool sent = send_now(exchange, &answer);
    http_drop_answer(&answer);
    return sent;
}
