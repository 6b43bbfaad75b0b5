/* judge.c - a newcomer is measured against what is kept, on both sides, and never changes it: what
 * was stored first counts (settled point 3; docs/decisions/0021). */
#include "server/field/judge.h"

#include <string.h>

#include "server/delivery/fold.h"

/* ------------------------------------------------------------------ against what is kept */

struct compare {
    const struct batch *newcomer;
    uint64_t first, last;
    bool same;          /* the very bytes are kept */
    bool differs;       /* some number is kept with other bytes */
    uint64_t covered;   /* bit i: scan i of the newcomer is kept, with these bytes */
    bool broken_inside; /* what holds some of its numbers comes from elsewhere */
    bool broken_below;  /* what ends just below leads elsewhere */
    bool broken_above;  /* what begins just above comes from elsewhere */
    struct judgement *judgement;
    bool readable;
};

static void add_verdict(struct judgement *judgement, uint64_t first, uint32_t count, uint32_t kind)
{
    if (judgement->verdicts == WIRE_VERDICTS_MAX)
        return;
    judgement->verdict[judgement->verdicts++] =
        (struct verdict){.first_seq = first, .count = count, .kind = (enum verdict_kind)kind};
}

/* A batch's own link at `seq`, first - 1 <= seq <= last. */
static struct link link_at(const struct batch *batch, uint64_t seq)
{
    struct link link = batch->head.before;
    for (uint64_t i = 0; batch->head.first_seq + i <= seq; i++)
        link = chain_next(&link, batch->scan[i].bytes, batch->scan[i].n);
    return link;
}

/* Where both tell of the same numbers they must come from the same link and say the same. */
static void compare_scans(struct compare *compare, const struct batch *kept, uint64_t kept_last)
{
    uint64_t from = compare->first > kept->head.first_seq ? compare->first : kept->head.first_seq;
    struct link ours_before = link_at(kept, from - 1);
    struct link theirs_before = link_at(compare->newcomer, from - 1);
    compare->broken_inside |= !link_equal(&ours_before, &theirs_before);
    uint64_t to = compare->last < kept_last ? compare->last : kept_last;
    for (uint64_t seq = from; seq <= to; seq++) {
        const struct slice *ours = &kept->scan[seq - kept->head.first_seq];
        const struct slice *theirs = &compare->newcomer->scan[seq - compare->first];
        if (ours->n != theirs->n || memcmp(ours->bytes, theirs->bytes, ours->n) != 0)
            compare->differs = true;
        else
            compare->covered |= UINT64_C(1) << (seq - compare->first);
    }
}

/* A chain goes on from what was set aside, but not from a second story of the same numbers; and
 * what already did not fit says nothing about what comes below it. */
static void compare_neighbour(struct compare *compare, const struct record_batch *row,
                              const struct batch *kept)
{
    if (row->first_seq > compare->last && row->verdict == 0)
        compare->broken_above |= !link_equal(&kept->head.before, &compare->newcomer->head.after);
    if (row->first_seq < compare->first && row->verdict != VERDICT_CONFLICT)
        compare->broken_below |= !link_equal(&kept->head.after, &compare->newcomer->head.before);
}

static bool same_bytes(const struct record_batch *row, const struct sealed *sealed)
{
    return row->bytes.n == sealed->envelope->batch.n &&
           memcmp(row->bytes.bytes, sealed->envelope->batch.bytes, row->bytes.n) == 0;
}

struct compare_ctx {
    struct compare *compare;
    const struct sealed *sealed;
};

/* Rows come in order of first_seq, then of arrival: of rows with one range the first counts, so
 * only a same row may speak after it. */
static bool compare_row(void *ctx, const struct record_batch *row)
{
    struct compare_ctx *both = ctx;
    struct compare *compare = both->compare;
    struct batch kept;
    uint64_t kept_last = row->first_seq + row->count - 1;
    if (!batch_read(row->bytes.bytes, row->bytes.n, &kept, NULL)) {
        compare->readable = false;
        return false;
    }
    if (kept_last < compare->first || row->first_seq > compare->last) {
        compare_neighbour(compare, row, &kept);
        return true;
    }
    bool same = same_bytes(row, both->sealed);
    compare->same |= same;
    if (row->verdict != VERDICT_CONFLICT)
        compare_scans(compare, &kept, kept_last);
    if (row->verdict != 0 && (row->verdict != VERDICT_CONFLICT || same))
        add_verdict(compare->judgement, row->first_seq, row->count, row->verdict);
    return true;
}

static bool compare_kept(struct record *record, const struct record_epoch *epoch,
                         const struct sealed *sealed, struct compare *compare, struct error *err)
{
    struct compare_ctx both = {compare, sealed};
    /* Nothing kept touches it, or only N itself, whose link the epoch knows: the usual case. */
    if (compare->first > epoch->highest + 1 ||
        (compare->first == epoch->highest + 1 && epoch->highest == epoch->through))
        return true;
    if (!record_batches_of(record, epoch->id, compare->first - 1, compare->last + 1, compare_row,
                           &both, err))
        return false;
    return compare->readable ||
           error_set(err, ERROR_BROKEN, "a stored batch of this epoch cannot be read");
}

/* True if the newcomer takes up where the epoch is accounted for. An epoch's first link is
 * whatever head the device knew last (settled point 2). */
static bool takes_up(const struct record_epoch *epoch, const struct compare *compare)
{
    if (epoch->through == 0 || compare->first > epoch->through + 1 ||
        compare->last <= epoch->through)
        return true;
    struct link at = link_at(compare->newcomer, epoch->through);
    return link_equal(&at, &epoch->link);
}

static uint32_t verdict_of(const struct record_epoch *epoch, const struct sealed *sealed,
                           const struct compare *compare)
{
    if (sealed->revoked)
        return VERDICT_REVOKED;
    if (compare->differs)
        return VERDICT_CONFLICT;
    if (!takes_up(epoch, compare) || compare->broken_inside || compare->broken_below ||
        compare->broken_above)
        return VERDICT_BROKEN_LINK;
    return 0;
}

/* ------------------------------------------------------------------ keeping */

/* The last time this device's clocks said anything sure: lower bound for scans that say nothing. */
static struct instant floor_after(const struct record_epoch *epoch, const struct sealed *sealed)
{
    struct instant floor = epoch->floor;
    const struct envelope *envelope = sealed->envelope;
    for (uint32_t i = 0; i < sealed->batch->head.count; i++) {
        if ((sealed->malformed >> i & 1) != 0)
            continue;
        const struct stamp *stamp = &sealed->stamp[i];
        struct when when =
            when_of(stamp->wall, stamp->mono, stamp->boot, envelope->sent_wall, envelope->sent_mono,
                    envelope->sent_boot, epoch->floor, sealed->arrival);
        if (!when.bounds_only && when.estimate.ms > floor.ms)
            floor = when.estimate;
    }
    return floor;
}

static bool keep(struct record *record, struct record_epoch *epoch, const struct sealed *sealed,
                 uint32_t verdict, struct error *err)
{
    const struct head *head = &sealed->batch->head;
    struct record_batch row = {
        .device = epoch->device,
        .epoch_id = epoch->id,
        .epoch = epoch->epoch,
        .first_seq = head->first_seq,
        .count = head->count,
        .verdict = verdict,
        .arrival = sealed->arrival,
        .sent_wall = sealed->envelope->sent_wall,
        .sent_mono = sealed->envelope->sent_mono,
        .sent_boot = sealed->envelope->sent_boot,
        .sent_time_source = (uint32_t)sealed->envelope->sent_time_source,
        .floor = epoch->floor,
        .bytes = sealed->envelope->batch,
    };
    if (!record_batch_add(record, &row, err))
        return false;
    if (head->first_seq + head->count - 1 > epoch->highest)
        epoch->highest = head->first_seq + head->count - 1;
    if (verdict == 0)
        epoch->floor = floor_after(epoch, sealed);
    return true;
}

/* ------------------------------------------------------------------ moving N */

/* The first row kept that holds N+1 carries N to its end; a second story of numbers only if there
 * is no first one. */
struct stride {
    uint64_t through;
    struct link link;
    bool found, readable;
};

static bool stride_row(void *ctx, const struct record_batch *row)
{
    struct stride *stride = ctx;
    struct batch kept;
    stride->readable = batch_read(row->bytes.bytes, row->bytes.n, &kept, NULL);
    if (!stride->readable)
        return false;
    stride->through = row->first_seq + row->count - 1;
    stride->link = kept.head.after;
    stride->found = true;
    return row->verdict == VERDICT_CONFLICT;
}

static bool move_on(struct record *record, struct record_epoch *epoch, const struct head *newcomer,
                    struct error *err)
{
    uint64_t last = newcomer->first_seq + newcomer->count - 1;
    if (newcomer->first_seq <= epoch->through + 1 && last > epoch->through) {
        epoch->through = last;
        epoch->link = newcomer->after;
    }
    while (epoch->highest > epoch->through) {
        struct stride stride = {.readable = true};
        uint64_t next = epoch->through + 1;
        if (!record_batches_of(record, epoch->id, next, next, stride_row, &stride, err))
            return false;
        if (!stride.readable)
            return error_set(err, ERROR_BROKEN, "a stored batch of this epoch cannot be read");
        if (!stride.found)
            return true;
        epoch->through = stride.through;
        epoch->link = stride.link;
    }
    return true;
}

/* ------------------------------------------------------------------ asked for a link */

struct seek {
    uint64_t seq;
    struct link link;
    bool found, readable;
};

/* Of two stories of one number the first counts; a second one only where there is no first. */
static bool seek_row(void *ctx, const struct record_batch *row)
{
    struct seek *seek = ctx;
    struct batch kept;
    seek->readable = batch_read(row->bytes.bytes, row->bytes.n, &kept, NULL);
    if (!seek->readable)
        return false;
    seek->link = link_at(&kept, seek->seq);
    seek->found = true;
    return row->verdict == VERDICT_CONFLICT;
}

bool judge_link_at(struct record *record, const struct record_epoch *epoch, uint64_t seq,
                   struct link *ret_link, struct error *err)
{
    struct seek seek = {.seq = seq, .readable = true};
    invariant(seq <= epoch->through);
    if (seq == 0 || seq == epoch->through) {
        *ret_link = seq == 0 ? (struct link){{0}} : epoch->link;
        return true;
    }
    if (!record_batches_of(record, epoch->id, seq, seq, seek_row, &seek, err))
        return false;
    if (!seek.found || !seek.readable)
        return error_set(err, ERROR_BROKEN, "a stored batch of this epoch cannot be read");
    *ret_link = seek.link;
    return true;
}

/* ------------------------------------------------------------------ the judgement */

static void add_malformed(struct judgement *judgement, const struct sealed *sealed)
{
    uint64_t first = sealed->batch->head.first_seq;
    for (uint32_t i = 0; i < sealed->batch->head.count; i++)
        if ((sealed->malformed >> i & 1) != 0)
            add_verdict(judgement, first + i, 1, VERDICT_MALFORMED);
}

bool judge(struct record *record, struct record_epoch *epoch, const struct sealed *sealed,
           struct judgement *ret_judgement, struct error *err)
{
    const struct head *head = &sealed->batch->head;
    struct judgement judgement = {.added = false};
    struct compare compare = {.newcomer = sealed->batch,
                              .first = head->first_seq,
                              .last = head->first_seq + head->count - 1,
                              .judgement = &judgement,
                              .readable = true};
    if (!compare_kept(record, epoch, sealed, &compare, err))
        return false;
    uint64_t all = UINT64_MAX >> (64 - head->count);
    bool repeated = compare.same || (!compare.differs && compare.covered == all);
    if (!repeated) {
        judgement.kind = verdict_of(epoch, sealed, &compare);
        judgement.added = true;
        if (!keep(record, epoch, sealed, judgement.kind, err) || !move_on(record, epoch, head, err))
            return false;
        if (judgement.kind != 0)
            add_verdict(&judgement, head->first_seq, head->count, judgement.kind);
    }
    judgement.gap = compare.first > epoch->through;
    if (judgement.kind == 0)
        add_malformed(&judgement, sealed);
    *ret_judgement = judgement;
    return true;
}
