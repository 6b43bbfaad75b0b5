/* trao-labels as people run it: files in, files out, and what it says when something is wrong. */
#include "paper.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LIST                                                                                          \
    "number,name,address,postal,link,marks,copy\n"                                                    \
    "RA473124829VN,Nguyễn Thị Thùy Dương,\"Số 102, P. Trần Phú, Hà Tĩnh 45123\",45123," \
    "HTTPS://TRAO.EXAMPLE/T/1,owner-only to-collect,\n"                                               \
    "RA100000025VN,Đỗ Ý,\"Xóm 5, X. Thạch Hà, Hà Tĩnh\",45206,HTTPS://TRAO.EXAMPLE/T/2,,2\n"

static char folder[256];

static int make_folder(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/trao-labels-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[320];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void put_file(const char *name, const char *text)
{
    char path[320];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool is_there(const char *name)
{
    char path[320];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static struct paper_pdf get_file(const char *name)
{
    char path[320];
    struct paper_pdf out = {0};
    unsigned char bytes[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s: %s", path, strerror(errno));
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        assert_true(paper_write(&out, bytes, n));
    (void)fclose(file);
    return out;
}

static char said[65536]; /* standard output and error of the last run */

/* Runs the program in the folder; its exit status. */
static int run(const char *arguments)
{
    char command[2048];
    snprintf(command, sizeof command, "cd '%s' && { %s %s; } 2>&1", folder, PROGRAM, arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(said, 1, sizeof said - 1, pipe);
    said[n] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect_says(const char *words)
{
    if (strstr(said, words) == NULL)
        fail_msg("'%s' does not say '%s'", said, words);
}

static void test_layouts(void **state)
{
    (void)state;
    assert_int_equal(run("layouts"), 0);
    expect_says("dl               220 x 110 mm  1/tờ");
    expect_says("sheet-3x8        210 x 297 mm  24/tờ");
    for (size_t i = 0; labels_layout_name(i) != NULL; i++)
        expect_says(labels_layout_name(i));
}

static void test_print(void **state)
{
    (void)state;
    put_file("list.csv", LIST);
    if (run("print dl --in list.csv --set sender='UBND P. Trần Phú' --out a.pdf") != 0)
        fail_msg("%s", said);
    expect_says("2 nhãn");
    assert_false(is_there("a.pdf.part"));
    struct paper_pdf pdf = get_file("a.pdf");
    PopplerDocument *document = paper_open(&pdf);
    assert_int_equal(poppler_document_get_n_pages(document), 2);
    struct paper_raster raster = paper_raster(document, 1, 203);
    char why[256];
    if (!paper_check(&raster, 203, "RA100000025VN", "HTTPS://TRAO.EXAMPLE/T/2", why))
        fail_msg("%s", why);
    paper_raster_free(&raster);
    g_object_unref(document);
    free(pdf.bytes);
    assert_int_equal(run("check dl a.pdf --in list.csv --set sender='UBND P. Trần Phú' && "
                         "pdftotext a.pdf -"),
                     0);
    expect_says("2 tờ, 4 mã");
    expect_says("Nguyễn Thị Thùy Dương\n");
    expect_says("Số 102, P. Trần Phú\n");
    expect_says("Xóm 5, X. Thạch Hà\n");
    expect_says("BẢN IN LẠI 2\n");
}

/* pdffonts: kind, encoding; embedded, a subset, with a way back to characters. */
#define EMBEDDED "+NotoSans-[A-Za-z]* *CID TrueType *Identity-H *yes yes yes"

/* Every layout, with the longest texts: a PDF of exactly its paper, that nothing is said against,
 * whose fonts are ours, all of them inside. */
static void test_every_layout_as_pdf(void **state)
{
    (void)state;
    for (size_t i = 0; labels_layout_name(i) != NULL; i++) {
        const char *name = labels_layout_name(i);
        char arguments[256];
        struct labels *labels = NULL;
        struct error err;
        snprintf(arguments, sizeof arguments,
                 "preview %s --long --to pdf --out %s.pdf && qpdf --check %s.pdf && "
                 "pdffonts %s.pdf | tail -n +3 >fonts && ! grep -v '" EMBEDDED
                 "' fonts && cat fonts",
                 name, name, name, name);
        if (run(arguments) != 0)
            fail_msg("%s", said);
        expect_says("No syntax or stream encoding errors");
        expect_says("+NotoSans-Regular");
        assert_true(labels_open(name, &labels, &err));
        struct labels_about about = labels_about(labels);
        labels_close(labels);
        snprintf(arguments, sizeof arguments, "%s.pdf", name);
        struct paper_pdf pdf = get_file(arguments);
        PopplerDocument *document = paper_open(&pdf);
        PopplerPage *page = poppler_document_get_page(document, 0);
        double width = 0, height = 0;
        poppler_page_get_size(page, &width, &height);
        assert_float_equal(width * 25400 / 72, about.width_um, 2);
        assert_float_equal(height * 25400 / 72, about.height_um, 2);
        assert_int_equal(poppler_document_get_print_scaling(document), POPPLER_PRINT_SCALING_NONE);
        g_object_unref(page);
        g_object_unref(document);
        free(pdf.bytes);
    }
}

/* The same bytes through pipes, and from JSON. */
static void test_pipes_and_json(void **state)
{
    (void)state;
    put_file("one.csv", "number,name,address\nRA473124829VN,Đỗ Ý,\"a, b\"\n");
    put_file("one.json", "{\"number\":\"RA473124829VN\",\"name\":\"\\u0110\\u1ed7 \\u00dd\","
                         "\"address\":\"a, b\"}\n");
    assert_int_equal(run("print sheet-3x8 --in one.csv --out 1.pdf"), 0);
    assert_int_equal(run("print sheet-3x8 --to pdf < one.csv > 2.pdf"), 0);
    assert_int_equal(run("print sheet-3x8 --to pdf --in one.json > 3.pdf"), 0);
    assert_int_equal(run("print sheet-3x8 --start 24 --to pdf --in one.json > 4.pdf"), 0);
    struct paper_pdf first = get_file("1.pdf");
    for (char name[] = "2.pdf"; name[0] <= '4'; name[0]++) {
        struct paper_pdf other = get_file(name);
        bool same = other.n == first.n && memcmp(other.bytes, first.bytes, first.n) == 0;
        assert_int_equal(same, name[0] != '4');
        free(other.bytes);
    }
    free(first.bytes);
}

/* Pictures are a file a page. */
static void test_a_file_a_page(void **state)
{
    (void)state;
    put_file("list.csv", LIST);
    assert_int_equal(run("print thermal-76x50 --in list.csv --out p.png"), 0);
    assert_true(is_there("p.png") && is_there("p-2.png") && !is_there("p-3.png"));
    assert_int_equal(run("print thermal-76x50 --in list.csv --out p.svg"), 0);
    assert_true(is_there("p.svg") && is_there("p-2.svg"));
    static const char *const tongues[] = {"zpl", "tspl", "escpos"};
    for (size_t i = 0; i < 3; i++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "print thermal-76x50 --in list.csv --out t.%s",
                 tongues[i]);
        if (run(arguments) != 0)
            fail_msg("%s", said);
    }
    assert_int_equal(run("preview giay-moi && test -s giay-moi.png"), 0);
    assert_int_equal(run("preview bang-ke --to pdf --out bk.pdf"), 0);
    assert_true(is_there("bk.pdf"));
}

/* Every bad row with its place; nothing is left, or what is good with --keep-going. */
static void test_bad_rows(void **state)
{
    (void)state;
    put_file("bad.csv", "number,name,address\nRA473124829V,A,B\nRA473124829VN,,B\n"
                        "RA473124829VN,\"A\"x,B\nRA473124829VN,A,B\n");
    assert_int_equal(run("print sheet-3x8 --in bad.csv --out bad.pdf"), 1);
    expect_says("bad.csv:2:1: number: 12 characters");
    expect_says("bad.csv:3:2: name is empty");
    expect_says("bad.csv:4:2: something stands behind");
    expect_says("3 dòng");
    assert_false(is_there("bad.pdf"));
    assert_false(is_there("bad.pdf.part"));
    assert_int_equal(run("print sheet-3x8 --in bad.csv --out bad.pdf --keep-going"), 1);
    expect_says("1 nhãn");
    assert_true(is_there("bad.pdf"));
}

static void test_shortened_is_told(void **state)
{
    (void)state;
    char list[1024];
    snprintf(list, sizeof list, "number,name,address\nRA473124829VN,%0120d,B😀\n", 0);
    put_file("long.csv", list);
    assert_int_equal(run("print sheet-3x8 --in long.csv --out long.pdf"), 0);
    expect_says("long.csv:2: «name» dài quá");
    expect_says("long.csv:2: «address» có chữ phông không có");
    assert_null(strstr(said, "0000000")); /* never the text itself */
}

/* A list of some size tells how far it is; a small one keeps quiet. */
static void test_progress(void **state)
{
    (void)state;
    char path[320];
    snprintf(path, sizeof path, "%s/big.csv", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs("number,name,address\n", file);
    for (int i = 0; i < 9000; i++)
        (void)fprintf(file, "RA%09dVN,Đặng Thị Sỹ,\"Số %d, P. Thành Sen, Hà Tĩnh\"\n", i, i);
    (void)fclose(file);
    assert_int_equal(run("print sheet-3x8 --in big.csv --out big.pdf --no-check"), 0);
    for (int tenth = 1; tenth <= 10; tenth++) {
        char words[16];
        snprintf(words, sizeof words, "%d %%,", 10 * tenth);
        expect_says(words);
    }
    put_file("list.csv", LIST);
    assert_int_equal(run("print sheet-3x8 --in list.csv --out small.pdf"), 0);
    assert_null(strstr(said, "%"));
}

static void test_the_handover_list(void **state)
{
    (void)state;
    put_file("rows.csv", "number,name,ward,fees,postage\nRA473124829VN,Đỗ Ý,P. Trần Phú,150000,"
                         "26000\nRA100000025VN,A,B,50000,26000\n");
    const char *head = "print bang-ke --in rows.csv --out l.pdf -s serial=BG-20481163 -s "
                       "time='14:30 ngày 21/05/2026' -s sender=UBND";
    if (run(head) != 0)
        fail_msg("%s", said);
    struct paper_pdf pdf = get_file("l.pdf");
    PopplerDocument *document = paper_open(&pdf);
    PopplerPage *page = poppler_document_get_page(document, 0);
    char *text = poppler_page_get_text(page);
    assert_non_null(strstr(text, "200.000"));
    assert_non_null(strstr(text, "52.000"));
    g_free(text);
    g_object_unref(page);
    g_object_unref(document);
    free(pdf.bytes);
    assert_int_equal(run("print bang-ke --in rows.csv --out m.pdf -s time=x -s sender=UBND"), 1);
    expect_says("serial");
}

static void test_refusals(void **state)
{
    (void)state;
    put_file("list.csv", LIST);
    assert_int_equal(run("print nope --in list.csv --out x.pdf"), 1);
    expect_says("no layout 'nope'");
    assert_int_equal(run("print dl --in nope.csv --out x.pdf"), 1);
    expect_says("nope.csv");
    assert_int_equal(run("print dl --in list.csv --out x.doc"), 1);
    expect_says("pdf svg png zpl tspl escpos");
    assert_int_equal(run("print dl --in list.csv --out /nowhere/x.pdf -s sender=X"), 1);
    expect_says("/nowhere/x.pdf");
    assert_int_equal(run("print dl --in list.csv --out x.pdf -s sender=X --window 20,60,90,35"), 1);
    expect_says("window");
    assert_int_equal(run("print dl --in list.csv --out x.pdf -s phone=1"), 2);
    assert_int_equal(run("print"), 2);
    assert_int_equal(run("frob"), 2);
    assert_int_equal(run("print dl --in list.csv --out x.pdf --start 2 -s sender=X"), 1);
    expect_says("has 1 places");
    assert_false(is_there("x.pdf"));
    assert_false(is_there("x.pdf.part"));
}

/* A disk that is full, a reader that goes away. */
static void test_output_that_fails(void **state)
{
    (void)state;
    put_file("list.csv", LIST);
    assert_int_equal(run("print dl --in list.csv -s sender=X --to pdf > /dev/full"), 1);
    expect_says("trao-labels: -:");
    assert_int_equal(run("print dl --in list.csv -s sender=X --to zpl --out /dev/full"), 1);
    expect_says("/dev/full: ");
    struct stat status;
    assert_int_equal(stat("/dev/full", &status), 0);
    assert_true(S_ISCHR(status.st_mode)); /* never renamed over */
    assert_int_equal(
        run("print dl --in list.csv -s sender=X --to zpl --out /dev/stdout | head -c 1"), 0);
}

/* Commands, tongues and options stand in the man page as in --help. */
static void test_the_man_page(void **state)
{
    (void)state;
    FILE *file = fopen(MAN_PAGE, "rb");
    assert_non_null(file);
    static char page[65536];
    size_t n = fread(page, 1, sizeof page - 1, file);
    (void)fclose(file);
    page[n] = '\0';
    assert_int_equal(run("--help"), 0);
    static const char *const commands[] = {
#define COMMAND(name, ...) #name,
#include "labels/commands.def"
#undef COMMAND
    };
    static const char *const tongues[] = {
#define TONGUE(name, ...) #name,
#include "labels/tongues.def"
#undef TONGUE
    };
    char bold[64];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(bold, sizeof bold, "*%s*", commands[i]);
        expect_says(commands[i]);
        assert_non_null(strstr(page, bold));
    }
    for (size_t i = 0; i < sizeof tongues / sizeof *tongues; i++) {
        snprintf(bold, sizeof bold, "*%s*", tongues[i]);
        expect_says(tongues[i]);
        assert_non_null(strstr(page, bold));
    }
    for (const char *at = said; (at = strstr(at, "--")) != NULL; at += 2) {
        char option[64] = "*";
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
        if (length < 3 || length > 40)
            continue;
        memcpy(option + 1, at, length);
        option[length + 1] = '*';
        option[length + 2] = '\0';
        if (strstr(page, option) == NULL && strcmp(option, "*--usage*") != 0)
            fail_msg("%s is not in the man page", option);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_every_layout_as_pdf),
        cmocka_unit_test(test_pipes_and_json),
        cmocka_unit_test(test_a_file_a_page),
        cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_shortened_is_told),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_the_handover_list),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_output_that_fails),
        cmocka_unit_test(test_the_man_page),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
