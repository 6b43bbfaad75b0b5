/* growth - one server whose record grows, through the real way in: sealed batches of 50, MQTT over
 * TLS, broker, server, disk. At each of its steps: how fast it takes them in, how soon receipts are
 * back at 35,000 scans a second, what it holds on the disk and in memory, how long a start takes,
 * and how long an item's status takes to come by the API, of items from the whole of the history.
 *
 *   growth [--smoke | SCANS]     20 million without; in twenty steps
 *
 * What is asked for are items that a list brought in, a thousand a step, whose scans lie among all
 * the others; those are of numbers that nobody issued. Load generator, broker and server share the
 * machine. Never a pass or a fail.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/item.h"
#include "tests/bench/behind.h"
#include "tests/bench/disk.h"
#include "tests/bench/flow.h"

#define STEPS 20
#define PER 50
#define ROUND_MESSAGES 600 /* of each device at a time: what is made beforehand fits in memory */
#define PACE 35000
#define PACE_S 4
#define ISSUED 1000 /* a step */
#define ASKED 1000
#define LONG_MS 900000 /* a start, or an end, over a hundred million scans */

struct growth {
    struct world world;
    struct flow flow;
    char key[160];
    struct item *issued;
    size_t issued_n, a_step;
    double scans, sealed_bytes;
};

struct step {
    double rate, took_ms;
    struct spread receipt, status;
    double server_us; /* of CPU a scan, while they are taken in */
    double behind_ms, start_ms, start_cpu_ms, record_mb, views_mb, memory_mb;
};

/* ------------------------------------------------------------------ what is there */

static double file_mb(const struct growth *growth, const char *name)
{
    static const char *const ends[] = {"", "-wal"};
    double bytes = 0;
    for (size_t i = 0; i < 2; i++) {
        char path[300];
        struct stat about;
        (void)snprintf(path, sizeof path, "%s/%s%s", growth->world.data, name, ends[i]);
        if (stat(path, &about) == 0)
            bytes += (double)about.st_size;
    }
    return bytes / 1e6;
}

static double memory_mb(const struct proc *proc)
{
    char path[64];
    unsigned long all = 0, resident = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/statm", (int)proc->pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%lu %lu", &all, &resident) != 2)
        resident = 0;
    if (file)
        (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* Ends it in order and starts it again; until it answers, ms. */
static double restart(struct growth *growth)
{
    struct world *world = &growth->world;
    (void)kill(world->server.pid, SIGTERM);
    if (proc_wait(&world->server, LONG_MS) != 0)
        world_fail(world, "the server did not end well");
    double begun = now_ms();
    world_start_server_within(world, LONG_MS);
    return now_ms() - begun;
}

/* ------------------------------------------------------------------ items to ask for */

/* A list of a thousand, and their numbers: the newest of all items. */
static void issue(struct growth *growth)
{
    struct world *world = &growth->world;
    char list[280], *rest;
    size_t size = (growth->issued_n + growth->a_step) * 128 + 4096, n = 0;
    char *out = malloc(size);
    (void)snprintf(list, sizeof list, "%s/list.csv", world->dir);
    world_write_list(list, (unsigned)growth->issued_n + 1, (unsigned)growth->a_step);
    world_do(world, NULL, 0, "import", list, NULL);
    world_do(world, out, size, "items", NULL);
    for (char *line = strtok_r(out, "\n", &rest); line && n < growth->a_step;
         line = strtok_r(NULL, "\n", &rest))
        if (sscanf(line, "%13s", growth->issued[growth->issued_n + n].text) == 1)
            n++;
    free(out);
    if (n != growth->a_step)
        world_fail(world, "%zu of %zu items were issued", n, growth->a_step);
}

static int ask_server(struct growth *growth)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)growth->world.plain)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
        world_fail(&growth->world, "connect: %s", strerror(errno));
    return fd;
}

/* Its answer has come whole: head, and as many bytes as that says. */
static bool is_whole(const char *bytes, size_t n)
{
    const char *end = strstr(bytes, "\r\n\r\n"), *length = strstr(bytes, "Content-Length: ");
    return end && length && length < end &&
           n >= (size_t)(end + 4 - bytes) + strtoul(length + 16, NULL, 10);
}

static void ask_one(struct growth *growth, int fd, const struct item *item)
{
    char bytes[8192];
    size_t n = 0;
    int length = snprintf(bytes, sizeof bytes,
                          "GET /api/v1/items/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                          "Authorization: Bearer %s\r\n\r\n",
                          item->text, growth->key);
    bool good = write(fd, bytes, (size_t)length) == length;
    for (bytes[0] = '\0'; good && !is_whole(bytes, n);) {
        ssize_t got = read(fd, bytes + n, sizeof bytes - 1 - n);
        good = got > 0;
        n += good ? (size_t)got : 0;
        bytes[n] = '\0';
    }
    if (!good || strncmp(bytes, "HTTP/1.1 200", 12) != 0)
        world_fail(&growth->world, "%s: %.60s", item->text, bytes);
}

/* Of the whole history, each at most once: nothing of them is in memory after a start. */
static struct spread ask(struct growth *growth)
{
    static double ms[ASKED];
    size_t n = growth->issued_n < ASKED ? growth->issued_n : ASKED;
    int fd = ask_server(growth);
    for (size_t i = 0; i < n; i++) {
        double begun = now_ms();
        ask_one(growth, fd, &growth->issued[i * growth->issued_n / n]);
        ms[i] = now_ms() - begun;
    }
    close(fd);
    return spread_of(ms, n);
}

/* ------------------------------------------------------------------ a step */

static void count(struct growth *growth)
{
    for (size_t at = 0; at < growth->flow.devices; at++) {
        const struct load *load = &growth->flow.load[at];
        growth->scans += (double)load->batches * PER;
        for (size_t i = 0; i < load->batches; i++)
            growth->sealed_bytes += (double)load->batch[i].n;
    }
}

/* Sends in rounds until `scans` more are in; what is issued goes with the first. */
static void take_in(struct growth *growth, double scans, struct step *step)
{
    struct flow *flow = &growth->flow;
    double begun = growth->scans, a_message = (double)flow->devices * PER, took_ms = 0, most,
           commits, cpu = cpu_us(&growth->world.server);
    flow->load[0].issued = growth->issued + growth->issued_n;
    flow->load[0].issued_n = growth->a_step;
    while (growth->scans - begun < scans) {
        size_t left = (size_t)((scans - (growth->scans - begun)) / a_message) + 1;
        flow_make(flow, left < ROUND_MESSAGES ? left : ROUND_MESSAGES, PER);
        flow->load[0].issued_n = 0;
        struct behind *behind = behind_begin(&growth->world);
        took_ms += flow_send(flow, 0);
        (void)behind_end(behind, &most, &commits);
        step->behind_ms = most > step->behind_ms ? most : step->behind_ms;
        count(growth);
    }
    step->rate = (growth->scans - begun) / took_ms * 1e3;
    step->server_us = (cpu_us(&growth->world.server) - cpu) / (growth->scans - begun);
}

static void take_in_paced(struct growth *growth, bool smoke, struct step *step)
{
    size_t messages = smoke ? 10 : (size_t)(PACE * PACE_S / PER) / growth->flow.devices;
    flow_make(&growth->flow, messages, PER);
    (void)flow_send(&growth->flow, (double)PACE / PER);
    step->receipt = flow_receipts(&growth->flow);
    count(growth);
}

static void print_step(const struct growth *growth, const struct step *step)
{
    double bytes = (step->record_mb + step->views_mb) * 1e6;
    printf("| %.2f | %.0f | %.2f | %.2f | %.2f | %.0f | %.0f | %.0f | %.1f | %.2f | %.0f | %.2f | "
           "%.2f | %.2f | %.2f |\n",
           growth->scans / 1e6, step->rate, step->server_us, step->receipt.p50_ms,
           step->receipt.p99_ms, step->behind_ms, step->record_mb, step->views_mb,
           bytes / growth->scans, bytes / growth->sealed_bytes, step->memory_mb,
           step->start_ms / 1e3, step->start_cpu_ms / 1e3, step->status.p50_ms,
           step->status.p99_ms);
    (void)fflush(stdout);
}

static void grow(struct growth *growth, double scans, bool smoke)
{
    struct step step = {.rate = 0};
    issue(growth);
    take_in(growth, scans, &step);
    growth->issued_n += growth->a_step;
    take_in_paced(growth, smoke, &step);
    step.start_ms = restart(growth); /* both files are at rest, nothing is in memory */
    step.start_cpu_ms = cpu_us(&growth->world.server) / 1e3;
    step.record_mb = file_mb(growth, "record.db");
    step.views_mb = file_mb(growth, "views.db");
    step.status = ask(growth);
    step.memory_mb = memory_mb(&growth->world.server);
    print_step(growth, &step);
}

static void begin(struct growth *growth, bool smoke)
{
    char out[512], *key;
    chain_init();
    world_begin(&growth->world);
    world_start_broker(&growth->world);
    world_start_server(&growth->world);
    flow_open(&growth->flow, &growth->world, smoke ? 2 : FLOW_DEVICES);
    world_do(&growth->world, out, sizeof out, "key", "bench", "scope=items:read", "office=all",
             NULL);
    key = strstr(out, "trao_");
    if (!key)
        world_fail(&growth->world, "no key: %s", out);
    (void)snprintf(growth->key, sizeof growth->key, "%.*s", (int)strcspn(key, "\n \t"), key);
    growth->a_step = smoke ? 20 : ISSUED;
    growth->issued = calloc(growth->a_step * STEPS, sizeof *growth->issued);
}

int main(int argc, char **argv)
{
    bool smoke = argc == 2 && strcmp(argv[1], "--smoke") == 0;
    double scans = smoke ? 6000 : argc == 2 ? strtod(argv[1], NULL) : 20e6;
    size_t steps = smoke ? 2 : STEPS;
    if (argc > 2 || scans < 1) {
        fprintf(stderr, "usage: growth [--smoke | SCANS]\n");
        return 2;
    }
    static struct growth growth;
    begin(&growth, smoke);
    printf(
        "| M scans | scans/s | server us CPU a scan | receipt p50 ms | p99 ms | views behind, most "
        "ms "
        "| record MB | views MB | bytes a scan | of the sealed | memory MB | start s | its CPU s | "
        "status p50 ms | p99 ms |\n|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|\n");
    for (size_t i = 0; i < steps; i++)
        grow(&growth, scans / (double)steps, smoke);
    flow_close(&growth.flow);
    free(growth.issued);
    world_end(&growth.world, false);
    return 0;
}
