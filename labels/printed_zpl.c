/* ZPL II read back (Zebra, ZPL II Programming Guide): the commands that draw a label, no others. */
#include "labels/printed_job.h"

#include <string.h>

#define PARAMS_MAX 8

enum field { FIELD_NONE, FIELD_TEXT, FIELD_CODE128, FIELD_QR, FIELD_DATAMATRIX };

struct zpl {
    struct printed_job job;
    int32_t width;
    int32_t height;
    int32_t x;
    int32_t y;
    int32_t by_module;
    int32_t by_height;
    enum field field;
    int32_t size; /* of the field: height of bars, magnification, module */
    int32_t side; /* Data Matrix: modules; 0: the printer's choice */
    bool hex;     /* ^FH */
    size_t n;
    char data[PRINTED_DATA_MAX + 1];
};

/* ------------------------------------------------------------------ parameters */

/* What stands between a command and the next: numbers and single words between commas. */
struct params {
    size_t n;
    int32_t number[PARAMS_MAX]; /* 0 where none is given */
    char letter[PARAMS_MAX];    /* first character, 0 where none is given */
};

static bool at_command(const struct zpl *zpl)
{
    return zpl->job.at >= zpl->job.end || *zpl->job.at == '^' || *zpl->job.at == '~';
}

static void skip_blanks(struct zpl *zpl)
{
    while (zpl->job.at < zpl->job.end && (*zpl->job.at == '\n' || *zpl->job.at == '\r'))
        zpl->job.at++;
}

static bool read_params(struct zpl *zpl, size_t most, struct params *params)
{
    struct printed_job *job = &zpl->job;
    *params = (struct params){0};
    skip_blanks(zpl);
    while (!at_command(zpl)) {
        if (params->n == most)
            return printed_refuse(job, "too many parameters");
        size_t i = params->n++;
        if (*job->at >= '0' && *job->at <= '9') {
            if (!printed_number(job, &params->number[i]))
                return printed_refuse(job, "a number that is too large");
        } else if (*job->at != ',') {
            params->letter[i] = (char)*job->at++;
        }
        skip_blanks(zpl);
        if (!at_command(zpl) && !printed_take(job, ","))
            return printed_refuse(job, "a parameter that is neither a number nor a letter");
    }
    return true;
}

/* ------------------------------------------------------------------ graphics */

static int hex_digit(unsigned char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

/* One row of the guide's compressed hex digits: counts before a digit, ',' the rest white, '!' the
 * rest black, ':' as the row before. */
static bool read_row(struct zpl *zpl, unsigned char *row, size_t digits,
                     const unsigned char *before)
{
    struct printed_job *job = &zpl->job;
    size_t n = 0;
    size_t times = 0;
    memset(row, 0, digits / 2);
    while (n < digits) {
        skip_blanks(zpl);
        if (at_command(zpl))
            return printed_refuse(job, "a graphic that ends early");
        unsigned char byte = *job->at++;
        if (byte == ',' && times == 0)
            return true;
        if (byte == ':' && n == 0 && times == 0 && before != NULL) {
            memcpy(row, before, digits / 2);
            return true;
        }
        int value = byte == '!' ? 15 : hex_digit(byte);
        if (byte >= 'G' && byte <= 'Y')
            times += (size_t)(byte - 'G') + 1;
        else if (byte >= 'g' && byte <= 'z')
            times += ((size_t)(byte - 'g') + 1) * 20;
        else if (value < 0)
            return printed_refuse(job, "no hex digit in a graphic");
        if (value < 0)
            continue;
        times = byte == '!' ? digits - n : times == 0 ? 1 : times;
        if (times > digits - n)
            return printed_refuse(job, "a row longer than the graphic is wide");
        for (; times > 0; times--, n++)
            row[n / 2] |= (unsigned char)(value << (n % 2 == 0 ? 4 : 0));
    }
    return true;
}

static bool read_graphic(struct zpl *zpl)
{
    struct printed_job *job = &zpl->job;
    int32_t sent = 0;
    int32_t total = 0;
    int32_t bytes = 0;
    unsigned char rows[2][(BITMAP_SIDE_MAX + 7) / 8];
    if (!printed_take(job, "A,") || !printed_number(job, &sent) || !printed_take(job, ",") ||
        !printed_number(job, &total) || !printed_take(job, ",") || !printed_number(job, &bytes) ||
        !printed_take(job, ",") || bytes < 1 || (size_t)bytes > sizeof rows[0] ||
        total % bytes != 0 || total / bytes > BITMAP_SIDE_MAX)
        return printed_refuse(job, "^GF without its sizes");
    for (int32_t i = 0; i < total / bytes; i++) {
        unsigned char *row = rows[i % 2];
        if (!read_row(zpl, row, 2 * (size_t)bytes, i == 0 ? NULL : rows[(i + 1) % 2]))
            return false;
        printed_row(job, zpl->x, zpl->y + i, row, (size_t)bytes, 0);
    }
    return true;
}

/* A frame whose lines are `thick`; filled when they meet. */
static bool draw_box(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 3, &p))
        return false;
    int32_t width = p.number[0];
    int32_t height = p.number[1];
    int32_t thick = p.number[2] == 0 ? 1 : p.number[2];
    width = width < thick ? thick : width;
    height = height < thick ? thick : height;
    if (p.n < 2 || width > BITMAP_SIDE_MAX || height > BITMAP_SIDE_MAX)
        return printed_refuse(&zpl->job, "^GB without its sizes");
    struct bitmap *bitmap = &zpl->job.bitmap;
    int32_t right = zpl->x + width - thick;
    int32_t bottom = zpl->y + height - thick;
    bitmap_fill(bitmap, (struct bitmap_box){zpl->x, zpl->y, width, thick});
    bitmap_fill(bitmap, (struct bitmap_box){zpl->x, bottom, width, thick});
    bitmap_fill(bitmap, (struct bitmap_box){zpl->x, zpl->y, thick, height});
    bitmap_fill(bitmap, (struct bitmap_box){right, zpl->y, thick, height});
    return true;
}

/* ------------------------------------------------------------------ fields */

/* ^FD: everything to the next command, ^FH's _XX undone. */
static bool read_data(struct zpl *zpl)
{
    struct printed_job *job = &zpl->job;
    zpl->n = 0;
    while (!at_command(zpl)) {
        unsigned char byte = *job->at++;
        if (zpl->hex && byte == '_') {
            int high = job->end - job->at >= 2 ? hex_digit(job->at[0]) : -1;
            int low = high < 0 ? -1 : hex_digit(job->at[1]);
            if (low < 0)
                return printed_refuse(job, "_ without two hex digits");
            byte = (unsigned char)(high << 4 | low);
            job->at += 2;
        }
        if (zpl->n == PRINTED_DATA_MAX || byte == 0)
            return printed_refuse(job, "a field that is too long, or holds a zero");
        zpl->data[zpl->n++] = (char)byte;
    }
    zpl->data[zpl->n] = '\0';
    return true;
}

/* ^BC data in mode N: ">:" start B, ">;" start C, ">5" to C, ">6" to B, ">0" a '>'. */
static bool draw_code128(struct zpl *zpl)
{
    struct printed_code128 code = {0};
    enum printed_set set = PRINTED_SET_B;
    const char *at = zpl->data;
    bool good = true;
    if (strncmp(at, ">;", 2) == 0)
        set = PRINTED_SET_C;
    if (set == PRINTED_SET_C || strncmp(at, ">:", 2) == 0)
        at += 2;
    good = printed_code128_set(&code, set);
    while (good && *at != '\0') {
        bool invoked = at[0] == '>';
        if (invoked && (at[1] == '5' || at[1] == '6')) {
            set = at[1] == '5' ? PRINTED_SET_C : PRINTED_SET_B;
            good = printed_code128_set(&code, set);
            at += 2;
        } else if (set == PRINTED_SET_C) {
            good = at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9' &&
                   printed_code128_add(&code, (unsigned)((at[0] - '0') * 10 + at[1] - '0'));
            at += 2;
        } else {
            good = (!invoked || at[1] == '0') && at[0] >= ' ' && at[0] <= '~' &&
                   printed_code128_add(&code, (unsigned)(at[0] - ' '));
            at += invoked ? 2 : 1;
        }
    }
    if (!good)
        return printed_refuse(&zpl->job, "a ^BC whose data is no Code 128");
    return printed_code128_draw(&zpl->job, &code, zpl->x, zpl->y, zpl->by_module,
                                zpl->size == 0 ? zpl->by_height : zpl->size);
}

/* ^BQ data: error level, input mode, comma; a ^FO QR stands lower by the height of ^BY. */
static bool draw_qr(struct zpl *zpl)
{
    if (strncmp(zpl->data, "MA,", 3) != 0)
        return printed_refuse(&zpl->job, "a ^BQ whose data does not begin with MA,");
    return printed_matrix_draw(&zpl->job, SYMBOL_QR, zpl->data + 3, zpl->x, zpl->y + zpl->by_height,
                               zpl->size);
}

static bool end_field(struct zpl *zpl)
{
    const struct printed_sink *sink = &zpl->job.sink;
    bool done = true;
    switch (zpl->field) {
    case FIELD_NONE:
        break;
    case FIELD_TEXT:
        if (sink->text != NULL)
            sink->text(sink->ctx, zpl->x, zpl->y, zpl->data, zpl->n);
        break;
    case FIELD_CODE128:
        done = draw_code128(zpl);
        break;
    case FIELD_QR:
        done = draw_qr(zpl);
        break;
    case FIELD_DATAMATRIX:
        done =
            printed_matrix_draw(&zpl->job, SYMBOL_DATAMATRIX, zpl->data, zpl->x, zpl->y, zpl->size);
        break;
    }
    zpl->field = FIELD_NONE;
    zpl->hex = false;
    zpl->n = 0;
    zpl->data[0] = '\0';
    return done;
}

/* ------------------------------------------------------------------ commands */

static bool set_encoding(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 1, &p))
        return false;
    return p.number[0] == 28 || printed_refuse(&zpl->job, "an encoding that is not UTF-8");
}

static bool set_home(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 2, &p))
        return false;
    return (p.number[0] == 0 && p.number[1] == 0) || printed_refuse(&zpl->job, "a moved home");
}

static bool set_width(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 1, &p))
        return false;
    zpl->width = p.number[0];
    return true;
}

static bool set_length(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 1, &p))
        return false;
    zpl->height = p.number[0];
    return printed_begin(&zpl->job, zpl->width, zpl->height);
}

static bool set_place(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 2, &p))
        return false;
    zpl->x = p.number[0];
    zpl->y = p.number[1];
    return (zpl->x <= BITMAP_SIDE_MAX && zpl->y <= BITMAP_SIDE_MAX) ||
           printed_refuse(&zpl->job, "a field off every label");
}

static bool set_bars(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 3, &p))
        return false;
    zpl->by_module = p.number[0];
    zpl->by_height = p.number[2];
    return zpl->by_height <= BITMAP_SIDE_MAX || printed_refuse(&zpl->job, "bars of no height");
}

/* ^BCo,h,f,g,e,m: upright, no words beside it, mode N. */
static bool begin_code128(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 6, &p))
        return false;
    zpl->field = FIELD_CODE128;
    zpl->size = p.number[1];
    return (p.letter[0] == 'N' && p.letter[2] == 'N' && p.letter[5] == 'N' &&
            zpl->size <= BITMAP_SIDE_MAX) ||
           printed_refuse(&zpl->job, "a ^BC that is turned, has words or another mode");
}

/* ^BQo,model,magnification,level */
static bool begin_qr(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 4, &p))
        return false;
    zpl->field = FIELD_QR;
    zpl->size = p.number[2];
    return (p.letter[0] == 'N' && p.number[1] == 2) ||
           printed_refuse(&zpl->job, "a ^BQ that is turned or of another model");
}

/* ^BXo,h,s,c,r */
static bool begin_data_matrix(struct zpl *zpl)
{
    struct params p;
    if (!read_params(zpl, 5, &p))
        return false;
    zpl->field = FIELD_DATAMATRIX;
    zpl->size = p.number[1];
    zpl->side = p.number[3];
    return (p.letter[0] == 'N' && p.number[2] == 200 && zpl->side == p.number[4]) ||
           printed_refuse(&zpl->job, "a ^BX that is turned, no square or no ECC 200");
}

static bool begin_text(struct zpl *zpl)
{
    struct params p;
    zpl->field = FIELD_TEXT;
    return read_params(zpl, 3, &p);
}

static bool set_hex(struct zpl *zpl)
{
    struct params p;
    zpl->hex = true;
    if (!read_params(zpl, 1, &p))
        return false;
    return p.letter[0] == '_' || printed_refuse(&zpl->job, "^FH with another sign than _");
}

/* Everything but ^XA and ^XZ, which open and close a label. */
static const struct command {
    char name[4];
    bool before_length; /* allowed while the label has no size yet */
    bool (*act)(struct zpl *zpl);
} commands[] = {
    {"^CI", true, set_encoding},       {"^LH", true, set_home},       {"^PW", true, set_width},
    {"^LL", true, set_length},         {"^FO", false, set_place},     {"^FT", false, set_place},
    {"^BY", false, set_bars},          {"^BC", false, begin_code128}, {"^BQ", false, begin_qr},
    {"^BX", false, begin_data_matrix}, {"^A0", false, begin_text},    {"^FH", false, set_hex},
    {"^FD", false, read_data},         {"^FS", false, end_field},     {"^GF", false, read_graphic},
    {"^GB", false, draw_box},
};

static bool act(struct zpl *zpl)
{
    struct printed_job *job = &zpl->job;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (printed_take(job, commands[i].name)) {
            if (!commands[i].before_length && job->bitmap.bits == NULL)
                return printed_refuse(job, "a field before the size of its label");
            return commands[i].act(zpl);
        }
    return printed_refuse(job, "a command that this reader does not know");
}

static bool read_label(struct zpl *zpl)
{
    struct printed_job *job = &zpl->job;
    zpl->width = zpl->height = 0;
    if (!printed_take(job, "^XA"))
        return printed_refuse(job, "something between two labels");
    for (skip_blanks(zpl); !printed_take(job, "^XZ"); skip_blanks(zpl))
        if (!act(zpl))
            return false;
    if (zpl->field != FIELD_NONE || job->bitmap.bits == NULL)
        return printed_refuse(job, "a label that ends within a field, or has no size");
    return printed_end(job);
}

bool printed_zpl(const void *bytes, size_t n, unsigned dpi, struct printed_sink sink,
                 struct error *err)
{
    struct zpl zpl = {.by_module = 2, .by_height = 10}; /* the guide's defaults */
    bool done = printed_job_open(&zpl.job, bytes, n, dpi, sink, err);
    for (skip_blanks(&zpl); done && zpl.job.at < zpl.job.end; skip_blanks(&zpl))
        done = read_label(&zpl);
    printed_job_close(&zpl.job);
    return done;
}
