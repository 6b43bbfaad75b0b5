/* session_pipe.h - TLS records of one turn leave in one write and come in by one read. OpenSSL
 * alone asks the kernel twice for each record it reads and once for each it writes, which for small
 * messages is most of what they cost [docs/decisions/0171]. For session.c, on its thread. */
#ifndef TRAO_PROTOCOL_SESSION_PIPE_H
#define TRAO_PROTOCOL_SESSION_PIPE_H

#include <stdbool.h>

/* `ssl`, below: a connection's `SSL *`; NULL, a plain connection, has nothing to gather. */

/* Once its handshake is over, between two calls. Without memory it goes on as it was. */
void session_pipe_gather(void *ssl);
/* Something was read from the socket that nobody asked for yet: poll does not know of it. */
bool session_pipe_unread(void *ssl);
/* Something waits for session_pipe_flush. */
bool session_pipe_unsent(void *ssl);
/* False when the connection is lost. What the socket does not take yet goes on waiting. */
bool session_pipe_flush(void *ssl);

#endif
