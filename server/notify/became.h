/* became.h - what became of one message, worked out of its item's history [case N04]: its gateway's
 * first word about the phone stands; no word for BECAME_UNKNOWN_MS, or handing it over was cut off,
 * is *unknown*, and a word that comes later still counts. Pure, any thread.
 */
#ifndef TRAO_SERVER_NOTIFY_BECAME_H
#define TRAO_SERVER_NOTIFY_BECAME_H

#include "server/delivery/fold.h"

/* Three days: operators try a phone that is off for no longer, as a rule [case N04]. */
#define BECAME_UNKNOWN_MS (INT64_C(1000) * 3600 * 72)

enum became { BECAME_SENT, BECAME_DELIVERED, BECAME_FAILED, BECAME_UNKNOWN };

struct fate {
    enum became became;
    bool contradicted; /* the gateway said the contrary later */
};

/* `sent` is a notice_sent among the `n` facts. */
struct fate became_of(const struct fact *facts, size_t n, const struct office_fact *sent,
                      struct instant now);
/* "sent", "delivered", "failed", "unknown". */
const char *became_word(enum became became);

#endif
