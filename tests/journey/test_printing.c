/* A clerk's envelopes and lists come out of a real IPP printer and a real queue of CUPS, from the
 * page, in a real Chromium: looked at in the printer's own dots, printed by one key, followed
 * without a reload while paper is out, while the queue holds the job, after a jam, which goes on at
 * the sheet that failed; cancelled; printed again with a reason. What came out is read as text.
 * Run by tests/labels/with_printer, which gives printer and queue. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/chromium.h"

#define PASSWORD "lua-chin-ben-song-1987"
#define ITEMS 16

static struct world world;
static struct chromium browser;
static char items[ITEMS][16], dossiers[ITEMS][40];
static size_t items_n;
static char out[PROC_LINE_MAX], text[1 << 16];

/* ------------------------------------------------------------------ the printer's side */

static const char *printer_folder(void)
{
    const char *path = getenv("TRAO_PRINTER");
    if (!path)
        fail_msg("no TRAO_PRINTER: this test is run by with_printer");
    return path;
}

static void put(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", printer_folder(), name);
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    close(file);
}

static void take(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", printer_folder(), name);
    assert_int_equal(unlink(path), 0);
}

static void command(const char *words)
{
    if (system(words) != 0)
        fail_msg("%s", words);
}

/* The pages that came out since the last time, as text; how many. */
static unsigned long printed(void)
{
    char path[512], pages[4096];
    unsigned long n = 0;
    DIR *folder = opendir(printer_folder());
    assert_non_null(folder);
    text[0] = '\0';
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strstr(entry->d_name, ".done") == NULL)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", printer_folder(), entry->d_name);
        size_t used = strlen(text);
        assert_int_equal(proc_run((const char *const[]){"pdftotext", "-layout", path, "-", NULL},
                                  world.log, text + used, sizeof text - used),
                         0);
        assert_int_equal(
            proc_run((const char *const[]){"pdfinfo", path, NULL}, world.log, pages, sizeof pages),
            0);
        const char *line = strstr(pages, "Pages:");
        assert_non_null(line);
        n += strtoul(line + 6, NULL, 10);
        unlink(path);
    }
    closedir(folder);
    return n;
}

/* As people read it: RA 473 124 829 VN. */
static bool shows(const char *item)
{
    char spaced[32];
    (void)snprintf(spaced, sizeof spaced, "%.2s %.3s %.3s %.3s %.2s", item, item + 2, item + 5,
                   item + 8, item + 11);
    return strstr(text, spaced) != NULL;
}

/* ------------------------------------------------------------------ the clerk's side */

static void keys(const char *names)
{
    chromium_ask(&browser, out, "keyed", "key %s", names);
}

/* Without a page being loaded again. */
static void comes(const char *words)
{
    chromium_ask(&browser, out, "seen ", "wait %s", words);
}

static void come_in(void)
{
    char password[128];
    world_do(&world, out, sizeof out, "person", "lan", "role=clerk", "office=all", "password=new",
             NULL);
    const char *at = strstr(out, "password");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "password %127s", password), 1);
    chromium_open(&browser, 200, "/quay/dang-nhap");
    chromium_fill(&browser, "#ten", "lan");
    chromium_fill(&browser, "#mk", password);
    chromium_press(&browser, 200, "form button");
    chromium_fill(&browser, "#cu", password);
    chromium_fill(&browser, "#moi", PASSWORD);
    chromium_press(&browser, 200, "form.the button");
}

static void import(unsigned rows)
{
    char path[300], list[8192];
    unsigned before = (unsigned)items_n;
    (void)snprintf(path, sizeof path, "%s/ds-%u.csv", world.dir, before);
    world_write_list(path, before + 1, rows);
    world_do(&world, out, sizeof out, "import", path, NULL);
    world_do(&world, list, sizeof list, "items", NULL);
    for (char *line = strtok(list, "\n"); line; line = strtok(NULL, "\n")) {
        char item[16], dossier[40];
        bool known = false;
        assert_int_equal(sscanf(line, "%15s %*s %39s", item, dossier), 2);
        for (size_t i = 0; i < items_n; i++)
            known = known || strcmp(items[i], item) == 0;
        if (known)
            continue;
        assert_in_range(items_n, 0, ITEMS - 1);
        memcpy(items[items_n], item, sizeof item);
        memcpy(dossiers[items_n++], dossier, sizeof dossier);
    }
    assert_int_equal(items_n, before + rows);
}

static void expect_status(const char *item, const char *words)
{
    char said[4096];
    world_do(&world, said, sizeof said, "status", item, NULL);
    if (strstr(said, words) == NULL)
        fail_msg("%s: %s", item, said);
}

/* The items of a job, in its order: that of the page. */
static size_t job_items(unsigned job, char order[ITEMS][16])
{
    char number[12], said[4096];
    size_t n = 0;
    (void)snprintf(number, sizeof number, "%u", job);
    world_do(&world, said, sizeof said, "printjobs", number, NULL);
    const char *line = strchr(said, '\n'); /* the job itself */
    for (; line && line[1] != '\0'; line = strchr(line + 1, '\n'))
        assert_int_equal(sscanf(line + 1, "%15s", order[n++]), 1);
    return n;
}

/* ------------------------------------------------------------------ the day */

static void printers_are_registered(void)
{
    world_do(&world, out, sizeof out, "printer", "quay1",
             "where=ipp://localhost:8632/printers/quay1", "media=iso_dl_110x220mm", NULL);
    world_do(&world, out, sizeof out, "printer", "may1", "where=ipp://localhost:8631/ipp/print",
             "dpi=300", NULL);
    world_do(&world, out, sizeof out, "printer", "a4", "where=ipp://localhost:8631/ipp/print",
             "layout=bang-ke", NULL);
    assert_int_not_equal(
        world_admin(&world, out, sizeof out, "printer", "x", "where=file:/etc/passwd", NULL), 0);
    world_do(&world, out, sizeof out, "printers", NULL);
    assert_non_null(strstr(out, "quay1"));
    assert_null(strstr(out, "passwd"));
}

static void an_envelope_is_looked_at(void)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/quay/in?xem=%s&may=may1", items[0]);
    chromium_open(&browser, 200, path);
    assert_true(chromium_says(&browser, "Cỡ thật, dl ở máy in may1, 300 dpi"));
    chromium_ask(&browser, out, "attr 831", "attr img.co-that width");
    chromium_ask(&browser, out, "natural 2598 1299", "natural img.co-that");
    chromium_both_widths(&browser, "printing-preview");
}

/* Paper is out, and the page says so by itself. */
static void envelopes_come_out(void)
{
    put("no-paper");
    chromium_open(&browser, 200, "/quay/in");
    chromium_ask(&browser, out, "chosen", "choose #may quay1");
    keys("F2");
    comes("quay1, lệnh 1");
    comes("hết giấy");
    chromium_both_widths(&browser, "printing-no-paper");
    assert_true(chromium_says(&browser, "lệnh 1"));
    take("no-paper");
    comes("quay1, lệnh 1 đã in xong, 3/3 tờ");
    comes("Hết bì chờ in.");
    chromium_both_widths(&browser, "printing-done");
    assert_int_equal(printed(), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(shows(items[i]));
        expect_status(items[i], "printed");
    }
    assert_null(strstr(text, "BẢN IN LẠI"));
}

/* Two of three are left when it jams: the first of them may be out, and says so. */
static void a_jam_goes_on_where_it_stopped(void)
{
    import(3);
    put("jam");
    chromium_open(&browser, 200, "/quay/in");
    chromium_ask(&browser, out, "chosen", "choose #may may1");
    keys("F2");
    comes("may1, lệnh 2 đã dừng: kẹt giấy, 1/3 tờ");
    comes("In tiếp tờ 2");
    chromium_both_widths(&browser, "printing-jam");
    take("jam");
    (void)printed();
    char order[ITEMS][16];
    assert_int_equal(job_items(2, order), 3);
    expect_status(order[0], "printed");
    expect_status(order[1], "issued");
    chromium_ask(&browser, out, "focused button# In tiếp tờ 2", "focused");
    keys("Enter");
    comes("may1, lệnh 2 đã in xong, 3/3 tờ");
    assert_int_equal(printed(), 2);
    assert_false(shows(order[0]));
    assert_true(shows(order[1]) && shows(order[2]));
    assert_non_null(strstr(text, "BẢN IN LẠI 2"));
    for (size_t i = 3; i < 6; i++)
        expect_status(items[i], "printed");
}

/* Three more at the printer that jams: one sheet counts, and the paper is free again. */
static void three_jam_behind_the_first(void)
{
    import(3);
    put("jam");
    chromium_open(&browser, 200, "/quay/in");
    chromium_ask(&browser, out, "chosen", "choose #may may1");
    keys("F2");
    comes("In tiếp tờ 2");
    take("jam");
    (void)printed();
}

/* The sheet that the printer counts is crumpled, the next two are on the table: somebody saw. */
static void somebody_says_where_it_goes_on(void)
{
    three_jam_behind_the_first();
    chromium_fill(&browser, "input[name=tu]", "1");
    keys("Enter");
    comes("tờ 1 đã tính là in xong");
    chromium_fill(&browser, "input[name=tu]", "3");
    keys("Enter");
    comes("may1, lệnh 3 đã in xong, 3/3 tờ");
    assert_int_equal(printed(), 1);
    char order[ITEMS][16];
    assert_int_equal(job_items(3, order), 3);
    assert_true(shows(order[2]));
    for (size_t i = 0; i < 3; i++)
        expect_status(order[i], "printed");
}

/* A jam, and one of those that are left is voided at its page before anybody goes on: the rest come
 * out, it does not, and the page says so. */
static void a_void_in_a_jam(void)
{
    char order[ITEMS][16], path[64];
    three_jam_behind_the_first();
    assert_int_equal(job_items(4, order), 3);
    (void)snprintf(path, sizeof path, "/quay/bi?bi=%s", order[2]);
    chromium_open(&browser, 200, path);
    chromium_fill(&browser, "#void-bi-0", order[2]);
    chromium_ask(&browser, out, "chosen", "choose #void-reason-1 3");
    chromium_press(&browser, 200, "section.muc:has(#void-bi-0) button");
    assert_true(chromium_says(&browser, "Nhãn hủy"));
    chromium_open(&browser, 200, "/quay/in");
    chromium_ask(&browser, out, "focused button# In tiếp tờ 2", "focused");
    keys("Enter");
    comes("may1, lệnh 4 đã in xong, bỏ 1 nhãn đã hủy, 2/2 tờ");
    chromium_both_widths(&browser, "printing-void-in-jam");
    assert_int_equal(printed(), 1);
    assert_true(shows(order[1]));
    assert_false(shows(order[2]));
    expect_status(order[1], "printed");
    expect_status(order[2], "void");
}

static void one_is_printed_again(void)
{
    chromium_open(&browser, 200, "/quay/in");
    keys("F9");
    chromium_ask(&browser, out, "typed", "type %s", items[0]);
    chromium_ask(&browser, out, "chosen", "choose #ly 2");
    chromium_ask(&browser, out, "chosen", "choose #may-lai quay1");
    chromium_press(&browser, 200, "section.muc form.the button");
    comes("quay1, lệnh 5 đã in xong, 1/1 tờ");
    assert_int_equal(printed(), 1);
    assert_true(shows(items[0]));
    assert_non_null(strstr(text, "BẢN IN LẠI 2"));
    assert_int_not_equal(
        world_admin(&world, out, sizeof out, "print", "printer=quay1", items[0], NULL), 0);
}

static void a_held_job_is_cancelled(void)
{
    import(1);
    command("lpadmin -h localhost:8632 -p quay1 -o job-hold-until-default=indefinite");
    chromium_open(&browser, 200, "/quay/in");
    chromium_ask(&browser, out, "chosen", "choose #may quay1");
    keys("F2");
    comes("quay1, lệnh 6 bị giữ lại ở máy in");
    chromium_both_widths(&browser, "printing-held");
    assert_false(chromium_says(&browser, "F2 In 1 bì"));
    chromium_press(&browser, 200, "#lenh button[value=huy]");
    comes("quay1, lệnh 6 đã hủy, 0/1 tờ");
    command("lpadmin -h localhost:8632 -p quay1 -o job-hold-until-default=no-hold");
    expect_status(items[12], "issued");
    chromium_open(&browser, 200, "/quay/in");
    assert_true(chromium_says(&browser, "F2 In 1 bì"));
    assert_int_equal(printed(), 0);
}

static void the_list_comes_out(void)
{
    for (size_t i = 0; i < 2; i++) {
        world_do(&world, out, sizeof out, "receive", dossiers[i], "originals=1", "pages=2", NULL);
        world_do(&world, out, sizeof out, "pair", dossiers[i], items[i], NULL);
    }
    world_do(&world, out, sizeof out, "handover", "seal=NP-0007", "giver=Lê Thị Mẫu",
             "taker=Phạm Văn Thử", "count=2", items[0], items[1], NULL);
    chromium_open(&browser, 200, "/quay/ban-giao?so=BG-000001");
    chromium_both_widths(&browser, "printing-list");
    keys("F2");
    comes("a4, lệnh 7 đã in xong, 1/1 tờ bảng kê BG-000001");
    chromium_both_widths(&browser, "printing-list-done");
    assert_int_equal(printed(), 1);
    assert_non_null(strstr(text, "BG-000001"));
    assert_non_null(strstr(text, "NP-0007"));
    assert_true(shows(items[0]) && shows(items[1]));
    keys("F2");
    comes("in lại thì chọn lý do");
    chromium_ask(&browser, out, "chosen", "choose #ly 1");
    keys("F2");
    comes("a4, lệnh 8 đã in xong, 1/1 tờ bảng kê BG-000001");
    assert_int_equal(printed(), 1);
    assert_non_null(strstr(text, "BẢN IN LẠI 2"));
}

/* The server is stopped while the queue has the job: the next one follows it to its end. */
static void a_job_outlives_the_server(void)
{
    put("slow");
    world_do(&world, out, sizeof out, "print", "printer=quay1", items[12], NULL);
    command("until lpstat -h localhost:8632 -o quay1 | grep -q .; do sleep 0.1; done");
    world_stop_server(&world, SIGTERM);
    world_start_server(&world);
    for (int i = 0; i < 100; i++) {
        world_do(&world, text, sizeof text, "status", items[12], NULL);
        if (strstr(text, "printed") != NULL)
            break;
        proc_sleep_ms(100);
    }
    take("slow");
    expect_status(items[12], "printed");
    assert_int_equal(printed(), 1);
    world_do(&world, out, sizeof out, "printjobs", NULL);
    assert_non_null(strstr(out, "đã in xong"));
}

static void a_clerk_prints(void **state)
{
    (void)state;
    come_in();
    printers_are_registered();
    import(3);
    an_envelope_is_looked_at();
    envelopes_come_out();
    a_jam_goes_on_where_it_stopped();
    somebody_says_where_it_goes_on();
    a_void_in_a_jam();
    one_is_printed_again();
    a_held_job_is_cancelled();
    the_list_comes_out();
    a_job_outlives_the_server();
}

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    chromium_start(&browser, &world, NPM_DIR, NULL, BUILD_DIR "/screenshots");
    return 0;
}

static int end(void **state)
{
    (void)state;
    chromium_end(&browser);
    world_end(&world, false);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_clerk_prints)};
    return cmocka_run_group_tests_name("journey/printing", tests, begin, end);
}
