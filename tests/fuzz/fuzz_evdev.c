/* A scanner that the kernel shows as a keyboard: what it says of itself, its events, torn ones,
 * losses, and how its keys stand after one. Whatever it is, reading ends, no text is longer than
 * may be, a loss is never passed over, and of an honest one each key that was pressed is in what
 * was read.
 *
 * The first byte: bits 0 and 1 what it is (a keyboard, everything at once, no keys, held by another
 * program), 2 it is gone when it is asked how keys stand after a loss, 3 all keys stand pressed
 * then, 4 and 5 how many events come between two looks, 6 it is gone while it is opened. Then any
 * number of four bytes each: type, code (two bytes, low end first), value; with type TORN so many
 * bytes of an event, with type LATER the clock goes on so many milliseconds. */
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"
#include "handheld/serial.h"
#include "room.h"

#define TORN 0xFE
#define LATER 0xFD
#define KEYS 192 /* a keyboard's, and some */
#define EVENTS_MAX 2000

enum device { KEYBOARD, EVERYTHING, NO_KEYS, HELD };

static uint8_t kind;
static unsigned asked; /* how keys stand */

/* ------------------------------------------------------------------ what the kernel says */

static enum device device(void)
{
    return (enum device)(kind & 3);
}

static int answer_bits(unsigned type, uint8_t *out, size_t n)
{
    memset(out, device() == EVERYTHING ? 0xFF : 0, n);
    bool keyboard = device() == KEYBOARD || device() == HELD;
    if (keyboard && type == 0)
        out[0] = 1 << EV_SYN | 1 << EV_KEY;
    if (keyboard && type == EV_KEY)
        memset(out, 0xFF, n < KEYS / 8 ? n : KEYS / 8);
    return (int)n;
}

static int answer(unsigned number, uint8_t *out, size_t n)
{
    if (number >= 0x20 && number < 0x20 + EV_CNT)
        return answer_bits(number - 0x20, out, n);
    if (number >= 0x40 && number < 0x40 + ABS_CNT) {
        memset(out, number & 1 ? 0xFF : 0x7F, n); /* bounds in no order, or the largest there are */
        return 0;
    }
    switch (number) {
    case _IOC_NR(EVIOCGVERSION):
        memcpy(out, &(int){EV_VERSION}, sizeof(int));
        return 0;
    case _IOC_NR(EVIOCGRAB):
        errno = EBUSY;
        return device() == HELD ? -1 : 0;
    case _IOC_NR(EVIOCGKEY(0)):
        memset(out, kind & 8 ? 0xFF : 0, n);
        errno = ENODEV;
        return kind & (asked++ == 0 ? 0x40 : 4) ? -1 : (int)n;
    case _IOC_NR(EVIOCGLED(0)):
    case _IOC_NR(EVIOCGSW(0)):
        memset(out, kind & 8 ? 0xFF : 0, n);
        return (int)n;
    case _IOC_NR(EVIOCGMTSLOTS(0)):
        memset(out + sizeof(uint32_t), 0x55, n - sizeof(uint32_t));
        return (int)n;
    case _IOC_NR(EVIOCGNAME(0)):
        memset(out, 'x', n); /* no zero */
        return (int)n;
    case _IOC_NR(EVIOCGPHYS(0)):
    case _IOC_NR(EVIOCGUNIQ(0)):
        errno = ENOENT;
        return -1;
    default:
        memset(out, device() == EVERYTHING ? 0xFF : 0, n);
        return (int)n;
    }
}

/* In place of the C library's, for libevdev too. */
int ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    va_start(list, request);
    void *at = va_arg(list, void *);
    va_end(list);
    if (_IOC_TYPE(request) != 'E')
        return (int)syscall(SYS_ioctl, fd, request, at);
    if (device() == NO_KEYS && _IOC_NR(request) == _IOC_NR(EVIOCGID)) {
        errno = ENOTTY;
        return -1;
    }
    return answer(_IOC_NR(request), at, _IOC_SIZE(request));
}

/* ------------------------------------------------------------------ what it gives */

struct came {
    size_t bytes, unreadable;
};

static void on_scan(void *ctx, const struct reading *reading)
{
    struct came *came = ctx;
    invariant(reading->n > 0 && reading->n <= SCANNER_TEXT_MAX);
    invariant(reading->entry == (device() == NO_KEYS ? ENTRY_SERIAL : ENTRY_DEVICE));
    came->bytes += reading->n;
    for (size_t i = 0; i < reading->n; i++)
        came->unreadable += reading->text[i] == '?';
}

/* What was written to it. */
struct gone {
    size_t pressed, endings, losses; /* an ending with Ctrl is none */
    bool torn;
};

static bool is_ending(unsigned code)
{
    return code == KEY_ENTER || code == KEY_KPENTER || code == KEY_TAB;
}

static bool is_text(unsigned code)
{
    static const uint8_t others[] = {KEY_LEFTSHIFT, KEY_RIGHTSHIFT, KEY_LEFTCTRL, KEY_RIGHTCTRL,
                                     KEY_LEFTALT,   KEY_RIGHTALT,   KEY_LEFTMETA, KEY_RIGHTMETA,
                                     KEY_CAPSLOCK,  KEY_NUMLOCK};
    for (size_t i = 0; i < sizeof others; i++)
        if (code == others[i])
            return false;
    return code < KEYS && !is_ending(code);
}

static void put(int fd, const uint8_t step[4], struct gone *gone)
{
    struct input_event event = {
        .type = step[0], .code = (uint16_t)(step[1] | step[2] << 8), .value = (int8_t)step[3]};
    size_t n = sizeof event;
    if (event.type == TORN) {
        n = event.code % sizeof event;
        gone->torn = gone->torn || n > 0;
    } else if (event.type == EV_SYN && event.code == SYN_DROPPED)
        gone->losses++;
    else if (event.type == EV_KEY && event.value == 1 && is_text(event.code))
        gone->pressed++;
    else if (event.type == EV_KEY && event.value == 1 && is_ending(event.code))
        gone->endings++;
    (void)!write(fd, &event, n);
}

static void check(const struct came *came, const struct gone *gone, bool gone_away)
{
    if (device() == HELD)
        invariant(came->bytes == 0);
    if (device() != KEYBOARD || gone->torn || gone_away)
        return;
    if (gone->losses == 0 && gone->pressed + gone->endings <= SCANNER_TEXT_MAX)
        invariant(came->bytes >= gone->pressed && came->bytes <= gone->pressed + gone->endings);
    if (gone->losses > 0 && gone->pressed + gone->losses <= SCANNER_TEXT_MAX)
        invariant(came->unreadable > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char path[ROOM_PATH_MAX];
    struct serial serial;
    struct came came = {0};
    struct gone gone = {0};
    struct tick now = {0};
    bool gone_away = false;
    if (n == 0 || n > 4 * EVENTS_MAX)
        return 0;
    kind = bytes[0];
    asked = 0;
    (void)mkfifo(room_path("scanner", path), 0600);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    invariant(fd >= 0);
    serial_init(&serial, path, now);
    serial_work(&serial, now, on_scan, &came);
    size_t looks = (size_t)1 << 2 * (kind >> 4 & 3), events = 0;
    for (size_t at = 1; at + 4 <= n; at += 4) {
        if (bytes[at] == LATER)
            now.ms += bytes[at + 1] | bytes[at + 2] << 8;
        else
            put(fd, bytes + at, &gone);
        if (++events % looks == 0)
            serial_work(&serial, now, on_scan, &came);
        gone_away = gone_away || serial.fd < 0;
    }
    serial_work(&serial, now, on_scan, &came);
    gone_away = gone_away || serial.fd < 0;
    for (int i = 0; i < 2; i++) { /* it may be opened again, and read */
        now.ms += 20 * SCANNER_IDLE_MS;
        serial_work(&serial, now, on_scan, &came);
    }
    invariant(serial.fd < 0 || serial_due(&serial).ms == INT64_MAX);
    check(&came, &gone, gone_away);
    serial_done(&serial);
    close(fd);
    return 0;
}
