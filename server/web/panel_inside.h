/* panel_inside.h - what the files of the panel share. */
#ifndef TRAO_SERVER_WEB_PANEL_INSIDE_H
#define TRAO_SERVER_WEB_PANEL_INSIDE_H

#include "server/web/panel.h"

/* What was sent for a field, its ticks joined by commas; false: nothing, or it is too long. */
bool panel_read_field(const struct http_request *request, const struct panel_field *field,
                      char *out, size_t size);

#endif
