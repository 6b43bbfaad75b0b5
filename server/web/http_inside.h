/* http_inside.h - what the files of http.h share: http.c listeners and their sockets, http_lookup.c
 * what a request says, http_request.c its way from the first header to the answer, http_jobs.c
 * answers that take long, http_answer.c headers and bytes that go out. For them alone. */
#ifndef TRAO_SERVER_WEB_HTTP_INSIDE_H
#define TRAO_SERVER_WEB_HTTP_INSIDE_H

#include <pthread.h>

#include <microhttpd.h>

#include "server/web/http.h"
#include "server/web/upload.h"
#include "server/web/watch.h"

#define HTTP_BUSY "Máy chủ đang bận, gửi lại sau. / busy, send it again later\n"

enum stage { READING, WAITING, ANSWERED, REFUSED };

/* One request, from its first header to its answer. */
struct exchange {
    struct http *http;
    struct MHD_Connection *connection;
    bool straight; /* plain HTTP/1.1: a stream's events may go straight into the socket */
    enum stage stage;
    struct http_request request;
    struct http_answer answer;
    char *body;            /* of HTTP_BODY_MAX and a zero; NULL where none may come */
    bool too_long, said;   /* its body; and its sender knows */
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

/* http_request.c: the library's callbacks; `cls` is the door of the listener, and the http. */
enum MHD_Result http_on_request(void *cls, struct MHD_Connection *connection, const char *path,
                                const char *method, const char *version, const char *bytes,
                                size_t *n, void **state);
void http_on_completed(void *cls, struct MHD_Connection *connection, void **state,
                       enum MHD_RequestTerminationCode code);

/* http_lookup.c: the client's address into the request. */
void http_note_client(struct exchange *exchange);

/* http_jobs.c: the connection sleeps until a thread in http_work has its answer; false when too
 * many wait. */
bool http_hand_over(struct exchange *exchange) must_use;
/* After http_stop_work: whoever waits for a thread that will not come is told so. */
void http_release_jobs(struct http *http);

/* http_answer.c: queues it; what the library did not take over is freed with the exchange. */
enum MHD_Result http_give(struct exchange *exchange);
/* `text` (constant) as an answer, in the form that the path's clients read. */
struct http_answer http_refusal(const struct exchange *exchange, unsigned status, const char *text);
/* Queues it, and reads nothing more of the connection. */
enum MHD_Result http_refuse(struct exchange *exchange, unsigned status, const char *text);
/* The same in the middle of a body that has no end yet, straight into the socket: true once it is
 * sent, and nothing more may be queued. Never over TLS. */
bool http_refuse_now(struct exchange *exchange, unsigned status, const char *text);
void http_drop_answer(struct http_answer *answer);

#endif
