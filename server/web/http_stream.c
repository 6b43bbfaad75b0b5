#include "server/web/http_stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <microhttpd.h>

#define BLOCK 512      /* the library keeps one for each; only HTTP/1.0 is read into it */
#define IDLE_ROOM 2048 /* that a stream with nothing to say may keep */

struct http_stream {
    pthread_mutex_t lock;
    struct MHD_Connection *connection; /* of the answer it went into; NULL before */
    int fd;                            /* its socket, where events may go straight into it; or -1 */
    bool suspended, ended;
    char *bytes;
    size_t n, room;
    void (*closed)(void *ctx, struct http_stream *stream);
    void *ctx;
};

struct http_stream *http_stream_new(void (*closed)(void *ctx, struct http_stream *stream),
                                    void *ctx)
{
    struct http_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    pthread_mutex_init(&stream->lock, NULL);
    stream->closed = closed;
    stream->ctx = ctx;
    stream->fd = -1;
    return stream;
}

void http_stream_drop(struct http_stream *stream)
{
    pthread_mutex_destroy(&stream->lock);
    free(stream->bytes);
    free(stream);
}

void http_stream_attach(struct http_stream *stream, struct MHD_Connection *connection, bool chunked)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    stream->connection = connection;
    if (!info)
        return;
    int fd = info->connect_fd;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){HTTP_STREAM_MAX}, sizeof(int));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)); /* an event is whole */
    stream->fd = chunked ? fd : -1;
}

/* ------------------------------------------------------------------ writing */

/* The lock is held: the library calls the reader again. */
static void wake(struct http_stream *stream)
{
    if (!stream->suspended)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
}

/* The lock is held. As one chunk into the socket of a connection that sleeps: the library has sent
 * all it had before it sleeps, and looks at nothing until it is woken. False: nothing of it went,
 * and the library, which is woken then, learns why. What went by half can be gone on with by
 * nobody: such a reader is cut off, and asks again from what it heard last. */
static bool send_now(struct http_stream *stream, const char *bytes, size_t n)
{
    char size[24];
    if (!stream->suspended || stream->ended || stream->fd < 0 || n == 0)
        return false;
    int size_n = snprintf(size, sizeof size, "%zx\r\n", n);
    struct iovec parts[] = {{size, (size_t)size_n}, {(void *)bytes, n}, {(void *)"\r\n", 2}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    size_t whole = (size_t)size_n + n + 2;
    ssize_t sent = sendmsg(stream->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0)
        return false;
    if ((size_t)sent < whole) {
        (void)shutdown(stream->fd, SHUT_RDWR);
        stream->ended = true;
        wake(stream);
    }
    return true;
}

/* The lock is held. */
static void append(struct http_stream *stream, const char *bytes, size_t n)
{
    if (stream->n + n > stream->room) {
        size_t room = (stream->n + n) * 2;
        char *more = room <= (size_t)2 * HTTP_STREAM_MAX ? realloc(stream->bytes, room) : NULL;
        stream->ended = stream->ended || !more; /* it does not read: let it go */
        if (more) {
            stream->bytes = more;
            stream->room = room;
        }
    }
    if (!stream->ended) {
        memcpy(stream->bytes + stream->n, bytes, n);
        stream->n += n;
    }
    wake(stream);
}

void http_stream_write(struct http_stream *stream, const char *bytes, size_t n)
{
    pthread_mutex_lock(&stream->lock);
    if (!send_now(stream, bytes, n))
        append(stream, bytes, n);
    pthread_mutex_unlock(&stream->lock);
}

void http_stream_end(struct http_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->ended = true;
    wake(stream);
    pthread_mutex_unlock(&stream->lock);
}

/* ------------------------------------------------------------------ the library's side */

/* The library wants bytes; with none the connection sleeps until http_stream_write. An answer made
 * for HEAD never comes here. */
static ssize_t read_stream(void *cls, uint64_t at, char *out, size_t max)
{
    struct http_stream *stream = cls;
    (void)at;
    pthread_mutex_lock(&stream->lock);
    size_t n = stream->n < max ? stream->n : max;
    ssize_t got = (ssize_t)n;
    if (n > 0) {
        memcpy(out, stream->bytes, n);
        stream->n -= n;
        memmove(stream->bytes, stream->bytes + n, stream->n);
    } else if (stream->ended) {
        got = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (stream->connection) {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
    }
    if (n > 0 && stream->n == 0 && stream->room > IDLE_ROOM) { /* idle streams stay small */
        free(stream->bytes);
        stream->bytes = NULL;
        stream->room = 0;
    }
    pthread_mutex_unlock(&stream->lock);
    return got;
}

void http_stream_abandon(struct http_stream *stream)
{
    stream->closed(stream->ctx, stream);
    http_stream_drop(stream);
}

static void free_stream(void *cls)
{
    http_stream_abandon(cls);
}

struct MHD_Response *http_stream_response(struct http_stream *stream)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, stream,
                                             free_stream);
}
