/* recent.h - answers given a moment ago, as they went out: whoever asks the same, while it stands
 * at the same version, gets the same bytes for a second. For answers that are the same to everybody
 * who may have them; who may is asked before. Own lock inside, any thread.
 */
#ifndef TRAO_SERVER_WEB_RECENT_H
#define TRAO_SERVER_WEB_RECENT_H

#include "protocol/clock.h"
#include "server/web/http.h"

#define RECENT_MS 1000 /* what is not in the version, an office's name or the hour, may change */
#define RECENT_KEY_MAX 128
#define RECENT_TAG_MAX 20

struct recent;

struct recent *recent_new(void); /* NULL without memory */
void recent_free(struct recent *recent);

/* Puts the answer of this key and version in place of `answer`; `ret_tag` is what it was kept with.
 * False: there is none. */
bool recent_give(struct recent *recent, const char *key, uint64_t version, struct instant now,
                 struct http_answer *answer, char ret_tag[RECENT_TAG_MAX]);
/* Keeps `answer`, if it is a 200 with bytes and there is memory; it is given all the same. */
void recent_keep(struct recent *recent, const char *key, uint64_t version, struct instant now,
                 struct http_answer *answer, const char *tag);

#endif
