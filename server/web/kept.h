/* kept.h - files that people at desks sent and have only looked at: the very bytes of the preview
 * are what is taken in when they say so. Known by their hash, for the login that sent them, for
 * half an hour; files without a name in the data folder, so that nothing is left behind. Own lock
 * inside, any thread.
 */
#ifndef TRAO_SERVER_WEB_KEPT_H
#define TRAO_SERVER_WEB_KEPT_H

#include "protocol/chain.h"
#include "server/web/http.h"

#define KEPT_MAX 16 /* the oldest goes for the newest */
#define KEPT_MS (INT64_C(30) * 60 * 1000)
#define KEPT_NAME_CHARS 64

/* Of the bytes that `request` brought as a file, which is there. */
bool kept_hash(const struct http_request *request, struct link *ret_hash,
               struct error *err) must_use;

struct kept;

struct kept *kept_open(void); /* NULL without memory */
void kept_close(struct kept *kept);

/* Keeps what `request` brought, under its name, in place of what this login had before.
 * `ret_name`: the hash of the bytes, hex. BAD_INPUT: it brought nothing. */
bool kept_put(struct kept *kept, const struct link *login, const struct http_request *request,
              struct instant now, char ret_name[KEPT_NAME_CHARS + 1], struct error *err) must_use;
/* The file again, from its beginning, the caller's to close; its own name. NOT_FOUND: it was never
 * there, or has gone. */
bool kept_get(struct kept *kept, const struct link *login, const char *name, struct instant now,
              int *ret_fd, char ret_file_name[128], struct error *err) must_use;
/* It was taken in. */
void kept_drop(struct kept *kept, const struct link *login, const char *name);
/* Lets go of what has been there too long. */
void kept_tick(struct kept *kept, struct instant now);

#endif
