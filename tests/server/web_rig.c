#include "tests/server/web_rig.h"

#include "server/spooler.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Of "HTTP/1.1 200 OK"; 0 for none. */
static int status_of(const char *answer)
{
    const char *blank = strncmp(answer, "HTTP/1.", 7) == 0 ? strchr(answer, ' ') : NULL;
    return blank ? (int)strtol(blank + 1, NULL, 10) : 0;
}

static void *work(void *arg)
{
    web_work(arg);
    return NULL;
}

static void *tick(void *arg)
{
    struct web_rig *rig = arg;
    while (rig->ticking) {
        const struct timespec step = {.tv_nsec = INT64_C(1000000) * 50};
        web_tick(rig->web);
        nanosleep(&step, NULL);
    }
    return NULL;
}

static bool run_command(void *ctx, int argc, char *const argv[], int fd, char **new_json,
                        struct error *why)
{
    struct web_rig *rig = ctx;
    struct call call = {.argc = argc, .argv = argv, .fd = fd};
    return lanes_say(rig->lanes, &call, new_json, why);
}

static bool run_command_kept(void *ctx, int argc, char *const argv[], const struct act_kept *kept,
                             char **new_json, struct error *why)
{
    struct web_rig *rig = ctx;
    struct call call = {.argc = argc, .argv = argv, .fd = -1};
    return lanes_say_kept(rig->lanes, &call, kept, new_json, why);
}

static void open_lanes(struct web_rig *rig)
{
    assert_good(record_open_reader(rig->desk.rig.record_path, &rig->short_reader, &err));
    assert_good(record_open_reader(rig->desk.rig.record_path, &rig->long_reader, &err));
    char path[512];
    (void)snprintf(path, sizeof path, "%s/search.db", rig->desk.rig.dir);
    assert_good(finder_open(path, rig->desk.rig.record_path, &rig->finder, &err));
    rig->spooler = desk_rig_spooler(&rig->desk);
    record_set_clock(rig->short_reader, desk_rig_clock(&rig->desk));
    record_set_clock(rig->long_reader, desk_rig_clock(&rig->desk));
    rig->for_short = (struct commands){.folder = rig->desk.rig.dir,
                                       .program = "/proc/self/exe",
                                       .spooler = rig->spooler,
                                       .config = &rig->desk.config,
                                       .secret = rig->desk.secret,
                                       .acts = desk_rig_acts(&rig->desk),
                                       .views = rig->desk.rig.views,
                                       .record = rig->short_reader,
                                       .finder = rig->finder,
                                       .enrol = &rig->enrol};
    rig->for_long = rig->for_short;
    rig->for_long.record = rig->long_reader;
    assert_good(lanes_open(&rig->for_short, &rig->for_long, &rig->lanes, &err));
}

void web_rig_start(struct web_rig *rig)
{
    open_lanes(rig);
    struct web_config config = {.folder = rig->desk.rig.dir,
                                .config = &rig->desk.config,
                                .secret = rig->desk.secret,
                                .acts = desk_rig_acts(&rig->desk),
                                .views = rig->desk.rig.views,
                                .enrol = &rig->enrol,
                                .commands = {run_command, run_command_kept, rig},
                                .finder = rig->finder,
                                .clock = desk_rig_clock(&rig->desk),
                                .chance = rig_chance(&rig->desk.rig)};
    assert_good(web_open(&config, &rig->web, &err));
    rig->desk.config.plain.port = web_port_plain(rig->web);
    rig->desk.config.tls.port = web_port_tls(rig->web);
    rig->ticking = true;
    assert_int_equal(pthread_create(&rig->worker, NULL, work, rig->web), 0);
    assert_int_equal(pthread_create(&rig->ticker, NULL, tick, rig), 0);
}

void web_rig_stop(struct web_rig *rig)
{
    web_stop(rig->web);
    rig->ticking = false;
    pthread_join(rig->worker, NULL);
    pthread_join(rig->ticker, NULL);
    web_close(rig->web);
    lanes_close(rig->lanes);
    spooler_close(rig->spooler);
    finder_close(rig->finder);
    record_close(rig->short_reader);
    record_close(rig->long_reader);
}

void web_rig_open(struct web_rig *rig)
{
    memset(rig, 0, sizeof *rig);
    desk_rig_open(&rig->desk);
    struct chance chance = chance_system();
    assert_good(keys_make(rig->desk.rig.dir, &rig->desk.config, &chance, &err));
    assert_good(keys_open(rig->desk.rig.dir, &rig->keys, &err));
    rig->enrol = (struct enrol_desk){.acts = desk_rig_acts(&rig->desk),
                                     .ca = rig->keys->ca,
                                     .clock = rig_clock(&rig->desk.rig),
                                     .chance = rig_chance(&rig->desk.rig),
                                     .server_seal_key = rig->desk.rig.seal_public,
                                     .broker_host = "127.0.0.1",
                                     .broker_port = 1};
    rig_device(&rig->device, &rig->desk.rig, "HH-001");
    rig->item = desk_rig_issue(&rig->desk, "H27.15-261118-0145", "0912000001", "33000");
    web_rig_start(rig);
    assert_good(link_url("", rig->desk.secret, &rig->item, rig->link, &err));
}

void web_rig_close(struct web_rig *rig)
{
    web_rig_stop(rig);
    keys_close(rig->keys);
    desk_rig_close(&rig->desk);
}

int web_rig_setup(void **state)
{
    struct web_rig *rig = malloc(sizeof *rig);
    web_rig_open(rig);
    *state = rig;
    return 0;
}

int web_rig_teardown(void **state)
{
    web_rig_close(*state);
    free(*state);
    return 0;
}

void web_rig_scan(struct web_rig *rig, uint32_t event)
{
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, event, 0);
}

/* ------------------------------------------------------------------ a client */

int web_rig_connect(const struct web_rig *rig)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(rig->desk.config.plain.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void read_until(struct web_rig *rig, int fd, const char *text, int ms)
{
    size_t n = strlen(rig->answer);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (!(text && strstr(rig->answer, text)) && n + 1 < sizeof rig->answer &&
           poll(&wait, 1, ms) > 0) {
        ssize_t got = read(fd, rig->answer + n, sizeof rig->answer - 1 - n);
        if (got <= 0)
            break;
        for (ssize_t i = 0; i < got; i++) /* zeros would hide what follows */
            if (rig->answer[n + (size_t)i] == '\0')
                rig->answer[n + (size_t)i] = '?';
        n += (size_t)got;
        rig->answer[n] = '\0';
    }
}

int web_rig_raw(struct web_rig *rig, const char *bytes, size_t n, int ms)
{
    int fd = web_rig_connect(rig);
    memset(rig->answer, 0, sizeof rig->answer);
    ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
    (void)sent; /* a server that refuses early may close before all is sent */
    read_until(rig, fd, NULL, ms);
    close(fd);
    return status_of(rig->answer);
}

int web_rig_get(struct web_rig *rig, const char *path, const char *headers)
{
    char bytes[16384];
    int n = snprintf(bytes, sizeof bytes,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s\r\n", path,
                     rig->desk.config.plain.port, headers);
    assert_true(n > 0 && (size_t)n < sizeof bytes);
    return web_rig_raw(rig, bytes, (size_t)n, 5000);
}

int web_rig_post(struct web_rig *rig, const char *path, const char *headers, const char *form)
{
    char bytes[4096];
    bool typed = strstr(headers, "Content-Type") != NULL;
    int n = snprintf(bytes, sizeof bytes,
                     "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s%s"
                     "Content-Length: %zu\r\n\r\n%s",
                     path, rig->desk.config.plain.port, headers,
                     typed ? "" : "Content-Type: application/x-www-form-urlencoded\r\n",
                     strlen(form), form);
    return web_rig_raw(rig, bytes, (size_t)n, 10000);
}

const char *web_rig_body(const struct web_rig *rig)
{
    const char *body = strstr(rig->answer, "\r\n\r\n");
    return body ? body + 4 : "";
}

bool web_rig_says(const struct web_rig *rig, const char *text)
{
    return strstr(rig->answer, text) != NULL;
}

int web_rig_listen(struct web_rig *rig, const char *path, const char *headers)
{
    char bytes[2048];
    int fd = web_rig_connect(rig);
    int n = snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path,
                     rig->desk.config.plain.port, headers);
    assert_int_equal(send(fd, bytes, (size_t)n, MSG_NOSIGNAL), n);
    memset(rig->answer, 0, sizeof rig->answer);
    read_until(rig, fd, "retry: 1000\n\n", 2000);
    if (status_of(rig->answer) == 200)
        return fd;
    close(fd);
    return -1;
}

bool web_rig_hears(struct web_rig *rig, int fd, const char *text, int ms)
{
    bool there = strstr(rig->answer, text) != NULL;
    if (!there)
        read_until(rig, fd, text, ms);
    return strstr(rig->answer, text) != NULL;
}
