/* readback.h - a job is read again from the very bytes that go to the printer, before it leaves.
 *
 * While a job is written, its pages' symbols are noted (labels_options.readback); afterwards
 * readback_check draws the bytes at the printer's dpi - PDF by poppler, ZPL, TSPL and ESC/POS by
 * printed.h - measures each symbol's modules and quiet zone, looks for ink across it, decodes it
 * and compares. One bad symbol stops the job and is named.
 *
 * The drawing and decoding is done in as many child processes as there are processors, with limits
 * on time and memory and nothing they may write but their verdict: what crashes or hangs a decoder
 * stops the job, not the program. Costs: tests/bench/labels.
 *
 * Threads: a `struct readback` serves one at a time, in a program of any number of threads. A child
 * is the program begun anew (readback_child.h); whatever links this library can be one.
 */
#ifndef TRAO_LABELS_READBACK_H
#define TRAO_LABELS_READBACK_H

#include "labels/labels.h"
#include "labels/tongue.h"

struct readback;

/* For a job in "pdf", "zpl", "tspl" or "escpos", at 203, 300 or 600 dpi (0: 203). ERROR_BAD_INPUT:
 * another tongue, which is no printer's, or dpi. Close accepts NULL. */
must_use bool readback_open(const char *tongue, unsigned dpi, struct readback **ret_readback,
                            struct error *err);
void readback_close(struct readback *readback);

/* For labels_begin_as, which is told of a read-back by labels_options: what stands between a job
 * and its sink, and between a job and its writer. One job for each read-back. */
struct labels_sink readback_sink(struct readback *readback, struct labels_sink sink);
struct writer *readback_writer(struct readback *readback, struct writer *inner);

struct readback_result {
    size_t pages;
    size_t symbols;
    int32_t narrowest_um; /* the narrowest module measured; 0 without symbols */
};

/* Judges the whole job: `bytes` is everything that went through the sink. `workers` children, 0:
 * one a processor.
 * ERROR_REFUSED: page and symbol are named, the first in the job's order. ERROR_BAD_INPUT: the
 * bytes are not what their printer understands. ERROR_LATER: no memory, no process, or a child
 * died. */
must_use bool readback_check(const struct readback *readback, const void *bytes, size_t n,
                             unsigned workers, struct readback_result *ret_result,
                             struct error *err);

/* The same for a file. ERROR_NOT_FOUND: it cannot be read. */
must_use bool readback_check_file(const struct readback *readback, const char *path,
                                  unsigned workers, struct readback_result *ret_result,
                                  struct error *err);

#endif
