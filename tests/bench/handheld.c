/* handheld - how long a postman waits, and how much memory his program holds.
 *
 *     bench_handheld [--smoke]
 *
 * The real program with a round of 400 envelopes in its vault, a real mosquitto and server: from
 * the line of the scanner to the beep, which comes after the commit, while everything is sent; then
 * at the doors without a network. Beside it what one fdatasync of 4 KB costs on the same disk.
 * Memory is what only this process holds (Private_Dirty), outside the moment the PIN is checked.
 * Never passes or fails on time. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/disk.h"
#include "tests/lib/world.h"

#define STOPS 400
#define STOPS_SMOKE 6
#define WAIT_MS 10000
#define ROUND_S 60

static struct world world;
static struct hand hand;
static char items[STOPS][16];
static int stops = STOPS;
static double waits[STOPS * 2];

static long private_kb(void)
{
    char path[64], line[256];
    long kb = -1;
    (void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)hand.proc.pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Private_Dirty: %ld", &kb) == 1)
            break;
    if (file != NULL)
        (void)fclose(file);
    return kb;
}

static void tell_memory(const char *when)
{
    usleep(300000);
    printf("| %-44s | %6ld |\n", when, private_kb());
    (void)fflush(stdout);
}

static void tell_waits(const char *what, size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++)
        worst = waits[i] > worst ? waits[i] : worst;
    struct spread spread = spread_of(waits, n);
    printf("| %-44s | %6zu | %7.2f | %7.2f | %7.2f |\n", what, n, spread.p50_ms, spread.p99_ms,
           worst);
    (void)fflush(stdout);
}

/* ------------------------------------------------------------------ his day */

static void sign_in(const char *pin)
{
    char line[PROC_LINE_MAX];
    hand_say(&hand, "scan TH-00000012\\r");
    hand_expect(&hand, "beep look pin", line, WAIT_MS);
    for (int tries = 0; tries < ROUND_S * 2; tries++) {
        for (const char *digit = pin; *digit != '\0'; digit++)
            hand_say(&hand, "key %c", *digit);
        hand_say(&hand, "key ENTER");
        hand_expect(&hand, "beep ", line, WAIT_MS);
        if (strcmp(line, "beep look unlocked") == 0)
            return;
        usleep(500000); /* the PIN's verifier comes with the round */
    }
    world_fail(&world, "no round came within %d s", ROUND_S);
}

static void wait_for_stops(void)
{
    char line[PROC_LINE_MAX], want[32];
    (void)snprintf(want, sizeof want, "còn %d", stops);
    for (int tries = 0; tries < ROUND_S * 4; tries++) {
        bool seen = false;
        hand_say(&hand, "show");
        for (int row = 0; row < HAND_ROWS; row++) {
            hand_expect(&hand, "|", line, WAIT_MS);
            seen |= strstr(line, want) != NULL;
        }
        if (seen)
            return;
        usleep(250000);
    }
    world_fail(&world, "the screen never showed '%s'", want);
}

static void begin_day(void)
{
    char out[1024], pin[16];
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, (unsigned)stops, items);
    hand_enrol(&hand, &world, "HH-042");
    world_do(&world, out, sizeof out, "postman", "TH-12", "name=Phạm Văn Thử", "pin=new", NULL);
    if (sscanf(out, "PIN %15[0-9]", pin) != 1)
        world_fail(&world, "no PIN in: %s", out);
    world_round(&world, "TH-12", (unsigned)stops, items);
    hand_start(&hand);
    printf("\n| memory of the handheld | KB |\n|-|-|\n");
    tell_memory("started, nobody signed in");
    sign_in(pin);
    wait_for_stops();
    tell_memory("signed in, the round in hand");
}

/* One scan of each envelope in a mode that records at once. */
static void walk_through(int mode, size_t from)
{
    hand_mode(&hand, mode);
    for (int i = 0; i < stops; i++) {
        double began = now_ms();
        (void)hand_beep(&hand, items[i]);
        waits[from + (size_t)i] = now_ms() - began;
    }
}

static void at_the_doors(double *shown, double *beeped)
{
    char line[PROC_LINE_MAX];
    hand_mode(&hand, 4);
    for (int i = 0; i < stops; i++) {
        double began = now_ms();
        hand_say(&hand, "scan %s\\r", items[i]);
        hand_expect(&hand, "beep look ", line, WAIT_MS);
        shown[i] = now_ms() - began;
        hand_say(&hand, "key 2");
        began = now_ms();
        hand_say(&hand, "key ENTER");
        hand_expect(&hand, "beep ok ", line, WAIT_MS);
        beeped[i] = now_ms() - began;
    }
}

int main(int argc, char **argv)
{
    static double shown[STOPS], beeped[STOPS];
    bool smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    stops = smoke ? STOPS_SMOKE : STOPS;
    size_t n = (size_t)stops;
    begin_day();
    walk_through(2, 0);
    walk_through(3, n);
    tell_memory("two scans of each envelope, sent as they came");
    proc_stop(&world.broker, SIGTERM);
    at_the_doors(shown, beeped);
    tell_memory("delivered each without a network");
    double began = now_ms();
    world_start_broker(&world);
    hand_drain(&hand, ROUND_S * 3);
    double drained = now_ms() - began;
    tell_memory("all of it sent");
    struct spread disk = disk_measure(world.dir, smoke ? 0.2 : 3);
    printf("\n| from what the postman does to what he hears | n | p50 ms | p99 ms | most ms |\n"
           "|-|-|-|-|-|\n");
    tell_waits("envelope scanned, in a mode that records", 2 * n);
    memcpy(waits, shown, n * sizeof *waits);
    tell_waits("envelope scanned at a door, its page shown", n);
    memcpy(waits, beeped, n * sizeof *waits);
    tell_waits("Enter at the door, recorded", n);
    printf("| %-44s | %6zu | %7.2f | %7.2f | %7s |\n", "beside it: fdatasync of 4 KB", disk.n,
           disk.p50_ms, disk.p99_ms, "");
    printf("\nA network again: %d scans sent and receipted within %.1f s.\n", stops,
           drained / 1000);
    hand_end(&hand);
    world_end(&world, false);
    return EXIT_SUCCESS;
}
