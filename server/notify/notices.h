/* notices.h - what a history says of one notice, which is a (channel, status, attempt,
 * correction). It is handed on once; again only when somebody asks for it after the gateway refused
 * it for good or never sent it, or nobody knows whether it went (resend.h), and then under an id of
 * its own. Pure, any thread. Private to this folder.
 */
#ifndef TRAO_SERVER_NOTIFY_NOTICES_H
#define TRAO_SERVER_NOTIFY_NOTICES_H

#include <stddef.h>

#include "server/delivery/fold.h"

struct notice_standing {
    const struct notice *sent; /* as it was recorded last, of `facts`; NULL never */
    uint64_t at_seq;           /* of that fact, */
    struct instant at;         /* and its time */
    bool failed, delivered;    /* what is known of that one */
    bool unknown;              /* ... or handing it over was cut off, and no word came since */
    unsigned times;            /* it was recorded */
};

struct notice_standing notices_standing(const struct fact *facts, size_t n,
                                        const struct notice *which);
/* The same status of the same attempt, said or taken back; whoever was told, under whatever id. */
bool notices_same(const struct notice *a, const struct notice *b);
/* The last fact of this kind about a notice of this channel (and webhook) that stands before the
 * fact `before` (UINT64_MAX: of all), NULL none. */
const struct office_fact *notices_last(const struct fact *facts, size_t n, uint32_t event,
                                       enum channel channel, uint32_t receiver, uint64_t before);
/* What it says is true of an item that stands so. */
bool notices_stands(const struct state *state, const struct notice *notice);
/* "ITEM.STATUS.ATTEMPT.sms" or ".correction", to offices ".office" or
 * ".office-correction", and of a webhook of the record its number; from the second time on "-2" and
 * so on behind it. `generation` is the record's serial: what an office's system was told of a
 * record that was lost since is not known here, and under an id it has heard it would take no
 * notice; so behind ids to offices of the second record and later stands ".g2" and so on. People
 * get no second text for it. */
void notices_id(const struct item *item, const struct notice *which, unsigned times,
                uint64_t generation, char out[NOTICE_REQUEST_MAX + 1]);

#endif
