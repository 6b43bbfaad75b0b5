#include "tests/sim/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/error.h"

/* ---------------------------------------------------------------- the pool */

struct spare {
    struct spare *next;
};

static struct spare *spares;

static uint8_t *lend(void)
{
    struct spare *spare = spares;
    if (spare == NULL)
        spare = malloc(BYTES_PIECE);
    else
        spares = spare->next;
    invariant(spare != NULL);
    return (uint8_t *)spare;
}

static void give_back(uint8_t *piece)
{
    struct spare *spare = (struct spare *)(void *)piece;
    spare->next = spares;
    spares = spare;
}

/* ---------------------------------------------------------------- bytes */

static void reserve(struct bytes *bytes, size_t n)
{
    size_t pieces = (n + BYTES_PIECE - 1) / BYTES_PIECE;
    if (pieces > bytes->room) {
        bytes->room = 2 * pieces;
        bytes->piece = realloc(bytes->piece, bytes->room * sizeof *bytes->piece);
        invariant(bytes->piece != NULL);
    }
    while (bytes->pieces < pieces)
        bytes->piece[bytes->pieces++] = lend();
}

/* As much of n bytes as lies in the piece of `at`. */
static size_t within(size_t at, size_t n)
{
    size_t left = BYTES_PIECE - at % BYTES_PIECE;
    return n < left ? n : left;
}

static uint8_t *place(const struct bytes *bytes, size_t at)
{
    return bytes->piece[at / BYTES_PIECE] + at % BYTES_PIECE;
}

size_t bytes_read(const struct bytes *bytes, size_t at, void *out, size_t n)
{
    size_t there = at < bytes->n ? bytes->n - at : 0;
    size_t got = there < n ? there : n;
    for (size_t done = 0, some; done < got; done += some) {
        some = within(at + done, got - done);
        memcpy((uint8_t *)out + done, place(bytes, at + done), some);
    }
    return got;
}

void bytes_resize(struct bytes *bytes, size_t n)
{
    reserve(bytes, n);
    for (size_t at = bytes->n, some; at < n; at += some) {
        some = within(at, n - at);
        memset(place(bytes, at), 0, some);
    }
    bytes->n = n;
}

void bytes_write(struct bytes *bytes, size_t at, const void *from, size_t n)
{
    if (at > bytes->n)
        bytes_resize(bytes, at);
    reserve(bytes, at + n);
    for (size_t done = 0, some; done < n; done += some) {
        some = within(at + done, n - done);
        memcpy(place(bytes, at + done), (const uint8_t *)from + done, some);
    }
    bytes->n = at + n > bytes->n ? at + n : bytes->n;
}

void bytes_done(struct bytes *bytes)
{
    for (size_t i = 0; i < bytes->pieces; i++)
        give_back(bytes->piece[i]);
    free(bytes->piece);
    *bytes = (struct bytes){.n = 0};
}
