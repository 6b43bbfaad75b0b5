/* hex.h - bytes kept as hexadecimal text, blanks and line ends anywhere between pairs. */
#ifndef TRAO_TESTS_PROTOCOL_HEX_H
#define TRAO_TESTS_PROTOCOL_HEX_H

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Reads until the end, `max` bytes or the first thing that is not hexadecimal; returns how many. */
static inline size_t hex_read(FILE *f, uint8_t *bytes, size_t max)
{
    static const char digits[] = "0123456789abcdef";
    size_t half = 0;
    for (int c; half < 2 * max && (c = fgetc(f)) != EOF;) {
        const char *digit = c != 0 ? strchr(digits, c) : NULL;
        if (isspace(c))
            continue;
        if (digit == NULL)
            break;
        bytes[half / 2] =
            (uint8_t)(half % 2 == 0 ? (digit - digits) << 4 : bytes[half / 2] | (digit - digits));
        half++;
    }
    return half / 2;
}

#endif
