/* utf8.h - UTF-8 read one character at a time, as strictly as RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF. Pure. */
#ifndef TRAO_PROTOCOL_UTF8_H
#define TRAO_PROTOCOL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the character at *at, which has *left > 0 bytes, and steps over it. False, with nothing
 * moved, if the bytes there are not one. */
bool utf8_next(const char **at, size_t *left, uint32_t *ret_point);

/* True if all n bytes are characters and none is U+0000, which would cut a C string short. */
bool utf8_is_text(const char *bytes, size_t n);

/* Makes characters of a sentence in place: of a letter that was cut, where a quote or the sentence
 * ends, what is left goes; bytes that are no letter come from outside, and become '?'. */
void utf8_mend(char *text);

/* Writes a code point below 0x110000 to `out` (4 bytes and the zero at most); returns `out`. */
#define UTF8_CHAR_MAX 5
char *utf8_write(uint32_t point, char out[UTF8_CHAR_MAX]);

#endif
