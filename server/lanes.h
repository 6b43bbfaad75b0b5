/* lanes.h - commands in turn: whoever asks, over the control socket or from a page, gets the same
 * command in the same order.
 *
 * Long ones (import, print) run one at a time, and so do the short ones, beside them: a handheld is
 * revoked within a minute whatever is being imported. A backup has a lane of its own and asks
 * nothing of the readers of the others. Any thread.
 */
#ifndef TRAO_SERVER_LANES_H
#define TRAO_SERVER_LANES_H

#include <stdio.h>

#include "server/commands.h"

#define LANES_LONG 4 /* long commands running or waiting; more are refused */

struct lanes;

/* What short and long commands work with, each on one thread at a time; borrowed. */
bool lanes_open(const struct commands *for_short, const struct commands *for_long,
                struct lanes **ret_lanes, struct error *err) must_use;
void lanes_close(struct lanes *lanes); /* NULL is fine; nobody is in it any more */

/* Runs a command when its turn has come, and writes what it says to `out`: lines, or one JSON
 * document that holds the error too. An import's acts are run as long as call->wanted says so.
 * False with the command's own error; LATER when too many long ones wait. */
bool lanes_answer(struct lanes *lanes, struct call *call, bool json, FILE *out,
                  struct error *err) must_use;

/* The same as a JSON document on the heap: free(*new_json), NULL only without memory. */
bool lanes_say(struct lanes *lanes, struct call *call, char **new_json, struct error *err) must_use;

/* The same for a short command, as kept says: what it did, what it said and what is noted of it are
 * durable together or not at all. After LATER and BROKEN nothing of it is. */
bool lanes_say_kept(struct lanes *lanes, struct call *call, const struct act_kept *kept,
                    char **new_json, struct error *err) must_use;

#endif
