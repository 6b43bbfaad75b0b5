/* list.h - a stranger's CSV file becomes rows of named cells, read in a short-lived child.
 *
 * Taken: UTF-8 with or without BOM; ',' ';' or tab, found on the header; quotes, line breaks in
 * cells; LF, CRLF or CR; title rows above the header, total and signature rows below it (case I01).
 * Another encoding is refused, naming the first row and column that are not UTF-8. The header is
 * the first of 30 rows that holds every REQUIRED column of columns.def; the rows' numbers are those
 * a spreadsheet shows (a record with line breaks is one row; the first is 1).
 *
 * The bytes are parsed in a child process of this very program (house.md, settled point 10), which
 * has a filter of its own and only its two pipes; what it answers is checked like a stranger's.
 * Threads: any; calls share nothing.
 */
#ifndef TRAO_SERVER_OFFICE_LIST_H
#define TRAO_SERVER_OFFICE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

enum list_column {
#define COLUMN(KEY, NEED, bytes, vi, en, names) LIST_##KEY,
#include "server/office/columns.def"
#undef COLUMN
    LIST_COLUMNS
};

struct list_column_info {
    const char *vi, *en;
    bool required;
    size_t bytes_max;
    const char *names;
};
const struct list_column_info *list_column_info(enum list_column column);

#define LIST_FILE_BYTES_MAX (64u << 20)
#define LIST_ROWS_MAX 200000u
#define LIST_HEADER_ROWS 30 /* titles above a header never were longer in the lists seen */

/* What is wrong with a row before its cells are looked at. */
enum list_fault {
    LIST_FAULT_NONE,
    LIST_FAULT_NOT_UTF8,   /* `column` says where */
    LIST_FAULT_TOO_LONG,   /* `column` says where */
    LIST_FAULT_CUT,        /* the file ends inside this row (case I14) */
    LIST_FAULT_NO_DOSSIER, /* a total or a signature below the list: skipped, by name */
    LIST_FAULTS
};

struct list_row {
    uint32_t number; /* as a spreadsheet shows it */
    enum list_fault fault;
    enum list_column column;        /* of the fault */
    const char *cell[LIST_COLUMNS]; /* clean text (text_clean); "" when empty or no such column */
};

struct list {
    struct list_row *rows;
    size_t n;
    uint32_t position[LIST_COLUMNS]; /* place of the column in the file from 1; 0: not there */
    char *text;                      /* owner of all cells */
};

/* Reads `fd` to its end in a child: `program --read-list`. BAD_INPUT when it is no such list (what
 * was looked for is named), LATER when no child can be started, BROKEN when the child misbehaves.
 */
bool list_read(const char *program, int fd, struct list *ret_list, struct error *err) must_use;
void list_done(struct list *list);

/* The child's whole life: for main() when argv[1] is "--read-list". Reads `in`, writes `out`,
 * returns the exit status. The caller has already confined the process (sandbox_reader). */
int list_child_main(int in, int out);

#endif
