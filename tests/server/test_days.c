/* Terms in working time (case T01), and what overrules a day or a rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/delivery/days.h"

static struct rules rules;
static struct error err;

/* What the record would hold: entered on `day`, valid from then or from `from`. */
static struct office_fact fact_of(uint32_t event, const char *key, int64_t value, struct instant at)
{
    struct office_fact fact = {.event = event, .value = value, .at = at, .seq = 1};
    (void)snprintf(fact.key, sizeof fact.key, "%s", key);
    (void)snprintf(fact.citation, sizeof fact.citation, "QĐ 1/QĐ-TEST");
    return fact;
}

static const struct instant long_ago = {INT64_C(1481821200000)}; /* 2016-12-16T00:00+07:00 */
static const struct instant for_ever = {INT64_MAX};

static void take(uint32_t event, const char *key, int64_t value)
{
    struct office_fact fact = fact_of(event, key, value, long_ago);
    assert_true(rules_check(&fact, &err));
    assert_true(rules_take(&rules, &fact));
}

static struct schedule at_last(void)
{
    return (struct schedule){.rules = &rules, .as_of = for_ever};
}

/* "2024-04-26T16:00", local. */
static struct instant local(const char *text)
{
    char date[11] = "";
    int64_t day = 0;
    memcpy(date, text, 10);
    assert_true(day_read(date, &day, &err));
    return day_minute(day, strtol(text + 11, NULL, 10) * 60 + strtol(text + 14, NULL, 10));
}

static char *shown(struct instant at, char out[CLOCK_TEXT_MAX])
{
    clock_iso_local(at, out, CLOCK_TEXT_MAX);
    out[16] = '\0';
    return out;
}

static int tear_down(void **state)
{
    (void)state;
    rules_done(&rules);
    return 0;
}

/* ------------------------------------------------------------------ case T01 */

static int set_up_terms(void **state)
{
    static const char *const off[] = {"2018-12-31", "2019-01-01", "2027-02-05",
                                      "2027-02-06", "2027-02-07", "2027-02-08",
                                      "2027-02-09", "2027-02-10", "2027-02-11"};
    (void)state;
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        take(EVENT_CALENDAR_SET, off[i], 0);
    take(EVENT_CALENDAR_SET, "2019-01-05", 1);
    take(EVENT_CALENDAR_SET, "2027-02-04", 1);
    take(EVENT_PARAMETER_SET, "shift_1_from_min", 480);
    take(EVENT_PARAMETER_SET, "shift_1_to_min", 720);
    return 0;
}

static void terms_end_when_the_table_says(void **state)
{
    (void)state;
    FILE *file = fopen(TESTS_DIR "/data/terms.csv", "r");
    char line[128], got[CLOCK_TEXT_MAX];
    int days = 0, minutes = 0;
    struct schedule schedule = at_last();
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char *rest = NULL, *kind = strtok_r(line, ",", &rest), *start = strtok_r(NULL, ",", &rest);
        char *n = strtok_r(NULL, ",", &rest), *due = strtok_r(NULL, "\n", &rest);
        bool by_day = strcmp(kind, "days") == 0, by_minute = strcmp(kind, "minutes") == 0;
        if (!by_day && !by_minute)
            continue;
        struct instant end = (by_day ? after_working_days : after_working_minutes)(
            &schedule, local(start), strtol(n, NULL, 10));
        assert_string_equal(shown(end, got), due);
        days += by_day;
        minutes += by_minute;
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(days, 18);
    assert_int_equal(minutes, 11);
}

/* ------------------------------------------------------------------ our own shifts and days */

static void shifts_of_the_house(void **state)
{
    (void)state;
    char got[CLOCK_TEXT_MAX];
    struct schedule schedule = at_last();
    static const struct {
        const char *start;
        int64_t minutes;
        const char *due;
    } rows[] = {
        {"2026-11-25T06:10", 60, "2026-11-25T08:00"},
        {"2026-11-25T11:00", 30, "2026-11-25T11:30"},
        {"2026-11-25T11:00", 31, "2026-11-25T13:31"},
        {"2026-11-25T12:00", 210, "2026-11-25T17:00"},
        {"2026-11-25T17:00", 1, "2026-11-26T07:01"},
        {"2026-11-25T07:00", 480, "2026-11-25T17:00"},
        {"2026-11-25T07:00", 960, "2026-11-26T17:00"},
        {"2026-12-31T16:59", 2, "2027-01-04T07:01"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(
            shown(after_working_minutes(&schedule, local(rows[i].start), rows[i].minutes), got),
            rows[i].due);
}

static void plain_days_roll_off_days_off(void **state)
{
    (void)state;
    char got[CLOCK_TEXT_MAX];
    struct schedule schedule = at_last();
    struct instant wednesday = local("2026-11-25T10:00");
    assert_string_equal(shown(after_days(&schedule, wednesday, 2), got), "2026-11-27T17:00");
    assert_string_equal(shown(after_days(&schedule, wednesday, 3), got), "2026-11-30T17:00");
    /* 22/08/2026 is a Saturday worked in exchange. */
    assert_string_equal(shown(after_days(&schedule, local("2026-08-20T10:00"), 2), got),
                        "2026-08-22T17:00");
    assert_string_equal(shown(after_working_days(&schedule, local("2026-11-28T10:00"), 0), got),
                        "2026-11-30T17:00");
}

static void days_between_are_those_worked(void **state)
{
    (void)state;
    char got[CLOCK_TEXT_MAX];
    struct schedule schedule = at_last();
    struct instant thursday = local("2024-04-25T09:00"); /* before the swap of 29/04 and 04/05 */
    assert_int_equal(working_days_between(&schedule, thursday, local("2024-04-26T08:00")), 1);
    assert_int_equal(working_days_between(&schedule, thursday, local("2024-05-02T08:00")), 2);
    assert_int_equal(working_days_between(&schedule, thursday, local("2024-05-06T08:00")), 5);
    assert_int_equal(working_days_between(&schedule, local("2024-05-06T08:00"), thursday), 0);
    assert_string_equal(shown(working_day_after(&schedule, thursday, 2), got), "2024-05-02T07:00");
}

/* ------------------------------------------------------------------ what is overruled */

/* The swap is entered on 28/04/2024; a clock closed before is judged by what was known then. */
static void a_late_edit_moves_open_clocks_only(void **state)
{
    (void)state;
    char got[CLOCK_TEXT_MAX];
    struct instant edit = local("2024-04-28T09:00"), start = local("2024-04-26T16:00");
    take(EVENT_CALENDAR_SET, "2024-04-29", 1); /* as it stood before the swap */
    take(EVENT_CALENDAR_SET, "2024-04-30", 0);
    take(EVENT_CALENDAR_SET, "2024-05-01", 0);
    take(EVENT_CALENDAR_SET, "2024-05-04", 0);
    struct office_fact swap[] = {fact_of(EVENT_CALENDAR_SET, "2024-04-29", 0, edit),
                                 fact_of(EVENT_CALENDAR_SET, "2024-05-04", 1, edit)};
    assert_true(rules_take(&rules, &swap[1]) && rules_take(&rules, &swap[0]));
    struct schedule before = {.rules = &rules, .as_of = {edit.ms - 1}}, after = at_last();
    assert_string_equal(shown(after_working_days(&before, start, 3), got), "2024-05-03T17:00");
    assert_string_equal(shown(after_working_days(&after, start, 3), got), "2024-05-04T17:00");
}

static void one_office_works_when_others_do_not(void **state)
{
    (void)state;
    int64_t day = 0;
    struct office_fact fact = fact_of(EVENT_CALENDAR_SET, "2026-09-02", 1, long_ago);
    fact.post_office = 480000;
    assert_true(rules_take(&rules, &fact));
    assert_true(day_read("2026-09-02", &day, &err));
    struct schedule others = at_last(), ours = others;
    ours.post_office = 480000;
    assert_false(schedule_day(&others, day).works);
    assert_true(schedule_day(&ours, day).works);
    assert_string_equal(schedule_day(&ours, day).note, "QĐ 1/QĐ-TEST");
}

static void a_rule_holds_from_its_day_until_its_end(void **state)
{
    (void)state;
    struct office_fact fact = fact_of(EVENT_PARAMETER_SET, "hold_ward_days", 20, long_ago);
    fact.from = local("2026-06-01T00:00");
    fact.to = local("2026-07-01T00:00");
    assert_true(rules_take(&rules, &fact));
    struct schedule schedule = at_last();
    assert_int_equal(rule_value(&schedule, RULE_HOLD_WARD_DAYS, local("2026-05-31T23:59")), 15);
    assert_int_equal(rule_value(&schedule, RULE_HOLD_WARD_DAYS, local("2026-06-01T00:00")), 20);
    assert_int_equal(rule_value(&schedule, RULE_HOLD_WARD_DAYS, local("2026-07-01T00:00")), 15);
    fact.at.ms++;
    fact.value = 21; /* entered later */
    assert_true(rules_take(&rules, &fact));
    assert_int_equal(rule_value(&schedule, RULE_HOLD_WARD_DAYS, local("2026-06-09T00:00")), 21);
    fact.post_office = 480000; /* of one office: goes before */
    fact.value = 22;
    fact.at = long_ago;
    assert_true(rules_take(&rules, &fact));
    schedule.post_office = 480000;
    assert_int_equal(rule_value(&schedule, RULE_HOLD_WARD_DAYS, local("2026-06-09T00:00")), 22);
}

/* What an office said itself goes before what its post office, or all, said. */
static void an_office_asks_for_its_own_returns(void **state)
{
    (void)state;
    struct office_fact fact = {.event = EVENT_RETURN_STANDING, .at = long_ago, .from = long_ago};
    struct schedule schedule = at_last();
    struct instant at = local("2026-06-09T00:00");
    fact.office = 2;
    fact.value = 1;
    assert_true(rules_take(&rules, &fact));
    assert_int_equal(rule_value_of(&schedule, 2, RULE_RETURN_STANDING, at), 1);
    assert_int_equal(rule_value_of(&schedule, 3, RULE_RETURN_STANDING, at), 0);
    assert_int_equal(rule_value(&schedule, RULE_RETURN_STANDING, at), 0);
    fact.office = 0;
    fact.at.ms++;
    assert_true(rules_take(&rules, &fact)); /* all */
    fact.office = 3;
    fact.value = 0;
    fact.at = long_ago;
    assert_true(rules_take(&rules, &fact));
    assert_int_equal(rule_value_of(&schedule, 4, RULE_RETURN_STANDING, at), 1);
    assert_int_equal(rule_value_of(&schedule, 3, RULE_RETURN_STANDING, at), 0);
}

static void order_of_taking_does_not_matter(void **state)
{
    (void)state;
    struct office_fact facts[24];
    enum { N = sizeof facts / sizeof *facts };
    static const char *const keys[] = {"2026-11-25", "2026-11-26", "retry_days", "invitations"};
    for (int i = 0; i < N; i++) {
        facts[i] = fact_of(i % 4 < 2 ? EVENT_CALENDAR_SET : EVENT_PARAMETER_SET, keys[i % 4],
                           i % 4 < 2 ? i / 4 % 2 : 1 + i / 4, local("2026-11-01T00:00"));
        facts[i].at.ms += i / 8;
        facts[i].post_office = i % 3 == 0 ? 480000 : 0;
    }
    struct rules other = {0};
    for (int i = 0; i < N; i++)
        assert_true(rules_take(&rules, &facts[i]) && rules_take(&other, &facts[N - 1 - i]));
    for (uint32_t office = 0; office <= 480000; office += 480000) {
        struct schedule one = {&rules, office, for_ever}, two = {&other, office, for_ever};
        struct instant at = local("2026-11-25T08:00");
        assert_int_equal(schedule_day(&one, day_of(at)).works,
                         schedule_day(&two, day_of(at)).works);
        assert_int_equal(rule_value(&one, RULE_RETRY_DAYS, at),
                         rule_value(&two, RULE_RETRY_DAYS, at));
    }
    rules_done(&other);
}

static void refused_settings_change_nothing(void **state)
{
    (void)state;
    static const struct {
        uint32_t event;
        const char *key;
        int64_t value;
    } bad[] = {{EVENT_CALENDAR_SET, "2026-02-29", 0},    {EVENT_CALENDAR_SET, "25/11/2026", 0},
               {EVENT_CALENDAR_SET, "2026-11-25", 2},    {EVENT_CALENDAR_SET, "2026-1-025", 0},
               {EVENT_PARAMETER_SET, "no_such", 1},      {EVENT_PARAMETER_SET, "invitations", 0},
               {EVENT_PARAMETER_SET, "invitations", 10}, {EVENT_POSTMAN_SET, "invitations", 2}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct office_fact fact = fact_of(bad[i].event, bad[i].key, bad[i].value, long_ago);
        assert_false(rules_check(&fact, &err));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        assert_true(rules_take(&rules, &fact));
    }
    assert_int_equal(rules.n, 0);
}

/* ------------------------------------------------------------------ the tables */

static void every_rule_is_in_its_range_and_cited(void **state)
{
    (void)state;
    const struct rule_info *info;
    for (size_t i = 0; (info = rule_row(i)) != NULL; i++) {
        assert_int_equal(info->rule, i);
        assert_true(info->least <= info->value && info->value <= info->most);
        assert_true(strlen(info->citation) > 10 && strlen(info->citation) <= CITATION_MAX);
        assert_ptr_equal(rule_find(info->key), info);
    }
}

static void the_calendar_is_in_order(void **state)
{
    (void)state;
    int64_t day = 0, before = 0;
    struct schedule schedule = at_last();
    char date[CLOCK_TEXT_MAX];
    for (size_t i = 0; calendar_row(i, &day); i++) {
        assert_true(day > before);
        before = day;
    }
    assert_string_equal(clock_date_vi(day_minute(before, 0), date, sizeof date), "02/09/2031");
    assert_false(schedule_day(&schedule, day_of(local("2026-02-17T08:00"))).works); /* Tết */
    assert_true(schedule_day(&schedule, day_of(local("2026-08-22T08:00"))).proposed);
    assert_true(schedule_day(&schedule, day_of(local("2026-11-24T08:00"))).works);
}

static void days_and_months(void **state)
{
    (void)state;
    static const struct {
        const char *day;
        int64_t months;
        const char *later;
    } rows[] = {{"2026-08-31", 6, "28/02/2027"},
                {"2026-11-25", 2, "25/01/2027"},
                {"2027-08-30", 6, "29/02/2028"},
                {"1970-01-01", 12, "01/01/1971"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t day = 0;
        char date[CLOCK_TEXT_MAX];
        assert_true(day_read(rows[i].day, &day, &err));
        struct instant later = day_minute(day_after_months(day, rows[i].months), 0);
        assert_string_equal(clock_date_vi(later, date, sizeof date), rows[i].later);
    }
    for (int64_t day = 0, last = day_of(local("2199-12-31T08:00")); day <= last; day++)
        assert_int_equal(day_after_months(day, 0), day);
    /* 23:59:59Z is the next local day already (case G10). */
    assert_int_equal(day_of((struct instant){-1}), 0);
    assert_int_equal(day_of((struct instant){INT64_C(-7) * 3600 * 1000 - 1}), -1);
    assert_int_equal(day_of((struct instant){INT64_MIN}), INT64_MIN / 86400000 - 1);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, NULL, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(terms_end_when_the_table_says, set_up_terms, tear_down),
        ON(shifts_of_the_house),
        ON(plain_days_roll_off_days_off),
        ON(days_between_are_those_worked),
        ON(a_late_edit_moves_open_clocks_only),
        ON(one_office_works_when_others_do_not),
        ON(a_rule_holds_from_its_day_until_its_end),
        ON(an_office_asks_for_its_own_returns),
        ON(order_of_taking_does_not_matter),
        ON(refused_settings_change_nothing),
        ON(every_rule_is_in_its_range_and_cited),
        ON(the_calendar_is_in_order),
        ON(days_and_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
