/* cases.h - what a desk writes about an item that went wrong: cases opened, answered and closed,
 * charges set, money paid after the door, and entries taken back, each on evidence [domain.md
 * section 1, rules 11 and 12; house's settled point 4]. The rules are claims.h, money.h and fold.h.
 * Any thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_CASES_H
#define TRAO_SERVER_OFFICE_CASES_H

#include "server/delivery/claims.h"
#include "server/record/acts.h"
#include "server/views/views.h"

/* Who does it, and on what. */
struct ground {
    const char *evidence; /* words, the number of a paper; never empty */
    uint32_t user;
};

/* REPEATED when one of this kind is open. REFUSED from a citizen whose term to complain is over;
 * NOT_FOUND when nobody issued the item. */
bool case_open(struct acts acts, struct views *views, const struct item *item, enum claim_kind kind,
               enum opener opener, const struct ground *ground, struct error *err) must_use;
/* `liable_vnd`: compensation that is owed, 0 none. NOT_FOUND when no such case is open. */
bool case_answer(struct acts acts, struct views *views, const struct record *record,
                 const struct item *item, enum claim_kind kind, uint64_t liable_vnd,
                 const struct ground *ground, struct error *err) must_use;
/* BAD_INPUT when the outcome does not go with the kind: "not delivered" is said of a delivery. */
bool case_close(struct acts acts, struct views *views, const struct record *record,
                const struct item *item, enum claim_kind kind, enum claim_outcome outcome,
                uint64_t paid_vnd, const struct ground *ground, struct error *err) must_use;

/* What an item is charged: zeros and an empty key are left as they are. REFUSED once it is
 * delivered: correct that first. NOT_FOUND: no such exemption in force. */
bool item_charge(struct acts acts, struct views *views, const struct item *item,
                 const struct charge *charge, const struct ground *ground,
                 struct error *err) must_use;
/* Money that came after the delivery. REFUSED before it. */
bool item_paid(struct acts acts, struct views *views, const struct item *item, uint64_t postage_vnd,
               uint64_t fees_vnd, const struct ground *ground, struct error *err) must_use;

/* How a history names a fact: the handheld's name, its epoch, the scan's number
 * ("HH-042/00000000000000e1-7"), or "office/12". */
#define FACT_SOURCE_MAX (DEVICE_NAME_MAX + 40)
bool fact_source(struct record *record, const struct fact *fact, char out[FACT_SOURCE_MAX],
                 struct error *err) must_use;

/* Takes back one fact of an item's history, named as the history names it: "office/17" or
 * "HH-042/00e1...-12". The fact stays and is shown struck. BAD_INPUT: no such name; NOT_FOUND: not
 * in this item's history; REFUSED: of a kind that has a verb of its own; REPEATED: struck already.
 */
bool item_correct(struct acts acts, struct views *views, struct record *record,
                  const struct item *item, const char *source, const struct ground *ground,
                  struct error *err) must_use;

#endif
