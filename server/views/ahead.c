#include "server/views/ahead.h"

#include <pthread.h>
#include <stdlib.h>

#define RING 64 /* rows read and not yet taken in: 12 MB, made as they are first needed */
/* Who has waited goes on when half of it is there: a switch of threads costs as much as some facts.
 */
#define HALF (RING / 2)

/* What one thread reads. */
struct stream {
    struct facts *facts; /* the thread's, as is `at` */
    enum rows_kind kind;
    struct rows_at at;
    pthread_t thread;
    pthread_mutex_t lock; /* over what follows; a slot is its owner's */
    pthread_cond_t changed;
    size_t read, taken; /* rows so far: those from taken to read are full */
    bool ended, stopping, good;
    struct error err;
    struct rows *ring[RING]; /* NULL: not yet needed */
};

struct ahead {
    struct stream *stream[2]; /* by rows_kind; NULL: not begun */
    struct stream *given;     /* of whose rows the caller has some */
    struct mark mark;         /* through both kinds, with the rows given out last */
};

/* ------------------------------------------------------------------ the thread's */

/* False when it is time to end. */
static bool wait_for_room(struct stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    if (stream->read - stream->taken == RING)
        while (!stream->stopping && stream->read - stream->taken > HALF)
            pthread_cond_wait(&stream->changed, &stream->lock);
    bool go_on = !stream->stopping;
    pthread_mutex_unlock(&stream->lock);
    return go_on;
}

/* The slot that is read into next; a short record needs one. */
static struct rows *slot(struct stream *stream, struct error *err)
{
    struct rows **rows = &stream->ring[stream->read % RING];
    if (*rows == NULL && (*rows = malloc(sizeof **rows)) == NULL)
        (void)error_set(err, ERROR_LATER, "views: out of memory");
    return *rows;
}

static void *read_ahead(void *arg)
{
    struct stream *stream = arg;
    bool more = true, good = true;
    struct error err;
    while (more && wait_for_room(stream)) {
        struct rows *rows = slot(stream, &err);
        good = rows != NULL && rows_next_of(stream->facts, stream->kind, &stream->at, rows, &err);
        more = good && rows->more;
        pthread_mutex_lock(&stream->lock);
        stream->read += good;
        stream->good = good;
        if (!good)
            stream->err = err;
        stream->ended = !more;
        if (stream->ended || stream->read - stream->taken == HALF)
            pthread_cond_signal(&stream->changed);
        pthread_mutex_unlock(&stream->lock);
    }
    return NULL;
}

static struct stream *stream_begin(struct facts *facts, enum rows_kind kind,
                                   const struct mark *mark)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    stream->facts = facts;
    stream->kind = kind;
    stream->at = (struct rows_at){.mark = *mark};
    stream->good = true;
    pthread_mutex_init(&stream->lock, NULL);
    pthread_cond_init(&stream->changed, NULL);
    if (pthread_create(&stream->thread, NULL, read_ahead, stream) == 0)
        return stream;
    pthread_cond_destroy(&stream->changed);
    pthread_mutex_destroy(&stream->lock);
    free(stream);
    return NULL;
}

static void stream_end(struct stream *stream)
{
    if (stream == NULL)
        return;
    pthread_mutex_lock(&stream->lock);
    stream->stopping = true;
    pthread_cond_signal(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
    (void)pthread_join(stream->thread, NULL);
    pthread_cond_destroy(&stream->changed);
    pthread_mutex_destroy(&stream->lock);
    for (size_t i = 0; i < RING; i++)
        free(stream->ring[i]);
    free(stream);
}

/* ------------------------------------------------------------------ the caller's */

bool ahead_begin(struct facts *const facts[2], const struct mark *mark, struct ahead **ret_ahead,
                 struct error *err)
{
    struct ahead *ahead = calloc(1, sizeof *ahead);
    if (ahead == NULL)
        return error_set(err, ERROR_LATER, "views: out of memory");
    ahead->mark = *mark;
    for (enum rows_kind kind = ROWS_SCANS; kind <= ROWS_OFFICE; kind++) {
        ahead->stream[kind] = stream_begin(facts[kind], kind, mark);
        if (ahead->stream[kind] == NULL) {
            ahead_end(ahead);
            return error_set(err, ERROR_LATER, "views: no memory or no thread to read ahead");
        }
    }
    *ret_ahead = ahead;
    return true;
}

/* The stream's next rows; NULL after its last, or when it failed. */
static struct rows *first_of(struct stream *stream, bool *good, struct error *err)
{
    pthread_mutex_lock(&stream->lock);
    if (stream->read == stream->taken)
        while (stream->read - stream->taken < HALF && !stream->ended)
            pthread_cond_wait(&stream->changed, &stream->lock);
    bool some = stream->read > stream->taken;
    if (!some && !stream->good)
        *good = error_set(err, stream->err.code, "%s", stream->err.text);
    pthread_mutex_unlock(&stream->lock);
    return some ? stream->ring[stream->taken % RING] : NULL;
}

bool ahead_next(struct ahead *ahead, const struct rows **ret_rows, struct error *err)
{
    bool good = true;
    struct rows *scans = first_of(ahead->stream[ROWS_SCANS], &good, err);
    struct rows *office = first_of(ahead->stream[ROWS_OFFICE], &good, err);
    bool office_turn = office != NULL && (scans == NULL || office->until.ms <= scans->until.ms);
    struct rows *rows = office_turn ? office : scans;
    ahead->given = ahead->stream[office_turn ? ROWS_OFFICE : ROWS_SCANS];
    if (rows != NULL && office_turn)
        ahead->mark.office = rows->mark.office;
    else if (rows != NULL)
        ahead->mark.batch = rows->mark.batch;
    if (rows != NULL)
        rows->mark = ahead->mark;
    *ret_rows = rows;
    return good;
}

void ahead_give_back(struct ahead *ahead)
{
    struct stream *stream = ahead->given;
    pthread_mutex_lock(&stream->lock);
    stream->taken++;
    if (stream->read - stream->taken == HALF)
        pthread_cond_signal(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
}

void ahead_end(struct ahead *ahead)
{
    if (ahead == NULL)
        return;
    for (enum rows_kind kind = ROWS_SCANS; kind <= ROWS_OFFICE; kind++)
        stream_end(ahead->stream[kind]);
    free(ahead);
}
