/* books.h - money that came in at doors, against what was given on: of a postman's shift, of an
 * office, and what carriage cost in a month [domain.md section 4]. Postage (cước) is the post's,
 * State fees (phí, lệ phí) are the office's: two sums that are never added. A shift or an office is
 * even when each of its two sums is 0, or what is left was named. A scan that comes late, or is
 * taken back, moves the figures: they are worked out anew each time. Any thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_BOOKS_H
#define TRAO_SERVER_OFFICE_BOOKS_H

#include "server/delivery/money.h"
#include "server/record/acts.h"
#include "server/record/ledger.h"
#include "server/views/views.h"

/* May be negative: more was given on than came in. */
struct sums {
    int64_t postage_vnd, fees_vnd;
};

/* One taking behind a figure. */
struct taken {
    struct item item;
    uint32_t office;
    struct taking taking;
};

struct books {
    struct sums taken;     /* at doors, and (of an office) paid later */
    struct sums given;     /* to the post office by a postman; to an office by the post */
    struct sums cleared;   /* of that: what the office says it has received */
    struct sums named;     /* too little, less too much: with a reason */
    struct sums left;      /* taken - given - named */
    struct taken *takings; /* the rows, by time */
    size_t takings_n;
    struct ledger_entry *entries; /* by seq; those taken back too, which count nothing */
    size_t entries_n;
};
void books_done(struct books *books);

/* True when nothing is left of either. */
bool books_are_even(const struct books *books);

/* A postman's shift: what he took on a local day (rules.h), by the time of the scan; badge 0: what
 * was taken by postmen nobody can name. What the desk took later is no part of it. LATER without
 * memory. */
bool books_shift(struct views *views, struct record *record, uint32_t badge, int64_t day,
                 struct books *ret_books, struct error *err) must_use;

/* An office's State fees over days, both included: fees taken for its results, given on by the
 * post, received. Its postage is the post's and is shown as taken alone. */
bool books_office(struct views *views, struct record *record, uint32_t office, int64_t from_day,
                  int64_t to_day, struct books *ret_books, struct error *err) must_use;

/* The shifts of some days that have money, one by one, by day and badge: `each` returns false to
 * stop. */
struct shift {
    uint32_t badge;
    int64_t day;
    struct books books; /* without rows */
};
bool books_shifts(struct views *views, struct record *record, int64_t from_day, int64_t to_day,
                  bool (*each)(void *ctx, const struct shift *shift), void *ctx,
                  struct error *err) must_use;

/* What carriage cost [the pilot's «cơ chế tài chính»]: of what offices handed over on those days,
 * by office, weight band, zone and payer. What was voided or recalled before the post had it is no
 * part of it. */
/* free(*new_costs). */
bool books_costs(struct views *views, int64_t from_day, int64_t to_day,
                 struct view_cost **new_costs, size_t *ret_n, struct error *err) must_use;

/* ------------------------------------------------------------------ writing */

/* Two names and a paper stand behind each sum. */
struct signed_sum {
    uint64_t postage_vnd, fees_vnd; /* at most SCAN_MONEY_MAX_VND each; not both 0 */
    const char *evidence, *giver, *taker;
    uint32_t user;
};

/* A postman gives the money of a shift to the post office. BAD_INPUT: no sum, no names, a day to
 * come. */
bool books_remit(struct acts acts, uint32_t badge, int64_t day, const struct signed_sum *sum,
                 uint64_t *ret_seq, struct error *err) must_use;
/* The post gives an office its fees of some days; the office then says that it has them («gạch
 * nợ»). REFUSED when `seq` is no such sum, was taken back or is cleared already. */
bool books_pay_office(struct acts acts, uint32_t office, int64_t from_day, int64_t to_day,
                      const struct signed_sum *sum, uint64_t *ret_seq, struct error *err) must_use;
bool books_clear(struct acts acts, uint64_t seq, const struct signed_sum *receipt,
                 struct error *err) must_use;
/* Names what a shift is short of, or has too much. */
bool books_name(struct acts acts, uint32_t badge, int64_t day, enum naming kind,
                const struct signed_sum *sum, uint64_t *ret_seq, struct error *err) must_use;
/* Takes back an entry, or that it was received; it stays visible. REFUSED when it was already. */
bool books_take_back(struct acts acts, uint64_t seq, const char *why, uint32_t user,
                     struct error *err) must_use;

#endif
