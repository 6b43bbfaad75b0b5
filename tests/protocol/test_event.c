/* The tables: what code, help, pages and exports all read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/event.h"
#include "protocol/utf8.h"

#define COLUMNS_MAX 40 /* a handheld's line [ux.md section 4] */

/* Counts columns of a text that must be whole UTF-8 in NFC: no combining mark is left over. */
static size_t columns_of(const char *text)
{
    size_t left = strlen(text), columns = 0;
    assert_true(utf8_is_text(text, left));
    while (left > 0) {
        uint32_t point = 0;
        assert_true(utf8_next(&text, &left, &point));
        if (point >= 0x300 && point <= 0x36F)
            fail_msg("combining mark before: %s", text);
        columns++;
    }
    return columns;
}

/* A text for staff fits a handheld's line; every text is there and composed. */
static void staff_words(const char *text)
{
    assert_in_range(columns_of(text), 1, COLUMNS_MAX);
}

static void words(const char *text)
{
    assert_in_range(columns_of(text), 1, 200);
}

static void events(void **state)
{
    (void)state;
    const struct event_info *a, *b;
    size_t n = 0;
    for (; (a = event_row(n)) != NULL; n++) {
        bool scan = a->source == EVENT_SOURCE_SCAN;
        assert_in_range(a->wire, scan ? 1 : 64, scan ? 63 : 191);
        assert_ptr_equal(event_info(a->wire), a);
        assert_ptr_equal(event_find(a->key), a);
        assert_true(a->upu[0] == '\0' || strlen(a->upu) == 3);
        staff_words(a->vi);
        words(a->en);
        for (size_t i = 0; i < n; i++) {
            b = event_row(i);
            assert_true(a->wire != b->wire);
            assert_string_not_equal(a->key, b->key);
        }
    }
    assert_int_equal(n, 99);
    assert_null(event_info(0));
    assert_null(event_info(63));
    assert_null(event_find(""));
    assert_null(event_find("nothing"));
    assert_int_equal(event_find("EMI")->wire, EVENT_DELIVERED);
    assert_int_equal(event_find("EMH")->wire, EVENT_DELIVERY_FAILED);
}

/* Every event of UPU EMSEVT that domain.md lists. */
static void covers_emsevt(void **state)
{
    (void)state;
    static const char *const codes[] = {
        "EMA", "EMB", "EMC", "EMD", "EME", "EMF", "EMG", "EMH", "EMI", "EMJ", "EMK", "EDA", "EDB",
        "EDC", "EDD", "EDE", "EDF", "EDG", "EDH", "EDX", "EXA", "EXB", "EXC", "EXD", "EXX"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (event_find(codes[i]) == NULL)
            fail_msg("%s is missing", codes[i]);
}

static void statuses(void **state)
{
    (void)state;
    const struct status_info *a;
    size_t n = 0;
    for (; (a = status_row(n)) != NULL; n++) {
        assert_ptr_equal(status_info((uint32_t)a->status), a);
        assert_in_range(columns_of(a->handheld), 1, 20);
        words(a->vi);
        words(a->en);
        words(a->headline);
        for (size_t i = 0; i < n; i++)
            assert_string_not_equal(a->key, status_row(i)->key);
    }
    assert_int_equal(n, 16);
    for (size_t i = 0; (a = status_row(i)) != NULL; i++) {
        assert_true(*a->upu == '\0' || event_find(a->upu) != NULL);
        /* A return ends in EMI too, and returns no result to the citizen. */
        assert_int_equal(a->national, a->status == STATUS_DELIVERED ? 10 : 9);
    }
    assert_string_equal(status_info(STATUS_RETURNED)->upu, "EMI");
    assert_string_equal(status_info(STATUS_FAILED)->upu, "EMH");
    assert_string_equal(status_info(STATUS_LOST)->upu, "");
    assert_null(status_info(STATUS_NONE));
    assert_null(status_info(17));
    assert_string_equal(status_info(STATUS_DELIVERED)->key, "delivered");
    assert_int_equal(status_info(STATUS_DELIVERED)->tone, TONE_GREEN);
    assert_true(status_info(STATUS_OUT)->sms);
    assert_false(status_info(STATUS_ISSUED)->sms);
}

static void reasons_and_their_actions(void **state)
{
    (void)state;
    const struct reason_info *a;
    size_t n = 0;
    for (; (a = reason_row(n)) != NULL; n++) {
        assert_int_equal(a->reason, n + 1);
        assert_ptr_equal(reason_info((uint32_t)a->reason), a);
        staff_words(a->vi);
        words(a->en);
        words(a->citizen_vi);
        words(a->citizen_en);
        assert_true(strlen(a->acts) >= 1);
        for (const char *act = a->acts; *act != '\0'; act++)
            assert_non_null(action_of_letter(*act));
        /* A return needs a ground in Article 17(1). */
        if (strchr(a->acts, 'H') != NULL)
            assert_true(a->article[0] != '\0');
    }
    assert_int_equal(n, 11);
    assert_null(reason_info(0));
    assert_null(reason_info(12));
    for (uint32_t wire = ACTION_AGAIN; wire <= ACTION_SEND_BACK; wire++) {
        const struct action_info *action = action_info(wire);
        assert_non_null(action);
        assert_ptr_equal(action_of_letter(action->letter), action);
        staff_words(action->vi);
        words(action->citizen_vi);
        words(action->citizen_en);
    }
    assert_null(action_info(0));
    assert_null(action_of_letter('Z'));
}

static void relations(void **state)
{
    (void)state;
    const struct relation_info *a;
    size_t n = 0;
    for (; (a = relation_row(n)) != NULL; n++) {
        assert_int_equal(a->relation, n + 1);
        assert_ptr_equal(relation_info((uint32_t)a->relation), a);
        staff_words(a->vi);
        words(a->en);
    }
    assert_int_equal(n, 9);
    assert_null(relation_info(0));
    assert_null(relation_info(10));
}

static void notes_and_names(void **state)
{
    (void)state;
    uint32_t wire = 0;
    for (size_t r = 0; reason_row(r) != NULL; r++) {
        const struct note_info *a;
        for (size_t i = 0; (a = note_of_reason((uint32_t)reason_row(r)->reason, i)) != NULL; i++) {
            assert_true(i < 9); /* a digit chooses it */
            assert_int_equal(a->reason, reason_row(r)->reason);
            assert_ptr_equal(note_info((uint32_t)a->note), a);
            staff_words(a->vi);
            words(a->en);
            wire++;
        }
    }
    assert_non_null(note_info(wire)); /* each stands under a reason that is offered */
    assert_null(note_info(wire + 1));
    const struct named_info *b;
    size_t n = 0;
    for (; (b = named_row(n)) != NULL; n++) {
        assert_int_equal(b->named, n + 1);
        assert_ptr_equal(named_info((uint32_t)b->named), b);
        staff_words(b->vi);
        words(b->en);
    }
    assert_in_range(n, 1, 9);
    assert_null(named_info(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events),    cmocka_unit_test(covers_emsevt),
        cmocka_unit_test(statuses),  cmocka_unit_test(reasons_and_their_actions),
        cmocka_unit_test(relations), cmocka_unit_test(notes_and_names),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
