/* What printers answer, from the first question to the job's end. The first byte says which tongue
 * (z t e: the raw port, what follows is heard piece by piece; else a queue, what follows are IPP
 * answers, each behind two bytes of its length). Linked with --wrap: there is no printer.
 *
 * Whatever it says, progress only grows, words are words, and the job ends or can be gone on with.
 */
#include <cups/cups.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "labels/printer.h"
#include "room.h"

#define ITEMS 3
#define LOOKS_MAX 24 /* then its people cancel it */

static const uint8_t *said;
static size_t said_n;
static size_t pieces; /* of the raw port: bytes a recv gives */

static size_t take(void *out, size_t room)
{
    size_t n = said_n < room ? said_n : room;
    memcpy(out, said, n);
    said += n;
    said_n -= n;
    return n;
}

/* ------------------------------------------------------------------ a raw port */

int __wrap_socket(int domain, int type, int protocol);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t n);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);
ssize_t __wrap_send(int fd, const void *bytes, size_t n, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t n, int flags);

int __wrap_socket(int domain, int type, int protocol)
{
    (void)domain, (void)type, (void)protocol;
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t n)
{
    (void)fd, (void)address, (void)n;
    return 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
    (void)fds, (void)timeout;
    return n > 0 && said_n > 0 ? 1 : 0;
}

ssize_t __wrap_send(int fd, const void *bytes, size_t n, int flags)
{
    (void)fd, (void)bytes, (void)flags;
    return (ssize_t)n;
}

/* What comes unasked is thrown away: nothing did. A zero ends an answer. */
ssize_t __wrap_recv(int fd, void *bytes, size_t n, int flags)
{
    (void)fd;
    if (flags & MSG_DONTWAIT)
        return -1;
    return (ssize_t)take(bytes, n < pieces ? n : pieces);
}

/* ------------------------------------------------------------------ a queue */

http_t *__wrap_httpConnect2(const char *host, int port, http_addrlist_t *list, int family,
                            http_encryption_t encryption, int blocking, int msec, int *cancel);
void __wrap_httpSetTimeout(http_t *http, double timeout, http_timeout_cb_t cb, void *ctx);
void __wrap_httpClose(http_t *http);
ipp_t *__wrap_cupsDoRequest(http_t *http, ipp_t *request, const char *path);
http_status_t __wrap_cupsSendRequest(http_t *http, ipp_t *request, const char *path, size_t n);
http_status_t __wrap_cupsWriteRequestData(http_t *http, const char *bytes, size_t n);
ipp_t *__wrap_cupsGetResponse(http_t *http, const char *path);
ipp_status_t __wrap_cupsLastError(void);
const char *__wrap_cupsLastErrorString(void);

static ipp_status_t last;
static char last_words[256];

http_t *__wrap_httpConnect2(const char *host, int port, http_addrlist_t *list, int family,
                            http_encryption_t encryption, int blocking, int msec, int *cancel)
{
    static char nobody;
    (void)host, (void)port, (void)list, (void)family, (void)encryption, (void)blocking;
    (void)msec, (void)cancel;
    return (http_t *)(void *)&nobody;
}

void __wrap_httpSetTimeout(http_t *http, double timeout, http_timeout_cb_t cb, void *ctx)
{
    (void)http, (void)timeout, (void)cb, (void)ctx;
}

void __wrap_httpClose(http_t *http)
{
    (void)http;
}

struct left {
    const uint8_t *at;
    size_t n;
};

static ssize_t read_left(void *ctx, ipp_uchar_t *out, size_t n)
{
    struct left *left = ctx;
    size_t got = left->n < n ? left->n : n;
    memcpy(out, left->at, got);
    left->at += got;
    left->n -= got;
    return (ssize_t)got;
}

/* As libcups takes one from the line: what it cannot read is no answer. */
static ipp_t *answer(void)
{
    uint8_t size[2] = {0, 0};
    (void)take(size, sizeof size);
    size_t n = (size_t)(size[0] << 8 | size[1]);
    struct left left = {said, n < said_n ? n : said_n};
    said += left.n;
    said_n -= left.n;
    ipp_t *ipp = ippNew();
    bool whole = false;
    for (;;) {
        ipp_state_t state = ippReadIO(&left, read_left, 1, NULL, ipp);
        whole = state == IPP_STATE_DATA;
        if (whole || state == IPP_STATE_ERROR || state == IPP_STATE_IDLE)
            break;
    }
    last = whole ? ippGetStatusCode(ipp) : IPP_STATUS_ERROR_SERVICE_UNAVAILABLE;
    ipp_attribute_t *words = ippFindAttribute(ipp, "status-message", IPP_TAG_TEXT);
    const char *text = words ? ippGetString(words, 0, NULL) : "cannot be read";
    (void)snprintf(last_words, sizeof last_words, "%s", text ? text : "");
    if (whole)
        return ipp;
    ippDelete(ipp);
    return NULL;
}

ipp_t *__wrap_cupsDoRequest(http_t *http, ipp_t *request, const char *path)
{
    (void)http, (void)path;
    ippDelete(request);
    return answer();
}

http_status_t __wrap_cupsSendRequest(http_t *http, ipp_t *request, const char *path, size_t n)
{
    (void)http, (void)request, (void)path, (void)n;
    return HTTP_STATUS_CONTINUE;
}

http_status_t __wrap_cupsWriteRequestData(http_t *http, const char *bytes, size_t n)
{
    (void)http, (void)bytes, (void)n;
    return HTTP_STATUS_CONTINUE;
}

ipp_t *__wrap_cupsGetResponse(http_t *http, const char *path)
{
    (void)http, (void)path;
    return answer();
}

ipp_status_t __wrap_cupsLastError(void)
{
    return last;
}

const char *__wrap_cupsLastErrorString(void)
{
    return last_words;
}

/* ------------------------------------------------------------------ a job */

struct heard {
    size_t looks, done;
};

static bool hear(void *ctx, const struct printer_progress *progress)
{
    struct heard *heard = ctx;
    invariant(progress->n == ITEMS && progress->done <= ITEMS && progress->done >= heard->done);
    invariant(memchr(progress->words, '\0', sizeof progress->words) != NULL);
    invariant(progress->words[0] == '\0' || utf8_is_text(progress->words, strlen(progress->words)));
    (void)printer_reason_words(progress->words);
    (void)printer_state_words(progress->state);
    heard->done = progress->done;
    return progress->state == PRINTER_FINISHED || ++heard->looks < LOOKS_MAX;
}

static void print(const struct printer_profile *profile)
{
    static const char *const numbers[] = {"RA473124829VN", "RA100000025VN", "BG-00000017"};
    static size_t ends[ITEMS] = {4, 8, 12};
    const struct printer_data data = {.bytes = {.bytes = (unsigned char *)"^XA ^XA ^XA ", .n = 12},
                                      .ends = ends,
                                      .n_ends = ITEMS};
    char folder[ROOM_PATH_MAX];
    struct spool *spool = NULL;
    struct spool_job *job = NULL;
    struct spool_stopped stopped;
    struct heard heard = {0};
    struct error err = {ERROR_NONE, ""};
    room_clear("spool");
    invariant(spool_open(room_path("spool", folder), &spool, &err));
    invariant(spool_begin(spool, numbers, ITEMS, NULL, &job, &err));
    bool done =
        printer_print(profile, job, &data, 1,
                      (struct printer_ear){.hear = hear, .ctx = &heard, .every_ms = 1}, &err);
    invariant(done ? spool_job_next(job) == ITEMS : utf8_is_text(err.text, strlen(err.text)));
    invariant(spool_job_next(job) >= heard.done);
    spool_job_close(job);
    if (done)
        invariant(!spool_unfinished(spool, &stopped, &err) && err.code == ERROR_NOT_FOUND);
    else if (spool_unfinished(spool, &stopped, &err)) {
        invariant(spool_resume(spool, stopped.id, &job, &err));
        spool_job_close(job);
    }
    spool_close(spool);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct printer_profile queue = {
        .where = "ipp://localhost/printers/quay1", .tongue = "pdf", .dpi = 600};
    static struct printer_profile raw = {.where = "tcp://127.0.0.1", .dpi = 203};
    if (n < 2)
        return 0;
    said = bytes + 1;
    said_n = n - 1;
    const char *tongue = bytes[0] == 'z'   ? "zpl"
                         : bytes[0] == 't' ? "tspl"
                         : bytes[0] == 'e' ? "escpos"
                                           : NULL;
    if (tongue == NULL) {
        print(&queue);
        return 0;
    }
    pieces = 1 + bytes[1] % 64u;
    said++;
    said_n--;
    (void)snprintf(raw.tongue, sizeof raw.tongue, "%s", tongue);
    print(&raw);
    return 0;
}
