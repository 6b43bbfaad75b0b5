/* list.h - a stranger's file becomes rows of named cells, read in a short-lived child.
 *
 * Taken: CSV in any encoding that charset.h tells, or that is said; ',' ';' or tab, found on the
 * header, or what a first line "sep=X" says; quotes, line breaks in cells; LF, CRLF or CR; title
 * rows above the header, total and signature rows below it (case I01). XLSX (xlsx.h): the first
 * sheet with a header that is not hidden. Where an encoding cannot be told, each cell that is not
 * UTF-8 is refused. The header is the first of 30 rows that holds every REQUIRED column of
 * columns.def; the rows' numbers are those a spreadsheet shows (a record with line breaks is one
 * row; the first is 1).
 *
 * The bytes are parsed in a child process of this very program (house.md, settled point 10), which
 * has a filter of its own, only its two pipes and 20 s of the processor; what it answers is checked
 * like a stranger's.
 * Threads: any; calls share nothing.
 */
#ifndef TRAO_SERVER_OFFICE_LIST_H
#define TRAO_SERVER_OFFICE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"
#include "server/office/charset.h"

enum list_column {
#define COLUMN(KEY, NEED, bytes, vi, en, names) LIST_##KEY,
#include "server/office/columns.def"
#undef COLUMN
    LIST_COLUMNS
};

/* How one office names its columns, folded; "" is as everybody does. What is
 * named here is looked for first; a column of which the name is not in the
 * header is looked for by its known names. */
#define LIST_NAME_MAX 127
struct list_names {
    char folded[LIST_COLUMNS][LIST_NAME_MAX + 1];
};
/* "dossier", "id-number" ...: a column's key in commands. Returns `out`. */
char *list_column_key(enum list_column column, char *out, size_t size);
/* Of a key that does not exist: nothing happens. */
void list_names_set(struct list_names *names, const char *key, const char *folded);

struct list_column_info {
    const char *key; /* of columns.def */
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
    LIST_FAULT_ERROR_CELL, /* "#N/A" and its like (case I11); `column` says where */
    LIST_FAULT_NO_DOSSIER, /* a total or a signature below the list: skipped, by name */
    LIST_FAULTS
};

struct list_row {
    uint32_t number; /* as a spreadsheet shows it */
    enum list_fault fault;
    enum list_column column;        /* of the fault */
    bool hidden;                    /* a spreadsheet does not show it */
    const char *cell[LIST_COLUMNS]; /* clean text (text_clean); "" when empty or no such column */
    /* Name and address as they stand in a file of an old encoding (charset_write), else "". */
    const char *written_name, *written_address;
};

#define LIST_SHEET_BYTES_MAX 128u
struct list {
    size_t n;                             /* rows */
    uint32_t position[LIST_COLUMNS];      /* place of the column in the file from 1; 0: not there */
    enum charset charset;                 /* CHARSET_UNKNOWN of a workbook */
    char separator;                       /* 0 of a workbook */
    bool from_1904;                       /* a workbook's days are counted from then */
    char sheet[LIST_SHEET_BYTES_MAX + 1]; /* of a workbook, else "" */
    struct list_said *said;               /* where the rows lie */
};

/* Reads `fd` to its end in a child: `program --read-list CHARSET NAMES`;
 * `charset` is CHARSET_UNKNOWN unless somebody said it; `names` is NULL or what
 * the office calls its columns. What the child says lies in a nameless file in `folder`, so that a
 * list of any length takes the memory of one row. All of it is checked before this returns.
 * BAD_INPUT when it is no such list (what was looked for is named) or takes too much work, LATER
 * when no child can be started or the folder has no room, BROKEN when the child misbehaves.
 */
bool list_read(const char *program, const char *folder, int fd, enum charset charset,
               const struct list_names *names, struct list *ret_list, struct error *err) must_use;
/* Of a failure of list_read: the file was read, but none of its rows names the columns. */
bool list_has_no_header(const struct error *err);
/* The next row, `n` times from the first; its cells are good until the next call. LATER, BROKEN:
 * the file cannot be read. */
bool list_take(struct list *list, struct list_row *ret_row, struct error *err) must_use;
/* From the first row again. */
bool list_again(struct list *list, struct error *err) must_use;
void list_done(struct list *list);

/* The child's whole life: for main() when argv[1] is "--read-list". Reads `in`,
 * writes `out`, returns the exit status. The caller has opened `charsets`,
 * which are closed here, then confined the process (sandbox_reader). */
int list_child_main(int in, int out, struct charsets *charsets, enum charset charset,
                    const struct list_names *names);
/* `text` is argv[3], what list_read wrote there; NULL and what is no names give
 * none. */
struct list_names list_names_read(const char *text);

#endif
