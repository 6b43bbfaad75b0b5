#include "server/office/freshness.h"

#include <stdlib.h>
#include <string.h>

#include "server/delivery/days.h"
#include "server/record/rounds.h"

/* ------------------------------------------------------------------ who is out, with what */

struct care_row {
    char device[DEVICE_NAME_MAX + 1];
    uint32_t badge;
    uint64_t seq;
};

struct silence {
    struct record *record;
    const struct rules *rules;
    const struct heard *heard;
    struct instant now;
    struct round *rounds;
    size_t rounds_n, rounds_room;
    struct care_row *cares;
    size_t cares_n, cares_room;
    struct silent *silent;
    size_t n, room;
    struct error *err;
    bool good;
};

/* Room for one more, or false. */
static bool grow(void **rows, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t wider = *room == 0 ? 64 : *room * 2;
    void *grown = realloc(*rows, wider * size);
    if (grown == NULL)
        return false;
    *rows = grown;
    *room = wider;
    return true;
}

static bool take_round(void *ctx, const struct round *round)
{
    struct silence *silence = ctx;
    void *rows = silence->rounds;
    silence->good = grow(&rows, silence->rounds_n, &silence->rounds_room, sizeof *round);
    silence->rounds = rows;
    if (silence->good)
        silence->rounds[silence->rounds_n++] = *round;
    return silence->good;
}

static bool take_care(void *ctx, const struct office_fact *fact)
{
    struct silence *silence = ctx;
    void *rows = silence->cares;
    silence->good = grow(&rows, silence->cares_n, &silence->cares_room, sizeof *silence->cares);
    silence->cares = rows;
    if (!silence->good)
        return false;
    struct care_row *row = &silence->cares[silence->cares_n++];
    *row = (struct care_row){.badge = fact->badge, .seq = fact->seq};
    memcpy(row->device, fact->device, sizeof row->device);
    return true;
}

/* Of one device the latest first. */
static int by_device(const void *a, const void *b)
{
    const struct care_row *x = a, *y = b;
    int names = strcmp(x->device, y->device);
    return names != 0 ? names : (x->seq < y->seq) - (x->seq > y->seq);
}

static uint32_t care_of(const struct silence *silence, const char *device)
{
    size_t low = 0, high = silence->cares_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(silence->cares[middle].device, device) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool known = low < silence->cares_n && strcmp(silence->cares[low].device, device) == 0;
    return known ? silence->cares[low].badge : 0;
}

/* His last open one, NULL none. */
static const struct round *round_out(const struct silence *silence, uint32_t badge)
{
    for (size_t i = silence->rounds_n; badge != 0 && i-- > 0;)
        if (silence->rounds[i].badge == badge)
            return &silence->rounds[i];
    return NULL;
}

/* ------------------------------------------------------------------ whether it is silent */

static bool is_silent(const struct silence *silence, const struct round *round,
                      struct instant heard)
{
    struct schedule schedule = {silence->rules, round->post_office, silence->now};
    struct instant since = heard.ms > round->built.ms ? heard : round->built;
    int64_t hours = rule_value(&schedule, RULE_SILENT_HOURS, silence->now);
    return after_working_minutes(&schedule, since, hours * 60).ms < silence->now.ms;
}

static bool take_device(void *ctx, const struct device *device)
{
    struct silence *silence = ctx;
    struct instant live = {0}, heard;
    uint32_t badge = 0;
    if (device->state != DEVICE_ACTIVE)
        return true;
    if (silence->heard->of != NULL)
        (void)silence->heard->of(silence->heard->ctx, device->name, &live, &badge);
    badge = badge != 0 ? badge : care_of(silence, device->name);
    const struct round *round = round_out(silence, badge);
    if (round == NULL)
        return true;
    silence->good = device_heard(silence->record, device->id, &heard, silence->err);
    heard = live.ms > heard.ms ? live : heard;
    if (!silence->good || !is_silent(silence, round, heard))
        return silence->good;
    void *rows = silence->silent;
    silence->good = grow(&rows, silence->n, &silence->room, sizeof *silence->silent);
    silence->silent = rows;
    if (!silence->good)
        return error_set(silence->err, ERROR_LATER, "out of memory");
    struct silent *row = &silence->silent[silence->n++];
    *row = (struct silent){
        .badge = badge, .post_office = round->post_office, .round = round->id, .heard = heard};
    memcpy(row->device, device->name, sizeof row->device);
    return true;
}

static bool find(struct silence *silence)
{
    struct error *err = silence->err;
    if (!rounds_open(silence->record, 0, take_round, silence, err) ||
        (silence->good &&
         !record_office_of(silence->record, EVENT_DEVICE_ASSIGNED, take_care, silence, err)))
        return false;
    if (!silence->good)
        return error_set(err, ERROR_LATER, "out of memory");
    if (silence->cares_n > 0)
        qsort(silence->cares, silence->cares_n, sizeof *silence->cares, by_device);
    return devices_each(silence->record, take_device, silence, err) && silence->good;
}

bool devices_silent(struct record *record, const struct rules *rules, const struct heard *heard,
                    struct instant now, struct silent **new_silent, size_t *ret_n,
                    struct error *err)
{
    struct silence silence = {
        .record = record, .rules = rules, .heard = heard, .now = now, .err = err, .good = true};
    bool good = find(&silence);
    free(silence.rounds);
    free(silence.cares);
    if (!good) {
        free(silence.silent);
        return error_add(err, "silent handhelds");
    }
    *new_silent = silence.silent;
    *ret_n = silence.n;
    return true;
}
