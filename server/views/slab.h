/* slab.h - memory for millions of small things of one owner: cut from large blocks that the kernel
 * may back with huge pages, for its cost there is first of all each page's first touch. What is
 * given back is used again for things of its size; the blocks go when the slab does. Private to
 * this folder; no lock inside. */
#ifndef TRAO_SERVER_VIEWS_SLAB_H
#define TRAO_SERVER_VIEWS_SLAB_H

#include <stddef.h>

#define SLAB_STEP 32    /* sizes are rounded up to this */
#define SLAB_MOST 2048u /* larger ones are the C library's */

struct slab_block;
struct slab_free;

/* Zeroed: empty. */
struct slab {
    struct slab_block *blocks;
    unsigned char *at;
    size_t left;
    struct slab_free *free[SLAB_MOST / SLAB_STEP];
};

/* `n` from 1; aligned for any type; NULL without memory. */
void *slab_take(struct slab *slab, size_t n);
/* `n` as it was taken; NULL is fine. */
void slab_give(struct slab *slab, void *taken, size_t n);
/* Gives up all that is not larger than SLAB_MOST; larger things must have been given back. */
void slab_done(struct slab *slab);

#endif
