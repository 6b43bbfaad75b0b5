/* writer_groups.c - the writer: takes what waits into a group, commits it, answers; tries again
 * what could not be written. */
#include "server/writer_inside.h"

#include "protocol/log.h"

#define GROUP_MESSAGES 500 /* bounds what a rollback repeats, and how long an act waits */
#define GROUP_ACTS 50

/* ------------------------------------------------------------------ a group */

struct group {
    struct letter *letters[GROUP_MESSAGES];
    size_t letters_n;
    struct asked *asked[GROUP_ACTS];
    size_t asked_n;
};

/* With the lock held. */
static void gather_acts(struct writer *writer, struct group *group)
{
    while (group->asked_n < GROUP_ACTS && writer->asked != NULL) {
        group->asked[group->asked_n++] = writer->asked;
        writer->asked = writer->asked->next;
    }
    if (writer->asked == NULL)
        writer->asked_end = &writer->asked;
}

/* Takes what waits; what a failed group left comes first. False when it is time to end. */
static bool gather(struct writer *writer, struct group *group)
{
    pthread_mutex_lock(&writer->lock);
    while (!writer->stopping && writer->read.first == NULL && writer->asked == NULL &&
           group->letters_n == 0)
        pthread_cond_wait(&writer->work, &writer->lock);
    if (group->letters_n == 0)
        writer_wait_for_views(writer);
    while (group->letters_n < GROUP_MESSAGES && writer->read.first != NULL) {
        struct letter *letter = letters_take(&writer->read);
        writer->waiting_bytes -= letter->n;
        group->letters[group->letters_n++] = letter;
    }
    gather_acts(writer, group);
    bool any = group->letters_n > 0 || group->asked_n > 0;
    pthread_mutex_unlock(&writer->lock);
    return any;
}

static bool take_messages(struct writer *writer, const struct group *group, struct error *err)
{
    for (size_t i = 0; i < group->letters_n; i++)
        if (group->letters[i]->message != NULL &&
            !intake_take(writer->config.intake, group->letters[i]->message, err))
            return false;
    return true;
}

/* An act that fails is undone alone; one that the record fails for takes the group with it. */
static bool run_act(struct writer *writer, struct asked *asked, struct error *err)
{
    struct record *record = writer->config.record;
    struct error why = {.code = ERROR_NONE};
    if (!record_act_begin(record, err))
        return false;
    asked->good = asked->act(record, asked->arg, &why);
    if (!asked->good && asked->err != NULL)
        *asked->err = why;
    return record_act_end(record, asked->good, err);
}

static bool run_acts(struct writer *writer, const struct group *group, struct error *err)
{
    for (size_t i = 0; i < group->asked_n; i++)
        if (!run_act(writer, group->asked[i], err))
            return false;
    return true;
}

static bool write_group(struct writer *writer, const struct group *group, struct error *err)
{
    struct record *record = writer->config.record;
    if (!record_begin(record, err))
        return false;
    if (take_messages(writer, group, err) && run_acts(writer, group, err))
        return record_commit(record, err);
    record_rollback(record);
    return false;
}

/* ------------------------------------------------------------------ what follows */

static void answer_acts(struct writer *writer, struct group *group, const struct error *failure)
{
    for (size_t i = 0; i < group->asked_n; i++) {
        struct asked *asked = group->asked[i];
        if (failure != NULL) {
            error_set(asked->err, ERROR_LATER, "%s", failure->text);
            asked->good = false;
        }
        asked->group = asked->good ? writer->committed : 0;
        asked->done = true;
    }
    if (failure == NULL)
        writer->counts.acts += group->asked_n;
    group->asked_n = 0;
    pthread_cond_broadcast(&writer->answered);
}

static void group_committed(struct writer *writer, struct group *group, int64_t begun_us)
{
    int64_t committed_us = writer_now_us();
    intake_answer(writer->config.intake);
    pthread_mutex_lock(&writer->lock);
    if (writer->committed++ == writer->following)
        writer->new_since_us = committed_us;
    writer->counts.groups++;
    writer->counts.commit_us += (uint64_t)(committed_us - begun_us);
    answer_acts(writer, group, NULL);
    pthread_cond_signal(&writer->news);
    pthread_mutex_unlock(&writer->lock);
    for (size_t i = 0; i < group->letters_n; i++)
        letter_free(group->letters[i]);
    group->letters_n = 0;
}

static void wait_to_retry(struct writer *writer)
{
    struct timespec until = writer_in_ms(RETRY_MS);
    while (!writer->stopping && pthread_cond_timedwait(&writer->work, &writer->lock, &until) == 0)
        if (writer->asked != NULL)
            break; /* it is told at once that nothing can be written now */
}

static void group_failed(struct writer *writer, struct group *group, const struct error *why)
{
    intake_forget(writer->config.intake);
    log_line(LOG_LEVEL_ERROR, "record cannot be written, trying again", "why=\"%s\"", why->text);
    pthread_mutex_lock(&writer->lock);
    writer->counts.failed_groups++;
    answer_acts(writer, group, why);
    wait_to_retry(writer);
    pthread_mutex_unlock(&writer->lock);
}

/* Nothing more is written: whoever waits is told. */
static void writer_ends(struct writer *writer, struct group *group)
{
    const struct error ending = {.code = ERROR_LATER, .text = "the server is stopping"};
    for (size_t i = 0; i < group->letters_n; i++)
        letter_free(group->letters[i]);
    pthread_mutex_lock(&writer->lock);
    writer->writer_gone = true;
    do {
        gather_acts(writer, group);
        answer_acts(writer, group, &ending);
    } while (writer->asked != NULL);
    pthread_cond_signal(&writer->news);
    pthread_mutex_unlock(&writer->lock);
}

void *writer_write_groups(void *arg)
{
    struct writer *writer = arg;
    struct group group = {.letters_n = 0};
    struct error err;
    bool broken = false;
    while (!broken && gather(writer, &group)) {
        int64_t begun_us = writer_now_us();
        if (write_group(writer, &group, &err)) {
            group_committed(writer, &group, begun_us);
            broken = !record_relieve(writer->config.record, &err) && err.code == ERROR_BROKEN;
        } else {
            group_failed(writer, &group, &err);
            broken = err.code == ERROR_BROKEN;
            if (writer_is_stopping(writer))
                break;
        }
    }
    if (broken)
        writer->config.broken(writer->config.ctx, &err);
    writer_ends(writer, &group);
    return NULL;
}
