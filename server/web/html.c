#include "server/web/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_bytes(struct html *html, const char *bytes, size_t n)
{
    if (html->failed)
        return;
    if (html->n + n + 1 > html->room) {
        size_t room = (html->n + n + 1) * 2;
        char *more = realloc(html->bytes, room);
        if (!more) {
            html->failed = true;
            return;
        }
        html->bytes = more;
        html->room = room;
    }
    memcpy(html->bytes + html->n, bytes, n);
    html->n += n;
    html->bytes[html->n] = '\0';
}

void html_put(struct html *html, const char *markup)
{
    put_bytes(html, markup, strlen(markup));
}

void html_text(struct html *html, const char *text)
{
    static const struct {
        char sign;
        const char *written;
    } rows[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    while (*text) {
        size_t n = strcspn(text, "&<>\"'");
        put_bytes(html, text, n);
        text += n;
        for (size_t i = 0; *text && i < sizeof rows / sizeof *rows; i++) {
            if (rows[i].sign != *text)
                continue;
            html_put(html, rows[i].written);
            text++;
            break;
        }
    }
}

void html_format(struct html *html, const char *format, ...)
{
    char text[1024];
    va_list values;
    va_start(values, format);
    int n = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (n < 0 || (size_t)n >= sizeof text)
        html->failed = true;
    else
        put_bytes(html, text, (size_t)n);
}

void html_done(struct html *html)
{
    free(html->bytes);
    *html = (struct html){.n = 0};
}
