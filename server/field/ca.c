/* ca.c - the authority at work: certificates, keys and the revocation list that it makes. */
#include "server/field/ca_inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY_S (24L * 60 * 60)
#define AUTHORITY_DAYS (20L * 365)
#define CERTIFICATE_DAYS (5L * 365)
#define BACKDATE_S (60L * 60) /* machines beside ours may be some minutes slow */

struct ca {
    EVP_PKEY *key;
    X509 *certificate;
    uint8_t der[CA_DER_MAX];
    size_t der_n;
};

/* ------------------------------------------------------------------ files */

static bool file_open(const char *path, mode_t mode, FILE **ret_file, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        return error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(errno));
    }
    *ret_file = file;
    return true;
}

static bool file_end(FILE *file, bool written, const char *path, struct error *err)
{
    bool synced = fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (fclose(file) != 0 || !synced || !written)
        return ca_failed(err, ERROR_LATER, path);
    return true;
}

static bool write_key(const char *path, EVP_PKEY *key, struct error *err)
{
    FILE *file = NULL;
    (void)unlink(path); /* the one before may only be read */
    return file_open(path, 0400, &file, err) &&
           file_end(file, PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1, path,
                    err);
}

static bool write_certificate(const char *path, X509 *certificate, struct error *err)
{
    FILE *file = NULL;
    return file_open(path, 0644, &file, err) &&
           file_end(file, PEM_write_X509(file, certificate) == 1, path, err);
}

static bool read_key(const char *path, EVP_PKEY **ret_key, struct error *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    (void)fclose(file);
    if (key == NULL)
        return ca_failed(err, ERROR_BROKEN, path);
    *ret_key = key;
    return true;
}

/* ------------------------------------------------------------------ certificates */

struct wanted {
    const char *name;
    const char *usage;                /* extendedKeyUsage, NULL for the authority */
    const char *alternatives;         /* subjectAltName, NULL for none */
    const struct seal_public *device; /* what the serial follows from; NULL: random */
    time_t from;
    long days;
};

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool good = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

static bool add_extensions(X509 *certificate, X509 *issuer, const struct wanted *wanted)
{
    bool authority = wanted->usage == NULL;
    return add_extension(certificate, issuer, NID_basic_constraints,
                         authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_key_usage,
                         authority ? "critical,keyCertSign,cRLSign"
                                   : "critical,digitalSignature") &&
           add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, issuer, NID_authority_key_identifier, "keyid") &&
           (authority || add_extension(certificate, issuer, NID_ext_key_usage, wanted->usage)) &&
           (wanted->alternatives == NULL ||
            add_extension(certificate, issuer, NID_subject_alt_name, wanted->alternatives));
}

/* A device's serial follows from the seal key it binds, so that its certificate can be named
 * without being kept; 127 bits, as of a random one. */
#define SERIAL_BYTES SEAL_NUMBER_BYTES

static bool put_serial(const unsigned char bytes[SERIAL_BYTES], ASN1_INTEGER *serial)
{
    BIGNUM *number = BN_bin2bn(bytes, SERIAL_BYTES, NULL);
    bool good = number != NULL && BN_to_ASN1_INTEGER(number, serial) != NULL;
    BN_free(number);
    return good;
}

/* 127 bits: two authorities of one office never give one serial twice. */
static bool set_serial(X509 *certificate, const struct seal_public *device)
{
    unsigned char bytes[SERIAL_BYTES];
    if (device != NULL)
        seal_number(device, bytes);
    else if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] &= 0x7F;
    return put_serial(bytes, X509_get_serialNumber(certificate));
}

static bool set_names(X509 *certificate, X509 *issuer, const struct wanted *wanted)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                      (const unsigned char *)wanted->name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1;
}

static bool set_times(X509 *certificate, const struct wanted *wanted)
{
    time_t to = wanted->from + wanted->days * DAY_S;
    return ASN1_TIME_adj(X509_getm_notBefore(certificate), wanted->from, 0, 0) != NULL &&
           ASN1_TIME_adj(X509_getm_notAfter(certificate), to, 0, 0) != NULL;
}

static const EVP_MD *digest_for(EVP_PKEY *key)
{
    return EVP_PKEY_base_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
}

/* `issuer` NULL: signed by itself. */
static bool certify(const struct wanted *wanted, EVP_PKEY *subject_key, X509 *issuer,
                    EVP_PKEY *issuer_key, X509 **ret_certificate, struct error *err)
{
    X509 *certificate = X509_new();
    X509 *signer = issuer == NULL ? certificate : issuer;
    bool good = certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
                set_serial(certificate, wanted->device) &&
                X509_set_pubkey(certificate, subject_key) == 1 &&
                set_names(certificate, signer, wanted) && set_times(certificate, wanted) &&
                add_extensions(certificate, signer, wanted) &&
                X509_sign(certificate, issuer_key, digest_for(issuer_key)) > 0;
    if (!good) {
        X509_free(certificate);
        return ca_failed(err, ERROR_BROKEN, "cannot make a certificate");
    }
    *ret_certificate = certificate;
    return true;
}

/* ------------------------------------------------------------------ the authority */

bool ca_make(const char *key_path, const char *certificate_path, const char *name,
             struct error *err)
{
    if (access(key_path, F_OK) == 0 || access(certificate_path, F_OK) == 0)
        return error_set(err, ERROR_REPEATED, "%s: there is an authority already", key_path);
    struct wanted wanted = {.name = name, .from = time(NULL) - BACKDATE_S, .days = AUTHORITY_DAYS};
    X509 *certificate = NULL;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    bool good = key != NULL || ca_failed(err, ERROR_BROKEN, "cannot make a key");
    good = good && certify(&wanted, key, NULL, key, &certificate, err) &&
           write_key(key_path, key, err) && write_certificate(certificate_path, certificate, err);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return good;
}

bool ca_open(const char *key_path, const char *certificate_path, struct ca **ret_ca,
             struct error *err)
{
    struct ca *ca = calloc(1, sizeof *ca);
    if (ca == NULL)
        return error_set(err, ERROR_LATER, "authority: out of memory");
    if (!read_key(key_path, &ca->key, err) ||
        !ca_certificate_load(certificate_path, &ca->certificate, err) ||
        !ca_to_der(ca->certificate, ca->der, &ca->der_n, err)) {
        ca_close(ca);
        return error_add(err, "authority");
    }
    if (X509_check_private_key(ca->certificate, ca->key) != 1) {
        ca_close(ca);
        return ca_failed(err, ERROR_BROKEN,
                         "authority: key and certificate do not belong together");
    }
    *ret_ca = ca;
    return true;
}

void ca_close(struct ca *ca)
{
    if (ca == NULL)
        return;
    EVP_PKEY_free(ca->key);
    X509_free(ca->certificate);
    free(ca);
}

struct slice ca_authority(const struct ca *ca)
{
    return (struct slice){ca->der, ca->der_n};
}

/* ------------------------------------------------------------------ servers and clients */

static bool is_address(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

#define ALTERNATIVES_MAX 1024

static bool write_alternatives(const char *const *hosts, char out[ALTERNATIVES_MAX],
                               struct error *err)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; hosts[i] != NULL; i++) {
        if (strpbrk(hosts[i], ",:\n ") != NULL && !is_address(hosts[i]))
            return error_set(err, ERROR_BAD_INPUT, "%s: not a host name or address", hosts[i]);
        int more = snprintf(out + n, ALTERNATIVES_MAX - n, "%s%s:%s", n == 0 ? "" : ",",
                            is_address(hosts[i]) ? "IP" : "DNS", hosts[i]);
        n += (size_t)more;
        if (n >= ALTERNATIVES_MAX)
            return error_set(err, ERROR_BAD_INPUT, "too many host names");
    }
    return true;
}

static EVP_PKEY *new_key(enum ca_use use)
{
    switch (use) {
    case CA_USE_WEB:
        return EVP_EC_gen("P-256");
    case CA_USE_BROKER:
    case CA_USE_CLIENT:
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    }
    return NULL;
}

bool ca_issue(struct ca *ca, enum ca_use use, const char *name, const char *const *hosts,
              const char *key_path, const char *certificate_path, struct error *err)
{
    char alternatives[ALTERNATIVES_MAX];
    if (hosts != NULL && !write_alternatives(hosts, alternatives, err))
        return error_add(err, "%s", certificate_path);
    struct wanted wanted = {.name = name,
                            .usage = use == CA_USE_CLIENT ? "clientAuth" : "serverAuth",
                            .alternatives = hosts == NULL ? NULL : alternatives,
                            .from = time(NULL) - BACKDATE_S,
                            .days = CERTIFICATE_DAYS};
    X509 *certificate = NULL;
    EVP_PKEY *key = new_key(use);
    bool good = key != NULL || ca_failed(err, ERROR_BROKEN, "cannot make a key");
    good = good && certify(&wanted, key, ca->certificate, ca->key, &certificate, err) &&
           write_key(key_path, key, err) && write_certificate(certificate_path, certificate, err);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return good;
}

/* ------------------------------------------------------------------ devices */

static bool request_read(const void *bytes, size_t n, X509_REQ **ret_request, struct error *err)
{
    const unsigned char *at = bytes;
    X509_REQ *request = n > CA_DER_MAX ? NULL : d2i_X509_REQ(NULL, &at, (long)n);
    if (request == NULL || at != (const unsigned char *)bytes + n) {
        X509_REQ_free(request);
        return ca_failed(err, ERROR_BAD_INPUT, "certificate request: cannot be read");
    }
    EVP_PKEY *key = X509_REQ_get0_pubkey(request);
    if (key == NULL || EVP_PKEY_base_id(key) != EVP_PKEY_ED25519 ||
        X509_REQ_verify(request, key) != 1) {
        X509_REQ_free(request);
        return ca_failed(err, ERROR_BAD_INPUT,
                         "certificate request: not an Ed25519 key, or not signed with it");
    }
    *ret_request = request;
    return true;
}

bool ca_request_holds(const void *request, size_t n, struct error *err)
{
    X509_REQ *read = NULL;
    if (!request_read(request, n, &read, err))
        return false;
    X509_REQ_free(read);
    return true;
}

static void write_seal_uri(const struct seal_public *key, const char *scheme, char *out)
{
    char *at = stpcpy(out, scheme);
    at = stpcpy(at, SEAL_URI);
    chain_hex(key->bytes, sizeof key->bytes, at);
}

bool ca_issue_device(struct ca *ca, const void *request, size_t request_n, const char *device,
                     const struct seal_public *seal_key, struct instant not_before,
                     uint8_t out[CA_DER_MAX], size_t *ret_n, struct error *err)
{
    X509_REQ *read = NULL;
    X509 *certificate;
    char uri[sizeof "URI:" + SEAL_URI_CHARS];
    if (!request_read(request, request_n, &read, err))
        return error_add(err, "device %s", device);
    write_seal_uri(seal_key, "URI:", uri);
    struct wanted wanted = {.name = device,
                            .usage = "clientAuth",
                            .alternatives = uri,
                            .device = seal_key,
                            .from = (time_t)(not_before.ms / 1000),
                            .days = CA_DEVICE_DAYS};
    bool good =
        certify(&wanted, X509_REQ_get0_pubkey(read), ca->certificate, ca->key, &certificate, err);
    X509_REQ_free(read);
    if (!good)
        return error_add(err, "device %s", device);
    good = ca_to_der(certificate, out, ret_n, err);
    X509_free(certificate);
    return good;
}

/* ------------------------------------------------------------------ the revocation list */

static bool crl_add(X509_CRL *list, const struct seal_public *device, ASN1_TIME *now)
{
    unsigned char bytes[SERIAL_BYTES];
    X509_REVOKED *row = X509_REVOKED_new();
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    seal_number(device, bytes);
    bool good = row != NULL && serial != NULL && put_serial(bytes, serial) &&
                X509_REVOKED_set_serialNumber(row, serial) == 1 &&
                X509_REVOKED_set_revocationDate(row, now) == 1 &&
                X509_CRL_add0_revoked(list, row) == 1;
    ASN1_INTEGER_free(serial);
    if (!good)
        X509_REVOKED_free(row);
    return good;
}

static bool crl_fill(struct ca *ca, X509_CRL *list, const struct seal_public *devices, size_t n)
{
    ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL) - BACKDATE_S);
    bool good = now != NULL && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
                X509_CRL_set_issuer_name(list, X509_get_subject_name(ca->certificate)) == 1 &&
                X509_CRL_set1_lastUpdate(list, now) == 1 &&
                X509_CRL_set1_nextUpdate(list, X509_get0_notAfter(ca->certificate)) == 1;
    for (size_t i = 0; good && i < n; i++)
        good = crl_add(list, &devices[i], now);
    ASN1_TIME_free(now);
    return good && X509_CRL_sort(list) == 1 &&
           X509_CRL_sign(list, ca->key, digest_for(ca->key)) > 0;
}

bool ca_write_crl(struct ca *ca, const struct seal_public *devices, size_t n, const char *path,
                  struct error *err)
{
    char coming[4096];
    FILE *file = NULL;
    X509_CRL *list = X509_CRL_new();
    bool good = list != NULL && crl_fill(ca, list, devices, n);
    if (!good)
        (void)ca_failed(err, ERROR_BROKEN, "cannot make the revocation list");
    good = good && (size_t)snprintf(coming, sizeof coming, "%s.new", path) < sizeof coming &&
           file_open(coming, 0644, &file, err) &&
           file_end(file, PEM_write_X509_CRL(file, list) == 1, coming, err);
    if (good && rename(coming, path) != 0)
        good = error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
    X509_CRL_free(list);
    return good;
}
