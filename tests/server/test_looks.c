/* Who looked at whose data: a chain that names the row that was changed, and the one that is gone.
 */
#include <stdio.h>
#include <string.h>

#include "server/record/db.h"
#include "server/record/looks.h"
#include "tests/server/rig.h"

#define LOOKS 5

static struct rig rig;

static int set_up(void **state)
{
    (void)state;
    rig_open(&rig);
    for (int i = 1; i <= LOOKS; i++) {
        struct look look = {.person = i % 2 + 1, .kind = LOOK_NAMES, .rows = (uint64_t)i * 10};
        char items[2 * ITEM_CHARS + 1];
        (void)snprintf(items, sizeof items, "%s%s", rig_item((uint32_t)i).text,
                       rig_item((uint32_t)i + 1).text);
        look.items = i == 2 ? NULL : items;
        (void)snprintf(look.client, sizeof look.client, "192.0.2.%d", i);
        rig.now.ms += 1000;
        rig_in_group(rig.record, look_add(rig.record, &look, &err));
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

static bool holds(uint64_t *ret_n, struct error *err)
{
    return looks_verify(rig.record, &rig.seal_public, ret_n, err);
}

/* What is said when this was done to the file behind the program's back. */
static void spoiled(const char *sql, const char *want)
{
    uint64_t n;
    assert_good(db_exec(record_db(rig.record), "SAVEPOINT spoiled", &err));
    assert_good(db_exec(record_db(rig.record), sql, &err));
    struct error why = {ERROR_NONE, "holds"};
    bool good = holds(&n, &why);
    print_message("%s: %s\n", sql, why.text);
    assert_false(good);
    assert_int_equal(why.code, ERROR_BROKEN);
    assert_non_null(strstr(why.text, want));
    assert_good(db_exec(record_db(rig.record), "ROLLBACK TO spoiled; RELEASE spoiled", &err));
    assert_good(holds(&n, &err));
}

static void what_was_done_to_it_is_named(void **state)
{
    (void)state;
    uint64_t n = 0;
    assert_good(holds(&n, &err));
    assert_int_equal(n, LOOKS);
    spoiled("UPDATE look SET person = 9 WHERE seq = 3", "look 3 was changed");
    spoiled("UPDATE look SET at_ms = at_ms + 1 WHERE seq = 1", "look 1 was changed");
    spoiled("UPDATE look SET kind = 2 WHERE seq = 5", "look 5 was changed");
    spoiled("UPDATE look SET rows = 1 WHERE seq = 2", "look 2 was changed");
    spoiled("UPDATE look SET client = '192.0.2.9' WHERE seq = 4", "look 4 was changed");
    spoiled("UPDATE look SET link = zeroblob(32) WHERE seq = 4", "look 4 was changed");
    spoiled("UPDATE look SET items = '' WHERE seq = 3", "look 3 was changed");
    spoiled("UPDATE look SET items = substr(items, 14) WHERE seq = 3", "look 3 was changed");
    spoiled("UPDATE look SET items = (SELECT items FROM look WHERE seq = 1) WHERE seq = 2",
            "look 2 was changed");
    spoiled("DELETE FROM look WHERE seq = 2", "look 2 is gone");
    spoiled("DELETE FROM look WHERE seq = 5", "4 are there, 5 were written");
    spoiled("DELETE FROM look", "0 are there, 5 were written");
    spoiled("DELETE FROM look_head", "their head is gone");
    spoiled("DELETE FROM look WHERE seq = 5; UPDATE look_head SET seq = 4,"
            " link = (SELECT link FROM look WHERE seq = 4)",
            "the seal of their head does not hold");
}

struct heard {
    size_t n;
    uint64_t seq[LOOKS];
    size_t of_item; /* looks at rig_item(4)'s data */
};

static bool hear(void *ctx, const struct look *look)
{
    struct heard *heard = ctx;
    struct item item = rig_item(4);
    heard->of_item += look_has_item(look, &item);
    heard->seq[heard->n++] = look->seq;
    return heard->n < LOOKS;
}

static void newest_first_of_whom_and_when(void **state)
{
    (void)state;
    struct heard all = {.n = 0}, one = {.n = 0}, some = {.n = 0};
    struct instant always = {INT64_MAX}, begin = {0};
    assert_good(looks_each(rig.record, 0, begin, always, hear, &all, &err));
    assert_int_equal(all.n, LOOKS);
    assert_int_equal(all.seq[0], LOOKS);
    assert_int_equal(all.of_item, 2);
    assert_good(looks_each(rig.record, 1, begin, always, hear, &one, &err));
    assert_int_equal(one.n, 2);
    assert_int_equal(one.seq[0], 4);
    struct instant from = {rig.now.ms - 2000}, to = {rig.now.ms};
    assert_good(looks_each(rig.record, 0, from, to, hear, &some, &err));
    assert_int_equal(some.n, 2);
    assert_int_equal(some.seq[1], 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(what_was_done_to_it_is_named),
                                       TEST(newest_first_of_whom_and_when)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
