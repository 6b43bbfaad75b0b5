/* sms_chain.h - gateways one behind the other: what the first refuses for good goes to the next, so
 * a phone that one channel does not reach is told by another. One that does not answer is waited
 * for: the next costs money and may be the same message twice. One thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_CHAIN_H
#define TRAO_SERVER_NOTIFY_SMS_CHAIN_H

#include "server/notify/notify.h"

struct sms_chain {
    struct sms_driver drivers[CONFIG_GATEWAYS_MAX];
    size_t n; /* at least 1 */
};

/* `chain` outlives the driver. The error of the last one is the answer when all refuse. */
struct sms_driver sms_chain_driver(struct sms_chain *chain);

#endif
