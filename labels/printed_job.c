#include "labels/printed_job.h"

#include <string.h>

bool printed_job_open(struct printed_job *job, const void *bytes, size_t n, unsigned dpi,
                      struct printed_sink sink, struct error *err)
{
    *job = (struct printed_job){.start = bytes,
                                .at = bytes,
                                .end = (const unsigned char *)bytes + n,
                                .dpi = dpi,
                                .sink = sink,
                                .err = err};
    return symbol_maker_open(&job->maker, err);
}

void printed_job_close(struct printed_job *job)
{
    bitmap_done(&job->bitmap);
    symbol_maker_close(job->maker);
}

bool printed_refuse(const struct printed_job *job, const char *what)
{
    return error_set(job->err, ERROR_BAD_INPUT, "byte %zu: %s", (size_t)(job->at - job->start),
                     what);
}

bool printed_take(struct printed_job *job, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(job->end - job->at) < n || memcmp(job->at, text, n) != 0)
        return false;
    job->at += n;
    return true;
}

bool printed_number(struct printed_job *job, int32_t *ret_number)
{
    const unsigned char *at = job->at;
    int64_t number = 0;
    while (at < job->end && *at >= '0' && *at <= '9') {
        number = number * 10 + (*at++ - '0');
        if (number > (int64_t)BITMAP_SIDE_MAX * BITMAP_SIDE_MAX)
            return false;
    }
    if (at == job->at)
        return false;
    job->at = at;
    *ret_number = (int32_t)number;
    return true;
}

bool printed_begin(struct printed_job *job, int32_t width, int32_t height)
{
    bitmap_done(&job->bitmap);
    if (width < 1 || height < 1 || width > BITMAP_SIDE_MAX || height > BITMAP_SIDE_MAX ||
        (int64_t)width * height > PRINTED_DOTS_MAX)
        return printed_refuse(job, "a label of no size, or too large");
    return bitmap_init(&job->bitmap, width, height) ||
           error_set(job->err, ERROR_LATER, "no memory for the dots of a label");
}

bool printed_end(struct printed_job *job)
{
    bool done = job->sink.label(job->sink.ctx, &job->bitmap, job->err);
    bitmap_done(&job->bitmap);
    return done;
}

void printed_row(struct printed_job *job, int32_t x, int32_t y, const unsigned char *bytes,
                 size_t n, unsigned char flip)
{
    struct bitmap *bitmap = &job->bitmap;
    if (y < 0 || y >= bitmap->height)
        return;
    unsigned char *row = bitmap->bits + (size_t)y * bitmap->stride;
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = bytes[i] ^ flip;
        for (int bit = 0; byte != 0 && bit < 8; bit++, byte = (unsigned char)(byte << 1)) {
            int64_t at = (int64_t)x + (int64_t)i * 8 + bit;
            if ((byte & 0x80) != 0 && at >= 0 && at < bitmap->width)
                row[at / 8] |= (unsigned char)(0x80 >> (at % 8));
        }
    }
}

/* ------------------------------------------------------------------ Code 128 */

#define START_B 104
#define START_C 105
#define TO_C 99
#define TO_B 100
#define STOP 106

/* Widths of bar, gap, bar, ... of each character (ISO/IEC 15417, table 1). */
static const char patterns[][8] = {
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112"};

bool printed_code128_add(struct printed_code128 *code, unsigned codeword)
{
    if (code->n >= PRINTED_CODEWORDS_MAX - 2 || codeword >= STOP)
        return false;
    code->codewords[code->n++] = (unsigned char)codeword;
    return true;
}

bool printed_code128_set(struct printed_code128 *code, enum printed_set set)
{
    if (code->n == 0)
        return printed_code128_add(code, set == PRINTED_SET_C ? START_C : START_B);
    return printed_code128_add(code, set == PRINTED_SET_C ? TO_C : TO_B);
}

/* The check character: weights 1, 1, 2, 3, ... modulo 103. */
static void close_code(struct printed_code128 *code)
{
    unsigned sum = code->codewords[0];
    for (size_t i = 1; i < code->n; i++)
        sum += (unsigned)i * code->codewords[i];
    code->codewords[code->n++] = (unsigned char)(sum % 103);
    code->codewords[code->n++] = STOP;
}

bool printed_code128_draw(struct printed_job *job, struct printed_code128 *code, int32_t x,
                          int32_t y, int32_t module, int32_t height)
{
    if (code->n < 2 || module < 1 || module > 100 || height < 1)
        return printed_refuse(job, "a Code 128 without text, module or height");
    close_code(code);
    for (size_t i = 0; i < code->n; i++) {
        const char *widths = patterns[code->codewords[i]];
        for (int k = 0; widths[k] != '\0'; k++) {
            int32_t width = (widths[k] - '0') * module;
            if (k % 2 == 0)
                bitmap_fill(&job->bitmap, (struct bitmap_box){x, y, width, height});
            x += width;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ QR, Data Matrix */

bool printed_matrix_draw(struct printed_job *job, enum symbology kind, const char *text, int32_t x,
                         int32_t y, int32_t module)
{
    struct symbol symbol;
    if (module < 1 || module > 100)
        return printed_refuse(job, "a symbol with a module of no size");
    if (!symbol_make(job->maker, kind, text, &symbol, job->err))
        return error_add(job->err, "byte %zu", (size_t)(job->at - job->start));
    for (int row = 0; row < symbol.rows; row++)
        for (int column = 0; column < symbol.columns; column++)
            if (symbol_dark(&symbol, row, column))
                bitmap_fill(&job->bitmap, (struct bitmap_box){x + column * module, y + row * module,
                                                              module, module});
    return true;
}
