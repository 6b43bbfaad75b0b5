#include "server/notify/sms_http.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

bool sms_http_is_address(const char *url)
{
    static const char *const begins[] = {"https://", "http://127.0.0.1:", "http://127.0.0.1/",
                                         "http://localhost:", "http://localhost/"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(url, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

bool sms_http_init(struct error *err)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ||
           error_set(err, ERROR_BROKEN, "libcurl does not start");
}

/* ------------------------------------------------------------------ a call */

struct answer {
    char *text; /* NULL: not wanted */
    size_t n;
};

static size_t take_answer(char *bytes, size_t size, size_t n, void *ctx)
{
    struct answer *answer = ctx;
    if (answer->text == NULL)
        return 0;
    size_t came = size * n, room = SMS_HTTP_ANSWER_MAX - 1 - answer->n;
    size_t kept = came < room ? came : room;
    memcpy(answer->text + answer->n, bytes, kept);
    answer->n += kept;
    answer->text[answer->n] = '\0';
    return came; /* what is behind the beginning is read and dropped; the time is bounded */
}

static struct curl_slist *list_of(const struct sms_http_call *call)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; list != NULL && i < SMS_HTTP_HEADERS_MAX && call->headers[i]; i++) {
        struct curl_slist *longer = curl_slist_append(list, call->headers[i]);
        if (longer == NULL)
            curl_slist_free_all(list);
        list = longer;
    }
    return list;
}

static void set_up(CURL *curl, const struct sms_http_call *call, struct curl_slist *headers,
                   struct answer *answer)
{
    bool plain = strncmp(call->url, "http://", 7) == 0;
    curl_easy_setopt(curl, CURLOPT_URL, call->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)SMS_HTTP_CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SMS_HTTP_ANSWER_S);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (*call->authority != '\0') {
        curl_easy_setopt(curl, CURLOPT_CAINFO, call->authority);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (call->body != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
}

static bool has_left(CURL *curl)
{
    long bytes = 0;
    return curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &bytes) != CURLE_OK || bytes > 0;
}

long sms_http_call(const struct sms_http_call *call, char answer[SMS_HTTP_ANSWER_MAX],
                   const char **ret_why)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = list_of(call);
    struct answer taken = {.text = call->wants_answer ? answer : NULL};
    long status = 0;
    *ret_why = "out of memory";
    *answer = '\0';
    if (curl != NULL && headers != NULL) {
        set_up(curl, call, headers, &taken);
        CURLcode code = curl_easy_perform(curl);
        *ret_why = curl_easy_strerror(code);
        if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && !call->wants_answer))
            curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        else
            status = has_left(curl) ? SMS_HTTP_UNANSWERED : 0;
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

/* ------------------------------------------------------------------ an address */

bool sms_http_address(const char *url, const struct sms_http_field *fields, size_t n, char *out,
                      size_t size)
{
    int at = snprintf(out, size, "%s", url);
    bool good = at >= 0 && (size_t)at < size;
    for (size_t i = 0; good && i < n; i++) {
        char *value = curl_easy_escape(NULL, fields[i].value, 0);
        int more = value == NULL ? -1
                                 : snprintf(out + at, size - (size_t)at, "%c%s=%s",
                                            i == 0 ? '?' : '&', fields[i].name, value);
        curl_free(value);
        good = more > 0 && (size_t)at + (size_t)more < size;
        at += more;
    }
    return good;
}
