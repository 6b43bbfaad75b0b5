/* compose.h - a label or a list set into a layout: pages. Pure but for the font's shaper and zint's
 * room, so one `struct composer` serves one thread at a time. */
#ifndef TRAO_LABELS_COMPOSE_H
#define TRAO_LABELS_COMPOSE_H

#include "labels/layout.h"
#include "labels/page.h"

struct composer;

/* Checks what only a font can tell about a layout: its texts have all their letters and stand where
 * they may, its boxes are high enough for their lines at the least size. Layout and fonts are
 * borrowed until close, which accepts NULL. */
must_use bool composer_open(const struct layout *layout, struct fonts *fonts,
                            struct composer **ret_composer, struct error *err);
void composer_close(struct composer *composer);

/* The size of the page that goes through the printer; labels on it. */
void compose_size(const struct layout *layout, int32_t *ret_width_um, int32_t *ret_height_um);
size_t compose_places(const struct layout *layout);

/* Empties a page and makes it ready for labels: the 50 mm line of a sheet. */
must_use bool compose_begin(struct composer *composer, struct page *page, struct error *err);

/* Adds one label to a page at place 0 to compose_places - 1. ERROR_BAD_INPUT names the field; the
 * page is then as it was. */
must_use bool compose_label(struct composer *composer, const struct label *label, size_t place,
                            struct page *page, struct labels_report *ret_report, struct error *err);

/* Checks all rows of a list; how many pages it fills. ERROR_BAD_INPUT names row and field. */
must_use bool compose_list_pages(const struct composer *composer, const struct labels_row *rows,
                                 size_t n, size_t *ret_pages, struct error *err);

/* Lays out page 0 to pages - 1 of a list onto an empty page. */
must_use bool compose_list(struct composer *composer, const struct label *head,
                           const struct labels_row *rows, size_t n, size_t number,
                           struct page *page, struct labels_report *ret_report, struct error *err);

#endif
