/* device_mark.h - a machine that has just been enrolled, before eyes: what it shows and what the
 * record knows must be the same [ux.md section 5, "Máy hiện A1-7F-09. Khớp?"]. The code alone does
 * not say which machine took it: whoever saw the picture might have been quicker.
 *
 * On a thread of web_work. */
#ifndef TRAO_SERVER_WEB_DEVICE_MARK_H
#define TRAO_SERVER_WEB_DEVICE_MARK_H

#include "server/web/panel.h"

/* The question about `device` as it stands now: not enrolled within an hour, its mark, or locked. A
 * name that is no device's says the first. */
void device_mark_put(struct panel *panel, const char *device);
/* The way there from the answer of a form whose field "may" names the machine: PATH?vua=NAME, where
 * the panel's page is to call device_mark_put. */
void device_mark_link(struct panel *panel);

#endif
