#include "server/views/stops.h"

#include <stdlib.h>
#include <string.h>

#include "server/views/facts.h"
#include "server/views/place_by_number.h"
#include "server/views/stop_questions.h"

bool stop_has_place(const struct stop *stop)
{
    return stop->place.why_none == NO_PLACE_NONE && !place_is_outside(&stop->place);
}

const char *stop_question_key(unsigned question)
{
    switch (question) {
    case STOP_COARSE:
        return "coarse";
    case STOP_JUMPED:
        return "jumped";
    case STOP_AT_POST_OFFICE:
        return "at-post-office";
    case STOP_ELSEWHERE:
        return "elsewhere";
    }
    return NULL;
}

/* ------------------------------------------------------------------ scans that may be stops */

struct gathering {
    const struct stops_asked *asked;
    struct views *views;
    struct fact *facts; /* VIEW_HISTORY_MAX of them */
    struct questions questions;
    struct stops *stops;
    size_t read;
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

/* What the fold made of it: taken back, corrected or repeated it is no stop. `ret_before`: how the
 * item stood until then. */
static bool counts(const struct gathering *gathering, const struct fact *scan,
                   enum status *ret_before)
{
    size_t n =
        views_history(gathering->views, &scan->scan.item, gathering->facts, VIEW_HISTORY_MAX);
    *ret_before = STATUS_NONE;
    for (size_t i = 0; i < n; i++) {
        const struct fact *one = &gathering->facts[i];
        if (one->is_scan && one->device == scan->device && one->epoch == scan->epoch &&
            one->seq == scan->seq)
            return one->effect == EFFECT_MOVED || one->effect == EFFECT_NOTED;
        *ret_before = one->status_after;
    }
    return false;
}

static void sum_up(struct stops_sums *sums, const struct stop *stop)
{
    sums->delivered += stop->event == EVENT_DELIVERED;
    sums->failed += stop->event == EVENT_DELIVERY_FAILED;
    sums->without += !stop_has_place(stop);
    sums->asked[stop->questions]++;
}

uint64_t stops_sum_of(const struct stops_sums *sums, unsigned questions)
{
    uint64_t n = 0;
    for (unsigned all = 0; all <= STOP_ANY_QUESTION; all++)
        n += (questions & all) != 0 ? sums->asked[all] : 0;
    return n;
}

static unsigned kinds_of(const struct stop *stop)
{
    return stop->questions | (stop->event == EVENT_DELIVERED ? STOP_DELIVERED : STOP_FAILED) |
           (stop_has_place(stop) ? 0U : STOP_WITHOUT);
}

/* By badge until all are there. */
static struct stops_postman *postman_of(struct stops *stops, uint32_t badge)
{
    size_t at = place_by_number(stops->postmen, stops->postmen_n, sizeof *stops->postmen, badge);
    if (at < stops->postmen_n && stops->postmen[at].badge == badge)
        return &stops->postmen[at];
    if (stops->postmen_n == stops->postmen_room) {
        size_t room = 2 * stops->postmen_room + 32;
        struct stops_postman *more = realloc(stops->postmen, room * sizeof *more);
        if (more == NULL)
            return NULL;
        stops->postmen = more;
        stops->postmen_room = room;
    }
    struct stops_postman *row = &stops->postmen[at];
    memmove(row + 1, row, (stops->postmen_n++ - at) * sizeof *row);
    *row = (struct stops_postman){.badge = badge};
    return row;
}

/* False: enough, or no memory. */
static bool take_stop(struct gathering *gathering, const struct stop *stop)
{
    struct stops *stops = gathering->stops;
    unsigned wanted = gathering->asked->kinds;
    struct stops_postman *postman = postman_of(stops, stop->badge);
    if (postman == NULL) {
        gathering->good = error_set(gathering->err, ERROR_LATER, "out of memory");
        return false;
    }
    sum_up(&stops->sums, stop);
    sum_up(&postman->sums, stop);
    if (wanted == 0 || (kinds_of(stop) & wanted) != 0) {
        stops->more = stops->more || stops->n == STOPS_MAX;
        if (stops->n < STOPS_MAX)
            stops->rows[stops->n++] = *stop;
    }
    stops->more = stops->more || ++gathering->read == STOPS_READ_MAX;
    return gathering->read < STOPS_READ_MAX;
}

static bool take_scan(void *ctx, const struct fact *fact)
{
    struct gathering *gathering = ctx;
    struct view view;
    enum status before;
    const uint32_t *badge = gathering->asked->badge;
    if (!is_outcome(gathering, fact) || (badge != NULL && fact->scan.badge != *badge) ||
        !views_item(gathering->views, &fact->scan.item, &view) || !view.state.issued ||
        !is_from(gathering->asked, view.marks.office) || !counts(gathering, fact, &before))
        return true;
    struct stop stop = {.item = fact->scan.item,
                        .at = fact->when.estimate,
                        .event = fact->scan.event,
                        .reason = fact->scan.reason,
                        .office = view.marks.office,
                        .badge = fact->scan.badge,
                        .commune = view.marks.commune,
                        .place = fact->scan.place};
    gathering->good = questions_ask(&gathering->questions, &stop, before, gathering->err);
    return gathering->good && take_stop(gathering, &stop);
}

static bool take_batch(void *ctx, const struct record_batch *row)
{
    struct gathering *gathering = ctx;
    int64_t last_ms = day_minute(gathering->asked->to_day + 1, 0).ms + STOPS_LATE_MS;
    if (row->arrival.ms > last_ms)
        return false;
    bool read = facts_scans(row, take_scan, gathering, gathering->err);
    gathering->good = gathering->good && read;
    return gathering->good && gathering->read < STOPS_READ_MAX;
}

/* ------------------------------------------------------------------ all of them */

static int by_time(const void *a, const void *b)
{
    const struct stop *x = a, *y = b;
    int items = memcmp(x->item.text, y->item.text, sizeof x->item.text);
    return x->at.ms != y->at.ms ? (x->at.ms > y->at.ms) - (x->at.ms < y->at.ms) : items;
}

static int by_post_office(const void *a, const void *b)
{
    const struct stops_postman *x = a, *y = b;
    uint64_t of_x = stops_sum_of(&x->sums, STOP_AT_POST_OFFICE),
             of_y = stops_sum_of(&y->sums, STOP_AT_POST_OFFICE);
    return of_x != of_y ? (of_x < of_y) - (of_x > of_y)
                        : (x->badge > y->badge) - (x->badge < y->badge);
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

static bool gather_with(struct gathering *gathering, struct record *record,
                        const struct rules *rules)
{
    const struct stops_asked *asked = gathering->asked;
    if (!questions_open(&gathering->questions, record, rules, asked->from_day, asked->to_day,
                        gathering->err))
        return false;
    bool good = gather(gathering, record);
    questions_done(&gathering->questions);
    return good;
}

bool views_stops(struct views *views, struct record *record, const struct stops_asked *asked,
                 struct stops *ret_stops, struct error *err)
{
    struct rules rules;
    *ret_stops = (struct stops){.rows = calloc(STOPS_MAX, sizeof *ret_stops->rows)};
    struct gathering gathering = {.asked = asked,
                                  .views = views,
                                  .facts = calloc(VIEW_HISTORY_MAX, sizeof *gathering.facts),
                                  .stops = ret_stops,
                                  .err = err,
                                  .good = true};
    bool good =
        (gathering.facts != NULL && ret_stops->rows != NULL && views_rules(views, &rules)) ||
        error_set(err, ERROR_LATER, "out of memory");
    if (good) {
        good = gather_with(&gathering, record, &rules);
        rules_done(&rules);
    }
    free(gathering.facts);
    if (!good) {
        stops_done(ret_stops);
        return error_add(err, "stops");
    }
    qsort(ret_stops->rows, ret_stops->n, sizeof *ret_stops->rows, by_time);
    if (ret_stops->postmen_n > 0)
        qsort(ret_stops->postmen, ret_stops->postmen_n, sizeof *ret_stops->postmen, by_post_office);
    return true;
}

void stops_done(struct stops *stops)
{
    free(stops->rows);
    free(stops->postmen);
    *stops = (struct stops){.rows = NULL};
}
