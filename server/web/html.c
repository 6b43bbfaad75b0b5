#include "server/web/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/web/english.h"

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

void html_raw(struct html *html, const char *markup)
{
    put_bytes(html, markup, strlen(markup));
}

static void put_piece(void *ctx, const char *bytes, size_t n)
{
    put_bytes(ctx, bytes, n);
}

void html_put(struct html *html, const char *markup)
{
    if (html->english)
        english_markup(markup, put_piece, html);
    else
        html_raw(html, markup);
}

static void put_text(struct html *html, const char *text, size_t left)
{
    static const struct {
        char sign;
        const char *written;
    } rows[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    while (left > 0) {
        size_t n = 0;
        while (n < left && strchr("&<>\"'", text[n]) == NULL)
            n++;
        put_bytes(html, text, n);
        text += n;
        left -= n;
        for (size_t i = 0; left > 0 && i < sizeof rows / sizeof *rows; i++) {
            if (rows[i].sign != *text)
                continue;
            html_raw(html, rows[i].written);
            text++;
            left--;
            break;
        }
    }
}

void html_text_n(struct html *html, const char *text, size_t n)
{
    put_text(html, text, n);
}

void html_text(struct html *html, const char *text)
{
    put_text(html, text, strlen(text));
}

void html_word(struct html *html, const char *words)
{
    const char *turned = html->english ? NULL : english_in_vietnamese(words);
    html_text(html, turned != NULL ? turned : english_say(html->english, words));
}

void html_sentence(struct html *html, const char *text)
{
    size_t n;
    const char *half = english_half(html->english, text, &n);
    const char *found = html->english ? english_find(half, n) : NULL;
    put_text(html, found != NULL ? found : half, found != NULL ? strlen(found) : n);
}

/* A format in English, with the conversions it had; as it was when it is too long. */
struct wording {
    char text[1024];
    size_t n;
    bool whole;
};

static void add_words(void *ctx, const char *bytes, size_t n)
{
    struct wording *wording = ctx;
    wording->whole = wording->whole && wording->n + n < sizeof wording->text;
    if (!wording->whole)
        return;
    memcpy(wording->text + wording->n, bytes, n);
    wording->n += n;
}

static const char *worded(const char *format, struct wording *wording)
{
    *wording = (struct wording){.whole = true};
    english_markup(format, add_words, wording);
    return wording->whole ? wording->text : format;
}

void html_format(struct html *html, const char *format, ...)
{
    char text[1024];
    struct wording wording;
    const char *chosen = html->english ? worded(format, &wording) : format;
    va_list values;
    va_start(values, format);
    int n = vsnprintf(text, sizeof text, chosen, values);
    va_end(values);
    if (n < 0 || (size_t)n >= sizeof text)
        html->failed = true;
    else
        html_put(html, text);
}

void html_done(struct html *html)
{
    free(html->bytes);
    *html = (struct html){.n = 0};
}
