/* TSPL2 read back (TSC, TSPL/TSPL2 Programming): the commands that draw a label, no others. */
#include "labels/dots.h"
#include "labels/printed_job.h"

#include <string.h>

struct tspl {
    struct printed_job job;
    int32_t x;
    int32_t y;
    char text[PRINTED_DATA_MAX + 1];
    size_t n;
};

/* ------------------------------------------------------------------ parameters */

static bool numbers(struct tspl *tspl, size_t n, int32_t *ret_numbers)
{
    for (size_t i = 0; i < n; i++)
        if ((i > 0 && !printed_take(&tspl->job, ",")) ||
            !printed_number(&tspl->job, &ret_numbers[i]))
            return printed_refuse(&tspl->job, "a number is missing");
    return true;
}

static bool place(struct tspl *tspl)
{
    int32_t at[2];
    if (!numbers(tspl, 2, at))
        return false;
    tspl->x = at[0];
    tspl->y = at[1];
    return (tspl->x <= BITMAP_SIDE_MAX && tspl->y <= BITMAP_SIDE_MAX) ||
           printed_refuse(&tspl->job, "something off every label");
}

/* Millimetres with at most three decimals. */
static bool millimetres(struct tspl *tspl, int32_t *ret_um)
{
    struct printed_job *job = &tspl->job;
    int32_t mm = 0;
    int32_t um = 0;
    if (!printed_number(job, &mm) || mm > 10000)
        return printed_refuse(job, "no length in mm");
    if (printed_take(job, ".")) {
        const unsigned char *from = job->at;
        if (!printed_number(job, &um) || job->at - from > 3)
            return printed_refuse(job, "no length in mm");
        for (ptrdiff_t i = job->at - from; i < 3; i++)
            um *= 10;
    }
    *ret_um = mm * 1000 + um;
    return printed_take(job, " mm") || printed_refuse(job, "a length that is not in mm");
}

/* A text between quotes; \["] is a quote. */
static bool quoted(struct tspl *tspl)
{
    struct printed_job *job = &tspl->job;
    tspl->n = 0;
    if (!printed_take(job, "\""))
        return printed_refuse(job, "no text between quotes");
    while (!printed_take(job, "\"")) {
        if (job->at == job->end || *job->at < ' ' || tspl->n == PRINTED_DATA_MAX)
            return printed_refuse(job, "a text that does not end");
        if (printed_take(job, "\\[\"]"))
            tspl->text[tspl->n++] = '"';
        else
            tspl->text[tspl->n++] = (char)*job->at++;
    }
    tspl->text[tspl->n] = '\0';
    return true;
}

/* ------------------------------------------------------------------ drawing */

/* BITMAP x,y,bytes,rows,0,data: overwrites, 0 is ink. */
static bool bitmap(struct tspl *tspl)
{
    struct printed_job *job = &tspl->job;
    int32_t size[2];
    if (!place(tspl) || !printed_take(job, ",") || !numbers(tspl, 2, size) ||
        !printed_take(job, ",0,"))
        return printed_refuse(job, "BITMAP without its sizes");
    int64_t n = (int64_t)size[0] * size[1];
    if (size[0] < 1 || size[1] < 1 || n > job->end - job->at)
        return printed_refuse(job, "a bitmap that ends early");
    struct bitmap_box box =
        bitmap_clip(&job->bitmap, (struct bitmap_box){tspl->x, tspl->y, size[0] * 8, size[1]});
    if (bitmap_count(&job->bitmap, box) > 0)
        return printed_refuse(job, "a bitmap over something drawn before");
    for (int32_t i = 0; i < size[1]; i++, job->at += size[0])
        printed_row(job, tspl->x, tspl->y + i, job->at, (size_t)size[0], 0xFF);
    return true;
}

static bool bar(struct tspl *tspl)
{
    int32_t size[2];
    if (!place(tspl) || !printed_take(&tspl->job, ",") || !numbers(tspl, 2, size) ||
        size[0] > BITMAP_SIDE_MAX || size[1] > BITMAP_SIDE_MAX)
        return printed_refuse(&tspl->job, "BAR without its sizes");
    bitmap_fill(&tspl->job.bitmap, (struct bitmap_box){tspl->x, tspl->y, size[0], size[1]});
    return true;
}

/* "128M": !104 and !105 start in B and C, !100 and !099 change. */
static bool read_code128(const char *at, struct printed_code128 *code)
{
    enum printed_set set = PRINTED_SET_B;
    while (*at != '\0') {
        bool start = code->n == 0;
        bool to_b = strncmp(at, start ? "!104" : "!100", 4) == 0;
        bool to_c = strncmp(at, start ? "!105" : "!099", 4) == 0;
        bool pair = at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9';
        bool good = false;
        if (to_b || to_c) {
            set = to_c ? PRINTED_SET_C : PRINTED_SET_B;
            good = printed_code128_set(code, set);
            at += 4;
        } else if (!start && set == PRINTED_SET_C) {
            good = pair && printed_code128_add(code, (unsigned)((at[0] - '0') * 10 + at[1] - '0'));
            at += 2;
        } else if (!start) {
            good = at[0] >= ' ' && at[0] <= '~' && at[0] != '!' &&
                   printed_code128_add(code, (unsigned)(at[0] - ' '));
            at++;
        }
        if (!good)
            return false;
    }
    return true;
}

/* BARCODE x,y,"128M",height,human,rotation,narrow,wide,"text" */
static bool barcode(struct tspl *tspl)
{
    struct printed_job *job = &tspl->job;
    struct printed_code128 code = {0};
    int32_t p[5];
    if (!place(tspl) || !printed_take(job, ",\"128M\",") || !numbers(tspl, 5, p) ||
        p[0] > BITMAP_SIDE_MAX || p[1] != 0 || p[2] != 0 || !printed_take(job, ",") ||
        !quoted(tspl) || !read_code128(tspl->text, &code))
        return printed_refuse(job, "a BARCODE that is no upright Code 128 by hand");
    return printed_code128_draw(job, &code, tspl->x, tspl->y, p[3], p[0]);
}

static bool qrcode(struct tspl *tspl)
{
    struct printed_job *job = &tspl->job;
    int32_t module = 0;
    if (!place(tspl) || !printed_take(job, ",M,") || !printed_number(job, &module) ||
        !printed_take(job, ",A,0,M2,S7,") || !quoted(tspl))
        return printed_refuse(job, "a QRCODE that is turned or of another model");
    return printed_matrix_draw(job, SYMBOL_QR, tspl->text, tspl->x, tspl->y, module);
}

/* DMATRIX x,y,width,height,xMODULE,rows,columns,"text" */
static bool dmatrix(struct tspl *tspl)
{
    struct printed_job *job = &tspl->job;
    int32_t size[2];
    int32_t modules[3];
    if (!place(tspl) || !printed_take(job, ",") || !numbers(tspl, 2, size) ||
        !printed_take(job, ",x") || !numbers(tspl, 3, modules) || modules[1] != modules[2] ||
        !printed_take(job, ",") || !quoted(tspl))
        return printed_refuse(job, "a DMATRIX that is no square");
    return printed_matrix_draw(job, SYMBOL_DATAMATRIX, tspl->text, tspl->x, tspl->y, modules[0]);
}

/* TEXT x,y,"0",0,width,height,"text" */
static bool text(struct tspl *tspl)
{
    const struct printed_sink *sink = &tspl->job.sink;
    int32_t p[3];
    if (!place(tspl) || !printed_take(&tspl->job, ",\"0\",") || !numbers(tspl, 3, p) ||
        !printed_take(&tspl->job, ",") || !quoted(tspl))
        return printed_refuse(&tspl->job, "a TEXT in another font");
    if (sink->text != NULL)
        sink->text(sink->ctx, tspl->x, tspl->y, tspl->text, tspl->n);
    return true;
}

static const struct command {
    const char *name;
    bool (*act)(struct tspl *tspl);
} commands[] = {
    {"BITMAP ", bitmap}, {"BARCODE ", barcode}, {"BAR ", bar},
    {"QRCODE ", qrcode}, {"DMATRIX ", dmatrix}, {"TEXT ", text},
};

static bool act(struct tspl *tspl)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (printed_take(&tspl->job, commands[i].name))
            return commands[i].act(tspl) &&
                   (printed_take(&tspl->job, "\r\n") ||
                    printed_refuse(&tspl->job, "something behind a command"));
    return printed_refuse(&tspl->job, "a command that this reader does not know");
}

static bool read_label(struct tspl *tspl)
{
    struct printed_job *job = &tspl->job;
    int32_t width = 0;
    int32_t height = 0;
    if (!printed_take(job, "SIZE ") || !millimetres(tspl, &width) || !printed_take(job, ",") ||
        !millimetres(tspl, &height) ||
        !printed_take(job, "\r\nCODEPAGE UTF-8\r\nREFERENCE 0,0\r\nCLS\r\n"))
        return printed_refuse(job, "a label that does not begin with its size");
    if (!printed_begin(job, dots_of_um(job->dpi, width), dots_of_um(job->dpi, height)))
        return false;
    while (!printed_take(job, "PRINT 1,1\r\n"))
        if (!act(tspl))
            return false;
    return printed_end(job);
}

bool printed_tspl(const void *bytes, size_t n, unsigned dpi, struct printed_sink sink,
                  struct error *err)
{
    struct tspl tspl = {0};
    bool done = printed_job_open(&tspl.job, bytes, n, dpi, sink, err);
    while (done && tspl.job.at < tspl.job.end)
        done = read_label(&tspl);
    printed_job_close(&tspl.job);
    return done;
}
