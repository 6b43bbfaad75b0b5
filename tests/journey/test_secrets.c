/* What leaves the house and what does not, with the real programs and a real mosquitto: names and
 * keys in no log, temporary file, argument, environment or core; a stranger's or a neighbour's
 * certificate at the broker gets nothing of another device (docs/security.md). */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>

#include "tests/journey/stranger.h"

#define ROWS 3
#define DRAIN_S 20
#define NOTHING_MS 1000 /* long enough for what should not come to come */

static struct world world;
static struct hand ours, neighbour;
static char items[ROWS][16];

static int begin(void **state)
{
    char temporary[300];
    (void)state;
    world_begin(&world);
    snprintf(temporary, sizeof temporary, "%s/tmp", world.dir);
    if (mkdir(temporary, 0700) != 0 || setenv("TMPDIR", temporary, 1) != 0)
        world_fail(&world, "no %s", temporary);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ROWS, items);
    hand_enrol(&ours, &world, "HH-042");
    hand_enrol(&neighbour, &world, "HH-043");
    hand_start(&ours);
    hand_mode(&ours, 1);
    hand_beep(&ours, items[0]);
    hand_drain(&ours, DRAIN_S);
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_end(&world, false);
    return 0;
}

/* ---------------------------------------------------------------- canaries */

/* The list that was handed in and the printed page hold names, and so does the record. */
static void no_name_in_any_log_or_left_file(void **state)
{
    static const char *const canaries[] = {"Nguyễn Văn Mẫu", "Đông Tiến", "0912000001",
                                           "042100000001"};
    char command[900], out[400] = "";
    (void)state;
    for (size_t i = 0; i < sizeof canaries / sizeof *canaries; i++) {
        snprintf(command, sizeof command,
                 "grep -rlaF '%s' '%s' | grep -vE '/(list[.]csv|envelopes[.]pdf|record[.]db(-wal)?|"
                 "views[.]db(-wal)?)$'",
                 canaries[i], world.dir);
        FILE *from = popen(command, "r");
        assert_non_null(from);
        if (fgets(out, sizeof out, from) != NULL)
            world_fail(&world, "'%s' lies open in %s", canaries[i], out);
        pclose(from);
        snprintf(command, sizeof command, "grep -qaF '%s' '%s/list.csv'", canaries[i], world.dir);
        assert_int_equal(system(command), 0); /* the canary is alive */
    }
    snprintf(command, sizeof command, "test -z \"$(ls -A '%s/tmp')\"", world.dir);
    if (system(command) != 0)
        world_fail(&world, "temporary files are left over in %s/tmp", world.dir);
}

/* ---------------------------------------------------------------- arguments, environment, cores */

static size_t read_all(const char *path, char *out, size_t size)
{
    FILE *from = fopen(path, "rb");
    if (from == NULL)
        world_fail(&world, "%s cannot be read", path);
    size_t n = fread(out, 1, size, from);
    fclose(from);
    return n;
}

static bool holds(const char *bytes, size_t n, const char *part, size_t part_n)
{
    return part_n > 0 && memmem(bytes, n, part, part_n) != NULL;
}

/* The secret as it lies, in hexadecimal, and for a PEM its second line. */
static void secret_is_not_in(const char *secret_path, const char *bytes, size_t n,
                             const char *where)
{
    char secret[4096], hex[129] = "";
    size_t secret_n = read_all(secret_path, secret, sizeof secret);
    const char *line = memchr(secret, '\n', secret_n);
    bool pem = secret_n > 10 && memcmp(secret, "-----BEGIN", 10) == 0;
    for (size_t i = 0; i < 32 && i < secret_n; i++)
        snprintf(hex + 2 * i, 3, "%02x", (unsigned char)secret[i]);
    if (holds(bytes, n, secret, secret_n > 32 ? 32 : secret_n) || holds(bytes, n, hex, 32) ||
        (pem && line && holds(bytes, n, line + 1, 40)))
        world_fail(&world, "%s is in %s", secret_path, where);
}

/* A program that lets nobody trace it shows its environment to root alone. */
static bool is_shut(const char *path)
{
    return geteuid() != 0 && access(path, R_OK) != 0 && errno == EACCES;
}

static void look_at(pid_t pid, const char *const *secrets, size_t secrets_n)
{
    static const char *const views[] = {"cmdline", "environ"};
    static char bytes[65536];
    char path[64];
    for (size_t view = 0; view < 2; view++) {
        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, views[view]);
        if (is_shut(path))
            continue;
        if (view == 1 && geteuid() != 0)
            world_fail(&world, "%s: its own user may trace it", path);
        size_t n = read_all(path, bytes, sizeof bytes);
        assert_true(n > 0);
        for (size_t i = 0; i < secrets_n; i++)
            secret_is_not_in(secrets[i], bytes, n, path);
    }
    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    size_t n = read_all(path, bytes, sizeof bytes - 1);
    bytes[n] = '\0';
    const char *core = strstr(bytes, "Max core file size");
    long soft = -1, hard = -1;
    if (core == NULL || sscanf(core, "Max core file size %ld %ld", &soft, &hard) != 2 ||
        soft != 0 || hard != 0)
        world_fail(&world, "%s allows a core file", path);
}

static void no_secret_in_argv_or_environment_and_no_core(void **state)
{
    char path[6][400];
    const char *secrets[6];
    (void)state;
    snprintf(path[0], 400, "%s/keys/seal.key", world.data);
    snprintf(path[1], 400, "%s/keys/box.key", world.data);
    snprintf(path[2], 400, "%s/keys/secret.key", world.data);
    snprintf(path[3], 400, "%s/keys/ca.key", world.data);
    snprintf(path[4], 400, "%s/identity/seal.key", ours.dir);
    snprintf(path[5], 400, "%s/identity/tls.key", ours.dir);
    for (size_t i = 0; i < 6; i++) {
        struct stat info;
        secrets[i] = path[i];
        if (stat(path[i], &info) != 0 || (info.st_mode & 0777) != 0400)
            world_fail(&world, "%s is missing, or may be more than read by its owner", path[i]);
    }
    look_at(world.server.pid, secrets, 6);
    look_at(ours.proc.pid, secrets, 6);
}

/* ---------------------------------------------------------------- the broker */

/* True when openssl(1) comes in with the neighbour's certificate and this version of TLS. */
static bool shakes_hands(const char *version)
{
    char command[1400], out[64] = "";
    snprintf(command, sizeof command,
             "openssl s_client -connect 127.0.0.1:%d %s -CAfile '%s/identity/ca.pem' "
             "-cert '%s/identity/cert.pem' -key '%s/identity/tls.key' </dev/null 2>/dev/null | "
             "grep -cE 'Cipher is (TLS|ECDHE|AES)'",
             world.mqtt, version, ours.dir, neighbour.dir, neighbour.dir);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    assert_non_null(fgets(out, sizeof out, from));
    pclose(from);
    return out[0] != '0';
}

static void the_broker_takes_no_older_tls_and_no_one_without_a_certificate(void **state)
{
    struct stranger stranger;
    (void)state;
    assert_false(shakes_hands("-tls1_2"));
    assert_true(shakes_hands("-tls1_3"));
    stranger_begin(&stranger, &world, NULL, "HH-043");
    if (stranger_connect(&stranger) == MOSQ_ERR_SUCCESS)
        stranger_wait(&stranger, &stranger.connected, STRANGER_MS);
    assert_int_not_equal(stranger.connected, 0);
    stranger_end(&stranger);
}

static void come_in(struct stranger *stranger, const char *id)
{
    stranger_begin(stranger, &world, &neighbour, id);
    assert_int_equal(stranger_connect(stranger), MOSQ_ERR_SUCCESS);
    stranger_wait(stranger, &stranger->connected, STRANGER_MS);
    assert_int_equal(stranger->connected, 0);
}

/* MQTT's reason in the answer. A connection each: this libmosquitto breaks one off after a refusal.
 */
static int said_on(const char *topic)
{
    struct stranger stranger;
    come_in(&stranger, "HH-043");
    assert_int_equal(mosquitto_publish_v5(stranger.mosq, NULL, topic, 1, "x", 1, false, NULL),
                     MOSQ_ERR_SUCCESS);
    stranger_wait(&stranger, &stranger.acked, STRANGER_MS);
    stranger_end(&stranger);
    return stranger.acked;
}

static void a_neighbour_may_not_speak_or_listen_for_another(void **state)
{
    static const char *const others[] = {"trao/1/HH-042/down", "trao/1/+/down", "trao/1/+/up", "#"};
    struct stranger stranger;
    (void)state;
    assert_int_equal(said_on("trao/1/HH-043/up"), 0);
    assert_int_equal(said_on("trao/1/HH-042/up"), MQTT_RC_NOT_AUTHORIZED);
    assert_int_equal(said_on("trao/1/HH-042/down"), MQTT_RC_NOT_AUTHORIZED);
    assert_int_equal(said_on("trao/1/HH-043/down"), MQTT_RC_NOT_AUTHORIZED);
    come_in(&stranger, "HH-043");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        stranger.granted = -1;
        mosquitto_subscribe_v5(stranger.mosq, NULL, others[i], 1, 0, NULL);
        stranger_wait(&stranger, &stranger.granted, STRANGER_MS);
    }
    int before = stranger.heard; /* its own hello may have an answer, on its own topic */
    hand_beep(&ours, items[1]);
    hand_drain(&ours, DRAIN_S); /* a batch up and a receipt down have passed */
    stranger_wait(&stranger, NULL, NOTHING_MS);
    assert_int_equal(stranger.heard, before);
    stranger_end(&stranger);
}

/* The name in the certificate is the id, whatever the client says: two of one id would throw each
 * other out, and the second would inherit the first one's session. */
static void a_neighbour_cannot_take_over_an_id(void **state)
{
    struct stranger stranger;
    (void)state;
    come_in(&stranger, "HH-042");
    long begun = proc_now_ms();
    hand_beep(&ours, items[2]);
    hand_drain(&ours, DRAIN_S);
    assert_true(proc_now_ms() - begun < 4000); /* it was never thrown out: that waits 5 s */
    stranger_wait(&stranger, NULL, NOTHING_MS);
    assert_int_equal(stranger.heard, 0);
    stranger_end(&stranger);
}

int main(void)
{
    mosquitto_lib_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_broker_takes_no_older_tls_and_no_one_without_a_certificate),
        cmocka_unit_test(a_neighbour_may_not_speak_or_listen_for_another),
        cmocka_unit_test(a_neighbour_cannot_take_over_an_id),
        cmocka_unit_test(no_secret_in_argv_or_environment_and_no_core),
        cmocka_unit_test(no_name_in_any_log_or_left_file),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
