/* words.h - sentences with gaps, and what a telephone network makes of them. Pure, any thread.
 *
 * A template has gaps in braces ("{giờ}"), whose values are looked up by name. A gap without a
 * value drops its clause: the text back to the comma, semicolon or full stop before it, on to the
 * next; gaps that stand in a clause by blanks alone go one by one; when the first clause goes,
 * `instead` stands in its place [ux.md: "in a sentence, an unknown value drops its clause"]. Square
 * brackets mark a larger part that goes as a whole.
 */
#ifndef TRAO_SERVER_TEXT_WORDS_H
#define TRAO_SERVER_TEXT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 640 /* bytes of a filled sentence */

struct word {
    const char *gap;   /* "giờ", without braces */
    const char *value; /* NULL or "": unknown */
};

/* Writes the sentence, ending in '.' when the template does. `instead` may be NULL or "". A gap
 * that is in no row of `words` is unknown. Cut at a whole character when too long. */
char *words_fill(const char *sentence, const struct word *words, size_t n, const char *instead,
                 char out[WORDS_MAX]);

/* How an SMS travels [3GPP TS 23.038, 23.040; case N01]. */
struct segments {
    bool gsm7;    /* else UCS-2, 70 and 67 UTF-16 units */
    size_t units; /* septets: ^ { } \ [ ] ~ | and the euro count two; or UTF-16 units */
    size_t parts; /* 160, then 153 each, pairs never split; 0 for an empty text */
};
/* `text` is valid UTF-8; it is composed (NFC) before counting. */
struct segments words_segments(const char *text);

#endif
