/* face_inside.h - what the files of a face share. Pure. */
#ifndef TRAO_SERVER_WEB_FACE_INSIDE_H
#define TRAO_SERVER_WEB_FACE_INSIDE_H

#include "server/web/face.h"

/* Where it is; "" when the settings do not name that one. */
const char *face_post_office(const struct face *face);
/* Since when it is out, when that is not today; the day it is expected; that this day is over. */
void face_put_expected(const struct face *face, struct html *html);
/* What was asked for, or what happens when nothing is; the link of the envelope or the phone's
 * digits open it. */
void face_put_wish(const struct face *face, struct html *html);
/* Links to what he may say. */
void face_put_ways(const struct face *face, struct html *html);

#endif
