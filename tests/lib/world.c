#include "tests/lib/world.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_MS 20000
#define ARGS_MAX 24
#define HAND_ROWS 20  /* of the screen a script sees */
#define BEEP_MS 20000 /* a busy disk may take its time; the beep waits for it */

/* ---------------------------------------------------------------- failing with what is known */

static void print_log_end(const struct world *world)
{
    char command[700];
    snprintf(
        command, sizeof command,
        "tail -n 30 '%s' >&2; grep -m 3 -A 60 -E '(WARNING|ERROR): [A-Za-z]*Sanitizer' '%s' >&2",
        world->log, world->log);
    if (system(command) == -1)
        fprintf(stderr, "(no log)\n");
}

void world_fail(struct world *world, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "FAILED: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n---- the programs' last words (%s)\n", world->log);
    va_end(args);
    print_log_end(world);
    world_end(world, true);
    exit(1);
}

/* ---------------------------------------------------------------- running trao-admin */

static int admin(struct world *world, char *out, size_t size, va_list words)
{
    const char *argv[ARGS_MAX] = {TRAO_ADMIN, "--data", world->data};
    for (int at = 3; at < ARGS_MAX - 1; at++)
        if (!(argv[at] = va_arg(words, const char *)))
            break;
    return proc_run(argv, world->log, out, size);
}

int world_admin(struct world *world, char *out, size_t size, ...)
{
    va_list words;
    va_start(words, size);
    int status = admin(world, out, size, words);
    va_end(words);
    return status;
}

void world_do(struct world *world, char *out, size_t size, ...)
{
    va_list words, again;
    va_start(words, size);
    va_copy(again, words);
    int status = admin(world, out, size, words);
    const char *command = va_arg(again, const char *);
    va_end(words);
    va_end(again);
    if (status != 0)
        world_fail(world, "trao-admin %s ended with status %d", command, status);
}

void world_round(struct world *world, const char *badge, unsigned rows, char (*items)[16])
{
    const char **argv = calloc(rows + 6, sizeof *argv);
    argv[0] = TRAO_ADMIN;
    argv[1] = "--data";
    argv[2] = world->data;
    argv[3] = "round";
    argv[4] = badge;
    for (unsigned i = 0; i < rows; i++)
        argv[5 + i] = items[i];
    int status = proc_run(argv, world->log, NULL, 0);
    free(argv);
    if (status != 0)
        world_fail(world, "no round of %u envelopes for %s: %d", rows, badge, status);
}

/* ---------------------------------------------------------------- the world */

static void find_ports(struct world *world)
{
    char out[256] = "";
    const char *argv[] = {FREE_PORTS, "5", NULL};
    if (proc_run(argv, world->log, out, sizeof out) != 0 ||
        sscanf(out, "%d %d %d %d %d", &world->plain, &world->tls, &world->mqtt, &world->gps,
               &world->nmea) != 5)
        world_fail(world, "no free ports");
}

void world_begin(struct world *world)
{
    world_begin_at(world, "127.0.0.1");
}

void world_begin_at(struct world *world, const char *host)
{
    const char *base = getenv("TMPDIR");
    *world = (struct world){0};
    snprintf(world->host, sizeof world->host, "%s", host);
    proc_init();
    snprintf(world->dir, sizeof world->dir, "%s/trao-world.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(world->dir)) {
        fprintf(stderr, "cannot make a folder %s\n", world->dir);
        exit(1);
    }
    snprintf(world->data, sizeof world->data, "%s/data", world->dir);
    snprintf(world->log, sizeof world->log, "%s/log", world->dir);
    find_ports(world);
    char plain[32], tls[32], mqtt[32], public_url[64];
    snprintf(plain, sizeof plain, "127.0.0.1:%d", world->plain);
    snprintf(tls, sizeof tls, "127.0.0.1:%d", world->tls);
    snprintf(mqtt, sizeof mqtt, "%s:%d", host, world->mqtt);
    snprintf(public_url, sizeof public_url, "http://127.0.0.1:%d", world->plain);
    world_do(world, NULL, 0, "init", "--plain", plain, "--tls", tls, "--mqtt", mqtt, "--public",
             public_url, "--post-office", "461310", "--message-hours", "0-24", "--second-factor",
             "none", NULL);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void world_stop_server(struct world *world, int signal)
{
    int status = proc_stop(&world->server, signal);
    if (status != 0)
        world_fail(world, "the server ended with status %d", status);
}

void world_end(struct world *world, bool failed)
{
    if (!failed && proc_runs(&world->server))
        world_stop_server(world, SIGTERM);
    proc_kill_all();
    if (failed)
        fprintf(stderr, "kept: %s\n", world->dir);
    else
        nftw(world->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void world_first_login(struct world *world, char user[64], char password[64])
{
    char path[300], line[256];
    snprintf(path, sizeof path, "%s/first-login.txt", world->data);
    FILE *file = fopen(path, "r");
    if (!file)
        world_fail(world, "no %s", path);
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "user=%63s", user);
        sscanf(line, "password=%63s", password);
    }
    fclose(file);
}

/* ---------------------------------------------------------------- services */

static bool answers(const char *host, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, host, &at.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return ok;
}

static void wait_for_port(struct world *world, const char *host, int port, const char *what)
{
    for (long until = proc_now_ms() + READY_MS; !answers(host, port); proc_sleep_ms(30))
        if (proc_now_ms() > until)
            world_fail(world, "%s does not answer on port %d", what, port);
}

void world_start_broker(struct world *world)
{
    char conf[280];
    snprintf(conf, sizeof conf, "%s/broker/mosquitto.conf", world->data);
    proc_start(&world->broker, (const char *[]){"mosquitto", "-c", conf, NULL}, false, world->log);
    wait_for_port(world, world->host, world->mqtt, "mosquitto");
}

int world_get(struct world *world, const char *path, char *out, size_t size)
{
    char url[512];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", world->plain, path);
    const char *argv[] = {"curl", "-s", "--max-time", "10", "-w", "\n%{http_code}", url, NULL};
    if (proc_run(argv, world->log, out, size) != 0)
        return 0;
    char *code = strrchr(out, '\n');
    int status = code ? atoi(code + 1) : 0;
    if (code)
        *code = '\0';
    return status;
}

void world_start_server(struct world *world)
{
    world_start_server_within(world, READY_MS);
}

void world_start_server_within(struct world *world, long ms)
{
    char answer[4096];
    proc_start(&world->server, (const char *[]){TRAO_SERVER, "--data", world->data, NULL}, false,
               world->log);
    for (long until = proc_now_ms() + ms; world_get(world, "/khoe", answer, sizeof answer) != 200;
         proc_sleep_ms(30))
        if (proc_now_ms() > until || !proc_runs(&world->server))
            world_fail(world, "the server does not answer on port %d", world->plain);
}

void world_start_gpsd(struct world *world, const char *receiver)
{
    char port[16], source[64];
    snprintf(port, sizeof port, "%d", world->gps);
    snprintf(source, sizeof source, "udp://127.0.0.1:%d", world->nmea);
    proc_start(&world->gpsd, (const char *[]){"gpsd", "-N", "-n", "-S", port, source, NULL}, false,
               world->log);
    wait_for_port(world, "127.0.0.1", world->gps, "gpsd");
    if (receiver)
        world_start_feed(world, receiver);
}

void world_start_feed(struct world *world, const char *receiver)
{
    char nmea[16];
    snprintf(nmea, sizeof nmea, "%d", world->nmea);
    proc_start(&world->feed, (const char *[]){NMEA_FEED, nmea, receiver, NULL}, false, world->log);
}

/* ---------------------------------------------------------------- items */

void world_write_list(const char *path, unsigned first, unsigned rows)
{
    FILE *out = fopen(path, "w");
    fprintf(out, "\xEF\xBB\xBFSTT,Số hiệu giấy tờ (Mã hồ sơ),Nội dung hồ sơ,Số CCCD chủ hồ sơ,"
                 "Họ tên người nhận kết quả,Địa chỉ đăng ký nhận kết quả,"
                 "Số điện thoại người nhận kết quả,Ngày công dân đăng ký,"
                 "Ngày bưu điện nhận kết quả,\"Số ký hiệu, kết quả\",Cước bưu điện thu\n");
    for (unsigned at = first; at < first + rows; at++)
        fprintf(out,
                "%u,H27.15-261118-%04u,Cấp đổi Giấy phép lái xe,0421%08u,Nguyễn Văn Mẫu,"
                "\"Thôn Đông Tiến, X. Cẩm Trung, Hà Tĩnh 46131\",0912%06u,18/11/2026,"
                "21/11/2026,%u/Giấy phép lái xe,33000\n",
                at - first + 1, at, at, at, at);
    fclose(out);
}

void world_issue(struct world *world, unsigned rows, char (*items)[16])
{
    char list[280], pdf[280], *line, *rest;
    size_t size = (size_t)rows * 128 + 4096;
    char *out = malloc(size);
    snprintf(list, sizeof list, "%s/list.csv", world->dir);
    snprintf(pdf, sizeof pdf, "%s/envelopes.pdf", world->dir);
    world_write_list(list, 1, rows);
    world_do(world, NULL, 0, "import", list, NULL);
    world_do(world, NULL, 0, "print", "--all", "--out", pdf, NULL);
    world_do(world, NULL, 0, "handover", NULL);
    world_do(world, out, size, "items", NULL);
    unsigned n = 0;
    for (line = strtok_r(out, "\n", &rest); line && n < rows; line = strtok_r(NULL, "\n", &rest))
        if (sscanf(line, "%13s", items[n]) == 1 && strlen(items[n]) == 13)
            n++;
    free(out);
    if (n != rows)
        world_fail(world, "trao-admin items lists %u of %u", n, rows);
}

/* ---------------------------------------------------------------- a handheld */

void hand_enrol(struct hand *hand, struct world *world, const char *name)
{
    char out[1024], code[300], url[300] = "";
    *hand = (struct hand){.world = world};
    snprintf(hand->name, sizeof hand->name, "%s", name);
    snprintf(hand->dir, sizeof hand->dir, "%s/%s", world->dir, name);
    snprintf(code, sizeof code, "%s/code", world->dir);
    world_do(world, out, sizeof out, "enrol", name, NULL);
    FILE *file = fopen(code, "w");
    fwrite(out, 1, strcspn(out, "\n"), file); /* the code; the address is on the next line */
    fclose(file);
    if (mkdir(hand->dir, 0700) != 0 || sscanf(out, "%*s %299s", url) != 1)
        world_fail(world, "trao-admin enrol said: %s", out);
    const char *argv[] = {TRAO_HANDHELD, "--data",      hand->dir, "enrol", "--server",
                          url,           "--code-file", code,      NULL};
    if (proc_run(argv, world->log, NULL, 0) != 0)
        world_fail(world, "%s could not be enrolled", name);
    unlink(code);
}

void hand_start(struct hand *hand)
{
    char gps[64];
    snprintf(gps, sizeof gps, "127.0.0.1:%d", hand->world->gps);
    const char *own[] = {TRAO_HANDHELD, "--data", hand->dir, "--gpsd", gps, "--script", "-", NULL};
    const char *argv[ARGS_MAX] = {NULL};
    size_t n = 0;
    for (const char *const *word = hand->through; word != NULL && *word != NULL; word++)
        argv[n++] = *word;
    memcpy(argv + n, own, sizeof own);
    proc_start(&hand->proc, argv, true, hand->world->log);
}

void hand_say(struct hand *hand, const char *format, ...)
{
    char line[PROC_LINE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (!proc_say(&hand->proc, "%s", line))
        world_fail(hand->world, "%s takes no line '%s'", hand->name, line);
}

void hand_expect(struct hand *hand, const char *begin, char out[PROC_LINE_MAX], int timeout_ms)
{
    for (long until = proc_now_ms() + timeout_ms;;) {
        long left = until - proc_now_ms();
        if (left < 0 || !proc_hear(&hand->proc, out, (int)left))
            world_fail(hand->world, "%s did not say '%s'", hand->name, begin);
        if (strncmp(out, begin, strlen(begin)) == 0)
            return;
    }
}

void hand_mode(struct hand *hand, int digit)
{
    hand_say(hand, "key F1");
    hand_say(hand, "key %d", digit);
}

uint64_t hand_beep(struct hand *hand, const char *item)
{
    char line[PROC_LINE_MAX];
    uint64_t seq = 0;
    hand_say(hand, "scan %s\\r", item);
    hand_expect(hand, "beep ", line, BEEP_MS);
    if (sscanf(line, "beep ok seq=%" SCNu64, &seq) != 1 || !strstr(line, item))
        world_fail(hand->world, "%s: '%s' is no beep for %s", hand->name, line, item);
    return seq;
}

void hand_drain(struct hand *hand, int seconds)
{
    char line[PROC_LINE_MAX];
    hand_say(hand, "expect-sent %d", seconds);
    hand_say(hand, "show");
    hand_expect(hand, "|", line, seconds * 1000 + 2000);
    for (int row = 1; row < HAND_ROWS; row++)
        hand_expect(hand, "|", line, 2000);
}

void hand_end(struct hand *hand)
{
    if (hand->proc.in >= 0)
        close(hand->proc.in);
    hand->proc.in = -1;
    int status = proc_wait(&hand->proc, READY_MS);
    if (status != 0)
        world_fail(hand->world, "%s ended with status %d", hand->name, status);
}
