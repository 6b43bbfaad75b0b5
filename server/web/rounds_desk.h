/* rounds_desk.h - the dispatcher's work by scanner and function keys: one field, four modes. Gives
 * out what waits (F2), moves by scan (F9), says who holds what (F8), ends a postman's day (F4). A
 * step is a form; without JavaScript each is a page. On a thread of web_work. */
#ifndef TRAO_SERVER_WEB_ROUNDS_DESK_H
#define TRAO_SERVER_WEB_ROUNDS_DESK_H

#include "server/web/panel.h"

/* What the page has read already, by the commands' own names. */
struct rounds_read {
    json_t *waiting, *rounds, *hands, *postmen; /* rows */
};

/* The step that a form asks for, or what an address asks to be shown; the page is not begun yet.
 * False: the POST is none of these forms, or is not this seat's. rounds_desk_put is to follow. */
struct rounds_desk;
bool rounds_desk_run(struct panel *panel, struct rounds_desk **ret_desk);
void rounds_desk_put(struct rounds_desk *desk, const struct rounds_read *read);
void rounds_desk_done(struct rounds_desk *desk); /* NULL is fine */

#endif
