#include "tests/sim/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ledger_init(struct ledger *ledger, struct env *env)
{
    *ledger = (struct ledger){.env = env};
}

void ledger_done(struct ledger *ledger)
{
    for (size_t at = 0; at < ledger->devices; at++)
        free(ledger->device[at].row), free(ledger->device[at].again);
}

/* Whom one asked for last one mostly asks for again. */
static struct ledger_device *device_of(struct ledger *ledger, const char *name)
{
    if (ledger->devices > 0 && strcmp(ledger->device[ledger->asked].name, name) == 0)
        return &ledger->device[ledger->asked];
    for (size_t at = 0; at < ledger->devices; at++)
        if (strcmp(ledger->device[at].name, name) == 0)
            return &ledger->device[ledger->asked = at];
    invariant(ledger->devices < LEDGER_DEVICES_MAX);
    struct ledger_device *made = &ledger->device[ledger->devices++];
    *made = (struct ledger_device){.rows = 0};
    snprintf(made->name, sizeof made->name, "%s", name);
    return made;
}

/* ---------------------------------------------------------------- what is beeped */

static struct link hash_of(struct ledger *ledger, const struct scan *scan)
{
    uint8_t bytes[SCAN_BYTES_MAX];
    size_t n = 0;
    struct error err;
    if (!scan_encode(scan, bytes, &n, &err))
        env_fail(ledger->env, "encode: %s", err.text);
    return chain_hash(bytes, n);
}

/* A withdrawal must name its target to be encoded; which number that is does not count. */
static struct link content_of(struct ledger *ledger, struct scan scan)
{
    scan.seq = scan.of_seq > 0 ? 2 : 1;
    scan.of_seq = scan.of_seq > 0 ? 1 : 0;
    scan.of_epoch = 0;
    return hash_of(ledger, &scan);
}

/* The number after the last beep that its device has not lost. */
static uint64_t next_seq(const struct ledger_device *of, uint64_t epoch)
{
    for (size_t at = of->rows; at > 0; at--)
        if (!of->row[at - 1].forgivable)
            return of->row[at - 1].epoch == epoch ? of->row[at - 1].seq + 1 : 1;
    return 1;
}

/* The next beep tells what became of a scan whose commit the power went in: its number is taken, or
 * given again. In another epoch it may be there or not. */
static void settle(struct ledger_device *of, uint64_t epoch, uint64_t seq)
{
    struct ledger_row *last = of->rows > 0 ? &of->row[of->rows - 1] : NULL;
    if (last == NULL || !last->perhaps)
        return;
    last->perhaps = false;
    if (last->epoch == epoch && seq == last->seq + 1)
        last->forgivable = false;
    else if (last->epoch == epoch && seq == last->seq && !last->ever)
        of->rows--;
}

static void add_row(struct ledger *ledger, struct ledger_device *of, uint64_t epoch,
                    const struct scan *scan)
{
    if (of->rows == of->room) {
        of->room = of->room ? 2 * of->room : 64;
        of->row = realloc(of->row, of->room * sizeof *of->row);
        invariant(of->row != NULL);
    }
    of->row[of->rows++] = (struct ledger_row){.epoch = epoch,
                                              .seq = scan->seq,
                                              .at_ms = ledger->env->now_ms,
                                              .hash = hash_of(ledger, scan),
                                              .content = content_of(ledger, *scan),
                                              .forked = of->forked};
}

void ledger_perhaps(struct ledger *ledger, const char *device, uint64_t epoch,
                    const struct scan *scan)
{
    struct ledger_device *of = device_of(ledger, device);
    struct scan numbered = *scan;
    numbered.seq = next_seq(of, epoch);
    settle(of, epoch, numbered.seq);
    add_row(ledger, of, epoch, &numbered);
    of->row[of->rows - 1].perhaps = of->row[of->rows - 1].forgivable = true;
}

void ledger_beep(struct ledger *ledger, const char *device, uint64_t epoch, const struct scan *scan)
{
    struct ledger_device *of = device_of(ledger, device);
    settle(of, epoch, scan->seq);
    uint64_t next = next_seq(of, epoch);
    /* Scans that were numbered again may stand between two beeps. */
    if (of->forked ? scan->seq < next : scan->seq != next) {
        env_fail(ledger->env, "%s epoch %016" PRIx64 ": beep %" PRIu64 " where %" PRIu64 " is next",
                 device, epoch, scan->seq, next);
        return;
    }
    add_row(ledger, of, epoch, scan);
    ledger->beeped++;
}

/* ---------------------------------------------------------------- what falls back */

size_t ledger_beeps(struct ledger *ledger, const char *device)
{
    return device_of(ledger, device)->rows;
}

void ledger_fell_back(struct ledger *ledger, const char *device, size_t beeps, bool unseen)
{
    struct ledger_device *of = device_of(ledger, device);
    for (size_t at = beeps; at < of->rows; at++)
        of->row[at].forgivable = true;
    of->forked |= unseen;
}

bool ledger_is_forked(struct ledger *ledger, const char *device)
{
    return device_of(ledger, device)->forked;
}

void ledger_revoked(struct ledger *ledger, const char *device)
{
    device_of(ledger, device)->revoked = true;
}

bool ledger_is_revoked(struct ledger *ledger, const char *device)
{
    return device_of(ledger, device)->revoked;
}

void ledger_record_fell_back(struct ledger *ledger)
{
    for (size_t at = 0; at < ledger->devices; at++)
        for (size_t row = 0; row < ledger->device[at].rows; row++)
            ledger->device[at].row[row].recorded = false;
    for (size_t at = 0; at < ledger->devices; at++)
        ledger->device[at].agains = 0;
    ledger->recorded = ledger->aside = ledger->twice = 0;
    ledger->seen_batch = 0;
}

/* ---------------------------------------------------------------- what a device believes */

static uint64_t done_through(const struct hello *hello, uint64_t epoch)
{
    for (size_t at = 0; at < hello->epochs; at++)
        if (hello->epoch[at].epoch == epoch)
            return hello->epoch[at].through;
    return UINT64_MAX; /* an epoch the hello leaves out is done to its end */
}

void ledger_check_done(struct ledger *ledger, const char *device, const struct hello *hello)
{
    const struct ledger_device *of = device_of(ledger, device);
    for (size_t at = 0; at < of->rows; at++) {
        const struct ledger_row *row = &of->row[at];
        if (row->ever || row->forgivable || row->forked ||
            row->seq > done_through(hello, row->epoch))
            continue;
        env_fail(ledger->env,
                 "%s takes epoch %016" PRIx64 " seq %" PRIu64
                 " for done, but the record has never held it",
                 device, row->epoch, row->seq);
    }
}

/* ---------------------------------------------------------------- looking at the record */

/* The beep a scan in the record is: with its numbers and bytes, or beeped after a folder was copied
 * back and numbered again in another epoch. */
static struct ledger_row *row_of(struct ledger *ledger, const struct head *head, uint64_t seq,
                                 const struct slice *bytes)
{
    struct ledger_device *of = device_of(ledger, head->device);
    struct link hash = chain_hash(bytes->bytes, bytes->n);
    struct scan scan;
    struct error err;
    for (size_t at = 0; at < of->rows; at++)
        if (of->row[at].epoch == head->epoch && of->row[at].seq == seq &&
            link_equal(&of->row[at].hash, &hash))
            return &of->row[at];
    if (!scan_decode(bytes->bytes, bytes->n, &scan, &err))
        return NULL;
    struct link content = content_of(ledger, scan);
    struct ledger_row *known = NULL; /* of two alike the one that is still missing */
    for (size_t at = 0; at < of->rows && (!known || known->recorded); at++)
        if (of->row[at].forked && of->row[at].epoch != head->epoch &&
            link_equal(&of->row[at].content, &content))
            known = &of->row[at];
    return known;
}

static void add_again(struct ledger *ledger, struct ledger_device *of, const struct ledger_row *row,
                      uint64_t epoch, uint64_t seq)
{
    if (of->agains == of->again_room) {
        of->again_room = of->again_room ? 2 * of->again_room : 16;
        of->again = realloc(of->again, of->again_room * sizeof *of->again);
        invariant(of->again != NULL);
    }
    of->again[of->agains++] = (struct ledger_again){epoch, seq, (size_t)(row - of->row)};
    ledger->twice++;
}

/* Under another number what was beeped after the folder was copied back; under the same one what
 * was cut into another batch since, or set aside as a second story. */
static bool may_be_again(const struct ledger_device *of, const struct ledger_row *row,
                         uint64_t epoch, bool aside)
{
    return of->forked && (aside || row->forked || row->held_epoch == epoch);
}

static void look_at_scan(struct ledger *ledger, const struct head *head, uint64_t seq,
                         const struct slice *scan, bool aside)
{
    struct ledger_device *of = device_of(ledger, head->device);
    struct ledger_row *row = row_of(ledger, head, seq, scan);
    ledger->recorded++;
    if (row && row->recorded && may_be_again(of, row, head->epoch, aside)) {
        add_again(ledger, of, row, head->epoch, seq);
        return;
    }
    if (!row || row->recorded) {
        env_fail(ledger->env,
                 "record: %s epoch %016" PRIx64 " seq %" PRIu64 ": %s (epoch %016" PRIx64
                 " seq %" PRIu64 ")",
                 head->device, head->epoch, seq,
                 row ? "it is there twice" : "nobody beeped it with these bytes",
                 row ? row->held_epoch : 0, row ? row->held_seq : 0);
        return;
    }
    row->recorded = row->ever = true;
    row->held_epoch = head->epoch;
    row->held_seq = seq;
}

/* Two stories of one number, or of what stands around it: of a folder that was copied back. */
static bool is_second_story(struct ledger *ledger, const char *device, uint32_t verdict)
{
    return (verdict == VERDICT_CONFLICT || verdict == VERDICT_BROKEN_LINK) &&
           ledger_is_forked(ledger, device);
}

bool ledger_may_be_aside(struct ledger *ledger, const char *device, uint32_t verdict)
{
    return (verdict == VERDICT_REVOKED && ledger_is_revoked(ledger, device)) ||
           is_second_story(ledger, device, verdict);
}

static bool look_at_batch(void *ctx, const struct record_batch *stored)
{
    struct ledger *ledger = ctx;
    struct batch batch;
    struct error err;
    ledger->seen_batch = stored->id;
    if (!batch_read(stored->bytes.bytes, stored->bytes.n, &batch, &err)) {
        env_fail(ledger->env, "record: batch %" PRId64 ": %s", stored->id, err.text);
        return false;
    }
    bool aside = ledger_may_be_aside(ledger, batch.head.device, stored->verdict);
    ledger->aside += aside ? batch.head.count : 0;
    if (stored->verdict != 0 && !aside)
        env_fail(ledger->env, "record: batch %" PRId64 " is set aside with verdict %u", stored->id,
                 stored->verdict);
    else
        for (uint32_t at = 0; at < batch.head.count; at++)
            look_at_scan(ledger, &batch.head, batch.head.first_seq + at, &batch.scan[at], aside);
    return !ledger->env->failed;
}

void ledger_look(struct ledger *ledger, struct record *reader)
{
    struct error err;
    if (!record_batches_from(reader, ledger->seen_batch, look_at_batch, ledger, &err))
        env_fail(ledger->env, "record cannot be read: %s", err.text);
}

static bool is_held_as(const struct ledger_row *row, uint64_t epoch, uint64_t seq)
{
    return row->recorded && row->held_epoch == epoch && row->held_seq == seq;
}

/* A number stands for one beep; a handheld with one history has its rows in their order. */
static const struct ledger_row *beep_of(const struct ledger_device *of, uint64_t epoch,
                                        uint64_t seq)
{
    if (seq - 1 < of->rows && is_held_as(&of->row[seq - 1], epoch, seq))
        return &of->row[seq - 1];
    for (size_t at = 0; at < of->rows; at++)
        if (is_held_as(&of->row[at], epoch, seq))
            return &of->row[at];
    for (size_t at = 0; at < of->agains; at++)
        if (of->again[at].epoch == epoch && of->again[at].seq == seq)
            return &of->row[of->again[at].row];
    return NULL;
}

const struct ledger_row *ledger_beep_of(const struct ledger *ledger, size_t at, uint64_t epoch,
                                        uint64_t seq)
{
    return beep_of(&ledger->device[at], epoch, seq);
}

/* The first of them that has not been seen in the record, `through` + 1 without one. */
static uint64_t first_unseen(const struct ledger_device *of, uint64_t epoch, uint64_t through)
{
    uint64_t seq = 1;
    while (seq <= through && beep_of(of, epoch, seq) != NULL)
        seq++;
    return seq;
}

/* The record is read only where something vouched for was not seen in it before. */
void ledger_check_vouched(struct ledger *ledger, struct record *reader, const char *device,
                          uint64_t epoch, uint64_t through)
{
    const struct ledger_device *of = device_of(ledger, device);
    if (first_unseen(of, epoch, through) > through)
        return;
    ledger_look(ledger, reader);
    uint64_t unseen = first_unseen(of, epoch, through);
    if (unseen <= through)
        env_fail(ledger->env,
                 "the server vouches to %s for epoch %016" PRIx64 " through %" PRIu64
                 ", but %" PRIu64 " is not in the record",
                 device, epoch, through, unseen);
}

static void check_kept(struct ledger *ledger, const struct ledger_device *of)
{
    for (size_t at = 0; at < of->rows; at++)
        if (!of->row[at].recorded && !of->row[at].forgivable)
            env_fail(ledger->env, "lost: %s epoch %016" PRIx64 " seq %" PRIu64 " was beeped",
                     of->name, of->row[at].epoch, of->row[at].seq);
}

void ledger_check_end(struct ledger *ledger, struct record *reader)
{
    uint64_t recorded = ledger->recorded;
    ledger_record_fell_back(ledger);
    ledger_look(ledger, reader);
    if (ledger->recorded != recorded)
        env_fail(ledger->env, "the record held %" PRIu64 " scans, read anew it holds %" PRIu64,
                 recorded, ledger->recorded);
    for (size_t at = 0; at < ledger->devices; at++)
        check_kept(ledger, &ledger->device[at]);
}
