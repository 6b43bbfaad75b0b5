/* A handheld behind a bad link: packets lost and late, a line of 16 kbit/s. The real programs over
 * TLS, in network namespaces of the test's own, which needs root; else it is skipped. Rows 20 and
 * 21 of the fault list. */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/journey/evidence.h"
#include "tests/lib/bad_link.h"

#define SKIPPED 77
#define BROKER "10.77.0.1" /* beyond the link: see bad_link.c */
#define ITEMS 240
#define DRAIN_S 240
#define MOST_CONNECTS 6 /* of the lossy link: some handshakes need more than one try */

static struct world world;
static struct hand hand;
static char items[ITEMS][16], counts_path[240];
static struct bad_link_counts clean; /* what it takes without any trouble */

/* A loopback of our own that also is the broker's address. */
static bool own_network(void)
{
    struct ifreq about = {.ifr_flags = IFF_UP | IFF_RUNNING};
    if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) != 0 || unshare(CLONE_NEWNET) != 0)
        return false;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strcpy(about.ifr_name, "lo");
    bool good = ioctl(fd, SIOCSIFFLAGS, &about) == 0;
    struct sockaddr_in *at = (struct sockaddr_in *)&about.ifr_addr;
    *at = (struct sockaddr_in){.sin_family = AF_INET};
    inet_pton(AF_INET, BROKER, &at->sin_addr);
    strcpy(about.ifr_name, "lo:1");
    good = good && ioctl(fd, SIOCSIFADDR, &about) == 0;
    close(fd);
    return good;
}

static int begin(void **state)
{
    (void)state;
    if (!own_network()) {
        fprintf(stderr, "SKIPPED: a network of one's own needs root and /dev/net/tun\n");
        exit(SKIPPED);
    }
    world_begin_at(&world, BROKER);
    snprintf(counts_path, sizeof counts_path, "%s/counts", world.dir);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&hand, &world, "HH-042");
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_end(&world, false);
    return 0;
}

/* ---------------------------------------------------------------- behind a link */

static void start_behind(const char *lost, const char *delay, const char *bits)
{
    static const char *words[7];
    const char *through[] = {BAD_LINK, lost, delay, bits, counts_path, "--", NULL};
    memcpy(words, through, sizeof words);
    hand.through = words;
    hand_start(&hand);
}

static struct bad_link_counts counted(void)
{
    struct bad_link_counts counts;
    FILE *in = fopen(counts_path, "rb");
    if (in == NULL || fread(&counts, sizeof counts, 1, in) != 1)
        world_fail(&world, "%s cannot be read", counts_path);
    fclose(in);
    return counts;
}

/* A backlog made where nothing gets through, then drained behind the link. */
static struct bad_link_counts drain_behind(int mode, const char *lost, const char *delay,
                                           const char *bits)
{
    start_behind("1000", "0", "0");
    hand_mode(&hand, mode);
    for (unsigned at = 0; at < ITEMS; at++)
        hand_beep(&hand, items[at]);
    hand_end(&hand);
    start_behind(lost, delay, bits);
    long begun = proc_now_ms();
    hand_drain(&hand, DRAIN_S);
    long took = proc_now_ms() - begun;
    struct bad_link_counts counts = counted();
    hand_end(&hand);
    print_message(
        "%s per mille lost, %s ms, %s bits/s: %.1f s, up %llu bytes in %llu packets, down "
        "%llu in %llu, %llu lost, %llu connects\n",
        lost, delay, bits, (double)took / 1000, (unsigned long long)counts.up.bytes,
        (unsigned long long)counts.up.packets, (unsigned long long)counts.down.bytes,
        (unsigned long long)counts.down.packets,
        (unsigned long long)(counts.up.lost + counts.down.lost),
        (unsigned long long)counts.up.connects);
    return counts;
}

static void expect_each_once(enum event event)
{
    struct evidence evidence;
    evidence_read(&evidence, &world);
    for (unsigned at = 0; at < ITEMS; at++)
        if (evidence_count(&evidence, items[at], event) != 1)
            world_fail(&world, "%s event %d is in the record %u times", items[at], event,
                       evidence_count(&evidence, items[at], event));
    assert_int_equal(evidence.set_aside, 0);
    evidence_free(&evidence);
}

static void clean_link(void **state)
{
    (void)state;
    clean = drain_behind(1, "0", "0", "0");
    assert_int_equal(clean.up.connects, 1);
    assert_int_equal(clean.up.lost + clean.down.lost, 0);
    expect_each_once(EVENT_PICKED_UP);
}

static void loss_and_delay(void **state)
{
    (void)state;
    struct bad_link_counts counts = drain_behind(2, "200", "200", "0");
    expect_each_once(EVENT_ARRIVED_DELIVERY_OFFICE);
    assert_true(counts.up.lost > 0 && counts.down.lost > 0);
    assert_true(counts.up.bytes + counts.down.bytes <= 2 * (clean.up.bytes + clean.down.bytes));
    assert_true(counts.up.connects <= MOST_CONNECTS);
}

static void slow_line(void **state)
{
    (void)state;
    struct bad_link_counts counts = drain_behind(3, "0", "100", "16000");
    expect_each_once(EVENT_OUT_FOR_DELIVERY);
    assert_true(counts.up.connects <= 2); /* a first packet may be sent again while it is slow */
    assert_true(counts.up.bytes + counts.down.bytes <= 2 * (clean.up.bytes + clean.down.bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_link),
        cmocka_unit_test(loss_and_delay),
        cmocka_unit_test(slow_line),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
