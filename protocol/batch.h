/* batch.h - up to 50 scans cut, linked and sealed once, then sent until receipted (trao.proto Head,
 * Batch, Envelope). A batch is its bytes; `struct batch` only borrows into them. */
#ifndef TRAO_PROTOCOL_BATCH_H
#define TRAO_PROTOCOL_BATCH_H

#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/error.h"

#define BATCH_SCANS_MAX 50
#define BATCH_BYTES_MAX 16384
#define DEVICE_NAME_MAX 32

struct head {
    char device[DEVICE_NAME_MAX + 1];
    uint64_t epoch;
    uint64_t first_seq;
    uint32_t count; /* 1..BATCH_SCANS_MAX */
    struct link before, after;
};

struct slice {
    const uint8_t *bytes;
    size_t n;
};

/* A batch read from its bytes: head checked for form, nothing verified yet. The slices point into
 * the bytes given to batch_read and live as long as they do. */
struct batch {
    struct head head;
    struct slice head_bytes;
    struct seal seal;
    struct slice scan[BATCH_SCANS_MAX];
};

/* True for 1..32 of A-Z 0-9 and '-': what may stand in a topic and in a certificate's name. */
bool device_name_is_good(const char *name);

/* Cuts and seals: head->after is worked out from `before` and the scans. Writes the batch's bytes
 * to `out` (BATCH_BYTES_MAX). BAD_INPUT if counts or sizes are out of range. */
bool batch_seal(struct head *head, const struct slice *scans, const struct seal_secret *key,
                uint8_t out[BATCH_BYTES_MAX], size_t *ret_n, struct error *err) must_use;

/* Reads a peer's bytes. BAD_INPUT names the field. Does not look at seal or links. */
bool batch_read(const uint8_t *bytes, size_t n, struct batch *ret_batch,
                struct error *err) must_use;

/* True if the seal is this key's over the head and the scans lead from head.before to head.after.
 * Anything else may be the broker's doing and says nothing about the device. */
bool batch_holds(const struct batch *batch, const struct seal_public *key);

struct envelope {
    struct slice batch;
    struct instant sent_wall;
    struct tick sent_mono;
    uint64_t sent_boot;
    enum time_source sent_time_source;
};

#endif
