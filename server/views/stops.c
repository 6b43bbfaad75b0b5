#include "server/views/stops.h"

#include <stdlib.h>
#include <string.h>

#include "server/views/facts.h"

bool stop_has_place(const struct stop *stop)
{
    return stop->place.why_none == NO_PLACE_NONE && !place_is_outside(&stop->place);
}

bool stop_is_doubtful(const struct stop *stop)
{
    const struct place *place = &stop->place;
    return stop_has_place(stop) && (place->jumped || place->accuracy_mm == PLACE_ACCURACY_UNKNOWN ||
                                    place->accuracy_mm > STOP_COARSE_MM);
}

/* ------------------------------------------------------------------ scans that may be stops */

struct gathering {
    const struct stops_asked *asked;
    struct views *views;
    struct fact *facts; /* VIEW_HISTORY_MAX of them */
    struct stop *stops;
    size_t n;
    bool more;
    struct error *err;
    bool good;
};

static bool is_from(const struct stops_asked *asked, uint32_t office)
{
    for (size_t i = 0; i < asked->offices_n; i++)
        if (asked->offices[i] == office)
            return true;
    return asked->offices_n == 0;
}

static bool is_outcome(const struct gathering *gathering, const struct fact *fact)
{
    int64_t day = day_of(fact->when.estimate);
    return (fact->scan.event == EVENT_DELIVERED || fact->scan.event == EVENT_DELIVERY_FAILED) &&
           day >= gathering->asked->from_day && day <= gathering->asked->to_day;
}

/* What the fold made of it: taken back, corrected or repeated it is no stop. */
static bool counts(const struct gathering *gathering, const struct fact *scan)
{
    size_t n =
        views_history(gathering->views, &scan->scan.item, gathering->facts, VIEW_HISTORY_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct fact *one = &gathering->facts[i];
        if (one->is_scan && one->device == scan->device && one->epoch == scan->epoch &&
            one->seq == scan->seq)
            return one->effect == EFFECT_MOVED || one->effect == EFFECT_NOTED;
    }
    return false;
}

static bool take_scan(void *ctx, const struct fact *fact)
{
    struct gathering *gathering = ctx;
    struct view view;
    if (!is_outcome(gathering, fact) || !views_item(gathering->views, &fact->scan.item, &view) ||
        !view.state.issued || !is_from(gathering->asked, view.marks.office) ||
        !counts(gathering, fact))
        return true;
    gathering->more = gathering->n == STOPS_MAX;
    if (gathering->more)
        return false;
    gathering->stops[gathering->n++] = (struct stop){.item = fact->scan.item,
                                                     .at = fact->when.estimate,
                                                     .event = fact->scan.event,
                                                     .reason = fact->scan.reason,
                                                     .office = view.marks.office,
                                                     .place = fact->scan.place};
    return true;
}

static bool take_batch(void *ctx, const struct record_batch *row)
{
    struct gathering *gathering = ctx;
    int64_t last_ms = day_minute(gathering->asked->to_day + 1, 0).ms + STOPS_LATE_MS;
    if (row->arrival.ms > last_ms)
        return false;
    gathering->good = facts_scans(row, take_scan, gathering, gathering->err);
    return gathering->good && !gathering->more;
}

/* ------------------------------------------------------------------ all of them */

static int by_time(const void *a, const void *b)
{
    const struct stop *x = a, *y = b;
    int items = memcmp(x->item.text, y->item.text, sizeof x->item.text);
    return x->at.ms != y->at.ms ? (x->at.ms > y->at.ms) - (x->at.ms < y->at.ms) : items;
}

/* No scan arrives before it happened: the day's first batch is the earliest that may hold one. */
static bool gather(struct gathering *gathering, struct record *record)
{
    int64_t after;
    struct instant from = day_minute(gathering->asked->from_day, 0);
    return record_batches_since(record, from, &after, gathering->err) &&
           record_batches_from(record, after, take_batch, gathering, gathering->err) &&
           gathering->good;
}

bool views_stops(struct views *views, struct record *record, const struct stops_asked *asked,
                 struct stop **new_stops, size_t *ret_n, bool *ret_more, struct error *err)
{
    struct gathering gathering = {.asked = asked,
                                  .views = views,
                                  .facts = calloc(VIEW_HISTORY_MAX, sizeof *gathering.facts),
                                  .stops = calloc(STOPS_MAX, sizeof *gathering.stops),
                                  .err = err,
                                  .good = true};
    bool good = (gathering.facts != NULL && gathering.stops != NULL) ||
                error_set(err, ERROR_LATER, "out of memory");
    good = good && gather(&gathering, record);
    free(gathering.facts);
    if (!good) {
        free(gathering.stops);
        return error_add(err, "stops");
    }
    qsort(gathering.stops, gathering.n, sizeof *gathering.stops, by_time);
    *new_stops = gathering.stops;
    *ret_n = gathering.n;
    *ret_more = gathering.more;
    return true;
}
