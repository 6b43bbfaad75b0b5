/* alert.h - what the manager is told before a term of the post or of the office ends. Private to
 * this folder.
 *
 * The notice is a fact (channel CHANNEL_MANAGER), at most one per item, attempt and clock; it is
 * recorded first and handed to the gateway then, and handed on again when a crash came between.
 * What the gateway refuses for good is a fact too and is not tried again. */
#ifndef TRAO_SERVER_NOTIFY_ALERT_H
#define TRAO_SERVER_NOTIFY_ALERT_H

#include "server/notify/gateway.h"

struct alert {
    struct acts acts;
    struct views *views;
    const struct config *config; /* no manager_phone: nobody is told */
    struct gateway *gateway;
    struct instant now;
};

/* Looks once, and sends at most one message a clock. LATER when it could not be recorded or sent.
 */
bool alert_manager(const struct alert *alert, struct error *err) must_use;

#endif
