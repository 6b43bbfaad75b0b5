/* pushing.h - who is told what became of items, opened: the webhook of trao.conf and those of the
 * record, each by a driver of its own (notify/sms_webhook.h). Part of trao-server; push_tick is for
 * PUSH_THREADS of its threads.
 */
#ifndef TRAO_SERVER_PUSHING_H
#define TRAO_SERVER_PUSHING_H

#include "server/config.h"
#include "server/notify/push.h"

struct pushing;

struct pushing_config {
    const char *folder, *record_path;
    const struct config *config; /* borrowed for its life */
    const uint8_t *secret;       /* of keys/secret.key; borrowed */
    struct acts acts;
    struct views *views;
    struct clock clock;
    void (*alarm)(void *ctx, const char *sentence);
    void *ctx;
};

bool pushing_open(const struct pushing_config *config, struct pushing **ret_pushing,
                  struct error *err) must_use;
struct push *pushing_push(struct pushing *pushing);
void pushing_close(struct pushing *pushing); /* NULL is fine */

#endif
