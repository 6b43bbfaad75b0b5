/* Ten thousand handhelds lose their broker at once and come back over TLS (reliability.md, fault
 * 39): outbox, uplink and session of the program, two thousand in each of a few processes; a real
 * mosquitto and the real server. Each has its own certificate. Half of them beep while the broker
 * is away, and want to come back sooner for it. All must be back, which is to say answered by the
 * server, and every beep receipted, within five minutes of the broker's return; the record then
 * holds each beep once.
 *
 *   test_faults_storm [HANDHELDS [SECONDS AWAY]]
 *
 * Their folders lie in memory where there is some: each takes a third of a megabyte.
 */
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "handheld/mailbox.h"
#include "handheld/outbox.h"
#include "handheld/run.h"
#include "handheld/uplink.h"
#include "protocol/session.h"
#include "protocol/topic.h"
#include "server/keys.h"
#include "server/record/devices.h"
#include "tests/journey/evidence.h"

#define HANDHELDS 10000
#define AWAY_S 20
#define FIRST_S 900    /* one machine plays all of them: each makes a TLS context of its own */
#define BACK_S 300     /* reliability.md, part d */
#define A_PROCESS 2000 /* handhelds: each has seven descriptors, and a thread */
#define TURN_MS 200    /* a program turns sooner; here ten thousand share two cores */
#define OPEN_A_TURN 2  /* at first one after the other: the storm is what comes then */
#define BEEPS 2        /* before the storm, and in it */

/* One handheld. What is shared is written by its process, and read by the test. */
struct mate {
    char name[DEVICE_NAME_MAX + 1];
    struct seal_secret key;
    _Atomic bool stood, drained; /* the server answered; everything is receipted */
    _Atomic uint32_t beeped;
    _Atomic int64_t back_ms; /* when both last became true */

    struct outbox *outbox; /* its process's */
    struct mailbox *mailbox;
    struct session *session;
    struct uplink uplink;
};

/* What the test tells the processes. */
struct orders {
    _Atomic bool over;
    _Atomic uint32_t beeps; /* that each second handheld is to have made; the others one */
    struct seal_public server;
    size_t n;
    struct mate mate[];
};

static struct world world;
static char fleet[260];
static struct orders *orders;
static size_t handhelds = HANDHELDS;
static long away_s = AWAY_S;

static void must(bool ok, const char *what, const struct error *err)
{
    if (!ok)
        world_fail(&world, "%s: %s", what, err->text);
}

/* ---------------------------------------------------------------- a handheld */

static void on_up(void *ctx, bool session_present)
{
    (void)session_present;
    mailbox_put(ctx, LETTER_UP, 0, NULL, 0);
}

static void on_down(void *ctx, const char *why)
{
    (void)why;
    mailbox_put(ctx, LETTER_DOWN, 0, NULL, 0);
}

static void on_message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    (void)topic;
    mailbox_put(ctx, LETTER_MESSAGE, 0, bytes, n);
}

static void on_acknowledged(void *ctx, int code)
{
    if (code != 0)
        mailbox_put(ctx, LETTER_ACKNOWLEDGED, code, NULL, 0);
}

static void open_session(struct mate *mate)
{
    char cert[340], key[340], ca[340], topic[TOPIC_MAX];
    struct error err;
    snprintf(cert, sizeof cert, "%s/%s/tls.crt", fleet, mate->name);
    snprintf(key, sizeof key, "%s/%s/tls.key", fleet, mate->name);
    snprintf(ca, sizeof ca, "%s/keys/ca.crt", world.data);
    struct session_config config = {.host = world.host,
                                    .port = (uint16_t)world.mqtt,
                                    .subscribe = topic_down(mate->name, topic),
                                    .ca_file = ca,
                                    .cert_file = cert,
                                    .key_file = key,
                                    .keepalive_s = RUN_KEEPALIVE_S,
                                    .inflight_max = RUN_INFLIGHT_MAX,
                                    .session_expiry_s = SESSION_EXPIRY_S,
                                    .backoff_max_ms = RUN_BACKOFF_MAX_MS};
    must(mailbox_new(&mate->mailbox, &err), mate->name, &err);
    struct session_events events = {on_up, on_down, on_message, on_acknowledged, mate->mailbox};
    must(session_open(&config, &events, &mate->session, &err), mate->name, &err);
}

static void open_mate(struct mate *mate)
{
    char dir[340];
    struct error err;
    snprintf(dir, sizeof dir, "%s/%s", fleet, mate->name);
    struct outbox_config store = {.dir = dir,
                                  .device = mate->name,
                                  .key = &mate->key,
                                  .clock = clock_system(),
                                  .chance = chance_system()};
    must(outbox_open(&store, &mate->outbox, &err), mate->name, &err);
    open_session(mate);
    uplink_init(&mate->uplink, &(struct uplink_config){.device = mate->name,
                                                       .server = orders->server,
                                                       .outbox = mate->outbox,
                                                       .clock = store.clock,
                                                       .chance = store.chance,
                                                       .out = session_out(mate->session)});
}

static void beep(struct mate *mate, size_t nth)
{
    uint8_t key[32] = "storm";
    struct clock clock = clock_system();
    struct error err;
    uint32_t beeped = atomic_load(&mate->beeped);
    struct scan scan = {.event = EVENT_PICKED_UP,
                        .wall = clock.now(clock.self),
                        .mono = clock.tick(clock.self),
                        .boot = clock.boot(clock.self),
                        .time_source = TIME_SOURCE_NETWORK,
                        .place = {.why_none = NO_PLACE_OFF},
                        .post_office = 461310,
                        .program = scan_program_version(),
                        .entry = ENTRY_WEDGE};
    uint32_t serial = item_draw(key, (uint32_t)(BEEPS * nth) + beeped);
    must(item_make("RS", serial, "VN", &scan.item, &err) && outbox_add(mate->outbox, &scan, &err),
         "beep", &err);
    atomic_store(&mate->drained, false);
    atomic_store(&mate->beeped, beeped + 1);
    session_hurry(mate->session, RUN_HURRY_MS);
}

static void read_mail(struct mate *mate)
{
    struct letter letter;
    while (mailbox_take(mate->mailbox, &letter)) {
        switch (letter.kind) {
        case LETTER_UP:
            uplink_connected(&mate->uplink);
            break;
        case LETTER_DOWN:
            uplink_disconnected(&mate->uplink);
            break;
        case LETTER_MESSAGE:
            uplink_message(&mate->uplink, letter.bytes, letter.n);
            free(letter.bytes);
            break;
        case LETTER_ACKNOWLEDGED:
            uplink_acknowledged(&mate->uplink, letter.code);
            break;
        }
    }
}

/* As handheld/run.c does: mail, what is due, and each beep hurries the session. */
static void turn(struct mate *mate, size_t nth, struct tick now)
{
    uint32_t wanted = nth % 2 == 0 ? atomic_load(&orders->beeps) : 1;
    bool was = atomic_load(&mate->stood) && atomic_load(&mate->drained);
    if (atomic_load(&mate->beeped) < wanted)
        beep(mate, nth);
    read_mail(mate);
    if (mate->uplink.connected &&
        (!atomic_load(&mate->drained) || uplink_due(&mate->uplink).ms <= now.ms))
        uplink_tick(&mate->uplink);
    const struct uplink *uplink = &mate->uplink;
    bool stood = uplink->connected && uplink->stood, drained = stood && uplink->drained;
    if (stood && drained && !was)
        atomic_store(&mate->back_ms, proc_now_ms());
    atomic_store(&mate->stood, stood);
    atomic_store(&mate->drained, drained);
}

_Noreturn static void lead(size_t from, size_t to)
{
    struct clock clock = clock_system();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    size_t open = from;
    while (!atomic_load(&orders->over)) {
        struct tick now = clock.tick(clock.self);
        for (size_t i = 0; i < OPEN_A_TURN && open < to; i++)
            open_mate(&orders->mate[open++]);
        for (size_t at = from; at < open; at++)
            turn(&orders->mate[at], at, now);
        proc_sleep_ms(TURN_MS);
    }
    _exit(0);
}

/* ---------------------------------------------------------------- making them */

static void make_mate(struct record *record, struct ca *ca, size_t nth)
{
    struct mate *mate = &orders->mate[nth];
    struct chance chance = chance_system();
    struct device device = {.state = DEVICE_ACTIVE, .post_office = 461310};
    char dir[300], cert[340], key[340];
    struct error err;
    snprintf(mate->name, sizeof mate->name, "HH-%05zu", nth + 1);
    chain_keys_new(&chance, &device.seal_key, &mate->key);
    snprintf(dir, sizeof dir, "%s/%s", fleet, mate->name);
    snprintf(cert, sizeof cert, "%s/tls.crt", dir);
    snprintf(key, sizeof key, "%s/tls.key", dir);
    invariant(mkdir(dir, 0700) == 0);
    memcpy(device.name, mate->name, sizeof device.name);
    must(ca_issue(ca, CA_USE_CLIENT, mate->name, NULL, key, cert, &err) &&
             device_put(record, &device, &err),
         mate->name, &err);
}

/* Enrolment has tests of its own: here what it leaves behind, in the record and on the devices. */
static void make_fleet(void)
{
    char path[300];
    struct record *record;
    struct keys *keys;
    struct error err;
    size_t size = sizeof *orders + handhelds * sizeof orders->mate[0];
    orders = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    invariant(orders != MAP_FAILED);
    orders->n = handhelds;
    snprintf(fleet, sizeof fleet, "%s/trao-storm.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : world.dir);
    invariant(mkdtemp(fleet) != NULL);
    must(keys_open(world.data, &keys, &err), "keys", &err);
    orders->server = keys->seal_public;
    snprintf(path, sizeof path, "%s/record.db", world.data);
    must(record_open(&(struct record_config){.path = path,
                                             .clock = clock_system(),
                                             .chance = chance_system(),
                                             .seal_key = &keys->seal},
                     &record, &err) &&
             record_begin(record, &err),
         "record", &err);
    for (size_t at = 0; at < handhelds; at++)
        make_mate(record, keys->ca, at);
    must(record_commit(record, &err), "record", &err);
    record_close(record);
    keys_close(keys);
}

/* ---------------------------------------------------------------- the storm */

struct back {
    size_t stood, whole; /* answered; and every beep of it receipted */
    int64_t last_ms;
};

static struct back look(uint32_t beeps)
{
    struct back back = {0};
    for (size_t at = 0; at < orders->n; at++) {
        const struct mate *mate = &orders->mate[at];
        bool stood = atomic_load(&mate->stood);
        int64_t back_ms = atomic_load(&mate->back_ms);
        back.stood += stood;
        back.whole += stood && atomic_load(&mate->drained) &&
                      atomic_load(&mate->beeped) == (at % 2 == 0 ? beeps : 1);
        back.last_ms = back_ms > back.last_ms ? back_ms : back.last_ms;
    }
    return back;
}

/* Until all are back; how long that took. */
static long wait_for_all(uint32_t beeps, long within_s, const char *what)
{
    long begun = proc_now_ms(), said = begun;
    struct back back = {0};
    while (back.whole < orders->n) {
        proc_sleep_ms(100);
        back = look(beeps);
        if (proc_now_ms() - said >= 10000) {
            said = proc_now_ms();
            print_message("%s: after %ld s %zu of %zu answered, %zu whole\n", what,
                          (said - begun) / 1000, back.stood, orders->n, back.whole);
        }
        if (waitpid(-getpgrp(), NULL, WNOHANG) > 0)
            world_fail(&world, "%s: a process of handhelds ended", what);
        if (proc_now_ms() - begun > within_s * 1000)
            world_fail(&world, "%s: %zu of %zu are back after %ld s", what, back.whole, orders->n,
                       within_s);
    }
    return (long)(back.last_ms - begun);
}

static void each_beep_is_recorded_once(void)
{
    struct evidence evidence;
    size_t beeps = orders->n + (orders->n + 1) / 2;
    unsigned char *seen = calloc(orders->n, BEEPS);
    evidence_read(&evidence, &world);
    assert_int_equal(evidence.n, beeps);
    assert_int_equal(evidence.set_aside, 0);
    for (size_t at = 0; at < evidence.n; at++) {
        size_t nth = strtoul(evidence.row[at].device + 3, NULL, 10) - 1;
        size_t seq = evidence.row[at].scan.seq;
        assert_true(nth < orders->n && seq >= 1 && seq <= BEEPS);
        assert_int_equal(seen[nth * BEEPS + seq - 1]++, 0);
    }
    evidence_free(&evidence);
    free(seen);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static void part(pid_t *processes, size_t n)
{
    for (size_t at = 0; at < n; at++) {
        size_t from = at * A_PROCESS, to = from + A_PROCESS;
        processes[at] = fork();
        invariant(processes[at] >= 0);
        if (processes[at] == 0)
            lead(from, to < orders->n ? to : orders->n);
    }
}

static void all_come_back(void **state)
{
    (void)state;
    pid_t processes[64];
    size_t n = (handhelds + A_PROCESS - 1) / A_PROCESS;
    assert_true(n > 0 && n <= sizeof processes / sizeof *processes);
    world_begin(&world);
    long begun = proc_now_ms();
    make_fleet();
    print_message("%zu handhelds made in %ld s\n", handhelds, (proc_now_ms() - begun) / 1000);
    world_start_broker(&world);
    world_start_server(&world);
    atomic_store(&orders->beeps, 1);
    part(processes, n);
    long first = wait_for_all(1, FIRST_S, "at first");
    proc_stop(&world.broker, SIGKILL);
    proc_sleep_ms(away_s * 500);
    atomic_store(&orders->beeps, BEEPS);
    proc_sleep_ms(away_s * 500);
    assert_int_equal(look(BEEPS).stood, 0);
    world_start_broker(&world);
    long again = wait_for_all(BEEPS, BACK_S, "in the storm");
    atomic_store(&orders->over, true);
    for (size_t at = 0; at < n; at++)
        (void)waitpid(processes[at], NULL, 0);
    nftw(fleet, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    print_message("%zu handhelds over TLS: all answered and receipted %.1f s after the first "
                  "start; broker away for %ld s: all back %.1f s after its return\n",
                  handhelds, (double)first / 1000, away_s, (double)again / 1000);
    each_beep_is_recorded_once();
    world_do(&world, NULL, 0, "verify", NULL);
    world_end(&world, false);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        handhelds = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        away_s = strtol(argv[2], NULL, 10);
    struct rlimit files;
    (void)getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max < handhelds + 100) {
        print_message("skipped: this machine allows %lu descriptors a process\n",
                      (unsigned long)files.rlim_max);
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_come_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
