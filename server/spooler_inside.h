/* spooler_inside.h - what the files of the spooler share: spooler.c its table and what may be
 * asked, spooler_run.c one run of a job and the threads, spooler_load.c folders on disk and what is
 * found there after a restart. Nobody else includes it. */
#ifndef TRAO_SERVER_SPOOLER_INSIDE_H
#define TRAO_SERVER_SPOOLER_INSIDE_H

#include <pthread.h>

#include "server/spooler.h"

#define SPOOLER_JOB "000001" /* each job has a folder of its own */

struct ticket {
    struct ticket *older;
    struct spooler_job about;
    struct spool_item *items;
    uint32_t reason;
    size_t from; /* the next run begins there, from 1; 0: where it stopped */
    bool sent;   /* its fact is known */
    bool cancel;
};

struct spooler {
    struct spooler_config config;
    char folder[CONFIG_PATH_MAX];
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t fewer;
    struct ticket *newest;
    size_t threads;
    bool stopping;
};

/* The lock is held, or nobody else is there yet. */
struct ticket *spooler_find(struct spooler *spooler, uint64_t job);
void spooler_enlist(struct spooler *spooler, struct ticket *ticket);

struct ticket *ticket_new(uint64_t job, const struct spool_item *items, size_t n);
void ticket_free(struct ticket *ticket);

/* The lock is not held. */
void spooler_tell(const struct spooler *spooler);

/* One more thread, if there is something for it. The lock is held. */
bool spooler_kick(struct spooler *spooler, struct error *err) must_use;

bool spooler_open_spool(const struct spooler *spooler, uint64_t job, struct spool **ret_spool,
                        struct error *err) must_use;
/* Nobody resumes what has ended: facts say what was printed. */
void spooler_remove_folder(const struct spooler *spooler, uint64_t job);

/* What was there when the server stopped. */
bool spooler_load(struct spooler *spooler, struct error *err) must_use;

#endif
