/* Every screen as a postman meets it, by scanner bytes and keys, against captures that were looked
 * at (golden/NAME.txt, 40 by 20). GOLDEN=write makes them anew: look at each before committing it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/handheld/hand.h"

#define A "RA123456785VN"
#define B "RA987654326VN"
#define C "RA234567895VN"

static void home(void **state)
{
    (void)state;
    looks_like("home");
    keys("F");
    looks_like("modes");
    keys("4");
    looks_like("home-deliver");
    keys("F8");
    looks_like("home-english");
}

static void recorded(void **state)
{
    (void)state;
    scan(A);
    heard("short: ok seq=1 " A " picked_up");
    looks_like("ok-picked-up");
    pass(1499);
    assert_ptr_equal(app.screen, &screen_ok);
    pass(1);
    assert_ptr_equal(app.screen, &screen_home);
    looks_like("home-undo");
    pass(8500);
    looks_like("home-last");
    keys("<");
    assert_int_equal(n_said, 0); /* ten seconds are over */
    keys("F2");
    scan(A);
    heard("short: ok seq=2 " A " arrived_delivery_office");
    looks_like("ok-arrived");
    keys("F3");
    scan(A);
    heard("short: ok seq=3 " A " out_for_delivery");
    looks_like("ok-out");
}

static void door(void **state)
{
    (void)state;
    keys("F4");
    scan(A);
    heard("3 short: look " A " who");
    looks_like("relation");
    scan(B); /* a scan never answers a question */
    heard("3 short: look " B " answer-first");
    looks_like("relation-answer-first");
    keys("vv^");
    looks_like("relation-marked");
    keys("2");
    heard("short: ok seq=1 " A " delivered");
    looks_like("ok-delivered");
    keys("<");
    heard("short: ok seq=2 " A " withdrawn");
    looks_like("ok-withdrawn");
    keys("<");
    assert_int_equal(n_said, 0); /* once */
    pass(2000);
    scan(A); /* taken back, so it can be delivered */
    heard("3 short: look " A " who");
    keys("<");
    assert_ptr_equal(app.screen, &screen_home);
    pass(2000);
    scan(C);
    heard("3 short: look " C " who");
    keys("v\r");
    heard("short: ok seq=3 " C " delivered");
    struct scan kept;
    struct item item;
    assert_true(item_parse(C, 13, &item, NULL));
    assert_true(outbox_last(rig.outbox, &item, &kept, NULL));
    assert_int_equal(kept.relation, RELATION_OWNER);
    assert_int_equal(kept.post_office, 461600);
    assert_int_equal(kept.entry, ENTRY_WEDGE);
}

static void not_delivered(void **state)
{
    (void)state;
    keys("F4");
    scan(A);
    keys("F");
    looks_like("reason");
    keys("1");
    looks_like("action");
    keys("<");
    assert_ptr_equal(app.screen, &screen_reason);
    keys("1");
    keys("\r");
    n_said = 0;
    looks_like("ok-failed");
    struct scan kept;
    struct item item;
    assert_true(item_parse(A, 13, &item, NULL));
    assert_true(outbox_last(rig.outbox, &item, &kept, NULL));
    assert_int_equal(kept.event, EVENT_DELIVERY_FAILED);
    assert_int_equal(kept.reason, REASON_NOBODY_HOME);
    assert_int_equal(kept.action, ACTION_AGAIN);
    pass(2000);
    scan(A);
    heard("3 short: look " A " who");
    keys("F"); /* no second attempt before four hours are over; it may still be delivered */
    heard("long: refused " A " too-soon");
    looks_like("too-soon");
    pass(4 * HOUR - 2001);
    scan(A);
    keys("F");
    assert_ptr_equal(app.screen, &screen_too_soon);
    pass(2000);
    n_said = 0;
    scan(A); /* the second attempt of the day */
    heard("3 short: look " A " who");
    keys("Fv");
    looks_like("reason-eleventh");
    keys("\r"); /* damaged: one thing follows, so nothing is asked */
    heard("short: ok seq=2 " A " delivery_failed");
    looks_like("ok-failed-damaged");
    pass(2000);
    scan(B);
    keys("F42"); /* bad address: hold */
    assert_true(item_parse(B, 13, &item, NULL));
    assert_true(outbox_last(rig.outbox, &item, &kept, NULL));
    assert_int_equal(kept.reason, REASON_BAD_ADDRESS);
    assert_int_equal(kept.action, ACTION_HOLD);
    pass(2000);
    scan(C);
    keys("F0"); /* weather */
    assert_true(item_parse(C, 13, &item, NULL));
    assert_true(outbox_last(rig.outbox, &item, &kept, NULL));
    assert_int_equal(kept.reason, REASON_WEATHER);
    assert_int_equal(kept.relation, 0);
}

static void repeated(void **state)
{
    (void)state;
    scan(A);
    heard("short: ok seq=1 " A " picked_up");
    pass(1400);
    scan(A); /* the same trigger, read twice */
    assert_int_equal(n_said, 0);
    pass(200);
    scan(A);
    heard("2 short: repeated " A " picked_up");
    looks_like("repeated");
    pass(3000);
    assert_ptr_equal(app.screen, &screen_home);
    keys("F4");
    scan(A);
    keys("1");
    n_said = 0;
    pass(2000);
    keys("F2");
    scan(A); /* once handed over it is not carried any more */
    heard("2 short: repeated " A " delivered");
    looks_like("repeated-delivered");
    scan(B); /* a scan closes a screen that only tells something */
    heard("short: ok seq=3 " B " arrived_delivery_office");
    pass(INT64_C(20) * HOUR);
    scan(A); /* nor the day after */
    heard("2 short: repeated " A " delivered");
    looks_like("repeated-yesterday");
    keys("F4");
    scan(A);
    heard("2 short: repeated " A " delivered");
}

/* What came back unscanned goes out again the next day: by the local day, not by 24 hours. */
static void carried_again_another_day(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *event;
    } modes[] = {
        {"F1", "picked_up"}, {"F2", "arrived_delivery_office"}, {"F3", "out_for_delivery"}};
    char line[96];
    uint64_t seq = 0;
    rig.wall_ms = 1795626000000; /* 26/11/2026 00:00 in Vietnam */
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        keys(modes[i].keys);
        for (int day = 0; day < 3; day++) {
            scan(A);
            snprintf(line, sizeof line, "short: ok seq=%llu " A " %s", (unsigned long long)++seq,
                     modes[i].event);
            heard(line);
            pass(24 * HOUR - 1); /* the last moment of that day */
            scan(A);
            snprintf(line, sizeof line, "2 short: repeated " A " %s", modes[i].event);
            heard(line);
            pass(1);
        }
    }
}

/* Out, back with a scan, out again on one day: something happened since, so nothing is repeated. */
static void carried_again_after_something_else(void **state)
{
    (void)state;
    keys("F3");
    scan(A);
    heard("short: ok seq=1 " A " out_for_delivery");
    pass(HOUR);
    keys("F2");
    scan(A);
    heard("short: ok seq=2 " A " arrived_delivery_office");
    pass(HOUR);
    keys("F3");
    scan(A);
    heard("short: ok seq=3 " A " out_for_delivery");
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said, *name;
    } cases[] = {
        {"8935000000053", "long: refused goods", "refused-goods"},
        {"]E08935000000053", "long: refused goods", "refused-goods-aim"},
        {"000099000001|010203040|Nguyen Van Mau|05031999|Nam|So 3|15042021",
         "long: refused id-card", "refused-id-card"},
        {"000099000001", "long: refused id-card", "refused-id-card-barcode"},
        {"BG-26112507", "long: refused handover", "refused-handover"},
        {"GM-1234567", "long: refused slip", "refused-slip"},
        {"TH-4172", "long: refused badge", "refused-badge"},
        {"RA12345678SVN", "long: refused damaged", "refused-damaged"},
        {"R\xe1\xba\xac"
         "785VN",
         "long: refused damaged", "refused-input-method"},
        {"RA123456784VN", "long: refused damaged", "refused-check-digit"},
    };
    keys("F4");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scan(cases[i].text);
        heard(cases[i].said);
        looks_like(cases[i].name);
        pass(60000); /* stays until somebody has seen it */
        assert_ptr_equal(app.screen, &screen_refused);
    }
    assert_null(memmem(&app, sizeof app, "010203040", 9)); /* nothing of a card is kept */
    keys("\r");
    assert_ptr_equal(app.screen, &screen_home);
    assert_int_equal(rig_unsent(&rig), 0);
    keys("F8");
    scan("RA12345678SVN");
    looks_like("refused-damaged-english");
}

static void footer(void **state)
{
    (void)state;
    static const struct link zero;
    scan(A);
    pass(3 * HOUR);
    looks_like("foot-3-hours");
    rig_stand(&rig, 7, 1, 0, &zero);
    struct outbox_batch batch = rig_next(&rig, (struct outbox_at){0, 0});
    struct receipt receipt = rig_receipt(&rig, &batch);
    rig_take(&rig, &receipt);
    struct fix_report report = {.mode = 3,
                                .lat = 18.3428,
                                .lon = 105.9057,
                                .eph = 7.6,
                                .time = {rig.wall_ms},
                                .arrived = {rig.mono_ms}};
    fix_take(&fix, &report, (struct instant){rig.wall_ms}, TIME_SOURCE_SYSTEM);
    app_tick(&app, true);
    looks_like("foot-all-sent");
    pass(2000);
    rig.wall_ms += 72 * HOUR; /* the clock is wrong by days, GPS says so */
    app_tick(&app, true);
    looks_like("foot-clock-off");
    rig_beep(&rig, 1, 1200);
    rig.wall_ms += INT64_C(13) * 24 * HOUR;
    rig_damage(&rig, "UPDATE scan SET bytes = zeroblob(9) WHERE seq = 800");
    app.config.outbox = rig.outbox;
    app_tick(&app, false);
    looks_like("foot-a-fortnight"); /* the widest there is: still 40 columns */
}

static void larger(void **state)
{
    (void)state;
    face_init(&face, 80, 25);
    scan(A);
    looks_like("ok-80x25");
}

/* Less than the keys and the footer need: says so, in either language, and scans are taken. */
static void smaller(void **state)
{
    (void)state;
    static const struct {
        int w, h;
    } sizes[] = {{39, 20}, {40, 19}, {12, 6}, {1, 1}, {0, 0}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        face_init(&face, sizes[i].w, sizes[i].h);
        assert_false(face_fits(&face));
        app_draw(&app, &face);
        assert_false(face_has(&face, "QUÉT"));
    }
    face_init(&face, 39, 20);
    scan(A);
    heard("short: ok seq=1 " A " picked_up");
    looks_like("too-small");
    keys("F8");
    looks_like("too-small-english");
    face_init(&face, 12, 6);
    looks_like("too-small-12x6");
    face_init(&face, 40, 20);
    assert_true(face_fits(&face));
}

/* A cell is a second: the bar and the number beside it never differ. */
static void undo_bar_and_seconds(void **state)
{
    (void)state;
    char line[FACE_LINE_MAX];
    scan(A);
    n_said = 0;
    for (int ms = 0; ms < 10000; ms += 100, pass(100)) {
        int full = 0, number = 0;
        app_draw(&app, &face);
        face_line(&face, 16, line);
        for (const char *at = line; *at != '\0'; at++)
            full += *at == '#';
        for (const char *at = line; *at != '\0' && number == 0; at++)
            number = (int)strtol(at, NULL, 10);
        if (full == 0 || full != number)
            fail_msg("after %d ms: %s", ms, line);
    }
}

/* Both languages of each word take the same values, and what stands on one row fits it. */
static void conversions(const char *text, char out[32])
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        if (*text == '%')
            while (n < 31 && (out[n++] = *text) != '\0' && strchr("suldc%", *text++) == NULL) {
            }
    out[n] = '\0';
}

static void words_agree(void **state)
{
    (void)state;
    for (enum word w = 0; w < WORDS; w++) {
        char vi[32], en[32];
        conversions(word(w, false), vi);
        conversions(word(w, true), en);
        if (strcmp(vi, en) != 0)
            fail_msg("'%s' and '%s' take other values", word(w, false), word(w, true));
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, hand_setup, hand_teardown)
    const struct CMUnitTest tests[] = {
        T(smaller),
        T(undo_bar_and_seconds),
        T(carried_again_another_day),
        T(carried_again_after_something_else),
        T(home),
        T(recorded),
        T(door),
        T(not_delivered),
        T(repeated),
        T(refused),
        T(footer),
        T(larger),
        T(words_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
