/* A page in TSPL2 (TSC, TSPL/TSPL2 Programming): text and art as bitmaps, bars by the printer where
 * they come out as the page has them, otherwise as boxes (BAR).
 *
 * Bitmaps come first: they overwrite, white included; everything else is set upon them. */
#include "labels/dots.h"
#include "labels/native.h"
#include "labels/plain_writer.h"
#include "labels/raster.h"
#include "protocol/utf8.h"

#define BAND_GAP 16      /* white rows worth a new bitmap */
#define QR_MODULE_MAX 10 /* QRCODE's cell width */

/* Rows of whole bytes, 0 is ink; a dot beyond the crop is white. */
static void put_bitmap(struct buffer *out, const struct bitmap *bitmap, struct bitmap_box box)
{
    size_t bytes = ((size_t)box.width + 7) / 8;
    buffer_format(out, "BITMAP %d,%d,%zu,%d,0,", box.x, box.y, bytes, box.height);
    for (int32_t y = box.y; y < box.y + box.height; y++) {
        const unsigned char *row = bitmap->bits + (size_t)y * bitmap->stride + box.x / 8;
        unsigned char *to = buffer_room(out, bytes);
        for (size_t i = 0; to != NULL && i < bytes; i++)
            to[i] = (unsigned char)~row[i];
        out->n += to == NULL ? 0 : bytes;
    }
    buffer_text(out, "\r\n");
}

static bool put_bitmaps(const struct page *page, struct fonts *fonts,
                        const struct labels_options *options, struct buffer *out, struct error *err)
{
    struct bitmap bitmap;
    struct bitmap_box band;
    unsigned parts = options->native_text ? 0 : RASTER_TEXT;
    if (!raster_page(page, fonts, options->dpi, parts, &bitmap, err))
        return false;
    for (int32_t y = 0; bitmap_next_band(&bitmap, y, BAND_GAP, &band); y = band.y + band.height)
        put_bitmap(out, &bitmap, band);
    bitmap_done(&bitmap);
    return true;
}

/* One byte between quotes; control characters are blanks (a text has none, this is the last
 * door). */
static void put_byte(struct buffer *out, unsigned char byte)
{
    if (byte < ' ' || byte == 0x7F)
        byte = ' ';
    if (byte == '"')
        buffer_text(out, "\\[\"]");
    else
        buffer_add(out, &byte, 1);
}

static void put_bytes(struct buffer *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_byte(out, (unsigned char)text[i]);
}

/* "128M": code sets by hand, !104 and !105 start in B and C, !100 and !099 change. */
static bool put_code128(struct buffer *out, const struct dots_symbol *symbol)
{
    struct native_code128 code;
    const char *text = symbol->text;
    for (const char *at = text; *at != '\0'; at++)
        if (*at == '!' || *at == '"' || *at == '\\')
            return false;
    if (!native_code128(symbol, &code))
        return false;
    buffer_format(out, "BARCODE %d,%d,\"128M\",%d,0,0,%d,%d,\"", symbol->x, symbol->y, symbol->row,
                  symbol->module, symbol->module);
    for (size_t i = 0; i < code.n; i++) {
        const struct native_piece *piece = &code.pieces[i];
        if (i == 0)
            buffer_text(out, piece->pairs ? "!105" : "!104");
        else
            buffer_text(out, piece->pairs ? "!099" : "!100");
        put_bytes(out, text + piece->first, piece->n);
    }
    buffer_text(out, "\"\r\n");
    return true;
}

/* M2: the QR that phones read; the older M1 is the default of some firmware. */
static void put_qr(struct buffer *out, const struct dots_symbol *symbol)
{
    buffer_format(out, "QRCODE %d,%d,M,%d,A,0,M2,S7,\"%s\"\r\n", symbol->x, symbol->y,
                  symbol->module, symbol->text);
}

static void put_data_matrix(struct buffer *out, const struct dots_symbol *symbol)
{
    const struct symbol *modules = &symbol->modules;
    buffer_format(out, "DMATRIX %d,%d,%d,%d,x%d,%d,%d,\"%s\"\r\n", symbol->x, symbol->y,
                  modules->columns * symbol->module, modules->rows * symbol->module, symbol->module,
                  modules->rows, modules->columns, symbol->text);
}

static void put_boxes(struct buffer *out, const struct dots_symbol *symbol)
{
    const struct symbol *modules = &symbol->modules;
    for (int row = 0; row < modules->rows; row++)
        for (int column = 0; column < modules->columns; column++) {
            int first = column;
            while (column < modules->columns && symbol_dark(modules, row, column))
                column++;
            if (column > first)
                buffer_format(out, "BAR %d,%d,%d,%d\r\n", symbol->x + first * symbol->module,
                              symbol->y + row * symbol->row, (column - first) * symbol->module,
                              symbol->row);
        }
}

static void put_symbol(struct buffer *out, const struct dots_symbol *symbol)
{
    bool native = false;
    switch (symbol->modules.kind) {
    case SYMBOL_CODE128:
        native = put_code128(out, symbol);
        break;
    case SYMBOL_QR:
        native = native_qr(symbol) && symbol->module <= QR_MODULE_MAX;
        if (native)
            put_qr(out, symbol);
        break;
    case SYMBOL_DATAMATRIX:
        native = native_data_matrix(symbol);
        if (native)
            put_data_matrix(out, symbol);
        break;
    }
    if (!native)
        put_boxes(out, symbol);
}

/* A line of black text by the printer's scalable font "0", which is placed by its top. */
static void put_run(struct buffer *out, const struct page *page, const struct fonts *fonts,
                    const struct page_run *run, unsigned dpi)
{
    const struct font_metrics *metrics = font_metrics(fonts, run->weight);
    int64_t ascent_um = (int64_t)metrics->ascender * run->size_um / metrics->units_per_em;
    int32_t points = (int32_t)((int64_t)run->size_um * PAGE_PT_PER_INCH / PAGE_UM_PER_INCH);
    char character[UTF8_CHAR_MAX];
    buffer_format(out, "TEXT %d,%d,\"0\",0,%d,%d,\"", dots_of_um(dpi, run->x_um),
                  dots_of_um(dpi, run->y_um - ascent_um), points, points);
    for (size_t i = 0; i < run->text_n; i++) {
        const char *utf8 = utf8_write(page->text[run->text_first + i], character);
        for (; *utf8 != '\0'; utf8++)
            put_byte(out, (unsigned char)*utf8);
    }
    buffer_text(out, "\"\r\n");
}

/* A length in millimetres, as micrometres with a point. */
static void put_mm(struct buffer *out, int32_t um, const char *end)
{
    buffer_format(out, "%d.%03d mm%s", um / 1000, um % 1000, end);
}

static bool say(const struct page *page, struct fonts *fonts, const struct labels_options *options,
                struct buffer *out, struct error *err)
{
    unsigned dpi = options->dpi;
    buffer_text(out, "SIZE ");
    put_mm(out, page->width_um, ",");
    put_mm(out, page->height_um, "\r\nCODEPAGE UTF-8\r\nREFERENCE 0,0\r\nCLS\r\n");
    if (!put_bitmaps(page, fonts, options, out, err))
        return false;
    for (size_t i = 0; i < page->n_runs && options->native_text; i++)
        if (page->runs[i].rgb == PAGE_BLACK && page->runs[i].text_n > 0)
            put_run(out, page, fonts, &page->runs[i], dpi);
    for (size_t i = 0; i < page->n_bars; i++) {
        struct dots_symbol symbol;
        if (!dots_symbol(page, &page->bars[i], dpi, &symbol, err))
            return false;
        put_symbol(out, &symbol);
    }
    buffer_text(out, "PRINT 1,1\r\n");
    return true;
}

bool write_tspl_open(struct labels_sink sink, struct fonts *fonts,
                     const struct labels_options *options, struct writer **ret_writer,
                     struct error *err)
{
    struct labels_options own = *options;
    return dots_dpi(options->dpi, &own.dpi, err) &&
           plain_writer_open(say, sink, fonts, &own, ret_writer, err);
}
