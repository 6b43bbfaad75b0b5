#include "server/views/slab.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_BLOCK ((size_t)64 << 10) /* a small office needs no more */
#define SMALL_BLOCKS 3                 /* 64 KB, 256 KB, 1 MB: a town needs no huge page */
#define HUGE_PAGE ((size_t)2 << 20)
#define BLOCK (4 * HUGE_PAGE)
#define PAGE 4096

#define LINE 64 /* what comes near the processor at once */

struct slab_block {
    struct slab_block *next;
    void *fill[LINE / sizeof(void *) - 1]; /* what follows begins with a line */
};

struct slab_free {
    struct slab_free *next;
};

static size_t rounded(size_t n)
{
    return (n + SLAB_STEP - 1) / SLAB_STEP * SLAB_STEP;
}

/* Whole huge pages; that the kernel has none is no failure. */
static void *huge(size_t n)
{
    void *block = aligned_alloc(HUGE_PAGE, n);
    if (block != NULL)
        (void)madvise(block, n, MADV_HUGEPAGE);
    return block;
}

static void *large_block(void)
{
    return huge(BLOCK);
}

void *slab_large_new(size_t n)
{
    return n < HUGE_PAGE ? malloc(n) : huge((n + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
}

void *slab_wide_new(size_t n)
{
    if (n % HUGE_PAGE != 0)
        return calloc(1, n);
    void *wide = huge(n);
    if (wide != NULL)
        memset(wide, 0, n);
    return wide;
}

void *slab_block_new(void)
{
    volatile unsigned char *block = large_block();
    for (size_t at = 0; block != NULL && at < BLOCK; at += PAGE)
        block[at] = 0;
    return (void *)block;
}

/* The first ones small, the others large. */
static struct slab_block *block_new(const struct slab *slab, size_t *ret_n)
{
    if (slab->blocks_n < SMALL_BLOCKS) {
        *ret_n = FIRST_BLOCK << (2 * slab->blocks_n);
        return aligned_alloc(LINE, *ret_n);
    }
    *ret_n = BLOCK;
    void *ready = slab->larder.take == NULL ? NULL : slab->larder.take(slab->larder.ctx);
    return ready != NULL ? ready : large_block();
}

static void *cut(struct slab *slab, size_t n)
{
    if (slab->left < n) {
        size_t size;
        struct slab_block *block = block_new(slab, &size);
        if (block == NULL)
            return NULL;
        block->next = slab->blocks;
        slab->blocks = block;
        slab->blocks_n++;
        slab->at = (unsigned char *)(block + 1);
        slab->left = size - sizeof *block;
    }
    void *taken = slab->at;
    slab->at += n;
    slab->left -= n;
    return taken;
}

/* Under a sanitizer each thing stands alone, so that it is watched. */
#ifdef TRAO_SANITIZED
#define IS_ALONE(n) ((void)(n), true)
#else
#define IS_ALONE(n) ((n) > SLAB_MOST)
#endif

void *slab_take(struct slab *slab, size_t n)
{
    if (IS_ALONE(n))
        return malloc(n);
    size_t size = rounded(n);
    struct slab_free **free_ones = &slab->free[size / SLAB_STEP - 1], *taken = *free_ones;
    if (taken == NULL)
        return cut(slab, size);
    *free_ones = taken->next;
    if (*free_ones != NULL)
        __builtin_prefetch(*free_ones, 1); /* far away, and soon taken */
    return taken;
}

void slab_give(struct slab *slab, void *taken, size_t n)
{
    if (taken == NULL)
        return;
    if (IS_ALONE(n)) {
        free(taken);
        return;
    }
    struct slab_free *one = taken, **free_ones = &slab->free[rounded(n) / SLAB_STEP - 1];
    one->next = *free_ones;
    *free_ones = one;
}

void slab_return(struct slab_returns *returns, void *taken, size_t n)
{
    if (IS_ALONE(n)) {
        free(taken);
        return;
    }
    struct slab_free *one = taken;
    size_t size = rounded(n) / SLAB_STEP - 1;
    one->next = returns->first[size];
    returns->first[size] = one;
    if (one->next == NULL)
        returns->last[size] = one;
}

void slab_give_all(struct slab *slab, struct slab_returns *returns)
{
    for (size_t size = 0; size < SLAB_MOST / SLAB_STEP; size++) {
        if (returns->first[size] == NULL)
            continue;
        returns->last[size]->next = slab->free[size];
        slab->free[size] = returns->first[size];
        returns->first[size] = NULL;
    }
}

void slab_done(struct slab *slab)
{
    for (struct slab_block *block = slab->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    *slab = (struct slab){0};
}
