#include "server/writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/log.h"
#include "protocol/topic.h"

#define READERS 2 /* Ed25519 is 49 us a batch (limits.md): two keep up with any disk of ours */
#define WAITING_BYTES_MAX (32u << 20) /* beyond it devices send again */
#define GROUP_MESSAGES 500 /* bounds what a rollback repeats, and how long an act waits */
#define GROUP_ACTS 50
#define BEHIND_MS 500 /* views that are further behind hold the next group up, */
#define HOLD_MS 200   /* but no longer than this */
#define RETRY_MS 1000
#define PIECES_MAX 256 /* each at most half a message; a device has one on its way */
#define PIECES_IDLE_MS 60000

/* ------------------------------------------------------------------ queues */

/* What the network brought, or what a reader made of it. */
struct letter {
    struct letter *next;
    struct intake_message *message; /* NULL: not read yet */
    struct instant arrival;
    char topic[TOPIC_MAX];
    size_t n;
    uint8_t bytes[];
};

struct letters {
    struct letter *first, *last;
};

static void letters_add(struct letters *letters, struct letter *letter)
{
    letter->next = NULL;
    if (letters->last == NULL)
        letters->first = letter;
    else
        letters->last->next = letter;
    letters->last = letter;
}

static struct letter *letters_take(struct letters *letters)
{
    struct letter *letter = letters->first;
    if (letter != NULL) {
        letters->first = letter->next;
        if (letters->first == NULL)
            letters->last = NULL;
    }
    return letter;
}

static void letter_free(struct letter *letter)
{
    intake_message_free(letter->message);
    free(letter);
}

/* An act waits on its caller's stack. */
struct asked {
    struct asked *next;
    act act;
    void *arg;
    struct error *err;
    bool good, done;
    uint64_t group; /* committed in this one; 0 not at all */
};

struct reader {
    struct writer *writer;
    struct letters letters;
    pthread_cond_t some;
};

#define THREADS_MAX (3 + READERS)

struct writer {
    struct writer_config config;
    pthread_mutex_t lock; /* over all below */
    struct reader readers[READERS];
    struct letters read;   /* for the writer */
    struct letters pieces; /* for the thread beside it */
    size_t pieces_n;
    pthread_cond_t some_piece;
    size_t waiting_bytes;
    struct asked *asked, **asked_end;
    pthread_cond_t work;          /* for the writer */
    pthread_cond_t news;          /* for the follower */
    pthread_cond_t answered;      /* for askers */
    uint64_t committed, followed; /* groups */
    uint64_t following;           /* up to here they are taken in, or were */
    int64_t following_since_us;   /* the first of those was committed; monotonic */
    int64_t new_since_us;         /* the first after them was */
    bool behind;                  /* the views could not follow: tried again each second */
    bool started, stopping, writer_gone;
    struct writer_counts counts;
    pthread_t threads[THREADS_MAX];
    size_t threads_n; /* of them run */
};

/* ------------------------------------------------------------------ open */

bool writer_open(struct writer **ret_writer, struct error *err)
{
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return error_set(err, ERROR_LATER, "writer: out of memory");
    pthread_condattr_t steady; /* a clock that is set back makes nobody wait longer */
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->work, &steady);
    pthread_cond_init(&writer->some_piece, &steady);
    pthread_cond_init(&writer->news, &steady);
    pthread_cond_init(&writer->answered, &steady);
    writer->asked_end = &writer->asked;
    for (int i = 0; i < READERS; i++) {
        writer->readers[i].writer = writer;
        pthread_cond_init(&writer->readers[i].some, &steady);
    }
    pthread_condattr_destroy(&steady);
    *ret_writer = writer;
    return true;
}

/* ------------------------------------------------------------------ the network's door */

static struct reader *reader_of(struct writer *writer, const char *topic)
{
    unsigned int sum = 0;
    for (const char *at = topic; *at != '\0'; at++)
        sum = sum * 31 + (unsigned char)*at;
    return &writer->readers[sum % READERS];
}

void writer_message(struct writer *writer, const char *topic, const void *bytes, size_t n)
{
    if (n > WIRE_BYTES_MAX || strlen(topic) >= TOPIC_MAX)
        return; /* the broker takes neither (settled point 1) */
    struct letter *letter = calloc(1, sizeof *letter + n);
    if (letter == NULL)
        return;
    struct clock clock = clock_system();
    letter->arrival = clock.now(clock.self);
    letter->n = n;
    memcpy(letter->topic, topic, strlen(topic) + 1);
    if (n > 0)
        memcpy(letter->bytes, bytes, n);
    pthread_mutex_lock(&writer->lock);
    bool room = writer->waiting_bytes + n <= WAITING_BYTES_MAX && !writer->stopping;
    if (room) {
        struct reader *reader = reader_of(writer, topic);
        writer->waiting_bytes += n;
        letters_add(&reader->letters, letter);
        pthread_cond_signal(&reader->some);
    } else {
        writer->counts.dropped++;
    }
    pthread_mutex_unlock(&writer->lock);
    if (!room)
        letter_free(letter);
}

/* ------------------------------------------------------------------ readers */

static struct letter *next_letter(struct reader *reader)
{
    struct writer *writer = reader->writer;
    struct letter *letter = NULL;
    pthread_mutex_lock(&writer->lock);
    while (!writer->stopping && (letter = letters_take(&reader->letters)) == NULL)
        pthread_cond_wait(&reader->some, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    return letter;
}

/* To the thread it is for; what is too much is dropped, for the device sends it again. */
static bool sort_letter(struct writer *writer, struct letter *letter)
{
    const char *device;
    bool piece = letter->message != NULL && intake_piece(letter->message, &device) != NULL;
    bool kept = !piece || (writer->config.piece != NULL && writer->pieces_n < PIECES_MAX);
    if (piece)
        writer->waiting_bytes -= letter->n;
    if (!kept) {
        writer->counts.dropped++;
    } else if (piece) {
        letters_add(&writer->pieces, letter);
        writer->pieces_n++;
        pthread_cond_signal(&writer->some_piece);
    } else {
        letters_add(&writer->read, letter);
        pthread_cond_signal(&writer->work);
    }
    return kept;
}

static void *read_letters(void *arg)
{
    struct reader *reader = arg;
    struct writer *writer = reader->writer;
    struct letter *letter;
    while ((letter = next_letter(reader)) != NULL) {
        struct error err;
        if (!intake_read(writer->config.intake, letter->topic, letter->bytes, letter->n,
                         letter->arrival, &letter->message, &err) &&
            letter->message == NULL) /* one that came through is told of by the intake */
            log_line(LOG_LEVEL_ERROR, "message dropped", "why=\"%s\"", err.text);
        pthread_mutex_lock(&writer->lock);
        bool kept = sort_letter(writer, letter);
        pthread_mutex_unlock(&writer->lock);
        if (!kept)
            letter_free(letter);
    }
    return NULL;
}

/* ------------------------------------------------------------------ beside the writer: pieces */

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct timespec at_us(int64_t us)
{
    return (struct timespec){us / 1000000, us % 1000000 * 1000};
}

static struct timespec in_ms(int64_t ms)
{
    return at_us(now_us() + ms * 1000);
}

/* NULL: none came for a while, or it is time to end. */
static struct letter *next_piece(struct writer *writer)
{
    struct timespec until = in_ms(PIECES_IDLE_MS);
    struct letter *letter = NULL;
    pthread_mutex_lock(&writer->lock);
    while (!writer->stopping && (letter = letters_take(&writer->pieces)) == NULL &&
           pthread_cond_timedwait(&writer->some_piece, &writer->lock, &until) == 0)
        continue;
    if (letter != NULL)
        writer->pieces_n--;
    pthread_mutex_unlock(&writer->lock);
    return letter;
}

static bool is_stopping(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    bool stopping = writer->stopping;
    pthread_mutex_unlock(&writer->lock);
    return stopping;
}

static void *take_pieces(void *arg)
{
    struct writer *writer = arg;
    const struct writer_config *config = &writer->config;
    if (config->piece == NULL)
        return NULL;
    config->piece(config->ctx, NULL, NULL);
    while (!is_stopping(writer)) {
        const char *device = NULL;
        struct letter *letter = next_piece(writer);
        const struct attachment_chunk *chunk =
            letter == NULL ? NULL : intake_piece(letter->message, &device);
        config->piece(config->ctx, device, chunk);
        if (letter != NULL)
            letter_free(letter);
    }
    return NULL;
}

/* ------------------------------------------------------------------ the writer: a group */

struct group {
    struct letter *letters[GROUP_MESSAGES];
    size_t letters_n;
    struct asked *asked[GROUP_ACTS];
    size_t asked_n;
};

/* With the lock held. */
static int64_t behind_ms(const struct writer *writer)
{
    if (writer->behind || writer->followed < writer->following)
        return (now_us() - writer->following_since_us) / 1000;
    return writer->followed < writer->committed ? (now_us() - writer->new_since_us) / 1000 : 0;
}

/* Where the cores are all taken, nothing else keeps the follower's share from being too small:
 * pages would fall behind what receipts vouch for, further the longer it lasts. Views that fail
 * hold nobody up, and an act waits for them by itself. */
static void wait_for_views(struct writer *writer)
{
    struct timespec until = in_ms(HOLD_MS);
    while (!writer->stopping && writer->asked == NULL && !writer->behind &&
           behind_ms(writer) > BEHIND_MS &&
           pthread_cond_timedwait(&writer->answered, &writer->lock, &until) == 0)
        continue;
}

/* Takes what waits; what a failed group left comes first. False when it is time to end. */
static bool gather(struct writer *writer, struct group *group)
{
    pthread_mutex_lock(&writer->lock);
    while (!writer->stopping && writer->read.first == NULL && writer->asked == NULL &&
           group->letters_n == 0)
        pthread_cond_wait(&writer->work, &writer->lock);
    if (group->letters_n == 0)
        wait_for_views(writer);
    while (group->letters_n < GROUP_MESSAGES && writer->read.first != NULL) {
        struct letter *letter = letters_take(&writer->read);
        writer->waiting_bytes -= letter->n;
        group->letters[group->letters_n++] = letter;
    }
    while (group->asked_n < GROUP_ACTS && writer->asked != NULL) {
        group->asked[group->asked_n++] = writer->asked;
        writer->asked = writer->asked->next;
    }
    if (writer->asked == NULL)
        writer->asked_end = &writer->asked;
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

/* ------------------------------------------------------------------ the writer: what follows */

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
    int64_t committed_us = now_us();
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

static struct timespec next_try(void)
{
    return in_ms(RETRY_MS);
}

static void wait_to_retry(struct writer *writer)
{
    struct timespec until = next_try();
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
        while (group->asked_n < GROUP_ACTS && writer->asked != NULL) {
            group->asked[group->asked_n++] = writer->asked;
            writer->asked = writer->asked->next;
        }
        answer_acts(writer, group, &ending);
    } while (writer->asked != NULL);
    writer->asked_end = &writer->asked;
    pthread_cond_signal(&writer->news);
    pthread_mutex_unlock(&writer->lock);
}

static void *write_groups(void *arg)
{
    struct writer *writer = arg;
    struct group group = {.letters_n = 0};
    struct error err;
    bool broken = false;
    while (!broken && gather(writer, &group)) {
        int64_t begun_us = now_us();
        if (write_group(writer, &group, &err)) {
            group_committed(writer, &group, begun_us);
            broken = !record_relieve(writer->config.record, &err) && err.code == ERROR_BROKEN;
        } else {
            group_failed(writer, &group, &err);
            broken = err.code == ERROR_BROKEN;
            if (is_stopping(writer))
                break;
        }
    }
    if (broken)
        writer->config.broken(writer->config.ctx, &err);
    writer_ends(writer, &group);
    return NULL;
}

/* ------------------------------------------------------------------ the follower */

static void follow_group(struct writer *writer)
{
    struct error err;
    uint64_t committed = writer->committed;
    if (!writer->behind)
        writer->following_since_us = writer->new_since_us;
    writer->following = committed;
    pthread_mutex_unlock(&writer->lock);
    bool good = writer->config.follow(writer->config.ctx, &err);
    if (!good) {
        log_line(LOG_LEVEL_ERROR, "views do not follow", "why=\"%s\"", err.text);
        if (err.code == ERROR_BROKEN)
            writer->config.broken(writer->config.ctx, &err);
    }
    pthread_mutex_lock(&writer->lock);
    writer->behind = !good;
    writer->followed = committed; /* an act is done all the same: it is in the record */
    pthread_cond_broadcast(&writer->answered);
}

static void *follow_groups(void *arg)
{
    struct writer *writer = arg;
    pthread_mutex_lock(&writer->lock);
    while (!writer->writer_gone || writer->followed < writer->committed) {
        struct timespec until = next_try();
        bool retry = writer->behind && writer->followed == writer->committed &&
                     pthread_cond_timedwait(&writer->news, &writer->lock, &until) != 0;
        if (retry || writer->followed < writer->committed)
            follow_group(writer);
        else if (!writer->behind)
            pthread_cond_wait(&writer->news, &writer->lock);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

/* ------------------------------------------------------------------ acts */

static bool run(void *self, act act_to_run, void *arg, struct error *err)
{
    struct writer *writer = self;
    struct asked asked = {.act = act_to_run, .arg = arg, .err = err};
    pthread_mutex_lock(&writer->lock);
    if (!writer->started || writer->writer_gone || writer->stopping) {
        pthread_mutex_unlock(&writer->lock);
        return error_set(err, ERROR_LATER, "the server is stopping");
    }
    *writer->asked_end = &asked;
    writer->asked_end = &asked.next;
    pthread_cond_signal(&writer->work);
    while (!asked.done || writer->followed < asked.group)
        pthread_cond_wait(&writer->answered, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    return asked.good;
}

struct acts writer_acts(struct writer *writer)
{
    return (struct acts){.run = run, .self = writer};
}

/* ------------------------------------------------------------------ start, stop */

static bool start(struct writer *writer, void *(*thread)(void *), void *arg, struct error *err)
{
    int why = pthread_create(&writer->threads[writer->threads_n], NULL, thread, arg);
    if (why != 0)
        return error_set(err, ERROR_LATER, "writer: cannot start thread %zu of %d: %s",
                         writer->threads_n + 1, THREADS_MAX, strerror(why));
    writer->threads_n++;
    return true;
}

bool writer_start(struct writer *writer, const struct writer_config *config, struct error *err)
{
    writer->config = *config;
    bool good =
        start(writer, write_groups, writer, err) && start(writer, follow_groups, writer, err);
    pthread_mutex_lock(&writer->lock);
    writer->started = good; /* acts wait in a queue until then */
    pthread_mutex_unlock(&writer->lock);
    good = good && start(writer, take_pieces, writer, err);
    for (int i = 0; good && i < READERS; i++)
        good = start(writer, read_letters, &writer->readers[i], err);
    if (!good)
        writer_stop(writer); /* those that run must not outlive what they work on */
    return good;
}

void writer_stop(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_broadcast(&writer->work);
    pthread_cond_broadcast(&writer->some_piece);
    for (int i = 0; i < READERS; i++)
        pthread_cond_broadcast(&writer->readers[i].some);
    pthread_mutex_unlock(&writer->lock);
    while (writer->threads_n > 0)
        pthread_join(writer->threads[--writer->threads_n], NULL);
}

static void drop(struct letters *letters)
{
    struct letter *letter;
    while ((letter = letters_take(letters)) != NULL)
        letter_free(letter);
}

void writer_close(struct writer *writer)
{
    if (writer == NULL)
        return;
    writer_stop(writer);
    drop(&writer->read);
    drop(&writer->pieces);
    for (int i = 0; i < READERS; i++) {
        drop(&writer->readers[i].letters);
        pthread_cond_destroy(&writer->readers[i].some);
    }
    pthread_cond_destroy(&writer->work);
    pthread_cond_destroy(&writer->some_piece);
    pthread_cond_destroy(&writer->news);
    pthread_cond_destroy(&writer->answered);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}

void writer_counts(struct writer *writer, struct writer_counts *ret_counts)
{
    pthread_mutex_lock(&writer->lock);
    *ret_counts = writer->counts;
    ret_counts->views_behind_ms = behind_ms(writer);
    pthread_mutex_unlock(&writer->lock);
}
