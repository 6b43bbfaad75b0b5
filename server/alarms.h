/* alarms.h - what must be looked at, told so that a flood cannot fill the log: of each device and
 * kind one line at once, then at most one a minute that says how many more there were.
 *
 * A kind is the sentence up to its first digit or colon: what a device can vary at will stands
 * behind it. A fixed table: when it is full, the row that has been quiet longest is told and makes
 * room. Own lock inside, any thread.
 */
#ifndef TRAO_SERVER_ALARMS_H
#define TRAO_SERVER_ALARMS_H

#include <stdint.h>

#include "protocol/batch.h"
#include "protocol/clock.h"
#include "protocol/error.h"

#define ALARMS_MINUTE_MS 60000
#define ALARMS_SENTENCE_MAX 200

struct alarm {
    char device[DEVICE_NAME_MAX + 1];
    char sentence[ALARMS_SENTENCE_MAX]; /* of the last one */
    uint64_t epoch, seq;                /* of the last one */
    uint32_t times;                     /* how many this line stands for */
};

struct alarms;

bool alarms_new(struct clock clock, void (*say)(void *ctx, const struct alarm *alarm), void *ctx,
                struct alarms **ret_alarms, struct error *err) must_use;
void alarms_free(struct alarms *alarms); /* tells what was held back; NULL is fine */

void alarms_raise(struct alarms *alarms, const char *device, uint64_t epoch, uint64_t seq,
                  const char *sentence);
/* Tells what was held back for a minute; called now and then. */
void alarms_tick(struct alarms *alarms);

#endif
