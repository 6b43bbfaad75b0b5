/* views - how fast all views are worked out from the record, and how soon a board and the list of
 * what is at risk are there over all items.
 *
 *   bench_views [--smoke | ITEMS]     without: 500,000 items; a smoke's figures mean nothing
 *
 * The questions are asked of ten million: the table the views hold is filled up with as many
 * entries beside those of the record, each with terms of its own spread over a year, and with the
 * facts of one of the record's items, so that what a page shows is read and folded as any item is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/views/inside.h"
#include "tests/bench/disk.h"
#include "tests/bench/history.h"

#define LIST 200 /* what one page shows at most */
#define ASKED 200
#define SMOKE_ITEMS 1000
#define A_DAY 15000 /* a large province's: 3.7 million a year */
#define TEN_MILLION 10000000

static char dir[4096], record_path[4200], views_path[4200];

static void remove_all(void)
{
    static const char *const ends[] = {"record.db", "record.db-wal", "record.db-shm", "record.mark",
                                       "views.db",  "views.db-wal",  "views.db-shm"};
    char path[4300];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, ends[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

static void must(bool good, const char *what, const struct error *err)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, err->text);
    exit(1);
}

static double cpu_ms(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static double memory_mb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long all = 0, resident = 0;
    if (file != NULL && fscanf(file, "%lu %lu", &all, &resident) != 2)
        resident = 0;
    if (file != NULL)
        fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static double file_mb(const char *path)
{
    struct stat stat_of;
    return stat(path, &stat_of) == 0 ? (double)stat_of.st_size / 1e6 : 0;
}

struct span {
    double begun_ms, cpu_ms;
};

static struct span span_begin(void)
{
    return (struct span){now_ms(), cpu_ms()};
}

static void print_work(const char *what, struct span span, const struct history *history)
{
    double took_ms = now_ms() - span.begun_ms, cpu = cpu_ms() - span.cpu_ms;
    double facts = (double)(history->scans + history->office_facts);
    printf("| %-28s | %8.2f s | %9.0f scans/s | %9.0f facts/s | %5.2f us CPU a scan |\n", what,
           took_ms / 1e3, (double)history->scans / took_ms * 1e3, facts / took_ms * 1e3,
           cpu * 1e3 / (double)history->scans);
    fflush(stdout);
}

/* ------------------------------------------------------------------ questions */

static void ask_boards(struct views *views, const struct history *history)
{
    double times[ASKED];
    int64_t today = day_of((struct instant){history->now_ms});
    uint64_t due = 0;
    for (int i = 0; i < ASKED; i++) {
        double begun = now_ms();
        due = views_board(views, (enum view_clock)(i % VIEW_CLOCKS), today - 365, today + 30,
                          (struct instant){history->now_ms})
                  .due;
        times[i] = now_ms() - begun;
    }
    struct spread spread = spread_of(times, ASKED);
    printf("| board of a year (%llu due) | p50 %.3f ms | p99 %.3f ms |\n", (unsigned long long)due,
           spread.p50_ms, spread.p99_ms);
}

/* A year of the board by what items have in common. */
static void ask_groups(struct views *views, const struct history *history)
{
    static const char *const names[VIEW_GROUPS] = {
        [VIEW_GROUP_ALL] = "all",        [VIEW_GROUP_ZONE] = "zone",
        [VIEW_GROUP_OFFICE] = "office",  [VIEW_GROUP_POST_OFFICE] = "post office",
        [VIEW_GROUP_ROUND] = "round",    [VIEW_GROUP_POSTMAN] = "postman",
        [VIEW_GROUP_COMMUNE] = "commune"};
    int64_t today = day_of((struct instant){history->now_ms});
    for (int group = 0; group < VIEW_GROUPS; group++) {
        struct view_asked asked = {.group = (enum view_group)group,
                                   .clock = VIEW_CLOCK_POST,
                                   .from_day = today - 365,
                                   .to_day = today + 30,
                                   .now = {history->now_ms}};
        double times[ASKED / 10];
        size_t n = 0;
        for (int i = 0; i < ASKED / 10; i++) {
            struct view_figure *figures;
            double begun = now_ms();
            if (!views_figures(views, &asked, &figures, &n)) {
                fprintf(stderr, "bench: out of memory\n");
                exit(1);
            }
            times[i] = now_ms() - begun;
            free(figures);
        }
        struct spread spread = spread_of(times, ASKED / 10);
        printf("| board of a year by %s, %zu lines | p50 %.3f ms | p99 %.3f ms |\n", names[group],
               n, spread.p50_ms, spread.p99_ms);
    }
}

/* The rows behind one post office's late ones of a year: few, among all. */
static void ask_behind(struct views *views, const struct history *history)
{
    static struct view list[LIST];
    int64_t today = day_of((struct instant){history->now_ms});
    struct view_asked asked = {.group = VIEW_GROUP_POST_OFFICE,
                               .clock = VIEW_CLOCK_POST,
                               .from_day = today - 365,
                               .to_day = today + 30,
                               .now = {history->now_ms}};
    double times[ASKED / 10];
    size_t n = 0;
    for (int i = 0; i < ASKED / 10; i++) {
        struct view_behind behind = {.number = VIEW_BEHIND_LATE, .key = (uint64_t)i + 1};
        double begun = now_ms();
        n = views_behind(views, &asked, &behind, 0, list, LIST);
        times[i] = now_ms() - begun;
    }
    struct spread spread = spread_of(times, ASKED / 10);
    printf("| late ones of a post office in a year, %zu shown | p50 %.3f ms | p99 %.3f ms |\n", n,
           spread.p50_ms, spread.p99_ms);
}

/* What is due in the week to come, each folded for the page. */
static void ask_at_risk(struct views *views, const struct history *history)
{
    static struct view list[LIST];
    double times[ASKED];
    size_t n = 0;
    for (int i = 0; i < ASKED; i++) {
        int64_t from_ms = history->now_ms - (int64_t)i * 60 * 1000;
        double begun = now_ms();
        n = views_open_between(views, VIEW_CLOCK_POST, (struct instant){from_ms},
                               (struct instant){from_ms + INT64_C(7) * 24 * 3600 * 1000}, list,
                               LIST);
        times[i] = now_ms() - begun;
    }
    struct spread spread = spread_of(times, ASKED);
    printf("| at risk, %zu items shown | p50 %.3f ms | p99 %.3f ms |\n", n, spread.p50_ms,
           spread.p99_ms);
}

/* Handed over two days before it is due; of three that were delivered two were paid at the door. */
static void say_money(uint64_t n, bool is_open, const struct marks *marks, struct instant due,
                      struct till_said *ret_money)
{
    static const uint64_t fees[] = {0, 8000, 15000, 25000, 50000};
    uint64_t fees_vnd = n % 3 == 0 || is_open ? 0 : fees[n % 5];
    memset(ret_money, 0, sizeof *ret_money);
    ret_money->carried = 1;
    ret_money->cost = (struct till_cost){.day = day_of(due) - 2,
                                         .price_vnd = 21000 + n % 4 * 3000,
                                         .postage_taken_vnd = n % 3 == 0 || is_open ? 0 : 26000,
                                         .fees_taken_vnd = fees_vnd,
                                         .office = marks->office,
                                         .band_g = n % 9 == 0 ? 250 : 100,
                                         .zone = marks->zone,
                                         .payer = n % 3 == 0 ? PAYER_OFFICE : PAYER_CITIZEN,
                                         .delivered = !is_open};
    if (ret_money->cost.postage_taken_vnd == 0)
        return;
    ret_money->takings_n = 1;
    ret_money->taking[0] = (struct till_taking){day_of(due) - 1, marks->badge, 26000, fees_vnd};
}

/* A made-up item due at some time around now: nine in ten are done, as after a year of service. */
static bool add_entry(struct table *table, const struct tracked *like, uint64_t n,
                      uint64_t first_seq, int64_t now_ms)
{
    struct item item;
    struct error err;
    int64_t due_ms = now_ms + (int64_t)(n / 80 * 7919 % 380 * 24 * 3600) * 1000 -
                     INT64_C(350) * 24 * 3600 * 1000;
    bool is_open = due_ms > now_ms || n % 1000 == 0;
    struct dues one = {
        .due_ms = due_ms, .stand = is_open ? STAND_RUNNING : STAND_KEPT, .kept_at_first = !is_open};
    struct dues dues[VIEW_CLOCKS] = {one, one};
    must(item_make("RB", (uint32_t)n, "VN", &item, &err), "number", &err);
    struct tracked *entry = table_take(table, &item);
    if (entry == NULL)
        return false;
    for (size_t i = 0; i < like->refs_n; i++)
        if (!entry_add_ref(table, entry, like->refs[i]))
            return false;
    entry->folded = true;
    entry->status = is_open ? STATUS_OUT : STATUS_DELIVERED;
    /* A province of three hundred post offices; eighty items on a round. */
    struct marks marks = {.round = n / 80 + 1,
                          .office = (uint32_t)(n % 211) + 1,
                          .post_office = (uint32_t)(n / 80 % 307) + 1,
                          .badge = (uint32_t)(n / 80 % 1201) + 1,
                          .start_day = (int32_t)day_of((struct instant){due_ms}) - 4,
                          .zone = (n % 3 + 1) & 0xF,
                          .attempted = !is_open,
                          .first = !is_open && n % 9 != 0,
                          .issued = 1};
    struct till_said money;
    say_money(n, is_open, &marks, (struct instant){due_ms}, &money);
    return table_place(table, entry, dues, &marks, &money) &&
           table_issue(table, entry, first_seq + n);
}

static void fill_up(struct views *views, const struct history *history, uint64_t items)
{
    struct table *table = &views->table;
    size_t real = table->entries.n;
    uint64_t first_seq = history->office_facts + 1; /* issued after all others */
    double begun = now_ms(), had_mb = memory_mb();
    for (uint64_t n = 0; n < items; n++)
        if (!add_entry(table, table->entries.all[n * 31 % real], n, first_seq, history->now_ms)) {
            fprintf(stderr, "bench: out of memory\n");
            exit(1);
        }
    printf("\n%llu entries more, made in %.1f s: %.0f MB, %.0f bytes an entry\n\n",
           (unsigned long long)items, (now_ms() - begun) / 1e3, memory_mb() - had_mb,
           (memory_mb() - had_mb) * 1e6 / (double)items);
}

/* Somebody who took money on a day; 0: nobody. */
static uint32_t some_badge(struct views *views, int64_t day)
{
    struct view_shift *shifts = NULL;
    size_t n = 0;
    uint32_t badge = 0;
    if (views_shifts(views, day, day, &shifts, &n) && n > 0)
        badge = shifts[n / 2].badge;
    free(shifts);
    return badge;
}

/* Costs of a month by office, weight, zone and payer; a month's shifts; the rows of one shift, each
 * folded, as its reconciliation shows them. */
static void ask_money(struct views *views, const struct history *history)
{
    enum { COSTS, SHIFTS, ROWS, KINDS };
    static const char *const names[KINDS] = {"costs of a month", "shifts of a month",
                                             "rows of a shift, folded"};
    int64_t today = day_of((struct instant){history->now_ms});
    for (int kind = 0; kind < KINDS; kind++) {
        double times[ASKED / 10];
        size_t n = 0;
        for (int i = 0; i < ASKED / 10; i++) {
            struct view_cost *costs = NULL;
            struct view_shift *shifts = NULL;
            struct item *items = NULL;
            int64_t from = today - 330 + i * 15;
            struct view_takers takers = {.from_day = from, .to_day = from, .of_badge = true};
            takers.badge = kind == ROWS ? some_badge(views, from) : 0;
            double begun = now_ms();
            bool good = kind == COSTS    ? views_costs(views, from, from + 29, &costs, &n)
                        : kind == SHIFTS ? views_shifts(views, from, from + 29, &shifts, &n)
                                         : views_takers(views, &takers, &items, &n);
            for (size_t k = 0; good && kind == ROWS && k < n; k++) {
                struct view view;
                good = views_item(views, &items[k], &view);
            }
            times[i] = now_ms() - begun;
            free(costs);
            free(shifts);
            free(items);
            if (!good) {
                fprintf(stderr, "bench: %s cannot be asked\n", names[kind]);
                exit(1);
            }
        }
        struct spread spread = spread_of(times, ASKED / 10);
        printf("| %s, %zu lines | p50 %.3f ms | p99 %.3f ms |\n", names[kind], n, spread.p50_ms,
               spread.p99_ms);
    }
}

static void measure(const struct history *history)
{
    struct views *views;
    struct error err;
    double bare_mb = memory_mb();
    struct span span = span_begin();
    must(views_open(views_path, record_path, &views, &err), "views", &err);
    print_work("from nothing, at start", span, history);
    double held_mb = memory_mb() - bare_mb;
    span = span_begin();
    must(views_flush(views, &err), "flush", &err);
    print_work("to disk", span, history);
    span = span_begin();
    must(views_rebuild(views, &err), "rebuild", &err);
    print_work("rebuild, disk included", span, history);
    views_close(views);
    span = span_begin();
    must(views_open(views_path, record_path, &views, &err), "views", &err);
    print_work("opened from views.db", span, history);
    printf("\nmemory %.0f MB: %.0f bytes an item; views.db %.0f MB, record.db %.0f MB, sealed %.0f "
           "MB\n\n",
           held_mb, held_mb * 1e6 / (double)history->items, file_mb(views_path),
           file_mb(record_path), (double)history->sealed_bytes / 1e6);
    fill_up(views, history, history->items < SMOKE_ITEMS * 2 ? SMOKE_ITEMS : TEN_MILLION);
    printf("| asked of the views | p50 | p99 |\n|-|-|-|\n");
    ask_boards(views, history);
    ask_groups(views, history);
    ask_behind(views, history);
    ask_at_risk(views, history);
    ask_money(views, history);
    views_close(views);
}

int main(int argc, char **argv)
{
    uint64_t items = 500000;
    if (argc == 2 && strcmp(argv[1], "--smoke") == 0)
        items = SMOKE_ITEMS;
    else if (argc == 2 && atoll(argv[1]) > 0)
        items = (uint64_t)atoll(argv[1]);
    else if (argc != 1) {
        fprintf(stderr, "usage: bench_views [--smoke | ITEMS]\n");
        return 2;
    }
    const char *tmp = getenv("TMPDIR");
    struct history history;
    chain_init();
    snprintf(dir, sizeof dir, "%s/trao-views-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    if (mkdtemp(dir) == NULL) {
        perror(dir);
        return 1;
    }
    snprintf(record_path, sizeof record_path, "%s/record.db", dir);
    snprintf(views_path, sizeof views_path, "%s/views.db", dir);
    struct span span = span_begin();
    history_make(record_path, items, items / 20 < A_DAY ? items / 20 + 1 : A_DAY, &history);
    printf("%llu items, %llu office facts, %llu scans in batches of 50\n\n",
           (unsigned long long)history.items, (unsigned long long)history.office_facts,
           (unsigned long long)history.scans);
    printf("| work | time | scans | facts | CPU |\n|-|-|-|-|-|\n");
    print_work("the record made", span, &history);
    sync(); /* else the pages of the record are written while others are timed */
    measure(&history);
    remove_all();
    return 0;
}
