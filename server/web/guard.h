/* guard.h - guesses are counted, per source and per number, and stopped (case W01; settled point
 * 11; reliability.md (b): 20 an hour and address).
 *
 * A fixed table in memory for each kind: nothing to write. When that of addresses is full the
 * oldest row goes, as in that of keys, which nobody guesses; when that of numbers or of logins is,
 * who is not in it is refused for the hour. An IPv6 address counts as its /64. Own lock inside, any
 * thread.
 */
#ifndef TRAO_SERVER_WEB_GUARD_H
#define TRAO_SERVER_WEB_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/clock.h"
#include "protocol/error.h"

struct guard;

enum guard_kind {
    GUARD_CLIENT, /* wrong numbers, digits, enrolment codes, by address: 20 an hour */
    GUARD_ITEM,   /* wrong last digits of a number: 5 an hour: 120 of 10,000 a day */
    GUARD_LOGIN,  /* wrong passwords by address: 20 an hour; per person people.h counts */
    GUARD_KEY     /* wrong keys of programs and scrapers by address, likewise: a program with an old
                     key keeps nobody at the desk beside it from logging in */
};
#define GUARD_KINDS 4
#define GUARD_SOURCE_MAX 64

bool guard_new(struct clock clock, struct guard **ret_guard, struct error *err) must_use;
void guard_free(struct guard *guard);

/* Tries left before a further wrong one is refused; 0: refused now. */
uint32_t guard_left(struct guard *guard, enum guard_kind kind, const char *key);
void guard_wrong(struct guard *guard, enum guard_kind kind, const char *key);

/* Whose address it is: an IPv6 one stands for its /64, one subscriber's (RFC 6177). */
void guard_source(const char *address, char out[GUARD_SOURCE_MAX]);

#define GUARD_WINDOW_MS (INT64_C(1000) * 3600)

#endif
