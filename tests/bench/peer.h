/* peer.h - the same messages to the Node peer (peer/peer.mjs), in the same run: MQTT 3.1.1 over TLS
 * 1.3 with the handhelds' certificates, QoS 1, as many under way; an acknowledgement there says
 * that the message is committed. */
#ifndef TRAO_TESTS_BENCH_PEER_H
#define TRAO_TESTS_BENCH_PEER_H

#include <semaphore.h>

#include "tests/bench/disk.h"
#include "tests/bench/load.h"

struct peer;

/* NULL with a sentence on standard output: there is no Node 20, or its packages were not installed
 * (build/bench/peer). */
struct peer *peer_begin(struct world *world, struct load *load, size_t devices, sem_t *news);

struct peer_result {
    double messages_a_second;
    double us;             /* of CPU a message */
    struct spread receipt; /* to the acknowledgement */
};
/* The batches that load_make made, all of them, each kept by the peer as `rows` rows; `how`: "cut",
 * "read" or "checked" (peer/peer.mjs). Fails the bench when one is not there afterwards. */
struct peer_result peer_send(struct peer *peer, size_t window, const char *how, uint32_t rows);
void peer_end(struct peer *peer); /* NULL is fine */

#endif
