/* feed.h - an input read from its front, for targets that take it for instructions: numbers first.
 * What is used up reads as zeros. */
#ifndef TRAO_TESTS_FUZZ_FEED_H
#define TRAO_TESTS_FUZZ_FEED_H

#include <stddef.h>
#include <stdint.h>

struct feed {
    const uint8_t *at;
    size_t n;
};

/* The next bytes as a number, at most eight of them, the highest first. */
static inline uint64_t feed_number(struct feed *feed, size_t bytes)
{
    uint64_t value = 0;
    for (; bytes > 0; bytes--) {
        value = value << 8 | (feed->n > 0 ? *feed->at : 0);
        feed->at += feed->n > 0;
        feed->n -= feed->n > 0;
    }
    return value;
}

#endif
