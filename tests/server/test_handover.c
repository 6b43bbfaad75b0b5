/* The desk before the post comes: no paper in the wrong envelope, a counted and sealed batch, two
 * people, what a recount finds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/choices.h"
#include "server/office/desk.h"
#include "server/office/handover.h"
#include "server/office/list.h"
#include "tests/server/desk_rig.h"

#define A "H27.15-261118-0001"
#define B "H27.15-261118-0002"

struct shop {
    struct desk_rig desk;
    struct acts acts;
    struct item a, b;
};

static bool printed_act(struct record *record, void *arg, struct error *err)
{
    struct office_fact fact = {.item = *(struct item *)arg, .event = EVENT_PRINTED, .copy = 1};
    return record_office_add(record, &fact, NULL, err);
}

static struct item printed(struct shop *shop, const char *dossier)
{
    struct item item = desk_rig_issue(&shop->desk, dossier, "", "0");
    assert_good(shop->acts.run(shop->acts.self, printed_act, &item, &err));
    return item;
}

static int open_shop(void **state)
{
    struct shop *shop = calloc(1, sizeof *shop);
    assert_non_null(shop);
    desk_rig_open(&shop->desk);
    shop->acts = desk_rig_acts(&shop->desk);
    shop->a = printed(shop, A);
    shop->b = printed(shop, B);
    *state = shop;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;
    desk_rig_close(&shop->desk);
    free(shop);
    return 0;
}

static const struct contents two_papers = {1, 1, 6};

static void fill(struct shop *shop, const char *dossier, const struct item *item)
{
    struct item got;
    assert_good(desk_receive(shop->acts, dossier, &two_papers, 5, &got, &err));
    assert_string_equal(got.text, item->text);
    assert_good(desk_pair(shop->acts, dossier, item->text, 5, &got, &err));
}

/* The item's last fact of this event; seq 0 when there is none. */
static struct office_fact last_of(struct shop *shop, const struct item *item, uint32_t event)
{
    static struct fact facts[VIEW_HISTORY_MAX];
    struct office_fact found = {.seq = 0};
    size_t n = views_history(shop->desk.rig.views, item, facts, VIEW_HISTORY_MAX);
    for (size_t i = 0; i < n; i++)
        if (!facts[i].is_scan && facts[i].office.event == event)
            found = facts[i].office;
    return found;
}

static void a_result_is_received_and_put_in_its_envelope(void **state)
{
    struct shop *shop = *state;
    struct item got;
    /* As a scanner gives it: small letters, another dash. */
    assert_good(desk_receive(shop->acts, "h27.15–261118-0001", &two_papers, 5, &got, &err));
    struct office_fact fact = last_of(shop, &shop->a, EVENT_RECEIVED_FROM_DEPARTMENT);
    assert_string_equal(fact.dossier, A);
    assert_int_equal(fact.originals, 1);
    assert_int_equal(fact.certified, 1);
    assert_int_equal(fact.pages, 6);
    assert_int_equal(fact.user, 5);
    assert_good(desk_pair(shop->acts, A, shop->a.text, 5, &got, &err));
    assert_true(last_of(shop, &shop->a, EVENT_PAIRED).seq != 0);
    assert_error(desk_pair(shop->acts, A, shop->a.text, 5, &got, &err), ERROR_REPEATED);
}

static void another_envelope_is_refused_loudly_and_remembered(void **state)
{
    struct shop *shop = *state;
    struct item got;
    struct error why;
    fill(shop, B, &shop->b);
    assert_good(desk_receive(shop->acts, A, &two_papers, 5, &got, &err));
    assert_false(desk_pair(shop->acts, A, shop->b.text, 5, &got, &why));
    assert_int_equal(why.code, ERROR_REFUSED);
    assert_non_null(strstr(why.text, "SAI PHONG BÌ: " A " thuộc bì"));
    assert_int_equal(last_of(shop, &shop->a, EVENT_PAIRED).seq, 0);
    struct office_fact miss = last_of(shop, &shop->a, EVENT_DIFFERENCE);
    assert_int_equal(miss.kind, DIFFERENCE_WRONG_ENVELOPE);
    assert_string_equal(miss.other_item.text, shop->b.text);
    assert_int_equal(miss.user, 5);
}

static void what_was_not_counted_or_numbered_is_refused(void **state)
{
    struct shop *shop = *state;
    struct item got;
    struct contents nothing = {0, 0, 6}, no_pages = {1, 0, 0};
    assert_error(desk_receive(shop->acts, A, &nothing, 5, &got, &err), ERROR_BAD_INPUT);
    assert_error(desk_receive(shop->acts, A, &no_pages, 5, &got, &err), ERROR_BAD_INPUT);
    assert_error(desk_receive(shop->acts, "RA123456785VN", &two_papers, 5, &got, &err),
                 ERROR_BAD_INPUT);
    assert_error(desk_receive(shop->acts, "H27.15-261118-0009", &two_papers, 5, &got, &err),
                 ERROR_NOT_FOUND);
    assert_error(desk_pair(shop->acts, A, shop->a.text, 5, &got, &err), ERROR_REFUSED);
}

static void a_recount_asks_for_pairing_anew(void **state)
{
    struct shop *shop = *state;
    struct item got;
    uint64_t serial;
    fill(shop, A, &shop->a);
    assert_good(desk_receive(shop->acts, A, &two_papers, 5, &got, &err));
    assert_error(handover_run(shop->acts, shop->desk.rig.views, &shop->a, 1, NULL, &serial, &err),
                 ERROR_REFUSED);
    assert_good(desk_pair(shop->acts, A, shop->a.text, 5, &got, &err));
    assert_good(handover_run(shop->acts, shop->desk.rig.views, &shop->a, 1, NULL, &serial, &err));
    assert_error(desk_receive(shop->acts, A, &two_papers, 5, &got, &err), ERROR_REFUSED);
}

/* ------------------------------------------------------------------ sealed */

static const struct handover_seal good_seal = {.number = "NP-0042",
                                               .giver = "Trần Thị Mẫu",
                                               .taker = "Lê Văn Thử",
                                               .badge = 12,
                                               .count = 2,
                                               .user = 5};

static bool sealed_of(void *ctx, const struct office_fact *fact)
{
    if (fact->event == EVENT_HANDOVER_SEALED)
        *(struct office_fact *)ctx = *fact;
    return true;
}

static void a_batch_is_counted_summed_sealed_and_signed_for(void **state)
{
    struct shop *shop = *state;
    struct item items[] = {shop->a, shop->b};
    struct office_fact fact = {.seq = 0};
    struct testimony names;
    struct record *record = shop->desk.rig.record;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    uint64_t serial, sealed;
    size_t n;
    fill(shop, A, &shop->a);
    fill(shop, B, &shop->b);
    assert_good(
        handover_run(shop->acts, shop->desk.rig.views, items, 2, &good_seal, &serial, &err));
    assert_good(record_office_from(record, 0, sealed_of, &fact, &err));
    assert_int_equal(fact.handover, serial);
    assert_int_equal(fact.count, 2);
    assert_int_equal(fact.originals, 2);
    assert_int_equal(fact.certified, 2);
    assert_int_equal(fact.pages, 12);
    assert_string_equal(fact.seal_number, "NP-0042");
    assert_int_equal(fact.badge, 12);
    assert_good(record_attachment_get(record, &fact.evidence, bytes, sizeof bytes, &n, &err));
    assert_good(testimony_decode(bytes, n, &names, &err));
    assert_string_equal(names.giver, "Trần Thị Mẫu");
    assert_string_equal(names.taker, "Lê Văn Thử");
    assert_good(record_handover(record, serial, &sealed, &err));
    assert_int_equal(sealed, fact.seq);
    assert_int_equal(last_of(shop, &shop->b, EVENT_HANDED_OVER).handover, serial);
}

#define REFUSED_SEAL(change, code)                                                                 \
    do {                                                                                           \
        struct handover_seal seal = good_seal;                                                     \
        change;                                                                                    \
        assert_error(                                                                              \
            handover_run(shop->acts, shop->desk.rig.views, items, 2, &seal, &serial, &err), code); \
    } while (0)

static void a_seal_needs_its_count_and_two_people(void **state)
{
    struct shop *shop = *state;
    struct item items[] = {shop->a, shop->b};
    uint64_t serial = 77;
    fill(shop, A, &shop->a);
    REFUSED_SEAL((void)0, ERROR_REFUSED); /* b waits for its paper */
    fill(shop, B, &shop->b);
    REFUSED_SEAL(seal.count = 3, ERROR_REFUSED);
    REFUSED_SEAL(seal.giver = "", ERROR_BAD_INPUT);
    REFUSED_SEAL(seal.taker = "trần thị mẫu", ERROR_BAD_INPUT); /* one person, twice */
    REFUSED_SEAL(seal.number = "", ERROR_BAD_INPUT);
    REFUSED_SEAL(seal.number = "123456789012345678901234567890123", ERROR_BAD_INPUT);
    items[1] = items[0];
    REFUSED_SEAL((void)0, ERROR_REFUSED); /* one envelope, listed twice */
    assert_int_equal(serial, 77);
    assert_int_equal(last_of(shop, &shop->a, EVENT_HANDED_OVER).seq, 0);
}

static void a_recount_is_written_down(void **state)
{
    struct shop *shop = *state;
    uint64_t serial;
    fill(shop, A, &shop->a);
    assert_good(handover_run(shop->acts, shop->desk.rig.views, &shop->a, 1, NULL, &serial, &err));
    struct found found = {.handover = serial,
                          .item = shop->a,
                          .kind = DIFFERENCE_CONTENTS,
                          .contents = {1, 0, 5},
                          .note = "thiếu bản sao",
                          .user = 6};
    assert_good(desk_difference(shop->acts, &found, &err));
    struct office_fact fact = last_of(shop, &shop->a, EVENT_DIFFERENCE);
    assert_int_equal(fact.kind, DIFFERENCE_CONTENTS);
    assert_int_equal(fact.handover, serial);
    assert_int_equal(fact.certified, 0);
    assert_int_equal(fact.pages, 5);
    assert_true(fact.has_evidence);
    found.kind = DIFFERENCE_EXTRA;
    assert_error(desk_difference(shop->acts, &found, &err), ERROR_REFUSED);
    found.item = shop->b;
    assert_good(desk_difference(shop->acts, &found, &err));
    found.kind = DIFFERENCE_MISSING;
    assert_error(desk_difference(shop->acts, &found, &err), ERROR_REFUSED);
    found.handover = serial + 1;
    assert_error(desk_difference(shop->acts, &found, &err), ERROR_NOT_FOUND);
}

static void a_handover_is_read_as_it_is_written(void **state)
{
    (void)state;
    uint64_t serial = 0;
    char text[HANDOVER_TEXT_MAX];
    assert_good(handover_read(handover_text(42, text), &serial, &err));
    assert_int_equal(serial, 42);
    assert_error(handover_read("BG-", &serial, &err), ERROR_BAD_INPUT);
    assert_error(handover_read("BG-000000", &serial, &err), ERROR_BAD_INPUT);
    assert_error(handover_read("BG-000042x", &serial, &err), ERROR_BAD_INPUT);
    assert_error(handover_read("GM-000042", &serial, &err), ERROR_BAD_INPUT);
    assert_int_equal(serial, 42);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define SHOP(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)
    const struct CMUnitTest tests[] = {
        SHOP(a_result_is_received_and_put_in_its_envelope),
        SHOP(another_envelope_is_refused_loudly_and_remembered),
        SHOP(what_was_not_counted_or_numbered_is_refused),
        SHOP(a_recount_asks_for_pairing_anew),
        SHOP(a_batch_is_counted_summed_sealed_and_signed_for),
        SHOP(a_seal_needs_its_count_and_two_people),
        SHOP(a_recount_is_written_down),
        cmocka_unit_test(a_handover_is_read_as_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
