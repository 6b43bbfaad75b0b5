#include "server/writer_inside.h"

#include <stdlib.h>
#include <string.h>

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

/* ------------------------------------------------------------------ for all threads */

int64_t writer_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct timespec at_us(int64_t us)
{
    return (struct timespec){us / 1000000, us % 1000000 * 1000};
}

struct timespec writer_in_ms(int64_t ms)
{
    return at_us(writer_now_us() + ms * 1000);
}

bool writer_is_stopping(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    bool stopping = writer->stopping;
    pthread_mutex_unlock(&writer->lock);
    return stopping;
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
    bool good = start(writer, writer_write_groups, writer, err) &&
                start(writer, writer_follow_groups, writer, err);
    pthread_mutex_lock(&writer->lock);
    writer->started = good; /* acts wait in a queue until then */
    pthread_mutex_unlock(&writer->lock);
    good = good && start(writer, writer_take_pieces, writer, err);
    for (int i = 0; good && i < READERS; i++)
        good = start(writer, writer_read_letters, &writer->readers[i], err);
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
    ret_counts->views_behind_ms = writer_behind_ms(writer);
    pthread_mutex_unlock(&writer->lock);
}
