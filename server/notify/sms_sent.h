/* sms_sent.h - which messages were handed on, so that none is handed on twice: one line a message,
 * milliseconds since 1970, blank, request_id. Lines older than SMS_SENT_KEPT_MS go when it is
 * opened. Private to this folder; one thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_SENT_H
#define TRAO_SERVER_NOTIFY_SMS_SENT_H

#include <sys/types.h>

#include "server/notify/notify.h"

/* A message is only ever looked at again for NOTIFY_AGE_MAX_MS. */
#define SMS_SENT_KEPT_MS (2 * NOTIFY_AGE_MAX_MS)

struct sms_sent;

/* LATER: the file cannot be read or written. */
bool sms_sent_open(const char *path, struct clock clock, struct sms_sent **ret_sent,
                   struct error *err) must_use;
bool sms_sent_has(const struct sms_sent *sent, const char *request_id);
/* Durable when it returns; LATER otherwise: then this run knows it all the same, because the
 * message is gone, and sms_sent_settle writes it. */
bool sms_sent_add(struct sms_sent *sent, const char *request_id, struct error *err) must_use;
/* Writes what sms_sent_add could not. LATER: it still cannot. */
bool sms_sent_settle(struct sms_sent *sent, struct error *err) must_use;
/* Hands over each that begins so and was added before then, once, until `take` says no; then it is
 * the first again. `take` adds nothing to this list. */
typedef bool sms_sent_take(void *ctx, const char *request_id, struct error *err);
bool sms_sent_older(struct sms_sent *sent, const char *begin, struct instant than,
                    sms_sent_take *take, void *ctx, struct error *err) must_use;
/* How many that begin so were added from the one time to the other. */
size_t sms_sent_between(const struct sms_sent *sent, const char *begin, struct instant after,
                        struct instant before);
void sms_sent_close(struct sms_sent *sent); /* NULL is fine */

/* Writes a whole line at the end of the file, durable, or takes back what a full disk cut. */
bool sms_line_append(int fd, const char *line, size_t n, struct error *err) must_use;
/* Hands each whole line to `take`, without its end; returns the bytes of whole lines, -1 when the
 * file cannot be read or `take` says no. */
off_t sms_line_each(int fd, bool (*take)(void *ctx, char *line, struct error *err), void *ctx,
                    struct error *err);

#endif
