/* export.h - what was taken in, as the 11-column list that one-stop software hands to the post
 * [domain.md section 4], or what became of it since (outcome.h): CSV (UTF-8 with its mark, CR LF)
 * or XLSX, whose cells are all texts.
 *
 * No cell is a formula: in CSV one that begins with = + - @ (in full width too), ' or a control
 * character has ' before it, which our own import takes off again (case W09). ID numbers are masked
 * but for the last four; import reads a masked one as not given. So a list that is imported again
 * adds and changes nothing. Threads: those of the record and views given.
 */
#ifndef TRAO_SERVER_OFFICE_EXPORT_H
#define TRAO_SERVER_OFFICE_EXPORT_H

#include "server/views/views.h"

enum export_form { EXPORT_CSV, EXPORT_XLSX };

struct export_asked {
    uint32_t office;         /* number of premises.h */
    bool all_offices;        /* else of `office` alone */
    struct instant from, to; /* issued in between; to.ms 0: until now */
    enum export_form form;
    struct views *views; /* NULL: the 11 columns; else what became of each, as these know it */
    struct instant now;  /* what is late, with views */
    const char *folder;  /* for what a workbook is put together from */
    /* Told of those that are in the file, some thousands at a time, before it is whole, and of none
     * when there are none; false ends it. NULL: nobody is. */
    bool (*written)(void *ctx, const struct item *items, size_t n, struct error *err);
    void *ctx;
};

/* Writes a list of what was issued, in that order, to `fd`. What is not asked for and what was
 * voided is left out; of the 11 columns also what was recalled, and those whose addressee was
 * deleted. Takes the memory of some hundred rows, whatever their number. BAD_INPUT: more rows than
 * a sheet has. LATER: the file cannot be written, or no memory. */
#define EXPORT_SHEET_ROWS_MAX 1048575u /* below the header [ECMA-376: 1,048,576 rows] */
bool export_list(struct record *record, const struct export_asked *asked, int fd, size_t *ret_rows,
                 struct error *err) must_use;

#endif
