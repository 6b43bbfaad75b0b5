/* compose_parts.h - one box of a layout filled: a text, frames with digits, a symbol. What labels
 * and lists are composed of. */
#ifndef TRAO_LABELS_COMPOSE_PARTS_H
#define TRAO_LABELS_COMPOSE_PARTS_H

#include "labels/compose.h"
#include "labels/text.h"
#include "labels/values.h"

/* A text fitted into a box. */
struct compose_fitted {
    struct text text;
    struct text_fit fit;
};

struct composer {
    const struct layout *layout;
    struct fonts *fonts;
    struct symbol_maker *maker;
    struct page stencil; /* the art's texts as runs, shaped once for all labels */
    struct page *page;   /* the one in the making */
    struct labels_report report;
    /* For each box the one that it rests on, and whether another rests on it. */
    struct {
        const struct layout_box *below;
        bool has_upper;
    } rests[LAYOUT_BOXES_MAX];
    struct compose_fitted fitted; /* the text in hand */
    struct compose_fitted below;  /* and the one that its box rests on */
};

/* Adds characters first .. first + n of a text at a place. */
void compose_characters(struct page *page, const struct text *text, size_t first, size_t n,
                        struct page_run run);

/* Reads a text and fits it into a box. */
must_use bool compose_fit(struct composer *c, const struct layout_box *box, const char *value,
                          struct compose_fitted *to, struct error *err);

/* Draws what was fitted at the place of `box`; what had to be changed is noted in the report. */
must_use bool compose_fitted(struct composer *c, const struct layout_box *box,
                             const struct compose_fitted *fitted, struct error *err);

/* Both: the text in its box. */
must_use bool compose_text(struct composer *c, const struct layout_box *box, const char *value,
                           struct error *err);

/* One frame for each digit, its digit in the middle; without digits they are left for the pen. */
must_use bool compose_digits(struct composer *c, const struct layout_box *box, const char *digits,
                             struct error *err);

/* A symbol, its quiet zone inside the box. */
must_use bool compose_symbol(struct composer *c, const struct layout_box *box, enum symbology kind,
                             const char *code, struct error *err);

/* A level or upright line of the page's own, 0.2 mm. */
void compose_rule(struct page *page, int32_t x0_um, int32_t y0_um, int32_t x1_um, int32_t y1_um);

/* Begins a page's report and adds all boxes of the layout, and its art as far as `when` shows it
 * (marks, LAYOUT_WHEN_LAST_SHEET). */
must_use bool compose_drawing(struct composer *c, const struct values *values, unsigned when,
                              struct page *page, struct error *err);

#endif
