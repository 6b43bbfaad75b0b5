/* notify_start.h - messages of a desk_rig by whatever gateway a test plays, on the rig's clock. */
#ifndef TRAO_TESTS_SERVER_NOTIFY_START_H
#define TRAO_TESTS_SERVER_NOTIFY_START_H

#include "server/notify/notify.h"
#include "tests/server/desk_rig.h"

#define SECOND INT64_C(1000)
#define HOUR (SECOND * 3600)
#define DAY (SECOND * 24 * 3600)

struct notify_by {
    struct sms_driver driver;
    const uint8_t *secret; /* NULL: messages name no word of the day */
    void (*alarm)(void *ctx, const char *sentence);
    void *ctx;
};

/* notify_close is the caller's. */
struct notify *notify_start(struct desk_rig *desk, struct notify_by by);
/* Facts of this event in the item's history. */
size_t notify_facts(struct desk_rig *desk, const struct item *item, uint32_t event);

#endif
