/* search - how long finding takes over many items.
 *
 *     bench_search [--smoke | ITEMS [FILE]]
 *
 * An index of ten million invented people (or as many as half an hour makes) whose names fall as
 * names in Vietnam do: four in ten are Nguyễn. A FILE is kept, and gone on with the next time.
 * Then questions as desks ask them, each kind by itself, one after the other; every one is of
 * somebody who is there, but for those that are not. Beside the time a question takes stands the
 * CPU it used, which says more where others use the cores. Never passes or fails on time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/views/search.h"

#define ITEMS 10000000u
#define ITEMS_SMOKE 20000u
#define BUILD_S 1800.0
#define AT_ONCE 200000u
#define ASKED 2000
#define FOUND 20

static double now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static double cpu_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void die(const char *what, const struct error *err)
{
    (void)fprintf(stderr, "%s: %s\n", what, err->text);
    exit(EXIT_FAILURE);
}

/* The same for the same number, without a table of them all. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static const char *const families[] = {"nguyen", "tran", "le", "pham", "hoang", "phan",  "vu",
                                       "dang",   "bui",  "do", "ho",   "ngo",   "duong", "ly"};
static const unsigned shares[] = {384, 495, 590, 661, 712, 757, 796,
                                  817, 837, 851, 864, 877, 887, 1000}; /* of a thousand, added up */
static const char *const middles[] = {"thi", "van",  "duc",  "minh", "xuan", "ngoc", "thanh",
                                      "huu", "quoc", "dinh", "thu",  "kim",  "hong", "cong"};
static const char *const starts[] = {"",  "b",  "ch", "d",  "g", "h", "kh", "l",  "m",
                                     "n", "ng", "nh", "ph", "q", "t", "th", "tr", "v"};
static const char *const ends[] = {"an",  "anh", "ai",   "ong", "inh", "uy", "oa",  "ung",
                                   "ien", "am",  "uong", "ieu", "ich", "uc", "ang", "em"};

static void invent(uint64_t i, struct search_entry *entry)
{
    uint64_t r = mix(i);
    unsigned share = (unsigned)(r % 1000), f = 0;
    while (shares[f] <= share)
        f++;
    *entry = (struct search_entry){
        .seq = i + 1, .office = (uint32_t)(1 + (r >> 10) % 211), .words_n = 3};
    (void)snprintf(entry->item.text, sizeof entry->item.text, "RA%09uVN",
                   (unsigned)(i % 1000000000));
    (void)snprintf(entry->words[0], sizeof entry->words[0], "%s", families[f]);
    (void)snprintf(entry->words[1], sizeof entry->words[1], "%s", middles[(r >> 20) % 14]);
    /* some given names are common, most are not */
    uint64_t a = (r >> 30) % 18, b = (r >> 40) % 16;
    (void)snprintf(entry->words[2], sizeof entry->words[2], "%s%s", starts[a * a / 18],
                   ends[b * b / 16]);
    (void)snprintf(entry->phone, sizeof entry->phone, "9%08u", (unsigned)((r >> 33) % 100000000));
    entry->code = search_code(250101 + (uint32_t)(i / 20000), (uint32_t)(i % 20000));
}

static uint64_t build(struct search *search, uint64_t wanted)
{
    struct error err = {ERROR_NONE, ""};
    double begin = now_s(), cpu = cpu_s();
    uint64_t n, had;
    if (!search_mark(search, &had, &err))
        die("mark", &err);
    for (n = had; n < wanted && now_s() - begin < BUILD_S;) {
        if (!search_begin(search, &err))
            die("begin", &err);
        for (uint64_t end = n + AT_ONCE; n < wanted && n < end; n++) {
            struct search_entry entry;
            invent(n, &entry);
            if (!search_put(search, &entry, &err))
                die("put", &err);
        }
        if (!search_commit(search, n, &err))
            die("commit", &err);
    }
    double seconds = now_s() - begin;
    (void)printf(
        "%llu items indexed in %.0f s, %.0f a second, %.1f us of CPU each; %llu were there\n\n",
        (unsigned long long)(n - had), seconds, (double)(n - had) / seconds,
        (cpu_s() - cpu) * 1e6 / (double)(n - had > 0 ? n - had : 1), (unsigned long long)had);
    (void)fflush(stdout);
    return n;
}

/* ------------------------------------------------------------------ asking */

enum kind {
    FULL,
    GIVEN_FIRST,
    FAMILY_GIVEN,
    GIVEN,
    FAMILY,
    TWO_COMMON,
    NOBODY,
    TAIL,
    PHONE,
    NAME_TAIL,
    CODE,
    DAY,
    KINDS
};
static const char *const names[KINDS] = {"whole name",
                                         "words in another order",
                                         "family and given name",
                                         "given name alone",
                                         "family name alone",
                                         "two words that seldom meet",
                                         "words that never meet",
                                         "4 digits of a phone",
                                         "a whole phone",
                                         "given name and 4 digits",
                                         "day and serial",
                                         "a day's dossiers"};

static void add(struct search_query *query, const char *word)
{
    (void)snprintf(query->words[query->words_n++], sizeof query->words[0], "%s", word);
}

static void ask_for(enum kind kind, const struct search_entry *who, struct search_query *query)
{
    *query = (struct search_query){.words_n = 0};
    const char *tail = who->phone + 5;
    switch (kind) {
    case FULL:
        add(query, who->words[0]);
        add(query, who->words[1]);
        add(query, who->words[2]);
        break;
    case GIVEN_FIRST:
        add(query, who->words[2]);
        add(query, who->words[1]);
        add(query, who->words[0]);
        break;
    case FAMILY_GIVEN:
        add(query, who->words[0]);
        add(query, who->words[2]);
        break;
    case GIVEN:
        add(query, who->words[2]);
        break;
    case FAMILY:
        add(query, who->words[0]);
        break;
    case TWO_COMMON:
        add(query, "ly");
        add(query, who->words[2]);
        break;
    case NOBODY: /* two family names: no list of both is ever found, all the steps are taken */
        add(query, "nguyen");
        add(query, strcmp(who->words[0], "nguyen") == 0 ? "tran" : who->words[0]);
        break;
    case NAME_TAIL:
        add(query, who->words[2]);
        (void)snprintf(query->tail, sizeof query->tail, "%s", tail);
        break;
    case TAIL:
        (void)snprintf(query->tail, sizeof query->tail, "%s", tail);
        break;
    case PHONE:
        (void)snprintf(query->tail, sizeof query->tail, "%s", who->phone);
        break;
    case CODE:
        query->code_from = query->code_to = who->code;
        break;
    case DAY:
        query->code_from = who->code / 1000000 * 1000000;
        query->code_to = query->code_from + 999999;
        break;
    case KINDS:
        break;
    }
}

static int upwards(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int asked = ASKED; /* of each kind */

/* Times of questions, ms, and the CPU of each. */
struct times {
    double wall[2 * KINDS * ASKED], cpu[2 * KINDS * ASKED];
    size_t n;
};

static void print_times(const char *what, const char *of, double *wall, double *cpu, size_t n)
{
    qsort(wall, n, sizeof *wall, upwards);
    qsort(cpu, n, sizeof *cpu, upwards);
    (void)printf("| %s%s | %.2f | %.2f | %.2f | %.2f | %.2f |", what, of, wall[n / 2],
                 wall[n * 99 / 100], wall[n - 1], cpu[n / 2], cpu[n * 99 / 100]);
}

static void measure(struct search *search, uint64_t items, enum kind kind, uint32_t office,
                    struct times *all)
{
    static double wall[ASKED], cpu[ASKED];
    struct error err = {ERROR_NONE, ""};
    size_t found = 0, more = 0;
    for (int i = 0; i < asked; i++) {
        struct search_entry who;
        struct search_query query;
        struct item out[FOUND];
        size_t n;
        uint64_t next;
        invent(mix((uint64_t)i * 31 + (uint64_t)kind) % items, &who);
        ask_for(kind, &who, &query);
        query.offices = &office;
        query.offices_n = office != 0;
        double begin = now_s(), used = cpu_s();
        if (!search_find(search, &query, out, FOUND, &n, &next, &err))
            die(names[kind], &err);
        all->cpu[all->n] = cpu[i] = (cpu_s() - used) * 1e3;
        all->wall[all->n++] = wall[i] = (now_s() - begin) * 1e3;
        found += n;
        more += next != 0;
    }
    print_times(names[kind], office ? ", of one office" : "", wall, cpu, (size_t)asked);
    (void)printf(" %.1f | %.0f |\n", (double)found / asked, 100.0 * (double)more / asked);
    (void)fflush(stdout);
}

static void remove_file(char path[512])
{
    static const char *const files[] = {"", "-wal", "-shm"};
    size_t n = strlen(path);
    for (int i = 0; i < 3; i++) {
        (void)snprintf(path + n, 512 - n, "%s", files[i]);
        (void)unlink(path);
    }
    path[n] = '\0';
}

int main(int argc, char **argv)
{
    bool smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    uint64_t wanted = smoke ? ITEMS_SMOKE : argc > 1 ? strtoull(argv[1], NULL, 10) : ITEMS;
    char path[512];
    const char *tmp = getenv("TMPDIR"), *file = !smoke && argc > 2 ? argv[2] : NULL;
    struct search *search;
    struct error err = {ERROR_NONE, ""};
    static struct times all;
    (void)snprintf(path, sizeof path, "%s/search-bench-%d.db", tmp ? tmp : "/tmp", (int)getpid());
    if (file)
        (void)snprintf(path, sizeof path, "%s", file);
    asked = smoke ? 20 : ASKED;
    if (!search_open(path, 1, &search, &err))
        die("open", &err);
    uint64_t items = build(search, wanted);
    struct stat about;
    if (stat(path, &about) == 0)
        (void)printf("%.0f bytes an item on the disk\n\n", (double)about.st_size / (double)items);
    (void)printf(
        "| asked | p50 ms | p99 ms | most ms | CPU p50 ms | CPU p99 ms | found | %% with more "
        "|\n|-|-|-|-|-|-|-|-|\n");
    for (int kind = 0; kind < KINDS; kind++)
        measure(search, items, (enum kind)kind, 0, &all);
    measure(search, items, FULL, 7, &all);
    measure(search, items, FAMILY_GIVEN, 7, &all);
    measure(search, items, FAMILY, 7, &all);
    print_times("all of them", "", all.wall, all.cpu, all.n);
    (void)printf(" | |\n");
    search_close(search);
    if (!file)
        remove_file(path);
    return EXIT_SUCCESS;
}
