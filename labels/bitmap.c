#include "labels/bitmap.h"

#include <stdlib.h>
#include <string.h>

bool bitmap_init(struct bitmap *bitmap, int32_t width, int32_t height)
{
    if (width < 1 || height < 1 || width > BITMAP_SIDE_MAX || height > BITMAP_SIDE_MAX)
        return false;
    size_t stride = ((size_t)width + 7) / 8;
    unsigned char *bits = calloc((size_t)height, stride);
    if (bits == NULL)
        return false;
    *bitmap = (struct bitmap){.width = width, .height = height, .stride = stride, .bits = bits};
    return true;
}

void bitmap_done(struct bitmap *bitmap)
{
    free(bitmap->bits);
    *bitmap = (struct bitmap){0};
}

struct bitmap_box bitmap_clip(const struct bitmap *bitmap, struct bitmap_box box)
{
    int64_t x0 = box.x < 0 ? 0 : box.x;
    int64_t y0 = box.y < 0 ? 0 : box.y;
    int64_t x1 = (int64_t)box.x + box.width;
    int64_t y1 = (int64_t)box.y + box.height;
    x1 = x1 > bitmap->width ? bitmap->width : x1;
    y1 = y1 > bitmap->height ? bitmap->height : y1;
    if (x1 <= x0 || y1 <= y0)
        return (struct bitmap_box){0};
    return (struct bitmap_box){(int32_t)x0, (int32_t)y0, (int32_t)(x1 - x0), (int32_t)(y1 - y0)};
}

/* The bits of the byte that begins at dot `first` which lie in x0 <= x < x1. */
static unsigned char mask(int32_t first, int32_t x0, int32_t x1)
{
    unsigned bits = 0xFF;
    if (x0 > first)
        bits &= 0xFFu >> (x0 - first);
    if (x1 < first + 8)
        bits &= 0xFFu << (first + 8 - x1);
    return (unsigned char)bits;
}

void bitmap_fill(struct bitmap *bitmap, struct bitmap_box asked)
{
    struct bitmap_box box = bitmap_clip(bitmap, asked);
    int32_t end = box.x + box.width;
    for (int32_t y = box.y; y < box.y + box.height; y++) {
        unsigned char *row = bitmap->bits + (size_t)y * bitmap->stride;
        for (int32_t first = box.x / 8 * 8; first < end; first += 8)
            row[first / 8] |= mask(first, box.x, end);
    }
}

size_t bitmap_count(const struct bitmap *bitmap, struct bitmap_box box)
{
    int32_t end = box.x + box.width;
    size_t n = 0;
    for (int32_t y = box.y; y < box.y + box.height; y++) {
        const unsigned char *row = bitmap->bits + (size_t)y * bitmap->stride;
        for (int32_t first = box.x / 8 * 8; first < end; first += 8)
            n += (size_t)__builtin_popcount(row[first / 8] & mask(first, box.x, end));
    }
    return n;
}

/* Widens the first and last byte of a row that hold ink. False: the row is white. */
static bool row_reach(const struct bitmap *bitmap, int32_t y, size_t *first, size_t *last)
{
    const unsigned char *row = bitmap->bits + (size_t)y * bitmap->stride;
    size_t from = 0;
    while (from < bitmap->stride && row[from] == 0)
        from++;
    if (from == bitmap->stride)
        return false;
    size_t to = bitmap->stride - 1;
    while (row[to] == 0)
        to--;
    *first = from < *first ? from : *first;
    *last = to > *last ? to : *last;
    return true;
}

bool bitmap_next_band(const struct bitmap *bitmap, int32_t from, int32_t gap,
                      struct bitmap_box *ret_box)
{
    size_t first = SIZE_MAX;
    size_t last = 0;
    int32_t y = from;
    while (y < bitmap->height && !row_reach(bitmap, y, &first, &last))
        y++;
    if (y >= bitmap->height)
        return false;
    int32_t top = y;
    int32_t bottom = y;
    for (; y < bitmap->height && y - bottom <= gap; y++)
        if (row_reach(bitmap, y, &first, &last))
            bottom = y;
    int32_t width = (int32_t)(last - first + 1) * 8;
    int32_t left = (int32_t)first * 8;
    if (left + width > bitmap->width)
        width = bitmap->width - left;
    *ret_box = (struct bitmap_box){left, top, width, bottom - top + 1};
    return true;
}
