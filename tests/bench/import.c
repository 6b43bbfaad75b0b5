/* import - how fast a long list becomes items here, and in how much memory.
 *
 *     bench_import [--smoke | --rows N]      N at most 200,000, the longest list
 *
 * A list of 70,000 invented dossiers, the fuller one of the one-stop software: looked at, which
 * keeps nothing; then read in the reading child, checked, issued by hundreds (four hundred one
 * commit with fdatasync), views in step; then the same list again, when every row is known. Beside
 * it the limit: the same file into a bare table of SQLite. Memory is what this process held more
 * than before at its most; what stays after "taken in" is the items in the views. Never passes or
 * fails on time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <csv.h>
#include <sqlite3.h>

#include "server/office/export.h"
#include "tests/server/desk_rig.h"

#define ROWS 70000
#define ROWS_SMOKE 500
#define ROW_BYTES 320
#define ROWS_A_COMMIT 400 /* as the rig commits an act; the server puts four together */

static double now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

/* Of this process and of the reading children that have ended. */
static double cpu_s(void)
{
    double sum = 0;
    const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (size_t i = 0; i < 2; i++) {
        struct rusage usage;
        invariant(getrusage(whose[i], &usage) == 0);
        sum += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
    }
    return sum;
}

static char *invent(uint32_t rows)
{
    static const char *const family[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi"};
    static const char *const given[] = {"Mẫu", "Thử", "Giả", "Tạm", "Ví Dụ"};
    static const char *const commune[] = {"X. Cẩm Trung", "X. Thạch Hà", "P. Trần Phú",
                                          "xã Toàn Lưu"};
    char *text = malloc((size_t)rows * ROW_BYTES + 1024), *at = text;
    invariant(text != NULL);
    at += sprintf(at, "\xEF\xBB\xBFSTT,Số hiệu giấy tờ (Mã hồ sơ),Nội dung hồ sơ,Số CCCD chủ hồ sơ,"
                      "Họ tên người nhận kết quả,Địa chỉ đăng ký nhận kết quả,"
                      "Số điện thoại người nhận kết quả,Ngày công dân đăng ký,"
                      "Ngày bưu điện nhận kết quả,\"Số ký hiệu, kết quả\",Cước bưu điện thu\r\n");
    for (uint32_t i = 0; i < rows; i++)
        at += sprintf(at,
                      "%u,H27.%u-2611%02u-%04u,Thủ tục thử số %u,042%09u,%s Văn %s,"
                      "\"Số %u, ngõ %u, %s, Hà Tĩnh\",09%08u,16/11/2026,24/11/2026,%u/KQ,33000\r\n",
                      i + 1, 10 + i / 10000 % 80, 1 + i % 24, 1000 + i / 24 % 9000, i % 40, i,
                      family[i % 7], given[i % 5], i % 200 + 1, i % 30 + 1, commune[i % 4],
                      12000000 + i, i % 999);
    return text;
}

/* What "VmRSS:" or "VmHWM:" says of this process, in kB. */
static long memory_kb(const char *word)
{
    char line[128];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    invariant(status != NULL);
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, word, strlen(word)) == 0)
            kb = strtol(line + strlen(word), NULL, 10);
    (void)fclose(status);
    return kb;
}

/* The most memory is counted from now on [proc(5), clear_refs]. */
static void forget_most(void)
{
    FILE *refs = fopen("/proc/self/clear_refs", "w");
    if (refs == NULL)
        return;
    (void)fputs("5", refs);
    (void)fclose(refs);
}

struct taken {
    double begin_s, begin_cpu_s;
    long begin_kb;
};

static struct taken begin(void)
{
    forget_most();
    return (struct taken){now_s(), cpu_s(), memory_kb("VmRSS:")};
}

/* Memory: the most there was more than before; and what of it stayed, which is views. */
static double end(const struct taken *taken, const char *what, const struct import_report *report)
{
    double seconds = now_s() - taken->begin_s;
    printf("| %-24s | %6u | %6u | %6u | %6.2f | %6.2f | %8.0f | %5.1f | %5.1f |\n", what,
           report->rows, report->added, report->present, seconds, cpu_s() - taken->begin_cpu_s,
           report->rows / seconds, (double)(memory_kb("VmHWM:") - taken->begin_kb) / 1024,
           (double)(memory_kb("VmRSS:") - taken->begin_kb) / 1024);
    (void)fflush(stdout);
    return seconds;
}

static double run(struct desk_rig *desk, const char *text, const char *what)
{
    struct import_report report;
    struct error err = {.code = ERROR_NONE};
    char *lines = NULL;
    struct taken taken = begin();
    if (!desk_rig_import(desk, text, &report, &lines, &err)) {
        (void)fprintf(stderr, "%s: %s\n", what, err.text);
        exit(EXIT_FAILURE);
    }
    free(lines);
    return end(&taken, what, &report);
}

static void run_export(struct desk_rig *desk, enum export_form form, const char *what)
{
    struct export_asked asked = {.all_offices = true, .form = form, .folder = desk->rig.dir};
    struct error err = {.code = ERROR_NONE};
    size_t rows = 0;
    FILE *file = tmpfile();
    struct taken taken = begin();
    if (!export_list(desk->rig.record, &asked, fileno(file), &rows, &err)) {
        (void)fprintf(stderr, "%s: %s\n", what, err.text);
        exit(EXIT_FAILURE);
    }
    (void)end(&taken, what, &(struct import_report){.rows = (uint32_t)rows});
    (void)fclose(file);
}

/* ------------------------------------------------------------------ the limit */

/* The same file by libcsv into one table of SQLite's as it stands, each code once: no row is
 * checked, nothing is linked, hashed or numbered. The same durability, as many rows a commit. */
struct bare {
    sqlite3 *lite;
    sqlite3_stmt *insert;
    int cell;
    uint32_t rows;
};

static void bare_run(struct bare *bare, const char *sql)
{
    invariant(sqlite3_exec(bare->lite, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void bare_cell(void *bytes, size_t n, void *ctx)
{
    struct bare *bare = ctx;
    sqlite3_bind_text(bare->insert, ++bare->cell, bytes, (int)n, SQLITE_TRANSIENT);
}

static void bare_row(int end_sign, void *ctx)
{
    struct bare *bare = ctx;
    (void)end_sign;
    if (bare->cell == 0)
        return; /* the second half of a line end */
    invariant(sqlite3_step(bare->insert) == SQLITE_DONE);
    sqlite3_reset(bare->insert);
    bare->cell = 0;
    if (++bare->rows % ROWS_A_COMMIT == 0)
        bare_run(bare, "COMMIT; BEGIN");
}

static double run_bare(const struct desk_rig *desk, const char *text)
{
    char path[256];
    struct csv_parser parser;
    struct bare bare = {.cell = 0};
    struct taken taken = begin();
    (void)snprintf(path, sizeof path, "%s/bare.db", desk->rig.dir);
    invariant(sqlite3_open(path, &bare.lite) == SQLITE_OK);
    bare_run(&bare, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                    "CREATE TABLE list(a, code UNIQUE, c, d, e, f, g, h, i, j, k); BEGIN");
    invariant(sqlite3_prepare_v2(bare.lite,
                                 "INSERT INTO list VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)", -1,
                                 &bare.insert, NULL) == SQLITE_OK);
    invariant(csv_init(&parser, 0) == 0);
    invariant(csv_parse(&parser, text, strlen(text), bare_cell, bare_row, &bare) == strlen(text));
    csv_free(&parser);
    bare_run(&bare, "COMMIT");
    sqlite3_finalize(bare.insert);
    sqlite3_close(bare.lite);
    return end(&taken, "limit: SQLite alone",
               &(struct import_report){.rows = bare.rows - 1, .added = bare.rows - 1});
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    static struct desk_rig desk;
    uint32_t rows = ROWS;
    if (argc > 1 && strcmp(argv[1], "--smoke") == 0)
        rows = ROWS_SMOKE;
    else if (argc > 2 && strcmp(argv[1], "--rows") == 0)
        rows = (uint32_t)strtoul(argv[2], NULL, 10);
    char *text = invent(rows);
    desk_rig_open(&desk);
    printf("| list | rows | new | known | s | CPU s | rows/s | MB more | MB after |\n"
           "|-|-|-|-|-|-|-|-|-|\n");
    desk.dry = true;
    (void)run(&desk, text, "looked at");
    struct rusage child; /* counts the memory of who started it, too: asked while that is small */
    invariant(getrusage(RUSAGE_CHILDREN, &child) == 0);
    desk.dry = false;
    double limit = run_bare(&desk, text);
    double taken = run(&desk, text, "taken in");
    (void)run(&desk, text, "again");
    run_export(&desk, EXPORT_CSV, "written as CSV");
    run_export(&desk, EXPORT_XLSX, "written as XLSX");
    printf("\nTaken in: %.2f of the limit's speed. The list has %zu MB; the reading child held %ld "
           "MB at most.\n",
           limit / taken, strlen(text) >> 20, child.ru_maxrss / 1024);
    desk_rig_close(&desk);
    free(text);
    return EXIT_SUCCESS;
}
