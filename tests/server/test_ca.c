/* The authority: what it signs, what it believes, and what openssl(1) says of both; the keys of a
 * data folder. */
#include <ftw.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/keys.h"

static char dir[128], key[200], crt[200];
static struct ca *ca;
static struct instant now;

static void must(bool good, const struct error *err)
{
    if (!good)
        fail_msg("%s", err->text);
}

static int set_up(void **state)
{
    (void)state;
    struct error err;
    const char *tmp = getenv("TMPDIR");
    chain_init();
    now.ms = (int64_t)time(NULL) * 1000;
    (void)snprintf(dir, sizeof dir, "%s/trao-ca-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(dir));
    (void)snprintf(key, sizeof key, "%s/ca.key", dir);
    (void)snprintf(crt, sizeof crt, "%s/ca.crt", dir);
    must(ca_make(key, crt, "Trao", &err), &err);
    must(ca_open(key, crt, &ca, &err), &err);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    ca_close(ca);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

static size_t request(const char *type, unsigned char **new_der)
{
    EVP_PKEY *pair =
        strcmp(type, "ED25519") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, type) : EVP_EC_gen("P-256");
    X509_REQ *asked = X509_REQ_new();
    X509_REQ_set_pubkey(asked, pair);
    assert_true(X509_REQ_sign(asked, pair, strcmp(type, "ED25519") == 0 ? NULL : EVP_sha256()) > 0);
    *new_der = NULL;
    int n = i2d_X509_REQ(asked, new_der);
    X509_REQ_free(asked);
    EVP_PKEY_free(pair);
    return (size_t)n;
}

static struct slice issued(struct ca *by, const char *name, const struct seal_public *seal_key,
                           struct instant from, uint8_t out[CA_DER_MAX])
{
    struct error err;
    unsigned char *der;
    size_t n = request("ED25519", &der), out_n;
    must(ca_issue_device(by, der, n, name, seal_key, from, out, &out_n, &err), &err);
    OPENSSL_free(der);
    return (struct slice){out, out_n};
}

static void a_device_is_believed(void **state)
{
    (void)state;
    struct error err;
    uint8_t out[CA_DER_MAX];
    struct seal_public seal_key = {.bytes = {0xAB, 0x00, 0xFF, 1}};
    struct ca_device device;
    struct slice der = issued(ca, "HH-042", &seal_key, now, out);
    must(ca_device_read(ca_authority(ca), der, now, &device, &err), &err);
    assert_string_equal(device.name, "HH-042");
    assert_memory_equal(&device.seal_key, &seal_key, sizeof seal_key);
    assert_int_equal(device.not_before.ms, now.ms);
}

static void out_of_time_is_refused(void **state)
{
    (void)state;
    struct error err;
    uint8_t out[CA_DER_MAX];
    struct seal_public seal_key = {.bytes = {1}};
    struct ca_device device;
    struct slice der = issued(ca, "HH-042", &seal_key, now, out);
    struct instant before = {now.ms - 1000}, after = {now.ms + INT64_C(6) * 365 * 86400 * 1000};
    assert_false(ca_device_read(ca_authority(ca), der, before, &device, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_false(ca_device_read(ca_authority(ca), der, after, &device, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
}

static void another_authority_is_refused(void **state)
{
    (void)state;
    struct error err;
    uint8_t out[CA_DER_MAX];
    char other_key[200], other_crt[200];
    struct seal_public seal_key = {.bytes = {1}};
    struct ca_device device;
    struct ca *other;
    (void)snprintf(other_key, sizeof other_key, "%s/o.key", dir);
    (void)snprintf(other_crt, sizeof other_crt, "%s/o.crt", dir);
    must(ca_make(other_key, other_crt, "Trao", &err), &err);
    must(ca_open(other_key, other_crt, &other, &err), &err);
    struct slice der = issued(other, "HH-042", &seal_key, now, out);
    assert_false(ca_device_read(ca_authority(ca), der, now, &device, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    ca_close(other);
    assert_false(ca_open(key, other_crt, &other, &err)); /* not a pair */
    assert_int_equal(err.code, ERROR_BROKEN);
}

static void rubbish_is_bad_input(void **state)
{
    (void)state;
    struct error err;
    uint8_t out[CA_DER_MAX];
    struct seal_public seal_key = {.bytes = {1}};
    struct ca_device device;
    struct slice der = issued(ca, "HH-042", &seal_key, now, out), none = {NULL, 0};
    assert_false(ca_device_read(ca_authority(ca), none, now, &device, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    for (size_t i = 0; i < der.n; i++) { /* any flipped bit: never another device's word */
        out[i] ^= 1;
        if (ca_device_read(ca_authority(ca), der, now, &device, NULL))
            fail_msg("byte %zu", i);
        out[i] ^= 1;
    }
    assert_false(ca_request_holds("rubbish", 7, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    unsigned char *p256;
    size_t n = request("P-256", &p256);
    assert_false(ca_request_holds(p256, n, &err));
    OPENSSL_free(p256);
}

static void made_once(void **state)
{
    (void)state;
    struct error err;
    struct stat info;
    assert_false(ca_make(key, crt, "Trao", &err));
    assert_int_equal(err.code, ERROR_REPEATED);
    assert_int_equal(stat(key, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0400);
}

static int openssl(const char *format, ...)
{
    char command[600];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof command, format, args);
    va_end(args);
    return system(command);
}

static void the_folder_of_keys(void **state)
{
    (void)state;
    struct error err;
    struct config config = config_defaults();
    struct chance chance = chance_system();
    struct keys *keys, *again;
    struct stat info;
    char at[256];
    strcpy(config.public_url, "https://trao.example:8443");
    must(keys_make(dir, &config, &chance, &err), &err);
    assert_false(keys_make(dir, &config, &chance, &err));
    assert_int_equal(err.code, ERROR_REPEATED);
    must(keys_open(dir, &keys, &err), &err);
    must(keys_open(dir, &again, &err), &err);
    assert_memory_equal(&keys->seal_public, &again->seal_public, 32);
    assert_memory_equal(keys->box_public, again->box_public, 32);
    assert_memory_not_equal(keys->box_public, keys->box_secret, 32);
    keys_close(again);
    keys_close(keys);
    (void)snprintf(at, sizeof at, "%s/keys", dir);
    assert_int_equal(openssl("cd %s && openssl verify -purpose sslserver -verify_hostname "
                             "trao.example -CAfile ca.crt web.crt >/dev/null",
                             at),
                     0);
    assert_int_equal(openssl("cd %s && openssl verify -purpose sslserver -verify_ip 127.0.0.1 "
                             "-CAfile ca.crt broker.crt >/dev/null",
                             at),
                     0);
    assert_int_equal(openssl("cd %s && openssl verify -purpose sslclient -CAfile ca.crt "
                             "server.crt >/dev/null",
                             at),
                     0);
    assert_int_equal(openssl("cd %s && openssl x509 -noout -subject -in server.crt | "
                             "grep -q 'CN = trao-server'",
                             at),
                     0);
    assert_int_equal(chmod(at, 0755), 0);
    assert_false(keys_open(dir, &keys, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_int_equal(chmod(at, 0700), 0);
    (void)snprintf(at, sizeof at, "%s/keys/seal.key", dir);
    assert_int_equal(stat(at, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0400);
    assert_int_equal(chmod(at, 0440), 0);
    assert_false(keys_open(dir, &keys, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_int_equal(chmod(at, 0600), 0); /* as servers before had it */
    assert_int_equal(truncate(at, 10), 0);
    assert_false(keys_open(dir, &keys, &err));
    assert_int_equal(err.code, ERROR_BROKEN);
    unlink(at);
    assert_false(keys_open(dir, &keys, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_device_is_believed),
        TEST(out_of_time_is_refused),
        TEST(another_authority_is_refused),
        TEST(rubbish_is_bad_input),
        TEST(made_once),
        TEST(the_folder_of_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
