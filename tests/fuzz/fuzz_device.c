/* What lies beside a handheld's program: its identity's device.conf, a script that leads it, and
 * the certificate whose end it watches. The first byte chooses. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "handheld/config.h"
#include "handheld/enrol.h"
#include "handheld/script.h"
#include "room.h"

static void identity(const uint8_t *bytes, size_t n)
{
    static const uint8_t keys[128];
    struct config config;
    struct error err = {ERROR_NONE, ""};
    char path[ROOM_PATH_MAX];
    (void)mkdir(room_path("identity", path), 0700);
    room_put("identity/device.conf", bytes, n);
    room_put("identity/seal.key", keys, sizeof config.seal_key.bytes);
    room_put("identity/server.keys", keys, CHAIN_PUBLIC_BYTES + sizeof config.server_box_key);
    room_put("identity/cert.der", keys, 3);
    if (config_load(room(), &config, &err)) {
        invariant(device_name_is_good(config.device) && config.broker_host[0] != '\0');
        invariant(config.broker_port != 0 && config.post_office <= 999999);
        config_done(&config);
    } else
        invariant(err.code == ERROR_BROKEN && strstr(err.text, "device.conf") != NULL);
}

static void script(const char *text)
{
    struct script_line line = {.n = 0};
    struct error err = {ERROR_NONE, ""};
    if (script_read(text, &line, &err)) {
        invariant(line.verb <= SCRIPT_QUIT && line.n <= SCRIPT_TEXT_MAX && line.ms >= 0);
        invariant(memchr(line.text, '\0', sizeof line.text) != NULL);
    } else
        invariant(err.code == ERROR_BAD_INPUT && err.text[0] != '\0');
}

/* A whole file of lines, as the program goes through it. */
static void whole_script(const uint8_t *bytes, size_t n)
{
    static struct script all;
    static struct face face;
    struct error err = {ERROR_NONE, ""};
    char path[ROOM_PATH_MAX];
    struct tick now = {0};
    room_put("script", bytes, n);
    invariant(script_open(room_path("script", path), &all, &err));
    for (int i = 0; i < 200; i++) {
        script_fill(&all);
        enum script_state state = script_step(&all, &face, "all sent", now, &err);
        if (state == SCRIPT_ENDED || state == SCRIPT_BAD || state == SCRIPT_MISSED ||
            state == SCRIPT_STAYS)
            break;
        struct tick due = script_due(&all);
        now.ms = due.ms != INT64_MAX && due.ms > now.ms ? due.ms : now.ms + 1000;
    }
    script_close(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n == 0)
        return 0;
    char *text = malloc(n);
    invariant(text != NULL);
    memcpy(text, bytes + 1, n - 1);
    text[n - 1] = '\0';
    if (bytes[0] == '[')
        identity(bytes, n);
    else if (bytes[0] == 0x30)
        (void)enrol_certificate_until(bytes, n);
    else {
        script(text);
        whole_script(bytes + 1, n - 1);
    }
    free(text);
    return 0;
}
