/* A page for receipt and label printers of the ESC/POS family: one raster, nothing native, since
 * every maker's barcodes differ (Epson, ESC/POS reference: ESC @, GS v 0, GS V). */
#include "labels/dots.h"
#include "labels/plain_writer.h"
#include "labels/raster.h"

#define BAND_ROWS 256 /* what printers with little memory take at once */
#define CUT "\x1DVB"  /* feed to the cutter, then cut; the number of further dots follows */

static bool say(const struct page *page, struct fonts *fonts, const struct labels_options *options,
                struct buffer *out, struct error *err)
{
    struct bitmap bitmap;
    if (!raster_page(page, fonts, options->dpi, RASTER_ALL, &bitmap, err))
        return false;
    buffer_text(out, "\x1B@");
    for (int32_t y = 0; y < bitmap.height; y += BAND_ROWS) {
        int32_t rows = bitmap.height - y < BAND_ROWS ? bitmap.height - y : BAND_ROWS;
        const unsigned char head[8] = {0x1D,
                                       'v',
                                       '0',
                                       0,
                                       (unsigned char)bitmap.stride,
                                       (unsigned char)(bitmap.stride >> 8),
                                       (unsigned char)rows,
                                       (unsigned char)(rows >> 8)};
        buffer_add(out, head, sizeof head);
        buffer_add(out, bitmap.bits + (size_t)y * bitmap.stride, (size_t)rows * bitmap.stride);
    }
    buffer_add(out, CUT, sizeof CUT); /* its 0 is the number of dots */
    bitmap_done(&bitmap);
    return true;
}

bool write_escpos_open(struct labels_sink sink, struct fonts *fonts,
                       const struct labels_options *options, struct writer **ret_writer,
                       struct error *err)
{
    struct labels_options own = *options;
    return dots_dpi(options->dpi, &own.dpi, err) &&
           plain_writer_open(say, sink, fonts, &own, ret_writer, err);
}
