#include "tests/handheld/device.h"

#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "handheld/config.h"
#include "handheld/outbox.h"
#include "tests/handheld/office.h"

#define NOBODY 1 /* a port at which no broker is */

void device_init(struct device *device)
{
    char code[ENROL_CODE_TEXT_MAX], command[512];
    const char *tmp = getenv("TMPDIR");
    signal(SIGPIPE, SIG_IGN);
    *device = (struct device){.proc = {.in = -1, .out = -1}};
    snprintf(device->top, sizeof device->top, "%s/trao-dev-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(device->top));
    snprintf(device->data, sizeof device->data, "%s/data", device->top);
    snprintf(device->log, sizeof device->log, "%s/log", device->top);
    struct office *office = office_start(NOBODY);
    office_code(office, false, code);
    snprintf(command, sizeof command, "echo '%s' | %s -d %s enrol -S %s >/dev/null", code,
             TRAO_HANDHELD, device->data, office_url(office));
    assert_int_equal(system(command), 0);
    office_stop(office);
    proc_init();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void device_done(struct device *device)
{
    proc_kill_all();
    nftw(device->top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void device_start_in(struct device *device, const char *const *wrapper, const char *const *more)
{
    const char *const own[] = {TRAO_HANDHELD, "-d", device->data, "-g", "off", "-x", "-"};
    const char *argv[32] = {NULL};
    size_t n = 0;
    for (; wrapper != NULL && *wrapper != NULL; wrapper++)
        argv[n++] = *wrapper;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        argv[n++] = own[i];
    for (; more != NULL && *more != NULL; more++)
        argv[n++] = *more;
    proc_start(&device->proc, argv, true, device->log);
}

void device_start(struct device *device, const char *const *more)
{
    device_start_in(device, NULL, more);
}

void device_led(struct device *device, const char *const *lines)
{
    for (; *lines != NULL; lines++)
        assert_true(proc_say(&device->proc, "%s", *lines));
}

void device_heard(struct device *device, const char *begin)
{
    char line[PROC_LINE_MAX];
    if (!proc_hear(&device->proc, line, 20000))
        fail_msg("it did not say '%s': %s", begin, device_errors(device));
    if (strncmp(line, begin, strlen(begin)) != 0)
        fail_msg("it said '%s', not '%s'", line, begin);
}

int device_ended(struct device *device)
{
    return proc_wait(&device->proc, 10000);
}

const char *device_errors(struct device *device)
{
    static char text[16384];
    FILE *log = fopen(device->log, "r");
    size_t n = log != NULL ? fread(text, 1, sizeof text - 1, log) : 0;
    text[n] = '\0';
    if (log != NULL)
        fclose(log);
    return text;
}

unsigned long device_unsent(struct device *device)
{
    struct config config;
    struct outbox *outbox = NULL;
    struct outbox_counts counts;
    struct error err = {0};
    chain_init();
    bool good = config_load(device->data, &config, &err);
    struct outbox_config open = {.dir = device->data,
                                 .device = config.device,
                                 .key = &config.seal_key,
                                 .clock = clock_system(),
                                 .chance = chance_system()};
    good = good && outbox_open(&open, &outbox, &err) && outbox_counts(outbox, &counts, &err);
    if (!good) {
        fail_msg("%s", err.text);
        return 0;
    }
    assert_int_equal(counts.set_aside, 0);
    outbox_close(outbox);
    return counts.unsent;
}
