#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "protocol/log.h"
#include "server/office/press.h"
#include "server/office/printers.h"
#include "server/spooler_inside.h"
#include "server/text/text.h"

#define PRINTERS_AT_ONCE 32 /* threads; one a printer that has a job */

/* ------------------------------------------------------------------ one run of a job */

/* What a thread works with. */
struct work {
    struct spooler *spooler;
    struct ticket *ticket;
    struct record *record;
    struct spool *spool;
    struct spool_job *job;
};

static bool hear(void *ctx, const struct printer_progress *progress)
{
    struct work *work = ctx;
    struct ticket *ticket = work->ticket;
    pthread_mutex_lock(&work->spooler->lock);
    bool same = ticket->about.done == progress->done && ticket->about.printing == progress->state &&
                strcmp(ticket->about.words, progress->words) == 0;
    ticket->about.done = progress->done;
    ticket->about.printing = progress->state;
    text_copy(progress->words, ticket->about.words, sizeof ticket->about.words);
    bool on = !ticket->cancel;
    pthread_mutex_unlock(&work->spooler->lock);
    if (!same)
        spooler_tell(work->spooler);
    return on;
}

static bool leave(void *ctx)
{
    struct work *work = ctx;
    pthread_mutex_lock(&work->spooler->lock);
    bool stopping = work->spooler->stopping;
    pthread_mutex_unlock(&work->spooler->lock);
    return stopping;
}

/* Somebody saw what is on paper. */
static bool begin_from(struct work *work, size_t from, struct error *err)
{
    size_t next = spool_job_next(work->job);
    if (from == 0 || from == next + 1)
        return true;
    if (spool_job_remote(work->job) != 0)
        return error_set(err, ERROR_REFUSED,
                         "lệnh còn ở hàng đợi của máy in. / the printer's queue still has it");
    return spool_job_done(work->job, from - 1, err);
}

static bool open_work(struct work *work, struct press *press, struct error *err)
{
    const struct spooler *spooler = work->spooler;
    const struct ticket *ticket = work->ticket;
    struct printer_entry entry;
    if (!record_open_reader(spooler->config.record_path, &work->record, err) ||
        !printer_named(work->record, ticket->about.printer, &entry, err) ||
        !spooler_open_spool(spooler, ticket->about.job, &work->spool, err) ||
        !spool_resume(work->spool, SPOOLER_JOB, &work->job, err))
        return false;
    *press = (struct press){.config = {.acts = spooler->config.acts,
                                       .views = spooler->config.views,
                                       .record = work->record,
                                       .sender = spooler->config.config->office_name,
                                       .sender_address = spooler->config.config->office_address,
                                       .public_url = spooler->config.config->public_url,
                                       .secret = spooler->config.secret,
                                       .reason = ticket->reason,
                                       .user = ticket->about.user},
                            .profile = entry.profile,
                            .job = ticket->about.job,
                            .handover = ticket->about.handover,
                            .ear = {hear, leave, work, spooler->config.every_ms}};
    return true;
}

/* What was voided meanwhile is not printed, and not counted. */
static bool leave_out(struct work *work, const struct press *press, struct error *err)
{
    struct ticket *ticket = work->ticket;
    size_t n = 0;
    if (!press_leave_out(press, work->job, err))
        return false;
    const struct spool_item *items = spool_job_items(work->job, &n);
    pthread_mutex_lock(&work->spooler->lock);
    if (n < ticket->about.n) {
        memcpy(ticket->items, items, n * sizeof *items);
        ticket->about.left_out += ticket->about.n - n;
        ticket->about.n = n;
    }
    pthread_mutex_unlock(&work->spooler->lock);
    return true;
}

/* A job that is cancelled while the printer has it is cancelled there too, when it can be reached.
 */
static bool do_work(struct work *work, bool cancel, size_t from, struct error *err)
{
    struct press press;
    struct error away;
    if (!open_work(work, &press, err))
        return false;
    if (!cancel)
        return begin_from(work, from, err) && leave_out(work, &press, err) &&
               press_run(&press, work->job, err);
    if (spool_job_remote(work->job) != 0 && !press_run(&press, work->job, &away) &&
        away.code == ERROR_REFUSED)
        return true;
    return press_cancel(&press, work->job, err);
}

/* How it stands now, as its file says. */
static enum spooler_state state_after(struct work *work, size_t *ret_done)
{
    struct spool_stopped stopped;
    struct error err = {ERROR_NONE, ""};
    *ret_done = work->job ? spool_job_next(work->job) : *ret_done;
    spool_job_close(work->job);
    bool ended = work->spool && !spool_unfinished(work->spool, &stopped, &err) &&
                 err.code == ERROR_NOT_FOUND;
    spool_close(work->spool);
    record_close(work->record);
    return ended ? SPOOLER_CANCELLED : SPOOLER_STOPPED;
}

/* What nobody knows is said to be so: sheets that the printer never told of and that count as
 * printed, so that their next print is marked (decision 0127). */
static void say_doubt(struct spooler_job *about, size_t done)
{
    if (done > about->done)
        (void)snprintf(
            about->words, sizeof about->words,
            "%zu tờ không rõ đã in ra chưa, tính là đã in. / not known whether on paper, "
            "counted as printed",
            done - about->done);
}

static void run(struct spooler *spooler, struct ticket *ticket, bool cancel, size_t from)
{
    struct work work = {.spooler = spooler, .ticket = ticket};
    struct error err = {ERROR_NONE, ""};
    size_t done = ticket->about.done;
    bool good = do_work(&work, cancel, from, &err);
    enum spooler_state state = state_after(&work, &done);
    if (good && !cancel)
        state = SPOOLER_FINISHED;
    if (state != SPOOLER_STOPPED)
        spooler_remove_folder(spooler, ticket->about.job);
    else if (!leave(&work))
        log_line(LOG_LEVEL_ERROR, "print job stopped", "job=%llu printer=%s done=%zu why=\"%s\"",
                 (unsigned long long)ticket->about.job, ticket->about.printer, done, err.text);
    pthread_mutex_lock(&spooler->lock);
    if (state == SPOOLER_STOPPED && ticket->cancel && !cancel)
        state = SPOOLER_WAITING; /* it was to be cancelled while it came to a stop */
    ticket->cancel = ticket->cancel && !cancel;
    text_copy(state == SPOOLER_STOPPED ? err.text : "", ticket->about.words,
              sizeof ticket->about.words);
    if (state == SPOOLER_CANCELLED)
        say_doubt(&ticket->about, done);
    ticket->about.done = done;
    ticket->about.state = state;
    pthread_mutex_unlock(&spooler->lock);
}

/* ------------------------------------------------------------------ threads */

/* The lock is held. */
static bool printer_is_free(const struct spooler *spooler, const char *printer)
{
    for (const struct ticket *ticket = spooler->newest; ticket; ticket = ticket->older)
        if (ticket->about.state == SPOOLER_GOING && strcmp(ticket->about.printer, printer) == 0)
            return false;
    return true;
}

/* The oldest that may go now. The lock is held. */
static struct ticket *next_ticket(const struct spooler *spooler)
{
    struct ticket *next = NULL;
    for (struct ticket *ticket = spooler->newest; ticket && !spooler->stopping;
         ticket = ticket->older)
        if (ticket->about.state == SPOOLER_WAITING &&
            printer_is_free(spooler, ticket->about.printer))
            next = ticket;
    return next;
}

static void *print(void *arg)
{
    struct spooler *spooler = arg;
    struct ticket *ticket;
    pthread_mutex_lock(&spooler->lock);
    while ((ticket = next_ticket(spooler)) != NULL) {
        bool cancel = ticket->cancel;
        size_t from = ticket->from;
        ticket->about.state = SPOOLER_GOING;
        ticket->about.printing = PRINTER_SENDING;
        ticket->from = 0;
        pthread_mutex_unlock(&spooler->lock);
        run(spooler, ticket, cancel, from);
        spooler_tell(spooler);
        pthread_mutex_lock(&spooler->lock);
    }
    spooler->threads--;
    pthread_cond_broadcast(&spooler->fewer);
    pthread_mutex_unlock(&spooler->lock);
    return NULL;
}

bool spooler_kick(struct spooler *spooler, struct error *err)
{
    pthread_t thread;
    pthread_attr_t detached;
    if (!next_ticket(spooler) || spooler->threads == PRINTERS_AT_ONCE)
        return true;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &detached, print, spooler) == 0;
    pthread_attr_destroy(&detached);
    spooler->threads += started;
    return started || error_set(err, ERROR_LATER, "cannot start a thread");
}
