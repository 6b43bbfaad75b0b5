/* print_jobs.h - what pages show of printers: which may be chosen, how jobs stand, and what to
 * press when one has stopped. A person sees the jobs whose every sheet is of his offices. On a
 * thread of web_work. */
#ifndef TRAO_SERVER_WEB_PRINT_JOBS_H
#define TRAO_SERVER_WEB_PRINT_JOBS_H

#include "server/web/panel.h"
#include "server/web/queue.h"

struct print_jobs {
    json_t *printers; /* rows of `printers` that he may choose */
    json_t *jobs;     /* documents of `printjobs JOB`, newest first */
    uint64_t known;   /* live_number before they were read */
};

/* `queue` NULL: what lies on his desk is read here. Never fails: without printers or jobs the lists
 * are empty. print_jobs_done. */
void print_jobs_read(struct panel *panel, const struct queue *queue, struct print_jobs *ret_jobs);
void print_jobs_done(struct print_jobs *jobs);

/* The number of the open job that holds an envelope; 0 none. */
long long print_jobs_hold(const struct print_jobs *jobs, const char *item);

/* Those that stand, and the last that ended; `handover` not NULL: only of its list. */
void print_jobs_put(struct panel *panel, const struct print_jobs *jobs, const char *handover);

/* A choice of printers of envelopes, or of lists; the last of it is a file, or nothing stands when
 * there is none to choose. `id` of the field, its name is "may". True: there is a printer. */
bool print_jobs_choice(struct panel *panel, const struct print_jobs *jobs, const char *id,
                       bool lists);
/* Why it is printed again, name "reason"; `first`: the words of the first choice, NULL none. */
void print_jobs_reasons(struct html *html, const char *id, const char *first);

/* Its form, posted to the page of jobs: goes on, or is cancelled. False: it was neither; else the
 * answer is given, or the panel has the sentence. */
bool print_jobs_post(struct panel *panel);

#endif
