#include "tests/sim/ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/scan.h"

void ledger_init(struct ledger *ledger, struct env *env)
{
    *ledger = (struct ledger){.env = env};
}

void ledger_done(struct ledger *ledger)
{
    for (size_t at = 0; at < ledger->epochs; at++)
        free(ledger->epoch[at].row);
}

static struct ledger_epoch *find(struct ledger *ledger, const char *device, uint64_t epoch)
{
    for (size_t at = 0; at < ledger->epochs; at++)
        if (ledger->epoch[at].epoch == epoch && strcmp(ledger->epoch[at].device, device) == 0)
            return &ledger->epoch[at];
    return NULL;
}

bool ledger_knows(struct ledger *ledger, const char *device, uint64_t epoch)
{
    return find(ledger, device, epoch) != NULL;
}

static struct ledger_epoch *find_or_add(struct ledger *ledger, const char *device, uint64_t epoch)
{
    struct ledger_epoch *found = find(ledger, device, epoch);
    if (found)
        return found;
    invariant(ledger->epochs < LEDGER_EPOCHS_MAX);
    found = &ledger->epoch[ledger->epochs++];
    *found = (struct ledger_epoch){.epoch = epoch};
    strncpy(found->device, device, DEVICE_NAME_MAX);
    return found;
}

void ledger_beep(struct ledger *ledger, const char *device, uint64_t epoch, uint64_t seq,
                 const void *bytes, size_t n)
{
    struct ledger_epoch *of = find_or_add(ledger, device, epoch);
    if (seq != of->rows + 1) {
        env_fail(ledger->env, "%s epoch %016" PRIx64 ": beep %" PRIu64 " follows beep %zu", device,
                 epoch, seq, of->rows);
        return;
    }
    if (of->rows == of->room) {
        of->room = of->room ? 2 * of->room : 64;
        of->row = realloc(of->row, of->room * sizeof *of->row);
        invariant(of->row != NULL);
    }
    of->row[of->rows++] = (struct ledger_row){.hash = chain_hash(bytes, n)};
    ledger->beeped++;
}

void ledger_forgive(struct ledger *ledger, const char *device, uint64_t epoch, uint64_t seq)
{
    struct ledger_epoch *of = find(ledger, device, epoch);
    for (size_t at = (size_t)seq; of && at < of->rows; at++)
        of->row[at].forgivable = true;
}

void ledger_check_done(struct ledger *ledger, const char *device, const struct hello *hello)
{
    for (size_t at = 0; at < ledger->epochs; at++) {
        const struct ledger_epoch *of = &ledger->epoch[at];
        if (strcmp(of->device, device) != 0)
            continue;
        uint64_t through = of->rows; /* an epoch the hello leaves out is done to its end */
        for (size_t i = 0; i < hello->epochs; i++)
            if (hello->epoch[i].epoch == of->epoch)
                through = hello->epoch[i].through;
        for (uint64_t seq = 1; seq <= through && seq <= of->rows; seq++)
            if (!of->row[seq - 1].recorded && !of->row[seq - 1].forgivable)
                env_fail(ledger->env,
                         "%s takes epoch %016" PRIx64 " seq %" PRIu64
                         " for done, but the record has never held it",
                         device, of->epoch, seq);
    }
}

/* ---------------------------------------------------------------- looking at the record */

static void look_at_scan(struct ledger *ledger, const struct head *head, uint64_t seq,
                         const struct slice *scan)
{
    struct ledger_epoch *of = find(ledger, head->device, head->epoch);
    struct link hash = chain_hash(scan->bytes, scan->n);
    const char *wrong = NULL;
    if (!of || seq == 0 || seq > of->rows)
        wrong = "nobody beeped it";
    else if (!link_equal(&of->row[seq - 1].hash, &hash))
        wrong = "its bytes are not what was beeped";
    else if (of->row[seq - 1].recorded)
        wrong = "it is there twice";
    if (wrong) {
        env_fail(ledger->env, "record: %s epoch %016" PRIx64 " seq %" PRIu64 ": %s", head->device,
                 head->epoch, seq, wrong);
        return;
    }
    of->row[seq - 1].recorded = true;
    ledger->recorded++;
}

static bool look_at_batch(void *ctx, const struct record_batch *stored)
{
    struct ledger *ledger = ctx;
    struct batch batch;
    struct error err;
    ledger->seen_batch = stored->id;
    if (stored->verdict != 0)
        env_fail(ledger->env, "record: batch %" PRId64 " is set aside with verdict %u", stored->id,
                 stored->verdict);
    else if (!batch_read(stored->bytes.bytes, stored->bytes.n, &batch, &err))
        env_fail(ledger->env, "record: batch %" PRId64 ": %s", stored->id, err.text);
    else
        for (uint32_t at = 0; at < batch.head.count; at++)
            look_at_scan(ledger, &batch.head, batch.head.first_seq + at, &batch.scan[at]);
    return !ledger->env->failed;
}

void ledger_look(struct ledger *ledger, struct record *reader)
{
    struct error err;
    if (!record_batches_from(reader, ledger->seen_batch, look_at_batch, ledger, &err))
        env_fail(ledger->env, "record cannot be read: %s", err.text);
}

void ledger_check_vouched(struct ledger *ledger, struct record *reader, const char *device,
                          uint64_t epoch, uint64_t through)
{
    ledger_look(ledger, reader);
    const struct ledger_epoch *of = find(ledger, device, epoch);
    for (uint64_t seq = 1; seq <= through; seq++)
        if (!of || seq > of->rows || !of->row[seq - 1].recorded) {
            env_fail(ledger->env,
                     "the server vouches to %s for epoch %016" PRIx64 " through %" PRIu64
                     ", but %" PRIu64 " is not in the record",
                     device, epoch, through, seq);
            return;
        }
}

void ledger_check_end(struct ledger *ledger, struct record *reader)
{
    uint64_t recorded = ledger->recorded;
    for (size_t at = 0; at < ledger->epochs; at++)
        for (size_t row = 0; row < ledger->epoch[at].rows; row++)
            ledger->epoch[at].row[row].recorded = false;
    ledger->recorded = 0;
    ledger->seen_batch = 0;
    ledger_look(ledger, reader);
    if (ledger->recorded != recorded)
        env_fail(ledger->env, "the record held %" PRIu64 " scans, read anew it holds %" PRIu64,
                 recorded, ledger->recorded);
    for (size_t at = 0; at < ledger->epochs; at++)
        for (size_t row = 0; row < ledger->epoch[at].rows; row++)
            if (!ledger->epoch[at].row[row].recorded && !ledger->epoch[at].row[row].forgivable)
                env_fail(ledger->env, "lost: %s epoch %016" PRIx64 " seq %zu was beeped",
                         ledger->epoch[at].device, ledger->epoch[at].epoch, row + 1);
}
