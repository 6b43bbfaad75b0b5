/* Every command of commands.def answers with one JSON document, whether it goes well or not: read
 * back with jansson, over the socket and from trao-admin itself. */
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/office/list.h"
#include "server/record/people.h"
#include "tests/server/control_rig.h"

/* The document that was said; the caller decrefs. */
static json_t *document_of(const struct asked *asked, const char *command, int status)
{
    json_error_t why;
    json_t *document = json_loads(asked->out, JSON_REJECT_DUPLICATES, &why);
    if (!document)
        fail_msg("%s: %s at %d: %s", command, why.text, why.position, asked->out);
    const char *name = json_string_value(json_object_get(document, "command"));
    assert_non_null(name);
    assert_string_equal(name, command);
    assert_string_equal(asked->err, "");
    const json_t *error = json_object_get(document, "error");
    if (json_is_true(json_object_get(document, "ok")) != (status == 0) ||
        (error == NULL) != (status == 0))
        fail_msg("%s: status %d: %s", command, status, asked->out);
    if (error) {
        assert_non_null(json_string_value(json_object_get(error, "code")));
        assert_string_not_equal(json_string_value(json_object_get(error, "text")), "");
    }
    if (json_object_get(document, "lines"))
        fail_msg("%s says lines without names: %s", command, asked->out);
    return document;
}

/* ------------------------------------------------------------------ a day of commands */

#define ITEMS 10
struct day {
    struct asked *asked;
    char numbers[ITEMS][ITEM_CHARS + 1], dossiers[ITEMS][64];
    bool run[256]; /* beside commands.def */
};

static void note_run(struct day *day, const char *name)
{
    const struct command *command;
    for (size_t i = 0; (command = command_row(i)) != NULL; i++)
        if (strcmp(command->name, name) == 0)
            day->run[i] = true;
}

/* "@3" is the fourth item's number, "#3" its dossier. */
static char *word_of(struct day *day, char *word)
{
    if (word[0] == '@')
        return day->numbers[word[1] - '0'];
    return word[0] == '#' ? day->dossiers[word[1] - '0'] : word;
}

/* The words by blanks; the document, whose status must be as wanted. */
static json_t *say(struct day *day, int fd, int wanted, const char *words)
{
    char copy[512], json[] = CONTROL_JSON, *rest = NULL, *argv[32] = {json};
    int argc = 1;
    assert_true(strlen(words) < sizeof copy);
    (void)strcpy(copy, words);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word_of(day, word);
    int status = ask(day->asked, fd, argv);
    if (status != wanted)
        fail_msg("%s: status %d: %s", words, status, day->asked->out);
    note_run(day, argv[1]);
    return document_of(day->asked, argv[1], status);
}

static void said(struct day *day, int wanted, const char *words)
{
    json_decref(say(day, -1, wanted, words));
}

/* Rows of the array that has the command's name, or `list`. */
static size_t rows(struct day *day, const char *words, const char *list)
{
    json_t *document = say(day, -1, 0, words);
    size_t n = json_array_size(json_object_get(document, list));
    json_decref(document);
    return n;
}

static const char *cell(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    if (!text)
        fail_msg("no text %s", key);
    return text;
}

static bool desk_user_act(struct record *record, void *arg, struct error *err)
{
    struct person person = {.role = ROLE_ADMINISTRATOR};
    strncpy(person.name, arg, sizeof person.name - 1);
    return person_add(record, &person, err);
}

static void begin_day(struct day *day, struct asked *asked)
{
    struct rig_device device;
    char clerk[] = "quay1";
    struct acts acts = desk_rig_acts(&asked->desk);
    memset(day, 0, sizeof *day);
    day->asked = asked;
    rig_device(&device, &asked->desk.rig, "HH-001");
    rig_device(&device, &asked->desk.rig, "HH-002");
    assert_good(acts.run(acts.self, desk_user_act, clerk, &err));
    said(day, 0, "range 480000 100");
    int fd = open(TESTS_DIR "/data/results.csv", O_RDONLY);
    json_t *document = say(day, fd, 0, "import results.csv");
    close(fd);
    assert_int_equal(json_integer_value(json_object_get(document, "added")), 60);
    json_decref(document);
    FILE *list = tmpfile();
    document = say(day, fileno(list), 0, "export form=csv");
    assert_int_equal(json_integer_value(json_object_get(document, "rows")), 60);
    json_decref(document);
    fclose(list);
    document = say(day, -1, 0, "items");
    const json_t *items = json_object_get(document, "items");
    assert_int_equal(json_array_size(items), 60);
    for (size_t i = 0; i < ITEMS; i++) {
        const json_t *row = json_array_get(items, i);
        (void)snprintf(day->numbers[i], ITEM_CHARS + 1, "%s", cell(row, "item"));
        (void)snprintf(day->dossiers[i], sizeof day->dossiers[i], "%s", cell(row, "dossier"));
    }
    json_decref(document);
}

/* Nobody is at that port: the job stops, and stands until it is cancelled. */
static void the_printers(struct day *day)
{
    said(day, 0, "printer a4 where=ipp://127.0.0.1:1/x layout=bang-ke");
    json_t *document = say(day, -1, 0,
                           "printer quay1 where=tcp://127.0.0.1:1 tongue=zpl dpi=203 "
                           "layout=thermal-100x150 by=quay1");
    json_decref(document);
    assert_int_equal(rows(day, "printers", "printers"), 2);
    said(day, 1, "printer quay2 where=file:/tmp/x");
    document = say(day, -1, 0, "print printer=quay1 @6 @7");
    assert_int_equal(json_integer_value(json_object_get(document, "job")), 2);
    json_decref(document);
    said(day, 1, "print printer=a4 @8");
    said(day, 1, "print @6"); /* nor to a file: the same copy twice */
    said(day, 1, "print @6 @7");
    document = say(day, -1, 0, "print @6 @8");
    assert_int_equal(json_integer_value(json_object_get(document, "envelopes")), 1);
    assert_int_equal(json_integer_value(json_object_get(document, "left_out")), 1);
    json_decref(document);
    document = say(day, -1, 0, "printjobs 2");
    assert_int_equal(json_array_size(json_object_get(document, "items")), 2);
    json_decref(document);
    assert_int_equal(rows(day, "printjobs", "jobs"), 1);
    said(day, 1, "printjobs 9");
    said(day, 1, "printresume 9");
    said(day, 0, "printcancel 2");
    document = say(day, -1, 0, "printertest quay1"); /* job 4: the file above took 3 */
    said(day, 0, "printcancel 4");
    json_decref(document);
}

static void the_desk(struct day *day)
{
    json_t *document = say(day, -1, 0, "ranges");
    assert_int_equal(json_integer_value(json_object_get(document, "left")), 40);
    assert_true(json_is_false(json_object_get(document, "low")));
    json_decref(document);
    said(day, 0, "link @0");
    said(day, 0, "print @0 @1 @5");
    the_printers(day);
    said(day, 0, "receive #0 originals=1 pages=3");
    said(day, 0, "pair #0 @0");
    said(day, 1, "handover seal=NP-1 giver=An taker=Bình count=3 @0");
    said(day, 0, "handover seal=NP-1 giver=An taker=Bình count=1 @0");
    assert_int_equal(rows(day, "handovers", "handovers"), 1);
    said(day, 0, "printlist BG-000001 printer=a4");
    said(day, 1, "printlist BG-000001 printer=quay1");
    said(day, 0, "difference BG-000001 @0 damaged note=ướt");
    document = say(day, -1, 0, "batch BG-000001");
    assert_string_equal(cell(document, "taker"), "Bình");
    assert_int_equal(json_array_size(json_object_get(document, "envelopes")), 1);
    assert_int_equal(json_array_size(json_object_get(document, "differences")), 1);
    json_decref(document);
    said(day, 0, "void @2 reason=3");
    said(day, 0, "reissue @3 name=Thử");
    said(day, 0, "recall @4");
    said(day, 0, "optout #4 đơn");
    said(day, 0, "optin #4 phiếu");
    said(day, 0, "electronic #4 tệp");
    document = say(day, -1, 0, "key cổng scope=items:read,desk:write office=all");
    assert_int_equal(strncmp(cell(document, "key"), "trao_", 5), 0);
    json_decref(document);
    said(day, 1, "key cổng2 scope=items:read");
    said(day, 1, "key cổng2 scope=all office=all");
    said(day, 1, "key quay1 scope=items:read office=all");
    assert_int_equal(rows(day, "keys", "keys"), 1);
    said(day, 0, "keyrevoke cổng");
    said(day, 1, "keyrevoke cổng");
    said(day, 1, "keyrevoke quay1");
    said(day, 0, "procedure Thử post=no citation=QĐ1");
    assert_int_equal(rows(day, "procedures", "procedures"), 1);
}

static void the_post(struct day *day)
{
    json_t *document = say(day, -1, 0, "postman TH-12 name=Thử from=2026-11-01");
    assert_int_equal(strlen(cell(document, "pin")), 6);
    json_decref(document);
    said(day, 0, "postman TH-13 name=Mẫu from=2026-11-01");
    assert_int_equal(rows(day, "postmen", "postmen"), 2);
    said(day, 0, "round 12 @5");
    assert_int_equal(rows(day, "rounds", "rounds"), 1);
    said(day, 0, "roundgive BD-000001 13");
    said(day, 0, "roundput BD-000001 @6");
    said(day, 0, "hands");
    said(day, 1, "hand @5 office");
    said(day, 1, "leave @5 mưa");
    said(day, 0, "dayend 13");
    assert_int_equal(rows(day, "pad 12 3", "slips"), 3);
    said(day, 0, "slip GM-000001 @5");
    said(day, 0, "paper @0 delivered 2026-11-25T07:42 badge=12 by=quay1 note=sổ3 relation=1");
    said(day, 0, "spare HH-001 HH-002 badge=12");
    document = say(day, -1, 0, "enrol HH-009");
    assert_int_equal(strncmp(cell(document, "address"), "https://", 8), 0);
    json_decref(document);
    assert_int_equal(rows(day, "devices", "devices"), 2);
    said(day, 0, "code @0");
    said(day, 0, "keyword 2026-11-25");
    said(day, 0, "revoke HH-002");
}

/* By every group; each number of the only key has as many rows. */
static void the_boards(struct day *day)
{
    static const char *const groups[] = {"zone",  "office",  "post-office",
                                         "round", "postman", "commune"};
    static const char *const numbers[][2] = {{"due", "due"},
                                             {"kept", "kept"},
                                             {"paused", "paused"},
                                             {"not-yet", "not_yet"},
                                             {"attempted", "attempted"},
                                             {"at-first-attempt", "at_first_attempt"},
                                             {"sent", "sent"},
                                             {"scanned", "scanned"},
                                             {"open-0-1", "open_0_1"},
                                             {"open-more", "open_more"}};
    char words[160];
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        (void)snprintf(words, sizeof words, "board 2026-11-25 2026-12-31 by=%s", groups[i]);
        assert_true(rows(day, words, "groups") > 0);
    }
    json_t *document = say(day, -1, 0, "board 2026-11-25 2026-12-31 by=office");
    json_t *row = json_incref(json_array_get(json_object_get(document, "groups"), 0));
    json_decref(document);
    static const char *const ages[] = {"open_0_1", "open_2", "open_3_5", "open_6_10", "open_more"};
    json_int_t open = 0; /* how old they are depends on the day on which the test runs */
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        assert_non_null(json_object_get(row, ages[i]));
        open += json_integer_value(json_object_get(row, ages[i]));
    }
    assert_true(open > 50);
    assert_true(json_is_true(json_object_get(row, "few")));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        (void)snprintf(words, sizeof words, "board 2026-11-25 2026-12-31 by=office rows=%s key=%s",
                       numbers[i][0], cell(row, "key"));
        assert_int_equal(rows(day, words, "items"),
                         json_integer_value(json_object_get(row, numbers[i][1])));
    }
    json_decref(row);
    said(day, 1, "board 2026-11-25 by=weather");
    said(day, 1, "board 2026-11-25 rows=weather");
    said(day, 1, "board 2026-11-25 rows=reason-0");
    said(day, 1, "board 2026-11-25 rows=stars-6");
    said(day, 1, "board 2026-11-25 rows=stars-1x");
    said(day, 0, "board 2026-11-25 rows=stars-5");
    said(day, 0, "board 2026-11-25 by=commune rows=due key=18073");
    said(day, 1, "board 2026-11-25 by=zone rows=due key=moon");
    said(day, 1, "board 2026-11-25 key=mountain");
}

static void the_terms(struct day *day)
{
    char path[192];
    (void)snprintf(path, sizeof path, "%s/days.csv", day->asked->desk.rig.dir);
    FILE *file = fopen(path, "w+");
    assert_non_null(file);
    assert_true(fputs("2027-03-01,off,QĐ 1\n", file) >= 0);
    rewind(file);
    json_decref(say(day, fileno(file), 0, "days days.csv"));
    (void)fclose(file);
    assert_true(rows(day, "calendar 2027", "days") > 1);
    json_t *document = say(day, -1, 0, "terms @5");
    assert_int_equal(json_array_size(json_object_get(document, "clocks")), 2);
    assert_true(json_is_false(json_object_get(document, "may_return")));
    json_decref(document);
    document = say(day, -1, 0, "status @0");
    assert_string_equal(cell(document, "status"), "delivered");
    assert_true(json_is_array(json_object_get(document, "doubts")));
    assert_true(json_array_size(json_object_get(document, "history")) > 4);
    json_decref(document);
    said(day, 0, "due");
    assert_int_equal(rows(day, "board 2026-11-25 2026-12-31", "board"), 2);
    assert_int_equal(rows(day, "board 2026-11-25 2026-12-31", "groups"), 1);
    the_boards(day);
    said(day, 0, "standing yes QĐ1");
    said(day, 0, "rule at_risk_min 120 QĐ1");
    assert_true(rows(day, "rules", "rules") > 10);
    said(day, 0, "pause @5 đơn");
    said(day, 0, "resume @5");
    said(day, 0, "sendback @5 đơn");
    said(day, 0, "dispute @0 đơn");
    said(day, 0, "answer @0 disputed cv liable=5");
    assert_int_equal(rows(day, "cases", "cases"), 2); /* and what was declared lost */
    said(day, 0, "close @0 disputed delivered bb paid=5");
    said(day, 0, "case @0 damaged đơn from=citizen");
    said(day, 1, "correct @0 office/999 nhầm");
    said(day, 0, "price 250 all 33000 QĐ1");
    said(day, 0, "exemption ho-ngheo 50 QĐ1");
    assert_int_equal(rows(day, "prices", "prices"), 2);
    said(day, 0, "charge @6 cân weight=40 payer=office");
    said(day, 0, "owed @6");
    said(day, 0, "paid @0 phiếu fees=1");
    said(day, 0, "shift 12 2026-11-25");
    said(day, 0, "shifts 2026-11-25");
    said(day, 0, "remit 12 2026-11-25 phiếu postage=1 giver=An taker=Bình");
    said(day, 0, "unbalanced 12 2026-11-25 over thừa postage=1");
    said(day, 1, "takeback 1 nhầm");
    said(day, 1, "clear 1 nhầm taker=An");
    said(day, 0, "costs 2026-11-25");
    said(day, 1, "officebooks H27.99 2026-11-25");
    said(day, 1, "payoffice H27.99 2026-11-25 2026-11-25 unc fees=1 giver=An taker=Bình");
    said(day, 0, "lost @5 đơn");
    said(day, 1, "unclaimed @6 đơn");
}

/* What no line above says is asked for in vain, and that is JSON too. */
static void the_rest(struct day *day)
{
    const struct command *command;
    for (size_t i = 0; (command = command_row(i)) != NULL; i++) {
        char words[256] = "";
        size_t n = (size_t)snprintf(words, sizeof words, "%s", command->name);
        if (command->where != COMMAND_SERVER || day->run[i])
            continue;
        for (int k = 0; k < command->least; k++)
            n += (size_t)snprintf(words + n, sizeof words - n, " x");
        char json[] = CONTROL_JSON, x[] = "x", name[64], *argv[32] = {json, name};
        (void)snprintf(name, sizeof name, "%s", command->name);
        for (int k = 0; k < command->least && k < 28; k++)
            argv[2 + k] = x;
        int status = ask(day->asked, -1, argv);
        json_decref(document_of(day->asked, command->name, status));
    }
}

static void the_places(struct day *day)
{
    char path[192];
    said(day, 0,
         "office H27.15 name=Sở_Thử neutral=Trung_tâm address=Số_1 phone=0239 "
         "commune=18073");
    assert_int_equal(rows(day, "mapping", "columns"), 12);
    said(day, 0, "mapping office=H27.15 name=Chủ_hồ_sơ id-number=CMND");
    json_t *document = say(day, -1, 0, "mapping office=H27.15");
    const json_t *row = json_array_get(json_object_get(document, "columns"), 1);
    assert_string_equal(cell(row, "column"), "name");
    assert_non_null(strstr(cell(row, "name"), "Chủ"));
    json_decref(document);
    said(day, 0, "mapping office=H27.15 name=");
    document = say(day, -1, 0, "mapping office=H27.15");
    row = json_array_get(json_object_get(document, "columns"), 1);
    assert_true(json_is_null(json_object_get(row, "name")));
    json_decref(document);
    said(day, 1, "mapping name=A address=A");
    said(day, 1, "mapping name=-");
    said(day, 1, "mapping weather=A");
    said(day, 1, "office H27.15 place=18");
    said(day, 0, "office H27.15 place=18.3428,105.9057 from=2030-01-01");
    said(day, 1, "office H27.15 to=2031-01-01 successor=H27.99");
    assert_int_equal(rows(day, "offices", "premises"), 1);
    assert_int_equal(rows(day, "moves H27.15", "premises"), 2);
    said(day, 0, "postoffice 481000 name=Thử");
    said(day, 1, "postoffice 4810 name=Thử");
    assert_int_equal(rows(day, "postoffices", "premises"), 1);
    said(day, 0, "pickup PD-1 name=Thử post-office=481000");
    assert_int_equal(rows(day, "pickups", "premises"), 1);
    said(day, 0, "standing yes QĐ1 office=H27.15");
    said(day, 1, "standing yes QĐ1 office=H27.99");
    (void)snprintf(path, sizeof path, "%s/communes.csv", day->asked->desk.rig.dir);
    FILE *file = fopen(path, "w+");
    assert_non_null(file);
    assert_true(fputs("code,kind,name,district,postal,from,to,successor\n"
                      "18073,phường,Thành Sen,,45122,2025-07-01,,\n"
                      ",phường,Nguyễn Du,Thành phố Hà Tĩnh,,,2025-07-01,18073\n",
                      file) >= 0);
    rewind(file);
    json_decref(say(day, fileno(file), 0, "communeload communes.csv citation=NQ"));
    (void)fclose(file);
    assert_int_equal(rows(day, "communes", "communes"), 1);
    (void)snprintf(path, sizeof path, "%s/outlines.geojson", day->asked->desk.rig.dir);
    file = fopen(path, "w+");
    assert_non_null(file);
    assert_true(fputs("{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                      "\"properties\":{\"gso_code\":18073},\"geometry\":{\"type\":\"Polygon\","
                      "\"coordinates\":[[[105.9,18.3],[105.92,18.3],[105.92,18.32],"
                      "[105.9,18.3]]]}}]}",
                      file) >= 0);
    rewind(file);
    document = say(day, fileno(file), 0, "outlines outlines.geojson citation=NQ");
    (void)fclose(file);
    assert_int_equal(json_integer_value(json_object_get(document, "outlines")), 1);
    assert_int_equal(json_array_size(json_object_get(document, "missing")), 0);
    json_decref(document);
    said(day, 0, "freshness");
    said(day, 0, "stops 2026-11-25 to=2026-11-26 ask=any");
    said(day, 0, "stops 2026-11-25 ask=without-place badge=none");
    said(day, 1, "stops 2026-11-25 ask=moon");
    said(day, 1, "stops 2026-11-25 badge=moon");
    said(day, 1, "stops 2026-11-25 to=2026-12-31");
    document = say(day, -1, 0, "commune nguyen-du");
    assert_string_equal(cell(json_array_get(json_object_get(document, "communes"), 0), "code"),
                        "18073");
    json_decref(document);
}

static void every_command_answers_in_json(void **state)
{
    struct day day;
    begin_day(&day, *state);
    the_desk(&day);
    the_post(&day);
    the_terms(&day);
    the_places(&day);
    the_rest(&day);
}

/* ------------------------------------------------------------------ trao-admin itself */

static void here(struct asked *asked, int wanted, char *const *words, const char *command)
{
    assert_int_equal(run_admin(asked, words), wanted);
    json_decref(document_of(asked, command, wanted));
}
#define HERE(asked, wanted, command, ...)                                                          \
    here(asked, wanted, (char *const[]){__VA_ARGS__, NULL}, command)

static void the_program_speaks_json_of_its_own(void **state)
{
    struct asked *asked = *state;
    char folder[192], list[] = "/no/such/list.csv";
    (void)snprintf(folder, sizeof folder, "%s/new", asked->desk.rig.dir);
    HERE(asked, 0, "init", "--data", folder, "--json", "init");
    HERE(asked, 1, "init", "--data", folder, "init", "--json");
    HERE(asked, 0, "verify", "--data", folder, "verify", "--json");
    HERE(asked, 0, "rebuild", "--data", folder, "--json", "rebuild");
    HERE(asked, 3, "items", "--data", folder, "items", "--json");
    HERE(asked, 64, "status", "status", "--json");
    HERE(asked, 64, "no-such-command", "--json", "no-such-command");
    HERE(asked, 1, "import", "--json", "import", list);
    HERE(asked, 0, "items", "items", "--json");
    HERE(asked, 1, "status", "--json", "status", "RA123456785VN");
}

/* What a command line holds may be no UTF-8; the answer is all the same. */
static void what_is_no_utf8_is_answered_in_utf8(void **state)
{
    struct asked *asked = *state;
    char word[] = "R\xC3\x28\xFF";
    HERE(asked, 1, "status", "--json", "status", word);
    assert_non_null(strstr(asked->out, "R?(?"));
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define ASKED(name) cmocka_unit_test_setup_teardown(name, open_asked, close_asked)
    const struct CMUnitTest tests[] = {
        ASKED(every_command_answers_in_json),
        ASKED(the_program_speaks_json_of_its_own),
        ASKED(what_is_no_utf8_is_answered_in_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
