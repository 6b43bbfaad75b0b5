/* job.h - a job in any tongue, and the dots that come of it. For the tests of labels/ only. */
#ifndef TRAO_TESTS_LABELS_JOB_H
#define TRAO_TESTS_LABELS_JOB_H

#include "labels/bitmap.h"
#include "labels/printed.h"
#include "paper.h"

/* One job; fails the test when anything is refused. free() the bytes. */
void job_print(const char *layout, const struct labels_options *options, const struct label *labels,
               size_t n, struct paper_pdf *out);

/* What readers told of a job: its first label's dots, how many labels, its lines of native text. */
struct job_dots {
    struct bitmap first;
    size_t n_labels;
    size_t n_texts;
    char texts[64][256];
};

/* Reads a job back; false and `err` when the reader refuses. job_dots_done afterwards. */
bool job_read(printed_read *read, const struct paper_pdf *job, unsigned dpi, struct job_dots *dots,
              struct error *err);
void job_dots_done(struct job_dots *dots);

/* The dots of a PNG, dark ones as ink. */
struct bitmap job_png(const struct paper_pdf *png);

/* How many dots of ink of `one` have no ink of `other` within `reach` dots. */
size_t job_strays(const struct bitmap *one, const struct bitmap *other, int32_t reach);

#endif
