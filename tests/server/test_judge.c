/* What becomes of two stories about the same numbers: broken links and conflicts, below, at and
 * above a gap; and of a device that seals whatever it likes. */
#include <stdlib.h>
#include <string.h>

#include "tests/server/hand.h"

static void broken_link_is_kept_with_a_verdict(void **state)
{
    (void)state;
    struct rig_batch first, wrong, next;
    cut_three(&first, 100);
    rig_send(&rig, &hand, &first);
    hand.link.bytes[0] ^= 1;
    cut_three(&wrong, 200);
    rig_issue(&rig, 200, "H56-1");
    rig_send(&rig, &hand, &wrong);
    const struct receipt *receipt = rig_receipt(&rig, &hand);
    assert_int_equal(receipt->through, 6);
    assert_int_equal(receipt->verdicts, 1);
    assert_int_equal(receipt->verdict[0].kind, VERDICT_BROKEN_LINK);
    assert_int_equal(receipt->verdict[0].first_seq, 4);
    assert_int_equal(receipt->verdict[0].count, 3);
    assert_true(rig_alarmed(&rig, "broken link"));
    assert_int_equal(rig_view(&rig, 200).state.status, STATUS_ISSUED); /* set aside from the fold */
    cut_three(&next, 300);
    rig_send(&rig, &hand, &next);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 9);
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 0);
    rig_send(&rig, &hand, &wrong); /* sent again: told again */
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 1);
    assert_int_equal(counts().broken_links, 1);
    proof_holds();
}

static void what_closes_a_gap_wrongly_is_the_broken_one(void **state)
{
    (void)state;
    struct rig_batch first, liar, last;
    struct rig_device clone;
    cut_three(&first, 100);
    clone = hand;
    rig_beep(&rig, &clone, 500, EVENT_DELIVERED, 0);
    rig_cut(&clone, &liar); /* scan 4, another story */
    rig_beep(&rig, &hand, 101, EVENT_OUT_FOR_DELIVERY, 0);
    rig_cut(&hand, &last); /* scan 4, never sent */
    rig_beep(&rig, &hand, 101, EVENT_DELIVERED, 0);
    rig_cut(&hand, &last); /* scan 5 */
    rig_send(&rig, &hand, &first);
    rig_send(&rig, &hand, &last);
    rig_send(&rig, &hand, &liar);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 5);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_BROKEN_LINK);
    assert_memory_equal(&rig_receipt(&rig, &hand)->link, &last.head.after, 32);
    rig_issue(&rig, 101, "H56-1");
    assert_int_equal(rig_view(&rig, 101).state.status, STATUS_DELIVERED);
    proof_holds();
}

/* Above a gap too a batch must take up what ends just below it. */
static void broken_link_above_a_gap(void **state)
{
    (void)state;
    struct rig_batch first, second, wrong;
    cut_three(&first, 100);
    cut_three(&second, 200);
    hand.link.bytes[0] ^= 1;
    cut_three(&wrong, 300);
    rig_send(&rig, &hand, &second);
    rig_send(&rig, &hand, &wrong);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 0);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_BROKEN_LINK);
    rig_send(&rig, &hand, &first);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 9);
    assert_int_equal(counts().broken_links, 1);
    proof_holds();
}

/* A second story that begins below the first one's batch does not lead N past it. */
static void conflict_that_begins_below(void **state)
{
    (void)state;
    struct rig_batch first, middle, last, other;
    struct rig_device clone;
    cut_three(&first, 100);
    clone = hand;
    clone.seq++;
    rig_beep(&rig, &hand, 200, EVENT_PICKED_UP, 0);
    rig_beep(&rig, &hand, 201, EVENT_PICKED_UP, 0);
    rig_cut(&hand, &middle); /* 4 and 5 */
    cut_three(&last, 300);   /* 6 to 8 */
    for (uint32_t i = 0; i < 4; i++)
        rig_beep(&rig, &clone, 400 + i, EVENT_DELIVERED, 0);
    rig_cut(&clone, &other); /* 5 to 8 */
    rig_send(&rig, &hand, &last);
    rig_send(&rig, &hand, &other);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_CONFLICT);
    rig_send(&rig, &hand, &first);
    rig_send(&rig, &hand, &middle);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 8);
    assert_memory_equal(&rig_receipt(&rig, &hand)->link, &last.head.after, 32);
    proof_holds();
}

/* What holds the same scans, cut another way, but says that they come from elsewhere. */
static void same_scans_from_another_link(void **state)
{
    (void)state;
    struct rig_batch first, pair, wrong;
    cut_three(&first, 100);
    struct rig_device other = hand;
    cut_three(&pair, 200);
    other.link.bytes[0] ^= 1;
    for (uint32_t i = 0; i < 4; i++)
        rig_beep(&rig, &other, 200 + i, EVENT_PICKED_UP, 1000);
    rig_cut(&other, &wrong); /* scans 4..6 as kept, and 7 */
    rig_send(&rig, &hand, &pair);
    rig_send(&rig, &hand, &wrong);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_BROKEN_LINK);
    rig_send(&rig, &hand, &first);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 7);
    proof_holds();
}

/* A device that seals rightly whatever it likes: N only grows, nothing kept goes away, the proof
 * holds after every message, and the record can be read to its end. */
static uint64_t wild_random;

static uint32_t wild(uint32_t n)
{
    wild_random = wild_random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(wild_random >> 33) % n;
}

static void wild_batch(struct rig_batch *batch, const struct link *links)
{
    struct rig_device liar = hand;
    uint64_t first = 1 + wild(12);
    uint32_t n = 1 + wild(5);
    liar.seq = first - 1;
    liar.link = wild(4) == 0 ? links[wild(16)] : links[first - 1];
    for (uint32_t i = 0; i < n; i++) {
        bool true_story = wild(8) != 0;
        struct scan *scan = rig_beep(&rig, &liar, (uint32_t)liar.seq + 1, EVENT_PICKED_UP, 0);
        scan->wall.ms = scan->mono.ms = 1000 * (int64_t)liar.seq;
        scan->badge = true_story ? 0 : 1 + wild(3);
    }
    rig_cut(&liar, batch);
}

static uint64_t wild_seeds =
    20; /* the long run asks for more: the whole record is proven each time */

static void a_wild_device_cannot_break_the_proof(void **state)
{
    (void)state;
    static struct rig_batch batch;
    for (uint64_t seed = 1; seed <= wild_seeds; seed++) {
        struct link links[17];
        struct rig_device honest = hand;
        uint64_t through = 0;
        wild_random = seed;
        hand.epoch = seed;
        memset(&honest.link, 0, sizeof honest.link);
        honest.seq = 0;
        for (int i = 0; i < 17; i++) {
            links[i] = honest.link;
            struct scan *scan =
                rig_beep(&rig, &honest, (uint32_t)honest.seq + 1, EVENT_PICKED_UP, 0);
            scan->wall.ms = scan->mono.ms = 1000 * (int64_t)honest.seq;
            rig_cut(&honest, &batch);
        }
        for (int i = 0; i < 30; i++) {
            wild_batch(&batch, links);
            rig_send(&rig, &hand, &batch);
            assert_true(rig_receipt(&rig, &hand)->through >= through);
            through = rig_receipt(&rig, &hand)->through;
            if (i % 6 == 5)
                proof_holds();
        }
    }
    assert_good(views_follow(rig.views, &err));
}

/* Two stories of the same numbers above a gap: the second, from elsewhere too, disturbs neither
 * what comes below nor what comes above, and N moves over the first. */
static void conflict_above_a_gap(void **state)
{
    (void)state;
    struct rig_batch first, one, two, next;
    cut_three(&first, 100);
    struct rig_device clone = hand;
    clone.link.bytes[0] ^= 1;
    cut_three(&one, 200);
    cut_three(&next, 300);
    for (uint32_t i = 0; i < 3; i++)
        rig_beep(&rig, &clone, 400 + i, EVENT_DELIVERED, 0);
    rig_cut(&clone, &two);
    rig_send(&rig, &hand, &one);
    rig_send(&rig, &hand, &two);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_CONFLICT);
    rig_send(&rig, &hand, &next);
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 0);
    rig_send(&rig, &hand, &first);
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 0);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 9);
    assert_memory_equal(&rig_receipt(&rig, &hand)->link, &next.head.after, 32);
    proof_holds();
}

/* Case M01: one id, other content, both rightly sealed. */
static void conflict_keeps_both_and_the_first_counts(void **state)
{
    (void)state;
    struct rig_batch one, two, next;
    struct rig_device clone = hand;
    rig_issue(&rig, 100, "H56-1");
    rig_beep(&rig, &hand, 100, EVENT_PICKED_UP, 0);
    rig_cut(&hand, &one);
    rig_beep(&rig, &clone, 100, EVENT_DELIVERED, 0);
    rig_cut(&clone, &two);
    rig_send(&rig, &hand, &one);
    for (int again = 0; again < 3; again++) {
        rig_send(&rig, &hand, &two);
        const struct receipt *receipt = rig_receipt(&rig, &hand);
        assert_int_equal(receipt->through, 1);
        assert_int_equal(receipt->verdicts, 1);
        assert_int_equal(receipt->verdict[0].kind, VERDICT_CONFLICT);
        assert_memory_equal(&receipt->link, &one.head.after, 32);
    }
    assert_int_equal(counts().conflicts, 1);
    struct view view = rig_view(&rig, 100);
    assert_int_equal(view.state.status, STATUS_PICKED_UP);
    assert_true(view.state.doubts & DOUBT_CONFLICT);
    assert_int_equal(view.version, 3);
    rig_send(&rig, &hand, &one);
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 0);
    rig_beep(&rig, &hand, 100, EVENT_OUT_FOR_DELIVERY, 0);
    rig_cut(&hand, &next);
    rig_send(&rig, &hand, &next);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 2);
    assert_int_equal(rig_view(&rig, 100).state.status, STATUS_OUT);
    proof_holds();
}

static void conflict_that_reaches_further_does_not_block(void **state)
{
    (void)state;
    struct rig_batch one, two;
    struct rig_device clone = hand;
    rig_beep(&rig, &hand, 100, EVENT_PICKED_UP, 0);
    rig_cut(&hand, &one);
    rig_beep(&rig, &clone, 101, EVENT_PICKED_UP, 0);
    rig_beep(&rig, &clone, 102, EVENT_PICKED_UP, 0);
    rig_cut(&clone, &two);
    rig_send(&rig, &hand, &one);
    rig_send(&rig, &hand, &two);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 2);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_CONFLICT);
    rig_beep(&rig, &clone, 103, EVENT_PICKED_UP, 0);
    rig_cut(&clone, &two);
    rig_send(&rig, &hand, &two);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 0);
    proof_holds();
}

static void another_cut_of_the_same_scans_is_no_conflict(void **state)
{
    (void)state;
    struct rig_batch one, both;
    struct rig_device recut = hand;
    rig_beep(&rig, &hand, 100, EVENT_PICKED_UP, 0);
    rig_cut(&hand, &one);
    rig_beep(&rig, &recut, 100, EVENT_PICKED_UP, 0);
    rig_beep(&rig, &recut, 101, EVENT_PICKED_UP, 0);
    rig_cut(&recut, &both);
    rig_send(&rig, &hand, &one);
    rig_send(&rig, &hand, &both);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 2);
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 0);
    rig_issue(&rig, 100, "H56-1");
    assert_int_equal(rig_view(&rig, 100).state.doubts, 0);
    proof_holds();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hand_set_up, hand_tear_down)

int main(int argc, char **argv)
{
    if (argc > 1)
        wild_seeds = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        TEST(broken_link_is_kept_with_a_verdict),
        TEST(what_closes_a_gap_wrongly_is_the_broken_one),
        TEST(broken_link_above_a_gap),
        TEST(same_scans_from_another_link),
        TEST(conflict_above_a_gap),
        TEST(conflict_that_begins_below),
        TEST(a_wild_device_cannot_break_the_proof),
        TEST(conflict_keeps_both_and_the_first_counts),
        TEST(conflict_that_reaches_further_does_not_block),
        TEST(another_cut_of_the_same_scans_is_no_conflict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
