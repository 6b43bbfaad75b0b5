/* ca_read.c - what a certificate says, to whoever does not hold the authority's key; and two small
 * things of OpenSSL's that belong to nobody else. */
#include "server/field/ca_inside.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* OpenSSL's first reason, in its own words; its queue is left empty. */
bool ca_failed(struct error *err, enum error_code code, const char *what)
{
    char text[160];
    unsigned long reason = ERR_get_error();
    ERR_clear_error();
    if (reason == 0)
        return error_set(err, code, "%s", what);
    ERR_error_string_n(reason, text, sizeof text);
    return error_set(err, code, "%s: %s", what, text);
}

bool ca_certificate_load(const char *path, X509 **ret_certificate, struct error *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    (void)fclose(file);
    if (certificate == NULL)
        return ca_failed(err, ERROR_BROKEN, path);
    *ret_certificate = certificate;
    return true;
}

bool ca_to_der(X509 *certificate, uint8_t out[CA_DER_MAX], size_t *ret_n, struct error *err)
{
    unsigned char *at = out;
    int n = i2d_X509(certificate, NULL);
    if (n <= 0 || n > CA_DER_MAX)
        return ca_failed(err, ERROR_BROKEN, "certificate is too long");
    *ret_n = (size_t)i2d_X509(certificate, &at);
    return true;
}

/* ------------------------------------------------------------------ reading a device's */

static int value_of_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool read_hex(const char *hex, struct seal_public *ret_key)
{
    for (size_t i = 0; i < sizeof ret_key->bytes; i++) {
        int high = value_of_digit(hex[2 * i]), low = value_of_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret_key->bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static bool read_seal_key(X509 *certificate, struct seal_public *ret_key)
{
    bool found = false;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI)
            continue;
        const char *uri = (const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
        int n = ASN1_STRING_length(name->d.uniformResourceIdentifier);
        found = n == (int)SEAL_URI_CHARS && memcmp(uri, SEAL_URI, sizeof SEAL_URI - 1) == 0 &&
                read_hex(uri + sizeof SEAL_URI - 1, ret_key);
    }
    GENERAL_NAMES_free(names);
    return found;
}

static bool read_name(X509 *certificate, char ret_name[DEVICE_NAME_MAX + 1])
{
    char name[DEVICE_NAME_MAX + 2];
    int n = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                      sizeof name);
    if (n <= 0 || n > DEVICE_NAME_MAX || strlen(name) != (size_t)n || !device_name_is_good(name))
        return false;
    memcpy(ret_name, name, (size_t)n + 1);
    return true;
}

static bool read_time(const ASN1_TIME *time, struct instant *ret_at)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    ret_at->ms = (int64_t)timegm(&tm) * 1000;
    return true;
}

static bool signed_by(X509 *certificate, X509 *authority, struct instant now, struct error *err)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    bool ready = store != NULL && context != NULL && X509_STORE_add_cert(store, authority) == 1 &&
                 X509_STORE_CTX_init(context, store, certificate, NULL) == 1;
    if (ready) {
        X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_time(param, (time_t)(now.ms / 1000));
        X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT);
    }
    bool good = ready && X509_verify_cert(context) == 1;
    if (!good)
        error_set(err, ERROR_REFUSED, "certificate: %s",
                  ready ? X509_verify_cert_error_string(X509_STORE_CTX_get_error(context))
                        : "out of memory");
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    ERR_clear_error();
    return good;
}

static X509 *from_der(struct slice der)
{
    const unsigned char *at = der.bytes;
    X509 *certificate = der.n == 0 || der.n > CA_DER_MAX ? NULL : d2i_X509(NULL, &at, (long)der.n);
    ERR_clear_error();
    return certificate;
}

bool ca_device_read(struct slice authority, struct slice certificate, struct instant now,
                    struct ca_device *ret_device, struct error *err)
{
    struct ca_device device;
    X509 *root = from_der(authority), *leaf = from_der(certificate);
    bool good = root != NULL && leaf != NULL;
    if (!good)
        error_set(err, ERROR_BAD_INPUT, "certificate: cannot be read");
    good = good && signed_by(leaf, root, now, err);
    if (good) {
        good = read_name(leaf, device.name) && read_seal_key(leaf, &device.seal_key) &&
               read_time(X509_get0_notBefore(leaf), &device.not_before);
        if (!good)
            error_set(err, ERROR_REFUSED, "certificate: it is not a device's");
    }
    X509_free(leaf);
    X509_free(root);
    if (good)
        *ret_device = device;
    return good;
}

bool ca_certificate_der(const char *path, uint8_t out[CA_DER_MAX], size_t *ret_n, struct error *err)
{
    X509 *certificate = NULL;
    if (!ca_certificate_load(path, &certificate, err))
        return false;
    bool good = ca_to_der(certificate, out, ret_n, err);
    X509_free(certificate);
    return good;
}

bool ca_certificate_until(const char *path, struct instant *ret_at, struct error *err)
{
    X509 *certificate = NULL;
    if (!ca_certificate_load(path, &certificate, err))
        return false;
    bool good = read_time(X509_get0_notAfter(certificate), ret_at);
    X509_free(certificate);
    return good || ca_failed(err, ERROR_BROKEN, path);
}

bool ca_box_public(const uint8_t secret[32], uint8_t ret_public[32], struct error *err)
{
    uint8_t public[32];
    size_t n = sizeof public;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, 32);
    bool good = key != NULL && EVP_PKEY_get_raw_public_key(key, public, &n) == 1;
    EVP_PKEY_free(key);
    if (!good)
        return ca_failed(err, ERROR_BROKEN, "X25519 key");
    memcpy(ret_public, public, sizeof public);
    return true;
}

void ca_fingerprint(const void *der, size_t n, uint8_t out[32])
{
    SHA256(der, n, out);
}
