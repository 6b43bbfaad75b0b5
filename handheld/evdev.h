/* evdev.h - a scanner that the kernel shows as a keyboard of its own (/dev/input/event*), read past
 * the console through libevdev. It is grabbed: nothing of a scan reaches another program, and no
 * input method touches it.
 *
 * Its keys are read as on a US keyboard, as scanners send them. A key that has no letter there, and
 * keys with Ctrl, Alt or Meta, give '?': such a scan is refused as a whole, never shortened. So
 * does a loss that the kernel tells of. Threads: one at a time.
 */
#ifndef TRAO_HANDHELD_EVDEV_H
#define TRAO_HANDHELD_EVDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/error.h"

struct evdev;

/* Takes over an open descriptor, which stays the caller's to close after evdev_free. NOT_FOUND: it
 * is no input device; REFUSED: it has no keys, or another program has grabbed it; LATER without
 * memory, or when it does not answer (unplugged meanwhile). */
bool evdev_new(int fd, struct evdev **ret_evdev, struct error *err) must_use;
void evdev_free(struct evdev *evdev); /* NULL is fine; lets go of the device */

enum evdev_got {
    EVDEV_BYTE,
    EVDEV_NOTHING, /* for now */
    EVDEV_GONE     /* unplugged */
};
/* The next character that was pressed. */
enum evdev_got evdev_next(struct evdev *evdev, uint8_t *ret_byte);

#endif
