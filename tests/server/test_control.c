/* trao-admin's way to the running server: words, files and answers over the socket; the table of
 * commands and the man page say the same. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/control.h"
#include "server/office/list.h"
#include "server/office/link.h"
#include "server/record/postmen.h"
#include "server/web/password.h"
#include "tests/server/desk_rig.h"

struct asked {
    struct desk_rig desk;
    struct commands commands;
    struct enrol_desk enrol;
    struct control *control;
    pthread_t thread;
    char out[65536], err[4096];
};

static void *serve(void *arg)
{
    control_serve(arg);
    return NULL;
}

static int open_asked(void **state)
{
    struct asked *asked = calloc(1, sizeof *asked);
    desk_rig_open(&asked->desk);
    asked->enrol = (struct enrol_desk){.acts = desk_rig_acts(&asked->desk),
                                       .clock = rig_clock(&asked->desk.rig),
                                       .chance = rig_chance(&asked->desk.rig)};
    asked->commands = (struct commands){.folder = asked->desk.rig.dir,
                                        .program = "/proc/self/exe",
                                        .config = &asked->desk.config,
                                        .secret = asked->desk.secret,
                                        .acts = desk_rig_acts(&asked->desk),
                                        .views = asked->desk.rig.views,
                                        .record = asked->desk.rig.record,
                                        .enrol = &asked->enrol};
    assert_good(control_open(asked->desk.rig.dir, &asked->commands, &asked->control, &err));
    assert_int_equal(pthread_create(&asked->thread, NULL, serve, asked->control), 0);
    *state = asked;
    return 0;
}

static int close_asked(void **state)
{
    struct asked *asked = *state;
    control_stop(asked->control);
    pthread_join(asked->thread, NULL);
    control_close(asked->control);
    desk_rig_close(&asked->desk);
    free(asked);
    return 0;
}

/* Exit status; what was said is in asked->out and asked->err. Words end with NULL. */
static int ask(struct asked *asked, int fd, char *const *words)
{
    FILE *out = fmemopen(asked->out, sizeof asked->out, "w");
    FILE *err_out = fmemopen(asked->err, sizeof asked->err, "w");
    int argc = 0, status = -1;
    memset(asked->out, 0, sizeof asked->out);
    memset(asked->err, 0, sizeof asked->err);
    while (words[argc])
        argc++;
    assert_good(control_ask(asked->desk.rig.dir, argc, words, fd, out, err_out, &status, &err));
    (void)fclose(out);
    (void)fclose(err_out);
    return status;
}
#define ASK(asked, fd, ...) ask(asked, fd, (char *const[]){__VA_ARGS__, NULL})

static void import_list(struct asked *asked)
{
    int fd = open(TESTS_DIR "/data/results.csv", O_RDONLY);
    assert_int_equal(ASK(asked, fd, "import", "somewhere/results.csv"), 0);
    close(fd);
}

static void a_list_goes_in_and_items_come_out(void **state)
{
    struct asked *asked = *state;
    import_list(asked);
    assert_non_null(strstr(asked->out, "results.csv: 60 hồ sơ; nhập mới 60"));
    assert_int_equal(ASK(asked, -1, "items"), 0);
    size_t lines = 0;
    for (const char *at = asked->out; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 60);
    char number[ITEM_CHARS + 1], status[16], dossier[64];
    assert_int_equal(sscanf(asked->out, "%13s\t%15s\t%63s", number, status, dossier), 3);
    assert_string_equal(status, "issued");
    assert_string_equal(dossier, "H27.21-261116-0007"); /* oldest first */
    assert_int_equal(ASK(asked, -1, "status", number), 0);
    assert_non_null(strstr(asked->out, "issued\toffice 0/1\tmoved"));
    assert_int_equal(ASK(asked, -1, "link", number), 0);
    assert_int_equal(strncmp(asked->out, "http://127.0.0.1:8080/T/RA", 26), 0);
}

static void printing_and_handing_over(void **state)
{
    struct asked *asked = *state;
    import_list(asked);
    char path[256], magic[6] = "";
    (void)snprintf(path, sizeof path, "%s/out.pdf", asked->desk.rig.dir);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(ASK(asked, fd, "print", "--all"), 0);
    assert_int_equal(pread(fd, magic, 5, 0), 5);
    close(fd);
    assert_string_equal(magic, "%PDF-");
    assert_non_null(strstr(asked->out, "/print/1.pdf\n"));
    assert_int_equal(ASK(asked, -1, "print", "--all"), 1);
    assert_non_null(strstr(asked->err, "nothing to print"));
    assert_int_equal(ASK(asked, -1, "handover"), 0);
    assert_non_null(strstr(asked->out, "BG-000001\n"));
    assert_int_equal(ASK(asked, -1, "handover"), 1);
}

static void first_number(struct asked *asked, char number[ITEM_CHARS + 1])
{
    assert_int_equal(ASK(asked, -1, "items"), 0);
    assert_int_equal(sscanf(asked->out, "%13s", number), 1);
}

static void numbers_and_choices_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1], again[ITEM_CHARS + 1];
    assert_int_equal(ASK(asked, -1, "range", "480000", "many"), 1);
    assert_int_equal(ASK(asked, -1, "range", "480000", "64"), 0);
    import_list(asked);
    assert_int_equal(ASK(asked, -1, "ranges"), 0);
    assert_non_null(strstr(asked->out, "480000\tRA\t64\t4\t"));
    assert_non_null(strstr(asked->out, "còn 4, sắp hết số"));
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "void", number, "because=3"), 1);
    assert_non_null(strstr(asked->err, "«because=3»"));
    assert_int_equal(ASK(asked, -1, "void", number, "reason=x"), 1);
    assert_int_equal(ASK(asked, -1, "void", number, "by=nobody"), 1);
    assert_int_equal(ASK(asked, -1, "void", number, "reason=3"), 0);
    assert_int_equal(ASK(asked, -1, "reissue", number, "name=Đỗ Văn Thử"), 0);
    assert_int_equal(sscanf(asked->out, "%13s", again), 1);
    assert_int_equal(ASK(asked, -1, "recall", again), 0);
    assert_int_equal(ASK(asked, -1, "recall", again), 1);
    assert_int_equal(ASK(asked, -1, "optout", "H27.21-261116-0007", "đơn 12"), 0);
    assert_int_equal(ASK(asked, -1, "optin", "H27.21-261116-0007", "phiếu 13"), 0);
    assert_int_equal(ASK(asked, -1, "electronic", "H27.21-261116-0007", "tệp ký số"), 0);
    assert_int_equal(ASK(asked, -1, "procedure", "Đăng ký kết hôn", "post=perhaps"), 1);
    assert_int_equal(ASK(asked, -1, "procedure", "Đăng ký kết hôn", "post=no", "citation=QĐ 1"), 0);
    assert_int_equal(ASK(asked, -1, "procedures"), 0);
    assert_non_null(strstr(asked->out, "Đăng ký kết hôn\tno-post\tanybody\t"));
}

static void a_sealed_batch_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1];
    static char code[] = "H27.21-261116-0007";
    import_list(asked);
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "print", number), 0);
    assert_int_equal(ASK(asked, -1, "receive", code, "originals=1", "sheets=3"), 1);
    assert_int_equal(ASK(asked, -1, "receive", code, "originals=1", "pages=3"), 0);
    assert_int_equal(strncmp(asked->out, number, ITEM_CHARS), 0);
    assert_int_equal(ASK(asked, -1, "pair", code, "RA123456785VN"), 1);
    assert_non_null(strstr(asked->err, "SAI PHONG BÌ"));
    assert_int_equal(ASK(asked, -1, "pair", code, number), 0);
    assert_int_equal(ASK(asked, -1, "handover", "seal=NP-1", "giver=An", "taker=Bình", number), 1);
    assert_non_null(strstr(asked->err, "đếm được 0 bì"));
    assert_int_equal(
        ASK(asked, -1, "handover", "seal=NP-1", "giver=An", "taker=Bình", "count=1", number), 0);
    assert_int_equal(ASK(asked, -1, "handovers"), 0);
    assert_string_equal(asked->out, "BG-000001\tsealed\n");
    assert_int_equal(ASK(asked, -1, "difference", "BG-000001", number, "lost"), 1);
    assert_int_equal(ASK(asked, -1, "difference", "BG-000001", number, "damaged", "note=ướt"), 0);
    assert_int_equal(ASK(asked, -1, "batch", "BG-000001"), 0);
    assert_non_null(strstr(asked->out, "\tAn\tBình\t1\t1\t0\t3\n"));
    assert_non_null(strstr(asked->out, "\tH27.21-261116-0007\t1\t0\t3\n"));
    assert_non_null(strstr(asked->out, "\tdifference\tdamaged\t"));
    assert_int_equal(ASK(asked, -1, "batch", "BG-000002"), 1);
}

static bool desk_user_act(struct record *record, void *arg, struct error *err)
{
    return person_add(record, arg, "", false, err);
}

/* A PIN is said once and kept as a verifier; what is typed from paper shows as that. */
static void postmen_and_their_paper_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1], pin[7], name[] = "quay1";
    struct acts acts = desk_rig_acts(&asked->desk);
    struct postman postman;
    assert_good(acts.run(acts.self, desk_user_act, name, &err));
    assert_int_equal(ASK(asked, -1, "postman", "TH-12"), 1);
    assert_non_null(strstr(asked->err, "cần name="));
    assert_int_equal(ASK(asked, -1, "postman", "TH-12", "name=Lê Văn Thử", "from=2026-11-01"), 0);
    assert_int_equal(sscanf(asked->out, "PIN %6[0-9]\n", pin), 1);
    assert_good(postman_get(asked->desk.rig.record, 12, &postman, &err));
    assert_true(password_holds(postman.pin, pin));
    assert_int_equal(ASK(asked, -1, "postman", "TH-12", "to=2027-01-01"), 0);
    assert_null(strstr(asked->out, "PIN")); /* the one he has stays */
    assert_int_equal(ASK(asked, -1, "postmen"), 0);
    assert_non_null(strstr(asked->out, "TH-00000012\tLê Văn Thử\t480000\t2026-11-01T00:00:00"));
    assert_non_null(strstr(asked->out, "\t2027-01-01T00:00:00+07:00\tpin\n"));
    import_list(asked);
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "paper", number, "delivered", "2026-11-25T7:42", "badge=12",
                         "by=quay1", "note=sổ 3"),
                     1);
    assert_int_equal(ASK(asked, -1, "paper", number, "delivered", "2026-11-25T07:42", "badge=12",
                         "by=quay1", "note=sổ 3", "relation=1"),
                     0);
    assert_int_equal(ASK(asked, -1, "status", number), 0);
    assert_non_null(strstr(asked->out, "2026-11-25T07:42:00+07:00\tpaper_entry:delivered\t"));
    assert_int_equal(ASK(asked, -1, "spare", "HH-001", "HH-002", "badge=12"), 1);
}

static void rounds_and_slips_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1], slip[16], code[8];
    assert_int_equal(ASK(asked, -1, "postman", "12", "name=Lê Văn Thử", "from=2026-11-01"), 0);
    assert_int_equal(ASK(asked, -1, "postman", "13", "name=Đỗ Văn Mẫu", "from=2026-11-01"), 0);
    import_list(asked);
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "round", "12"), 1);
    assert_non_null(strstr(asked->err, "commune="));
    assert_int_equal(ASK(asked, -1, "round", "12", number), 0);
    assert_int_equal(strncmp(asked->out, "BD-000001\n", 10), 0);
    assert_int_equal(ASK(asked, -1, "rounds", "TH-12"), 0);
    assert_int_equal(strncmp(asked->out, "BD-000001\tTH-00000012\t00000\t", 28), 0);
    assert_int_equal(ASK(asked, -1, "roundgive", "BD-000001", "13"), 0);
    assert_int_equal(ASK(asked, -1, "roundput", "BD-000001", number), 0);
    assert_int_equal(ASK(asked, -1, "rounds", "TH-12"), 0);
    assert_string_equal(asked->out, "");
    assert_int_equal(ASK(asked, -1, "hands"), 0);
    assert_string_equal(asked->out, "");
    assert_int_equal(ASK(asked, -1, "hand", number, "office"), 1);
    assert_int_equal(ASK(asked, -1, "leave", number, "mưa"), 1);
    assert_int_equal(ASK(asked, -1, "dayend", "13"), 0);
    assert_int_equal(ASK(asked, -1, "roundput", "BD-000001", number), 1);
    assert_int_equal(ASK(asked, -1, "pad", "12", "3"), 0);
    assert_int_equal(sscanf(asked->out, "%15s\t%7s", slip, code), 2);
    assert_string_equal(slip, "GM-000001");
    assert_int_equal(strlen(code), 6);
    assert_int_equal(ASK(asked, -1, "slip", slip, number), 0);
    assert_int_equal(ASK(asked, -1, "slip", slip, number), 1);
}

static void a_code_goes_to_the_clerk_only(void **state)
{
    struct asked *asked = *state;
    struct enrol_code code;
    char text[64];
    assert_int_equal(ASK(asked, -1, "enrol", "HH-001"), 0);
    assert_int_equal(sscanf(asked->out, "%63[^\n]", text), 1);
    assert_good(enrol_code_read(text, &code, &err));
    assert_int_equal(ASK(asked, -1, "enrol", "no good name"), 1);
    assert_int_equal(ASK(asked, -1, "devices"), 0);
    assert_string_equal(asked->out, "");
    assert_int_equal(ASK(asked, -1, "revoke", "HH-009"), 1);
}

static void refusals_are_sentences(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(ASK(asked, -1, "status", "RA123456785VN"), 1);
    assert_non_null(strstr(asked->err, "không thấy số này"));
    assert_int_equal(ASK(asked, -1, "status", "RA123456784VN"), 1);
    assert_int_equal(ASK(asked, -1, "no-such-command"), 1);
    assert_int_equal(ASK(asked, -1, "verify"), 1); /* not the server's affair */
    assert_int_equal(ASK(asked, -1, "import", "x.csv"), 1);
}

static void without_a_server_there_is_no_answer(void **state)
{
    struct asked *asked = *state;
    int status = 77;
    char *const words[] = {"items", NULL};
    assert_error(control_ask("/proc/self", 1, words, -1, stdout, stderr, &status, &err),
                 ERROR_LATER);
    assert_error(control_ask("/no/such", 1, words, -1, stdout, stderr, &status, &err),
                 ERROR_NOT_FOUND);
    struct control *second;
    assert_error(control_open(asked->desk.rig.dir, &asked->commands, &second, &err),
                 ERROR_REPEATED);
    assert_int_equal(status, 77);
}

static void the_socket_is_the_owners_own(void **state)
{
    struct asked *asked = *state;
    char path[256];
    struct stat about;
    (void)snprintf(path, sizeof path, "%s/control", asked->desk.rig.dir);
    assert_int_equal(lstat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

/* A client that sends nonsense, or nothing, does not keep the next from being served. */
static void nonsense_is_let_go(void **state)
{
    struct asked *asked = *state;
    static const char *const nonsense[] = {"\xFF\xFF\xFF\xFFxxxx", "\0\0\0\0", "\4\0\0\0abcd", "x"};
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/control",
                       asked->desk.rig.dir);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
        assert_true(write(fd, nonsense[i], i == 3 ? 1 : 8 - 4 * (i == 1)) > 0);
        close(fd);
    }
    assert_int_equal(ASK(asked, -1, "items"), 0);
}

/* Each command of the table stands in the man page with its arguments, and nowhere else. */
static void table_and_man_page_agree(void **state)
{
    (void)state;
    FILE *file = fopen(TESTS_DIR "/../server/trao-admin.8.scd", "r");
    char page[32768] = "";
    assert_non_null(file);
    assert_true(fread(page, 1, sizeof page - 1, file) > 0);
    (void)fclose(file);
    const char *commands = strstr(page, "# COMMANDS"), *end = strstr(page, "# EXIT STATUS");
    size_t in_table = 0, in_page = 0;
    const struct command *command;
    for (; (command = command_row(in_table)) != NULL; in_table++) {
        char wanted[64];
        (void)snprintf(wanted, sizeof wanted, "\n*%s*", command->name);
        const char *at = strstr(commands, wanted);
        if (!at || at > end)
            fail_msg("%s is not in the man page", command->name);
        assert_ptr_equal(command_find(command->name), command);
    }
    for (const char *at = commands; (at = strstr(at, "\n*")) != NULL && at < end; at++)
        in_page++;
    assert_int_equal(in_page, in_table);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define ASKED(name) cmocka_unit_test_setup_teardown(name, open_asked, close_asked)
    const struct CMUnitTest tests[] = {
        ASKED(a_list_goes_in_and_items_come_out),
        ASKED(printing_and_handing_over),
        ASKED(numbers_and_choices_from_the_command_line),
        ASKED(a_sealed_batch_from_the_command_line),
        ASKED(postmen_and_their_paper_from_the_command_line),
        ASKED(rounds_and_slips_from_the_command_line),
        ASKED(a_code_goes_to_the_clerk_only),
        ASKED(refusals_are_sentences),
        ASKED(without_a_server_there_is_no_answer),
        ASKED(the_socket_is_the_owners_own),
        ASKED(nonsense_is_let_go),
        cmocka_unit_test(table_and_man_page_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
