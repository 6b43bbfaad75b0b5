/* What keeping costs: a copy of a large record while the office commits, a part of a set, and the
 * way back with every link and seal checked.
 *
 *   bench_keeping [--smoke | ITEMS]     without: 1,000,000 items; a smoke's figures mean nothing
 *
 * Works in $TMPDIR, on the disk that is measured. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/keeping/backup.h"
#include "server/keeping/restore.h"
#include "server/record/pages.h"
#include "server/views/views.h"
#include "tests/bench/disk.h"
#include "tests/bench/history.h"

#define MILLION 1000000
#define SMOKE_ITEMS 2000
#define A_DAY 20000
#define ALONE_S 5.0
#define LATENCIES_MAX 4000000
#define PART_ACTS 500 /* a busy office's minute */

struct office {
    struct record *record;
    atomic_bool ends;
    atomic_uint_fast64_t to_do; /* commits beyond that wait; UINT64_MAX: as fast as it can */
    uint64_t done;
    double *ms;
    size_t n;
};

struct bench {
    char dir[200], record_path[240], file[240];
    struct history history;
    struct pages *pages;
    struct backup_source source;
    struct backup_key key;
    struct seal_public server;
    struct office office;
};

static void must(bool good, const char *what, const struct error *err)
{
    if (good)
        return;
    fprintf(stderr, "%s: %s\n", what, err->text);
    exit(1);
}

static double memory_mb(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)used.ru_maxrss / 1024;
}

static double file_mb(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? (double)about.st_size / 1e6 : 0;
}

/* ------------------------------------------------------------------ who commits meanwhile */

static void commit_one(struct office *office)
{
    struct error err;
    struct office_fact fact = {.event = EVENT_PRINTED, .user = 1};
    must(item_make("RA", (uint32_t)(office->done++ % 1000 + 1), "VN", &fact.item, &err), "item",
         &err);
    must(record_begin(office->record, &err) &&
             record_office_add(office->record, &fact, NULL, &err) &&
             record_commit(office->record, &err) && record_relieve(office->record, &err),
         "commit", &err);
}

static void *commit_on(void *arg)
{
    struct office *office = arg;
    while (!atomic_load(&office->ends)) {
        if (office->done >= atomic_load(&office->to_do)) {
            usleep(200);
            continue;
        }
        double begun = now_ms();
        commit_one(office);
        if (office->n < LATENCIES_MAX)
            office->ms[office->n++] = now_ms() - begun;
    }
    return NULL;
}

static void begin_office(struct bench *bench, pthread_t *thread, uint64_t to_do)
{
    atomic_store(&bench->office.ends, false);
    atomic_store(&bench->office.to_do, to_do);
    bench->office.n = 0;
    if (pthread_create(thread, NULL, commit_on, &bench->office) != 0)
        exit(1);
}

static struct spread end_office(struct bench *bench, pthread_t thread)
{
    atomic_store(&bench->office.ends, true);
    pthread_join(thread, NULL);
    return spread_of(bench->office.ms, bench->office.n);
}

static void say_spread(const char *what, struct spread spread)
{
    printf("| %s | %zu | %.2f | %.2f |\n", what, spread.n, spread.p50_ms, spread.p99_ms);
}

/* ------------------------------------------------------------------ copies */

static double copy_whole(struct bench *bench, struct manifest *manifest)
{
    struct error err;
    int fd = open(bench->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    double begun = now_ms();
    must(backup_write(&bench->source, fd, manifest, &err), "backup", &err);
    must(fsync(fd) == 0, bench->file, &(struct error){.text = "fsync"});
    close(fd);
    return (now_ms() - begun) / 1e3;
}

static void measure_copies(struct bench *bench, double alone_s)
{
    struct manifest manifest;
    pthread_t office;
    double before_mb = memory_mb(), idle_s = copy_whole(bench, &manifest);
    double more_mb = memory_mb() - before_mb, size_mb = file_mb(bench->file);
    printf("A whole copy of %.0f MB: %.1f s, %.0f MB/s, %.0f MB of memory more.\n", size_mb, idle_s,
           size_mb / idle_s, more_mb);
    begin_office(bench, &office, UINT64_MAX);
    usleep((useconds_t)(alone_s * 1e6));
    struct spread alone = end_office(bench, office);
    begin_office(bench, &office, UINT64_MAX);
    double busy_s = copy_whole(bench, &manifest);
    struct spread beside = end_office(bench, office);
    printf("The same while somebody commits as fast as the disk lets him: %.1f s.\n\n", busy_s);
    printf("| a commit | n | p50 ms | p99 ms |\n|-|-|-|-|\n");
    say_spread("alone", alone);
    say_spread("beside the copy", beside);
}

/* What a busy minute adds. */
static void measure_part(struct bench *bench)
{
    struct backup_part part = {.set = 1, .part = 1, .since = {INT64_MAX}};
    struct manifest manifest;
    struct error err;
    pthread_t office;
    must(db_open_watched(bench->record_path, DB_DURABLE, bench->pages, &part.own, &err), "open",
         &err);
    must(pages_hold(bench->pages, part.own, &err), "hold", &err);
    must(pages_watch_new(bench->pages, false, &part.watch, &err), "watch", &err);
    pages_release(bench->pages);
    begin_office(bench, &office, bench->office.done + PART_ACTS);
    while (bench->office.n < PART_ACTS)
        usleep(1000);
    end_office(bench, office);
    int fd = open(bench->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    double begun = now_ms();
    must(backup_write_part(&bench->source, &part, fd, &manifest, &err) && fsync(fd) == 0, "part",
         &err);
    double took = now_ms() - begun;
    close(fd);
    printf("\nA part after %d acts: %.0f KB, %.0f ms.\n", PART_ACTS, file_mb(bench->file) * 1e3,
           took);
    pages_watch_free(part.watch);
    db_close(part.own);
}

/* ------------------------------------------------------------------ the way back */

static void measure_return(struct bench *bench)
{
    struct manifest manifest;
    struct restore *restore;
    struct record_proof proof;
    struct views *views;
    struct error err;
    char folder[240], record[260], path[260];
    copy_whole(bench, &manifest);
    snprintf(folder, sizeof folder, "%s/back", bench->dir);
    snprintf(record, sizeof record, "%s/record.db", folder);
    snprintf(path, sizeof path, "%s/views.db", folder);
    double begun = now_ms();
    must(restore_open(folder, false, &restore, &err) &&
             restore_read(restore, bench->file, NULL, UINT64_MAX, &bench->key, &err),
         "restore", &err);
    double read = now_ms();
    must(restore_verify(restore, &proof, &err), "verify", &err);
    double verified = now_ms();
    restore_close(restore);
    struct record *opened;
    struct record_config config = {.path = record,
                                   .clock = clock_system(),
                                   .chance = chance_system(),
                                   .seal_key = &bench->history.server_key};
    must(record_open(&config, &opened, &err), "open", &err);
    record_close(opened);
    must(views_open(path, record, &views, &err) && views_flush(views, &err), "views", &err);
    double viewed = now_ms();
    views_close(views);
    printf("\n| the way back | s |\n|-|-|\n| written into a new folder | %.1f |\n| every link and "
           "seal checked, %llu scans, %llu office facts | %.1f |\n| views worked out | %.1f |\n| "
           "together | %.1f |\n",
           (read - begun) / 1e3, (unsigned long long)proof.scans,
           (unsigned long long)proof.office_facts, (verified - read) / 1e3,
           (viewed - verified) / 1e3, (viewed - begun) / 1e3);
}

/* ------------------------------------------------------------------ the program */

static void open_bench(struct bench *bench, uint64_t items)
{
    const char *base = getenv("TMPDIR");
    struct chance chance = chance_system();
    struct error err;
    snprintf(bench->dir, sizeof bench->dir, "%s/trao-keeping.XXXXXX", base ? base : "/tmp");
    if (mkdtemp(bench->dir) == NULL)
        exit(1);
    snprintf(bench->record_path, sizeof bench->record_path, "%s/record.db", bench->dir);
    snprintf(bench->file, sizeof bench->file, "%s/copy.bak.part", bench->dir);
    history_make(bench->record_path, items, items / 20 < A_DAY ? items / 20 + 1 : A_DAY,
                 &bench->history);
    bench->server = chain_public_of(&bench->history.server_key);
    box_keys_new(&chance, &bench->key.public_key, &bench->key.secret_key);
    must(pages_open(bench->record_path, &bench->pages, &err), "pages", &err);
    struct record_config config = {.path = bench->record_path,
                                   .clock = clock_system(),
                                   .chance = chance,
                                   .seal_key = &bench->history.server_key,
                                   .pages = bench->pages};
    must(record_open(&config, &bench->office.record, &err), "open", &err);
    bench->office.ms = malloc(LATENCIES_MAX * sizeof *bench->office.ms);
    bench->source = (struct backup_source){.folder = bench->dir,
                                           .pages = bench->pages,
                                           .to = &bench->key.public_key,
                                           .server = &bench->server,
                                           .clock = clock_system(),
                                           .chance = chance};
}

static void close_bench(struct bench *bench)
{
    char command[300];
    record_close(bench->office.record);
    pages_close(bench->pages);
    free(bench->office.ms);
    snprintf(command, sizeof command, "rm -r '%s'", bench->dir);
    if (system(command) != 0)
        fprintf(stderr, "%s is left\n", bench->dir);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    bool smoke = argc == 2 && strcmp(argv[1], "--smoke") == 0;
    uint64_t items = smoke ? SMOKE_ITEMS : argc == 2 ? strtoull(argv[1], NULL, 10) : MILLION;
    if (items == 0 || argc > 2) {
        fprintf(stderr, "usage: bench_keeping [--smoke | ITEMS]\n");
        return 64;
    }
    chain_init();
    open_bench(&bench, items);
    struct spread disk = disk_measure(bench.dir, smoke ? 0.1 : 2);
    printf("%llu items, %llu office facts, %llu scans; beside it a fdatasync of 4 KB: p50 %.2f ms, "
           "p99 %.2f ms\n\n",
           (unsigned long long)bench.history.items, (unsigned long long)bench.history.office_facts,
           (unsigned long long)bench.history.scans, disk.p50_ms, disk.p99_ms);
    measure_copies(&bench, smoke ? 0.1 : ALONE_S);
    measure_part(&bench);
    measure_return(&bench);
    close_bench(&bench);
    return 0;
}
