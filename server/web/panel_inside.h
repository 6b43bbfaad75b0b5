/* panel_inside.h - what the files of the panel share. */
#ifndef TRAO_SERVER_WEB_PANEL_INSIDE_H
#define TRAO_SERVER_WEB_PANEL_INSIDE_H

#include "server/web/panel.h"

/* What was sent for a field, its ticks joined by commas; false: nothing, or it is too long. */
bool panel_read_field(const struct http_request *request, const struct panel_field *field,
                      char *out, size_t size);

/* Which field of a refused form its sentence speaks of, and the sentence as it stands there. Not
 * `named`: of none, and `field` is the first one. */
struct panel_wrong {
    size_t field;
    bool named;
    const char *said; /* borrowed of panel->why */
};
struct panel_wrong panel_wrong(const struct panel *panel, const struct panel_form *form);

#endif
