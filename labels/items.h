/* items.h - what a list becomes for a printer: items, each with the number that is kept count of
 * (spool.h). An envelope is an item by its own number, a slip by its serial; a bảng kê is an item a
 * sheet, "BG-20481163-1", "BG-20481163-2", ..., so that it goes on at the sheet where it stopped.
 *
 * Owner: `struct items` holds the records and every string of them until items_done, which accepts
 * what is half read. The layout stays the caller's. Threads: one at a time.
 */
#ifndef TRAO_LABELS_ITEMS_H
#define TRAO_LABELS_ITEMS_H

#include "labels/list.h"
#include "labels/spool.h"

struct items {
    char name[256]; /* of the list, as said; "-" standard input */
    struct list_record *records;
    size_t n_records, records_room;
    struct label *all;       /* labels and slips: one an item */
    struct labels_row *rows; /* a bảng kê: one a record */
    struct label head;       /* of a bảng kê */
    char (*sheets)[SPOOL_NUMBER_BYTES];
    const char **numbers; /* one an item */
    size_t n;             /* items */
};

/* Reads a whole list for an open layout. `all` holds what is the same for every record and outlives
 * the items. ERROR_BAD_INPUT: rows cannot be printed, each told on standard error as
 * file:row:column; or a bảng kê has no serial. ERROR_NOT_FOUND: `path` cannot be read; "-" and NULL
 * are standard input. */
must_use bool items_read(struct items *items, const char *path, const struct labels *labels,
                         const struct list_record *all, struct error *err);
void items_done(struct items *items);

/* Lays out the item of a number as the given copy. `at` is where the search begins and then where
 * it ended, as jobs are in the list's order. ERROR_NOT_FOUND: the list has no such number; else as
 * labels_add, with the place in front, file:row:column. */
must_use bool items_add(const struct items *items, struct labels *labels,
                        const struct spool_item *item, size_t *at, struct labels_report *ret_report,
                        struct error *err);

#endif
