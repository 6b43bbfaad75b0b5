#include "tests/server/hand.h"

struct rig rig;
struct rig_device hand;

int hand_set_up(void **state)
{
    (void)state;
    rig_open(&rig);
    rig_device(&hand, &rig, "HH-042");
    return 0;
}

int hand_tear_down(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

void cut_three(struct rig_batch *batch, uint32_t first_item)
{
    for (uint32_t i = 0; i < 3; i++)
        rig_beep(&rig, &hand, first_item + i, EVENT_PICKED_UP, 1000);
    rig_cut(&hand, batch);
}

struct intake_counts counts(void)
{
    struct intake_counts now;
    intake_counts(rig.intake, &now);
    return now;
}

struct record_proof proof_holds(void)
{
    struct record_proof proof;
    assert_good(record_verify(rig.record, &rig.seal_public, &proof, &err));
    return proof;
}
