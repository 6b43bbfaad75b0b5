/* api.h - the JSON API below /api/v1: what other programs ask and have done, with an integration
 * key (record/api_keys.h) in `Authorization: Bearer`.
 *
 * One table of operations (api.def) routes, checks scopes and describes itself as OpenAPI 3.1. What
 * is done is done by the commands of trao-admin, in the key's name (act.h); what fails is a problem
 * of RFC 9457 that names field and cause in both languages. Threads as http.h.
 */
#ifndef TRAO_SERVER_WEB_API_API_H
#define TRAO_SERVER_WEB_API_API_H

#include "server/web/inside.h"

struct api;

/* `now`: what was begun before is of another server. */
bool api_open(struct instant now, struct api **ret_api, struct error *err) must_use;
void api_close(struct api *api); /* NULL is fine */

/* A path of the API's. */
bool api_owns(const struct http_request *request);
/* Waits for the writer, a command or a disk. */
bool api_is_slow(const struct http_request *request);
/* It hands in a list, and its key lets it: the list may be longer than a form. */
bool api_may_bring(struct web *web, const struct http_request *request);
/* Makes a problem of what is refused before it comes to an operation (http.h). */
void api_refused(const struct http_request *request, struct http_answer *answer);
void api_answer(struct web *web, const struct http_request *request, struct http_answer *answer);

#endif
