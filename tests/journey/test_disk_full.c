/* The handheld's disk is full: no beep, a clear screen, nothing half-written; once there is room
 * again scanning goes on, and the record holds exactly what was beeped. The disk is a small tmpfs
 * in a mount namespace of this test; where none may be made the test is skipped. */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/journey/evidence.h"

#define SKIPPED 77 /* as CMakeLists.txt tells CTest */
#define ITEMS 400
#define BEEP_MS 20000
#define FULL_SCANS 5

static struct world world;
static struct hand hand;
static char items[ITEMS][16];

/* As root, or as an ordinary user where the kernel lets one. */
static bool own_mounts(void)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (uid == 0)
        return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    char map[64];
    const struct {
        const char *file;
        unsigned id;
    } maps[] = {{"/proc/self/uid_map", uid}, {"/proc/self/gid_map", gid}};
    int deny = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
    bool ok = deny >= 0 && write(deny, "deny", 4) == 4;
    close(deny);
    for (int at = 0; ok && at < 2; at++) {
        int fd = open(maps[at].file, O_WRONLY | O_CLOEXEC);
        int n = snprintf(map, sizeof map, "%u %u 1", maps[at].id, maps[at].id);
        ok = fd >= 0 && write(fd, map, (size_t)n) == n;
        close(fd);
    }
    return ok && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* The enrolled folder moves onto two megabytes. */
static void put_on_small_disk(void)
{
    char aside[300], command[1024];
    snprintf(aside, sizeof aside, "%s/aside", world.dir);
    snprintf(command, sizeof command, "cp -a '%s' '%s'", hand.dir, aside);
    assert_int_equal(system(command), 0);
    assert_int_equal(mount("small", hand.dir, "tmpfs", 0, "size=2m,mode=0700"), 0);
    snprintf(command, sizeof command, "cp -a '%s'/. '%s'", aside, hand.dir);
    assert_int_equal(system(command), 0);
}

static void filler(char out[400])
{
    snprintf(out, 400, "%s/filler", hand.dir);
}

/* Leaves not a byte for anybody else. */
static void fill_disk(void)
{
    char path[400];
    static char block[4096];
    filler(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (size_t n = sizeof block; n > 0; n /= 2)
        while (write(fd, block, n) > 0)
            continue;
    close(fd);
}

static void expect_on_screen(const char *words)
{
    char line[PROC_LINE_MAX];
    bool seen = false;
    hand_say(&hand, "show");
    for (int row = 0; row < HAND_ROWS; row++) {
        hand_expect(&hand, "|", line, BEEP_MS);
        seen |= strstr(line, words) != NULL;
    }
    if (!seen)
        world_fail(&world, "the screen does not say '%s'", words);
}

/* Scans until the disk takes no more; returns how many beeped. */
static unsigned scan_until_full(unsigned from)
{
    char line[PROC_LINE_MAX];
    for (unsigned at = from; at < ITEMS; at++) {
        hand_say(&hand, "scan %s\\r", items[at]);
        hand_expect(&hand, "beep ", line, BEEP_MS);
        if (strncmp(line, "beep full ", 10) == 0)
            return at;
        if (strncmp(line, "beep ok ", 8) != 0)
            world_fail(&world, "'%s' on a disk that fills", line);
    }
    world_fail(&world, "the disk never got full");
}

/* A card that its kernel will not write to any more: whoever starts on it is told, and it beeps
 * again once the card does. */
static void read_only_card_never_beeps(void **state)
{
    (void)state;
    char line[PROC_LINE_MAX];
    hand_beep(&hand, items[ITEMS - 2]);
    hand_end(&hand);
    assert_int_equal(mount(NULL, hand.dir, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    hand_start(&hand);
    hand_say(&hand, "scan %s\\r", items[ITEMS - 1]);
    hand_expect(&hand, "beep ", line, BEEP_MS);
    if (strncmp(line, "beep ok ", 8) == 0)
        world_fail(&world, "'%s' on a card that cannot be written", line);
    expect_on_screen("LƯỢT NÀY CHƯA GHI");
    hand_end(&hand);
    assert_int_equal(mount(NULL, hand.dir, NULL, MS_REMOUNT, "size=2m"), 0);
    hand_start(&hand);
    hand_mode(&hand, 1);
    hand_beep(&hand, items[ITEMS - 1]);
}

static void full_disk_never_beeps(void **state)
{
    (void)state;
    char line[PROC_LINE_MAX], path[400];
    hand_beep(&hand, items[0]);
    fill_disk();
    unsigned beeped = scan_until_full(1);
    expect_on_screen("LƯỢT NÀY CHƯA GHI");
    for (int again = 0; again < FULL_SCANS; again++) {
        hand_say(&hand, "scan %s\\r", items[beeped]);
        hand_expect(&hand, "beep ", line, BEEP_MS);
        assert_int_equal(strncmp(line, "beep full ", 10), 0);
    }
    hand_end(&hand);
    hand_start(&hand); /* a program that starts on a full disk says the same */
    hand_mode(&hand, 1);
    hand_say(&hand, "scan %s\\r", items[beeped]);
    hand_expect(&hand, "beep full ", line, BEEP_MS);

    filler(path);
    assert_int_equal(unlink(path), 0);
    hand_beep(&hand, items[beeped]);
    hand_beep(&hand, items[beeped + 1]);
    world_start_broker(&world);
    hand_drain(&hand, 90);
    struct evidence evidence;
    evidence_read(&evidence, &world);
    assert_int_equal(evidence.n, beeped + 2);
    for (unsigned at = 0; at < beeped + 2; at++)
        assert_int_equal(evidence_count(&evidence, items[at], EVENT_PICKED_UP), 1);
    evidence_free(&evidence);
    world_do(&world, NULL, 0, "verify", NULL);
}

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&hand, &world, "HH-042");
    put_on_small_disk();
    proc_stop(&world.broker, SIGTERM); /* so that nothing leaves while the disk is full */
    hand_start(&hand);
    hand_mode(&hand, 1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_end(&hand);
    umount2(hand.dir, MNT_DETACH);
    world_end(&world, false);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(full_disk_never_beeps),
                                       cmocka_unit_test(read_only_card_never_beeps)};
    if (!own_mounts()) {
        fprintf(stderr, "skipped: this user may not mount a small disk of its own\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, begin, end);
}
