/* act.h - what a page or the API has done for who sits there: the same command that trao-admin runs
 * (commands.def), in his name. There is no second way to do a thing.
 *
 * acts.def says which commands, by which right, and which words name what must be of his own
 * offices. Each is written down in the log of looks before it runs. On a thread of web_work, for it
 * waits for the writer. jansson is seen here and by the pages that read the answer.
 */
#ifndef TRAO_SERVER_WEB_ACT_H
#define TRAO_SERVER_WEB_ACT_H

#include <jansson.h>

#include "server/web/seat.h"

/* argv[0] is the command, `argc` words in all, none of them by=, which is added. `fd`: a file the
 * command reads or writes, -1 none; the caller's to close. `new_said`: the command's JSON document
 * (answer.h), json_decref it; NULL after a failure. BAD_INPUT, NOT_FOUND, LATER: as the command
 * says; REFUSED: also when it is not his to do. */
bool act_run(struct web *web, const struct http_request *request, const struct seat *seat, int argc,
             const char *const argv[], int fd, json_t **new_said, struct error *err) must_use;

/* The same for a command that only reads, and names nobody who receives: nothing is written down.
 */
bool act_read(struct web *web, const struct seat *seat, int argc, const char *const argv[],
              json_t **new_said, struct error *err) must_use;

/* The same of a short command, in one group with what is noted of it (record/acts.h). */
bool act_run_kept(struct web *web, const struct http_request *request, const struct seat *seat,
                  int argc, const char *const argv[], const struct act_kept *kept,
                  json_t **new_said, struct error *err) must_use;

/* Everything in a handover (`any`: something), or in a print job as `printjobs JOB` tells of it, is
 * of his offices. A trial sheet is only of those who are bound to none. */
bool act_sees_handover(struct web *web, const struct seat *seat, const char *text, bool any);
bool act_sees_job(struct web *web, const struct seat *seat, const json_t *job);

/* His role lets him ask for this command at all: whether a page offers it. */
bool act_offered(const struct seat *seat, const char *verb);

/* What a command wrote to a file in memory as JSON; NULL when it is none. */
json_t *act_document(int fd);

/* The i-th row of acts.def, false past its end. `ret_by`: the command takes by=. */
bool act_row(size_t i, const char **ret_verb, enum right *ret_right, const char **ret_words,
             bool *ret_by);

/* The status that an error of a command has over HTTP. */
unsigned act_status(enum error_code code);

#endif
