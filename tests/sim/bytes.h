/* bytes.h - what a file in memory holds: pieces that are lent from a pool and go back to it, so
 * that a file that grows is never copied and a world that ends leaves the next one its memory.
 * Callers see to it that one thread at a time calls any of these (memory.c has a lock).
 */
#ifndef TRAO_TESTS_SIM_BYTES_H
#define TRAO_TESTS_SIM_BYTES_H

#include <stddef.h>
#include <stdint.h>

#define BYTES_PIECE ((size_t)32 << 10)

struct bytes {
    uint8_t **piece;
    size_t pieces, room; /* pieces there, and places for them */
    size_t n;
};

/* Copies what is there from `at` on, at most `n`; returns how much that was. */
size_t bytes_read(const struct bytes *bytes, size_t at, void *out, size_t n);
/* What lies between the end and `at` is zeros. */
void bytes_write(struct bytes *bytes, size_t at, const void *from, size_t n);
/* What is gained is zeros. */
void bytes_resize(struct bytes *bytes, size_t n);
void bytes_done(struct bytes *bytes);

#endif
