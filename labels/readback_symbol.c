#include "labels/readback_symbol.h"

#include "labels/dots.h"

#include <dmtx.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#define ROWS_LOOKED_AT 12   /* of a Code 128: a scanner needs one, and two that agree */
#define DATAMATRIX_MS 500   /* longest search for a Data Matrix; a good one takes 1 ms */
#define NARROW_PERCENT 97   /* of a module: what measuring in dots may lose */
#define OTHER_TEXT_BYTES 64 /* of a wrong text that is told */

struct readback_eye {
    zbar_image_scanner_t *bars;
    zbar_image_scanner_t *qr;
    zbar_image_t *image;
    unsigned char *grey; /* the crop, a byte a dot */
    size_t room;
};

/* ------------------------------------------------------------------ decoders */

static zbar_image_scanner_t *scanner_for(zbar_symbol_type_t type)
{
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    if (scanner == NULL)
        return NULL;
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, type, ZBAR_CFG_ENABLE, 1);
    return scanner;
}

bool readback_eye_open(struct readback_eye **ret_eye, struct error *err)
{
    struct readback_eye *eye = calloc(1, sizeof *eye);
    if (eye != NULL) {
        eye->bars = scanner_for(ZBAR_CODE128);
        eye->qr = scanner_for(ZBAR_QRCODE);
        eye->image = zbar_image_create();
    }
    if (eye == NULL || eye->bars == NULL || eye->qr == NULL || eye->image == NULL) {
        readback_eye_close(eye);
        return error_set(err, ERROR_LATER, "no memory for decoders");
    }
    zbar_image_scanner_set_config(eye->bars, ZBAR_NONE, ZBAR_CFG_X_DENSITY, 0);
    zbar_image_set_format(eye->image, zbar_fourcc('Y', '8', '0', '0'));
    *ret_eye = eye;
    return true;
}

void readback_eye_close(struct readback_eye *eye)
{
    if (eye == NULL)
        return;
    zbar_image_scanner_destroy(eye->bars);
    zbar_image_scanner_destroy(eye->qr);
    zbar_image_destroy(eye->image);
    free(eye->grey);
    free(eye);
}

/* The crop as grey, white where the page ends. */
static bool take_grey(struct readback_eye *eye, const struct bitmap *bitmap, struct bitmap_box box)
{
    void *grey = eye->grey;
    size_t n = (size_t)box.width * (size_t)box.height;
    if (!buffer_grow(&grey, &eye->room, n, 1))
        return false;
    eye->grey = grey;
    memset(eye->grey, 255, n);
    struct bitmap_box on = bitmap_clip(bitmap, box);
    for (int32_t y = on.y; y < on.y + on.height; y++) {
        unsigned char *row = eye->grey + (size_t)(y - box.y) * (size_t)box.width - box.x;
        for (int32_t x = on.x; x < on.x + on.width; x++)
            if (bitmap_ink(bitmap, x, y))
                row[x] = 0;
    }
    return true;
}

/* Compares the one text found; `found` counts the symbols. */
static bool check_text(const struct readback_symbol *symbol, int found, const char *text, size_t n,
                       struct error *err)
{
    if (found != 1)
        return error_set(err, ERROR_REFUSED, "%d symbols are read in its place", found);
    if (n == strlen(symbol->text) && memcmp(text, symbol->text, n) == 0)
        return true;
    return error_set(err, ERROR_REFUSED, "reads '%.*s'",
                     (int)(n < OTHER_TEXT_BYTES ? n : OTHER_TEXT_BYTES), text);
}

static bool decode_zbar(struct readback_eye *eye, const struct readback_symbol *symbol,
                        struct bitmap_box box, struct error *err)
{
    zbar_image_scanner_t *scanner = eye->qr;
    if (symbol->kind == SYMBOL_CODE128) {
        int density = box.height / ROWS_LOOKED_AT;
        scanner = eye->bars;
        zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY,
                                      density < 1 ? 1 : density);
    }
    zbar_image_set_size(eye->image, (unsigned)box.width, (unsigned)box.height);
    zbar_image_set_data(eye->image, eye->grey, (size_t)box.width * (size_t)box.height, NULL);
    zbar_scan_image(scanner, eye->image);
    int found = 0;
    const char *text = "";
    size_t n = 0;
    for (const zbar_symbol_t *s = zbar_image_first_symbol(eye->image); s != NULL;
         s = zbar_symbol_next(s), found++) {
        text = zbar_symbol_get_data(s);
        n = zbar_symbol_get_data_length(s);
    }
    return check_text(symbol, found, text, n, err);
}

static bool decode_dmtx(struct readback_eye *eye, const struct readback_symbol *symbol,
                        struct bitmap_box box, struct error *err)
{
    DmtxTime end = dmtxTimeAdd(dmtxTimeNow(), DATAMATRIX_MS);
    DmtxImage *image = dmtxImageCreate(eye->grey, box.width, box.height, DmtxPack8bppK);
    DmtxDecode *decode = image == NULL ? NULL : dmtxDecodeCreate(image, 1);
    DmtxRegion *region = decode == NULL ? NULL : dmtxRegionFindNext(decode, &end);
    DmtxMessage *message =
        region == NULL ? NULL : dmtxDecodeMatrixRegion(decode, region, DmtxUndefined);
    bool good = message == NULL ? check_text(symbol, 0, "", 0, err)
                                : check_text(symbol, 1, (const char *)message->output,
                                             (size_t)message->outputIdx, err);
    if (message != NULL)
        dmtxMessageDestroy(&message);
    if (region != NULL)
        dmtxRegionDestroy(&region);
    if (decode != NULL)
        dmtxDecodeDestroy(&decode);
    if (image != NULL)
        dmtxImageDestroy(&image);
    return good;
}

static bool decode(struct readback_eye *eye, const struct readback_symbol *symbol,
                   const struct bitmap *bitmap, struct bitmap_box box, struct error *err)
{
    if (!take_grey(eye, bitmap, box))
        return error_set(err, ERROR_LATER, "no memory to decode");
    switch (symbol->kind) {
    case SYMBOL_CODE128:
    case SYMBOL_QR:
        return decode_zbar(eye, symbol, box, err);
    case SYMBOL_DATAMATRIX:
        return decode_dmtx(eye, symbol, box, err);
    }
    invariant(false);
}

/* ------------------------------------------------------------------ measures */

/* Modules across and down. */
static int32_t columns_of(const struct readback_symbol *symbol)
{
    return symbol->area.width_um / symbol->module_um;
}

static int32_t rows_of(const struct readback_symbol *symbol)
{
    return symbol->kind == SYMBOL_CODE128 ? 1 : symbol->area.height_um / symbol->module_um;
}

struct bitmap_box readback_crop(const struct readback_symbol *symbol, unsigned dpi)
{
    const struct page_rect *area = &symbol->area;
    int32_t beside = symbol_quiet(symbol->kind) * symbol->module_um;
    int32_t above = symbol->kind == SYMBOL_CODE128 ? 0 : beside;
    int32_t x0 = dots_of_um(dpi, area->x_um - beside);
    int32_t y0 = dots_of_um(dpi, area->y_um - above);
    int32_t x1 = dots_of_um(dpi, (int64_t)area->x_um + area->width_um + beside);
    int32_t y1 = dots_of_um(dpi, (int64_t)area->y_um + area->height_um + above);
    return (struct bitmap_box){x0, y0, x1 - x0, y1 - y0};
}

/* The least box round the ink inside another; no width when there is none. */
static struct bitmap_box ink_box(const struct bitmap *bitmap, struct bitmap_box in)
{
    struct bitmap_box box = bitmap_clip(bitmap, in);
    while (box.width > 0 &&
           bitmap_count(bitmap, (struct bitmap_box){box.x, box.y, 1, box.height}) == 0)
        box.x++, box.width--;
    while (box.width > 0 && bitmap_count(bitmap, (struct bitmap_box){box.x + box.width - 1, box.y,
                                                                     1, box.height}) == 0)
        box.width--;
    while (box.width > 0 &&
           bitmap_count(bitmap, (struct bitmap_box){box.x, box.y, box.width, 1}) == 0)
        box.y++, box.height--;
    while (box.width > 0 && bitmap_count(bitmap, (struct bitmap_box){box.x, box.y + box.height - 1,
                                                                     box.width, 1}) == 0)
        box.height--;
    return box;
}

/* The area in the bitmap's dots, a dot wider on every side: edges may fall between two. */
static struct bitmap_box area_box(const struct readback_symbol *symbol, int32_t x, int32_t y,
                                  unsigned dpi)
{
    const int32_t slack = 1;
    const struct page_rect *area = &symbol->area;
    int32_t x0 = dots_of_um(dpi, area->x_um) - x - slack;
    int32_t y0 = dots_of_um(dpi, area->y_um) - y - slack;
    int32_t x1 = dots_of_um(dpi, (int64_t)area->x_um + area->width_um) - x + slack;
    int32_t y1 = dots_of_um(dpi, (int64_t)area->y_um + area->height_um) - y + slack;
    return (struct bitmap_box){x0, y0, x1 - x0, y1 - y0};
}

/* Nothing may be printed beside the symbol (Code 128) or round it (QR, Data Matrix). */
static bool check_quiet(const struct bitmap *bitmap, const struct readback_symbol *symbol,
                        struct bitmap_box crop, struct bitmap_box area, struct error *err)
{
    if (symbol->kind == SYMBOL_CODE128) {
        area.y = crop.y;
        area.height = crop.height;
    }
    size_t ink = bitmap_count(bitmap, bitmap_clip(bitmap, crop)) -
                 bitmap_count(bitmap, bitmap_clip(bitmap, area));
    return ink == 0 || error_set(err, ERROR_REFUSED, "%zu dots of ink in its quiet zone", ink);
}

/* Whether a module came out narrower than it was laid out: by a whole dot, where dots are whole. */
static bool is_narrower(const struct readback_symbol *symbol,
                        const struct readback_measure *measure, unsigned dpi, bool whole_dots)
{
    if (whole_dots)
        return dots_to_um(dpi, (int64_t)measure->module_dots + 1) <= symbol->module_um;
    return measure->module_um * 100 < symbol->module_um * NARROW_PERCENT;
}

static bool check_modules(const struct readback_symbol *symbol, struct bitmap_box ink, unsigned dpi,
                          bool whole_dots, struct readback_measure *measure, struct error *err)
{
    int32_t columns = columns_of(symbol);
    int32_t least_um = symbol_least_module_um(symbol->kind);
    least_um = symbol->module_um < least_um ? symbol->module_um : least_um;
    measure->module_dots = (double)ink.width / columns;
    measure->module_um = dots_to_um(dpi, ink.width) / columns;
    if (whole_dots && ink.width % columns != 0)
        return error_set(err, ERROR_REFUSED, "%d modules are %d dots wide, not whole dots each",
                         columns, ink.width);
    if (is_narrower(symbol, measure, dpi, whole_dots) ||
        measure->module_um * 100 < least_um * NARROW_PERCENT)
        return error_set(err, ERROR_REFUSED,
                         "modules are %d µm wide; laid out were %d µm, least is %d µm",
                         measure->module_um, symbol->module_um, least_um);
    return true;
}

/* The dots of a module that must all be alike: all of them, or those inside its edges. */
static struct bitmap_box cell(struct bitmap_box ink, double wide, double high, int32_t column,
                              int32_t row, bool whole_dots)
{
    int32_t inset = whole_dots ? 0 : 1;
    int32_t x0 = ink.x + (int32_t)(column * wide + 0.5) + inset;
    int32_t y0 = ink.y + (int32_t)(row * high + 0.5) + inset;
    int32_t x1 = ink.x + (int32_t)((column + 1) * wide + 0.5) - inset;
    int32_t y1 = ink.y + (int32_t)((row + 1) * high + 0.5) - inset;
    return (struct bitmap_box){x0, y0, x1 - x0, y1 - y0};
}

/* A module is dark or light as a whole: otherwise art or text lies over or under the symbol. */
static bool check_cells(const struct bitmap *bitmap, const struct readback_symbol *symbol,
                        struct bitmap_box ink, bool whole_dots, struct error *err)
{
    int32_t columns = columns_of(symbol);
    int32_t rows = rows_of(symbol);
    double wide = (double)ink.width / columns;
    double high = (double)ink.height / rows;
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++) {
            struct bitmap_box box = cell(ink, wide, high, column, row, whole_dots);
            if (box.width < 1 || box.height < 1)
                continue; /* two dots a module: nothing lies inside its edges */
            size_t n = bitmap_count(bitmap, box);
            if (n != 0 && n != (size_t)box.width * (size_t)box.height)
                return error_set(err, ERROR_REFUSED,
                                 "module %d of row %d is neither dark nor light: something lies "
                                 "across it",
                                 column + 1, row + 1);
        }
    return true;
}

bool readback_judge(struct readback_eye *eye, const struct readback_symbol *symbol,
                    const struct bitmap *bitmap, int32_t x, int32_t y, unsigned dpi,
                    bool whole_dots, struct readback_measure *ret_measure, struct error *err)
{
    static const char *const words[] = {
        [SYMBOL_CODE128] = "Code 128", [SYMBOL_QR] = "QR", [SYMBOL_DATAMATRIX] = "Data Matrix"};
    struct readback_measure measure = {0};
    struct bitmap_box crop = readback_crop(symbol, dpi);
    crop.x -= x;
    crop.y -= y;
    struct bitmap_box area = area_box(symbol, x, y, dpi);
    struct bitmap_box ink = ink_box(bitmap, area);
    bool good = ink.width > 0 || error_set(err, ERROR_REFUSED, "is not there");
    good = good && check_quiet(bitmap, symbol, crop, area, err) &&
           check_modules(symbol, ink, dpi, whole_dots, &measure, err) &&
           check_cells(bitmap, symbol, ink, whole_dots, err) &&
           decode(eye, symbol, bitmap, crop, err);
    if (!good)
        return error_add(err, "%s '%s'", words[symbol->kind], symbol->text);
    *ret_measure = measure;
    return true;
}
