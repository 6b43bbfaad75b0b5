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

/* Somebody who has blocks ready, so that whoever takes need not wait until the kernel has cleared
 * their pages. */
struct slab_larder {
    void *(*take)(void *ctx); /* one of slab_block_new, or NULL: none is ready */
    void *ctx;
};

/* Zeroed: empty. */
struct slab {
    struct slab_larder larder; /* .take NULL: nobody has; goes with slab_done */
    struct slab_block *blocks;
    size_t blocks_n;
    unsigned char *at;
    size_t left;
    struct slab_free *free[SLAB_MOST / SLAB_STEP];
};

/* `n` from 1; aligned for any type; NULL without memory. */
void *slab_take(struct slab *slab, size_t n);
/* `n` as it was taken; NULL is fine. */
void slab_give(struct slab *slab, void *taken, size_t n);
/* n bytes as they are, in huge pages where they fill one: a small page at a time costs more than
 * what is written there. For free(); NULL without memory. */
void *slab_large_new(size_t n);
/* `n` zeroed bytes for a table that is looked up all over: on huge pages when it is large. free()
 * it; NULL without memory. */
void *slab_wide_new(size_t n);
/* A block whose pages are there, for a larder; free() it. NULL without memory. Any thread. */
void *slab_block_new(void);
/* Things of one slab that another thread gives back when it has them at hand, each with its size;
 * the owner takes all of them back at once. Zeroed: none. */
struct slab_returns {
    struct slab_free *first[SLAB_MOST / SLAB_STEP], *last[SLAB_MOST / SLAB_STEP];
};
void slab_return(struct slab_returns *returns, void *taken, size_t n);
void slab_give_all(struct slab *slab, struct slab_returns *returns);
/* Gives up all that is not larger than SLAB_MOST; larger things must have been given back. */
void slab_done(struct slab *slab);

#endif
