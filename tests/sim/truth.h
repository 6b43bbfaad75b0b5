/* truth.h - what the views say of an item, held against what really happened in this world, and
 * against the same facts in another order. Also the plant of a fold that goes by arrival. */
#ifndef TRAO_TESTS_SIM_TRUTH_H
#define TRAO_TESTS_SIM_TRUTH_H

#include "server/record/devices.h"
#include "server/record/record.h"
#include "server/views/views.h"
#include "tests/sim/ledger.h"

/* Each handheld's number in the record, in the ledger's order; 0: not known to it. */
struct truth_ids {
    int64_t id[LEDGER_DEVICES_MAX];
};
struct truth_ids truth_ids_of(struct env *env, const struct ledger *ledger, struct record *reader);

/* `facts` as views_history gave them. Scans of handhelds whose time was worked out rightly (within
 * TRUTH_NEAR_MS of the beep, as all of this item by the same handheld) stand in the order in which
 * they were beeped. */
#define TRUTH_NEAR_MS 5000
void truth_check_order(struct env *env, const struct ledger *ledger, const struct truth_ids *ids,
                       const struct fact *facts, size_t n);

/* Of the scans that are one beep under several numbers one counts at most. */
void truth_check_once(struct env *env, const struct ledger *ledger, const struct truth_ids *ids,
                      const struct fact *facts, size_t n);

/* Shuffled and some of them doubled, they fold to the state that is kept. */
void truth_check_shuffled(struct env *env, struct views *views, const struct fact *facts, size_t n,
                          const struct state *kept);

/* Planted: from now on every fold takes its facts in the order of their arrival. */
void truth_fold_by_arrival(void);
/* Planted: from now on the server takes what it has for new. */
void truth_know_no_repeat(void);

#endif
