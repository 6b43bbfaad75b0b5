/* html.h - a page growing in memory; everything that comes from people goes through html_text. One
 * owner, one thread. Without memory the page is marked failed and stays as it is. On a page in
 * English what is ours is put in English, piece by piece (english.h); what is people's never. */
#ifndef TRAO_SERVER_WEB_HTML_H
#define TRAO_SERVER_WEB_HTML_H

#include <stdbool.h>
#include <stddef.h>

struct html {
    char *bytes; /* zero-terminated once something was put */
    size_t n, room;
    bool failed;
    bool english; /* staff pages: page_begin sets it */
};

void html_put(struct html *html, const char *markup);    /* our own */
void html_raw(struct html *html, const char *markup);    /* our own, in no other language */
void html_word(struct html *html, const char *words);    /* our own words, escaped */
void html_sentence(struct html *html, const char *text); /* a command's: escaped, its half */
void html_text(struct html *html, const char *text);     /* a stranger's: & < > " ' escaped */
void html_text_n(struct html *html, const char *text, size_t n); /* the first n bytes of it */
void html_format(struct html *html, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* our own; values must need no escaping */
void html_done(struct html *html);

#endif
