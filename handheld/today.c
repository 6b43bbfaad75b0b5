#include "handheld/today.h"

enum event today_event(enum today_mode mode)
{
    switch (mode) {
    case TODAY_PICK_UP:
        return EVENT_PICKED_UP;
    case TODAY_ARRIVE:
    case TODAY_BRING_BACK:
        return EVENT_ARRIVED_DELIVERY_OFFICE;
    case TODAY_SORT_IN:
        return EVENT_INTO_SORTING;
    case TODAY_SORT_OUT:
        return EVENT_OUT_OF_SORTING;
    case TODAY_GO_OUT:
        return EVENT_OUT_FOR_DELIVERY;
    case TODAY_DELIVER:
        return EVENT_DELIVERED;
    case TODAY_START_RETURN:
        return EVENT_RETURN_STARTED;
    case TODAY_RETURN:
        return EVENT_RETURNED;
    }
    invariant(false);
}

bool today_mode_of(uint32_t event, enum today_mode *ret_mode)
{
    for (enum today_mode mode = TODAY_PICK_UP; mode <= TODAY_RETURN; mode++) {
        if (event == (uint32_t)today_event(mode) ||
            (mode == TODAY_DELIVER && event == EVENT_DELIVERY_FAILED)) {
            *ret_mode = mode;
            return true;
        }
    }
    return false;
}

/* One that was handed to someone is not picked up, carried or delivered again. An item that failed
 * is asked for again: there is a second attempt. Carrying repeats itself within a day only: what
 * came back unscanned in the evening goes out again in the morning, and that is another fact. What
 * arrived in the morning is brought back in the evening: the same event, then on a round. */
enum today_act today_act(enum today_mode mode, const struct scan *last, struct instant now)
{
    if (last != NULL && last->event == EVENT_DELIVERED)
        return TODAY_REPEATED;
    if (mode == TODAY_DELIVER)
        return TODAY_ASK;
    bool again = last != NULL && last->event == (uint32_t)today_event(mode) &&
                 clock_same_day(last->wall, now) && (mode != TODAY_BRING_BACK || last->round != 0);
    return again ? TODAY_REPEATED : TODAY_RECORD;
}

bool today_may_fail(const struct scan *last, const struct scan *now, struct instant *ret_from)
{
    if (last == NULL || last->event != EVENT_DELIVERY_FAILED)
        return true;
    int64_t since_ms =
        last->boot == now->boot ? now->mono.ms - last->mono.ms : now->wall.ms - last->wall.ms;
    if (since_ms < 0 || since_ms >= TODAY_NEXT_ATTEMPT_MS)
        return true;
    ret_from->ms = now->wall.ms + TODAY_NEXT_ATTEMPT_MS - since_ms;
    return false;
}

bool today_is_far(const struct place *place, int32_t lat_e7, int32_t lon_e7, uint32_t *ret_m)
{
    if (place->why_none != NO_PLACE_NONE || place->jumped || place_is_outside(place))
        return false;
    double metres = place_metres_apart(place->lat_e7, place->lon_e7, lat_e7, lon_e7);
    if (metres - place->accuracy_mm / 1000.0 <= TODAY_FAR_M)
        return false;
    *ret_m = (uint32_t)(metres + 0.5);
    return true;
}
