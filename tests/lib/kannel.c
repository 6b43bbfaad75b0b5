#include "tests/lib/kannel.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define READY_MS 20000

static void fail_with(const struct kannel *kannel, const char *what)
{
    char command[300];
    (void)snprintf(command, sizeof command, "tail -n 20 '%s' >&2", kannel->log);
    (void)!system(command);
    fail_msg("kannel: %s", what);
}

void kannel_hear(struct kannel *kannel, const char *begin, char out[PROC_LINE_MAX])
{
    long end = proc_now_ms() + READY_MS / 2;
    for (;;) {
        long left = end - proc_now_ms();
        if (left < 0 || !proc_hear(&kannel->operator_, out, (int)left))
            fail_with(kannel, begin);
        if (strncmp(out, begin, strlen(begin)) == 0)
            return;
        if (strncmp(out, "failed", 6) == 0)
            fail_with(kannel, out);
    }
}

void kannel_say(struct kannel *kannel, const char *expect, const char *format, ...)
{
    char line[PROC_LINE_MAX], heard[PROC_LINE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_true(proc_say(&kannel->operator_, "%s", line));
    kannel_hear(kannel, expect, heard);
}

void kannel_hears_nothing(struct kannel *kannel, int ms)
{
    char heard[PROC_LINE_MAX];
    if (proc_hear(&kannel->operator_, heard, ms))
        fail_with(kannel, heard);
}

static void find_ports(struct kannel *kannel)
{
    char out[128] = "";
    const char *argv[] = {FREE_PORTS, "3", NULL};
    assert_int_equal(proc_run(argv, kannel->log, out, sizeof out), 0);
    assert_int_equal(sscanf(out, "%d %d %d", &kannel->admin, &kannel->boxes, &kannel->sendsms), 3);
    (void)snprintf(kannel->url, sizeof kannel->url, "http://127.0.0.1:%d/cgi-bin/sendsms",
                   kannel->sendsms);
}

static void write_settings(const struct kannel *kannel, int callbacks)
{
    FILE *file = fopen(kannel->conf, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "group = core\nadmin-port = %d\nadmin-interface = 127.0.0.1\n"
                  "admin-password = x\nadmin-allow-ip = 127.0.0.1\nsmsbox-port = %d\n"
                  "smsbox-interface = 127.0.0.1\nbox-allow-ip = 127.0.0.1\n"
                  "dlr-storage = internal\n\n"
                  "group = smsc\nsmsc = smpp\nsmsc-id = operator\nhost = 127.0.0.1\nport = %d\n"
                  "transceiver-mode = true\nsmsc-username = trao\nsmsc-password = x\n"
                  "system-type = \"\"\nreconnect-delay = 1\nenquire-link-interval = 5\n\n",
                  kannel->admin, kannel->boxes, kannel->operator_port);
    (void)fprintf(file,
                  "group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = %d\n"
                  "sendsms-interface = 127.0.0.1\nhttp-request-retry = 100\n"
                  "http-queue-delay = 1\n\n"
                  "group = sendsms-user\nusername = " KANNEL_USER "\npassword = " KANNEL_PASSWORD
                  "\nconcatenation = true\nmax-messages = 6\nblack-list-regex = \"999$\"\n\n"
                  "group = sms-service\nkeyword = default\ncatch-all = true\n"
                  "post-url = \"http://127.0.0.1:%d/tin/kannel/den?ma=%%I&ky=" KANNEL_KEY "\"\n"
                  "send-sender = true\nmax-messages = 0\nomit-empty = true\n",
                  kannel->sendsms, callbacks);
    (void)fclose(file);
}

static bool answers(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return ok;
}

static void wait_for(const struct kannel *kannel, int port, const char *what)
{
    for (long end = proc_now_ms() + READY_MS; !answers(port); proc_sleep_ms(50))
        if (proc_now_ms() > end)
            fail_with(kannel, what);
}

void kannel_start_boxes(struct kannel *kannel)
{
    char heard[PROC_LINE_MAX];
    proc_start(&kannel->bearerbox, (const char *[]){"bearerbox", "-v", "1", kannel->conf, NULL},
               false, kannel->log);
    kannel_hear(kannel, "bound trao", heard);
    wait_for(kannel, kannel->boxes, "bearerbox");
    proc_start(&kannel->smsbox, (const char *[]){"smsbox", "-v", "1", kannel->conf, NULL}, false,
               kannel->log);
    wait_for(kannel, kannel->sendsms, "smsbox");
}

void kannel_stop_boxes(struct kannel *kannel)
{
    (void)proc_stop(&kannel->smsbox, SIGKILL);
    (void)proc_stop(&kannel->bearerbox, SIGKILL);
}

void kannel_start(struct kannel *kannel, const char *dir, const char *npm, int callbacks)
{
    char heard[PROC_LINE_MAX];
    (void)snprintf(kannel->dir, sizeof kannel->dir, "%s", dir);
    (void)snprintf(kannel->log, sizeof kannel->log, "%s/kannel.log", dir);
    (void)snprintf(kannel->conf, sizeof kannel->conf, "%s/kannel.conf", dir);
    find_ports(kannel);
    proc_start(&kannel->operator_,
               (const char *[]){"node", TESTS_DIR "/lib/operator.mjs", npm, NULL}, true,
               kannel->log);
    kannel_hear(kannel, "listening ", heard);
    assert_int_equal(sscanf(heard, "listening %d", &kannel->operator_port), 1);
    write_settings(kannel, callbacks);
    kannel_start_boxes(kannel);
}

void kannel_stop(struct kannel *kannel)
{
    kannel_stop_boxes(kannel);
    (void)proc_stop(&kannel->operator_, SIGKILL);
}
