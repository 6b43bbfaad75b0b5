/* claims.h - cases: what was not received, damaged, lost, late, disputed, or paid wrongly; by when
 * an answer is owed, and what is paid [domain.md section 1, rules 11 and 12]. Pure; the numbers are
 * rules (rule.def).
 *
 * A case is opened by a citizen, by the office, or by a rule: an envelope declared lost, found
 * damaged at the door, undelivered long past its term, money that does not agree. At most one of a
 * kind is open at a time. It is closed with evidence. While one is open (but for money) the post's
 * clock stays open: what was delivered is not delivered yet.
 */
#ifndef TRAO_SERVER_DELIVERY_CLAIMS_H
#define TRAO_SERVER_DELIVERY_CLAIMS_H

#include "server/delivery/clocks.h"

/* "not-received", "damaged", "lost", "late", "disputed", "money"; CLAIM_NONE for other words. */
enum claim_kind claim_kind_of(const char *word);
const char *claim_kind_word(uint32_t kind); /* "?" for a number this version does not know */
const char *claim_kind_vi(uint32_t kind);
/* "delivered", "not-delivered", "compensated", "unfounded", "withdrawn", "settled". */
enum claim_outcome outcome_of(const char *word);
const char *outcome_word(uint32_t outcome);
const char *opener_word(uint32_t opener); /* "citizen", "office", "rule" */

bool claim_is_open(const struct claim *claim);
/* How many cases of the state are open. */
size_t claims_open(const struct state *state);
/* True while one is open that keeps the post's clock open. */
bool claims_hold_clock(const struct state *state);
/* The open case of a kind, NULL if none. */
const struct claim *claim_find_open(const struct state *state, enum claim_kind kind);
/* True if one of this kind was closed, and none is open. */
bool claim_was_closed(const struct state *state, enum claim_kind kind);

/* When what is owed is owed; .ms 0: nothing is. */
struct claim_terms {
    struct instant answer_by; /* open and not answered */
    struct instant pay_by;    /* open, and the answer owes compensation */
};
struct claim_terms claim_terms_of(const struct claim *claim, const struct schedule *schedule);

/* All cases as they stand at `now`: those of the state, then those that a rule over time or money
 * opens. Returns how many were written. */
#define CLAIMS_ALL_MAX (CLAIMS_MAX + 2)
size_t claims_of(const struct state *state, const struct clocks *clocks, const struct rules *rules,
                 struct instant now, struct claim out[CLAIMS_ALL_MAX]);

/* Until when a citizen may complain: loss and delay from the end of the term, damage and price from
 * the delivery. .ms 0: no end is set yet. The office itself may open a case at any time. */
struct instant claim_window(const struct state *state, const struct clocks *clocks,
                            const struct rules *rules, enum claim_kind kind);

/* What the rules propose to pay: times the price of the carriage, never below the least. */
uint64_t claim_compensation_vnd(const struct state *state, const struct rules *rules,
                                struct instant at);

/* ------------------------------------------------------------------ for the walk */

/* Nothing when one of this kind is open, or there is no more room. */
void claim_open(struct state *state, const struct claim *claim);
/* A fact CASE_OPENED, CASE_ANSWERED or CASE_CLOSED. A case that a rule opens over time or money may
 * be closed although no fact opened it. */
void claim_note(struct state *state, const struct fact *fact);
/* True if this CASE_CLOSED says of an open case about a delivery that there was none. */
bool claim_refutes(const struct state *state, const struct office_fact *fact);

#endif
