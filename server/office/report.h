/* report.h - the evaluation of a pilot: tables of figures over some days, each with a sentence of
 * how it is counted; as a page to read and print, a PDF to hand on, or a workbook to go on with.
 *
 * All figures come from views and record alone, and each says which items it counts. A share or a
 * mean of fewer than SHARE_FEW is marked. What stood before the pilot was not measured here: it is
 * what somebody entered, with his source (BASELINE_SET). No name of a receiver is in it. Threads:
 * those of the record and views given.
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
    struct instant now;
};

/* Which items issued in the period a number counts. */
enum report_items {
    REPORT_ISSUED,
    REPORT_DELIVERED,
    REPORT_AT_DOOR,     /* a trip saved */
    REPORT_NOT_AT_DOOR, /* ended, and none saved; what is under way is in neither */
    REPORT_POSTAGE,     /* postage was taken */
    REPORT_FEES,        /* State fees were taken */
    REPORT_ITEMS
};
/* "issued", "at-door" ...; and what people read. */
const char *report_items_key(enum report_items items);
const char *report_items_word(enum report_items items);
bool report_items_named(const char *key, enum report_items *ret_items) must_use;

/* The way to the items behind a number: on the board (views_behind), or by issue. */
enum report_way { REPORT_WAY_NONE, REPORT_WAY_BOARD, REPORT_WAY_ITEMS };
enum report_place { REPORT_ANYWHERE, REPORT_OFFICE, REPORT_COMMUNE };
struct report_behind {
    enum report_way way;
    char number[24]; /* of the board's words, or report_items_key */
    enum view_group group;
    enum view_clock clock;
    enum report_place place; /* of the items by issue */
    bool all_keys;
    uint64_t key; /* of the group, of the place */
};

#define REPORT_COLUMNS 8
struct report_cell {
    char text[112];
    bool is_number, few; /* few: of fewer than SHARE_FEW, the text ends in " *" */
    double number;
    struct report_behind behind;
};
struct report_table {
    const char *key;           /* for programs: "on-time" */
    const char *vi, *en, *how; /* title; how it is counted, both languages */
    size_t columns;
    const char *header[REPORT_COLUMNS];
    struct report_cell (*rows)[REPORT_COLUMNS]; /* on the heap */
    size_t n, room;
};
/* What is asked first. */
#define REPORT_FIRSTS 4
struct report_first {
    const char *name, *of; /* "Bưu điện đúng hạn"; what it is counted of */
    struct report_cell value;
};
#define REPORT_TABLES 9
struct report {
    char title[256], period[64];
    struct instant at; /* when it was made: figures are of then */
    struct report_first first[REPORT_FIRSTS];
    struct report_table table[REPORT_TABLES];
    size_t n;
    bool no_memory;
};

/* report_done in any case. LATER without memory. */
bool report_make(struct views *views, struct record *record, const struct report_asked *asked,
                 struct report *ret_report, struct error *err) must_use;
void report_done(struct report *report);

/* Items behind a number of the way REPORT_WAY_ITEMS, newest first, issued before `before` (0: all);
 * `*ret_next` is the `before` of what follows, 0 at the end. A call may give none and yet have a
 * next. Returns how many were written. */
size_t report_items(struct views *views, const struct report_asked *asked, enum report_items items,
                    const struct report_behind *behind, uint64_t before, struct view *out,
                    size_t max, uint64_t *ret_next);

/* The sentence about few, both languages. */
#define REPORT_FEW                                                                                                            \
    "* dưới 30 trường hợp: một trường hợp đã đổi tỷ lệ hơn ba phần trăm, đừng so sánh. / of " \
    "fewer than 30: do not compare."

/* One file that needs no other, wide or narrow, on paper too. */
bool report_write_html(const struct report *report, int fd, struct error *err) must_use;
/* A4, its fonts inside, tagged, every page numbered. In report_pdf.c. */
bool report_write_pdf(const struct report *report, int fd, struct error *err) must_use;
/* A sheet a table, named by its title as far as a name may go, the marks of few shown behind their
 * numbers; `folder` is for what the workbook is put together from. In export_form.c. */
bool report_write_xlsx(const struct report *report, const char *folder, int fd,
                       struct error *err) must_use;

/* What may be entered of the time before, by the key of a BASELINE_SET: false for another word. */
struct baseline_info {
    const char *key, *vi, *unit;
};
const struct baseline_info *baseline_row(size_t i); /* NULL past the end */

#endif
