/* ticks.h - several of a list, chosen by boxes: "value|Word;value|Word" becomes "value,value". Each
 * box has a name of its own, NAME-value, for a form says a name once. Any thread.
 */
#ifndef TRAO_SERVER_WEB_TICKS_H
#define TRAO_SERVER_WEB_TICKS_H

#include "server/web/html.h"
#include "server/web/http.h"

/* Those of `choices` that were ticked, by commas, in their order; "" none. False: too long. */
bool ticks_read(const struct http_request *request, const char *name, const char *choices,
                char *out, size_t size);
/* The boxes as a group; `value`: those that are ticked, by commas. */
void ticks_put(struct html *html, const char *name, const char *label, const char *choices,
               const char *id, const char *value);

#endif
