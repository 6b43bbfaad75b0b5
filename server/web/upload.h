/* upload.h - the body of a request that is larger than a form: a list, a picture, a map. It goes to
 * a file without a name in the data folder as it comes, so that a cut, a kill or a full disk leaves
 * nothing behind. Seen by http_request.c alone.
 *
 * A multipart/form-data body [RFC 7578] becomes one file and its fields, written as urlencoded text
 * so that form.h reads them; any other body is the file itself, kept in memory while it is as short
 * as a form. One connection, one thread of the library at a time.
 */
#ifndef TRAO_SERVER_WEB_UPLOAD_H
#define TRAO_SERVER_WEB_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/web/http.h"

/* After each of these the request's clock starts anew: at least 13 KB/s over HTTP_REQUEST_S. */
#define UPLOAD_STEP_BYTES (UINT64_C(256) << 10)

struct upload_config {
    const char *folder;
    uint64_t max_bytes; /* of the whole body */
};

struct upload;
struct MHD_Connection;

/* NULL without memory. `request` gets what is read; both stay until upload_free. `text` holds
 * HTTP_BODY_MAX + 1 bytes and becomes request->body. */
struct upload *upload_new(const struct upload_config *config, struct MHD_Connection *connection,
                          struct http_request *request, char *text);
/* The next bytes. True when UPLOAD_STEP_BYTES more have come, and all is well. */
bool upload_take(struct upload *upload, const char *bytes, size_t n);
/* All have come: request->file stands at its beginning. Else the status to refuse with: 413 too
 * long, 400 no such form, 507 no room; `*ret_why` says so. 0: good. */
/* Whether it has failed already, and how upload_end will say so; 0: not yet. */
unsigned upload_failed(const struct upload *upload, const char **ret_why);
unsigned upload_end(struct upload *upload, const char **ret_why);
/* Closes the file too; NULL is fine. */
void upload_free(struct upload *upload);

#endif
