/* framing.h - where a request ends, and whom it is for: asked of its headers before anything is
 * read [RFC 9112, 6.3 and 11.2; settled point 12]. A proxy that reads them otherwise than we do
 * would take a part of one client's request for another's. Pure; no library.
 */
#ifndef TRAO_SERVER_WEB_FRAMING_H
#define TRAO_SERVER_WEB_FRAMING_H

#include <stdbool.h>

struct framing {
    unsigned lengths, codings, hosts;
    unsigned long long length; /* of the last Content-Length */
    bool unknown;              /* a coding that nobody here undoes */
    bool odd;                  /* a name that is none, or one of these with something at its end */
};

/* Each header once, in any order; `value` may be NULL. */
void framing_note(struct framing *framing, const char *name, const char *value);

/* The status that refuses it and why, a constant; 0 when it is plain where the request ends. */
unsigned framing_fault(const struct framing *framing, const char **ret_why);

#endif
