#include "tests/journey/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/record.h"

static void keep(struct evidence *evidence, const struct batch *batch, uint32_t at)
{
    struct error err;
    if (evidence->n == evidence->room) {
        evidence->room = evidence->room ? 2 * evidence->room : 1024;
        evidence->row = realloc(evidence->row, evidence->room * sizeof *evidence->row);
    }
    struct evidence_row *row = &evidence->row[evidence->n++];
    memcpy(row->device, batch->head.device, sizeof row->device);
    row->epoch = batch->head.epoch;
    if (!scan_decode(batch->scan[at].bytes, batch->scan[at].n, &row->scan, &err))
        world_fail(evidence->world, "record: %s", err.text);
}

static bool each_batch(void *ctx, const struct record_batch *stored)
{
    struct evidence *evidence = ctx;
    struct batch batch;
    struct error err;
    if (!batch_read(stored->bytes.bytes, stored->bytes.n, &batch, &err))
        world_fail(evidence->world, "record: batch %lld: %s", (long long)stored->id, err.text);
    if (stored->verdict != 0)
        evidence->set_aside++;
    for (uint32_t at = 0; stored->verdict == 0 && at < batch.head.count; at++)
        keep(evidence, &batch, at);
    return true;
}

void evidence_read(struct evidence *evidence, struct world *world)
{
    char path[300];
    struct record *reader;
    struct error err;
    *evidence = (struct evidence){.world = world};
    snprintf(path, sizeof path, "%s/record.db", world->data);
    if (!record_open_reader(path, &reader, &err) ||
        !record_batches_from(reader, 0, each_batch, evidence, &err))
        world_fail(world, "record: %s", err.text);
    record_close(reader);
}

void evidence_free(struct evidence *evidence)
{
    free(evidence->row);
}

unsigned evidence_count(const struct evidence *evidence, const char *item, enum event event)
{
    unsigned n = 0;
    for (size_t at = 0; at < evidence->n; at++)
        n += evidence->row[at].scan.event == event &&
             strcmp(evidence->row[at].scan.item.text, item) == 0;
    return n;
}

size_t evidence_scans(struct world *world)
{
    struct evidence evidence;
    evidence_read(&evidence, world);
    evidence_free(&evidence);
    return evidence.n;
}
