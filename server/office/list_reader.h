/* list_reader.h - rows of cells, from a CSV file or a sheet, become the named rows that the reading
 * child says (list_wire.h). Two passes: the first, without `out`, finds the header. Private to the
 * reading child.
 */
#ifndef TRAO_SERVER_OFFICE_LIST_READER_H
#define TRAO_SERVER_OFFICE_LIST_READER_H

#include <stdio.h>

#include "server/office/list_wire.h"

#define READER_CELLS_MAX 256 /* cells of one row that are looked at; a list has 11 to 17 */

struct reader_cell {
    size_t at, n;
    size_t written_at, written_n; /* the file's own bytes, where another encoding was read */
    bool is_error;                /* a spreadsheet's "#N/A" */
};

/* One pass over the file. Zeroed: at its begin; reader_done at its end. */
struct reader {
    const struct list_names *names; /* of the office */
    FILE *out;                      /* NULL while looking for the header */
    struct charsets *charsets;      /* reads cells of an old encoding, one by one */
    enum charset charset;
    uint32_t number; /* of the running row, as a spreadsheet shows it */
    bool hidden;     /* the running row is */
    bool cut;        /* the file ends inside quotes */
    bool has_header;
    size_t header_cells;
    uint32_t position[LIST_COLUMNS];
    char likely[96]; /* "«A», «B», «C»": the first row that may be a header in an office's own
                        words */
    char lacks[64];  /* "«Người nhận»": which columns it lacks, if it has others; else "" */
    uint32_t likely_row;
    uint32_t code_row, code_cell; /* the first dossier's code, from 1; 0 none */
    bool names_above;             /* above it, or without one: a row that may be a header */
    uint32_t bad_row, bad_cell;   /* first cell that is not UTF-8, from 1; 0 none */
    struct reader_cell cell[READER_CELLS_MAX];
    size_t cells;
    char *text; /* of the running row */
    size_t text_n, text_size;
    char *named; /* the running row's named cells */
    bool no_memory;
};
void reader_done(struct reader *reader);

/* The next cell of the running row; its number is set when the row ends. */
void reader_cell(struct reader *reader, const char *bytes, size_t n, bool is_error);
/* The row `number` ends: by the character `end`, or -1 at the file's end, -2 if a file of its kind
 * has no such ends. */
void reader_row(struct reader *reader, int end);

void reader_say_u32(FILE *out, uint32_t value);
void reader_say_cell(FILE *out, const char *text);

#endif
