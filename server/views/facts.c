#include "server/views/facts.h"

#include <stdlib.h>

#include "protocol/batch.h"

/* ------------------------------------------------------------------ scans of a batch */

static bool read_batch(const struct record_batch *row, struct batch *ret_batch, struct error *err)
{
    if (batch_read(row->bytes.bytes, row->bytes.n, ret_batch, NULL))
        return true;
    return error_set(err, ERROR_BROKEN, "stored batch %lld cannot be read", (long long)row->id);
}

/* As the intake judged it: readable, and numbered as its head says. */
static bool read_scan(const struct batch *batch, uint32_t index, struct scan *ret_scan)
{
    const struct slice *bytes = &batch->scan[index];
    return scan_decode(bytes->bytes, bytes->n, ret_scan, NULL) &&
           ret_scan->seq == batch->head.first_seq + index;
}

bool facts_of_batch(const struct record_batch *row,
                    bool (*each)(void *ctx, uint32_t index, const struct scan *scan), void *ctx,
                    struct error *err)
{
    struct batch batch;
    if (!read_batch(row, &batch, err))
        return false;
    for (uint32_t i = 0; i < batch.head.count; i++) {
        struct scan scan;
        if (read_scan(&batch, i, &scan) && !each(ctx, i, &scan))
            return error_set(err, ERROR_LATER, "batch %lld: out of memory", (long long)row->id);
    }
    return true;
}

/* ------------------------------------------------------------------ one fact */

struct fetch {
    uint32_t index;
    struct fact *fact;
    struct error *err;
    bool good;
};

static bool fetch_scan(void *ctx, const struct record_batch *row)
{
    struct fetch *fetch = ctx;
    struct batch batch;
    struct scan scan;
    fetch->good = read_batch(row, &batch, fetch->err);
    if (!fetch->good)
        return false;
    if (fetch->index >= batch.head.count || !read_scan(&batch, fetch->index, &scan)) {
        fetch->good = error_set(fetch->err, ERROR_BROKEN, "stored batch %lld has no scan %u",
                                (long long)row->id, fetch->index);
        return false;
    }
    *fetch->fact = (struct fact){
        .is_scan = true,
        .device = row->device,
        .epoch = row->epoch,
        .seq = scan.seq,
        .verdict = row->verdict,
        .arrival = row->arrival,
        .when = when_of(scan.wall, scan.mono, scan.boot, row->sent_wall, row->sent_mono,
                        row->sent_boot, row->floor, row->arrival),
        .scan = scan,
    };
    return false;
}

static bool fetch_office(struct record *record, uint64_t seq, struct fact *ret_fact,
                         struct error *err)
{
    struct fact fact = {.is_scan = false, .seq = seq};
    if (!record_office_get(record, seq, &fact.office, err))
        return false;
    fact.arrival = fact.office.at;
    fact.when = (struct when){
        .estimate = fact.office.at, .earliest = fact.office.at, .latest = fact.office.at};
    *ret_fact = fact;
    return true;
}

static bool fetch(struct record *record, ref one, struct fact *ret_fact, struct error *err)
{
    uint64_t position = one >> 8, index = one & 0xFF;
    if (index == REF_OFFICE)
        return fetch_office(record, position, ret_fact, err);
    struct fetch wanted = {.index = (uint32_t)index, .fact = ret_fact, .err = err};
    return record_batch_get(record, (int64_t)position, fetch_scan, &wanted, err) && wanted.good;
}

/* ------------------------------------------------------------------ an item */

bool facts_fold(struct record *record, const struct item *item, const ref *refs, size_t n,
                struct view *ret_view, struct fact **ret_facts, struct error *err)
{
    struct fact *facts = calloc(n == 0 ? 1 : n, sizeof *facts);
    if (facts == NULL)
        return error_set(err, ERROR_LATER, "%s: out of memory", item->text);
    for (size_t i = 0; i < n; i++)
        if (!fetch(record, refs[i], &facts[i], err)) {
            free(facts);
            return error_add(err, "%s", item->text);
        }
    fold(facts, n, &ret_view->state);
    ret_view->version = n;
    if (ret_facts != NULL)
        *ret_facts = facts;
    else
        free(facts);
    return true;
}
