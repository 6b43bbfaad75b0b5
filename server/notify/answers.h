/* answers.h - what texts from phones bring about (inbound.h), and what is answered.
 *
 * What a text does and that it was taken are one commit, so it does it once, whatever is killed
 * when. Its reply is owed from then on; it goes through the gateway like any message, within the
 * hours, under the text's own id. A text that is not understood gets one help a day and phone; from
 * one phone ANSWERS_PER_DAY_MAX texts a day are acted upon, of more only DUNG. Replies name no
 * person, office or procedure; the sum and the rest of a message only to the phone it goes to
 * anyway, everybody else is told the status (settled point 11). Private to this folder; one
 * thread, the one that ticks.
 */
#ifndef TRAO_SERVER_NOTIFY_ANSWERS_H
#define TRAO_SERVER_NOTIFY_ANSWERS_H

#include "server/notify/gateway.h"
#include "server/notify/message.h"

#define ANSWERS_PER_DAY_MAX 20

struct answers {
    struct acts acts;
    struct views *views;
    struct record *record; /* reader */
    const struct config *config;
    const uint8_t *secret; /* DOOR_SECRET_BYTES, or NULL */
    struct clock clock;
};

/* LATER: some could not be taken, the driver hands them over again. */
bool answers_take(struct answers *answers, const struct sms_driver *driver,
                  struct error *err) must_use;
/* Sends replies that are owed, unless the gateway rests. */
bool answers_send(struct answers *answers, struct gateway *gateway, struct error *err) must_use;

#endif
