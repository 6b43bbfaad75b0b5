/* freshness.h - how far the figures of a board can be trusted: when handhelds were last heard, and
 * which of those that are out on a round have gone silent. Readers: any thread with a reader of its
 * own.
 */
#ifndef TRAO_SERVER_OFFICE_FRESHNESS_H
#define TRAO_SERVER_OFFICE_FRESHNESS_H

#include "server/delivery/rules.h"
#include "server/record/devices.h"

/* What a handheld last said of itself, by whoever hears them all. False: nothing yet. */
struct heard {
    bool (*of)(void *ctx, const char *device, struct instant *ret_at, uint32_t *ret_badge);
    void *ctx; /* `of` NULL: nobody hears them; the record's scans say when */
};

/* A handheld in force, in the care of a postman (or he signed in on it) who has an open round, and
 * not heard for longer than the rule silent_hours says, in working hours since it was heard or the
 * round was built, whichever was later. */
struct silent {
    char device[DEVICE_NAME_MAX + 1];
    uint32_t badge, post_office;
    uint64_t round;
    struct instant heard; /* .ms 0: never */
};
/* By device; free(*new_silent). `rules` as they are now. */
bool devices_silent(struct record *record, const struct rules *rules, const struct heard *heard,
                    struct instant now, struct silent **new_silent, size_t *ret_n,
                    struct error *err) must_use;

#endif
