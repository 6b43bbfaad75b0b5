/* A page as a PNG (ISO/IEC 15948): one bit a dot at a printer's dpi, or a smooth preview in colour
 * for screens. The picture says its own resolution, so that it prints in its true size. */
#include "labels/dots.h"
#include "labels/plain_writer.h"
#include "labels/raster.h"

#include <stdlib.h>
#include <zlib.h>

#define PREVIEW_DPI_USUAL 96
#define PREVIEW_DPI_MAX 600

enum colour_type { GREY = 0, RGB = 2 };

static void put32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (24 - 8 * i));
}

static void put_chunk(struct buffer *out, const char type[4], const unsigned char *data, size_t n)
{
    unsigned char word[4];
    put32(word, (uint32_t)n);
    buffer_add(out, word, sizeof word);
    buffer_add(out, type, 4);
    buffer_add(out, data, n);
    uLong crc = crc32(crc32(0, (const unsigned char *)type, 4), data, (uInt)n);
    put32(word, (uint32_t)crc);
    buffer_add(out, word, sizeof word);
}

static void put_head(struct buffer *out, int32_t width, int32_t height, unsigned char bits,
                     enum colour_type type, uint32_t dots_a_m)
{
    unsigned char head[13] = {[8] = bits, [9] = (unsigned char)type};
    unsigned char size[9] = {[8] = 1}; /* in metres */
    put32(head, (uint32_t)width);
    put32(head + 4, (uint32_t)height);
    put32(size, dots_a_m);
    put32(size + 4, dots_a_m);
    buffer_text(out, "\x89PNG\r\n\x1A\n");
    put_chunk(out, "IHDR", head, sizeof head);
    put_chunk(out, "pHYs", size, sizeof size);
}

/* Rows without a filter, each after a byte that says so. */
static void put_rows(struct buffer *out, const unsigned char *rows, size_t row_bytes, size_t n,
                     unsigned char flip)
{
    struct buffer plain = {0};
    struct buffer packed = {0};
    unsigned char *to = buffer_room(&plain, n * (row_bytes + 1));
    for (size_t y = 0; to != NULL && y < n; y++) {
        *to++ = 0;
        for (size_t i = 0; i < row_bytes; i++)
            *to++ = rows[y * row_bytes + i] ^ flip;
    }
    uLong size = (uLong)(n * (row_bytes + 1));
    uLongf packed_n = compressBound(size);
    unsigned char *room = buffer_room(&packed, packed_n);
    if (to == NULL || room == NULL || compress(room, &packed_n, plain.bytes, size) != Z_OK)
        out->failed = true;
    else
        put_chunk(out, "IDAT", room, packed_n);
    buffer_done(&packed);
    buffer_done(&plain);
    put_chunk(out, "IEND", (const unsigned char *)"", 0);
}

static bool say_dots(const struct page *page, struct fonts *fonts,
                     const struct labels_options *options, struct buffer *out, struct error *err)
{
    struct bitmap bitmap;
    if (!raster_page(page, fonts, options->dpi, RASTER_ALL, &bitmap, err))
        return false;
    put_head(out, bitmap.width, bitmap.height, 1, GREY, dots_per_m(options->dpi));
    put_rows(out, bitmap.bits, bitmap.stride, (size_t)bitmap.height, 0xFF); /* PNG's 1 is white */
    bitmap_done(&bitmap);
    return true;
}

static bool say_preview(const struct page *page, struct fonts *fonts,
                        const struct labels_options *options, struct buffer *out, struct error *err)
{
    struct raster_picture picture;
    if (!raster_preview(page, fonts, options->dpi, &picture, err))
        return false;
    put_head(out, picture.width, picture.height, 8, RGB, dots_per_m(options->dpi));
    put_rows(out, picture.rgb, (size_t)picture.width * 3, (size_t)picture.height, 0);
    free(picture.rgb);
    return true;
}

bool write_png_open(struct labels_sink sink, struct fonts *fonts,
                    const struct labels_options *options, struct writer **ret_writer,
                    struct error *err)
{
    struct labels_options own = *options;
    if (!options->preview)
        return dots_dpi(options->dpi, &own.dpi, err) &&
               plain_writer_open(say_dots, sink, fonts, &own, ret_writer, err);
    if (own.dpi == 0)
        own.dpi = PREVIEW_DPI_USUAL;
    if (own.dpi > PREVIEW_DPI_MAX)
        return error_set(err, ERROR_BAD_INPUT, "a preview has at most %d dpi, not %u",
                         PREVIEW_DPI_MAX, own.dpi);
    return plain_writer_open(say_preview, sink, fonts, &own, ret_writer, err);
}
