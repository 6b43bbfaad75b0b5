/* charset.h - how the bytes of a list are to be read, found out by reading them in every way and
 * looking which gives Vietnamese (case I03).
 *
 * UTF-8 and UTF-16 are known by their form. The old one-byte encodings are all valid in each other:
 * windows-1258 (marks behind their letters), TCVN3 (the .Vn fonts; its capitals with a tone have no
 * codes of their own and come back small) and VNI. Each reading is scored by letters that no
 * Vietnamese word has, and by words with two tones or two groups of vowels; the best is taken only
 * if it is clearly the best. Anything else is refused: nobody is to find "Cæng hßa" on an envelope.
 *
 * Pure but for memory; iconv reads windows-1258 and TCVN3 and finds its tables when it is opened,
 * which is before the reading child is confined. One thread at a time.
 */
#ifndef TRAO_SERVER_OFFICE_CHARSET_H
#define TRAO_SERVER_OFFICE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

enum charset {
    CHARSET_UNKNOWN, /* not to be told: to be chosen by somebody */
    CHARSET_UTF8,
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_WINDOWS_1258,
    CHARSET_TCVN3,
    CHARSET_VNI,
    CHARSETS
};

/* "utf-8", "utf-16le", "utf-16be", "windows-1258", "tcvn3", "vni"; "" of what is unknown. */
const char *charset_name(enum charset charset);
enum charset charset_named(const char *name); /* CHARSET_UNKNOWN: there is no such name */

struct charsets;
/* LATER: this machine has no such tables, or no memory. */
bool charsets_open(struct charsets **ret_charsets, struct error *err) must_use;
void charsets_close(struct charsets *charsets); /* NULL is fine */

/* Looks at all of `bytes`, a mark at their begin included. */
enum charset charset_of(struct charsets *charsets, const char *bytes, size_t n);

/* UTF-8 of it, without a mark at its begin; bytes that mean nothing become U+FFFD, so that their
 * cell is refused. Not composed: text_clean does that. NULL without memory. The caller frees it. */
char *charset_read(struct charsets *charsets, enum charset charset, const char *bytes, size_t n,
                   size_t *ret_n);

/* Bytes of a mark at the begin, which charset_read leaves out. */
size_t charset_mark(enum charset charset, const char *bytes, size_t n);
/* One of the old one-byte encodings: ',', '"', line ends and all other signs below 0x80 are in it
 * what they are in ASCII, but for control characters that are letters of TCVN3. */
bool charset_is_old(enum charset charset);
/* Nothing in it but what is the same in all of them. */
bool charset_is_plain(const char *bytes, size_t n);

/* Bytes of a cell as they are kept beside what was read: "tcvn3 A7C64E47". What does not fit is
 * left out behind a whole byte. Returns `out`. */
#define CHARSET_WRITTEN_MAX(bytes) (2 * (bytes) + 16)
char *charset_write(enum charset charset, const char *bytes, size_t n, char *out, size_t size);
/* The same for people: each byte as Latin-1, which is what programs show that know of no Vietnamese
 * font, control characters as \x01; "" of what is no such text. Returns `out`. */
char *charset_show(const char *written, char *out, size_t size);

/* True if a word of `text` (UTF-8) has a small letter with a tone among capitals, as TCVN3 leaves
 * it: somebody should look. */
bool charset_lost_capitals(const char *text);

#endif
