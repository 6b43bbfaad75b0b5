/* Scanners as the machine has them, beside the real program: an input device of the kernel's
 * (umockdev), which a test could not make without one, and a serial line (socat) that is pulled
 * out. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/input-event-codes.h>

#include "tests/handheld/device.h"

#define A "RA123456785VN"
#define B "RA987654326VN"
#define C "RA473124829VN"
#define EVENT "/dev/input/event5"

static struct device device;
#define LED(...) device_led(&device, (const char *const[]){__VA_ARGS__, NULL})

static int setup(void **state)
{
    (void)state;
    device_init(&device);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    device_done(&device);
    return 0;
}

/* ------------------------------------------------------------------ an input device */

static FILE *put(const char *name, char path[96])
{
    snprintf(path, 96, "%s/%s", device.top, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    return file;
}

static void hex(FILE *file, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(file, "%02X", bytes[i]);
    fputc('\n', file);
}

/* What the kernel answers of a keyboard, at the sizes libevdev asks with. */
static void answers(char path[96])
{
    static const struct {
        const char *name;
        size_t n;
    } silent[] = {{"EVIOCGPHYS", 255},  {"EVIOCGUNIQ", 255},  {"EVIOCGPROP", 8},
                  {"EVIOCGKEY", 96},    {"EVIOCGLED", 8},     {"EVIOCGSW", 8},
                  {"EVIOCGBIT(2)", 8},  {"EVIOCGBIT(3)", 8},  {"EVIOCGBIT(4)", 8},
                  {"EVIOCGBIT(5)", 8},  {"EVIOCGBIT(17)", 8}, {"EVIOCGBIT(18)", 8},
                  {"EVIOCGBIT(20)", 8}, {"EVIOCGBIT(21)", 16}};
    unsigned char name[255] = "Scanner", none[255] = {0}, keys[96] = {0};
    memset(keys, 0xFF, 24); /* all that a keyboard has, and some */
    FILE *file = put("answers", path);
    fprintf(file, "@DEV " EVENT "\nEVIOCGVERSION 0 01000100\nEVIOCGID 0 0300361234120001\n"
                  "EVIOCGBIT(0) 8 1300000000000000\nEVIOCGNAME 255 ");
    hex(file, name, sizeof name);
    fprintf(file, "EVIOCGBIT(1) 96 ");
    hex(file, keys, sizeof keys);
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        fprintf(file, "%s %zu ", silent[i].name, silent[i].n);
        hex(file, none, silent[i].n);
    }
    fclose(file);
}

static double at;

static void event(FILE *file, unsigned type, unsigned code, int value)
{
    fprintf(file, "E: %.6f %04x %04x %04d\n", at, type, code, value);
}

static void key(FILE *file, unsigned code, int value)
{
    event(file, EV_KEY, code, value);
    event(file, EV_SYN, SYN_REPORT, 0);
    at += 0.002;
}

static void hit(FILE *file, unsigned code)
{
    key(file, code, 1);
    key(file, code, 0);
}

/* As a wedge types it: capitals with Shift, but `caps` has Caps Lock on around it. */
static void type(FILE *file, const char *text, bool caps)
{
    static const unsigned digits[] = {KEY_0, KEY_1, KEY_2, KEY_3, KEY_4,
                                      KEY_5, KEY_6, KEY_7, KEY_8, KEY_9};
    if (caps)
        hit(file, KEY_CAPSLOCK);
    for (; *text != '\0'; text++) {
        unsigned code = *text == 'R'   ? KEY_R
                        : *text == 'A' ? KEY_A
                        : *text == 'V' ? KEY_V
                        : *text == 'N' ? KEY_N
                                       : digits[*text - '0'];
        bool capital = *text >= 'A' && !caps;
        if (capital)
            key(file, KEY_RIGHTSHIFT, 1);
        hit(file, code);
        if (capital)
            key(file, KEY_RIGHTSHIFT, 0);
    }
    if (caps)
        hit(file, KEY_CAPSLOCK);
}

static void an_input_device(void **state)
{
    (void)state;
    char spec[96], said[96], typed[96], answers_of[160], events_of[160];
    FILE *file = put("device", spec);
    fprintf(file, "P: /devices/virtual/input/input5/event5\nN: input/event5\nE: DEVNAME=" EVENT
                  "\nE: SUBSYSTEM=input\nE: ID_INPUT_KEYBOARD=1\n\n");
    fclose(file);
    answers(said);
    file = put("typed", typed);
    at = 0;
    key(file, KEY_LEFTSHIFT, 0); /* let go before it was ours */
    at = 1;
    type(file, A, false);
    hit(file, KEY_ENTER);
    at += 0.5;
    type(file, B, true); /* without an ending */
    at += 0.5;
    type(file, "RA4731", false); /* a key that no keyboard of ours has, in the middle */
    hit(file, KEY_F13);
    type(file, "24829VN", false);
    hit(file, KEY_TAB);
    at += 0.5;
    type(file, "RA4731", false); /* a shortcut is no letter */
    key(file, KEY_LEFTCTRL, 1);
    hit(file, KEY_2);
    key(file, KEY_LEFTCTRL, 0);
    type(file, "4829VN", false);
    hit(file, KEY_ENTER);
    at += 0.5;
    type(file, "RA4731", false); /* the kernel had no room for all */
    event(file, EV_SYN, SYN_DROPPED, 0);
    type(file, "24829VN", false);
    hit(file, KEY_ENTER);
    at += 0.5;
    type(file, C, false);
    hit(file, KEY_KPENTER);
    fclose(file);
    snprintf(answers_of, sizeof answers_of, EVENT "=%s", said);
    snprintf(events_of, sizeof events_of, EVENT "=%s", typed);
    device_start_in(
        &device,
        (const char *const[]){"umockdev-run", "-d", spec, "-i", answers_of, "-e", events_of, "--",
                              NULL},
        (const char *const[]) {
            "-s", EVENT
            , NULL
        });
    device_heard(&device, "beep ok seq=1 " A);
    device_heard(&device, "beep ok seq=2 " B);
    for (int i = 0; i < 3; i++)
        device_heard(&device, "beep refused");
    device_heard(&device, "beep ok seq=3 " C);
    LED("quit");
    assert_int_equal(device_ended(&device), 0);
    assert_int_equal(device_unsent(&device), 3);
}

/* ------------------------------------------------------------------ a serial line */

/* The scanner's end of a cable whose other end is the file `port`. */
static void plug_in(struct proc *cable, const char *port)
{
    char link[160];
    snprintf(link, sizeof link, "PTY,link=%s,raw,echo=0", port);
    proc_start(cable, (const char *const[]){"socat", "-", link, NULL}, true, device.log);
    for (int i = 0; access(port, F_OK) != 0; i++) {
        assert_true(i < 200);
        proc_sleep_ms(20);
    }
    proc_sleep_ms(1300); /* it is looked for each second */
}

static void a_serial_line_pulled_out(void **state)
{
    (void)state;
    char port[96];
    struct proc cable = {.in = -1, .out = -1};
    snprintf(port, sizeof port, "%s/port", device.top);
    device_start(&device, (const char *const[]){"-s", port, NULL});
    plug_in(&cable, port);
    assert_int_equal(write(cable.in, A "\r", 14), 14);
    device_heard(&device, "beep ok seq=1 " A);
    assert_int_equal(write(cable.in, "RA4731", 6), 6); /* half a scan, then the cable */
    proc_sleep_ms(30);
    (void)proc_stop(&cable, SIGKILL);
    (void)unlink(port);
    proc_sleep_ms(200);
    plug_in(&cable, port);
    assert_int_equal(write(cable.in, B "\r\n", 15), 15);
    device_heard(&device, "beep ok seq=2 " B); /* and nothing of the half before */
    assert_int_equal(write(cable.in, "RA4731", 6), 6);
    proc_sleep_ms(40);
    assert_int_equal(write(cable.in, "24829VN", 7), 7); /* in pieces, no ending */
    device_heard(&device, "beep ok seq=3 " C);
    LED("quit");
    assert_int_equal(device_ended(&device), 0);
    (void)proc_stop(&cable, SIGKILL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {T(an_input_device), T(a_serial_line_pulled_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
