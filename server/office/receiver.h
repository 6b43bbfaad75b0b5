/* receiver.h - what the receiver himself says on his page, each a fact with where it came from: a
 * day, that he will collect, who may receive for him, that nothing came, how it went. Whoever calls
 * has proof of right: the last four digits of the phone. [ux.md section 5]
 *
 * Each is done inside one act, judged by the views as they are then. REFUSED says why, in both
 * languages; repeating what stands already changes nothing and is no failure.
 */
#ifndef TRAO_SERVER_OFFICE_RECEIVER_H
#define TRAO_SERVER_OFFICE_RECEIVER_H

#include "server/record/acts.h"
#include "server/views/views.h"

struct receiver {
    struct acts acts;
    struct views *views;
    struct instant now;
    const struct item *item;
};

/* `day`: its first minute (delivery/wishes.h). */
bool receiver_day(const struct receiver *receiver, struct instant day, struct error *err) must_use;
/* At the post office, or with a number at that pickup point of the post office that has it. */
bool receiver_collects(const struct receiver *receiver, uint32_t pickup,
                       struct error *err) must_use;
/* A name of 2..RECEIVER_NAME_MAX bytes of UTF-8; kept as an attachment, apart from the chain. Where
 * the law wants the owner himself: REFUSED. */
#define RECEIVER_NAME_MAX 120
bool receiver_names(const struct receiver *receiver, const char *name, struct error *err) must_use;
/* Delivered, the record says, and nothing came: opens the case. */
bool receiver_disputes(const struct receiver *receiver, struct error *err) must_use;
/* 1..5, of what was delivered. */
bool receiver_rates(const struct receiver *receiver, uint32_t stars, struct error *err) must_use;

#endif
