/* till.h - money of many items, kept in step as they are folded: what was taken, by postman and
 * day, and what carriage cost, by the day the post got it (docs/decisions/0145). A figure adds up
 * cells, a shift's rows are found without a walk through all items. Private to this folder; no lock
 * inside. */
#ifndef TRAO_SERVER_VIEWS_TILL_H
#define TRAO_SERVER_VIEWS_TILL_H

#include "server/views/slab.h"
#include "server/views/views.h"

/* What one item says. Values as they stand on disk too. */
struct till_taking {
    int64_t day;
    uint64_t badge, postage_vnd, fees_vnd;
};
/* Items that agree in all of it are one cell. */
struct till_cost {
    int64_t day;
    uint64_t price_vnd, taken_off_vnd, postage_taken_vnd, fees_taken_vnd;
    uint32_t office, band_g;
    uint8_t zone, payer, delivered, spare[5]; /* zeros: cells are compared as bytes */
};
struct till_said {
    uint64_t carried; /* 1: there is a cost */
    struct till_cost cost;
    uint64_t takings_n;
    struct till_taking taking[TAKINGS_MAX];
};
/* Bytes of it that say something. */
size_t till_said_bytes(const struct till_said *said);
/* Of an issued item; of another it says nothing. */
void till_said_of(const struct view *view, struct till_said *ret_said);
/* As till_said_bytes of it were written; false if these cannot be such. */
bool till_said_read(const void *bytes, size_t n, struct till_said *ret_said);

struct till_kept; /* of one item, in the caller's slab; NULL: nothing */
struct cost_cell;
struct shift_cell;

/* Cells by key: index + 1 in a table at most half full. */
struct till_index {
    uint32_t *slots;
    size_t slots_n;
};

/* Zeroed: empty. */
struct till {
    struct cost_cell *costs;
    size_t costs_n, costs_room;
    struct till_index cost_index;
    struct shift_cell *shifts;
    size_t shifts_n, shifts_room;
    struct till_index shift_index;
    uint32_t *cost_days, *shift_days; /* BOARD_DAYS of them: a day's first cell, index + 1 */
};
void till_done(struct till *till);
/* Item `index` says this from now on, in place of what *kept holds. False without memory: it may
 * then say less. */
bool till_put(struct till *till, struct slab *slab, uint32_t index, struct till_kept **kept,
              const struct till_said *said);
/* What it says. */
void till_get(const struct till *till, const struct till_kept *kept, struct till_said *ret_said);
/* Gives its memory back, and changes no figure. */
void till_free(struct slab *slab, struct till_kept *kept);

/* Sums by office, band, zone and payer, in that order; free(*new_costs). */
bool till_costs(const struct till *till, int64_t from_day, int64_t to_day,
                struct view_cost **new_costs, size_t *ret_n);
/* By day and badge; free(*new_shifts). */
bool till_shifts(const struct till *till, int64_t from_day, int64_t to_day,
                 struct view_shift **new_shifts, size_t *ret_n);
/* Calls `each` with the index of every item of these days' shifts, of one badge or (`of_badge`
 * false) of all, until it returns false; an item may come more than once. */
bool till_items(const struct till *till, int64_t from_day, int64_t to_day, bool of_badge,
                uint32_t badge, bool (*each)(void *ctx, uint32_t index), void *ctx);

#endif
