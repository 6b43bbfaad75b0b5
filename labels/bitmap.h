/* bitmap.h - black and white dots, as a thermal head sets them. Rows are whole bytes, the leftmost
 * dot is the highest bit, 1 is ink. Owner: whoever called bitmap_init calls bitmap_done. */
#ifndef TRAO_LABELS_BITMAP_H
#define TRAO_LABELS_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITMAP_SIDE_MAX 32767 /* dots; 1.3 m at 600 dpi. Keeps every product of two within 2^31 */

struct bitmap {
    int32_t width;
    int32_t height;
    size_t stride; /* bytes a row */
    unsigned char *bits;
};

struct bitmap_box {
    int32_t x;
    int32_t y;
    int32_t width;
    int32_t height;
};

/* All white. False: no memory, or a side that is not 1 to BITMAP_SIDE_MAX. */
bool bitmap_init(struct bitmap *bitmap, int32_t width, int32_t height);
void bitmap_done(struct bitmap *bitmap);

static inline bool bitmap_ink(const struct bitmap *bitmap, int32_t x, int32_t y)
{
    return (bitmap->bits[(size_t)y * bitmap->stride + (size_t)x / 8] >> (7 - x % 8) & 1) != 0;
}

/* Blackens a rectangle; what lies outside the bitmap is left out. */
void bitmap_fill(struct bitmap *bitmap, struct bitmap_box box);

/* The part of a box that lies on the bitmap; width and height may become 0. */
struct bitmap_box bitmap_clip(const struct bitmap *bitmap, struct bitmap_box box);

/* Dots of ink in a box that lies on the bitmap. */
size_t bitmap_count(const struct bitmap *bitmap, struct bitmap_box box);

/* The next stretch of rows from row `from` on that has ink, cropped to its ink but for x, which
 * lies on a whole byte; it ends where `gap` white rows follow. False: there is no ink any more. */
bool bitmap_next_band(const struct bitmap *bitmap, int32_t from, int32_t gap,
                      struct bitmap_box *ret_box);

#endif
