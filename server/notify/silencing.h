/* silencing.h - no more messages to the phone of an item, or messages again, because an office says
 * so: its owner died, or asked at the counter. The same as DUNG and NHAN by text (answers.h): it
 * holds for every item of that phone, and is a fact with its reason as evidence. Any thread;
 * `record` is a reader of the caller's.
 */
#ifndef TRAO_SERVER_NOTIFY_SILENCING_H
#define TRAO_SERVER_NOTIFY_SILENCING_H

#include "server/notify/notify.h"

struct silencing {
    struct acts acts;
    struct views *views;
    struct record *record;
    uint32_t user; /* who says so; 0 not known */
};

/* BAD_INPUT: no reason, or one that is too long. NOT_FOUND: no such item. REFUSED: it has no mobile
 * number. */
bool message_silence(const struct silencing *silencing, const struct item *item, bool stop,
                     const char *reason, struct error *err) must_use;

#endif
