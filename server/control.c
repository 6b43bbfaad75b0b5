#include "server/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_BYTES_MAX (2u << 20) /* 65,536 items named on one command line */
#define ANSWER_BYTES_MAX (256u << 20)
#define ASK_SECONDS 2 /* for a whole request: whoever is slower keeps a place from others */
#define TELL_SECONDS 30

struct control {
    int folder, listener;
    int stop; /* readable for ever from control_stop on */
    struct lanes *lanes;
    pthread_mutex_t lock; /* guards the count */
    pthread_cond_t fewer;
    size_t talks;
};

/* ------------------------------------------------------------------ bytes */

static bool write_all(int fd, const void *bytes, size_t n)
{
    for (const char *at = bytes; n > 0;) {
        ssize_t done = send(fd, at, n, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Something is there to read, or the peer is gone. `until_ms` 0: waits as long as it takes. */
static bool wait_readable(int fd, int64_t until_ms)
{
    struct pollfd wait = {fd, POLLIN, 0};
    for (;;) {
        int64_t left = until_ms == 0 ? -1 : until_ms - now_ms();
        if (until_ms != 0 && left <= 0)
            return false;
        int ready = poll(&wait, 1, (int)left);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static bool read_all(int fd, void *bytes, size_t n, int64_t until_ms)
{
    for (char *at = bytes; n > 0;) {
        if (!wait_readable(fd, until_ms))
            return false;
        ssize_t got = read(fd, at, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

/* The first bytes of a request, sent as one, with the descriptor that may come along; it is the
 * caller's to close, whatever is answered. */
static bool read_head(int socket, int64_t until_ms, uint32_t *ret_n, int *ret_fd)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } side;
    struct iovec piece = {ret_n, sizeof *ret_n};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = side.bytes,
                             .msg_controllen = sizeof side.bytes};
    if (!wait_readable(socket, until_ms))
        return false;
    ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got <= 0)
        return false;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(ret_fd, CMSG_DATA(head), sizeof(int));
    return got == (ssize_t)sizeof *ret_n;
}

static bool write_head(int socket, uint32_t n, int fd)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } side = {.bytes = {0}};
    struct iovec piece = {&n, sizeof n};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = side.bytes;
        message.msg_controllen = sizeof side.bytes;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(head), &fd, sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof n;
}

/* A path of any length: the folder is reached through its descriptor. */
static struct sockaddr_un address_in(int folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/control", folder);
    return address;
}

/* A socket that is connected to whoever serves the folder, or -1. */
static int connect_in(int folder)
{
    struct sockaddr_un address = address_in(folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* ------------------------------------------------------------------ the server's side */

static bool listen_in(struct control *control, struct error *err)
{
    struct sockaddr_un address = address_in(control->folder);
    int other = connect_in(control->folder);
    if (other >= 0) {
        close(other);
        return error_set(err, ERROR_REPEATED, "another server runs in this folder");
    }
    unlinkat(control->folder, "control", 0);
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mode_t before = umask(0177);
    bool bound = control->listener >= 0 &&
                 bind(control->listener, (struct sockaddr *)&address, sizeof address) == 0;
    umask(before);
    if (bound && listen(control->listener, 8) == 0)
        return true;
    return error_set(err, ERROR_LATER, "cannot listen: %s", strerror(errno));
}

bool control_open(const char *folder, struct lanes *lanes, struct control **ret_control,
                  struct error *err)
{
    struct control *control = malloc(sizeof *control);
    if (!control)
        return error_set(err, ERROR_LATER, "control: out of memory");
    *control = (struct control){.lanes = lanes,
                                .lock = PTHREAD_MUTEX_INITIALIZER,
                                .fewer = PTHREAD_COND_INITIALIZER,
                                .listener = -1};
    control->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    control->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool ok = (control->folder >= 0 && control->stop >= 0) ||
              error_set(err, ERROR_LATER, "%s: %s", folder, strerror(errno));
    if (!ok || !listen_in(control, err)) {
        if (control->listener >= 0)
            close(control->listener);
        control->listener = -1;
        control_close(control);
        return error_add(err, "control");
    }
    *ret_control = control;
    return true;
}

void control_close(struct control *control)
{
    if (!control)
        return;
    if (control->listener >= 0) {
        unlinkat(control->folder, "control", 0);
        close(control->listener);
    }
    if (control->folder >= 0)
        close(control->folder);
    if (control->stop >= 0)
        close(control->stop);
    pthread_mutex_destroy(&control->lock);
    pthread_cond_destroy(&control->fewer);
    free(control);
}

static bool may_ask(int socket)
{
    struct ucred peer;
    socklen_t n = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static bool tell(int socket, char kind, const void *bytes, size_t n)
{
    uint32_t length = (uint32_t)n;
    return write_all(socket, &kind, 1) && write_all(socket, &length, sizeof length) &&
           write_all(socket, bytes, n);
}

/* Cuts the request into words; NULL when it is none. */
static char **words_of(char *bytes, uint32_t n, int *ret_argc)
{
    int argc = 0;
    for (uint32_t i = 0; i < n; i++)
        argc += bytes[i] == '\0';
    if (argc == 0 || bytes[n - 1] != '\0')
        return NULL;
    char **argv = calloc((size_t)argc + 1, sizeof *argv);
    for (int i = 0; argv && i < argc; i++, bytes += strlen(bytes) + 1)
        argv[i] = bytes;
    *ret_argc = argc;
    return argv;
}

/* ------------------------------------------------------------------ one connection */

/* Whoever waits for a command. */
struct asker {
    const struct control *control;
    int socket;
};

static bool is_asked(void *self, struct error *err)
{
    const struct asker *asker = self;
    struct pollfd ends[] = {{asker->socket, 0, 0}, {asker->control->stop, POLLIN, 0}};
    if (poll(ends, 2, 0) > 0) /* of the socket only a hang-up is told */
        return error_set(err, ERROR_LATER,
                         ends[1].revents ? "the server stops" : "whoever asked has hung up");
    return true;
}

static void run_and_tell(struct control *control, int socket, int argc, char **argv, int fd)
{
    char *said = NULL;
    size_t n = 0;
    struct error err = {ERROR_NONE, ""};
    FILE *out = open_memstream(&said, &n);
    if (!out)
        return;
    bool json = argc > 1 && strcmp(argv[0], CONTROL_JSON) == 0;
    struct asker asker = {control, socket};
    struct call call = {
        .argc = argc - json, .argv = argv + json, .fd = fd, .wanted = is_asked, .ctx = &asker};
    bool ok = lanes_answer(control->lanes, &call, json, out, &err);
    (void)fclose(out);
    uint8_t status = ok ? 0 : 1;
    if (tell(socket, 'o', said, n) && (ok || json || tell(socket, 'e', err.text, strlen(err.text))))
        (void)tell(socket, 'x', &status, 1);
    chain_wipe(said, n); /* a one-time code may stand in it */
    free(said);
}

static void serve_one(struct control *control, int socket)
{
    struct timeval answer = {.tv_sec = TELL_SECONDS};
    int64_t until_ms = now_ms() + INT64_C(1000) * ASK_SECONDS;
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &answer, sizeof answer);
    uint32_t n = 0;
    int fd = -1, argc = 0;
    if (may_ask(socket) && read_head(socket, until_ms, &n, &fd) && n > 0 &&
        n <= REQUEST_BYTES_MAX) {
        char *bytes = malloc(n);
        char **argv =
            bytes && read_all(socket, bytes, n, until_ms) ? words_of(bytes, n, &argc) : NULL;
        if (argv)
            run_and_tell(control, socket, argc, argv, fd);
        free(argv);
        free(bytes);
    }
    if (fd >= 0)
        close(fd);
}

struct talk {
    struct control *control;
    int socket;
};

static void *serve_talk(void *arg)
{
    struct talk talk = *(struct talk *)arg;
    free(arg);
    serve_one(talk.control, talk.socket);
    close(talk.socket);
    pthread_mutex_lock(&talk.control->lock);
    talk.control->talks--;
    pthread_cond_signal(&talk.control->fewer);
    pthread_mutex_unlock(&talk.control->lock);
    return NULL;
}

/* ------------------------------------------------------------------ all connections */

static void wait_for_fewer(struct control *control, size_t than)
{
    pthread_mutex_lock(&control->lock);
    while (control->talks >= than)
        pthread_cond_wait(&control->fewer, &control->lock);
    pthread_mutex_unlock(&control->lock);
}

/* Without memory or a thread the asker hears nothing, which is told there. */
static void begin_talk(struct control *control, int socket)
{
    struct talk *talk = malloc(sizeof *talk);
    pthread_t thread;
    if (talk)
        *talk = (struct talk){control, socket};
    pthread_mutex_lock(&control->lock);
    bool begun = talk && pthread_create(&thread, NULL, serve_talk, talk) == 0;
    control->talks += begun;
    pthread_mutex_unlock(&control->lock);
    if (begun) {
        pthread_detach(thread);
        return;
    }
    close(socket);
    free(talk);
}

void control_serve(struct control *control)
{
    for (;;) {
        struct pollfd wait[] = {{control->listener, POLLIN, 0}, {control->stop, POLLIN, 0}};
        wait_for_fewer(control, CONTROL_TALKS);
        if ((poll(wait, 2, -1) < 0 && errno != EINTR) || wait[1].revents)
            break;
        int socket = wait[0].revents ? accept4(control->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (socket >= 0)
            begin_talk(control, socket);
    }
    wait_for_fewer(control, 1);
}

void control_stop(struct control *control)
{
    uint64_t one = 1;
    ssize_t n = write(control->stop, &one, sizeof one);
    (void)n; /* a full counter stops it just as well */
}

/* ------------------------------------------------------------------ the client's side */

static bool send_request(int socket, int argc, char *const *argv, int fd)
{
    size_t n = 0;
    for (int i = 0; i < argc; i++)
        n += strlen(argv[i]) + 1;
    if (n > REQUEST_BYTES_MAX || !write_head(socket, (uint32_t)n, fd))
        return false;
    for (int i = 0; i < argc; i++)
        if (!write_all(socket, argv[i], strlen(argv[i]) + 1))
            return false;
    return true;
}

/* One frame; false at the end of the answer or when it makes no sense. */
static bool hear_frame(int socket, FILE *out, FILE *err_out, int *ret_status)
{
    char kind = 0;
    uint32_t n = 0;
    if (!read_all(socket, &kind, 1, 0) || !read_all(socket, &n, sizeof n, 0) ||
        n > ANSWER_BYTES_MAX)
        return false;
    char *bytes = calloc(1, n + 1u);
    bool ok = bytes && read_all(socket, bytes, n, 0);
    if (ok && kind == 'o')
        (void)fwrite(bytes, 1, n, out);
    if (ok && kind == 'e')
        (void)fprintf(err_out, "%s\n", bytes);
    if (ok && kind == 'x' && n == 1)
        *ret_status = (unsigned char)bytes[0];
    free(bytes);
    return ok && kind != 'x';
}

bool control_ask(const char *folder, int argc, char *const *argv, int fd, FILE *out, FILE *err_out,
                 int *ret_status, struct error *err)
{
    int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return error_set(err, ERROR_NOT_FOUND, "%s: %s", folder, strerror(errno));
    int socket = connect_in(at), status = -1;
    close(at);
    if (socket < 0)
        return error_set(err, ERROR_LATER, "no server runs in %s", folder);
    bool ok = send_request(socket, argc, argv, fd);
    while (ok && hear_frame(socket, out, err_out, &status))
        continue;
    close(socket);
    if (status < 0)
        return error_set(err, ERROR_LATER, "the server in %s broke off", folder);
    *ret_status = status;
    return true;
}
