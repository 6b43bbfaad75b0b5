/* report.h - the evaluation of a pilot: tables of figures over some days, each with a sentence of
 * how it is counted, as a page to read and print or as a workbook to go on with.
 *
 * All figures come from views and record alone. A share of fewer than SHARE_FEW is marked. What
 * stood before the pilot was not measured here: it is what somebody entered, with his source
 * (BASELINE_SET). No name of a receiver is in it. Threads: those of the record and views given.
 */
#ifndef TRAO_SERVER_OFFICE_REPORT_H
#define TRAO_SERVER_OFFICE_REPORT_H

#include "server/record/record.h"
#include "server/views/views.h"

struct report_asked {
    int64_t from_day, to_day; /* both included */
    uint32_t post_office;     /* whose calendar */
    uint32_t office;          /* number of premises.h */
    bool all_offices;         /* else of `office` alone */
};

#define REPORT_COLUMNS 8
struct report_cell {
    char text[112];
    bool is_number;
    double number;
};
struct report_table {
    const char *vi, *en, *how; /* title; how it is counted, both languages */
    size_t columns;
    const char *header[REPORT_COLUMNS];
    struct report_cell (*rows)[REPORT_COLUMNS]; /* on the heap */
    size_t n, room;
};
#define REPORT_TABLES 9
struct report {
    char title[256], period[64];
    struct report_table table[REPORT_TABLES];
    size_t n;
    bool no_memory;
};

/* report_done in any case. LATER without memory. */
bool report_make(struct views *views, struct record *record, const struct report_asked *asked,
                 struct report *ret_report, struct error *err) must_use;
void report_done(struct report *report);

/* One file that needs no other, wide or narrow, on paper too. */
bool report_write_html(const struct report *report, int fd, struct error *err) must_use;
/* A sheet a table; `folder` is for what the workbook is put together from. In export_form.c. */
bool report_write_xlsx(const struct report *report, const char *folder, int fd,
                       struct error *err) must_use;

/* What may be entered of the time before, by the key of a BASELINE_SET: false for another word. */
struct baseline_info {
    const char *key, *vi, *unit;
};
const struct baseline_info *baseline_row(size_t i); /* NULL past the end */

#endif
