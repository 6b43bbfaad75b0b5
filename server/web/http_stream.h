/* http_stream.h - what a stream (http.h) is to the library's connection it goes out by. Seen by
 * http_answer.c alone.
 *
 * Between two events a connection sleeps in the library. Waking it costs five calls of the system
 * and a walk over all that sleep, for each of ten thousand pages that hear of one act; so an event
 * goes straight into the socket of a connection that sleeps, framed as the library would, where
 * that is plain HTTP/1.1 (RFC 9112, 7.1). Whatever the socket does not take at once goes the
 * library's way (decision 0165).
 */
#ifndef TRAO_SERVER_WEB_HTTP_STREAM_H
#define TRAO_SERVER_WEB_HTTP_STREAM_H

#include <stdbool.h>

#include "server/web/http.h"

struct MHD_Connection;
struct MHD_Response;

/* Before the answer is queued. `chunked`: on plain HTTP/1.1; else all goes the library's way. */
void http_stream_attach(struct http_stream *stream, struct MHD_Connection *connection,
                        bool chunked);
/* An answer that reads from it and owns it; NULL without memory, and it is still the caller's. */
struct MHD_Response *http_stream_response(struct http_stream *stream);
/* Of an answer that was never queued: `closed` is told. */
void http_stream_abandon(struct http_stream *stream);

#endif
