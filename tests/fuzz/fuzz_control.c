/* The control socket, from both ends. What root's programs ask of the server: the first byte says
 * what. 'w' (words) and 'j' (words, answered in JSON): words that LF parts, behind an empty line
 * the file that comes along; 'r': raw bytes, no length before them; 'a': what a server answers to
 * trao-admin. In words some bytes stand for what is there: 1 an item, 2 its dossier, 3 a handheld.
 *
 * A request that is one is answered by frames that end with a status, all of it text, JSON where
 * JSON is asked for; whatever else came, the next one is heard. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz.h"
#include "room.h"
#include "tests/server/control_rig.h"

#define REQUEST_MAX 8192
#define ANSWER_MAX ((size_t)4 << 20)
#define PATIENCE_MS 1000 /* a machine that is busier than that may hear too late */

static struct asked *asked;
static struct item item;

/* A list is read by a child of this very program, before any main. */
__attribute__((constructor)) static void be_child(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--read-list") == 0)
        exit(desk_rig_child(argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : NULL));
}

static void open_once(void)
{
    static struct rig_device hand;
    void *state = NULL;
    if (asked != NULL)
        return;
    invariant(setenv("TMPDIR", room(), 1) == 0);
    invariant(open_asked(&state) == 0);
    asked = state;
    rig_device(&hand, &asked->desk.rig, "HH-001");
    item = desk_rig_issue(&asked->desk, "H27-261118-0001", "0912000001", "168000");
}

static int connect_to(const char *folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/control", folder);
    invariant(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* ------------------------------------------------------------------ what is asked */

struct request {
    char words[REQUEST_MAX];
    size_t n;
    int file;
};

static void put(struct request *request, const char *text)
{
    size_t n = strlen(text);
    if (request->n + n >= REQUEST_MAX)
        return;
    memcpy(request->words + request->n, text, n);
    request->n += n;
}

static void put_byte(struct request *request, uint8_t byte)
{
    switch (byte) {
    case 1:
        put(request, item.text);
        return;
    case 2:
        put(request, "H27-261118-0001");
        return;
    case 3:
        put(request, "HH-001");
        return;
    default:
        if (request->n + 1 < REQUEST_MAX)
            request->words[request->n++] = byte == '\n' ? '\0' : (char)byte;
    }
}

/* No printer is reached from here, nor is a file written for one. */
static bool reaches_out(const struct request *request)
{
    static const char *const ways[] = {"tcp:", "ipp:", "ipps:", "file:"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (memmem(request->words, request->n, ways[i], strlen(ways[i])) != NULL)
            return true;
    return false;
}

static bool read_request(const uint8_t *bytes, size_t n, bool json, struct request *request)
{
    const uint8_t *end = memmem(bytes, n, "\n\n", 2);
    size_t words_n = end == NULL ? n : (size_t)(end - bytes);
    *request = (struct request){.file = -1};
    if (json)
        put(request, CONTROL_JSON "\n");
    for (size_t i = 0; i < words_n; i++)
        put_byte(request, bytes[i]);
    for (size_t i = 0; i < request->n; i++)
        if (request->words[i] == '\n')
            request->words[i] = '\0';
    request->words[request->n++] = '\0';
    if (reaches_out(request))
        return false;
    if (end != NULL) {
        size_t file_n = n - words_n - 2;
        request->file = memfd_create("file", MFD_CLOEXEC);
        invariant(request->file >= 0);
        invariant(write(request->file, end + 2, file_n) == (ssize_t)file_n);
        invariant(lseek(request->file, 0, SEEK_SET) == 0);
    }
    return true;
}

static void send_head(int socket, uint32_t n, int file)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } side = {.bytes = {0}};
    struct iovec piece = {&n, sizeof n};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (file >= 0) {
        message.msg_control = side.bytes;
        message.msg_controllen = sizeof side.bytes;
        side.head.cmsg_level = SOL_SOCKET;
        side.head.cmsg_type = SCM_RIGHTS;
        side.head.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&side.head), &file, sizeof(int));
    }
    invariant(sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof n);
}

/* ------------------------------------------------------------------ what is answered */

static char answer[ANSWER_MAX];

static size_t read_answer(int socket)
{
    size_t n = 0;
    while (n < ANSWER_MAX) {
        ssize_t got = read(socket, answer + n, ANSWER_MAX - n);
        if (got < 0 && errno == EINTR)
            continue; /* the fuzzer has a clock */
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    invariant(n < ANSWER_MAX);
    return n;
}

static void check_json(const char *bytes, size_t n)
{
    json_t *json = json_loadb(bytes, n, 0, NULL);
    invariant(json != NULL);
    json_decref(json);
}

/* Frames: 'o', perhaps 'e', 'x'. */
static void check_answer(size_t n, bool json)
{
    static const char order[] = "oex";
    size_t next = 0, at = 0;
    while (at < n) {
        uint32_t length;
        char kind = answer[at];
        invariant(n - at >= 1 + sizeof length);
        memcpy(&length, answer + at + 1, sizeof length);
        at += 1 + sizeof length;
        invariant(length <= n - at);
        const char *place = next < 3 && kind != '\0' ? strchr(order + next, kind) : NULL;
        invariant(place != NULL && !(json && kind == 'e'));
        next = (size_t)(place - order) + 1;
        if (kind == 'x')
            invariant(length == 1 && (answer[at] == 0 || answer[at] == 1));
        else if (length > 0)
            invariant(utf8_is_text(answer + at, length));
        if (kind == 'o' && json)
            check_json(answer + at, length);
        at += length;
    }
    invariant(next == 3);
}

static void words(const uint8_t *bytes, size_t n, bool json)
{
    static struct request request;
    if (!read_request(bytes, n, json, &request))
        return;
    struct clock clock = clock_system();
    struct tick began = clock.tick(clock.self);
    int socket = connect_to(asked->desk.rig.dir);
    send_head(socket, (uint32_t)request.n, request.file);
    invariant(send(socket, request.words, request.n, MSG_NOSIGNAL) == (ssize_t)request.n);
    size_t answer_n = read_answer(socket);
    if (answer_n > 0 || clock.tick(clock.self).ms - began.ms < PATIENCE_MS)
        check_answer(answer_n, json);
    close(socket);
    if (request.file >= 0)
        close(request.file);
}

/* What is no request is not answered, and its end does not have to be waited for. */
static void raw(const uint8_t *bytes, size_t n)
{
    int socket = connect_to(asked->desk.rig.dir);
    if (n > 0)
        (void)!send(socket, bytes, n, MSG_NOSIGNAL);
    (void)shutdown(socket, SHUT_WR);
    size_t answer_n = read_answer(socket);
    if (answer_n > 0)
        check_answer(answer_n, false);
    close(socket);
}

/* ------------------------------------------------------------------ the other end */

static int listener(void)
{
    static int kept = -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (kept >= 0)
        return kept;
    kept = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/control", room());
    invariant(kept >= 0 && bind(kept, (struct sockaddr *)&address, sizeof address) == 0);
    invariant(listen(kept, 8) == 0);
    return kept;
}

struct answering {
    int listener;
    const uint8_t *bytes;
    size_t n;
};

static void *give_answer(void *ctx)
{
    const struct answering *it = ctx;
    char heard[64];
    int socket = accept4(it->listener, NULL, NULL, SOCK_CLOEXEC);
    invariant(socket >= 0);
    ssize_t got = read(socket, heard, 4);
    invariant(got == 4 && read(socket, heard, sizeof heard) > 0);
    if (it->n > 0)
        (void)!send(socket, it->bytes, it->n, MSG_NOSIGNAL);
    close(socket);
    return NULL;
}

static void answered(const uint8_t *bytes, size_t n)
{
    struct answering answering = {listener(), bytes, n};
    struct error err = {ERROR_NONE, ""};
    char *const argv[] = {(char[]){"items"}, NULL};
    char *said = NULL;
    size_t said_n = 0;
    int status = -1;
    pthread_t thread;
    FILE *out = open_memstream(&said, &said_n);
    invariant(out != NULL && pthread_create(&thread, NULL, give_answer, &answering) == 0);
    bool good = control_ask(room(), 1, argv, -1, out, out, &status, &err);
    pthread_join(thread, NULL);
    (void)fclose(out);
    free(said);
    invariant(good ? status >= 0 && status <= 255 : err.code == ERROR_LATER && status == -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n == 0 || n > REQUEST_MAX / 16)
        return 0;
    open_once();
    if (bytes[0] == 'w' || bytes[0] == 'j')
        words(bytes + 1, n - 1, bytes[0] == 'j');
    else if (bytes[0] == 'a')
        answered(bytes + 1, n - 1);
    else
        raw(bytes + 1, n - 1);
    return 0;
}
