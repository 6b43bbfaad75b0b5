/* hand.h - a rig with one enrolled handheld, HH-042: what most tests of record and intake begin
 * with. One thread. */
#ifndef TRAO_TESTS_SERVER_HAND_H
#define TRAO_TESTS_SERVER_HAND_H

#include "tests/server/rig.h"

extern struct rig rig;
extern struct rig_device hand;

/* For cmocka. */
int hand_set_up(void **state);
int hand_tear_down(void **state);

/* Beeps three pickups, the items from `first_item` on, and cuts them. */
void cut_three(struct rig_batch *batch, uint32_t first_item);
struct intake_counts counts(void);
/* Fails the test unless the record proves itself; what it proved. */
struct record_proof proof_holds(void);

#endif
