/* sms_begun.h - messages whose handing over has begun and has not ended, for a gateway that knows
 * no id of ours: written down before it is called, so that after a crash, or where no answer came,
 * such a message is in doubt, and not handed over again. A line "+ID" begins one, "-ID" ends it;
 * the file is empty while nothing is in doubt. Private to this folder; one thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_BEGUN_H
#define TRAO_SERVER_NOTIFY_SMS_BEGUN_H

#include "server/notify/notify.h"
#include "server/notify/sms_sent.h"

/* The notice that a doubt is about is in the views by then, as a rule. */
#define SMS_BEGUN_WAIT_MS 1000

struct sms_begun;

/* What the file has, and `sent` has not, is in doubt. LATER: it cannot be read. */
bool sms_begun_open(const char *path, const struct sms_sent *sent, struct clock clock,
                    struct sms_begun **ret_begun, struct error *err) must_use;
/* Durable when it returns; LATER: it must not be handed over. */
bool sms_begun_add(struct sms_begun *begun, const char *request_id, struct error *err) must_use;
/* Answered, by yes or no. What cannot be written of it is a doubt after a crash, no more. */
void sms_begun_end(struct sms_begun *begun, const char *request_id);
/* It was called and did not answer. */
void sms_begun_doubt(struct sms_begun *begun, const char *request_id);
bool sms_begun_is_in_doubt(const struct sms_begun *begun, const char *request_id);
/* Hands over what is in doubt for SMS_BEGUN_WAIT_MS; once taken it is on `sent`, for maybe it went,
 * and in doubt no more. NOT_FOUND from `take`, the notice is not in the views yet: it is handed
 * over again after as long. */
bool sms_begun_report(struct sms_begun *begun, struct sms_sent *sent, sms_take_report *take,
                      void *ctx, struct error *err) must_use;
void sms_begun_close(struct sms_begun *begun); /* NULL is fine */

#endif
