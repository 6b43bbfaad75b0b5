/* list_lines.h - a line of each kind of list, taken apart. Pure; for list.c. */
#ifndef TRAO_LABELS_LIST_LINES_H
#define TRAO_LABELS_LIST_LINES_H

#include "labels/list.h"

/* What is read from: the file, and where in it. */
struct list_source {
    FILE *file;
    size_t line; /* from 1 */
};

/* The next value of a CSV line into `value` (NUL behind it, not counted). *ret_last: the line or
 * the file ends behind it. ERROR_BAD_INPUT: a quote out of place, a NUL, or too long. */
must_use bool list_csv_value(struct list_source *source, int separator, struct buffer *value,
                             bool *ret_last, struct error *err);

/* Passes over the rest of a line. */
void list_csv_skip(struct list_source *source);

/* One member of an object in a line of JSON: *at stands behind '{' or ','. Name and value go to
 * their buffers (UTF-8, NUL behind them, not counted); *ret_last: the object ends behind it. */
must_use bool list_json_member(const char **at, struct buffer *name, struct buffer *value,
                               bool *ret_last, struct error *err);

#endif
