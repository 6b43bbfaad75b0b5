/* control.h - DIR/control, the unix socket through which trao-admin asks the running server.
 *
 * One request a connection, 2 s for it to come in: u32 length, then the words of the command, each
 * ended by a zero, CONTROL_JSON before them when the answer is to be JSON; a file that the command
 * reads or writes comes along as a descriptor, so that it needs no right to the client's folders.
 * The answer: frames of u8 kind, u32 length, bytes - 'o' to standard output, 'e' a sentence (in
 * JSON it stands in 'o'), 'x' one byte of exit status, last. Only root and the server's own user
 * are heard (SO_PEERCRED, mode 0600).
 *
 * Up to CONTROL_TALKS connections are served side by side, each by a thread of its own, which waits
 * for its turn in lanes.h. An import ends, what is in stays in, when its asker has hung up or the
 * server stops.
 */
#ifndef TRAO_SERVER_CONTROL_H
#define TRAO_SERVER_CONTROL_H

#include <stdio.h>

#include "server/lanes.h"

struct control;

#define CONTROL_JSON "--json"
#define CONTROL_TALKS 8

/* Binds the socket; a stale one is replaced, REPEATED when another server answers there. What it
 * hears is run in `lanes`; borrowed until control_close. */
bool control_open(const char *folder, struct lanes *lanes, struct control **ret_control,
                  struct error *err) must_use;
/* Serves until control_stop, which any thread or signal handler may call; returns when the last
 * connection is done. */
void control_serve(struct control *control);
void control_stop(struct control *control);
void control_close(struct control *control); /* NULL is fine; takes the socket away */

/* The client's side: LATER when no server answers there. `ret_status` is the exit status of the
 * command; what it says goes to `out` and `err_out`. `fd` -1: no file comes along. */
bool control_ask(const char *folder, int argc, char *const *argv, int fd, FILE *out, FILE *err_out,
                 int *ret_status, struct error *err) must_use;

#endif
