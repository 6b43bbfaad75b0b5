#include "server/web/form.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "server/text/text.h"

static int hex(char sign)
{
    if (isdigit((unsigned char)sign))
        return sign - '0';
    sign = (char)tolower((unsigned char)sign);
    return sign >= 'a' && sign <= 'f' ? sign - 'a' + 10 : -1;
}

static bool decode(const char *value, size_t n, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        char sign = value[i];
        if (sign == '+') {
            sign = ' ';
        } else if (sign == '%') {
            int high = i + 2 < n ? hex(value[i + 1]) : -1;
            int low = i + 2 < n ? hex(value[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            sign = (char)(high * 16 + low);
            i += 2;
        }
        if (sign == '\0' || used + 1 >= size)
            return false;
        out[used++] = sign;
    }
    out[used] = '\0';
    return text_is_utf8(out, used);
}

bool form_value(const char *body, size_t n, const char *key, char *out, size_t size)
{
    size_t key_n = strlen(key);
    bool found = false;
    *out = '\0';
    for (const char *at = body, *end = body + n; at < end;) {
        const char *amp = memchr(at, '&', (size_t)(end - at));
        const char *stop = amp ? amp : end;
        bool ours = (size_t)(stop - at) > key_n && memcmp(at, key, key_n) == 0 && at[key_n] == '=';
        if (ours &&
            (found || !decode(at + key_n + 1, (size_t)(stop - at) - key_n - 1, out, size))) {
            *out = '\0';
            return false;
        }
        found = found || ours;
        at = amp ? amp + 1 : end;
    }
    return found;
}

bool origin_is_ours(const struct http_request *request, const char *public_url)
{
    const char *origin = http_header(request, "Origin"), *host = http_header(request, "Host");
    const char *site = http_header(request, "Sec-Fetch-Site");
    if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    if (!origin)
        return true; /* a browser that says nothing: the token decides */
    char here[300];
    (void)snprintf(here, sizeof here, "%s://%s", request->tls ? "https" : "http", host ? host : "");
    return strcmp(origin, public_url) == 0 || (host && strcmp(origin, here) == 0);
}

bool form_is_ours(const struct http_request *request, const char *public_url)
{
    const char *type = http_header(request, "Content-Type");
    static const char form[] = "application/x-www-form-urlencoded";
    bool is_form = type && strncasecmp(type, form, sizeof form - 1) == 0 &&
                   (type[sizeof form - 1] == '\0' || type[sizeof form - 1] == ';');
    return (is_form || request->parts) && !http_header(request, "X-HTTP-Method-Override") &&
           origin_is_ours(request, public_url);
}
