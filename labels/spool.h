/* spool.h - what was printed, kept on disk: a folder with one file a job. It knows which item of a
 * job leaves next after any crash, and that no number is printed twice without a reason.
 *
 * A job file is plain text, made whole (written aside, synced, renamed) and then only added to, a
 * synced line at a time; a torn last line is as if it were not there. It holds numbers, counts and
 * the words of the reason, never a name or an address.
 *
 *     trao-print 1
 *     reason nhãn bị rách          why numbers are printed again; absent: none is
 *     item RA473124829VN 2         and which copy this one is
 *     go
 *     sending 7                    item 7 (from 0) may have begun to leave
 *     done 8                       items before 8 have left; those in doubt as what they were
 *     remote 42                    all items are with a queue, as its job 42
 *     recalled                     that queue gave up: items not done are not on paper
 *     resumed                      items in doubt are to become their next copy
 *     without 9                    item 9 is not to be printed any more; those behind it move up
 *     finished                     or cancelled
 *
 * An item that was being sent when everything stopped may be on paper or not: when the job goes on
 * it is printed as the next copy, marked so, never as if it were the first.
 * One program at a time has the folder (ERROR_LATER for the second). Threads: one at a time.
 */
#ifndef TRAO_LABELS_SPOOL_H
#define TRAO_LABELS_SPOOL_H

#include "labels/labels.h"

#define SPOOL_NUMBER_BYTES 33 /* an item's number and the zero */
#define SPOOL_REASON_BYTES 128
#define SPOOL_ID_BYTES 24

struct spool;

/* The folder is made when it is not there. Close accepts NULL. ERROR_BROKEN: a job file that cannot
 * be understood, named. */
must_use bool spool_open(const char *folder, struct spool **ret_spool, struct error *err);
void spool_close(struct spool *spool);

/* How often a number was printed or may have been, and the job that did it last ("" for 0). A job
 * counts from its close on. */
unsigned spool_copies(const struct spool *spool, const char *number, char ret_job[SPOOL_ID_BYTES]);

struct spool_item {
    char number[SPOOL_NUMBER_BYTES]; /* A-Z 0-9 and - */
    unsigned copy;                   /* 1, or from 2 on: «BẢN IN LẠI 2» */
};

/* A job, one at a time: opened here, closed by spool_job_close, which accepts NULL. */
struct spool_job;

/* A new job. Numbers printed before need a reason and get their next copy. ERROR_REFUSED: a number
 * was printed before and there is no reason (number and job are named), or stands twice in this
 * job. ERROR_BAD_INPUT: no number, or a reason that is not one line of UTF-8. */
must_use bool spool_begin(struct spool *spool, const char *const *numbers, size_t n,
                          const char *reason, struct spool_job **ret_job, struct error *err);

/* The same where the caller keeps count of the copies himself (in a record): items with theirs, as
 * many as were printed elsewhere; none below what this folder knows. */
must_use bool spool_begin_as(struct spool *spool, const struct spool_item *items, size_t n,
                             const char *reason, struct spool_job **ret_job, struct error *err);

/* A job that stopped, to be gone on with. ERROR_NOT_FOUND: there is none; ERROR_REPEATED: it came
 * to its end. Items in doubt have got their next copy. */
must_use bool spool_resume(struct spool *spool, const char *id, struct spool_job **ret_job,
                           struct error *err);
void spool_job_close(struct spool_job *job);

/* The oldest job that has not ended; ERROR_NOT_FOUND when all have. */
struct spool_stopped {
    char id[SPOOL_ID_BYTES];
    size_t n;                        /* items */
    size_t next;                     /* the first that has not left */
    char number[SPOOL_NUMBER_BYTES]; /* of it; "" when all have */
};
must_use bool spool_unfinished(const struct spool *spool, struct spool_stopped *ret_stopped,
                               struct error *err);

const char *spool_job_id(const struct spool_job *job);
/* All items of the job, and the first that has not left. */
const struct spool_item *spool_job_items(const struct spool_job *job, size_t *ret_n);
size_t spool_job_next(const struct spool_job *job);
/* The items before it have left or may have, of a queue's job the one that is under way; those in
 * doubt since before it was resumed, and not sent again, as the copy before theirs. */
size_t spool_job_doubt(const struct spool_job *job);
/* The queue's number of a job that was handed over whole and not followed to its end; 0: none. */
int spool_job_remote(const struct spool_job *job);

/* Each is on disk when it returns; ERROR_LATER: disk full or the like, and nothing may be sent. */
must_use bool spool_job_sending(struct spool_job *job, size_t item, struct error *err);
must_use bool spool_job_done(struct spool_job *job, size_t done, struct error *err);
must_use bool spool_job_handed(struct spool_job *job, int remote, struct error *err);
must_use bool spool_job_recalled(struct spool_job *job, struct error *err);
/* An item that has not left is not to be printed any more: those behind it move up by one. Not
 * while a queue has the job. */
must_use bool spool_job_leave_out(struct spool_job *job, size_t item, struct error *err);
must_use bool spool_job_end(struct spool_job *job, bool finished, struct error *err);

#endif
