/* The manager hears before a term is over, once, through the same gateway. */
#include <stdio.h>
#include <string.h>

#include "tests/server/notify_rig.h"

static void manager_is(struct told *told, const char *phone)
{
    struct config *config = &told->desk.config;
    assert_good(config_set(config, "office", "manager_phone", phone, &err));
}

/* At 13:00 on the day the post's term ends, 27/11. */
static void near_the_term(struct told *told)
{
    scan(told, EVENT_PICKED_UP);
    tick(told);
    pass(told, DAY * 2 + SECOND * 3600 * 5);
}

static void the_manager_hears_before_the_term(void **state)
{
    struct told *told = *state;
    char last[1024], want[256];
    manager_is(told, "+84912000009");
    struct item other = desk_rig_issue(&told->desk, "H27-261118-0002", "", "0");
    desk_rig_scan(&told->desk, &told->device, &other, EVENT_PICKED_UP, 0);
    near_the_term(told);
    assert_int_equal(lines(told, last), 2);
    (void)snprintf(want, sizeof want, "\t+84912000009\tTrao: 2 bi sap tre, han 17:00 27/11: ");
    assert_non_null(strstr(last, want));
    assert_non_null(strstr(last, told->item.text));
    assert_non_null(strstr(last, other.text));
    pass(told, SECOND * 600); /* once an attempt */
    assert_int_equal(lines(told, NULL), 2);
    restart(told);
    pass(told, SECOND * 600);
    assert_int_equal(lines(told, NULL), 2);
}

/* Before the office's term too, while nobody has handed the envelope over; each clock once. */
static void the_manager_hears_of_both_clocks(void **state)
{
    struct told *told = *state;
    char last[1024] = "";
    manager_is(told, "+84912000009");
    tick(told);
    size_t before = lines(told, NULL);
    pass(told, DAY + SECOND * 3600 * 6); /* 14:00 on 26/11, the day the office's term ends */
    assert_int_equal(lines(told, last), before + 1);
    assert_non_null(strstr(last, "Trao: 1 bi sap tre ban giao, han 17:00 26/11: "));
    pass(told, SECOND * 600);
    restart(told);
    pass(told, SECOND * 600);
    assert_int_equal(lines(told, NULL), before + 1);
    pass(told, DAY * 30);
    assert_int_equal(lines(told, NULL), before + 1); /* what is late is no news */
}

static void nobody_is_named_nobody_is_told(void **state)
{
    struct told *told = *state;
    near_the_term(told);
    assert_int_equal(lines(told, NULL), 1);
    assert_error(config_set(&told->desk.config, "office", "manager_phone", "0912000009", &err),
                 ERROR_BAD_INPUT);
}

static void what_was_delivered_alarms_nobody(void **state)
{
    struct told *told = *state;
    manager_is(told, "+84912000009");
    scan(told, EVENT_PICKED_UP);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    size_t before = lines(told, NULL);
    pass(told, DAY * 2 + SECOND * 3600 * 5);
    assert_int_equal(lines(told, NULL), before);
}

static void an_alert_is_recorded_before_it_goes(void **state)
{
    struct told *told = *state;
    char last[1024] = "";
    manager_is(told, "+84912000009");
    scan(told, EVENT_PICKED_UP);
    tick(told);
    told->desk.rig.now.ms += DAY * 2 + SECOND * 3600 * 5;
    told->desk.fail_at = 1;
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(lines(told, NULL), 1);
    pass(told, SECOND * 60);
    assert_int_equal(lines(told, NULL), 2);
    stop(told); /* the fact stands, the line was lost in a crash */
    FILE *file = fopen(told->path, "w");
    (void)fclose(file);
    forget_sent(told);
    start(told);
    tick(told);
    assert_int_equal(lines(told, last), 1);
    assert_non_null(strstr(last, "Trao: 1 bi sap tre"));
}

/* A dead gateway is dead for the manager too, and what it refuses of his is not tried again. */
static void the_manager_waits_for_the_same_gateway(void **state)
{
    struct told *told = *state;
    manager_is(told, "+84912000009");
    start_with_gateway(told, ERROR_NONE);
    scan(told, EVENT_PICKED_UP);
    tick(told);
    told->desk.rig.now.ms += DAY * 2 + SECOND * 3600 * 5;
    gateway.mood = ERROR_LATER;
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(gateway.tries, 2);
    assert_true(notify_state(told->notify).since.ms != 0);
    assert_in_range(tries_within(told, SECOND * 3600 / 2), 6, 12); /* once in five minutes */
    assert_int_equal(gateway.alarms, 1);
    gateway.mood = ERROR_REFUSED;
    assert_int_equal(tries_within(told, SECOND * 300), 1);
    assert_int_equal(notify_state(told->notify).since.ms, 0);
    assert_int_equal(count_facts(told, EVENT_NOTICE_FAILED), 1);
    gateway.mood = ERROR_NONE;
    assert_int_equal(tries_within(told, SECOND * 600), 0);
    assert_int_equal(gateway.taken, 1);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        TOLD(the_manager_hears_before_the_term),   TOLD(the_manager_hears_of_both_clocks),
        TOLD(nobody_is_named_nobody_is_told),      TOLD(what_was_delivered_alarms_nobody),
        TOLD(an_alert_is_recorded_before_it_goes), TOLD(the_manager_waits_for_the_same_gateway),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
