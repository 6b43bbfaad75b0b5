#include "tests/handheld/office.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct office {
    int listener;
    uint16_t broker_port;
    char url[64];
    EVP_PKEY *ca_key, *other_key;
    X509 *ca, *other;
    SSL_CTX *tls;
    struct enrol_code code;
    pthread_t thread;
    atomic_int mood, status, requests;
    atomic_size_t bytes;
};

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "office: %s\n", what);
    abort();
}

/* `san` may be NULL. */
static X509 *sign(EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *issuer_key,
                  const char *san)
{
    X509 *certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
    X509_set_version(certificate, 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer != NULL ? issuer : certificate));
    if (san != NULL) {
        X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san);
        must(X509_add_ext(certificate, ext, -1) == 1, "name");
        X509_EXTENSION_free(ext);
    }
    must(X509_sign(certificate, issuer_key, NULL) > 0, "sign");
    return certificate;
}

/* ------------------------------------------------------------------ one conversation */

static struct slice der_of(X509 *certificate, uint8_t out[WIRE_CERTIFICATE_MAX])
{
    uint8_t *at = out;
    return (struct slice){out, (size_t)i2d_X509(certificate, &at)};
}

static size_t make_reply(struct office *office, const struct enrol_request *request, uint8_t *out)
{
    uint8_t mine[WIRE_CERTIFICATE_MAX], theirs[WIRE_CERTIFICATE_MAX];
    char san[128];
    int mood = atomic_load(&office->mood);
    const unsigned char *der = request->certificate_request.bytes;
    X509_REQ *csr = d2i_X509_REQ(NULL, &der, (long)request->certificate_request.n);
    must(csr != NULL && X509_REQ_verify(csr, X509_REQ_get0_pubkey(csr)) == 1, "request");
    int n = snprintf(san, sizeof san, "URI:urn:trao:seal:");
    for (size_t i = 0; i < sizeof request->seal_key.bytes; i++)
        n += snprintf(san + n, sizeof san - (size_t)n, "%02x",
                      request->seal_key.bytes[i] ^ (mood == OFFICE_OTHER_KEY ? 1 : 0));
    X509 *certificate = sign(X509_REQ_get0_pubkey(csr), "HH-042", office->ca, office->ca_key, san);
    struct enrol_reply reply = {
        .device = "HH-042",
        .certificate = der_of(certificate, mine),
        .authority = der_of(mood == OFFICE_OTHER_SIGNER ? office->other : office->ca, theirs),
        .broker_host = "127.0.0.1",
        .broker_port = office->broker_port,
        .post_office = 461600};
    memset(reply.server_seal_key.bytes, 5, sizeof reply.server_seal_key.bytes);
    memset(reply.server_box_key, 6, sizeof reply.server_box_key);
    size_t reply_n;
    struct error err;
    must(enrol_reply_write(&reply, out, &reply_n, &err), err.text);
    X509_free(certificate);
    X509_REQ_free(csr);
    return reply_n;
}

static void answer(struct office *office, SSL *ssl, const uint8_t *body, size_t n)
{
    static uint8_t reply[WIRE_BYTES_MAX];
    char head[256];
    struct enrol_request request;
    struct error err;
    atomic_fetch_add(&office->requests, 1);
    int mood = atomic_load(&office->mood), status = atomic_load(&office->status);
    must(enrol_request_read(body, n, &request, &err), err.text);
    bool right = memcmp(request.secret, office->code.secret, ENROL_SECRET_BYTES) == 0;
    size_t reply_n = mood != OFFICE_SAYS && right ? make_reply(office, &request, reply) : 0;
    if (!right)
        status = 403;
    int head_n = snprintf(head, sizeof head,
                          "HTTP/1.1 %d Answer\r\nContent-Type: application/x-protobuf\r\n"
                          "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                          reply_n > 0 ? 200 : status, reply_n);
    SSL_write(ssl, head, head_n);
    if (reply_n > 0)
        SSL_write(ssl, reply, (int)(mood == OFFICE_CUTS ? reply_n / 2 : reply_n));
}

static void talk(struct office *office, SSL *ssl)
{
    static char bytes[WIRE_BYTES_MAX + 4096];
    size_t n = 0, body_n = 0;
    char *body = NULL;
    while (body == NULL || n < (size_t)(body - bytes) + body_n) {
        int got = SSL_read(ssl, bytes + n, (int)(sizeof bytes - 1 - n));
        if (got <= 0)
            return;
        n += (size_t)got;
        atomic_fetch_add(&office->bytes, (size_t)got);
        bytes[n] = '\0';
        char *end = strstr(bytes, "\r\n\r\n"), *length = strstr(bytes, "Content-Length: ");
        if (end == NULL)
            continue;
        must(strncmp(bytes, "POST /enrol HTTP/1.1\r\n", 22) == 0, "what was asked");
        must(strstr(bytes, "Content-Type: application/x-protobuf\r\n") != NULL, "type");
        body = end + 4;
        body_n = length != NULL ? strtoul(length + 16, NULL, 10) : 0;
    }
    answer(office, ssl, (const uint8_t *)body, body_n);
}

static void *serve(void *ctx)
{
    struct office *office = ctx;
    int fd;
    while ((fd = accept(office->listener, NULL, NULL)) >= 0) {
        SSL *ssl = SSL_new(office->tls);
        SSL_set_fd(ssl, fd);
        if (SSL_accept(ssl) == 1) {
            talk(office, ssl);
            if (atomic_load(&office->mood) != OFFICE_CUTS)
                SSL_shutdown(ssl);
        }
        SSL_free(ssl);
        close(fd);
    }
    return NULL;
}

/* ------------------------------------------------------------------ for the tests */

static void listen_here(struct office *office)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    office->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(office->listener, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    must(listen(office->listener, 8) == 0, "listen");
    must(getsockname(office->listener, (struct sockaddr *)&at, &n) == 0, "port");
    snprintf(office->url, sizeof office->url, "https://127.0.0.1:%u", ntohs(at.sin_port));
}

struct office *office_start(uint16_t broker_port)
{
    struct office *office = calloc(1, sizeof *office);
    must(office != NULL, "memory");
    office->broker_port = broker_port;
    office->ca_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    office->other_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    office->ca = sign(office->ca_key, "test CA", NULL, office->ca_key, NULL);
    office->other = sign(office->other_key, "test CA", NULL, office->other_key, NULL);
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509 *leaf = sign(key, "server", office->ca, office->ca_key, "DNS:server.example");
    office->tls = SSL_CTX_new(TLS_server_method());
    must(SSL_CTX_use_certificate(office->tls, leaf) == 1 &&
             SSL_CTX_use_PrivateKey(office->tls, key) == 1,
         "TLS");
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n;
    must(X509_digest(leaf, EVP_sha256(), digest, &n) == 1, "digest");
    memcpy(office->code.pin, digest, ENROL_PIN_BYTES);
    memcpy(office->code.secret, "\x01\x99\xfe\x30\x7c", ENROL_SECRET_BYTES);
    X509_free(leaf);
    EVP_PKEY_free(key);
    listen_here(office);
    must(pthread_create(&office->thread, NULL, serve, office) == 0, "thread");
    return office;
}

void office_stop(struct office *office)
{
    shutdown(office->listener, SHUT_RDWR);
    pthread_join(office->thread, NULL);
    close(office->listener);
    SSL_CTX_free(office->tls);
    X509_free(office->ca);
    X509_free(office->other);
    EVP_PKEY_free(office->ca_key);
    EVP_PKEY_free(office->other_key);
    free(office);
}

void office_mood(struct office *office, enum office_mood mood, int status)
{
    atomic_store(&office->status, status);
    atomic_store(&office->mood, mood);
}

const char *office_url(const struct office *office)
{
    return office->url;
}

void office_code(const struct office *office, bool wrong_pin, char out[ENROL_CODE_TEXT_MAX])
{
    struct enrol_code code = office->code;
    if (wrong_pin)
        code.pin[ENROL_PIN_BYTES - 1] ^= 1;
    enrol_code_write(&code, out);
}

int office_requests(const struct office *office)
{
    return atomic_load(&office->requests);
}

size_t office_bytes(const struct office *office)
{
    return atomic_load(&office->bytes);
}
