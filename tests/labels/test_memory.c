/* Each allocation fails in turn: a sentence, nothing lost, nothing half done; and the next try
 * works. The linker puts these in place of malloc, calloc and realloc for labels/ (--wrap). */
#include "labels/items.h"
#include "labels/list.h"
#include "labels/printed.h"
#include "labels/spool.h"
#include "paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *old, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *old, size_t n);

static size_t asked;   /* so far */
static size_t fail_at; /* the one that fails, from 1; 0: none */

static bool fails(void)
{
    return ++asked == fail_at;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
    return fails() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *old, size_t n)
{
    return fails() ? NULL : __real_realloc(old, n);
}

static struct error err;

static bool count(void *ctx, const void *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)ctx += n;
    return true;
}

static bool on_printed(void *ctx, const struct bitmap *bitmap, struct error *why)
{
    (void)bitmap, (void)why;
    ++*(size_t *)ctx;
    return true;
}

static bool print(const char *layout, const char *tongue)
{
    struct paper_room room;
    struct label label = paper_label(3, &room);
    struct labels *labels = NULL;
    struct labels_report report;
    const struct labels_options options = {.tongue = tongue};
    size_t written = 0;
    label.name = "Đỗ Ý q\xCC\x80"; /* the long way too */
    bool done = labels_open(layout, &labels, &err) &&
                labels_begin_as(labels, &options, (struct labels_sink){count, &written}, &err) &&
                labels_add(labels, &label, &report, &err) && labels_end(labels, &err);
    labels_close(labels);
    return done;
}

static bool print_list(void)
{
    const struct label head = {.sender = "A", .serial = "BG-20481163", .time = "x"};
    const struct labels_row row = {.number = "RA473124829VN", .name = "Đỗ Ý"};
    struct labels *labels = NULL;
    struct labels_report report;
    size_t written = 0;
    bool done = labels_open("bang-ke", &labels, &err) &&
                labels_begin(labels, (struct labels_sink){count, &written}, &err) &&
                labels_add_list(labels, &head, &row, 1, &report, &err) && labels_end(labels, &err);
    labels_close(labels);
    return done;
}

static bool print_dl(void)
{
    return print("dl", "pdf");
}

static bool print_sheet(void)
{
    return print("sheet-2x4", "pdf");
}

static bool print_zpl(void)
{
    return print("thermal-76x50", "zpl");
}

static bool print_tspl(void)
{
    return print("thermal-76x50", "tspl");
}

static bool print_svg(void)
{
    return print("dl", "svg");
}

/* A label that draws everything a printer can. */
static bool read_printed(void)
{
    static const char zpl[] = "^XA^CI28^LH0,0^PW200^LL60\n^FO0,8^GFA,2,2,1,FF00^FS\n"
                              "^FO4,4^BY1,3,9^BCN,9,N,N,N,N^FH_^FD>:RA4>573124829>6VN^FS\n"
                              "^FO2,2^BY1,3,10^BQN,2,1,M^FH_^FDMA,HTTPS://A/B^FS\n^XZ\n";
    size_t labels = 0;
    return printed_zpl(zpl, sizeof zpl - 1, 203, (struct printed_sink){on_printed, NULL, &labels},
                       &err) &&
           labels == 1;
}

/* A job begun, stopped in doubt, gone on with and ended, in a folder of its own. */
static bool spool_one(void)
{
    static const char *const numbers[] = {"RA473124829VN", "RA000000005VN"};
    char folder[160];
    char command[200];
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/trao-mem-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(folder) == NULL)
        fail_msg("no folder");
    struct spool *spool = NULL;
    struct spool_job *job = NULL;
    bool done = spool_open(folder, &spool, &err) &&
                spool_begin(spool, numbers, 2, NULL, &job, &err) && spool_job_sending(job, 0, &err);
    spool_job_close(job);
    job = NULL;
    done = done && spool_resume(spool, "000001", &job, &err) && spool_job_done(job, 2, &err) &&
           spool_job_end(job, true, &err);
    spool_job_close(job);
    spool_close(spool);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 && done;
}

static bool read_list(void)
{
    char text[] = "number,name\nRA473124829VN,\"Đỗ, Ý\"\n";
    struct list_record record = {0};
    struct list *list = NULL;
    FILE *file = fmemopen(text, sizeof text - 1, "rb");
    bool done = file != NULL || error_set(&err, ERROR_LATER, "no memory");
    done = done && list_open(file, "f", &list, &err);
    done = done && list_next(list, &record, &err) == LIST_RECORD;
    list_close(list);
    list_record_done(&record);
    if (file != NULL)
        (void)fclose(file);
    return done;
}

/* A list on its way to a printer: read whole, then laid out by number. */
static bool send_items(const char *layout, const char *text, const char *number)
{
    char path[] = "/tmp/trao-items-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
    struct list_record all = {0};
    struct items items = {0};
    struct labels *labels = NULL;
    struct labels_report report;
    struct spool_item item = {.copy = 1};
    size_t written = 0, at = 0;
    snprintf(item.number, sizeof item.number, "%s", number);
    bool done = list_record_set(&all, LABELS_SENDER, "UBND P. Trần Phú", &err) &&
                list_record_set(&all, LABELS_SERIAL, "BG-20481163", &err) &&
                list_record_set(&all, LABELS_TIME, "14:30", &err) &&
                labels_open(layout, &labels, &err) &&
                items_read(&items, path, labels, &all, &err) &&
                labels_begin(labels, (struct labels_sink){count, &written}, &err) &&
                items_add(&items, labels, &item, &at, &report, &err) && labels_end(labels, &err);
    items_done(&items);
    list_record_done(&all);
    labels_close(labels);
    unlink(path);
    return done;
}

static bool send_labels(void)
{
    return send_items("dl",
                      "number,name,address,link\nRA473124829VN,Đỗ Ý,Xóm 5,HTTPS://T.EXAMPLE/1\n",
                      "RA473124829VN");
}

static bool send_sheets(void)
{
    return send_items("bang-ke", "number,name\nRA473124829VN,Đỗ Ý\n", "BG-20481163-1");
}

static void each_fails(bool (*work)(void))
{
    fail_at = 0;
    assert_true(work());
    for (fail_at = 1;; fail_at++) {
        asked = 0;
        err = (struct error){0};
        bool done = work();
        if (done && asked < fail_at)
            break; /* fewer are asked for than that */
        if (!done && (err.code != ERROR_LATER || err.text[0] == '\0'))
            fail_msg("allocation %zu: %s '%s'", fail_at, error_code_name(err.code), err.text);
    }
    fail_at = 0;
    assert_true(work());
}

static void test_each_allocation(void **state)
{
    (void)state;
    static bool (*const works[])(void) = {read_list, print_dl,    print_sheet, print_list,
                                          print_zpl, print_tspl,  print_svg,   read_printed,
                                          spool_one, send_labels, send_sheets};
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        each_fails(works[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
