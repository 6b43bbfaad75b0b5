/* The registry: what was true on a day, what stands on envelopes and pages of each office, what
 * trao.conf says, old names of communes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/choices.h"
#include "server/office/list.h"
#include "server/office/offices.h"
#include "server/record/procedures.h"
#include "server/text/text.h"
#include "tests/server/desk_rig.h"

static int open_desk(void **state)
{
    struct desk_rig *desk = calloc(1, sizeof *desk);
    desk_rig_open(desk);
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    desk_rig_close(*state);
    free(*state);
    return 0;
}

static struct instant on(const char *day)
{
    int64_t number = 0;
    assert_good(day_read(day, &number, &err));
    return day_minute(number, 600);
}

static struct premises entry(enum premises_kind kind, const char *code, const char *name,
                             const char *address, const char *from)
{
    struct premises premises = {.kind = kind, .from = from ? on(from) : (struct instant){0}};
    text_copy(code, premises.code, sizeof premises.code);
    text_copy(name, premises.name, sizeof premises.name);
    text_copy(address, premises.address, sizeof premises.address);
    return premises;
}

static void put(struct desk_rig *desk, struct premises premises)
{
    assert_good(offices_put(desk_rig_acts(desk), &premises, 0, &err));
}

static void address_is(struct desk_rig *desk, const char *day, const char *wanted)
{
    struct premises found;
    assert_good(premises_find(desk->rig.record, PREMISES_OFFICE, "H27.15", on(day), &found, &err));
    assert_string_equal(found.address, wanted);
    assert_good(
        premises_at(desk->rig.record, PREMISES_OFFICE, found.number, on(day), &found, &err));
    assert_string_equal(found.address, wanted);
}

/* An office that moves: each day its own address, in whatever order it was written down. */
static void what_was_true_on_a_day(void **state)
{
    struct desk_rig *desk = *state;
    struct premises found;
    put(desk, entry(PREMISES_OFFICE, "H27.15", "Sở Thử", "Số 9", "2026-09-01"));
    put(desk, entry(PREMISES_OFFICE, "H27.15", "Sở Thử", "Số 1", "2026-01-01"));
    put(desk, entry(PREMISES_OFFICE, "H27.15", "Sở Thử", "Số 5", "2026-05-01"));
    assert_error(
        premises_find(desk->rig.record, PREMISES_OFFICE, "H27.15", on("2025-12-31"), &found, &err),
        ERROR_NOT_FOUND);
    address_is(desk, "2026-01-01", "Số 1");
    address_is(desk, "2026-04-30", "Số 1");
    address_is(desk, "2026-05-01", "Số 5");
    address_is(desk, "2026-08-31", "Số 5");
    address_is(desk, "2027-01-01", "Số 9");
    put(desk, entry(PREMISES_OFFICE, "H27.15", "Sở Thử", "Số 5A", "2026-05-01"));
    address_is(desk, "2026-06-01", "Số 5A"); /* put right: the later entry of a day counts */
    address_is(desk, "2026-04-30", "Số 1");
}

static void an_end_names_who_took_over(void **state)
{
    struct desk_rig *desk = *state;
    struct premises found;
    put(desk, entry(PREMISES_OFFICE, "H27.20", "Sở Mới", "Số 2", NULL));
    struct premises old = entry(PREMISES_OFFICE, "H27.15", "Sở Cũ", "Số 1", NULL);
    put(desk, old);
    old.to = on("2026-07-01");
    text_copy("H27.99", old.successor, sizeof old.successor);
    assert_error(offices_put(desk_rig_acts(desk), &old, 0, &err), ERROR_REFUSED);
    text_copy("H27.20", old.successor, sizeof old.successor);
    put(desk, old);
    struct error why;
    assert_false(
        premises_find(desk->rig.record, PREMISES_OFFICE, "H27.15", on("2026-07-02"), &found, &why));
    assert_int_equal(why.code, ERROR_REFUSED);
    assert_non_null(strstr(why.text, "H27.20"));
    address_is(desk, "2026-06-30", "Số 1");
    struct sign sign;
    assert_good(premises_sign(desk->rig.record, 2, 0, on("2026-06-30"), &sign, &err));
    assert_string_equal(sign.office, "Sở Cũ");
    assert_good(premises_sign(desk->rig.record, 2, 0, on("2026-07-02"), &sign, &err));
    assert_string_equal(sign.office, "Sở Mới");
}

static void bad_entries_are_refused(void **state)
{
    struct desk_rig *desk = *state;
    struct acts acts = desk_rig_acts(desk);
    struct premises bad = entry(PREMISES_OFFICE, "h27", "Thử", "", NULL);
    assert_error(offices_put(acts, &bad, 0, &err), ERROR_BAD_INPUT);
    bad = entry(PREMISES_POST_OFFICE, "48000", "Thử", "", NULL);
    assert_error(offices_put(acts, &bad, 0, &err), ERROR_BAD_INPUT);
    bad = entry(PREMISES_OFFICE, "H27", "", "", NULL);
    assert_error(offices_put(acts, &bad, 0, &err), ERROR_BAD_INPUT);
    bad = entry(PREMISES_OFFICE, "H27", "Thử", "", "2026-05-01");
    bad.to = on("2026-05-01");
    assert_error(offices_put(acts, &bad, 0, &err), ERROR_BAD_INPUT);
}

static bool adopt_act(struct record *record, void *arg, struct error *err)
{
    return offices_adopt(record, arg, err);
}

static void adopt(struct desk_rig *desk)
{
    struct acts acts = desk_rig_acts(desk);
    assert_good(acts.run(acts.self, adopt_act, &desk->config, &err));
}

static bool count_one(void *ctx, const struct premises *premises)
{
    (void)premises;
    ++*(size_t *)ctx;
    return true;
}

static size_t entries(struct desk_rig *desk, const char *code)
{
    size_t n = 0;
    assert_good(premises_history(desk->rig.record, code, count_one, &n, &err));
    return n;
}

/* The office of trao.conf is the first, silently; somebody's own entry is never overwritten. */
static void settings_are_taken_over_until_somebody_says_otherwise(void **state)
{
    struct desk_rig *desk = *state;
    struct sign sign;
    text_copy("CQ-1", desk->config.office_code, sizeof desk->config.office_code);
    text_copy("Trung tâm Thử", desk->config.office_name, sizeof desk->config.office_name);
    adopt(desk);
    adopt(desk);
    assert_int_equal(entries(desk, "CQ-1"), 1);
    assert_int_equal(entries(desk, "480000"), 1);
    assert_good(premises_sign(desk->rig.record, 0, 480000, desk->rig.now, &sign, &err));
    assert_string_equal(sign.office, "Trung tâm Thử");
    assert_string_equal(sign.post_office, desk->config.post_office_name);
    desk_rig_pass(desk, 1000);
    text_copy("Số 7", desk->config.office_address, sizeof desk->config.office_address);
    adopt(desk);
    assert_int_equal(entries(desk, "CQ-1"), 2);
    desk_rig_pass(desk, 1000);
    struct premises own = entry(PREMISES_OFFICE, "CQ-1", "Tên khác", "Số 8", NULL);
    own.from = desk->rig.now;
    put(desk, own);
    adopt(desk);
    assert_int_equal(entries(desk, "CQ-1"), 3);
    assert_good(premises_sign(desk->rig.record, 0, 480000, desk->rig.now, &sign, &err));
    assert_string_equal(sign.office, "Tên khác");
}

/* ------------------------------------------------------------------ communes */

struct found {
    uint32_t codes[8];
    size_t n;
};

static bool note_code(void *ctx, const struct commune *commune)
{
    struct found *found = ctx;
    assert_true(found->n < 8);
    found->codes[found->n++] = commune->code;
    return true;
}

static void stands_for(struct desk_rig *desk, const char *name, const char *district,
                       const char *day, uint32_t first, uint32_t second)
{
    struct found found = {.n = 0};
    char folded[64], district_folded[64];
    text_fold(name, folded, sizeof folded);
    text_fold(district, district_folded, sizeof district_folded);
    assert_good(
        communes_find(desk->rig.record, folded, district_folded, on(day), note_code, &found, &err));
    assert_int_equal(found.n, (first != 0) + (second != 0));
    assert_true(first == 0 || found.codes[0] == first);
    assert_true(second == 0 || found.codes[1] == second);
}

static void old_names_lead_to_new_units(void **state)
{
    struct desk_rig *desk = *state;
    char table[] = "# a comment\n"
                   "18073,phường,Thành Sen,,45122,2025-07-01,,\n"
                   "18100,phường,Trần Phú,,45123,2025-07-01,2028-01-01,18115\n"
                   "18115,phường,Bắc Hồng Lĩnh,,45612,2025-07-01,,\n"
                   ",phường,Nguyễn Du,Thành phố Hà Tĩnh,,,2025-07-01,18073\n"
                   ",phường,Nguyễn Du,Thành phố Hà Tĩnh,,,2025-07-01,18100\n"
                   ",xã,Nguyễn Du,Thị xã Khác,,,2025-07-01,18115\n";
    char bad[] = "18073,phường,Thành Sen,,45122,2025-07-01,,\n18100,phường,,,,,,\n";
    size_t n = 0;
    adopt(desk);
    stands_for(desk, "Thành Sen", "", "2026-01-01", 18073, 0); /* built in */
    stands_for(desk, "Thành Sen", "", "2025-06-30", 0, 0);
    assert_error(communes_load(desk_rig_acts(desk), bad, "", 0, &n, &err), ERROR_BAD_INPUT);
    stands_for(desk, "Trần Phú", "", "2026-01-01", 18100, 0); /* all rows or none */
    assert_good(communes_load(desk_rig_acts(desk), table, "NQ 1", 0, &n, &err));
    assert_int_equal(n, 6);
    stands_for(desk, "NGUYEN DU", "thanh pho ha tinh", "2026-01-01", 18073, 18100);
    stands_for(desk, "Nguyễn Du", "Thị xã Khác", "2026-01-01", 18115, 0);
    stands_for(desk, "Nguyễn Du", "Thành phố Hà Tĩnh", "2028-06-01", 18073, 18115);
    stands_for(desk, "Trần Phú", "", "2028-06-01", 18115, 0);
    stands_for(desk, "Không Có", "", "2026-01-01", 0, 0);
}

/* ------------------------------------------------------------------ items of an office */

/* The import gives each item its office; each office's own standing instruction holds for it. */
static void items_belong_to_their_office(void **state)
{
    struct desk_rig *desk = *state;
    struct view view;
    adopt(desk);
    put(desk, entry(PREMISES_OFFICE, "H27.15", "Sở Thử", "Số 1", NULL));
    struct item first = desk_rig_issue(desk, "H27.15-261118-0145", "", "0");
    desk->office = 2;
    struct item second = desk_rig_issue(desk, "H27.15-261118-0146", "", "0");
    assert_true(views_item(desk->rig.views, &first, &view));
    assert_int_equal(view.state.office.office, 0);
    assert_true(views_item(desk->rig.views, &second, &view));
    assert_int_equal(view.state.office.office, 2);
}

static void procedures_are_known_by_their_code(void **state)
{
    struct desk_rig *desk = *state;
    struct procedure procedure = {.bcci_allowed = false};
    struct procedure_set *set;
    char folded[PROCEDURE_NAME_MAX];
    text_copy("Đăng ký thử", procedure.name, sizeof procedure.name);
    text_copy("1.010708.000.00.00.H56", procedure.code, sizeof procedure.code);
    assert_good(procedure_publish(desk_rig_acts(desk), &procedure, &err));
    text_fold("Thủ tục 1.010708.000.00.00.H56 về việc khác", folded, sizeof folded);
    assert_good(procedure_set_load(desk->rig.record, desk->rig.now, &set, &err));
    const struct procedure *found = procedure_set_match(set, folded);
    assert_non_null(found);
    assert_string_equal(found->name, "Đăng ký thử");
    text_fold("Thủ tục 1.010708.000.00.00.H5 về việc khác", folded, sizeof folded);
    assert_null(procedure_set_match(set, folded));
    assert_null(procedure_set_match(set, ""));
    procedure_set_free(set);
}

/* Words of few letters, so that rules begin with, hold and repeat one another. */
static void invent(uint32_t *random, size_t words, char *out, size_t size)
{
    static const char *const known[] = {"cap", "capa", "giay", "dat", "dang ky"};
    size_t n = 0;
    *out = '\0';
    for (size_t i = 0; i < words; i++) {
        *random = *random * 1103515245u + 12345u;
        n += (size_t)snprintf(out + n, size - n, "%s%s", i > 0 ? " " : "",
                              known[(*random >> 16) % 5]);
    }
}

static bool stands_in(const char *words, const char *text)
{
    char padded[160], wanted[160];
    (void)snprintf(padded, sizeof padded, " %s ", text);
    (void)snprintf(wanted, sizeof wanted, " %s ", words);
    return strstr(padded, wanted) != NULL;
}

#define RULES 60
static void the_longest_rule_in_a_text(void **state)
{
    struct desk_rig *desk = *state;
    static struct procedure rule[RULES];
    struct procedure_set *set;
    uint32_t random = 7;
    for (size_t i = 0; i < RULES; i++) {
        rule[i] = (struct procedure){.bcci_allowed = true};
        invent(&random, 1 + i % 4, rule[i].name, 64);
        if (i % 7 == 0)
            invent(&random, 2, rule[i].code, sizeof rule[i].code);
        assert_good(procedure_publish(desk_rig_acts(desk), &rule[i], &err));
    }
    assert_good(procedure_set_load(desk->rig.record, desk->rig.now, &set, &err));
    size_t found = 0;
    for (size_t k = 0; k < 2000; k++) {
        char text[128];
        const struct procedure *wanted = NULL;
        size_t best = 0;
        invent(&random, 1 + k % 6, text, sizeof text);
        for (size_t i = 0; i < RULES; i++) {
            bool ended = false; /* by a later rule of the same name */
            for (size_t j = i + 1; j < RULES; j++)
                ended = ended || strcmp(rule[j].name, rule[i].name) == 0;
            bool by_code = *rule[i].code != '\0' && stands_in(rule[i].code, text);
            size_t weight = by_code ? PROCEDURE_NAME_MAX : strlen(rule[i].name);
            if (!ended && weight > best && (by_code || stands_in(rule[i].name, text))) {
                best = weight;
                wanted = &rule[i];
            }
        }
        const struct procedure *got = procedure_set_match(set, text);
        assert_int_equal(got == NULL ? 0 : got->id, wanted == NULL ? 0 : wanted->id);
        found += got != NULL;
    }
    assert_true(found > 500);
    procedure_set_free(set);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define DESK(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        DESK(what_was_true_on_a_day),
        DESK(an_end_names_who_took_over),
        DESK(bad_entries_are_refused),
        DESK(settings_are_taken_over_until_somebody_says_otherwise),
        DESK(old_names_lead_to_new_units),
        DESK(items_belong_to_their_office),
        DESK(procedures_are_known_by_their_code),
        DESK(the_longest_rule_in_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
