/* The raw port of a thermal printer (9100): label by label, each noted before and after. Before
 * each the printer is asked how it is, in its own tongue; one that never answers is only sent to.
 */
#include "labels/printer_way.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 10000
#define ANSWER_LOOKS 2 /* an idle printer answers in some ms, one that is busy within a second */
#define ANSWER_BYTES 256

/* How a printer says it is. */
struct health {
    enum printer_state state; /* PRINTER_SENDING: ready for more */
    const char *words;
    bool busy; /* something it took is not on paper yet */
};

/* ------------------------------------------------------------------ asking */

/* Where a line of ~HS has what is wanted of it. */
enum { ZPL_PAPER = 1, ZPL_PAUSE = 2, ZPL_WAITING = 4 };               /* the first */
enum { ZPL_HEAD = 2, ZPL_RIBBON = 3, ZPL_LEFT = 8, ZPL_NUMBERS = 9 }; /* the second */

/* The first numbers of a line, commas between them. */
static bool read_numbers(const char *line, unsigned long numbers[ZPL_NUMBERS])
{
    for (size_t i = 0; i < ZPL_NUMBERS; i++) {
        char *end = NULL;
        numbers[i] = strtoul(line, &end, 10);
        if (end == line || (*end != ',' && i + 1 < ZPL_NUMBERS))
            return false;
        line = end + 1;
    }
    return true;
}

/* ~HS answers with three lines between STX and ETX (ZPL II Programming Guide, Host Status Return):
 * "...,paper out,pause,length,formats waiting,..." and "...,head up,ribbon out,...,labels
 * left,...". */
static bool read_zpl(const unsigned char *bytes, size_t n, struct health *health)
{
    char text[ANSWER_BYTES + 1];
    unsigned long first[ZPL_NUMBERS];
    unsigned long second[ZPL_NUMBERS];
    memcpy(text, bytes, n);
    text[n] = '\0';
    const char *line = strchr(text, '\x02');
    const char *next = line == NULL ? NULL : strchr(line + 1, '\x02');
    const char *last = next == NULL ? NULL : strchr(next + 1, '\x02');
    if (last == NULL || strchr(last, '\x03') == NULL || !read_numbers(line + 1, first) ||
        !read_numbers(next + 1, second))
        return false;
    health->busy = first[ZPL_WAITING] > 0 || second[ZPL_LEFT] > 0;
    if (first[ZPL_PAPER] != 0)
        *health = (struct health){PRINTER_NO_PAPER, "", true};
    else if (second[ZPL_HEAD] != 0)
        *health = (struct health){PRINTER_STOPPED, "đầu in đang mở", true};
    else if (second[ZPL_RIBBON] != 0)
        *health = (struct health){PRINTER_STOPPED, "hết ruy băng mực", true};
    else if (first[ZPL_PAUSE] != 0)
        *health = (struct health){PRINTER_HELD, "đang tạm dừng ở bảng nút", true};
    return true;
}

/* <ESC>!? answers with one byte of flags (TSPL2 Programming, Status Polling). */
static bool read_tspl(const unsigned char *bytes, size_t n, struct health *health)
{
    static const struct {
        unsigned char bit;
        struct health health;
    } flags[] = {
        {0x04, {PRINTER_NO_PAPER, "", true}},
        {0x01, {PRINTER_STOPPED, "đầu in đang mở", true}},
        {0x02, {PRINTER_STOPPED, "kẹt giấy", true}},
        {0x08, {PRINTER_STOPPED, "hết ruy băng mực", true}},
        {0x10, {PRINTER_HELD, "đang tạm dừng ở bảng nút", true}},
        {0x80, {PRINTER_STOPPED, "máy in báo lỗi", true}},
    };
    if (n == 0)
        return false;
    health->busy = (bytes[0] & 0x20) != 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if ((bytes[0] & flags[i].bit) != 0) {
            *health = flags[i].health;
            break;
        }
    return true;
}

/* DLE EOT 2 and DLE EOT 4 answer with one byte each, why it is offline and what the roll's sensors
 * see; bits 1 and 4 of both are set, 0 and 7 are not (ESC/POS reference, DLE EOT). */
enum { ESCPOS_FIXED = 0x93, ESCPOS_FIXED_AS = 0x12 };
enum { ESCPOS_COVER = 0x04, ESCPOS_END_STOP = 0x20, ESCPOS_ERROR = 0x40, ESCPOS_NO_ROLL = 0x60 };

static bool read_escpos(const unsigned char *bytes, size_t n, struct health *health)
{
    if (n < 2 || (bytes[0] & ESCPOS_FIXED) != ESCPOS_FIXED_AS ||
        (bytes[1] & ESCPOS_FIXED) != ESCPOS_FIXED_AS)
        return false;
    if ((bytes[0] & ESCPOS_COVER) != 0)
        *health = (struct health){PRINTER_STOPPED, "nắp máy in đang mở", true};
    else if ((bytes[0] & ESCPOS_END_STOP) != 0 || (bytes[1] & ESCPOS_NO_ROLL) != 0)
        *health = (struct health){PRINTER_NO_PAPER, "", true};
    else if ((bytes[0] & ESCPOS_ERROR) != 0)
        *health = (struct health){PRINTER_STOPPED, "máy in báo lỗi", true};
    return true;
}

static const struct question {
    const char *tongue;
    const char *bytes;
    size_t n;
    bool (*read)(const unsigned char *bytes, size_t n, struct health *health);
} questions[] = {
    {"zpl", "~HS\r\n", 5, read_zpl},
    {"tspl", "\x1B!?", 3, read_tspl},
    {"escpos", "\x10\x04\x02\x10\x04\x04", 6, read_escpos},
};

/* ------------------------------------------------------------------ the line */

struct line {
    struct printer_run *run;
    int socket;
    const struct question *question; /* NULL: a printer that is not asked, or never answered */
    bool has_answered;
};

static bool broke_off(const char *what, struct error *err)
{
    return error_set(err, ERROR_LATER, "%s: %s", what, strerror(errno));
}

static bool connect_one(const struct addrinfo *at, int *ret_socket)
{
    int error = 0;
    socklen_t n = sizeof error;
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0)
        return false;
    struct pollfd wait = {fd, POLLOUT, 0};
    bool connected = connect(fd, at->ai_addr, at->ai_addrlen) == 0;
    if (!connected && errno == EINPROGRESS && poll(&wait, 1, CONNECT_MS) == 1 &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0) {
        connected = error == 0;
        errno = error;
    }
    if (!connected) {
        close(fd);
        return false;
    }
    *ret_socket = fd;
    return true;
}

static bool dial(const struct printer_place *place, int *ret_socket, struct error *err)
{
    char port[8];
    struct addrinfo *all = NULL;
    snprintf(port, sizeof port, "%d", place->port);
    int why = getaddrinfo(place->host, port, &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &all);
    if (why != 0)
        return error_set(err, ERROR_LATER, "cannot find %s: %s", place->host, gai_strerror(why));
    bool connected = false;
    for (const struct addrinfo *at = all; !connected && at != NULL; at = at->ai_next)
        connected = connect_one(at, ret_socket);
    freeaddrinfo(all);
    return connected || broke_off("cannot connect", err);
}

/* Sends everything, however long the printer takes; the ear hears when nothing moves. */
static bool send_all(struct line *line, const unsigned char *bytes, size_t n, struct error *err)
{
    while (n > 0) {
        ssize_t sent = send(line->socket, bytes, n, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            n -= (size_t)sent;
            continue;
        }
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return broke_off("sending broke off", err);
        struct pollfd wait = {line->socket, POLLOUT, 0};
        if (poll(&wait, 1, printer_look_ms(line->run)) == 0 &&
            !printer_tell(line->run, PRINTER_STOPPED, "máy in không nhận thêm dữ liệu", err))
            return false;
    }
    return true;
}

/* Throws away what the printer said unasked. */
static void drain(struct line *line)
{
    unsigned char bytes[ANSWER_BYTES];
    while (recv(line->socket, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
}

/* One answer, complete by the question's own measure. False: none in time. */
static bool hear_answer(struct line *line, struct health *health)
{
    unsigned char bytes[ANSWER_BYTES];
    size_t n = 0;
    struct pollfd wait = {line->socket, POLLIN, 0};
    while (n < sizeof bytes && poll(&wait, 1, ANSWER_LOOKS * printer_look_ms(line->run)) == 1) {
        ssize_t got = recv(line->socket, bytes + n, sizeof bytes - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        if (line->question->read(bytes, n, health))
            return true;
    }
    return false;
}

static bool ask(struct line *line, struct health *health, struct error *err)
{
    *health = (struct health){PRINTER_SENDING, "", false};
    if (line->question == NULL)
        return true;
    drain(line);
    if (!send_all(line, (const unsigned char *)line->question->bytes, line->question->n, err))
        return false;
    if (hear_answer(line, health)) {
        line->has_answered = true;
        return true;
    }
    if (line->has_answered)
        *health = (struct health){PRINTER_STOPPED, "máy in không trả lời", true};
    else
        line->question = NULL;
    return true;
}

/* Waits until the printer takes more, or, at the end, until all it took is on paper. */
static bool await(struct line *line, bool at_end, struct error *err)
{
    struct health health;
    for (;;) {
        if (!ask(line, &health, err))
            return false;
        bool ready = health.state == PRINTER_SENDING;
        if (ready && !(at_end && health.busy))
            return true;
        if (!printer_tell(line->run, ready ? PRINTER_PRINTING : health.state, health.words, err))
            return false;
        poll(NULL, 0, printer_look_ms(line->run));
    }
}

static bool send_page(struct line *line, size_t page, struct error *err)
{
    struct printer_run *run = line->run;
    size_t from = page == 0 ? 0 : run->data->ends[page - 1];
    size_t next = printer_items(run, page + 1);
    return await(line, false, err) && printer_tell(run, PRINTER_SENDING, "", err) &&
           spool_job_sending(run->job, next - 1, err) &&
           send_all(line, run->data->bytes.bytes + from, run->data->ends[page] - from, err) &&
           spool_job_done(run->job, next, err);
}

bool printer_raw(struct printer_run *run, struct error *err)
{
    struct line line = {.run = run, .socket = -1};
    size_t items = run->n - run->first;
    if (run->data->n_ends != (items + run->items_a_page - 1) / run->items_a_page)
        return error_set(err, ERROR_BAD_INPUT, "%zu pages are not the %zu items left",
                         run->data->n_ends, items);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strcmp(questions[i].tongue, run->profile->tongue) == 0)
            line.question = &questions[i];
    if (!dial(&run->place, &line.socket, err))
        return false;
    bool done = true;
    for (size_t page = 0; done && page < run->data->n_ends; page++)
        done = send_page(&line, page, err);
    done = done && await(&line, true, err);
    close(line.socket);
    return done;
}
