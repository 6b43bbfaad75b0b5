/* A page in ZPL II (Zebra, ZPL II Programming Guide): text and art as one-bit graphics (^GF), bars
 * by the printer (^BC, ^BQ, ^BX) where they come out as the page has them, otherwise as boxes
 * (^GB).
 *
 * Data stands behind ^FH: whatever a name holds, no ^ or ~ of it reaches the printer as a command.
 */
#include "labels/dots.h"
#include "labels/native.h"
#include "labels/plain_writer.h"
#include "labels/raster.h"
#include "protocol/utf8.h"

#include <string.h>

#define BAND_GAP 16      /* white rows worth a new graphic */
#define QR_DROP 10       /* dots that a ^FO QR is printed lower: the bar height of ^BY */
#define QR_MODULE_MAX 10 /* ^BQ's magnification */

/* ------------------------------------------------------------------ graphics */

/* Repetition counts of the guide's compression: G to Y are 1 to 19, g to z are 20 to 400. */
static void put_repeated(struct buffer *out, char digit, size_t n)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; n > 419; n -= 400)
        buffer_text(out, (const char[]){'z', digits[(int)digit], '\0'});
    char text[4];
    size_t used = 0;
    if (n >= 20)
        text[used++] = (char)('g' + (n / 20 - 1));
    if (n % 20 != 0 && n > 1)
        text[used++] = (char)('G' + (n % 20 - 1));
    text[used++] = digits[(int)digit];
    buffer_add(out, text, used);
}

static char nibble(const unsigned char *row, size_t i)
{
    return (char)(i % 2 == 0 ? row[i / 2] >> 4 : row[i / 2] & 15);
}

/* A row of hex digits; a comma says that the rest is white. */
static void put_row(struct buffer *out, const unsigned char *row, size_t bytes)
{
    size_t end = 2 * bytes;
    while (end > 0 && nibble(row, end - 1) == 0)
        end--;
    for (size_t i = 0; i < end;) {
        size_t from = i;
        while (i < end && nibble(row, i) == nibble(row, from))
            i++;
        put_repeated(out, nibble(row, from), i - from);
    }
    if (end < 2 * bytes)
        buffer_text(out, ",");
}

/* A band of the bitmap; a colon says that a row is as the one before. */
static void put_graphic(struct buffer *out, const struct bitmap *bitmap, struct bitmap_box box)
{
    size_t bytes = ((size_t)box.width + 7) / 8;
    size_t total = bytes * (size_t)box.height;
    buffer_format(out, "^FO%d,%d^GFA,%zu,%zu,%zu,", box.x, box.y, total, total, bytes);
    const unsigned char *before = NULL;
    for (int32_t y = box.y; y < box.y + box.height; y++) {
        const unsigned char *row = bitmap->bits + (size_t)y * bitmap->stride + box.x / 8;
        if (before != NULL && memcmp(before, row, bytes) == 0)
            buffer_text(out, ":");
        else
            put_row(out, row, bytes);
        before = row;
    }
    buffer_text(out, "^FS\n");
}

static bool put_graphics(const struct page *page, struct fonts *fonts,
                         const struct labels_options *options, struct buffer *out,
                         struct error *err)
{
    struct bitmap bitmap;
    struct bitmap_box band;
    unsigned parts = options->native_text ? 0 : RASTER_TEXT;
    if (!raster_page(page, fonts, options->dpi, parts, &bitmap, err))
        return false;
    for (int32_t y = 0; bitmap_next_band(&bitmap, y, BAND_GAP, &band); y = band.y + band.height)
        put_graphic(out, &bitmap, band);
    bitmap_done(&bitmap);
    return true;
}

/* ------------------------------------------------------------------ data */

/* One byte of data: what means something to the printer goes as _XX; control characters are
 * blanks (a text has none, this is the last door). */
static void put_byte(struct buffer *out, unsigned char byte)
{
    if (byte < ' ' || byte == 0x7F)
        byte = ' ';
    if (byte == '^' || byte == '~' || byte == '_' || byte == '\\')
        buffer_format(out, "_%02X", byte);
    else
        buffer_add(out, &byte, 1);
}

/* In ^BC data '>' begins an invocation code; a literal one is ">0". */
static void put_code128_data(struct buffer *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] == '>')
            buffer_text(out, ">0");
        else
            put_byte(out, (unsigned char)text[i]);
}

static void put_code128(struct buffer *out, const struct dots_symbol *symbol,
                        const struct native_code128 *code)
{
    buffer_format(out, "^FO%d,%d^BY%d,3,%d^BCN,%d,N,N,N,N^FH_^FD", symbol->x, symbol->y,
                  symbol->module, symbol->row, symbol->row);
    for (size_t i = 0; i < code->n; i++) {
        const struct native_piece *piece = &code->pieces[i];
        if (i == 0)
            buffer_text(out, piece->pairs ? ">;" : ">:");
        else
            buffer_text(out, piece->pairs ? ">5" : ">6");
        put_code128_data(out, symbol->text + piece->first, piece->n);
    }
    buffer_text(out, "^FS\n");
}

/* "MA,": ECC M, automatic mode; without the three the first three characters would be eaten. */
static void put_qr(struct buffer *out, const struct dots_symbol *symbol)
{
    buffer_format(out, "^FO%d,%d^BY%d,3,%d^BQN,2,%d,M^FH_^FDMA,", symbol->x, symbol->y - QR_DROP,
                  symbol->module, QR_DROP, symbol->module);
    for (const char *at = symbol->text; *at != '\0'; at++)
        put_byte(out, (unsigned char)*at);
    buffer_text(out, "^FS\n");
}

/* 200: ECC 200; columns and rows are told, so that the printer chooses no rectangle. */
static void put_data_matrix(struct buffer *out, const struct dots_symbol *symbol)
{
    buffer_format(out, "^FO%d,%d^BXN,%d,200,%d,%d^FD%s^FS\n", symbol->x, symbol->y, symbol->module,
                  symbol->modules.columns, symbol->modules.rows, symbol->text);
}

static void put_boxes(struct buffer *out, const struct dots_symbol *symbol)
{
    const struct symbol *modules = &symbol->modules;
    for (int row = 0; row < modules->rows; row++)
        for (int column = 0; column < modules->columns; column++) {
            int first = column;
            while (column < modules->columns && symbol_dark(modules, row, column))
                column++;
            int width = (column - first) * symbol->module;
            if (width > 0) /* as thick as its lesser side: filled */
                buffer_format(out, "^FO%d,%d^GB%d,%d,%d^FS\n", symbol->x + first * symbol->module,
                              symbol->y + row * symbol->row, width, symbol->row,
                              width < symbol->row ? width : symbol->row);
        }
}

static void put_symbol(struct buffer *out, const struct dots_symbol *symbol)
{
    struct native_code128 code;
    bool native = false;
    switch (symbol->modules.kind) {
    case SYMBOL_CODE128:
        native = native_code128(symbol, &code);
        if (native)
            put_code128(out, symbol, &code);
        break;
    case SYMBOL_QR:
        native = native_qr(symbol) && symbol->module <= QR_MODULE_MAX && symbol->y >= QR_DROP;
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

/* ------------------------------------------------------------------ page */

/* A line of black text by the printer's scalable font, its baseline where the page has it. */
static void put_run(struct buffer *out, const struct page *page, const struct page_run *run,
                    unsigned dpi)
{
    char character[UTF8_CHAR_MAX];
    int32_t size = dots_of_um(dpi, run->size_um);
    buffer_format(out, "^FT%d,%d^A0N,%d,%d^FH_^FD", dots_of_um(dpi, run->x_um),
                  dots_of_um(dpi, run->y_um), size, size);
    for (size_t i = 0; i < run->text_n; i++) {
        const char *utf8 = utf8_write(page->text[run->text_first + i], character);
        for (; *utf8 != '\0'; utf8++)
            put_byte(out, (unsigned char)*utf8);
    }
    buffer_text(out, "^FS\n");
}

static bool say(const struct page *page, struct fonts *fonts, const struct labels_options *options,
                struct buffer *out, struct error *err)
{
    unsigned dpi = options->dpi;
    buffer_format(out, "^XA^CI28^LH0,0^PW%d^LL%d\n", dots_of_um(dpi, page->width_um),
                  dots_of_um(dpi, page->height_um));
    if (!put_graphics(page, fonts, options, out, err))
        return false;
    for (size_t i = 0; i < page->n_runs && options->native_text; i++)
        if (page->runs[i].rgb == PAGE_BLACK && page->runs[i].text_n > 0)
            put_run(out, page, &page->runs[i], dpi);
    for (size_t i = 0; i < page->n_bars; i++) {
        struct dots_symbol symbol;
        if (!dots_symbol(page, &page->bars[i], dpi, &symbol, err))
            return false;
        put_symbol(out, &symbol);
    }
    buffer_text(out, "^XZ\n");
    return true;
}

bool write_zpl_open(struct labels_sink sink, struct fonts *fonts,
                    const struct labels_options *options, struct writer **ret_writer,
                    struct error *err)
{
    struct labels_options own = *options;
    return dots_dpi(options->dpi, &own.dpi, err) &&
           plain_writer_open(say, sink, fonts, &own, ret_writer, err);
}
