#include "server/delivery/marks.h"

#include <string.h>

#include "protocol/premises.h"

static bool counts(const struct fact *fact)
{
    return fact->effect == EFFECT_MOVED || fact->effect == EFFECT_NOTED;
}

/* The postman of a fact that puts the envelope in his hand, or was made at a door. */
static uint32_t carrier(const struct fact *fact)
{
    if (fact->is_scan) {
        uint32_t event = fact->scan.event;
        bool his = event == EVENT_OUT_FOR_DELIVERY || event_is_door_outcome(event);
        return his ? fact->scan.badge : 0;
    }
    if (fact->office.event == EVENT_PAPER_ENTRY)
        return fact->office.badge;
    return fact->office.event == EVENT_CUSTODY_MOVED ? fact->office.to_badge : 0;
}

bool marks_is_struck_delivery(const struct fact *fact)
{
    uint32_t event = fact->is_scan ? fact->scan.event : fact->office.paper.event;
    return event == EVENT_DELIVERED && fact->effect == EFFECT_STRUCK;
}

void marks_of(const struct fact *facts, size_t n, const struct state *state,
              const struct clocks *clocks, struct marks *ret_marks)
{
    struct marks marks;
    memset(&marks, 0, sizeof marks);
    if (!state->issued) {
        *ret_marks = marks;
        return;
    }
    uint32_t scans = 0;
    for (size_t i = 0; i < n; i++) {
        scans += facts[i].is_scan && counts(&facts[i]);
        marks.struck |= marks_is_struck_delivery(&facts[i]);
        uint32_t badge = counts(&facts[i]) ? carrier(&facts[i]) : 0;
        if (badge != 0)
            marks.badge = badge;
        if (!facts[i].is_scan && facts[i].office.event == EVENT_ROUND_ASSIGNED)
            marks.round = facts[i].office.round;
    }
    bool delivered = state->status == STATUS_DELIVERED && !state->disputed;
    marks.office = state->office.office != 0 ? state->office.office : PREMISES_FIRST_OFFICE;
    marks.post_office = state->post_office != 0 ? state->post_office : state->office.post_office;
    marks.commune = state->office.commune;
    marks.start_day = (int32_t)day_of(state->office.at);
    marks.scans = (scans < MARKS_SCANS_MAX ? scans : MARKS_SCANS_MAX) & 0xFF;
    marks.zone = clocks->zone & 0xF;
    marks.reason = (state->failed_reason < MARKS_REASONS ? state->failed_reason : 0) & 0xF;
    marks.stars = (state->stars < MARKS_STARS ? state->stars : 0) & 7;
    marks.attempted = state->attempt > 0 || delivered;
    marks.first = state->attempt == 0 && delivered;
    marks.issued = 1;
    *ret_marks = marks;
}
