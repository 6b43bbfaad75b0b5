/* printing.h - print jobs in the simulated world: the program's own spooler, press and spool, and a
 * printer that jams, eats sheets, gives jobs up and prints on while the server is dead. Nothing is
 * drawn: which sheets leave, as which copy, is what is looked at (docs/decisions/0127).
 *
 * What the spooler would do in a thread is done in a turn of the site's; what it would wait for is
 * done at once. One world at a time.
 */
#ifndef TRAO_TESTS_SIM_PRINTING_H
#define TRAO_TESTS_SIM_PRINTING_H

#include "server/spooler.h"
#include "tests/sim/env.h"

#define PRINTING_SHEETS_MAX 6 /* of a job */

/* A sheet that came out, or was eaten: the printer had taken it, or all but. */
struct paper_sheet {
    struct spool_item item;
    uint64_t job;
    bool eaten;
};

/* What a queue has; it is as if it printed in no time, but is looked at page by page. */
struct paper_queue {
    struct spool_item item[PRINTING_SHEETS_MAX];
    uint64_t job;
    int remote;
    size_t first, n, pages;
};

struct printing {
    struct env *env;
    const struct item *item;
    size_t items;
    struct views *views;
    struct acts acts; /* of the site */
    struct spooler *spooler;
    char folder[320];
    uint64_t job; /* the one on its way */
    bool dead;    /* the server died in the middle: nothing it still does is done */
    bool has_work;
    void *(*work)(void *arg); /* a thread that was asked for */
    void *arg;
    struct paper_sheet *sheet;
    size_t sheets, room;
    struct paper_queue *queue;
    size_t queues, queue_room;
    uint64_t jobs, kills, jams, eaten;
};

void printing_init(struct printing *printing, struct env *env, const struct item *items, size_t n);
void printing_done(struct printing *printing);

/* The server starts, and ends or is killed. */
bool printing_open(struct printing *printing, const struct spooler_config *config,
                   struct error *err) must_use;
void printing_close(struct printing *printing);
/* True when the server died in it. */
bool printing_turn(struct printing *printing);
/* No job is left that has not ended. */
bool printing_is_done(struct printing *printing);

/* Of one item: each PRINTED of a job is a sheet that came out as that copy, and each sheet that
 * came out is counted, as its copy or a later one. */
void printing_check(struct printing *printing, const struct item *item);

#endif
