/* Who may log in, lock-out, logins that end. */
#include <stdlib.h>
#include <string.h>

#include "server/record/people.h"
#include "server/web/password.h"
#include "tests/server/rig.h"

static struct rig rig;

static int open_rig(void **state)
{
    (void)state;
    rig_open(&rig);
    return 0;
}

static int close_rig(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

#define in_group(call) rig_in_group(rig.record, call)

static struct person new_person(const char *hash, bool must_change)
{
    struct person person = {.name = "quay", .must_change = must_change, .role = ROLE_CLERK};
    strncpy(person.hash, hash, sizeof person.hash - 1);
    return person;
}

static struct person quay(void)
{
    struct person person;
    assert_good(person_find(rig.record, "quay", &person, &err));
    return person;
}

static void a_person_is_found_by_name(void **state)
{
    (void)state;
    struct person person;
    struct person fresh = new_person("$hash", true);
    in_group(person_add(rig.record, &fresh, &err));
    assert_string_equal(quay().hash, "$hash");
    assert_true(quay().must_change);
    assert_error(person_find(rig.record, "khac", &person, &err), ERROR_NOT_FOUND);
    assert_good(record_begin(rig.record, &err));
    struct person again = new_person("$other", true);
    assert_error(person_add(rig.record, &again, &err), ERROR_REPEATED);
    record_rollback(rig.record);
    assert_string_equal(quay().hash, "$hash");
}

static void five_wrong_passwords_lock_for_a_quarter_hour(void **state)
{
    (void)state;
    struct person fresh = new_person("$hash", false);
    in_group(person_add(rig.record, &fresh, &err));
    for (int i = 0; i < PERSON_TRIES; i++) {
        assert_true(quay().locked_until.ms <= rig.now.ms);
        in_group(person_failed(rig.record, quay().id, &err));
    }
    assert_int_equal(quay().locked_until.ms, rig.now.ms + PERSON_LOCK_MS);
    assert_int_equal(quay().failed, 0);
}

static void a_login_forgets_wrong_passwords_and_runs_out(void **state)
{
    (void)state;
    struct link token = chain_hash("token", 5), other = chain_hash("other", 5);
    struct login login;
    struct person fresh = new_person("$hash", false);
    in_group(person_add(rig.record, &fresh, &err));
    in_group(person_failed(rig.record, quay().id, &err));
    in_group(login_add(rig.record, &token, quay().id, &err));
    assert_int_equal(quay().failed, 0);
    assert_good(login_find(rig.record, &token, rig.now, &login, &err));
    assert_int_equal(login.person, quay().id);
    assert_int_equal(login.until.ms, rig.now.ms + LOGIN_LIFE_MS);
    assert_error(login_find(rig.record, &other, rig.now, &login, &err), ERROR_NOT_FOUND);
    struct instant late = {rig.now.ms + LOGIN_LIFE_MS};
    assert_error(login_find(rig.record, &token, late, &login, &err), ERROR_NOT_FOUND);
    in_group(login_end(rig.record, &token, &err));
    assert_error(login_find(rig.record, &token, rig.now, &login, &err), ERROR_NOT_FOUND);
}

static void a_new_password_ends_every_login(void **state)
{
    (void)state;
    struct link token = chain_hash("token", 5);
    struct login login;
    struct person fresh = new_person("$hash", true);
    in_group(person_add(rig.record, &fresh, &err));
    in_group(login_add(rig.record, &token, quay().id, &err));
    in_group(person_set_password(rig.record, quay().id, "$new", false, &err));
    assert_string_equal(quay().hash, "$new");
    assert_false(quay().must_change);
    assert_error(login_find(rig.record, &token, rig.now, &login, &err), ERROR_NOT_FOUND);
}

static void passwords_hold_only_themselves(void **state)
{
    (void)state;
    char hash[PERSON_HASH_MAX], again[PERSON_HASH_MAX];
    assert_good(password_hash("mật khẩu dài", hash, &err));
    assert_good(password_hash("mật khẩu dài", again, &err));
    assert_string_not_equal(hash, again);
    assert_true(password_holds(hash, "mật khẩu dài"));
    assert_false(password_holds(hash, "mật khẩu dà"));
    assert_false(password_holds("", ""));
    char longest[PASSWORD_MAX + 1]; /* every sign of it counts */
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_good(password_hash(longest, hash, &err));
    assert_true(password_holds(hash, longest));
    longest[sizeof longest - 2] = 'b';
    assert_false(password_holds(hash, longest));
}

/* [ASVS 5.0, 6.2.4, 6.2.5, 6.2.11] */
static void what_is_easily_guessed_is_known(void **state)
{
    (void)state;
    static const char *const bad[] = {"password1234", "123456789012",   "matkhau123456",
                                      "traotraotrao", "qwertyuiop12",   "aaaaaaaaaaaa",
                                      "quay2-quay2-", "Trao@123456789", "iloveyou2026"};
    static const char *const good[] = {"mot mat khau rat dai", "một mật khẩu dài", "k7#Wq2!mZp9x",
                                       "muoi hai con cho vang"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!password_is_guessable(bad[i], "quay2"))
            fail_msg("%s", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (password_is_guessable(good[i], "quay2"))
            fail_msg("%s", good[i]);
}

static void one_time_passwords_differ(void **state)
{
    (void)state;
    char a[PASSWORD_ONE_TIME_MAX], b[PASSWORD_ONE_TIME_MAX];
    struct chance chance = rig_chance(&rig);
    password_one_time(&chance, a);
    password_one_time(&chance, b);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), 23);
    assert_int_equal(strspn(a, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789-"), 23);
}

int main(void)
{
#define RIG(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)
    const struct CMUnitTest tests[] = {
        RIG(a_person_is_found_by_name),
        RIG(five_wrong_passwords_lock_for_a_quarter_hour),
        RIG(a_login_forgets_wrong_passwords_and_runs_out),
        RIG(a_new_password_ends_every_login),
        RIG(passwords_hold_only_themselves),
        RIG(what_is_easily_guessed_is_known),
        RIG(one_time_passwords_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
