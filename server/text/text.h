/* text.h - Vietnamese text as strangers give it, brought into one form: the only door to utf8proc.
 *
 * What comes in may be NFD, half composed or not UTF-8 at all; what goes out is NFC, or a folded
 * key of plain ASCII letters for comparing (domain.md section 7: "Yên Hoà" is "Yên Hòa"). Pure, any
 * thread. Every writer ends its output with a zero and cuts at whole characters; `size` > 0.
 */
#ifndef TRAO_SERVER_TEXT_TEXT_H
#define TRAO_SERVER_TEXT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

/* True if the bytes are UTF-8 throughout (no over-long forms, no surrogates, nothing above
 * U+10FFFF; case I09b). */
bool text_is_utf8(const char *bytes, size_t n);

/* A cell as it may be stored: NFC; NUL, other controls, direction controls (U+200E/F, U+202A..E,
 * U+2066..9), U+FEFF and non-characters taken out; line breaks, tabs and no-break spaces become
 * one blank; blanks at the ends and doubled ones go. False when it is not UTF-8 or longer than
 * `size` - 1 bytes; `out` is then untouched. */
bool text_clean(const char *bytes, size_t n, char *out, size_t size) must_use;

/* NFC and nothing else; false when it does not fit or is not UTF-8. */
bool text_compose(const char *text, char *out, size_t size) must_use;

/* True if at least one character would leave ink: a letter, digit, sign or symbol. */
bool text_is_visible(const char *text);

/* For comparing: accents off, đ as d, lower case, everything but letters and digits becomes one
 * blank, none at the ends. */
char *text_fold(const char *text, char *out, size_t size);

/* For telling people apart: lower case, the tone of a syllable at its end ("Hoà" is "Hòa"), else
 * all accents kept ("Hà" is not "Hạ"), everything but letters and digits one blank, none at the
 * ends. */
char *text_name_key(const char *text, char *out, size_t size);

/* For SMS: NFD, U+0300..036F dropped, đ as d, Đ as D, en dash as '-', no-break space as ' '
 * (domain.md section 6). Other characters stay as they are. */
char *text_unaccent(const char *text, char *out, size_t size);

/* As it is, cut at a whole character when it is too long. */
char *text_copy(const char *text, char *out, size_t size);

/* First character as it is, the rest in lower case: a headline becomes a sentence. */
char *text_sentence_case(const char *text, char *out, size_t size);

/* A number with a sign between its thousands: "33.000", "1.234.567.890". `size` of 28 is enough for
 * every number. */
char *text_group(uint64_t number, char sign, char *out, size_t size);

/* True if a spreadsheet would run a CSV cell that begins so, or take its first character for a sign
 * of its own: = + - @, the same in full width (U+FF1D, FF0B, FF0D, FF20), ' and a tab or line end
 * [OWASP, CSV injection]. Our exports put ' before such a cell, our import takes it off again. */
bool text_is_formula(const char *text);

/* The next character of valid UTF-8 and its length; 0 at the end. */
int32_t text_next(const char **text);

#endif
