/* english.h - staff pages in English: each piece of our own words that a page puts is looked up in
 * one catalogue (staff.def, and the tables of statuses, reasons and events). Vietnamese stands
 * first and is what the code says; what has no row stays as it is. What people typed never comes
 * here. Any thread.
 */
#ifndef TRAO_SERVER_WEB_ENGLISH_H
#define TRAO_SERVER_WEB_ENGLISH_H

#include <stdbool.h>
#include <stddef.h>

/* The English of exactly these words, blanks around them aside; NULL: there is no row. */
const char *english_find(const char *words, size_t n);
/* The English of words, or the words themselves; a format keeps its conversions. */
const char *english_say(bool english, const char *words) __attribute__((format_arg(2)));

/* What the code says in English (the table of the data law), for a page in Vietnamese; NULL: no
 * such row. */
const char *english_in_vietnamese(const char *words);

/* Markup of ours cut at < > and ": each piece in English where there is a row, by put(). Blanks and
 * signs around a piece stay. */
void english_markup(const char *markup, void (*put)(void *ctx, const char *bytes, size_t n),
                    void *ctx);

/* The half of "Chưa có. / none yet" that is read; a sentence of one language is whole. `*ret_n`
 * bytes, borrowed. */
const char *english_half(bool english, const char *sentence, size_t *ret_n);

/* The i-th row of the catalogue; false past the end. */
bool english_row(size_t i, const char **ret_vi, const char **ret_en);

#endif
