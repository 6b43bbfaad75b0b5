/* code_picture.h - a text as a QR code in a page: an SVG drawn in place, so that no other address
 * ever holds what it says. Pure; any thread. */
#ifndef TRAO_SERVER_WEB_CODE_PICTURE_H
#define TRAO_SERVER_WEB_CODE_PICTURE_H

#include "protocol/error.h"
#include "server/web/html.h"

/* `title` is what stands in its place for those who cannot see it. Puts nothing when it fails. */
bool code_picture(const char *text, const char *title, struct html *html,
                  struct error *err) must_use;

#endif
