/* labels_work.h - the labels that the bench makes, and the timing of it. Ends the program when
 * something does not work: a bench has no one to tell. */
#ifndef TRAO_TESTS_BENCH_LABELS_WORK_H
#define TRAO_TESTS_BENCH_LABELS_WORK_H

#include "labels/labels.h"

#define WORK_RUNS 5

struct work_text; /* the strings of one label */

struct work {
    struct label *labels;
    struct work_text *texts;
    size_t n;
};

/* n invented labels: their numbers, links and names differ. */
struct work *work_new(size_t n);
void work_free(struct work *work);

struct work_sink {
    unsigned char *bytes;
    size_t n;
    size_t room;
    bool count_only;
};
void work_sink_done(struct work_sink *sink);

/* A layout of ours, opened. */
struct labels *work_open(const char *layout);

/* A whole job of n labels, those of `work` over and over, at 203 dpi; readback may be NULL. */
void work_make(struct labels *labels, const struct work *work, size_t n, const char *tongue,
               struct work_sink *sink, struct readback *readback);

/* Seconds that zint's library needs for n QR codes of the links on all cores, and nothing else. */
double work_encode_qr(const struct work *work, size_t n);

/* Runs `share` on as many threads as there are processors, with their number and how many. */
void work_on_all_cores(void (*share)(void *ctx, unsigned number, unsigned threads), void *ctx);

double work_now(void); /* seconds */
double work_median(double *times, size_t n);
_Noreturn void work_fail(const char *what);
void work_must(bool done, const char *what);

#endif
