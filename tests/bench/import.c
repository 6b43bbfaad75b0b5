/* import - how fast a long list becomes items here, and in how much memory.
 *
 *     bench_import [--smoke]
 *
 * A list of 70,000 invented dossiers, the fuller one of the one-stop software: read in the reading
 * child, checked, issued by hundreds (four hundred one commit with fdatasync), views in step; then
 * the same list again, when every row is known; then a look that keeps nothing. Memory is the most
 * this process held: list, record and views. Never passes or fails on time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/server/desk_rig.h"

#define ROWS 70000
#define ROWS_SMOKE 500
#define ROW_BYTES 320

static double now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
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

static void run(struct desk_rig *desk, const char *text, const char *what)
{
    struct import_report report;
    struct error err = {.code = ERROR_NONE};
    char *lines = NULL;
    double begin = now_s();
    if (!desk_rig_import(desk, text, &report, &lines, &err)) {
        (void)fprintf(stderr, "%s: %s\n", what, err.text);
        exit(EXIT_FAILURE);
    }
    double seconds = now_s() - begin;
    free(lines);
    printf("| %-28s | %6u | %6u | %6u | %8.2f | %10.0f |\n", what, report.rows, report.added,
           report.present, seconds, report.rows / seconds);
    (void)fflush(stdout);
}

static long most_kb(void)
{
    struct rusage usage;
    invariant(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    static struct desk_rig desk;
    char *text = invent(argc > 1 && strcmp(argv[1], "--smoke") == 0 ? ROWS_SMOKE : ROWS);
    desk_rig_open(&desk);
    printf("| list | rows | new | known | s | rows/s |\n|-|-|-|-|-|-|\n");
    desk.dry = true;
    run(&desk, text, "looked at");
    desk.dry = false;
    run(&desk, text, "taken in");
    run(&desk, text, "again");
    printf("\nMost memory: %ld MB; the list has %zu MB.\n", most_kb() / 1024, strlen(text) >> 20);
    desk_rig_close(&desk);
    free(text);
    return EXIT_SUCCESS;
}
