/* The webhook against a gateway with a certificate of its own, that says what a test wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <microhttpd.h>
#include <sodium.h>

#include "server/notify/sms_webhook.h"
#include "tests/lib/proc.h"
#include "tests/server/rig.h"

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define BODY_MAX 2048

struct web {
    char dir[64], authority[96], sent_path[96], url[96];
    char *key, *certificate; /* PEM */
    struct MHD_Daemon *daemon;
    struct sms_webhook *webhook;
    unsigned status, calls;
    char location[128]; /* of a redirect */
    char body[BODY_MAX], id[128], time[32], signature[160], type[64];
    size_t body_n;
};

static char *read_whole(const char *path)
{
    char *text = calloc(1, 8192);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, 8191, file) > 0);
    (void)fclose(file);
    return text;
}

static void note_header(struct MHD_Connection *connection, const char *name, char *out, size_t size)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    (void)snprintf(out, size, "%s", value != NULL ? value : "");
}

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes, size_t *n,
                              void **state)
{
    struct web *web = ctx;
    (void)url;
    (void)method;
    (void)version;
    if (*state == NULL) {
        *state = web;
        web->body_n = 0;
        return MHD_YES;
    }
    if (*n > 0) {
        assert_true(web->body_n + *n < BODY_MAX);
        memcpy(web->body + web->body_n, bytes, *n);
        web->body_n += *n;
        web->body[web->body_n] = '\0';
        *n = 0;
        return MHD_YES;
    }
    web->calls++;
    note_header(connection, "Idempotency-Key", web->id, sizeof web->id);
    note_header(connection, "Trao-Time", web->time, sizeof web->time);
    note_header(connection, "Trao-Signature", web->signature, sizeof web->signature);
    note_header(connection, "Content-Type", web->type, sizeof web->type);
    static char words[] = "a long answer that nobody reads";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof words - 1, words, MHD_RESPMEM_PERSISTENT);
    if (*web->location != 0)
        (void)MHD_add_response_header(response, "Location", web->location);
    enum MHD_Result queued = MHD_queue_response(connection, web->status, response);
    MHD_destroy_response(response);
    return queued;
}

static void make_certificate(struct web *web)
{
    char key[96], log[96];
    (void)snprintf(key, sizeof key, "%s/key.pem", web->dir);
    (void)snprintf(log, sizeof log, "%s/log", web->dir);
    (void)snprintf(web->authority, sizeof web->authority, "%s/cert.pem", web->dir);
    const char *const argv[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-keyout",
                                key,
                                "-out",
                                web->authority,
                                "-days",
                                "2",
                                "-subj",
                                "/CN=localhost",
                                "-addext",
                                "subjectAltName=DNS:localhost",
                                NULL};
    char out[256];
    assert_int_equal(proc_run(argv, log, out, sizeof out), 0);
    web->key = read_whole(key);
    web->certificate = read_whole(web->authority);
}

static void listen_to(struct web *web)
{
    web->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL,
                                   answer, web, MHD_OPTION_HTTPS_MEM_KEY, web->key,
                                   MHD_OPTION_HTTPS_MEM_CERT, web->certificate, MHD_OPTION_END);
    assert_non_null(web->daemon);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_BIND_PORT);
    (void)snprintf(web->url, sizeof web->url, "https://localhost:%u/tin", info->port);
}

static struct instant at(void *self)
{
    (void)self;
    return (struct instant){RIG_NOW_MS};
}

static void open_webhook(struct web *web, const char *url, const char *authority)
{
    struct sms_webhook_config config = {.url = url,
                                        .key = KEY,
                                        .authority = authority,
                                        .sent_path = web->sent_path,
                                        .clock = {.now = at}};
    sms_webhook_close(web->webhook);
    web->webhook = NULL;
    assert_good(sms_webhook_open(&config, &web->webhook, &err));
}

static int open_web(void **state)
{
    struct web *web = calloc(1, sizeof *web);
    proc_init();
    (void)snprintf(web->dir, sizeof web->dir, "/tmp/trao-webhook-XXXXXX");
    assert_non_null(mkdtemp(web->dir));
    (void)snprintf(web->sent_path, sizeof web->sent_path, "%s/sms.sent", web->dir);
    make_certificate(web);
    listen_to(web);
    web->status = 200;
    open_webhook(web, web->url, web->authority);
    *state = web;
    return 0;
}

static int close_web(void **state)
{
    struct web *web = *state;
    char log[160];
    sms_webhook_close(web->webhook);
    if (web->daemon != NULL)
        MHD_stop_daemon(web->daemon);
    const char *const argv[] = {"rm", "-r", web->dir, NULL};
    (void)snprintf(log, sizeof log, "%s/log", web->dir);
    assert_int_equal(proc_run(argv, log, NULL, 0), 0);
    proc_kill_all();
    free(web->key);
    free(web->certificate);
    free(web);
    return 0;
}

static const struct sms message = {"RA123456785VN.out.0.sms", "+84912000001",
                                   "Trao RA123456785VN: \"Hom nay\"", NULL};

static bool post(struct web *web, struct error *err)
{
    struct sms_driver driver = sms_webhook_driver(web->webhook);
    return driver.send(driver.self, &message, err);
}

static bool has(struct web *web)
{
    struct sms_driver driver = sms_webhook_driver(web->webhook);
    return driver.has(driver.self, message.request_id);
}

static void a_message_is_signed(void **state)
{
    struct web *web = *state;
    uint8_t key[crypto_auth_hmacsha256_KEYBYTES], mac[crypto_auth_hmacsha256_BYTES];
    char all[BODY_MAX + 64], hex[2 * sizeof mac + 1];
    assert_false(has(web));
    assert_good(post(web, &err));
    assert_int_equal(web->calls, 1);
    assert_string_equal(web->body, "{\"id\":\"RA123456785VN.out.0.sms\",\"text\":\"Trao "
                                   "RA123456785VN: \\\"Hom nay\\\"\",\"to\":\"+84912000001\"}");
    assert_string_equal(web->id, message.request_id);
    assert_string_equal(web->type, "application/json");
    assert_string_equal(web->time, "1795568400");
    size_t n = (size_t)snprintf(all, sizeof all, "%s.%s", web->time, web->body);
    assert_int_equal(sodium_hex2bin(key, sizeof key, KEY, strlen(KEY), NULL, NULL, NULL), 0);
    assert_int_equal(crypto_auth_hmacsha256(mac, (const uint8_t *)all, n, key), 0);
    assert_string_equal(web->signature, sodium_bin2hex(hex, sizeof hex, mac, sizeof mac));
    assert_true(has(web));
    open_webhook(web, web->url, web->authority); /* the next run knows it */
    assert_true(has(web));
}

static void signed_by(const char *key_text, const struct web *web, char hex[65])
{
    uint8_t key[crypto_auth_hmacsha256_KEYBYTES], mac[crypto_auth_hmacsha256_BYTES];
    char all[BODY_MAX + 64];
    size_t n = (size_t)snprintf(all, sizeof all, "%s.%s", web->time, web->body);
    assert_int_equal(sodium_hex2bin(key, sizeof key, key_text, strlen(key_text), NULL, NULL, NULL),
                     0);
    assert_int_equal(crypto_auth_hmacsha256(mac, (const uint8_t *)all, n, key), 0);
    (void)sodium_bin2hex(hex, 65, mac, sizeof mac);
}

/* Until its receiver has the new key; and nothing is kept of what went. */
static void while_a_key_is_changed_both_sign(void **state)
{
    static const char before[] = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";
    struct web *web = *state;
    char by_key[65], by_before[65], both[140];
    for (int later = 0; later < 2; later++) {
        struct sms_webhook_config config = {.url = web->url,
                                            .key = KEY,
                                            .authority = web->authority,
                                            .clock = {.now = at},
                                            .before = before,
                                            .before_until = {RIG_NOW_MS + (later ? 0 : 1)}};
        sms_webhook_close(web->webhook);
        assert_good(sms_webhook_open(&config, &web->webhook, &err));
        assert_good(post(web, &err));
        assert_false(has(web));
        signed_by(KEY, web, by_key);
        signed_by(before, web, by_before);
        (void)snprintf(both, sizeof both, "%s%s%s", by_key, later ? "" : ",",
                       later ? "" : by_before);
        assert_string_equal(web->signature, both);
    }
}

/* What the offices' system is told is a whole body of its own. */
static void a_body_goes_as_it_is(void **state)
{
    struct web *web = *state;
    struct sms_driver driver = sms_webhook_driver(web->webhook);
    struct sms telling = {"RA123456785VN.delivered.0.office", NULL, "{\"state\":10}", NULL};
    assert_good(driver.send(driver.self, &telling, &err));
    assert_string_equal(web->body, "{\"state\":10}");
    assert_string_equal(web->id, telling.request_id);
    assert_true(driver.has(driver.self, telling.request_id));
}

/* To Zalo by template; a message that has none there is the next gateway's. */
static void a_template_goes_with_its_parameters(void **state)
{
    struct web *web = *state;
    struct zns zns = {
        .template = "247890", .params = {{"so", "RA123456785VN"}, {"tien", "168.000d"}}, .n = 2};
    struct sms by_template = message;
    struct sms_webhook_config config = {.url = web->url,
                                        .key = KEY,
                                        .authority = web->authority,
                                        .sent_path = web->sent_path,
                                        .clock = {.now = at},
                                        .zns = true};
    sms_webhook_close(web->webhook);
    web->webhook = NULL;
    assert_good(sms_webhook_open(&config, &web->webhook, &err));
    assert_error(post(web, &err), ERROR_REFUSED);
    assert_int_equal(web->calls, 0);
    by_template.zns = &zns;
    struct sms_driver driver = sms_webhook_driver(web->webhook);
    assert_good(driver.send(driver.self, &by_template, &err));
    assert_string_equal(web->body, "{\"data\":{\"so\":\"RA123456785VN\",\"tien\":\"168.000d\"},"
                                   "\"id\":\"RA123456785VN.out.0.sms\",\"template\":\"247890\","
                                   "\"to\":\"+84912000001\"}");
    assert_true(has(web));
}

static void an_answer_says_never_or_not_now(void **state)
{
    struct web *web = *state;
    static const struct {
        unsigned status;
        enum error_code code;
    } rows[] = {{400, ERROR_REFUSED}, {422, ERROR_REFUSED}, {410, ERROR_REFUSED},
                {401, ERROR_LATER},   {403, ERROR_LATER},   {404, ERROR_LATER},
                {429, ERROR_LATER},   {500, ERROR_LATER},   {503, ERROR_LATER}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        web->status = rows[i].status;
        assert_error(post(web, &err), rows[i].code);
        assert_false(has(web));
    }
    web->status = 409;
    assert_good(post(web, &err));
    assert_true(has(web));
}

static void a_redirect_leads_nowhere(void **state)
{
    struct web *web = *state;
    static const unsigned statuses[] = {301, 302, 307, 308};
    (void)snprintf(web->location, sizeof web->location, "%s/khac", web->url);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        web->status = statuses[i];
        assert_error(post(web, &err), ERROR_LATER);
        assert_int_equal(web->calls, i + 1);
    }
}

/* Nothing of a message leaves before the certificate holds. */
static void a_certificate_of_somebody_else_gets_nothing(void **state)
{
    struct web *web = *state;
    char url[96];
    unsigned port = 0;
    assert_int_equal(sscanf(web->url, "https://localhost:%u", &port), 1);
    open_webhook(web, web->url, ""); /* no authority of the system's signed it */
    assert_error(post(web, &err), ERROR_LATER);
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/tin", port); /* not the name in it */
    open_webhook(web, url, web->authority);
    assert_error(post(web, &err), ERROR_LATER);
    assert_int_equal(web->calls, 0);
    MHD_stop_daemon(web->daemon);
    web->daemon = NULL;
    open_webhook(web, web->url, web->authority);
    assert_error(post(web, &err), ERROR_LATER);
}

static void settings_that_cannot_be_are_refused(void **state)
{
    struct web *web = *state;
    static const char *const urls[] = {"http://localhost/", "file:///etc/passwd", "", "localhost"};
    struct sms_webhook *webhook = NULL;
    struct sms_webhook_config config = {
        .key = KEY, .authority = "", .sent_path = web->sent_path, .clock = {.now = at}};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        config.url = urls[i];
        assert_error(sms_webhook_open(&config, &webhook, &err), ERROR_BAD_INPUT);
    }
    config.url = "https://localhost/";
    config.key = "00";
    assert_error(sms_webhook_open(&config, &webhook, &err), ERROR_BAD_INPUT);
}

int main(void)
{
#define WEB(name) cmocka_unit_test_setup_teardown(name, open_web, close_web)
    const struct CMUnitTest tests[] = {
        WEB(a_message_is_signed),
        WEB(while_a_key_is_changed_both_sign),
        WEB(a_body_goes_as_it_is),
        WEB(a_template_goes_with_its_parameters),
        WEB(an_answer_says_never_or_not_now),
        WEB(a_redirect_leads_nowhere),
        WEB(a_certificate_of_somebody_else_gets_nothing),
        WEB(settings_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
