#include "tests/bench/behind.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EACH_MS 50
#define SEEN_MAX 20000 /* a quarter of an hour */
#define TEXT_MAX 32768
#define BEHIND "\ntrao_views_behind_seconds "
#define COMMITS "\ntrao_commit_seconds_count "

struct behind {
    int port;
    char request[300];
    atomic_bool ending;
    pthread_t thread;
    size_t n;
    double ms[SEEN_MAX];
    double commits; /* at the beginning */
};

/* The whole answer; "" when there was none. */
static void ask(const struct behind *behind, char text[TEXT_MAX])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)behind->port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size_t n = 0;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
                write(fd, behind->request, strlen(behind->request)) > 0;
    for (ssize_t got; good && n < TEXT_MAX - 1 && (got = read(fd, text + n, TEXT_MAX - 1 - n)) > 0;)
        n += (size_t)got;
    text[n] = '\0';
    if (fd >= 0)
        close(fd);
}

static double number_in(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    if (at == NULL) {
        fprintf(stderr, "bench: /metrics: %.60s\n", text);
        exit(1);
    }
    return strtod(at + strlen(name), NULL);
}

static void *look(void *arg)
{
    struct behind *behind = arg;
    static char text[TEXT_MAX];
    while (!atomic_load(&behind->ending)) {
        ask(behind, text);
        if (behind->n < SEEN_MAX)
            behind->ms[behind->n++] = number_in(text, BEHIND) * 1e3;
        usleep(EACH_MS * 1000);
    }
    return NULL;
}

struct behind *behind_begin(struct world *world)
{
    char token[80];
    struct behind *behind = calloc(1, sizeof *behind);
    if (behind == NULL)
        exit(1);
    world_do(world, token, sizeof token, "metricstoken", NULL);
    token[strcspn(token, "\n")] = '\0';
    behind->port = world->plain;
    snprintf(behind->request, sizeof behind->request,
             "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
             "Connection: close\r\n\r\n",
             token);
    static char text[TEXT_MAX];
    ask(behind, text);
    behind->commits = number_in(text, COMMITS);
    if (pthread_create(&behind->thread, NULL, look, behind) != 0)
        exit(1);
    return behind;
}

struct spread behind_end(struct behind *behind, double *ret_most_ms, double *ret_commits)
{
    static char text[TEXT_MAX];
    atomic_store(&behind->ending, true);
    pthread_join(behind->thread, NULL);
    ask(behind, text);
    *ret_commits = number_in(text, COMMITS) - behind->commits;
    *ret_most_ms = 0;
    for (size_t i = 0; i < behind->n; i++)
        if (behind->ms[i] > *ret_most_ms)
            *ret_most_ms = behind->ms[i];
    struct spread spread = spread_of(behind->ms, behind->n);
    free(behind);
    return spread;
}
