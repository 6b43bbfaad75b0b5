/* printed_job.h - what the readers of printed.h share: a place in the bytes, numbers, the label in
 * hand, symbols drawn as printers draw them. For those readers only. */
#ifndef TRAO_LABELS_PRINTED_JOB_H
#define TRAO_LABELS_PRINTED_JOB_H

#include "labels/printed.h"
#include "labels/symbol.h"

#define PRINTED_DATA_MAX 4096    /* bytes of one field */
#define PRINTED_CODEWORDS_MAX 96 /* of a Code 128, start and stop included */

struct printed_job {
    const unsigned char *start;
    const unsigned char *at;
    const unsigned char *end;
    unsigned dpi;
    struct printed_sink sink;
    struct bitmap bitmap; /* of the label in hand; no bits: none begun */
    struct symbol_maker *maker;
    struct error *err;
};

/* printed_job_close accepts a job that could not be opened. */
must_use bool printed_job_open(struct printed_job *job, const void *bytes, size_t n, unsigned dpi,
                               struct printed_sink sink, struct error *err);
void printed_job_close(struct printed_job *job);

/* Says what is wrong at the place in hand; always false. */
bool printed_refuse(const struct printed_job *job, const char *what);

/* The next bytes are these: steps over them. Otherwise false and nothing moved. */
bool printed_take(struct printed_job *job, const char *text);
/* Decimal digits, at most BITMAP_SIDE_MAX * BITMAP_SIDE_MAX. False: none, or too large. */
bool printed_number(struct printed_job *job, int32_t *ret_number);

/* A new white label of that size. */
must_use bool printed_begin(struct printed_job *job, int32_t width, int32_t height);
/* The label in hand leaves the printer. */
must_use bool printed_end(struct printed_job *job);

/* A row of dots, 8 a byte, highest first; `flip` is XORed to each byte. */
void printed_row(struct printed_job *job, int32_t x, int32_t y, const unsigned char *bytes,
                 size_t n, unsigned char flip);

/* A Code 128 in pieces, each character in code set B or as pairs in C. */
struct printed_code128 {
    size_t n;
    unsigned char codewords[PRINTED_CODEWORDS_MAX];
};
enum printed_set { PRINTED_SET_B, PRINTED_SET_C };
/* Begins with a start character, or changes to a code set. False: no room. */
bool printed_code128_set(struct printed_code128 *code, enum printed_set set);
bool printed_code128_add(struct printed_code128 *code, unsigned codeword);
must_use bool printed_code128_draw(struct printed_job *job, struct printed_code128 *code, int32_t x,
                                   int32_t y, int32_t module, int32_t height);

/* A QR or Data Matrix of whole square modules. */
must_use bool printed_matrix_draw(struct printed_job *job, enum symbology kind, const char *text,
                                  int32_t x, int32_t y, int32_t module);

#endif
