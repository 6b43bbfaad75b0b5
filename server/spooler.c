#include "server/spooler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/log.h"
#include "server/spooler_inside.h"
#include "server/text/text.h"

#define ENDED_KEPT 100 /* jobs that have ended, for pages that still look at them */

const char *spooler_state_key(enum spooler_state state)
{
    static const char *const keys[] = {"waiting", "going", "stopped", "finished", "cancelled"};
    return keys[state];
}

void spooler_tell(const struct spooler *spooler)
{
    if (spooler->config.changed)
        spooler->config.changed(spooler->config.ctx);
}

/* ------------------------------------------------------------------ tickets */

static bool is_open(const struct ticket *ticket)
{
    return ticket->about.state != SPOOLER_FINISHED && ticket->about.state != SPOOLER_CANCELLED;
}

void ticket_free(struct ticket *ticket)
{
    if (ticket)
        free(ticket->items);
    free(ticket);
}

struct ticket *ticket_new(uint64_t job, const struct spool_item *items, size_t n)
{
    struct ticket *ticket = calloc(1, sizeof *ticket);
    if (ticket)
        ticket->items = calloc(n, sizeof *items);
    if (!ticket || !ticket->items) {
        ticket_free(ticket);
        return NULL;
    }
    memcpy(ticket->items, items, n * sizeof *items);
    ticket->about.job = job;
    ticket->about.n = n;
    memcpy(ticket->about.first, items[0].number, sizeof ticket->about.first);
    return ticket;
}

/* The lock is held. */
static void forget_old(struct spooler *spooler)
{
    size_t ended = 0;
    for (struct ticket **at = &spooler->newest; *at;) {
        struct ticket *ticket = *at;
        if (!is_open(ticket) && ++ended > ENDED_KEPT) {
            *at = ticket->older;
            ticket_free(ticket);
        } else {
            at = &ticket->older;
        }
    }
}

/* Newest first, whatever the order they come in. */
void spooler_enlist(struct spooler *spooler, struct ticket *ticket)
{
    struct ticket **at = &spooler->newest;
    while (*at && (*at)->about.job > ticket->about.job)
        at = &(*at)->older;
    ticket->older = *at;
    *at = ticket;
    forget_old(spooler);
}

struct ticket *spooler_find(struct spooler *spooler, uint64_t job)
{
    struct ticket *ticket = spooler->newest;
    while (ticket && ticket->about.job != job)
        ticket = ticket->older;
    return ticket;
}

/* The lock is held. */
static uint64_t holder(const struct spooler *spooler, const char *number)
{
    for (const struct ticket *ticket = spooler->newest; ticket; ticket = ticket->older)
        for (size_t i = 0; is_open(ticket) && i < ticket->about.n; i++)
            if (strcmp(ticket->items[i].number, number) == 0)
                return ticket->about.job;
    return 0;
}

uint64_t spooler_holds(struct spooler *spooler, const char *number)
{
    pthread_mutex_lock(&spooler->lock);
    uint64_t job = holder(spooler, number);
    pthread_mutex_unlock(&spooler->lock);
    return job;
}

void spooler_each(struct spooler *spooler,
                  bool (*each)(void *ctx, const struct spooler_job *job,
                               const struct spool_item *items),
                  void *ctx)
{
    pthread_mutex_lock(&spooler->lock);
    for (struct ticket *ticket = spooler->newest; ticket; ticket = ticket->older) {
        struct spooler_job about = ticket->about;
        if (about.done < about.n)
            memcpy(about.next, ticket->items[about.done].number, sizeof about.next);
        if (!each(ctx, &about, ticket->items))
            break;
    }
    pthread_mutex_unlock(&spooler->lock);
}

/* ------------------------------------------------------------------ sent, gone on with, ended */

struct sending {
    const struct spooler_order *order;
    uint64_t job;
    struct instant at;
};

static bool number_act(struct record *record, void *arg, struct error *err)
{
    struct sending *sending = arg;
    uint64_t before;
    if (!record_counter_next(record, "print", 1, &before, err))
        return false;
    sending->job = before + 1;
    return true;
}

static bool sent_act(struct record *record, void *arg, struct error *err)
{
    struct sending *sending = arg;
    const struct spooler_order *order = sending->order;
    struct office_fact fact = {.event = EVENT_PRINT_SENT,
                               .user = order->user,
                               .reason = order->reason,
                               .job = sending->job,
                               .handover = order->handover,
                               .copy = order->items[0].copy,
                               .count = (uint32_t)order->n};
    text_copy(order->printer, fact.key, sizeof fact.key);
    sending->at = record_now(record);
    return record_office_add(record, &fact, NULL, err);
}

static bool all_free(struct spooler *spooler, const struct spooler_order *order, struct error *err)
{
    bool free = true;
    pthread_mutex_lock(&spooler->lock);
    for (size_t i = 0; free && i < order->n; i++) {
        uint64_t job = holder(spooler, order->items[i].number);
        free = job == 0 ||
               error_set(err, ERROR_REFUSED, "%s: đang ở lệnh in %llu. / in a print job already",
                         order->items[i].number, (unsigned long long)job);
    }
    pthread_mutex_unlock(&spooler->lock);
    return free;
}

static bool write_spool(struct spooler *spooler, const struct spooler_order *order, uint64_t number,
                        struct error *err)
{
    struct spool *spool = NULL;
    struct spool_job *job = NULL;
    bool good = spooler_open_spool(spooler, number, &spool, err) &&
                spool_begin_as(spool, order->items, order->n, NULL, &job, err);
    spool_job_close(job);
    spool_close(spool);
    return good;
}

static struct ticket *ticket_of(const struct spooler_order *order, const struct sending *sending)
{
    struct ticket *ticket = ticket_new(sending->job, order->items, order->n);
    if (!ticket)
        return NULL;
    ticket->sent = true;
    ticket->reason = order->reason;
    ticket->about.user = order->user;
    ticket->about.handover = order->handover;
    ticket->about.at = sending->at;
    text_copy(order->printer, ticket->about.printer, sizeof ticket->about.printer);
    return ticket;
}

bool spooler_send(struct spooler *spooler, const struct spooler_order *order, uint64_t *ret_job,
                  struct error *err)
{
    const struct acts *acts = &spooler->config.acts;
    struct sending sending = {.order = order};
    struct ticket *ticket = NULL;
    invariant(order->n > 0);
    if (!all_free(spooler, order, err) || !acts->run(acts->self, number_act, &sending, err))
        return false;
    bool good = write_spool(spooler, order, sending.job, err) &&
                acts->run(acts->self, sent_act, &sending, err) &&
                ((ticket = ticket_of(order, &sending)) != NULL ||
                 error_set(err, ERROR_LATER, "out of memory"));
    if (!good) {
        spooler_remove_folder(spooler, sending.job);
        return false;
    }
    *ret_job = sending.job;
    pthread_mutex_lock(&spooler->lock);
    spooler_enlist(spooler, ticket);
    good = spooler_kick(spooler, err);
    pthread_mutex_unlock(&spooler->lock);
    spooler_tell(spooler);
    return good;
}

static bool missing(uint64_t job, struct error *err)
{
    return error_set(err, ERROR_NOT_FOUND, "không còn lệnh in %llu. / there is no such print job",
                     (unsigned long long)job);
}

/* The lock is held. */
static bool may_begin(const struct ticket *ticket, size_t from, struct error *err)
{
    const struct spooler_job *about = &ticket->about;
    if (about->state != SPOOLER_STOPPED)
        return error_set(err, ERROR_REFUSED, "lệnh in %llu không dừng. / it has not stopped",
                         (unsigned long long)about->job);
    if (from > about->n)
        return error_set(err, ERROR_BAD_INPUT,
                         "lệnh in %llu có %zu tờ, không có tờ %zu. / it has "
                         "not so many",
                         (unsigned long long)about->job, about->n, from);
    return from == 0 || from > about->done || about->done == about->n ||
           error_set(err, ERROR_REFUSED,
                     "tờ %zu đã tính là in xong; hỏng thì in lại ở mục In lại. / it counts as "
                     "printed",
                     from);
}

bool spooler_resume(struct spooler *spooler, uint64_t job, size_t from, struct error *err)
{
    pthread_mutex_lock(&spooler->lock);
    struct ticket *ticket = spooler_find(spooler, job);
    bool good = ticket ? may_begin(ticket, from, err) : missing(job, err);
    if (good) {
        ticket->from = ticket->about.done < ticket->about.n ? from : 0;
        ticket->about.state = SPOOLER_WAITING;
        good = spooler_kick(spooler, err);
    }
    pthread_mutex_unlock(&spooler->lock);
    spooler_tell(spooler);
    return good;
}

bool spooler_cancel(struct spooler *spooler, uint64_t job, struct error *err)
{
    pthread_mutex_lock(&spooler->lock);
    struct ticket *ticket = spooler_find(spooler, job);
    bool good = ticket ? is_open(ticket) || error_set(err, ERROR_REPEATED,
                                                      "lệnh in %llu đã kết thúc. / it has ended",
                                                      (unsigned long long)job)
                       : missing(job, err);
    if (good) {
        ticket->cancel = true;
        if (ticket->about.state == SPOOLER_STOPPED)
            ticket->about.state = SPOOLER_WAITING;
        good = spooler_kick(spooler, err);
    }
    pthread_mutex_unlock(&spooler->lock);
    spooler_tell(spooler);
    return good;
}

/* ------------------------------------------------------------------ opened and closed */

bool spooler_open(const struct spooler_config *config, struct spooler **ret_spooler,
                  struct error *err)
{
    struct spooler *spooler = calloc(1, sizeof *spooler);
    if (!spooler)
        return error_set(err, ERROR_LATER, "out of memory");
    spooler->config = *config;
    pthread_mutex_init(&spooler->lock, NULL);
    pthread_cond_init(&spooler->fewer, NULL);
    int n = snprintf(spooler->folder, sizeof spooler->folder, "%s", config->folder);
    bool good = (n > 0 && (size_t)n < sizeof spooler->folder) ||
                error_set(err, ERROR_BAD_INPUT, "path too long");
    if (good && spooler_load(spooler, err)) {
        *ret_spooler = spooler;
        return true;
    }
    spooler_close(spooler);
    return false;
}

void spooler_start(struct spooler *spooler)
{
    struct error err = {ERROR_NONE, ""};
    pthread_mutex_lock(&spooler->lock);
    for (const struct ticket *ticket = spooler->newest; ticket; ticket = ticket->older)
        if (ticket->about.state == SPOOLER_WAITING && !spooler_kick(spooler, &err))
            log_line(LOG_LEVEL_ERROR, "print jobs wait", "why=\"%s\"", err.text);
    pthread_mutex_unlock(&spooler->lock);
}

void spooler_stop(struct spooler *spooler)
{
    pthread_mutex_lock(&spooler->lock);
    spooler->stopping = true;
    while (spooler->threads > 0)
        pthread_cond_wait(&spooler->fewer, &spooler->lock);
    pthread_mutex_unlock(&spooler->lock);
}

void spooler_close(struct spooler *spooler)
{
    if (!spooler)
        return;
    spooler_stop(spooler);
    while (spooler->newest) {
        struct ticket *older = spooler->newest->older;
        ticket_free(spooler->newest);
        spooler->newest = older;
    }
    pthread_cond_destroy(&spooler->fewer);
    pthread_mutex_destroy(&spooler->lock);
    free(spooler);
}
