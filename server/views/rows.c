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
    reading->at->scans_at = rows->until = row->arrival;
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
    reading->at->office_at = rows->until = office->at;
    return office->at.ms <= reading->until.ms;
}

/* How far one kind may run ahead of the other, so that turns are not of one row. */
#define AHEAD_MS (INT64_C(10) * 60 * 1000)

static struct instant turn_until(bool both, struct instant other_at)
{
    return (struct instant){both ? other_at.ms + AHEAD_MS : INT64_MAX};
}

/* The record's end moves on; who is far from it need not look each time. */
static bool look_for_end(struct record *record, struct rows_at *at, bool is_far, struct error *err)
{
    return is_far || record_end(record, &at->end.batch, &at->end.office, err) ||
           error_add(err, "views");
}

static bool has_more(const struct rows_at *at, enum rows_kind kind)
{
    return kind == ROWS_OFFICE ? at->mark.office < at->end.office : at->mark.batch < at->end.batch;
}

static bool read_kind(struct facts *facts, enum rows_kind kind, struct rows_at *at,
                      struct instant until, struct rows *rows, struct error *err)
{
    struct record *record = facts_record(facts);
    struct reading reading = {
        .facts = facts, .at = at, .rows = rows, .until = until, .err = err, .good = true};
    bool good = kind == ROWS_OFFICE
                    ? record_office_from(record, at->mark.office, read_office, &reading, err)
                    : record_batches_from(record, at->mark.batch, read_batch, &reading, err);
    rows->mark = at->mark;
    rows->more = reading.full;
    return (good && reading.good) || error_add(err, "views");
}

static void begin_rows(struct rows *rows, const struct rows_at *at)
{
    rows->n = rows->words = 0;
    rows->mark = at->mark;
    rows->more = false;
    rows->until = (struct instant){0};
}

bool rows_next_of(struct facts *facts, enum rows_kind kind, struct rows_at *at,
                  struct rows *ret_rows, struct error *err)
{
    static const struct instant to_the_end = {INT64_MAX};
    begin_rows(ret_rows, at);
    if (!look_for_end(facts_record(facts), at, has_more(at, kind), err))
        return false;
    return !has_more(at, kind) || read_kind(facts, kind, at, to_the_end, ret_rows, err);
}

/* The kind that is behind goes first, a little beyond where the other is; with nothing more of the
 * one, the other goes on alone. */
bool rows_next(struct facts *facts, struct rows_at *at, struct rows *ret_rows, struct error *err)
{
    if (!look_for_end(facts_record(facts), at,
                      has_more(at, ROWS_SCANS) && has_more(at, ROWS_OFFICE), err))
        return false;
    bool scans = has_more(at, ROWS_SCANS), office = has_more(at, ROWS_OFFICE);
    bool office_turn = office && (!scans || at->office_at.ms <= at->scans_at.ms);
    begin_rows(ret_rows, at);
    if (!scans && !office)
        return true;
    if (!read_kind(facts, office_turn ? ROWS_OFFICE : ROWS_SCANS, at,
                   turn_until(scans && office, office_turn ? at->scans_at : at->office_at),
                   ret_rows, err))
        return false;
    ret_rows->more = ret_rows->more || (scans && office);
    return true;
}
