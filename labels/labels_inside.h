/* labels_inside.h - what an open `struct labels` holds. For labels.c and labels_many.c alone. */
#ifndef TRAO_LABELS_INSIDE_H
#define TRAO_LABELS_INSIDE_H

#include "labels/compose.h"
#include "labels/tongue.h"

#define LABELS_HELPERS_MAX 7 /* beside the caller's own thread */
#define LABELS_SLOTS 16      /* pages laid out ahead of the writer */

struct labels {
    struct layout *layout;
    struct fonts *fonts;
    struct composer *composer;
    struct page page;      /* in the making; its memory serves every page */
    size_t place;          /* for the next label on it */
    bool begun;            /* a label stands on it */
    struct writer *writer; /* NULL between jobs */
    /* Other threads' own fonts and composer, opened when first needed (labels_add_many). */
    struct {
        struct fonts *fonts;
        struct composer *composer;
    } helpers[LABELS_HELPERS_MAX];
    size_t n_helpers;
    struct page slots[LABELS_SLOTS];
};

/* Writes the page in the making and begins an empty one. */
must_use bool labels_write_page(struct labels *labels, struct error *err);

#endif
