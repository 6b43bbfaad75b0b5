/* streams - how long an event takes to reach all who watch: citizens' pages of one item, each with
 * a live stream of the real server over HTTP, and one act that changes the item.
 *
 *   streams [--smoke | STREAMS]     10,000 without; a smoke's figures mean nothing
 *
 * Timed from the first stream that hears to the last, and from the moment the act is asked for
 * (trao-admin, so with its start, the commit and the fold). Clients and server share the machine.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/disk.h"
#include "tests/lib/world.h"

#define EVENTS 20
#define WAIT_MS 15000
#define OPENING 200 /* connections under way at once */

struct client {
    int fd;
    double heard_ms; /* of the present event; 0 not yet */
};

struct crowd {
    struct world *world;
    struct client *client;
    size_t n, open;
    int epoll;
    char request[400];
    bool counting;
    size_t heard;
    double first_ms, last_ms;
};

static void connect_one(struct crowd *crowd, size_t at)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)crowd->world->plain)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        write(fd, crowd->request, strlen(crowd->request)) < 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        world_fail(crowd->world, "stream %zu: %s", at, strerror(errno));
    crowd->client[at].fd = fd;
    struct epoll_event want = {.events = EPOLLIN, .data.u64 = at};
    if (epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, fd, &want) != 0)
        world_fail(crowd->world, "epoll: %s", strerror(errno));
}

/* What came on one: its head while opening, an event while counting; heartbeats say nothing. */
static void hear(struct crowd *crowd, size_t at)
{
    char bytes[16384];
    struct client *client = &crowd->client[at];
    ssize_t n;
    bool more = true; /* less than asked for: the rest, if any, is told by the next wait */
    while (more && (n = read(client->fd, bytes, sizeof bytes - 1)) > 0) {
        more = n == sizeof bytes - 1;
        bytes[n] = '\0';
        if (!crowd->counting && strncmp(bytes, "HTTP/1.1 ", 9) == 0) {
            if (strncmp(bytes + 9, "200", 3) != 0)
                world_fail(crowd->world, "stream %zu: %.12s", at, bytes);
            crowd->open++;
        }
        if (!crowd->counting || client->heard_ms > 0 || !strstr(bytes, "event: tin"))
            continue;
        client->heard_ms = crowd->last_ms = now_ms();
        if (crowd->heard++ == 0)
            crowd->first_ms = client->heard_ms;
    }
    if (n == 0)
        world_fail(crowd->world, "stream %zu was ended", at);
}

static void listen_for(struct crowd *crowd, int ms)
{
    static struct epoll_event ready[512];
    int n = epoll_wait(crowd->epoll, ready, 512, ms);
    for (int i = 0; i < n; i++)
        hear(crowd, (size_t)ready[i].data.u64);
}

static void open_all(struct crowd *crowd)
{
    for (size_t at = 0; at < crowd->n; at++) {
        connect_one(crowd, at);
        double begun = now_ms();
        while (at + 1 - crowd->open >= OPENING) {
            listen_for(crowd, 100);
            if (now_ms() - begun > WAIT_MS)
                world_fail(crowd->world, "%zu of %zu streams open", crowd->open, at + 1);
        }
    }
    double begun = now_ms();
    while (crowd->open < crowd->n) {
        listen_for(crowd, 100);
        if (now_ms() - begun > WAIT_MS)
            world_fail(crowd->world, "%zu of %zu streams open", crowd->open, crowd->n);
    }
    while (now_ms() - begun < 500) /* the present state, where the page had none */
        listen_for(crowd, 50);
}

/* The act by a child, while the crowd listens. */
static double one_event(struct crowd *crowd, const char *item, unsigned number, double *ret_spread)
{
    for (size_t i = 0; i < crowd->n; i++)
        crowd->client[i].heard_ms = 0;
    crowd->heard = 0;
    crowd->counting = true;
    double asked = now_ms();
    pid_t child = fork();
    if (child == 0) {
        char postage[32];
        (void)snprintf(postage, sizeof postage, "postage=%u", 30000 + 1000 * number);
        world_do(crowd->world, NULL, 0, "charge", item, "cân lại", postage, "fees=0", NULL);
        _exit(0);
    }
    while (crowd->heard < crowd->n) {
        listen_for(crowd, 100);
        if (now_ms() - asked > WAIT_MS)
            world_fail(crowd->world, "%zu of %zu heard", crowd->heard, crowd->n);
    }
    (void)waitpid(child, NULL, 0);
    *ret_spread = crowd->last_ms - crowd->first_ms;
    return crowd->last_ms - asked;
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

static void allow(size_t n)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < n + 100) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    size_t n = 10000;
    if (argc == 2)
        n = strcmp(argv[1], "--smoke") == 0 ? 20 : strtoul(argv[1], NULL, 10);
    if (argc > 2 || n == 0) {
        fprintf(stderr, "usage: streams [--smoke | STREAMS]\n");
        return 2;
    }
    struct world world;
    char items[1][16], link[400];
    double spread[EVENTS], whole[EVENTS];
    allow(n);
    world_begin(&world);
    world_start_server(&world);
    world_issue(&world, 1, items);
    world_do(&world, link, sizeof link, "link", items[0], NULL);
    const char *path = strstr(link, "/T/");
    if (!path)
        world_fail(&world, "no link: %s", link);
    struct crowd crowd = {.world = &world, .n = n, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    crowd.client = calloc(n, sizeof *crowd.client);
    (void)snprintf(crowd.request, sizeof crowd.request,
                   "GET %.*s/song HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", (int)strcspn(path, "\n"),
                   path);
    double bare_mb = memory_mb(&world.server), begun = now_ms();
    open_all(&crowd);
    double opened_ms = now_ms() - begun - 500, held_mb = memory_mb(&world.server) - bare_mb;
    for (unsigned i = 0; i < EVENTS; i++)
        whole[i] = one_event(&crowd, items[0], i, &spread[i]);
    double most = 0;
    for (unsigned i = 0; i < EVENTS; i++)
        most = spread[i] > most ? spread[i] : most;
    struct spread told = spread_of(spread, EVENTS), asked = spread_of(whole, EVENTS);
    printf("| streams | opened | memory | first to last heard p50 | most | from asking to the last "
           "p50 "
           "|\n|-|-|-|-|-|-|\n");
    printf("| %zu | %.1f s | %.1f KB a stream | %.1f ms | %.1f ms | %.1f ms |\n", n,
           opened_ms / 1e3, held_mb * 1e3 / (double)n, told.p50_ms, most, asked.p50_ms);
    free(crowd.client);
    world_end(&world, false);
    return 0;
}
