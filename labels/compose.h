/* compose.h - a label set into a layout: the page. Pure but for the font's shaper. */
#ifndef TRAO_LABELS_COMPOSE_H
#define TRAO_LABELS_COMPOSE_H

#include "labels/layout.h"
#include "labels/page.h"

/* What only a font can tell about a layout: its texts have all their letters and stand where they
 * may, its boxes are high enough for their lines at the least size. */
must_use bool compose_check(const struct layout *layout, struct fonts *fonts, struct error *err);

/* Lays out one label. ERROR_BAD_INPUT names the field; the page then holds half a label and must
 * not be drawn. */
must_use bool compose_page(const struct layout *layout, struct fonts *fonts,
                           const struct label *label, struct page *page,
                           struct labels_report *ret_report, struct error *err);

#endif
