/* A postman's whole day with a round in hand: from the handover to the last coin, by scans and
 * keys, against captures that were looked at (hand.h). The round and the papers are the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/handheld/hand.h"
#include "tests/handheld/invented.h"

static int setup(void **state)
{
    hand_setup(state);
    invented_round((struct instant){rig.wall_ms});
    open_day = has_round = true;
    tries = kept_n = 0;
    card_is = code_is = PAPERS_MATCH;
    file_came = papers_full = false;
    hand_begin(&invented_day, &invented_papers);
    app.badge = 4172;
    keys("F4");
    return 0;
}

static void stand_at(double lat, double lon)
{
    struct fix_report report = {.mode = 3,
                                .lat = lat,
                                .lon = lon,
                                .eph = 7.6,
                                .time = {rig.wall_ms},
                                .arrived = {rig.mono_ms}};
    fix_take(&fix, &report, (struct instant){rig.wall_ms}, TIME_SOURCE_SYSTEM);
}

/* ------------------------------------------------------------------ home, list, finding */

static void home(void **state)
{
    (void)state;
    app_machine(&app, &(struct app_machine){.battery_percent = 64});
    looks_like("day-home");
    keys("v");
    looks_like("day-list");
    keys("v>");
    looks_like("day-details");
    keys("<");
    assert_ptr_equal(app.screen, &screen_round);
    keys("<F8");
    looks_like("day-home-english");
    keys("F8");
    app.machine.battery_percent = 0;
    keys("F0");
    looks_like("day-home-dark");
    keys("F0");
    for (uint32_t i = 0; i < list.stops; i++)
        stops[i].place = i + 101; /* three digits, long names: all stays in its row */
    snprintf(stops[0].name, sizeof stops[0].name,
             "Công Tằng Tôn Nữ Thị Hoàng Phương Liên Bảo Châu");
    keys("v");
    looks_like("day-list-long");
}

static void four_digits(void **state)
{
    (void)state;
    keys("6");
    looks_like("day-find-begun");
    keys("785");
    looks_like("day-find");
    keys("\r");
    heard("3 short: look " A " who");
    keys("1\r");
    heard("short: ok seq=1 " A " delivered");
    assert_int_equal(last_of(A).entry, ENTRY_TYPED);
    pass(2000);
    keys("0000");
    looks_like("day-find-nothing");
    keys("\r1"); /* nothing to choose */
    assert_int_equal(rig_unsent(&rig), 1);
    keys("<<<<");
    assert_ptr_equal(app.screen, &screen_home);
}

/* ------------------------------------------------------------------ the door */

static void money_at_the_door(void **state)
{
    (void)state;
    scan(A);
    heard("3 short: look " A " who");
    looks_like("day-door-money");
    keys("2"); /* marks only: the money has to be there first */
    assert_int_equal(rig_unsent(&rig), 0);
    looks_like("day-door-marked");
    keys("\r");
    heard("short: ok seq=1 " A " delivered");
    looks_like("day-delivered");
    struct scan s = last_of(A);
    assert_int_equal(s.relation, RELATION_SPOUSE);
    assert_true(s.fees_vnd == 135000 && s.postage_vnd == 33000);
    assert_int_equal(s.badge, 4172);
    assert_int_equal(s.round, 77);
    assert_int_equal(s.stop, 0);
    assert_false(s.has_attachments);
    pass(1600);
    looks_like("day-home-next");
    keys("<"); /* taken back: it is open again */
    heard("short: ok seq=2 " A " withdrawn");
    pass(1600);
    assert_int_equal(app.tally.count[TALLY_OPEN], 4);
}

static void the_applicant_alone(void **state)
{
    (void)state;
    scan(B);
    heard("3 short: look " B " who");
    looks_like("day-door-owner");
    keys("2"); /* a spouse may not take it */
    assert_int_equal(app.door.relation, 0);
    keys("1");
    looks_like("day-card");
    keys(">"); /* cannot be left out */
    heard("3 short: look proof-missing");
    looks_like("day-card-needed");
    card_is = PAPERS_UNREADABLE;
    scan("000099000001");
    heard("3 short: look proof-missing");
    card_is = PAPERS_OTHER;
    scan("000099000002|010203040|Nguyen Van Mau|05031999|Nam|So 3|15042021");
    heard("3 short: look proof-missing");
    looks_like("day-card-other");
    card_is = PAPERS_MATCH;
    scan("000099000001|010203040|Nguyen Van Mau|05031999|Nam|So 3|15042021");
    heard("short: look proof-taken");
    assert_null(memmem(&app, sizeof app, "010203040", 9)); /* nothing of a card is kept */
    code_is = PAPERS_OTHER;
    keys("12345");
    looks_like("day-code");
    keys("6");
    heard("3 short: look proof-missing");
    code_is = PAPERS_MATCH;
    keys("246810");
    heard("short: look proof-taken");
    looks_like("day-signature");
    keys("\r");
    heard("3 short: look proof-missing"); /* no file has come */
    file_came = true;
    keys("\r");
    heard("short: look proof-taken");
    heard("short: ok seq=1 " B " delivered");
    struct scan s = last_of(B);
    assert_true(s.has_attachments);
    assert_int_equal(s.attachments.bytes[0], kept_n);
    assert_int_equal(s.relation, RELATION_OWNER);
    assert_null(memmem(&app, sizeof app, "246810", 6)); /* nor of the code */
}

/* Somebody with a letter of authority gives his name; what only warns can be left out. */
static void by_authority(void **state)
{
    (void)state;
    stops[1].code = PROOF_OFF;
    scan(B);
    n_said = 0;
    keys("6");
    assert_ptr_equal(app.screen, &screen_typing);
    type("Lê Thị Sáu 1");
    looks_like("day-typing");
    type("\x7f\x7f\r");
    assert_string_equal(kept[0], "2: Lê Thị Sáu");
    assert_null(memmem(&app.typing, sizeof app.typing, "Sáu", 3));
    assert_ptr_equal(app.screen, &screen_proof); /* the signature, no card */
    keys(">");
    heard("short: ok seq=1 " B " delivered");
    assert_int_equal(last_of(B).relation, RELATION_AUTHORISED);
}

/* Papers that cannot be kept stop nobody. */
static void no_room_for_papers(void **state)
{
    (void)state;
    stops[0].fees_vnd = stops[0].postage_vnd = 0;
    stops[0].photo = PROOF_REQUIRED;
    papers_full = true;
    scan(A);
    heard("short: look " A " who");
    keys("1");
    keys("\r");
    heard("3 short: look proof-missing");
    looks_like("day-papers-full");
    keys(">");
    heard("short: ok seq=1 " A " delivered");
    assert_false(last_of(A).has_attachments);
}

static void two_envelopes_at_one_door(void **state)
{
    (void)state;
    scan(C);
    heard("3 short: look " C " who");
    scan(A); /* another house's: answer first */
    heard("3 short: look " A " answer-first");
    scan(D);
    heard("short: look " D " same-door");
    scan(D); /* the same trigger again: it is here */
    assert_int_equal(n_said, 0);
    looks_like("day-door-two");
    keys("4\r");
    heard("short: ok seq=1 " C " delivered");
    heard("short: ok seq=2 " D " delivered");
    looks_like("day-delivered-two");
    struct scan c = last_of(C), d = last_of(D);
    assert_true(c.stop != 0 && c.stop == d.stop);
    assert_true(c.postage_vnd == 33000 && d.postage_vnd == 0);
    keys("<"); /* both are taken back */
    heard("short: ok seq=3 " C " withdrawn");
    heard("short: ok seq=4 " D " withdrawn");
    pass(1600);
    assert_int_equal(app.tally.count[TALLY_DELIVERED], 0);
}

static struct stop *stop_of(const char *item)
{
    for (size_t i = 0; i < 8; i++)
        if (strcmp(stops[i].item.text, item) == 0)
            return &stops[i];
    fail_msg("no stop of %s", item);
    return NULL;
}

/* A door is one receiver's at one address: not a namesake's, not a housemate's, and no envelope
 * that he has already. */
static void what_does_not_join_a_door(void **state)
{
    (void)state;
    struct stop *second = stop_of(D), was = *second;
    scan(C);
    heard("3 short: look " C " who");
    (void)strcpy(second->address, "Số 99, thôn Mẫu");
    scan(D);
    heard("3 short: look " D " answer-first");
    *second = was;
    (void)strcpy(second->name, "Người Khác");
    scan(D);
    heard("3 short: look " D " answer-first");
    *second = was;
    keys("4\r");
    heard("short: ok seq=1 " C " delivered");
    pass(1600);
    scan(D);
    heard("short: look " D " who"); /* nothing is to be collected for it */
    scan(C);
    n_said = 0;
    keys("4\r");
    assert_int_equal(last_of(D).event, EVENT_DELIVERED);
    assert_int_equal(last_of(C).seq, 1);
}

/* Who is neither family nor has a letter gives his name too. */
static void somebody_else_gives_his_name(void **state)
{
    (void)state;
    stops[1].code = PROOF_OFF;
    stops[1].owner_only = false;
    scan(B);
    n_said = 0;
    keys("9");
    assert_ptr_equal(app.screen, &screen_typing);
    type("Lê Thị Bảy\r");
    assert_string_equal(kept[0], "2: Lê Thị Bảy");
    keys(">");
    assert_int_equal(last_of(B).relation, RELATION_OTHER);
}

/* The second envelope of a door says which code and whose card: that is what is looked for. */
static void the_stricter_of_two_envelopes(void **state)
{
    (void)state;
    struct stop *second = NULL;
    for (size_t i = 0; i < 8; i++)
        if (strcmp(stops[i].item.text, D) == 0)
            second = &stops[i];
    assert_non_null(second);
    second->has_code = second->has_id = second->owner_only = true;
    second->code = PROOF_REQUIRED;
    scan(C);
    heard("3 short: look " C " who");
    scan(D);
    heard("short: look " D " same-door");
    keys("1\r"); /* the owner, who pays */
    card_is = PAPERS_MATCH;
    scan("000099000001|010203040|Nguyen Van Mau|05031999|Nam|So 3|15042021");
    assert_string_equal(checked_of.text, D);
    memset(&checked_of, 0, sizeof checked_of);
    code_is = PAPERS_MATCH;
    keys("246810");
    assert_string_equal(checked_of.text, D);
}

static void another_round(void **state)
{
    (void)state;
    scan(N);
    heard("3 short: look " N " other-round");
    looks_like("day-other-round");
    keys("2");
    heard("short: ok seq=1 " N " named");
    assert_int_equal(last_of(N).reason, NAMED_OTHER_ROUND);
    assert_ptr_equal(app.screen, &screen_home);
    pass(2000);
    scan(E);
    heard("3 short: look " E " other-round");
    looks_like("day-no-round");
    keys("1");
    heard("3 short: look " E " who");
    keys("1");
    heard("short: ok seq=2 " E " delivered");
    stops[0].voided = true;
    pass(2000);
    scan(A);
    heard("long: refused " A " void");
    looks_like("day-void");
    stops[0].voided = false;
    stops[0].delivered.ms = rig.wall_ms - 24 * HOUR;
    scan(A);
    heard("long: refused " A " delivered-by-other");
    looks_like("day-delivered-by-other");
    assert_int_equal(rig_unsent(&rig), 2);
}

static void another_place(void **state)
{
    (void)state;
    stops[0].has_position = true;
    stops[0].lat_e7 = 183428000;
    stops[0].lon_e7 = 1059057000;
    stand_at(18.3428, 105.9084); /* 285 m: a lane away, nobody asks */
    scan(A);
    heard("3 short: look " A " who");
    keys("<");
    pass(2000);
    stand_at(18.3536, 105.9057);
    pass(20000); /* and stays there, unheard of: stale, so nobody asks */
    scan(A);
    heard("3 short: look " A " who");
    keys("<");
    pass(60000);
    stand_at(18.3536, 105.9057);
    scan(A);
    heard("3 short: look " A " far");
    looks_like("day-far");
    keys("3");
    assert_ptr_equal(app.screen, &screen_home);
    pass(2000);
    scan(A);
    heard("3 short: look " A " far");
    keys("2");
    heard("3 short: look " A " who");
    keys("1\r");
    heard("short: ok seq=1 " A " delivered");
    assert_string_equal(kept[0], "3: place: elsewhere, 1202 m\n");
    assert_true(last_of(A).has_attachments);
}

/* ------------------------------------------------------------------ not delivered */

static void not_delivered(void **state)
{
    (void)state;
    scan(A);
    n_said = 0;
    keys("F3"); /* another day */
    keys("1");  /* again */
    looks_like("day-note");
    keys("2");
    looks_like("day-date");
    keys("3");
    heard("short: ok seq=1 " A " delivery_failed");
    assert_string_equal(kept[0], "3: note: 6\nagain: 2026-11-28\n");
    struct scan s = last_of(A);
    assert_true(s.fees_vnd == 0 && s.postage_vnd == 0 && s.relation == 0 && s.round == 77);
    assert_int_equal(s.reason, REASON_ANOTHER_DAY);
    pass(2000);
    looks_like("day-home-failed");
    scan(C);
    n_said = 0;
    keys("F1\r"); /* nobody home, again */
    keys("\r");   /* tomorrow */
    looks_like("day-slip");
    scan("BG-000001"); /* no slip */
    assert_ptr_equal(app.screen, &screen_slip);
    scan("GM-000041");
    heard("short: ok seq=2 " C " delivery_failed");
    assert_int_equal(last_of(C).slip, 41);
    pass(2000);
    scan(B);
    n_said = 0;
    keys("F6\r"); /* moved: the new address */
    keys("0");
    type("Theo con\r");
    type("Số 5, P. Thành Sen\r");
    heard("short: ok seq=3 " B " delivery_failed");
    assert_string_equal(kept[0], "3: address: Số 5, P. Thành Sen\ntext: Theo con\n");
    assert_null(memmem(&app, sizeof app, "Theo con", 8));
}

/* Locked, or no list has come: what was always asked, and no more. */
static void without_a_round(void **state)
{
    (void)state;
    open_day = false;
    app_tick(&app, false);
    scan(A);
    heard("3 short: look " A " who");
    keys("9"); /* somebody else: no name is asked */
    heard("short: ok seq=1 " A " delivered");
    pass(2000);
    scan(N); /* nobody knows whose */
    heard("3 short: look " N " who");
    keys("F1\r");
    heard("short: ok seq=2 " N " delivery_failed");
    assert_int_equal(last_of(A).round, 0);
    assert_int_equal(last_of(N).slip, 0);
}

/* The server knows of another device's failure; this one refuses the second within four hours. */
static void failed_elsewhere(void **state)
{
    (void)state;
    stops[0].last_failed.ms = rig.wall_ms - HOUR;
    scan(A);
    n_said = 0;
    keys("F");
    heard("long: refused " A " too-soon");
    looks_like("day-too-soon");
    pass(3 * HOUR - 1);
    app.badge = 4172;
    app.locked = false, open_day = true;
    app_home(&app);
    keys("<");
    scan(A);
    n_said = 0;
    keys("F");
    assert_ptr_equal(app.screen, &screen_too_soon);
    pass(2000);
    scan(A);
    keys("F");
    assert_ptr_equal(app.screen, &screen_reason);
}

static void corrected_later(void **state)
{
    (void)state;
    scan(A);
    keys("1\r");
    pass(HOUR);
    n_said = 0;
    app.locked = false, open_day = true;
    app_home(&app);
    scan(A);
    heard("2 short: repeated " A " delivered");
    looks_like("day-repeated");
    keys(">");
    heard("short: ok seq=2 " A " withdrawn");
    scan(A); /* at once, for it was a mistake */
    heard("3 short: look " A " who");
}

/* ------------------------------------------------------------------ the handover */

static void handover_counted(void **state)
{
    (void)state;
    keys("F1");
    scan("BG-261125-07");
    heard("short: look BG-26112507 handover");
    looks_like("day-pickup-begun");
    scan(A);
    heard("short: ok seq=1 " A " picked_up");
    assert_ptr_equal(app.screen, &screen_pickup);
    looks_like("day-pickup");
    assert_int_equal(last_of(A).handover, 26112507);
    scan(N);
    heard("short: ok seq=2 " N " named");
    heard("long: refused " N " void");
    looks_like("day-pickup-void");
    scan(E);
    heard("short: ok seq=3 " E " picked_up");
    heard("3 short: look " E " not-on-list");
    looks_like("day-pickup-extra");
    pass(2000);
    scan(A);
    heard("2 short: repeated " A " picked_up");
    pass(3000);
    assert_ptr_equal(app.screen, &screen_pickup);
    keys(">");
    looks_like("day-pickup-list");
    keys("<<"); /* the last one goes back into the bag */
    heard("short: ok seq=4 " E " withdrawn");
    pass(1600);
    scan(B);
    heard("short: ok seq=5 " B " picked_up");
    keys("\r"); /* one is missing: why? */
    looks_like("day-pickup-why");
    keys("1");
    looks_like("day-pickup-sign");
    keys("\r");
    assert_int_equal(rig_unsent(&rig), 5);
    keys("\r");
    heard("short: ok seq=6 " C " named");
    heard("short long: closed BG-26112507 2");
    assert_int_equal(last_of(C).reason, NAMED_NOT_IN_BAG);
    assert_int_equal(last_of(C).handover, 26112507);
    assert_ptr_equal(app.screen, &screen_home);
}

/* A restart in the middle counts on; a list that agrees is closed without a word. */
static void handover_counted_on(void **state)
{
    (void)state;
    keys("F1");
    scan("BG-26112507");
    scan(A);
    scan(B);
    pass(2000);
    hand_begin(&invented_day, &invented_papers);
    scan("BG-26112507");
    n_said = 0;
    assert_int_equal(app.pickup.seen, 2);
    scan(C);
    heard("short: ok seq=3 " C " picked_up");
    pass(2000);
    looks_like("day-pickup-agrees");
    keys("\r\r\r");
    heard("short long: closed BG-26112507 3");
    scan("BG-000099"); /* a list that has not come: counted only */
    n_said = 0;
    scan(D);
    heard("short: ok seq=4 " D " picked_up");
    pass(2000);
    looks_like("day-pickup-no-list");
    keys("\r\r\r");
    heard("short long: closed BG-000099 1");
}

/* ------------------------------------------------------------------ the end of the day */

/* The morning's arrival is of no round: the same envelope comes back in the evening, a fact more.
 */
static void arrived_is_not_brought_back(void **state)
{
    (void)state;
    keys("F2");
    scan(D);
    heard("short: ok seq=1 " D " arrived_delivery_office");
    assert_int_equal(last_of(D).round, 0);
    assert_int_equal(app.tally.count[TALLY_BACK], 0);
    assert_int_equal(app.tally.count[TALLY_OPEN], 4);
    pass(2000);
    keys("F6");
    scan(D);
    heard("short: ok seq=2 " D " arrived_delivery_office");
    assert_int_equal(last_of(D).round, 77);
    assert_int_equal(app.tally.count[TALLY_BACK], 1);
}

static void end_of_day(void **state)
{
    (void)state;
    scan(A);
    keys("1\r");
    pass(2000);
    scan(C);
    keys("1\r");
    pass(2000);
    scan(D);
    keys("F0"); /* weather */
    keys("1");
    keys("1");
    pass(2000);
    n_said = 0;
    keys("F6");
    looks_like("day-end");
    keys("\r");
    heard("long: refused day-open");
    looks_like("day-end-open");
    keys("\r");
    scan(D); /* back at the counter */
    heard("short: ok seq=4 " D " arrived_delivery_office");
    looks_like("day-back");
    scan(D);
    pass(2000);
    scan(D);
    heard("2 short: repeated " D " arrived_delivery_office");
    keys("<");
    keys("1");
    looks_like("day-end-why");
    keys("1");
    heard("short: ok seq=5 " B " named");
    looks_like("day-end-empty");
    keys("\r");
    heard("short long: closed day delivered=2 back=1 named=1");
    assert_ptr_equal(app.screen, &screen_login);
    assert_false(open_day);
    assert_int_equal(last_of(B).reason, NAMED_STILL_HELD);
}

/* ------------------------------------------------------------------ signing in, locks */

static void signing_in(void **state)
{
    (void)state;
    open_day = false;
    hand_begin(&invented_day, &invented_papers);
    looks_like("day-closed");
    scan("TH-4172");
    heard("short: look pin");
    keys("123");
    looks_like("day-pin");
    keys("\r"); /* too short to be one */
    assert_int_equal(tries, 0);
    keys("<");
    keys("111111\r");
    heard("long: refused pin");
    looks_like("day-pin-wrong");
    assert_null(memmem(&app, sizeof app, "111111", 6));
    scan(A); /* scans are taken all the same */
    heard("short: ok seq=1 " A " picked_up");
    assert_int_equal(last_of(A).badge, 0);
    pass(2000);
    scan("TH-4172");
    n_said = 0;
    keys(PIN "\r");
    heard("short: look unlocked");
    assert_ptr_equal(app.screen, &screen_home);
    assert_int_equal(app.badge, 4172);
    pass(INT64_C(5) * 60000 - 1);
    assert_int_equal(app.locked, false);
    pass(1);
    assert_false(open_day);
    looks_like("day-locked");
    scan(B);
    heard("short: ok seq=2 " B " picked_up");
    assert_int_equal(last_of(B).badge, 0); /* nobody has typed a PIN */
    pass(2000);
    assert_ptr_equal(app.screen, &screen_login); /* still locked */
    keys(PIN "\r");                              /* the badge is remembered */
    heard("short: look unlocked");
    scan("TH-9"); /* another postman, never seen here */
    n_said = 0;
    keys(PIN "\r");
    looks_like("day-pin-server");
    keys("F");
    looks_like("day-pin-forgot");
    scan("TH-4172");
    for (int i = 0; i < 10; i++)
        keys("000000\r");
    looks_like("day-pin-erased");
    n_said = 0;
}

/* Nothing of the round is left in memory once it is locked. */
static void locked_forgets(void **state)
{
    (void)state;
    scan(A);
    keys("F6\r");
    keys("0");
    type("Theo con về quê");
    keys("F9");
    n_said = 0;
    for (int i = 0; i < 6 && !app.locked; i++)
        keys("<");
    if (!app.locked)
        keys("F9");
    assert_true(app.locked);
    assert_null(memmem(&app, sizeof app, "Theo con", 8));
    assert_null(memmem(&app, sizeof app, "Cẩm Trung", strlen("Cẩm Trung")));
    keys("F"); /* no badge-less way round the lock: home is the lock */
    keys("4");
}

static void revoked(void **state)
{
    (void)state;
    scan(A);
    keys("1\r");
    pass(2000);
    scan(B); /* with a question open */
    n_said = 0;
    app_revoke(&app);
    heard("long: refused revoked");
    app_revoke(&app); /* the server says it again at each hello */
    assert_int_equal(n_said, 0);
    app_tick(&app, false);
    looks_like("day-revoked");
    assert_false(open_day);
    assert_null(memmem(&app, sizeof app, "Bắc Hải", strlen("Bắc Hải")));
    scan(C); /* still a beep that is kept */
    heard("3 short: look " C " who");
    keys("1");
    heard("short: ok seq=2 " C " delivered");
    pass(2000);
    assert_ptr_equal(app.screen, &screen_revoked);
    scan("TH-4172");
    heard("long: refused badge");
}

/* ------------------------------------------------------------------ practice */

static void practice(void **state)
{
    (void)state;
    scan(A);
    keys("1\r");
    pass(2000);
    n_said = 0;
    keys("F7");
    looks_like("day-practice");
    scan(A); /* delivered in earnest, here it can be tried again */
    heard("3 short: practice look " A " who");
    looks_like("day-practice-door");
    keys("1\r");
    heard("short: practice ok seq=1 " A " delivered");
    looks_like("day-practice-ok");
    keys("<");
    heard("short: practice ok seq=2 " A " withdrawn");
    pass(2000);
    scan(B);
    keys("F2");
    keys("1>"); /* no slip */
    n_said = 0;
    pass(2000);
    scan("BG-000005"); /* handover, round and end of day have nothing to try on */
    n_said = 0;
    keys("\r");
    keys("F");
    keys("<");
    assert_false(app.practice);
    assert_int_equal(rig_unsent(&rig), 1); /* what was recorded in earnest, no more */
    keys("F4");
    assert_int_equal(app_undo_left_ms(&app), 0);
    scan(A);
    heard("2 short: repeated " A " delivered");
}

/* ------------------------------------------------------------------ the machine */

static void health(void **state)
{
    (void)state;
    struct app_machine machine = {.battery_percent = 64,
                                  .certificate_until = {rig.wall_ms + INT64_C(40) * 24 * HOUR},
                                  .free_bytes = UINT64_C(900) << 20,
                                  .free_percent = 31};
    app_machine(&app, &machine);
    app_tick(&app, true);
    stand_at(18.3428, 105.9057);
    keys(">");
    looks_like("day-health");
    machine.battery_percent = 12;
    machine.certificate_until.ms -= INT64_C(12) * 24 * HOUR;
    machine.free_percent = 3;
    app_machine(&app, &machine);
    app_tick(&app, false);
    heard("3 short: look health");
    app_tick(&app, false);
    assert_int_equal(n_said, 0); /* once */
    looks_like("day-health-look");
    fix_init(&fix, NO_PLACE_NO_GPSD);
    stand_at(10.6, 20.97); /* case G15: in range, and in no country of ours */
    app_tick(&app, false);
    looks_like("day-health-abroad");
    fix_init(&fix, NO_PLACE_NO_GPSD);
    stand_at(18.3428, 105.9057);
    keys("<");
    looks_like("day-home-look");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, hand_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(home),
        T(four_digits),
        T(money_at_the_door),
        T(the_applicant_alone),
        T(by_authority),
        T(no_room_for_papers),
        T(two_envelopes_at_one_door),
        T(what_does_not_join_a_door),
        T(somebody_else_gives_his_name),
        T(the_stricter_of_two_envelopes),
        T(another_round),
        T(another_place),
        T(not_delivered),
        T(without_a_round),
        T(failed_elsewhere),
        T(corrected_later),
        T(handover_counted),
        T(handover_counted_on),
        T(arrived_is_not_brought_back),
        T(end_of_day),
        T(signing_in),
        T(locked_forgets),
        T(revoked),
        T(practice),
        T(health),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
