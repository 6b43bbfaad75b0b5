/* output.h - where a job's bytes go: a file that has its name only when it is whole; or standard
 * output, a pipe or a device, which gets nothing of a job that failed. */
#ifndef TRAO_LABELS_OUTPUT_H
#define TRAO_LABELS_OUTPUT_H

#include "labels/labels.h"

#include <stdio.h>

#define OUTPUT_PATH_BYTES 4096

struct output {
    FILE *file;
    char path[OUTPUT_PATH_BYTES]; /* "-": standard output */
    char held[OUTPUT_PATH_BYTES]; /* where the bytes are until then */
    bool streamed;                /* handed over at the end, as nothing can be renamed there */
};

must_use bool output_open(const char *path, struct output *ret_output, struct error *err);
struct labels_sink output_sink(struct output *output);

/* Everything is in `held`, for whoever wants to look at it before. */
must_use bool output_flush(struct output *output, struct error *err);

/* Gives the file its name, or hands the bytes to standard output. Over whatever the answer. */
must_use bool output_release(struct output *output, struct error *err);

/* Leaves nothing behind. */
void output_discard(struct output *output);

#endif
