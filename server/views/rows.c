#include "server/views/rows.h"

struct reading {
    struct facts *facts;
    struct rows_at *at;
    struct rows *rows;
    struct instant until; /* the first that came later is the last taken */
    struct error *err;
    bool good, full;
};

void rows_add(struct rows *rows, ref one, const struct fact *fact)
{
    size_t bytes = fact_pack(fact, rows->packed + rows->words);
    rows->fact[rows->n++] = (struct row_fact){
        .ref = one,
        .seq = fact->seq,
        .item = fact->is_scan ? fact->scan.item : fact->office.item,
        .event = fact->is_scan ? (uint32_t)fact->scan.event : (uint32_t)fact->office.event,
        .is_scan = fact->is_scan,
        .sets_rule = !fact->is_scan && fact_sets_rule(&fact->office),
        .bytes = (uint16_t)bytes,
        .at = (uint32_t)rows->words,
    };
    rows->words += bytes / sizeof *rows->packed;
}

static bool read_batch(void *ctx, const struct record_batch *row)
{
    struct reading *reading = ctx;
    struct rows *rows = reading->rows;
    reading->full = rows->n + row->count > ROWS_FACTS;
    if (reading->full)
        return false;
    reading->good = facts_of_batch(row, rows, reading->err);
    if (!reading->good)
        return false;
    reading->at->mark.batch = row->id;
    reading->at->scans_at = row->arrival;
    return row->arrival.ms <= reading->until.ms;
}

static bool read_office(void *ctx, const struct office_fact *office)
{
    struct reading *reading = ctx;
    struct rows *rows = reading->rows;
    reading->full = rows->n == ROWS_FACTS;
    if (reading->full)
        return false;
    struct fact fact;
    reading->good = facts_of_office(reading->facts, office, &fact, reading->err);
    if (!reading->good)
        return false;
    rows_add(rows, ref_make(office->seq, REF_OFFICE), &fact);
    reading->at->mark.office = office->seq;
    reading->at->office_at = office->at;
    return office->at.ms <= reading->until.ms;
}

/* How far one kind may run ahead of the other, so that turns are not of one row. */
#define AHEAD_MS (INT64_C(10) * 60 * 1000)

static struct instant until(bool both, struct instant other_at)
{
    return (struct instant){both ? other_at.ms + AHEAD_MS : INT64_MAX};
}

/* The record's end moves on; who is far from it need not look each time. */
static bool look_for_end(struct record *record, struct rows_at *at, struct error *err)
{
    if (at->mark.batch < at->end.batch && at->mark.office < at->end.office)
        return true;
    return record_end(record, &at->end.batch, &at->end.office, err);
}

/* The kind that is behind goes first, a little beyond where the other is; with nothing more of the
 * one, the other goes on alone. */
bool rows_next(struct facts *facts, struct rows_at *at, struct rows *ret_rows, struct error *err)
{
    struct record *record = facts_record(facts);
    struct reading reading = {.facts = facts, .at = at, .rows = ret_rows, .err = err, .good = true};
    if (!look_for_end(record, at, err))
        return error_add(err, "views");
    bool scans = at->mark.batch < at->end.batch, office = at->mark.office < at->end.office;
    bool office_turn = office && (!scans || at->office_at.ms <= at->scans_at.ms);
    reading.until = until(scans && office, office_turn ? at->scans_at : at->office_at);
    ret_rows->n = ret_rows->words = 0;
    bool good = true;
    if (office_turn)
        good = record_office_from(record, at->mark.office, read_office, &reading, err);
    else if (scans)
        good = record_batches_from(record, at->mark.batch, read_batch, &reading, err);
    if (!good || !reading.good)
        return error_add(err, "views");
    ret_rows->mark = at->mark;
    ret_rows->more = (scans && office) || reading.full;
    return true;
}
