/* What a page may have done: the table beside commands.def, every role before every act, and whose
 * items may be named. */
#include <stdlib.h>
#include <string.h>

#include "server/record/looks.h"
#include "server/record/premises.h"
#include "server/web/act.h"
#include "tests/server/browser.h"

#define OTHER_OFFICE 77 /* a number of the registry that sent nothing */

static struct error err;
static struct http_request request = {.is_post = true, .client = "127.0.0.1"};

static struct seat seat_as(enum role role, uint32_t office)
{
    struct seat seat = {
        .logged_in = true,
        .person = {
            .id = 1, .name = "quay", .role = role, .offices = {office}, .offices_n = office != 0}};
    return seat;
}

static bool act_words(struct browser *browser, const struct seat *seat, const char *const *words)
{
    json_t *said = NULL;
    int argc = 0;
    while (words[argc])
        argc++;
    bool done = act_run(browser->rig.web, &request, seat, argc, words, -1, &said, &err);
    assert_int_equal(done, said != NULL);
    json_decref(said);
    return done;
}
#define ACT(browser, seat, ...) act_words(browser, seat, (const char *const[]){__VA_ARGS__, NULL})

static void the_table_says_what_commands_say(void **state)
{
    (void)state;
    const char *verb, *words;
    enum right right;
    bool by;
    for (size_t i = 0; act_row(i, &verb, &right, &words, &by); i++) {
        const struct command *command = command_find(verb);
        print_message("%s\n", verb);
        assert_non_null(command);
        assert_int_equal(command->where, COMMAND_SERVER);
        assert_int_equal(by, strstr(command->arguments, "by=NAME") != NULL);
        if (strchr(words, 'o'))
            assert_non_null(strstr(command->arguments, "office=CODE"));
    }
}

/* Without its words a command does nothing, or says that they are missing. */
static void every_role_before_every_act(void **state)
{
    struct browser *browser = *state;
    const struct role_info *role;
    const char *verb, *words;
    enum right right;
    bool by;
    for (size_t r = 0; (role = role_row(r)) != NULL; r++)
        for (size_t i = 0; act_row(i, &verb, &right, &words, &by); i++) {
            struct seat seat = seat_as(role->role, 0);
            bool done = ACT(browser, &seat, verb);
            bool refused = !done && strstr(err.text, "may not do that") != NULL;
            if (refused == role_may(role->role, right))
                fail_msg("%s %s: %s", role->key, verb, done ? "done" : err.text);
            assert_int_equal(act_offered(&seat, verb), role_may(role->role, right));
        }
}

static void nobody_acts_for_another_office(void **state)
{
    struct browser *browser = *state;
    const char *item = browser->rig.item.text, *dossier = "H27.15-261118-0145";
    struct seat other = seat_as(ROLE_CLERK, OTHER_OFFICE), none = seat_as(ROLE_CLERK, 0);
    assert_false(ACT(browser, &other, "terms", item));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(ACT(browser, &other, "pair", dossier, item));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(ACT(browser, &other, "recall", item, "reason=1"));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    static const char *const whole[][3] = {
        {"print", "--all"}, {"handover"}, {"cases"}, {"import", "list.csv"}, {"handovers"}};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        assert_false(ACT(browser, &other, whole[i][0], whole[i][1]));
        assert_true(err.code == ERROR_REFUSED || err.code == ERROR_BAD_INPUT);
    }
    assert_true(ACT(browser, &none, "terms", item));
    assert_true(ACT(browser, &other, "offices"));
}

/* A print job and the list of a handover are his when everything in them is; of another's it is
 * said what is said of one that never was. */
static void nobody_touches_another_offices_job(void **state)
{
    struct browser *browser = *state;
    const char *item = browser->rig.item.text;
    struct seat other = seat_as(ROLE_CLERK, OTHER_OFFICE), none = seat_as(ROLE_CLERK, 0),
                administrator = seat_as(ROLE_ADMINISTRATOR, 0);
    if (!ACT(browser, &administrator, "printer", "quay1", "where=ipp://127.0.0.1:1/x") ||
        !ACT(browser, &administrator, "printer", "a4", "where=ipp://127.0.0.1:1/x",
             "layout=bang-ke") ||
        !ACT(browser, &administrator, "printer", "xa", "where=ipp://127.0.0.1:1/x",
             "post-office=999999"))
        fail_msg("%s", err.text);
    assert_false(ACT(browser, &other, "print", "printer=quay1", "reason=1", item));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(ACT(browser, &none, "print", "printer=xa", "reason=1", item));
    assert_non_null(strstr(err.text, "999999"));
    if (!ACT(browser, &none, "print", "printer=quay1", "reason=1", item))
        fail_msg("%s", err.text);
    static const char *const acts[] = {"printresume", "printcancel"};
    for (size_t i = 0; i < 2; i++) {
        assert_false(ACT(browser, &other, acts[i], "1"));
        assert_int_equal(err.code, ERROR_NOT_FOUND);
        assert_non_null(strstr(err.text, "no such print job"));
        assert_false(ACT(browser, &other, acts[i], "77"));
        assert_non_null(strstr(err.text, "no such print job"));
    }
    assert_false(ACT(browser, &other, "printlist", "BG-000001", "printer=a4"));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    if (!ACT(browser, &none, "printcancel", "1"))
        fail_msg("%s", err.text);
}

/* office= counts where the command reads it: as a citation or a file's name it would be a text, and
 * the act that of no office, which is all of them. */
static void a_text_is_no_office(void **state)
{
    struct browser *browser = *state;
    struct premises office;
    struct seat administrator = seat_as(ROLE_ADMINISTRATOR, 0);
    if (!ACT(browser, &administrator, "office", "MC-1", "name=Một cửa", "address=Số 1",
             "commune=18673"))
        fail_msg("%s", err.text);
    assert_true(premises_last(browser->rig.short_reader, PREMISES_OFFICE, "MC-1", &office, &err));
    struct seat bound = seat_as(ROLE_CLERK, office.number);
    assert_false(ACT(browser, &bound, "standing", "yes", "office=MC-1"));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_false(ACT(browser, &bound, "import", "office=MC-1"));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_false(ACT(browser, &bound, "standing", "yes", "office=MC-1", "office=MC-1", "x"));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_false(ACT(browser, &bound, "receive", "pages=1", "H27.15-261118-0145"));
    assert_int_equal(err.code, ERROR_REFUSED);
    if (!ACT(browser, &bound, "standing", "yes", "QD 1", "office=MC-1"))
        fail_msg("%s", err.text);
}

/* A command that reads without items and acts with them: nobody acts in another's name. */
static void messages_go_again_in_his_name(void **state)
{
    struct browser *browser = *state;
    struct seat seat = seat_as(ROLE_ADMINISTRATOR, 0);
    assert_false(ACT(browser, &seat, "messages", "resend", "by=khac", browser->rig.item.text));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_true(strstr(err.text, "who sits here") != NULL);
    assert_false(ACT(browser, &seat, "messages", "sends")); /* read as it was said, no by= in it */
    assert_true(strstr(err.text, "sends") != NULL);
    if (!ACT(browser, &seat, "messages", "sent"))
        fail_msg("%s", err.text);
}

static bool count_look(void *ctx, const struct look *look)
{
    size_t *n = ctx;
    *n += look->kind == LOOK_ACT(5) && look->person == 1 && look->rows == 3;
    return true;
}

static void what_is_done_bears_his_name(void **state)
{
    struct browser *browser = *state;
    struct seat seat = seat_as(ROLE_CLERK, 0);
    size_t n = 0;
    assert_false(ACT(browser, &seat, "receive", "H27.15-261118-0145", "pages=2", "by=khac"));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    if (!ACT(browser, &seat, "receive", "H27.15-261118-0145", "originals=1", "pages=2"))
        fail_msg("%s", err.text);
    struct fact facts[8];
    size_t got = views_history(browser->rig.desk.rig.views, &browser->rig.item, facts, 8);
    assert_true(got >= 2);
    assert_int_equal(facts[got - 1].office.event, EVENT_RECEIVED_FROM_DEPARTMENT);
    assert_int_equal(facts[got - 1].office.user, 1);
    assert_true(looks_each(browser->rig.short_reader, 0, (struct instant){0},
                           (struct instant){INT64_MAX}, count_look, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(look_key(LOOK_ACT(5)), "receive");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--read-list") == 0)
        return desk_rig_child(argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_says_what_commands_say),
        cmocka_unit_test_setup_teardown(every_role_before_every_act, browser_open, browser_close),
        cmocka_unit_test_setup_teardown(nobody_acts_for_another_office, browser_open,
                                        browser_close),
        cmocka_unit_test_setup_teardown(nobody_touches_another_offices_job, browser_open,
                                        browser_close),
        cmocka_unit_test_setup_teardown(a_text_is_no_office, browser_open, browser_close),
        cmocka_unit_test_setup_teardown(messages_go_again_in_his_name, browser_open, browser_close),
        cmocka_unit_test_setup_teardown(what_is_done_bears_his_name, browser_open, browser_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
