/* layout_style.h - SVG's presentation attributes, as far as the subset takes them: paint, stroke
 * width, type. Inherited from element to element as a value. */
#ifndef TRAO_LABELS_LAYOUT_STYLE_H
#define TRAO_LABELS_LAYOUT_STYLE_H

#include "labels/layout.h"

struct layout_style {
    struct page_paint paint;
    char family[64]; /* empty until the root names it */
    enum font_weight weight;
    int32_t size_um;
    enum layout_align anchor;
    int32_t dx_um; /* sum of the translations above */
    int32_t dy_um;
};

/* What SVG says before any attribute: black fill, no stroke. */
struct layout_style layout_style_initial(void);

/* One attribute, `style` with all its declarations included. On false *ret_why is a borrowed
 * phrase and name or declaration is copied to `which`. */
bool layout_style_set(struct layout_style *style, const char *name, const char *value,
                      char which[LAYOUT_ID_BYTES], const char **ret_why);

#endif
