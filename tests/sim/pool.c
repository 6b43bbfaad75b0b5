#include "tests/sim/pool.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/error.h"

/* A sanitizer watches each piece of the C library's; of ours it would see nothing. */
#ifdef TRAO_SANITIZED
void pool_install(void)
{
}
#else

#define STEP 64
#define LARGEST ((size_t)8 << 10) /* a page with what is beside it, and some */
#define SLICE ((size_t)1 << 20)   /* taken from the C library at a time */

/* Before each piece; as large as what any type is aligned to. */
struct piece {
    _Alignas(max_align_t) size_t n; /* bytes for the caller */
    struct piece *next;             /* spare */
};

static struct piece *spares[LARGEST / STEP + 1];
static uint8_t *slice;
static size_t left;
static atomic_flag busy = ATOMIC_FLAG_INIT;

/* Views are caught up with by threads; nearly always nobody is in the way. */
static void enter(void)
{
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        continue;
}

static void leave(void)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

static size_t rounded(size_t n)
{
    return n == 0 ? STEP : (n + STEP - 1) / STEP * STEP;
}

static struct piece *cut(size_t n)
{
    size_t whole = sizeof(struct piece) + n;
    if (left < whole) {
        slice = malloc(SLICE);
        left = slice != NULL ? SLICE : 0;
    }
    if (left < whole)
        return NULL;
    struct piece *piece = (struct piece *)(void *)slice;
    slice += whole;
    left -= whole;
    piece->n = n;
    return piece;
}

static struct piece *small(size_t n)
{
    enter();
    struct piece *piece = spares[n / STEP];
    if (piece != NULL)
        spares[n / STEP] = piece->next;
    else
        piece = cut(n);
    leave();
    return piece;
}

static struct piece *large(size_t n)
{
    struct piece *piece = malloc(sizeof *piece + n);
    if (piece != NULL)
        piece->n = n;
    return piece;
}

static void *take(int n)
{
    size_t size = rounded((size_t)n);
    struct piece *piece = size <= LARGEST ? small(size) : large(size);
    return piece != NULL ? piece + 1 : NULL;
}

static void give(void *taken)
{
    struct piece *piece = (struct piece *)taken - 1;
    if (piece->n > LARGEST) {
        free(piece);
        return;
    }
    enter();
    piece->next = spares[piece->n / STEP];
    spares[piece->n / STEP] = piece;
    leave();
}

static int size_of(void *taken)
{
    return taken == NULL ? 0 : (int)((struct piece *)taken - 1)->n;
}

static void *resize(void *taken, int n)
{
    if (rounded((size_t)n) == (size_t)size_of(taken))
        return taken;
    void *moved = take(n);
    if (moved == NULL)
        return NULL;
    memcpy(moved, taken, (size_t)(n < size_of(taken) ? n : size_of(taken)));
    give(taken);
    return moved;
}

static int round_up(int n)
{
    return (int)rounded((size_t)n);
}

static int begin(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void end(void *ctx)
{
    (void)ctx;
}

void pool_install(void)
{
    sqlite3_mem_methods methods = {take, give, resize, size_of, round_up, begin, end, NULL};
    invariant(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK);
}

#endif
