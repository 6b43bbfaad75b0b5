/* gateways.h - the gateways of messages that trao.conf names, opened in their order and put one
 * behind the other (notify/sms_chain.h), with what those it names no more have handed on. Part of
 * trao-server; the driver is for one thread, the one that ticks notify.
 */
#ifndef TRAO_SERVER_GATEWAYS_H
#define TRAO_SERVER_GATEWAYS_H

#include "server/notify/notify.h"
#include "server/web/web.h"

struct gateways;

/* `folder` is the data folder; borrows nothing but `config`. `alarm` is for people (sms_chain.h),
 * NULL is fine. The error names the gateway. */
bool gateways_open(const char *folder, const struct config *config, struct clock clock,
                   void (*alarm)(void *ctx, const char *sentence), void *ctx,
                   struct gateways **ret_gateways, struct error *err) must_use;
struct sms_driver gateways_driver(struct gateways *gateways);
/* What a gateway calls in, below /tin/ (notify/callbacks.h): the status to answer with. Any thread.
 */
unsigned gateways_call(struct gateways *gateways, const struct web_callback *callback);
/* Calls that were kept, and that were refused, since it was opened. Any thread. */
struct gateways_counts {
    uint64_t kept, refused;
};
struct gateways_counts gateways_counts(struct gateways *gateways);
/* When notify and the pages are closed; NULL is fine. */
void gateways_close(struct gateways *gateways);

#endif
