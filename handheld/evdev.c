#include "handheld/evdev.h"

#include <errno.h>
#include <libevdev/libevdev.h>
#include <stdlib.h>
#include <string.h>

#define UNREADABLE '?'

struct evdev {
    struct libevdev *device;
    unsigned shifts, others; /* how many are held */
    bool caps;
    bool syncing; /* the kernel had no room: what was missed is asked for */
};

/* What has none of the calls of an input device is a line of bytes. One whose answers fail, or that
 * has no keys, is none for that: its events would be read as text. */
static bool refuse(int why, struct error *err)
{
    if (why == -ENOTTY || why == -EINVAL)
        return error_set(err, ERROR_NOT_FOUND, "scanner: no input device");
    if (why != 0)
        return error_set(err, ERROR_LATER, "scanner: %s", strerror(-why));
    return error_set(err, ERROR_REFUSED, "scanner: a device without keys");
}

bool evdev_new(int fd, struct evdev **ret_evdev, struct error *err)
{
    struct evdev *evdev = calloc(1, sizeof *evdev);
    if (evdev == NULL)
        return error_set(err, ERROR_LATER, "scanner: out of memory");
    libevdev_set_log_function(NULL, NULL); /* it would write where the screen is */
    int why = libevdev_new_from_fd(fd, &evdev->device);
    if (why != 0 || !libevdev_has_event_code(evdev->device, EV_KEY, KEY_ENTER)) {
        evdev_free(evdev);
        return refuse(why, err);
    }
    if (libevdev_grab(evdev->device, LIBEVDEV_GRAB) != 0) {
        evdev_free(evdev);
        return error_set(err, ERROR_REFUSED, "scanner: another program holds it");
    }
    *ret_evdev = evdev;
    return true;
}

void evdev_free(struct evdev *evdev)
{
    if (evdev == NULL)
        return;
    libevdev_free(evdev->device); /* closing the descriptor ends the grab */
    free(evdev);
}

/* ------------------------------------------------------------------ keys */

/* A US keyboard, without and with Shift; Caps Lock turns letters alone. */
static const struct {
    char plain, shifted;
} letters[] = {
    [KEY_1] = {'1', '!'},          [KEY_2] = {'2', '@'},           [KEY_3] = {'3', '#'},
    [KEY_4] = {'4', '$'},          [KEY_5] = {'5', '%'},           [KEY_6] = {'6', '^'},
    [KEY_7] = {'7', '&'},          [KEY_8] = {'8', '*'},           [KEY_9] = {'9', '('},
    [KEY_0] = {'0', ')'},          [KEY_MINUS] = {'-', '_'},       [KEY_EQUAL] = {'=', '+'},
    [KEY_Q] = {'q', 'Q'},          [KEY_W] = {'w', 'W'},           [KEY_E] = {'e', 'E'},
    [KEY_R] = {'r', 'R'},          [KEY_T] = {'t', 'T'},           [KEY_Y] = {'y', 'Y'},
    [KEY_U] = {'u', 'U'},          [KEY_I] = {'i', 'I'},           [KEY_O] = {'o', 'O'},
    [KEY_P] = {'p', 'P'},          [KEY_LEFTBRACE] = {'[', '{'},   [KEY_RIGHTBRACE] = {']', '}'},
    [KEY_A] = {'a', 'A'},          [KEY_S] = {'s', 'S'},           [KEY_D] = {'d', 'D'},
    [KEY_F] = {'f', 'F'},          [KEY_G] = {'g', 'G'},           [KEY_H] = {'h', 'H'},
    [KEY_J] = {'j', 'J'},          [KEY_K] = {'k', 'K'},           [KEY_L] = {'l', 'L'},
    [KEY_SEMICOLON] = {';', ':'},  [KEY_APOSTROPHE] = {'\'', '"'}, [KEY_GRAVE] = {'`', '~'},
    [KEY_BACKSLASH] = {'\\', '|'}, [KEY_Z] = {'z', 'Z'},           [KEY_X] = {'x', 'X'},
    [KEY_C] = {'c', 'C'},          [KEY_V] = {'v', 'V'},           [KEY_B] = {'b', 'B'},
    [KEY_N] = {'n', 'N'},          [KEY_M] = {'m', 'M'},           [KEY_COMMA] = {',', '<'},
    [KEY_DOT] = {'.', '>'},        [KEY_SLASH] = {'/', '?'},       [KEY_SPACE] = {' ', ' '},
    [KEY_KP0] = {'0', '0'},        [KEY_KP1] = {'1', '1'},         [KEY_KP2] = {'2', '2'},
    [KEY_KP3] = {'3', '3'},        [KEY_KP4] = {'4', '4'},         [KEY_KP5] = {'5', '5'},
    [KEY_KP6] = {'6', '6'},        [KEY_KP7] = {'7', '7'},         [KEY_KP8] = {'8', '8'},
    [KEY_KP9] = {'9', '9'},        [KEY_KPMINUS] = {'-', '-'},     [KEY_KPPLUS] = {'+', '+'},
    [KEY_KPDOT] = {'.', '.'},      [KEY_KPSLASH] = {'/', '/'},     [KEY_KPASTERISK] = {'*', '*'},
    [KEY_ENTER] = {'\r', '\r'},    [KEY_KPENTER] = {'\r', '\r'},   [KEY_TAB] = {'\t', '\t'},
};

static uint8_t letter_of(const struct evdev *evdev, unsigned code)
{
    if (code >= sizeof letters / sizeof letters[0] || letters[code].plain == '\0' ||
        evdev->others > 0)
        return UNREADABLE;
    char plain = letters[code].plain;
    bool turned = evdev->caps && plain >= 'a' && plain <= 'z';
    return (uint8_t)((evdev->shifts > 0) != turned ? letters[code].shifted : plain);
}

static void count(unsigned *held, int value)
{
    if (value == 1)
        ++*held;
    else if (value == 0 && *held > 0)
        --*held;
}

/* True if the event gives a character. Repeats (value 2) give none: a scanner holds no key down. */
static bool take_key(struct evdev *evdev, unsigned code, int value, uint8_t *ret_byte)
{
    switch (code) {
    case KEY_LEFTSHIFT:
    case KEY_RIGHTSHIFT:
        count(&evdev->shifts, value);
        return false;
    case KEY_LEFTCTRL:
    case KEY_RIGHTCTRL:
    case KEY_LEFTALT:
    case KEY_RIGHTALT:
    case KEY_LEFTMETA:
    case KEY_RIGHTMETA:
        count(&evdev->others, value);
        return false;
    case KEY_CAPSLOCK:
        evdev->caps = evdev->caps != (value == 1);
        return false;
    case KEY_NUMLOCK:
        return false;
    default:
        *ret_byte = letter_of(evdev, code);
        return value == 1;
    }
}

/* ------------------------------------------------------------------ events */

/* After a loss libevdev tells how keys stand now; what was pressed meanwhile nobody knows. */
static enum evdev_got lost(struct evdev *evdev, uint8_t *ret_byte)
{
    evdev->syncing = true;
    *ret_byte = UNREADABLE;
    return EVDEV_BYTE;
}

enum evdev_got evdev_next(struct evdev *evdev, uint8_t *ret_byte)
{
    for (;;) {
        struct input_event event;
        uint8_t byte;
        unsigned flag = evdev->syncing ? LIBEVDEV_READ_FLAG_SYNC : LIBEVDEV_READ_FLAG_NORMAL;
        int status = libevdev_next_event(evdev->device, flag, &event);
        if (status == -EAGAIN && evdev->syncing) {
            evdev->syncing = false;
            continue;
        }
        if (status == -EAGAIN || status == -EINTR)
            return EVDEV_NOTHING;
        if (status < 0)
            return EVDEV_GONE;
        if (status == LIBEVDEV_READ_STATUS_SYNC && !evdev->syncing)
            return lost(evdev, ret_byte);
        if (event.type != EV_KEY || !take_key(evdev, event.code, event.value, &byte))
            continue;
        if (evdev->syncing)
            continue; /* it stands so now: nobody pressed it here */
        *ret_byte = byte;
        return EVDEV_BYTE;
    }
}
