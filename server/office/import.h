/* import.h - a list of finished results becomes items: each dossier gets one number.
 *
 * Safe to repeat: a dossier that has a live number adds nothing (case I14: twice, under another
 * file name, by two clerks at once). Another person under the same code is refused; the same person
 * with another address is corrected as long as no label is printed, and asks for another label
 * after that; another phone is corrected until the item has ended (decision 0103). Rows go in by
 * hundreds, four of them durable as one; what was in when something failed stays in, and repeating
 * the import finishes it. No number is given to a dossier whose procedure the post may not return,
 * whose citizen withdrew, or whose result is electronic (domain.md section 1, rules 1 and 5). When
 * the post office's numbers are used up the rows that found none are counted, and the report says
 * ahead of time that they run low. How the file was read (encoding, sheet, columns) is said when it
 * had to be found out, and always when the import is dry: then the first rows are shown too, and
 * nothing is kept.
 */
#ifndef TRAO_SERVER_OFFICE_IMPORT_H
#define TRAO_SERVER_OFFICE_IMPORT_H

#include "server/office/charset.h"
#include "server/office/list.h"
#include "server/office/numbers.h"
#include "server/record/acts.h"
#include "server/record/imports.h"

/* What a dry import shows, for whoever does not want it as lines of the report. */
struct import_shown {
    void (*form)(void *ctx, const struct list *list);   /* encoding, separator, sheet, columns */
    void (*row)(void *ctx, const struct list_row *row); /* the first rows, as they were read */
    void *ctx;
};

struct import_config {
    struct acts acts;
    struct numbers numbers;
    const char *post_office_name; /* for the sentence that its numbers run out */
    const char *reader_program;   /* started as `... --read-list` */
    const char *folder;           /* for what it says, in a nameless file (list.h) */
    uint32_t office;              /* whose results these are: number of premises.h, 0 the first */
    struct list_names names;      /* of the office's columns */
    enum charset charset;         /* of a CSV file, if somebody said it */
    const struct import_shown *shown; /* NULL: as lines */
    bool dry;                         /* only look: the report says what would come of it */
};

/* Reads `fd` to its end; `file` is its base name, for the report. False when the list cannot be
 * read at all (BAD_INPUT: the sentence names file, row, column) or the record cannot be written
 * (LATER). free(*new_lines). Any thread but the writer's. */
bool import_run(const struct import_config *config, int fd, const char *file,
                struct import_report *ret_report, char **new_lines, struct error *err) must_use;

/* The sentence that sums a report up, both languages, two lines. */
/* What is said of a total or a signature below the list: nobody has to do anything about it. */
#define IMPORT_SKIPPED "không phải hồ sơ, bỏ qua."
#define IMPORT_SUMMARY_MAX 512
char *import_summary(const struct import_report *report, bool dry, char out[IMPORT_SUMMARY_MAX]);

#endif
