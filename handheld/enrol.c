#include "handheld/enrol.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handheld/config.h"
#include "handheld/vault.h"
#include "protocol/scan.h"

#define CONNECT_S 15
#define ANSWER_S 60
#define SEAL_URN "urn:trao:seal:"

/* ------------------------------------------------------------------ the code */

static bool read_code(const char *file, struct enrol_code *ret_code, struct error *err)
{
    char text[128] = "";
    FILE *from = file != NULL ? fopen(file, "re") : stdin;
    if (from == NULL)
        return error_set(err, ERROR_NOT_FOUND, "%s: %m", file);
    if (isatty(fileno(from)))
        (void)fputs("Mã 24 ký tự (24-character code): ", stderr);
    bool got = fgets(text, sizeof text, from) != NULL;
    if (file != NULL)
        (void)fclose(from);
    text[strcspn(text, "\r\n")] = '\0';
    bool good = got && enrol_code_read(text, ret_code, err);
    if (!got)
        error_set(err, ERROR_BAD_INPUT, "%s: no code", file != NULL ? file : "standard input");
    chain_wipe(text, sizeof text);
    return good || error_add(err, "mã cấp phép (enrolment code)");
}

/* ------------------------------------------------------------------ keys and the request */

static bool openssl_failed(const char *doing, struct error *err)
{
    char text[160];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    ERR_clear_error();
    return error_set(err, ERROR_BROKEN, "%s: %s", doing, text);
}

/* "URI:urn:trao:seal:<64 hex digits>", or without the "URI:". */
static void seal_urn(const struct seal_public *key, const char *before, char out[128])
{
    int n = snprintf(out, 128, "%s" SEAL_URN, before);
    for (size_t i = 0; i < sizeof key->bytes; i++)
        n += snprintf(out + n, 128 - (size_t)n, "%02x", key->bytes[i]);
}

static bool add_seal_key(X509_REQ *request, const struct seal_public *key)
{
    char name[128];
    seal_urn(key, "URI:", name);
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, name);
    bool added = extensions != NULL && san != NULL && sk_X509_EXTENSION_push(extensions, san) > 0 &&
                 X509_REQ_add_extensions(request, extensions) == 1;
    if (extensions == NULL || sk_X509_EXTENSION_num(extensions) == 0)
        X509_EXTENSION_free(san);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    return added;
}

/* The server chooses the name; what the request calls itself does not matter. */
static bool make_request(EVP_PKEY *key, const struct seal_public *seal, uint8_t *out, size_t size,
                         size_t *ret_n, struct error *err)
{
    X509_REQ *request = X509_REQ_new();
    X509_NAME *name = request != NULL ? X509_REQ_get_subject_name(request) : NULL;
    bool made = name != NULL &&
                X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                           (const unsigned char *)"trao-handheld", -1, -1, 0) &&
                X509_REQ_set_pubkey(request, key) && add_seal_key(request, seal) &&
                X509_REQ_sign(request, key, NULL) > 0;
    int n = made ? i2d_X509_REQ(request, NULL) : -1;
    made = n > 0 && (size_t)n <= size;
    if (made)
        *ret_n = (size_t)i2d_X509_REQ(request, &out);
    X509_REQ_free(request);
    return made || openssl_failed("cannot make a certificate request", err);
}

/* ------------------------------------------------------------------ the conversation */

struct talk {
    const struct enrol_code *code;
    bool shown;   /* a certificate was shown */
    bool matched; /* and it is the one that the code names */
    uint8_t answer[WIRE_BYTES_MAX];
    size_t n;
    bool too_long;
};

/* In place of OpenSSL's own judgement: the leaf's digest is what the code says, nothing else
 * counts. */
static int judge_certificate(X509_STORE_CTX *store, void *ctx)
{
    struct talk *talk = ctx;
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    talk->shown = leaf != NULL;
    talk->matched = leaf != NULL && X509_digest(leaf, EVP_sha256(), digest, &n) == 1 &&
                    n >= ENROL_PIN_BYTES && chain_equal(digest, talk->code->pin, ENROL_PIN_BYTES);
    X509_STORE_CTX_set_error(store,
                             talk->matched ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
    return talk->matched ? 1 : 0;
}

static CURLcode set_up_tls(CURL *curl, void *ssl_ctx, void *ctx)
{
    (void)curl;
    SSL_CTX_set_cert_verify_callback(ssl_ctx, judge_certificate, ctx);
    return CURLE_OK;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *ctx)
{
    struct talk *talk = ctx;
    size_t n = size * count;
    talk->too_long = n > sizeof talk->answer - talk->n;
    if (talk->too_long)
        return 0;
    memcpy(talk->answer + talk->n, bytes, n);
    talk->n += n;
    return n;
}

/* Straight to the server: no proxy, no redirect, nothing but HTTPS. */
static void set_up(CURL *curl, struct curl_slist *headers, const char *url, struct talk *talk,
                   const uint8_t *body, size_t n)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_S);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L); /* the digest says more than a name */
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, set_up_tls);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, talk);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)n);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, talk);
}

static bool talk_failed(const struct talk *talk, CURLcode code, struct error *err)
{
    if (talk->shown && !talk->matched)
        return error_set(err, ERROR_REFUSED,
                         "Máy chủ này không phải máy chủ của mã. Xem lại địa chỉ và mã. "
                         "(This server is not the one that the code names; nothing was sent.)");
    if (talk->too_long)
        return error_set(err, ERROR_BROKEN, "the server's answer is too long");
    return error_set(err, ERROR_LATER,
                     "Chưa tới được máy chủ. Thử lại; mã còn dùng được nếu chưa quá 15 phút. "
                     "(%s)",
                     curl_easy_strerror(code));
}

static bool status_is_good(long status, struct error *err)
{
    switch (status) {
    case 200:
        return true;
    case 403:
        return error_set(err, ERROR_REFUSED,
                         "Mã đã dùng hoặc quá 15 phút. Tạo mã mới. "
                         "(The code was used, or is older than 15 minutes: make a new one.)");
    case 400:
        return error_set(err, ERROR_BROKEN,
                         "Máy chủ không hiểu yêu cầu. Báo quản trị. "
                         "(The server does not understand this program's request.)");
    default:
        return error_set(err, ERROR_LATER,
                         "Máy chủ trả lời %ld. Thử lại sau. (The server answered %ld.)", status,
                         status);
    }
}

static bool post(const char *server, const uint8_t *body, size_t n, struct talk *talk,
                 struct error *err)
{
    char url[512];
    size_t host_n = strlen(server);
    while (host_n > 0 && server[host_n - 1] == '/')
        host_n--;
    if (strncmp(server, "https://", 8) != 0 || host_n + 16 > sizeof url)
        return error_set(err, ERROR_BAD_INPUT, "'%.80s' is not https://HOST:PORT", server);
    snprintf(url, sizeof url, "%.*s/enrol", (int)host_n, server);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/x-protobuf");
    if (curl == NULL || headers == NULL) {
        curl_slist_free_all(headers);
        curl_easy_cleanup(curl);
        return error_set(err, ERROR_LATER, "out of memory");
    }
    long status = 0;
    set_up(curl, headers, url, talk, body, n);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK)
        return talk_failed(talk, code, err);
    return status_is_good(status, err);
}

/* ------------------------------------------------------------------ the answer */

static X509 *read_certificate(struct slice der)
{
    const unsigned char *at = der.bytes;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.n);
    if (certificate != NULL && at == der.bytes + der.n)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static bool carries_seal_key(X509 *certificate, const struct seal_public *seal)
{
    char urn[128];
    bool found = false;
    seal_urn(seal, "", urn);
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI)
            continue;
        const ASN1_STRING *uri = name->d.uniformResourceIdentifier;
        found = found || ((size_t)ASN1_STRING_length(uri) == strlen(urn) &&
                          memcmp(ASN1_STRING_get0_data(uri), urn, strlen(urn)) == 0);
    }
    GENERAL_NAMES_free(names);
    return found;
}

static bool check_certificate(X509 *certificate, X509 *authority, EVP_PKEY *key,
                              const struct seal_public *seal, struct error *err)
{
    const char *wrong = NULL;
    if (certificate == NULL || authority == NULL)
        wrong = "it cannot be read";
    else if (X509_check_private_key(certificate, key) != 1)
        wrong = "it is not for this device's TLS key";
    else if (!carries_seal_key(certificate, seal))
        wrong = "it does not carry this device's seal key";
    else if (X509_verify(certificate, X509_get0_pubkey(authority)) != 1)
        wrong = "the authority that came with it did not sign it";
    ERR_clear_error();
    return wrong == NULL ||
           error_set(err, ERROR_BROKEN, "the certificate that the server sent: %s", wrong);
}

/* A PEM text in memory, ended by a zero. */
static bool pem_text(BIO *bio, char *out, size_t size)
{
    int n = BIO_read(bio, out, (int)size - 1);
    out[n > 0 ? n : 0] = '\0';
    bool whole = n > 0 && BIO_pending(bio) == 0;
    BIO_free(bio);
    return whole;
}

static bool certificate_pem(X509 *certificate, char *out, size_t size)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool written = bio != NULL && PEM_write_bio_X509(bio, certificate) == 1;
    return pem_text(bio, out, size) && written;
}

static bool key_pem(EVP_PKEY *key, char *out, size_t size)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    bool written =
        bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
    return pem_text(bio, out, size) && written;
}

static bool store(const char *dir, const struct enrol_reply *reply, EVP_PKEY *key,
                  const struct seal_public *public, const struct seal_secret *secret,
                  struct error *err)
{
    char tls[512], mine[8192], theirs[8192];
    X509 *certificate = read_certificate(reply->certificate);
    X509 *authority = read_certificate(reply->authority);
    bool good = check_certificate(certificate, authority, key, public, err);
    if (good &&
        !(key_pem(key, tls, sizeof tls) && certificate_pem(certificate, mine, sizeof mine) &&
          certificate_pem(authority, theirs, sizeof theirs)))
        good = openssl_failed("cannot write PEM", err);
    X509_free(certificate);
    X509_free(authority);
    struct config_identity identity = {.reply = reply,
                                       .tls_key = tls,
                                       .certificate = mine,
                                       .authority = theirs,
                                       .seal_key = secret};
    good = good && config_store(dir, &identity, err);
    chain_wipe(tls, sizeof tls);
    return good;
}

/* ------------------------------------------------------------------ all of it */

static bool ask_and_store(const char *dir, const char *server, const struct enrol_code *code,
                          EVP_PKEY *key, const struct seal_public *public,
                          const struct seal_secret *secret, struct error *err)
{
    static struct talk talk;
    static uint8_t body[WIRE_BYTES_MAX];
    uint8_t der[1024];
    size_t n;
    struct enrol_request request = {.seal_key = *public, .program = scan_program_version()};
    struct enrol_reply reply;
    char mark[SEAL_MARK_MAX];
    memset(&talk, 0, sizeof talk);
    memcpy(request.secret, code->secret, sizeof request.secret);
    if (!make_request(key, public, der, sizeof der, &request.certificate_request.n, err))
        return false;
    request.certificate_request.bytes = der;
    if (!enrol_request_write(&request, body, &n, err))
        return false;
    talk.code = code;
    bool answered = post(server, body, n, &talk, err);
    talk.code = NULL;
    chain_wipe(body, sizeof body);
    if (!answered || !enrol_reply_read(talk.answer, talk.n, &reply, err) ||
        !store(dir, &reply, key, public, secret, err))
        return false;
    vault_forget(dir);
    printf("%s: đã cấp phép (enrolled)\nDấu máy %s: trang quầy phải hiện đúng như vậy. (the desk's "
           "page must show the same)\n",
           reply.device, seal_mark(public, mark));
    return true;
}

static bool enrol_with(const char *dir, const char *server, const struct enrol_code *code,
                       struct error *err)
{
    struct seal_public public;
    struct seal_secret secret;
    struct chance chance = chance_system();
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    if (key == NULL)
        return openssl_failed("cannot make a key", err);
    chain_keys_new(&chance, &public, &secret);
    bool done = ask_and_store(dir, server, code, key, &public, &secret, err);
    EVP_PKEY_free(key);
    chain_wipe(&secret, sizeof secret);
    return done;
}

/* The folder is made before anything is asked: a code is good for one answer. */
bool enrol_device(const char *dir, const char *server, const char *code_file, struct error *err)
{
    struct enrol_code code;
    if (!read_code(code_file, &code, err))
        return false;
    bool made = mkdir(dir, 0700) == 0;
    bool done = made || errno == EEXIST ? enrol_with(dir, server, &code, err)
                                        : error_set(err, ERROR_LATER, "cannot make %s: %m", dir);
    chain_wipe(&code, sizeof code);
    if (made && !done)
        rmdir(dir);
    return done;
}

struct instant enrol_certificate_until(const void *der, size_t n)
{
    struct tm until;
    const unsigned char *at = der;
    X509 *certificate = d2i_X509(NULL, &at, (long)n);
    bool known =
        certificate != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &until) == 1;
    X509_free(certificate);
    return (struct instant){known ? (int64_t)timegm(&until) * 1000 : 0};
}
