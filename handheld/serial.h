/* serial.h - a scanner that is a device of its own: an input device with keys (evdev.h), a serial
 * line or a FIFO; which it is, is found when it is opened. What it leaves behind when it goes away
 * is dropped; it is looked for again each second.
 */
#ifndef TRAO_HANDHELD_SERIAL_H
#define TRAO_HANDHELD_SERIAL_H

#include "handheld/evdev.h"
#include "handheld/scanner.h"

struct serial {
    const char *path;    /* borrowed; NULL: there is none */
    int fd;              /* to poll for reading, or -1 */
    struct evdev *evdev; /* NULL: bytes */
    struct tick retry_at;
    struct scanner scanner;
};

void serial_init(struct serial *serial, const char *path, struct tick now);
void serial_done(struct serial *serial);
/* Reads what is there, opens when it is time, ends what silence has ended. */
void serial_work(struct serial *serial, struct tick now, scanner_each *each, void *ctx);
struct tick serial_due(const struct serial *serial);

#endif
