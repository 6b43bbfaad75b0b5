/* due_notice.h - what an item owes: which message is due for how it stands now, and whether one
 * takes back what was said. Any thread; the views' lock is held while they are read. */
#ifndef TRAO_SERVER_NOTIFY_DUE_NOTICE_H
#define TRAO_SERVER_NOTIFY_DUE_NOTICE_H

#include "server/notify/gateway.h"
#include "server/views/views.h"

struct due_notice {
    struct view view;
    bool due;            /* a message of the present state is owed */
    bool correction;     /* ... or one that takes back "delivered" */
    bool recorded;       /* the fact stands; only the driver may lack it */
    bool wait;           /* look again: the 30 s are not over */
    struct instant from; /* ... but then */
    uint32_t attempt;    /* of the notice */
    char request_id[NOTICE_REQUEST_MAX + 1];
};

/* May an item that stands so owe a message? Statuses that are never told (an import of thousands)
 * are not even noted; but a struck delivery may have been told, however soon it was taken back:
 * word of that may come late. */
bool due_notice_may(enum status status, bool struck);

/* `history`: room for it. An item that the views do not know owes nothing. */
struct due_notice due_notice_of(struct views *views, const struct gateway *gateway,
                                struct instant now, const struct item *item,
                                struct fact history[VIEW_HISTORY_MAX]);
/* The notice that would be recorded of it. */
struct notice due_notice_fact(const struct due_notice *owed);

#endif
