#include "handheld/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define RETRY_MS 1000
#define SPEED B9600 /* what serial scanners are delivered with */

void serial_init(struct serial *serial, const char *path, struct tick now)
{
    *serial = (struct serial){.path = path, .fd = -1, .retry_at = now};
    scanner_init(&serial->scanner, ENTRY_SERIAL);
}

void serial_done(struct serial *serial)
{
    evdev_free(serial->evdev);
    serial->evdev = NULL;
    if (serial->fd >= 0)
        close(serial->fd);
    serial->fd = -1;
}

static void lose(struct serial *serial, struct tick now)
{
    serial_done(serial);
    scanner_gone(&serial->scanner);
    serial->retry_at = (struct tick){now.ms + RETRY_MS};
}

/* Bytes as they are: no line discipline, no echo, no signals. */
static void make_raw(int fd)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0)
        return; /* a FIFO */
    cfmakeraw(&t);
    cfsetspeed(&t, SPEED);
    t.c_cflag |= CLOCAL | CREAD;
    tcsetattr(fd, TCSANOW, &t);
}

/* A FIFO is opened for writing as well: else it would end whenever no writer has it open. */
static void open_again(struct serial *serial, struct tick now)
{
    struct stat st;
    bool fifo = stat(serial->path, &st) == 0 && S_ISFIFO(st.st_mode);
    int mode = fifo ? O_RDWR : O_RDONLY;
    struct error err;
    serial->fd = open(serial->path, mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (serial->fd < 0) {
        lose(serial, now);
        return;
    }
    if (evdev_new(serial->fd, &serial->evdev, &err)) {
        serial->scanner.entry = ENTRY_DEVICE;
    } else if (err.code == ERROR_NOT_FOUND) {
        serial->scanner.entry = ENTRY_SERIAL;
        make_raw(serial->fd);
    } else {
        lose(serial, now); /* another program would hear the scans as well */
    }
}

static void read_keys(struct serial *serial, struct tick now, scanner_each *each, void *ctx)
{
    enum evdev_got got;
    uint8_t byte;
    while ((got = evdev_next(serial->evdev, &byte)) == EVDEV_BYTE)
        scanner_feed(&serial->scanner, &byte, 1, now, each, ctx);
    if (got == EVDEV_GONE)
        lose(serial, now);
}

static void read_all(struct serial *serial, struct tick now, scanner_each *each, void *ctx)
{
    uint8_t bytes[256];
    ssize_t n;
    while ((n = read(serial->fd, bytes, sizeof bytes)) > 0)
        scanner_feed(&serial->scanner, bytes, (size_t)n, now, each, ctx);
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        lose(serial, now);
}

void serial_work(struct serial *serial, struct tick now, scanner_each *each, void *ctx)
{
    if (serial->path == NULL)
        return;
    if (serial->fd < 0 && now.ms >= serial->retry_at.ms)
        open_again(serial, now);
    if (serial->evdev != NULL)
        read_keys(serial, now, each, ctx);
    else if (serial->fd >= 0)
        read_all(serial, now, each, ctx);
    scanner_tick(&serial->scanner, now, each, ctx);
}

struct tick serial_due(const struct serial *serial)
{
    if (serial->path != NULL && serial->fd < 0)
        return serial->retry_at;
    return scanner_due(&serial->scanner);
}
