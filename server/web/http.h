/* http.h - HTTP as the rooms behind it see it: a request that is whole and sane, an answer, a
 * stream. The only door to libmicrohttpd (http*.c, upload.c).
 *
 * What is refused before anybody sees it: other methods than GET, HEAD, POST; two lengths, or a
 * length with chunked (settled point 12), or whatever else leaves open where it ends (framing.h);
 * bodies above HTTP_BODY_MAX, but for the few requests that `upload` lets bring a file (upload.h);
 * connections that do not finish a request within HTTP_REQUEST_S. A body without a length is
 * refused as soon as it is too long, not at its end. Every answer carries the strict headers (CSP,
 * nosniff, no-store, same-origin referrer, noindex). Threads: `answer` runs on the library's pool,
 * or, when `is_slow` says so, on a thread inside http_work while the connection sleeps. A stream is
 * written from any thread.
 */
#ifndef TRAO_SERVER_WEB_HTTP_H
#define TRAO_SERVER_WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/clock.h"
#include "server/config.h"

#define HTTP_BODY_MAX 16384 /* forms are below 1 KB, an enrolment below 4 KB */
#define HTTP_REQUEST_S 20   /* from the first byte to the last of a request */
#define HTTP_CLIENT_MAX 46

struct http_request {
    bool is_post;    /* else GET or HEAD: nothing may change */
    bool is_options; /* only below /api/ */
    bool tls;
    const char *path;
    const char *body; /* zero-terminated, may hold zeros of its own */
    size_t body_n;
    bool parts;          /* a form with a file: `body` holds its fields, urlencoded */
    int file;            /* what an upload brought, at its beginning, without a name; -1 none */
    uint64_t file_n;     /* bytes of it */
    char file_name[128]; /* as a form says, base name; "" none. A stranger's word */
    char client[HTTP_CLIENT_MAX]; /* address, of the proxy's client on the plain listener */
    const void *connection;       /* for the look-ups below, during the call only */
};
/* NULL when not there; borrowed for the call. Query values are decoded. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_query(const struct http_request *request, const char *key);
/* Every value of the query, in its order; `each` returns false to stop. */
void http_query_each(const struct http_request *request,
                     bool (*each)(void *ctx, const char *key, const char *value), void *ctx);
const char *http_cookie(const struct http_request *request, const char *name);

struct http_stream;

/* An answer as it goes out, its headers put together: made once, given many times. Any thread. */
struct http_made;

#define HTTP_MORE 4
struct http_field {
    const char *name; /* constant */
    char value[64];
};

struct http_answer {
    unsigned status;
    const char *type; /* Content-Type; constant */
    /* One of: bytes on the heap, taken over; constant bytes; an open file, taken over; a stream. */
    char *body;
    const void *fixed;
    size_t n; /* of body or fixed */
    int file; /* -1 none */
    uint64_t file_n, file_from;
    struct http_stream *stream;
    struct http_made *made;            /* in place of all else here; a holder, taken over */
    bool ranged;                       /* one byte range of `fixed` or `file` may be asked for */
    char range[96];                    /* Content-Range; http_answer.c's own */
    char location[256];                /* "" none */
    char cookie[256];                  /* a Set-Cookie, "" none */
    char images[128];                  /* "https://host" that pictures also come from, "" none */
    unsigned retry_s;                  /* Retry-After, 0 none */
    struct http_field more[HTTP_MORE]; /* http_answer_add */
    size_t more_n;
};
/* One more header; in place of the strict one of that name. At most HTTP_MORE. */
void http_answer_add(struct http_answer *answer, const char *name, const char *value);

/* Of an answer with bytes, no range and no stream: what it owns goes over. One holder, the caller;
 * NULL without memory, and the answer is as it was. */
struct http_made *http_make(struct http_answer *answer);
struct http_made *http_made_hold(struct http_made *made); /* one holder more: the same */
void http_made_drop(struct http_made *made);              /* NULL is fine */

struct http_listener {
    struct endpoint at;     /* port 0: any free one (tests) */
    const char *key, *cert; /* PEM texts; NULL: plain */
};

/* What a POST may bring beyond a form: nothing; a file; nothing before somebody signs in. */
enum http_upload { HTTP_UPLOAD_NONE, HTTP_UPLOAD_FILE, HTTP_UPLOAD_SIGN_IN };

struct http_config {
    struct http_listener plain, tls;
    const char *upload_folder;
    uint64_t upload_max_bytes;
    /* Asked when the headers are there, on the library's thread. NULL: none may. */
    enum http_upload (*upload)(void *ctx, const struct http_request *request);
    bool (*is_slow)(void *ctx, const struct http_request *request);
    /* What is refused before `answer` is asked: the status is there, and why, in one constant line
     * of plain text; it may say that in the form in which clients of this path read it. The
     * library's threads. NULL: plain text for all. */
    void (*refused)(void *ctx, const struct http_request *request, struct http_answer *answer);
    /* Fills in the answer, which comes as 500 without a body. */
    void (*answer)(void *ctx, const struct http_request *request, struct http_answer *answer);
    void *ctx;
};

struct http;

bool http_open(const struct http_config *config, struct http **ret_http,
               struct error *err) must_use;
uint16_t http_port(const struct http *http, bool tls);
void http_work(struct http *http); /* runs slow answers until http_stop_work */
void http_tick(struct http *http); /* closes sockets that take too long over a request */
/* Sockets that were closed since it was opened: a request came too slowly; what came was none. Any
 * thread. */
struct http_cut {
    uint64_t slow, unread;
};
struct http_cut http_cut(struct http *http);
void http_stop_work(struct http *http);
/* All streams have been ended; no thread is in http_work any more. */
void http_close(struct http *http);

/* A stream of server-sent events. `closed` is called once, on the library's thread, when nothing
 * more can be written; the stream is gone after it. Write and end only while that was not called:
 * the owner's lock, taken in `closed` too, sees to it. */
struct http_stream *http_stream_new(void (*closed)(void *ctx, struct http_stream *stream),
                                    void *ctx);
/* For a stream that never came into an answer: frees without `closed`. */
void http_stream_drop(struct http_stream *stream);
/* Sends or queues bytes; a client that lets some HTTP_STREAM_MAX wait is cut off, in the system's
 * memory, which ten thousand of them would fill with megabytes each, as in ours. */
#define HTTP_STREAM_MAX 65536
void http_stream_write(struct http_stream *stream, const char *bytes, size_t n);
void http_stream_end(struct http_stream *stream);

#endif
