/* dispatch.h - the day's list on its way to the handheld of whoever signed in there (trao.proto
 * Round; settled points 6, 9, 18): built from the record and the views, each piece closed to the
 * key that the device named and sealed, sent at each hello that does not say it is held, and again
 * when something of it has changed. Revocations go the same way. Nothing here relies on the
 * broker's queue: what is not confirmed by a hello is sent again.
 *
 * Who signed in where is known from hellos alone, which devices say every few minutes; it is kept
 * in memory. Personal data leaves only closed (crypto_box_seal), to a key sealed by the device.
 *
 * Threads: dispatch_hello and dispatch_report by the writer (they copy and leave), dispatch_changed
 * by whoever feeds the views, dispatch_work by one thread of its own, the rest by any.
 */
#ifndef TRAO_SERVER_FIELD_DISPATCH_H
#define TRAO_SERVER_FIELD_DISPATCH_H

#include "protocol/round.h"
#include "protocol/session.h"
#include "server/delivery/door_words.h"
#include "server/record/devices.h"
#include "server/views/views.h"

struct dispatch;

struct dispatch_config {
    const char *record_path; /* for a reader of its own; borrowed, as is all below */
    struct views *views;
    const uint8_t *secret; /* DOOR_SECRET_BYTES: delivery codes, the word of the day */
    const struct seal_secret *seal_key;
    struct link_out out;
    struct clock clock;
    struct chance chance;
};

bool dispatch_open(const struct dispatch_config *config, struct dispatch **ret_dispatch,
                   struct error *err) must_use;
void dispatch_close(struct dispatch *dispatch); /* NULL is fine */

/* A device said hello. A vault key that the device has not sealed is left alone. */
void dispatch_hello(struct dispatch *dispatch, const struct device *device,
                    const struct hello *hello);
void dispatch_report(struct dispatch *dispatch, const char *device,
                     const struct device_report *report, struct instant arrival);
/* For views_watch. */
void dispatch_changed(struct dispatch *dispatch, const struct item *item);
/* Sends what is due; called every second or so. False: the record could not be read; what is due
 * stays due. */
bool dispatch_work(struct dispatch *dispatch, struct error *err) must_use;

/* What a machine last said of itself, and who signed in on it. NOT_FOUND: nothing since the server
 * started. */
struct machine_word {
    struct instant heard; /* hello or report */
    bool reported;
    struct device_report report;
    uint32_t badge;
    uint64_t held_round;
};
bool dispatch_machine(struct dispatch *dispatch, const char *device, struct machine_word *ret_word,
                      struct error *err) must_use;

#endif
