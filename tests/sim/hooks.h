/* hooks.h - two systems of offices that hear what becomes of items (server/notify/push.h): the one
 * of trao.conf, which hears of everything, and a webhook of the record, which chose some statuses.
 * They fail, take what they are told and answer too late, and refuse for good. What they heard they
 * keep, over all deaths of the server.
 */
#ifndef TRAO_TESTS_SIM_HOOKS_H
#define TRAO_TESTS_SIM_HOOKS_H

#include "server/notify/push.h"
#include "tests/sim/env.h"

#define HOOKS_RECEIVERS 2 /* 0: of trao.conf */

struct hooks {
    struct env *env;
    struct hooks_receiver {
        struct hooks *of;
        uint32_t id;
    } receiver[HOOKS_RECEIVERS];
    struct hooks_heard *heard; /* in order */
    size_t n, room;
    size_t lost;             /* so many of them are told of a record that was lost since */
    uint64_t again, refused; /* heard once more under the same id; never taken */
};

void hooks_init(struct hooks *hooks, struct env *env);
void hooks_done(struct hooks *hooks);
/* The webhook of the record, which is put there before items are issued. */
bool hooks_register(struct record *record, struct instant made, struct error *err) must_use;
struct push_drivers hooks_drivers(struct hooks *hooks);
struct sms_driver hooks_own(struct hooks *hooks);

/* What the server knew of tellings is lost: things may be told once more, under other ids. */
void hooks_record_fell_back(struct hooks *hooks);

/* After a while without faults, and when the record never fell back (acts of a desk that it lost
 * nobody takes back): what each heard last of the item is how it stands, or that a delivery it
 * heard of was none. That nothing is told twice under two ids, nor two things under one, is looked
 * at whenever something is told. */
void hooks_check(struct hooks *hooks, const struct state *now);

#endif
