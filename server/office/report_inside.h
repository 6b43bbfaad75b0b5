/* report_inside.h - what the files that make a report share: tables that grow, cells, sums of
 * items. Nobody else includes it. */
#ifndef TRAO_SERVER_OFFICE_REPORT_INSIDE_H
#define TRAO_SERVER_OFFICE_REPORT_INSIDE_H

#include "server/office/report.h"

/* ------------------------------------------------------------------ tables and cells */

struct report_table *report_table(struct report *report, const char *key, const char *vi,
                                  const char *en, const char *how, size_t columns,
                                  const char *const header[REPORT_COLUMNS]);
#define TABLE(report, key, vi, en, how, ...)                                                       \
    report_table(report, key, vi, en, how,                                                         \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                      \
                 (const char *const[REPORT_COLUMNS]){__VA_ARGS__})
/* The next row, empty; a place to write to when there is no memory for it. */
struct report_cell *report_row(struct report *report, struct report_table *table);

void report_put_text(struct report_cell *cell, const char *text);
void report_put_number(struct report_cell *cell, uint64_t number);
/* "94,12 %", with a mark when it is of few; "–" of none. */
void report_put_share(struct report_cell *cell, uint64_t part, uint64_t whole);
/* "6,5", of `whole` cases. */
void report_put_tenths(struct report_cell *cell, double value, uint64_t whole);
/* Behind a text: the mark when it is of few. */
void report_put_few(struct report_cell *cell, uint64_t whole);

/* ------------------------------------------------------------------ what is summed by items */

struct place_sum {
    uint64_t key;
    uint64_t items, delivered, ended, trips, postage_vnd, fees_vnd;
    double days; /* of all that were delivered, from issue */
};
struct place_sums {
    struct place_sum *all; /* sorted by key */
    size_t n, room;
};

struct making {
    struct views *views;
    struct record *record;
    const struct report_asked *asked;
    struct report *report;
    struct place_sums offices, communes;
    struct place_sum whole;
    struct board post; /* of all that is asked for */
};

bool report_sum_items(struct making *making, struct error *err) must_use;
void report_make_volumes(struct making *making);
bool report_make_before(struct making *making, struct error *err) must_use;

typedef void report_put_key(const struct making *making, uint64_t key, struct report_cell *cell);
report_put_key report_put_office, report_put_commune;

#endif
