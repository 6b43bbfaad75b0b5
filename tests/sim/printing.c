#include "tests/sim/printing.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "labels/readback.h"
#include "server/office/envelope.h"
#include "server/office/printers.h"

#define KILL_PER_MILLE 30  /* at each step of a job on its way to paper */
#define JAM_PER_MILLE 60   /* of sheets */
#define EATEN_PER_MILLE 30 /* of sheets, after the printer took them */
#define REASON 1           /* why what was printed is printed again */

static struct printing *world; /* whose calls the linker leads here; NULL: nobody prints */

/* ---------------------------------------------------------------- paper */

static void put(struct printing *printing, const struct spool_item *item, bool eaten)
{
    for (size_t i = 0; i < printing->sheets; i++)
        if (strcmp(printing->sheet[i].item.number, item->number) == 0 &&
            printing->sheet[i].item.copy == item->copy)
            env_fail(printing->env,
                     "printer: %s comes out twice as copy %u, in jobs %" PRIu64 " and %" PRIu64,
                     item->number, item->copy, printing->sheet[i].job, printing->job);
    if (printing->sheets == printing->room) {
        printing->room = printing->room ? 2 * printing->room : 64;
        printing->sheet = realloc(printing->sheet, printing->room * sizeof *printing->sheet);
        invariant(printing->sheet != NULL);
    }
    printing->sheet[printing->sheets++] = (struct paper_sheet){*item, printing->job, eaten};
    printing->eaten += eaten;
    env_note(printing->env, "printer: %s copy %u of job %" PRIu64 "%s", item->number, item->copy,
             printing->job, eaten ? " is eaten" : "");
}

static bool is_out(const struct printing *printing, uint64_t job, const char *number)
{
    for (size_t i = 0; i < printing->sheets; i++)
        if (printing->sheet[i].job == job && !printing->sheet[i].eaten &&
            strcmp(printing->sheet[i].item.number, number) == 0)
            return true;
    return false;
}

/* ---------------------------------------------------------------- dying */

static bool killed(struct printing *printing, struct error *err)
{
    printing->dead = true;
    printing->kills++;
    return error_set(err, ERROR_LATER, "killed");
}

static bool dies(struct printing *printing)
{
    return env_fault(printing->env, KILL_PER_MILLE);
}

/* The last line of the job's file was being written when the power went. */
static bool tear(struct printing *printing)
{
    char path[400], text[4096];
    if (!env_chance(printing->env, 500))
        return false;
    (void)snprintf(path, sizeof path, "%s/%" PRIu64 "/000001.job", printing->folder, printing->job);
    FILE *file = fopen(path, "rb");
    invariant(file != NULL);
    size_t n = fread(text, 1, sizeof text, file), line = n - 1;
    (void)fclose(file);
    invariant(n > 0 && n < sizeof text);
    while (line > 0 && text[line - 1] != '\n')
        line--;
    off_t kept = (off_t)line + env_between(printing->env, 0, (int64_t)(n - line) - 1);
    invariant(truncate(path, kept) == 0);
    return true;
}

/* ---------------------------------------------------------------- ways to a printer */

static bool tell(const struct printer_ear *ear, struct spool_job *job, enum printer_state state,
                 struct error *err)
{
    struct printer_progress progress = {.state = state, .done = spool_job_next(job)};
    (void)spool_job_items(job, &progress.n);
    if (ear->leave != NULL && ear->leave(ear->ctx))
        return error_set(err, ERROR_LATER, "left");
    if (ear->hear(ear->ctx, &progress))
        return true;
    if (state == PRINTER_FINISHED)
        return error_set(err, ERROR_LATER, "all is printed, and its end not taken in");
    return spool_job_end(job, false, err) && error_set(err, ERROR_REFUSED, "cancelled");
}

static bool jams(struct printing *printing, const struct spool_item *item, struct error *err)
{
    if (!env_fault(printing->env, JAM_PER_MILLE))
        return true;
    printing->jams++;
    put(printing, item, env_chance(printing->env, 600));
    return error_set(err, ERROR_LATER, "the printer broke off");
}

static bool raw_sheet(struct printing *printing, struct spool_job *job, size_t i, struct error *err)
{
    size_t n;
    struct spool_item item = spool_job_items(job, &n)[i];
    if (!spool_job_sending(job, i, err))
        return false;
    if (dies(printing)) {
        if (!tear(printing))
            put(printing, &item, env_chance(printing->env, 500));
        return killed(printing, err);
    }
    if (!jams(printing, &item, err))
        return false;
    put(printing, &item, env_fault(printing->env, EATEN_PER_MILLE));
    if (!spool_job_done(job, i + 1, err))
        return false;
    if (dies(printing)) {
        (void)tear(printing);
        return killed(printing, err);
    }
    return true;
}

static bool raw(struct printing *printing, struct spool_job *job, const struct printer_ear *ear,
                struct error *err)
{
    size_t n;
    (void)spool_job_items(job, &n);
    for (size_t i = spool_job_next(job); i < n; i++)
        if (!tell(ear, job, PRINTER_SENDING, err) || !raw_sheet(printing, job, i, err))
            return false;
    return true;
}

static struct paper_queue *queue_of(struct printing *printing, int remote)
{
    for (size_t i = 0; i < printing->queues; i++)
        if (printing->queue[i].remote == remote)
            return &printing->queue[i];
    return NULL;
}

static void enqueue(struct printing *printing, struct spool_job *job, int remote)
{
    if (printing->queues == printing->queue_room) {
        printing->queue_room = printing->queue_room ? 2 * printing->queue_room : 16;
        printing->queue = realloc(printing->queue, printing->queue_room * sizeof *printing->queue);
        invariant(printing->queue != NULL);
    }
    struct paper_queue *queue = &printing->queue[printing->queues++];
    *queue =
        (struct paper_queue){.job = printing->job, .remote = remote, .first = spool_job_next(job)};
    const struct spool_item *items = spool_job_items(job, &queue->n);
    memcpy(queue->item, items, queue->n * sizeof *items);
}

static bool hand_over(struct printing *printing, struct spool_job *job, struct error *err)
{
    int remote = (int)printing->queues + 1;
    enqueue(printing, job, remote);
    if (!spool_job_handed(job, remote, err))
        return false;
    if (!dies(printing))
        return true;
    bool torn = tear(printing);
    if (torn || env_chance(printing->env, 500)) /* its document never came */
        printing->queue[printing->queues - 1].n = 0;
    return killed(printing, err);
}

/* The sheet that the job stands at may have come out. */
static void give_up(struct printing *printing, struct paper_queue *queue, struct spool_job *job)
{
    size_t n, next = spool_job_next(job);
    const struct spool_item *items = spool_job_items(job, &n);
    printing->jams++;
    queue->n = 0;
    if (next < n && next >= queue->first + queue->pages)
        put(printing, &items[next], true);
}

/* A queue counts a page when it passes it on. */
static bool look(struct printing *printing, struct paper_queue *queue, struct spool_job *job,
                 bool *ret_ended, struct error *err)
{
    if (queue->n == 0 || env_fault(printing->env, JAM_PER_MILLE)) {
        give_up(printing, queue, job);
        return spool_job_recalled(job, err) && error_set(err, ERROR_LATER, "given up");
    }
    size_t done = queue->first + queue->pages;
    *ret_ended = done == queue->n;
    if (!*ret_ended) {
        put(printing, &queue->item[done], env_fault(printing->env, EATEN_PER_MILLE));
        queue->pages++;
        done++;
    }
    if (done == queue->n && !*ret_ended)
        done--;
    bool writes = done > spool_job_next(job);
    if (writes && !spool_job_done(job, done, err))
        return false;
    if (!dies(printing))
        return true;
    if (writes)
        (void)tear(printing);
    return killed(printing, err);
}

static bool queued(struct printing *printing, struct spool_job *job, const struct printer_ear *ear,
                   struct error *err)
{
    if (spool_job_remote(job) == 0 &&
        (!tell(ear, job, PRINTER_SENDING, err) || !hand_over(printing, job, err)))
        return false;
    struct paper_queue *queue = queue_of(printing, spool_job_remote(job));
    invariant(queue != NULL);
    for (bool ended = false; !ended;)
        if (!look(printing, queue, job, &ended, err) ||
            (queue->first + queue->pages < queue->n && !tell(ear, job, PRINTER_PRINTING, err)))
            return false;
    return true;
}

/* ---------------------------------------------------------------- led here by the linker */

bool __wrap_printer_print(const struct printer_profile *profile, struct spool_job *job,
                          const struct printer_data *data, size_t places, struct printer_ear ear,
                          struct error *err);
bool __wrap_printer_follow(const struct printer_profile *profile, struct spool_job *job,
                           size_t places, struct printer_ear ear, struct error *err);
bool __wrap_printer_named(struct record *record, const char *name, struct printer_entry *ret_entry,
                          struct error *err);
bool __wrap_labels_open(const char *layout, struct labels **ret_labels, struct error *err);
void __wrap_labels_close(struct labels *labels);
bool __wrap_labels_begin_as(struct labels *labels, const struct labels_options *options,
                            struct labels_sink sink, struct error *err);
bool __wrap_labels_end(struct labels *labels, struct error *err);
struct labels_about __wrap_labels_about(const struct labels *labels);
bool __wrap_envelope_draw(const struct print_config *config, struct labels *labels,
                          const struct office_fact *issued, uint32_t copy, struct error *err);
bool __wrap_readback_check(const struct readback *readback, const void *bytes, size_t n,
                           unsigned workers, struct readback_result *ret_result, struct error *err);

/* One printer prints at a time here, as there is one thread. */
static bool note_going(void *ctx, const struct spooler_job *job, const struct spool_item *items)
{
    struct printing *printing = ctx;
    (void)items;
    if (job->state == SPOOLER_GOING)
        printing->job = job->job;
    return job->state != SPOOLER_GOING;
}

bool __wrap_printer_print(const struct printer_profile *profile, struct spool_job *job,
                          const struct printer_data *data, size_t places, struct printer_ear ear,
                          struct error *err)
{
    (void)data;
    (void)places;
    spooler_each(world->spooler, note_going, world);
    bool good = strcmp(profile->name, "queue") == 0 ? queued(world, job, &ear, err)
                                                    : raw(world, job, &ear, err);
    return good && tell(&ear, job, PRINTER_FINISHED, err) && spool_job_end(job, true, err);
}

bool __wrap_printer_follow(const struct printer_profile *profile, struct spool_job *job,
                           size_t places, struct printer_ear ear, struct error *err)
{
    return __wrap_printer_print(profile, job, NULL, places, ear, err);
}

bool __wrap_printer_named(struct record *record, const char *name, struct printer_entry *ret_entry,
                          struct error *err)
{
    (void)record;
    (void)err;
    *ret_entry = (struct printer_entry){
        .profile = {.tongue = "zpl", .dpi = 203, .layout = "thermal-100x150"}, .on = true};
    (void)snprintf(ret_entry->profile.name, sizeof ret_entry->profile.name, "%s", name);
    return true;
}

bool __wrap_labels_open(const char *layout, struct labels **ret_labels, struct error *err)
{
    (void)layout;
    (void)err;
    *ret_labels = NULL;
    return true;
}

void __wrap_labels_close(struct labels *labels)
{
    (void)labels;
}

bool __wrap_labels_begin_as(struct labels *labels, const struct labels_options *options,
                            struct labels_sink sink, struct error *err)
{
    (void)labels;
    (void)options;
    (void)sink;
    (void)err;
    return true;
}

bool __wrap_labels_end(struct labels *labels, struct error *err)
{
    (void)labels;
    (void)err;
    return true;
}

struct labels_about __wrap_labels_about(const struct labels *labels)
{
    (void)labels;
    return (struct labels_about){.use = LABELS_FOR_ENVELOPE, .places = 1};
}

bool __wrap_envelope_draw(const struct print_config *config, struct labels *labels,
                          const struct office_fact *issued, uint32_t copy, struct error *err)
{
    (void)config;
    (void)labels;
    (void)issued;
    (void)copy;
    (void)err;
    return true;
}

bool __wrap_readback_check(const struct readback *readback, const void *bytes, size_t n,
                           unsigned workers, struct readback_result *ret_result, struct error *err)
{
    (void)readback;
    (void)bytes;
    (void)n;
    (void)workers;
    (void)err;
    *ret_result = (struct readback_result){.pages = 0};
    return true;
}

/* ---------------------------------------------------------------- threads in turn */

typedef void *(*thread_work)(void *);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, thread_work work,
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, thread_work work,
                          void *arg);
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);

static _Thread_local bool in_spooler; /* a call of the spooler's is on its way */

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, thread_work work,
                          void *arg)
{
    if (!in_spooler)
        return __real_pthread_create(thread, attr, work, arg);
    if (world->has_work)
        return 11; /* EAGAIN: the one that is asked for does all jobs */
    world->has_work = true;
    world->work = work;
    world->arg = arg;
    return 0;
}

static void do_work(struct printing *printing)
{
    if (!printing->has_work)
        return;
    printing->has_work = false;
    (void)printing->work(printing->arg);
}

/* The spooler waits for its threads: now they have their turn. */
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
    if (!in_spooler || !world->has_work)
        return __real_pthread_cond_wait(cond, lock);
    pthread_mutex_unlock(lock);
    do_work(world);
    pthread_mutex_lock(lock);
    return 0;
}

/* ---------------------------------------------------------------- the site's side */

static bool run_act(void *self, act what, void *arg, struct error *err)
{
    struct printing *printing = self;
    if (printing->dead)
        return error_set(err, ERROR_LATER, "dead");
    return printing->acts.run(printing->acts.self, what, arg, err);
}

void printing_init(struct printing *printing, struct env *env, const struct item *items, size_t n)
{
    *printing = (struct printing){.env = env, .item = items, .items = n};
    world = printing;
}

void printing_done(struct printing *printing)
{
    free(printing->sheet);
    free(printing->queue);
    if (world == printing)
        world = NULL;
}

bool printing_open(struct printing *printing, const struct spooler_config *config,
                   struct error *err)
{
    struct spooler_config own = *config;
    printing->acts = config->acts;
    printing->views = config->views;
    printing->dead = printing->has_work = false;
    own.acts = (struct acts){run_act, printing};
    (void)snprintf(printing->folder, sizeof printing->folder, "%s", config->folder);
    in_spooler = true;
    bool good = spooler_open(&own, &printing->spooler, err);
    if (good)
        spooler_start(printing->spooler);
    in_spooler = false;
    return good;
}

void printing_close(struct printing *printing)
{
    printing->dead = true;
    in_spooler = true;
    spooler_close(printing->spooler);
    in_spooler = false;
    printing->spooler = NULL;
}

/* ---------------------------------------------------------------- the clerk */

/* The first job that stopped, and where somebody who looks at the paper would have it go on. */
struct stopped {
    struct printing *printing;
    uint64_t job;
    size_t from;
    bool any_open;
};

static bool find_stopped(void *ctx, const struct spooler_job *job, const struct spool_item *items)
{
    struct stopped *found = ctx;
    found->any_open |= job->state != SPOOLER_FINISHED && job->state != SPOOLER_CANCELLED;
    if (job->state != SPOOLER_STOPPED)
        return true;
    size_t seen = job->done;
    while (seen < job->n && is_out(found->printing, job->job, items[seen].number))
        seen++;
    found->job = job->job;
    found->from = seen > job->done && seen < job->n ? seen + 1 : 0;
    return true;
}

static struct stopped stopped_of(struct printing *printing)
{
    struct stopped found = {.printing = printing};
    spooler_each(printing->spooler, find_stopped, &found);
    return found;
}

static bool must_go_on(struct printing *printing, bool good, const struct error *err)
{
    if (!good && err->code == ERROR_BROKEN)
        env_fail(printing->env, "print job: %s", err->text);
    return good;
}

static void go_on(struct printing *printing, const struct stopped *stopped)
{
    struct error err = {.code = ERROR_NONE};
    bool ends = env_chance(printing->env, printing->env->calm ? 300 : 100);
    size_t from = env_chance(printing->env, 500) ? stopped->from : 0;
    bool good = ends ? spooler_cancel(printing->spooler, stopped->job, &err)
                     : spooler_resume(printing->spooler, stopped->job, from, &err);
    env_note(printing->env, "clerk: job %" PRIu64 " %s from %zu: %s", stopped->job,
             ends ? "ends" : "goes on", from, good ? "done" : err.text);
    (void)must_go_on(printing, good, &err);
}

static void send(struct printing *printing)
{
    struct spool_item items[PRINTING_SHEETS_MAX];
    struct error err = {.code = ERROR_NONE};
    struct spooler_order order = {
        .printer = env_chance(printing->env, 500) ? "queue" : "raw",
        .items = items,
        .n = (size_t)env_between(printing->env, 1, PRINTING_SHEETS_MAX),
        .reason = REASON
    };
    size_t first = (size_t)env_random(printing->env) % printing->items;
    for (size_t i = 0; i < order.n; i++) {
        const struct item *item = &printing->item[(first + i) % printing->items];
        struct view view;
        if (!views_item(printing->views, item, &view))
            return;
        (void)snprintf(items[i].number, sizeof items[i].number, "%s", item->text);
        items[i].copy = view.state.copies + 1;
    }
    uint64_t job;
    bool good = spooler_send(printing->spooler, &order, &job, &err);
    printing->jobs += good;
    (void)must_go_on(printing, good, &err);
}

bool printing_turn(struct printing *printing)
{
    in_spooler = true;
    struct stopped stopped = stopped_of(printing);
    if (printing->has_work)
        do_work(printing);
    else if (stopped.job != 0 && env_chance(printing->env, 600))
        go_on(printing, &stopped);
    else if (!printing->env->calm && env_chance(printing->env, 500))
        send(printing);
    in_spooler = false;
    return printing->dead;
}

bool printing_is_done(struct printing *printing)
{
    return !printing->has_work && !stopped_of(printing).any_open;
}

/* ---------------------------------------------------------------- what must hold */

static bool came_out(const struct printing *printing, const struct item *item, uint32_t copy,
                     uint64_t job)
{
    for (size_t i = 0; i < printing->sheets; i++) {
        const struct paper_sheet *sheet = &printing->sheet[i];
        if (sheet->job == job && sheet->item.copy == copy &&
            strcmp(sheet->item.number, item->text) == 0)
            return true;
    }
    return false;
}

void printing_check(struct printing *printing, const struct item *item)
{
    static struct fact facts[VIEW_HISTORY_MAX];
    size_t n = views_history(printing->views, item, facts, VIEW_HISTORY_MAX);
    uint32_t counted = 0;
    if (n == VIEW_HISTORY_MAX)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct office_fact *fact = &facts[i].office;
        if (facts[i].is_scan || fact->event != EVENT_PRINTED)
            continue;
        counted = fact->copy > counted ? fact->copy : counted;
        if (fact->job != 0 && !came_out(printing, item, fact->copy, fact->job))
            env_fail(printing->env,
                     "printer: %s counts as printed, copy %u in job %" PRIu64
                     ", and no such sheet came out",
                     item->text, fact->copy, fact->job);
        if (fact->job != 0 && fact->copy > 1 && fact->reason == 0)
            env_fail(printing->env, "printer: %s copy %u without a reason", item->text, fact->copy);
    }
    for (size_t i = 0; i < printing->sheets; i++)
        if (strcmp(printing->sheet[i].item.number, item->text) == 0 &&
            printing->sheet[i].item.copy > counted)
            env_fail(printing->env,
                     "printer: %s copy %u came out in job %" PRIu64 " and is not counted",
                     item->text, printing->sheet[i].item.copy, printing->sheet[i].job);
}
