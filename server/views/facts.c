#include "server/views/facts.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/batch.h"
#include "server/record/devices.h"
#include "server/views/rows.h"

/* ------------------------------------------------------------------ scans of a batch */

static bool read_batch(const struct record_batch *row, struct batch *ret_batch, struct error *err)
{
    if (batch_read(row->bytes.bytes, row->bytes.n, ret_batch, NULL))
        return true;
    return error_set(err, ERROR_BROKEN, "stored batch %lld cannot be read", (long long)row->id);
}

/* What a fact of a scan is besides the scan itself. */
static void set_scan(const struct record_batch *row, struct fact *fact)
{
    const struct scan *scan = &fact->scan;
    fact->is_scan = true;
    fact->device = row->device;
    fact->epoch = row->epoch;
    fact->seq = scan->seq;
    fact->verdict = row->verdict;
    fact->arrival = row->arrival;
    fact->when = when_of(scan->wall, scan->mono, scan->boot, row->sent_wall, row->sent_mono,
                         row->sent_boot, row->floor, row->arrival);
    fact->of_device = 0;
    fact->order = (struct instant){0};
    fact->effect = EFFECT_NONE;
    fact->status_after = STATUS_NONE;
}

/* As the intake judged it: readable, and numbered as its head says. What is beyond the scan in
 * `ret_fact` is nobody's. */
static bool read_scan(const struct record_batch *row, const struct batch *batch, uint32_t index,
                      struct fact *ret_fact)
{
    const struct slice *bytes = &batch->scan[index];
    if (!scan_decode(bytes->bytes, bytes->n, &ret_fact->scan, NULL) ||
        ret_fact->scan.seq != batch->head.first_seq + index)
        return false;
    set_scan(row, ret_fact);
    return true;
}

bool facts_scans(const struct record_batch *row, bool (*each)(void *ctx, const struct fact *fact),
                 void *ctx, struct error *err)
{
    struct batch batch;
    struct fact fact;
    bool more = true;
    if (!read_batch(row, &batch, err))
        return false;
    memset(&fact, 0, sizeof fact);
    for (uint32_t i = 0; i < batch.head.count && more; i++)
        more = !read_scan(row, &batch, i, &fact) || each(ctx, &fact);
    return true;
}

bool facts_of_batch(const struct record_batch *row, struct rows *rows, struct error *err)
{
    struct batch batch;
    struct fact fact;
    if (!read_batch(row, &batch, err))
        return false;
    memset(&fact, 0, sizeof fact);
    for (uint32_t i = 0; i < batch.head.count; i++)
        if (read_scan(row, &batch, i, &fact))
            rows_add(rows, ref_make((uint64_t)row->id, i), &fact);
    return true;
}

/* ------------------------------------------------------------------ batches read last */

/* An item's facts lie in as many batches as it was scanned at, and are read again with each that
 * comes: of a day's batches most are read a dozen times. What is kept is bounded by its bytes. */
#define SLOTS 4096
#define KEPT_BYTES ((size_t)4 << 20)

struct slot {
    struct record_batch row; /* its bytes are those below */
    struct batch batch;
    uint8_t bytes[];
};

struct facts {
    struct record *record;
    struct slot *slots[SLOTS]; /* by id; NULL: empty */
    size_t bytes;
    size_t next; /* that goes when there is no room */
};

bool facts_open(const char *record_path, struct facts **ret_facts, struct error *err)
{
    struct facts *facts = calloc(1, sizeof *facts);
    if (facts == NULL)
        return error_set(err, ERROR_LATER, "views: out of memory");
    if (!record_open_reader(record_path, &facts->record, err)) {
        facts_close(facts);
        return false;
    }
    *ret_facts = facts;
    return true;
}

static size_t size_of(const struct slot *slot)
{
    return sizeof *slot + slot->row.bytes.n;
}

static void empty_slot(struct facts *facts, size_t at)
{
    if (facts->slots[at] == NULL)
        return;
    facts->bytes -= size_of(facts->slots[at]);
    free(facts->slots[at]);
    facts->slots[at] = NULL;
}

void facts_close(struct facts *facts)
{
    if (facts == NULL)
        return;
    for (size_t at = 0; at < SLOTS; at++)
        empty_slot(facts, at);
    record_close(facts->record);
    free(facts);
}

struct record *facts_record(struct facts *facts)
{
    return facts->record;
}

struct fill {
    struct facts *facts;
    struct error *err;
    const struct slot *slot; /* NULL: it failed */
};

/* Takes its place, and that of others while there are too many bytes. */
static void keep_slot(struct facts *facts, struct slot *slot)
{
    size_t at = (size_t)slot->row.id % SLOTS;
    empty_slot(facts, at);
    for (; facts->bytes > 0 && facts->bytes + size_of(slot) > KEPT_BYTES; facts->next++)
        empty_slot(facts, facts->next % SLOTS);
    facts->slots[at] = slot;
    facts->bytes += size_of(slot);
}

static bool fill_slot(void *ctx, const struct record_batch *row)
{
    struct fill *fill = ctx;
    struct slot *slot = NULL;
    if (row->bytes.n > BATCH_BYTES_MAX)
        return error_set(fill->err, ERROR_BROKEN, "stored batch %lld is too long",
                         (long long)row->id);
    slot = malloc(sizeof *slot + row->bytes.n);
    if (slot == NULL)
        return error_set(fill->err, ERROR_LATER, "views: out of memory");
    memcpy(slot->bytes, row->bytes.bytes, row->bytes.n);
    slot->row = *row;
    slot->row.bytes.bytes = slot->bytes;
    if (!read_batch(&slot->row, &slot->batch, fill->err)) {
        free(slot);
        return false;
    }
    keep_slot(fill->facts, slot);
    fill->slot = slot;
    return false;
}

static bool find_batch(struct facts *facts, int64_t id, const struct slot **ret_slot,
                       struct error *err)
{
    struct fill fill = {.facts = facts, .err = err, .slot = facts->slots[(size_t)id % SLOTS]};
    if (fill.slot == NULL || fill.slot->row.id != id) {
        fill.slot = NULL;
        if (!record_batch_get(facts->record, id, fill_slot, &fill, err) || fill.slot == NULL)
            return false;
    }
    *ret_slot = fill.slot;
    return true;
}

/* ------------------------------------------------------------------ one fact */

static bool fetch_scan(struct facts *facts, int64_t id, uint32_t index, struct fact *ret_fact,
                       struct error *err)
{
    const struct slot *slot;
    if (!find_batch(facts, id, &slot, err))
        return false;
    const struct record_batch *row = &slot->row;
    if (index >= slot->batch.head.count || !read_scan(row, &slot->batch, index, ret_fact))
        return error_set(err, ERROR_BROKEN, "stored batch %lld has no scan %u", (long long)id,
                         index);
    return true;
}

/* Whose scan a correction or an admission names, as the record's small integer. */
static bool find_device(struct record *record, const struct office_fact *office,
                        int64_t *ret_device, struct error *err)
{
    struct device device = {.id = -1};
    struct error why = {ERROR_NONE, ""};
    if ((office->event != EVENT_CORRECTED && office->event != EVENT_SCAN_ADMITTED) ||
        office->device[0] == '\0')
        return true;
    if (!device_find(record, office->device, &device, &why) && why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.text);
    *ret_device = why.code == ERROR_NOT_FOUND ? -1 : device.id;
    return true;
}

bool facts_of_office(struct facts *facts, const struct office_fact *office, struct fact *ret_fact,
                     struct error *err)
{
    struct fact *fact = ret_fact;
    struct instant at = office->at;
    int64_t of_device = 0;
    if (!find_device(facts->record, office, &of_device, err))
        return false;
    fact->is_scan = false;
    fact->device = 0;
    fact->epoch = 0;
    fact->seq = office->seq;
    fact->verdict = 0;
    fact->arrival = at;
    fact->when = (struct when){.clock_off = false};
    fact->of_device = of_device;
    fact->order = (struct instant){0};
    fact->effect = EFFECT_NONE;
    fact->status_after = STATUS_NONE;
    if (office->event == EVENT_PAPER_ENTRY) {
        struct instant written = office->paper.wall;
        fact->epoch = office->seq;
        fact->when.clock_off = written.ms > at.ms; /* nobody writes of what is still to come */
        at = fact->when.clock_off ? at : written;
    }
    fact->when.estimate = fact->when.earliest = fact->when.latest = at;
    fact->office = *office;
    return true;
}

static bool fetch_office(struct facts *facts, uint64_t seq, struct fact *ret_fact,
                         struct error *err)
{
    struct office_fact office;
    return record_office_get(facts->record, seq, &office, err) &&
           facts_of_office(facts, &office, ret_fact, err);
}

static bool fetch(struct facts *facts, ref one, struct fact *ret_fact, struct error *err)
{
    uint64_t position = one >> 8, index = one & 0xFF;
    if (index == REF_OFFICE)
        return fetch_office(facts, position, ret_fact, err);
    return fetch_scan(facts, (int64_t)position, (uint32_t)index, ret_fact, err);
}

/* ------------------------------------------------------------------ an item */

static bool fetch_all(struct facts *facts, const ref *refs, size_t n, struct fact *read,
                      struct error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!fetch(facts, refs[i], &read[i], err))
            return false;
    return true;
}

bool facts_read(struct facts *facts, const struct item *item, const ref *refs, size_t n,
                struct fact **new_facts, struct error *err)
{
    struct fact *read = malloc((n == 0 ? 1 : n) * sizeof *read);
    if (read == NULL)
        return error_set(err, ERROR_LATER, "%s: out of memory", item->text);
    bool held = record_hold(facts->record, err);
    bool good = held && fetch_all(facts, refs, n, read, err);
    if (held)
        record_let_go(facts->record);
    if (!good) {
        free(read);
        return error_add(err, "%s", item->text);
    }
    *new_facts = read;
    return true;
}

void facts_fold(struct fact *facts, size_t n, const struct rules *rules, struct view *ret_view)
{
    fold(facts, n, rules, &ret_view->state);
    clocks_of(&ret_view->state, rules, &ret_view->clocks);
    marks_of(facts, n, &ret_view->state, &ret_view->clocks, &ret_view->marks);
    ret_view->due = money_due(&ret_view->state, rules);
    ret_view->carriage = carriage_of(&ret_view->state, &ret_view->due);
    ret_view->version = n;
}
