/* compose_parts.h - one box of a layout filled: a text, frames with digits, a symbol. What labels
 * and lists are composed of. */
#ifndef TRAO_LABELS_COMPOSE_PARTS_H
#define TRAO_LABELS_COMPOSE_PARTS_H

#include "labels/compose.h"
#include "labels/text.h"
#include "labels/values.h"

struct composer {
    const struct layout *layout;
    struct fonts *fonts;
    struct symbol_maker *maker;
    struct page stencil; /* the art's texts as runs, shaped once for all labels */
    struct page *page;   /* the one in the making */
    struct labels_report report;
};

/* Adds characters first .. first + n of a text at a place. */
void compose_characters(struct page *page, const struct text *text, size_t first, size_t n,
                        struct page_run run);

/* Reads a text and fits it into a box. */
must_use bool compose_fit(const struct layout_box *box, struct fonts *fonts, const char *value,
                          struct text *ret_text, struct text_fit *ret_fit, struct error *err);

/* The text in its box; what had to be changed is noted in the report. */
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
