#include "server/views/zeros.h"

#include <string.h>

#define RUN_MOST 255 /* words after the first of a run */

static bool is_zero(const uint8_t *word)
{
    uint64_t all;
    memcpy(&all, word, sizeof all);
    return all == 0;
}

/* The tag's bytes, and it; returns how many. */
static size_t write_word(const uint8_t *word, uint8_t *to)
{
    size_t n = 1;
    unsigned tag = 0;
    for (unsigned at = 0; at < ZEROS_WORD; at++) {
        bool says = word[at] != 0;
        to[n] = word[at];
        n += says;
        tag |= (unsigned)says << at;
    }
    to[0] = (uint8_t)tag;
    return n;
}

size_t zeros_out(const uint8_t *from, size_t n, uint8_t *to)
{
    size_t written = 0, more;
    for (size_t at = 0; at < n; at += ZEROS_WORD) {
        if (!is_zero(from + at)) {
            uint8_t bytes[ZEROS_WORD + 2]; /* the last one's zeros may pass the room's end */
            size_t length = write_word(from + at, bytes);
            memcpy(to + written, bytes, length);
            written += length;
            continue;
        }
        for (more = 0; more < RUN_MOST && at + ZEROS_WORD < n && is_zero(from + at + ZEROS_WORD);
             more++)
            at += ZEROS_WORD;
        to[written++] = 0;
        to[written++] = (uint8_t)more;
    }
    return written;
}

bool zeros_length(const uint8_t *bytes, size_t n, size_t *ret_length)
{
    size_t length = 0, at = 0;
    while (at < n) {
        unsigned tag = bytes[at++];
        if (tag == 0 && at < n)
            length += ZEROS_WORD * (size_t)bytes[at];
        at += tag == 0 ? 1 : (size_t)__builtin_popcount(tag);
        length += ZEROS_WORD;
    }
    *ret_length = length;
    return at == n;
}

void zeros_in(const uint8_t *bytes, size_t n, uint8_t *to)
{
    const uint8_t *end = bytes + n;
    while (bytes < end) {
        unsigned tag = *bytes++;
        memset(to, 0, ZEROS_WORD);
        for (unsigned at = 0; tag >> at != 0; at++)
            if ((tag >> at & 1) != 0)
                to[at] = *bytes++;
        to += ZEROS_WORD;
        if (tag == 0) {
            size_t more = ZEROS_WORD * (size_t)*bytes++;
            memset(to, 0, more);
            to += more;
        }
    }
}
