/* raster.h - a page as dots. The one door to cairo.
 *
 * Without antialiasing: a dot has ink when its middle lies inside a shape. Glyphs are the font's
 * own outlines, symbols stand on whole dots (dots.h). A colour is ink when it is darker than middle
 * grey.
 */
#ifndef TRAO_LABELS_RASTER_H
#define TRAO_LABELS_RASTER_H

#include "labels/bitmap.h"
#include "labels/page.h"

/* What is drawn, to be OR-ed; outlines and coloured text always are. */
enum raster_parts {
    RASTER_TEXT = 1 << 0, /* black text */
    RASTER_BARS = 1 << 1, /* symbols */
    RASTER_ALL = RASTER_TEXT | RASTER_BARS,
};

/* The page's dots at a printer's dpi (203, 300, 600); bitmap_done afterwards. ERROR_BAD_INPUT: the
 * page or a symbol does not suit that dpi. */
must_use bool raster_page(const struct page *page, const struct fonts *fonts, unsigned dpi,
                          unsigned parts, struct bitmap *ret_bitmap, struct error *err);

/* For screens: smooth, in colour. Three bytes a dot: red, green, blue; free() afterwards. */
struct raster_picture {
    int32_t width;
    int32_t height;
    unsigned char *rgb;
};
must_use bool raster_preview(const struct page *page, const struct fonts *fonts, unsigned dpi,
                             struct raster_picture *ret_picture, struct error *err);

#endif
