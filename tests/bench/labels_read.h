/* labels_read.h - the read-back, timed apart: bare zbar on crops beside ours on the same dots, and
 * whole jobs from the printer's bytes. */
#ifndef TRAO_TESTS_BENCH_LABELS_READ_H
#define TRAO_TESTS_BENCH_LABELS_READ_H

#include "tests/bench/labels_work.h"

/* Seconds for n DL envelopes at 203 dpi, medians, all cores. */
struct read_times {
    double bare;   /* zbar, as it comes, on ready crops of grey */
    double judged; /* readback_judge on the same dots */
    double zpl;    /* readback_check of a ZPL job */
    double pdf;    /* readback_check of a PDF job */
};
struct read_times read_measure(const struct work *work, size_t n);

#endif
