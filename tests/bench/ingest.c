/* ingest - how many scans a second become durable facts, and how soon the receipt is back, through
 * everything real on this machine: sealed batches, MQTT over TLS 1.3, mosquitto, the server, its
 * record on a disk. Beside it, in the same run, what that disk can do.
 *
 *   ingest [--smoke | 1 | 50]     a smoke run is over in seconds; its figures mean nothing. 1, 50:
 *                                 scans a message, that alone
 *
 * For each size of message two measurements: flat out (a window of unreceipted messages a device,
 * as the handheld has) and at a third of that pace, where the receipt's time is that of a server
 * that keeps up. How far the views are behind commits is asked of the server all the while.
 * Load generator, broker and server share the machine. Never a pass or a fail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/behind.h"
#include "tests/bench/disk.h"
#include "tests/bench/flow.h"
#include "tests/bench/peer.h"

struct plan {
    size_t devices;
    size_t messages_1, messages_50; /* of each device, flat out */
    double disk_s;
};

struct result {
    double scans_a_second;
    double server_us, broker_us; /* of CPU a scan */
    struct spread receipt;
    struct spread behind; /* views behind commits */
    double behind_most_ms;
    double a_commit; /* messages */
};

static struct result measure(struct flow *flow, size_t messages, uint32_t per, double pace)
{
    flow_make(flow, messages, per);
    struct world *world = flow->load[0].hand.world;
    struct behind *behind = behind_begin(world);
    double scans = (double)(flow->devices * messages * per);
    double server = cpu_us(&world->server), broker = cpu_us(&world->broker);
    double took_ms = flow_send(flow, pace);
    struct result result = {.scans_a_second = scans / took_ms * 1e3,
                            .server_us = (cpu_us(&world->server) - server) / scans,
                            .broker_us = (cpu_us(&world->broker) - broker) / scans,
                            .receipt = flow_receipts(flow)};
    double commits;
    result.behind = behind_end(behind, &result.behind_most_ms, &commits);
    result.a_commit = (double)(flow->devices * messages) / (commits > 0 ? commits : 1);
    return result;
}

static void print_row(uint32_t per, const char *how, const struct result *result)
{
    printf(
        "| %2u | %-15s | %9.0f | %7.2f | %7.2f | %6.1f | %6.1f | %4.0f | %4.0f | %4.0f | %5.1f |\n",
        per, how, result->scans_a_second, result->receipt.p50_ms, result->receipt.p99_ms,
        result->server_us, result->broker_us, result->behind.p50_ms, result->behind.p99_ms,
        result->behind_most_ms, result->a_commit);
    fflush(stdout);
}

/* Seals of one scan that one core verifies in a second, alone. */
static double verify_rate(double seconds)
{
    static const uint8_t bytes[178];
    struct chance chance = chance_system();
    struct seal_public public_key;
    struct seal_secret secret;
    chain_keys_new(&chance, &public_key, &secret);
    struct seal seal = chain_seal(&secret, SEAL_BATCH, bytes, sizeof bytes);
    size_t n = 0;
    double begun = now_ms();
    while (now_ms() - begun < seconds * 1e3)
        n += chain_seal_holds(&public_key, SEAL_BATCH, &seal, bytes, sizeof bytes);
    return (double)n / (now_ms() - begun) * 1e3;
}

#define CALM 35000 /* scans a second: limits of a receipt's time are told of it */

/* Returns scans a second flat out; of 50 a message the receipts' times at the calm pace too. */
static double measure_size(struct flow *flow, const struct plan *plan, uint32_t per,
                           struct spread *ret_calm)
{
    size_t messages = per == 1 ? plan->messages_1 : plan->messages_50;
    struct result flat = measure(flow, messages, per, 0);
    print_row(per, "flat out", &flat);
    double pace = flat.scans_a_second / per / 3;
    struct result paced = measure(flow, messages / 3 + 1, per, pace);
    print_row(per, "a third of it", &paced);
    if (ret_calm != NULL) {
        struct result calm = measure(flow, messages / 3 + 1, per, CALM / (double)per);
        print_row(per, "35,000 a second", &calm);
        *ret_calm = calm.receipt;
    }
    return flat.scans_a_second;
}

static void print_disk(const char *when, const struct spread *disk)
{
    printf("fdatasync of a 4 KB overwrite, %s: p50 %.2f ms, p99 %.2f ms (%zu)\n", when,
           disk->p50_ms, disk->p99_ms, disk->n);
}

/* What the peer does with a message of so many scans, into how many rows. */
struct peer_way {
    uint32_t per, rows;
    const char *how;
};

static void print_peer_row(const struct peer_way *way, const struct peer_result *result,
                           double ours)
{
    double scans = result->messages_a_second * way->per;
    printf("| %2u | %2u | %-7s | %9.0f | %7.2f | %7.2f | %6.1f | %5.2f |\n", way->per, way->rows,
           way->how, scans, result->receipt.p50_ms, result->receipt.p99_ms, result->us / way->per,
           ours / scans);
    fflush(stdout);
}

/* The same messages, the same handhelds, as many under way. */
static void beside_peer(struct world *world, struct flow *flow, const struct plan *plan, double one,
                        double fifty)
{
    static const struct peer_way ways[] = {{1, 1, "cut"},      {1, 1, "read"},  {1, 1, "checked"},
                                           {50, 1, "cut"},     {50, 50, "cut"}, {50, 50, "read"},
                                           {50, 50, "checked"}};
    struct peer *peer = peer_begin(world, flow->load, flow->devices, &flow->news);
    if (peer == NULL)
        return;
    printf("\n| scans a message | rows | how | Node peer, scans/s | acknowledged p50 ms | p99 ms | "
           "its "
           "us CPU a scan | ours / its |\n|-|-|-|-|-|-|-|-|\n");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const struct peer_way *way = &ways[i];
        flow_make(flow, way->per == 1 ? plan->messages_1 : plan->messages_50, way->per);
        struct peer_result result = peer_send(peer, FLOW_WINDOW, way->how, way->rows);
        print_peer_row(way, &result, way->per == 1 ? one : fifty);
    }
    peer_end(peer);
}

int main(int argc, char **argv)
{
    struct plan plan = {.devices = 32, .messages_1 = 2000, .messages_50 = 1000, .disk_s = 2};
    uint32_t only = argc == 2 ? (uint32_t)atoi(argv[1]) : 0;
    if (argc == 2 && strcmp(argv[1], "--smoke") == 0) {
        plan = (struct plan){.devices = 2, .messages_1 = 60, .messages_50 = 20, .disk_s = 0.2};
    } else if (argc != 1 && only != 1 && only != 50) {
        fprintf(stderr, "usage: ingest [--smoke | 1 | 50]\n");
        return 2;
    }
    static struct flow flow;
    struct world world;
    chain_init();
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    flow_open(&flow, &world, plan.devices);
    struct spread before = disk_measure(world.dir, plan.disk_s);
    printf("%zu devices, %d messages under way each\n\n", plan.devices, FLOW_WINDOW);
    printf("| scans a message | pace | scans/s | receipt p50 ms | p99 ms | server us CPU a scan "
           "| broker us | views behind p50 ms | p99 ms | most | messages a commit "
           "|\n|-|-|-|-|-|-|-|-|-|-|-|\n");
    struct spread calm = {.p50_ms = 0};
    double one = only == 50 ? 0 : measure_size(&flow, &plan, 1, NULL);
    double fifty = only == 1 ? 0 : measure_size(&flow, &plan, 50, &calm);
    struct spread after = disk_measure(world.dir, plan.disk_s);
    double verify = verify_rate(plan.disk_s);
    printf("\nseals verified by one core, alone: %.0f/s; one scan a message is %.2f of it\n",
           verify, one / verify);
    print_disk("before", &before);
    print_disk("after", &after);
    if (only != 1)
        printf("a receipt at 35,000 a second: p50 %.1f, p99 %.1f of fdatasync's\n",
               2 * calm.p50_ms / (before.p50_ms + after.p50_ms),
               2 * calm.p99_ms / (before.p99_ms + after.p99_ms));
    if (only == 0)
        beside_peer(&world, &flow, &plan, one, fifty);
    flow_close(&flow);
    world_end(&world, false);
    return 0;
}
