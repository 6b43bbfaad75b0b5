/* parts_threads.c - the threads: what each does over and over, and in which order they end. */
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "protocol/log.h"
#include "server/daily.h"
#include "server/parts.h"

#define TICK_MS 500
#define COPY_MS 500
#define KEEP_MS 2000 /* how far views.db lags behind memory */

bool parts_go_on(void *ctx, struct error *err)
{
    const struct server *server = ctx;
    return !atomic_load(&server->stopping) || error_set(err, ERROR_LATER, "the server stops");
}

/* ------------------------------------------------------------------ the writer's */

static bool follow(void *ctx, struct error *err)
{
    struct server *server = ctx;
    return views_follow(server->views, err);
}

static void broken(void *ctx, const struct error *why)
{
    struct server *server = ctx;
    log_line(LOG_LEVEL_ALARM, "the record is damaged, stopping", "why=\"%s\"", why->text);
    atomic_store(&server->broken, true);
    kill(getpid(), SIGTERM); /* main waits for it */
}

/* ------------------------------------------------------------------ what each does */

/* False when it is time to end. */
static bool pause_ms(const struct server *server, long ms)
{
    const struct timespec step = {.tv_nsec = 100L * 1000 * 1000};
    for (long slept = 0; slept < ms && !atomic_load(&server->stopping); slept += 100)
        nanosleep(&step, NULL);
    return !atomic_load(&server->stopping);
}

/* What was said of connections that were cut off, and how long ago. */
struct cut_told {
    uint64_t slow, unread;
    unsigned ticks;
};

#define CUT_TOLD_TICKS (60000 / TICK_MS) /* a line a minute, however many there are */

/* One line for all of them: no address, and none of their bytes (case W06). */
static void tell_cut(struct server *server, struct cut_told *told)
{
    uint64_t slow = 0, unread = 0;
    parts_count_cut(server, &slow, &unread);
    if ((slow == told->slow && unread == told->unread) || told->ticks < CUT_TOLD_TICKS) {
        told->ticks++;
        return;
    }
    log_line(LOG_LEVEL_INFO, "clients cut off", "slow=%llu unread=%llu",
             (unsigned long long)(slow - told->slow), (unsigned long long)(unread - told->unread));
    *told = (struct cut_told){.slow = slow, .unread = unread};
}

static void *tick(void *arg)
{
    struct server *server = arg;
    struct cut_told told = {.ticks = CUT_TOLD_TICKS};
    while (pause_ms(server, TICK_MS)) {
        web_tick(server->web);
        tell_cut(server, &told);
        alarms_tick(server->alarms);
    }
    return NULL;
}

/* On a thread of its own: a gateway may take its time. */
static void *send_messages(void *arg)
{
    struct server *server = arg;
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        if (!notify_tick(server->notify, &err))
            log_line(LOG_LEVEL_ERROR, "messages wait", "why=\"%s\"", err.text);
    }
    return NULL;
}

static void *tell_offices(void *arg)
{
    struct server *server = arg;
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        if (!push_tick(pushing_push(server->pushing), &err))
            log_line(LOG_LEVEL_ERROR, "offices are told later", "why=\"%s\"", err.text);
    }
    return NULL;
}

/* Too many for the queue, because nothing can be written; the devices send them again. */
static void tell_dropped(struct server *server, uint64_t *told)
{
    struct writer_counts counts;
    writer_counts(server->writer, &counts);
    if (counts.dropped > *told)
        log_line(LOG_LEVEL_ALARM, "messages dropped, devices send them again", "dropped=%llu",
                 (unsigned long long)(counts.dropped - *told));
    *told = counts.dropped;
}

/* Often, so that a commit never waits long behind what a checkpoint writes [docs/decisions/0172].
 */
static void checkpoint(struct server *server)
{
    struct error err;
    if (db_checkpoint(server->checkpointer, &err))
        return;
    log_line(LOG_LEVEL_ERROR, "checkpoint", "why=\"%s\"", err.text);
    if (err.code == ERROR_BROKEN)
        broken(server, &err);
}

static void *keep(void *arg)
{
    struct server *server = arg;
    uint64_t told = 0;
    long slept = 0;
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        checkpoint(server);
        slept += TICK_MS;
        if (slept < KEEP_MS)
            continue;
        slept = 0;
        tell_dropped(server, &told);
        if (!views_flush(server->views, &err))
            log_line(LOG_LEVEL_ERROR, "views not written", "why=\"%s\"", err.text);
    }
    return NULL;
}

/* What is new is taken in when somebody asks; this keeps a long list from waiting for that. */
static void *index_words(void *arg)
{
    struct server *server = arg;
    bool more = false;
    while (more ? !atomic_load(&server->stopping) : pause_ms(server, KEEP_MS)) {
        struct error err;
        if (!finder_follow(server->finder, &more, &err)) {
            log_line(LOG_LEVEL_ERROR, "search is behind", "why=\"%s\"", err.text);
            more = false;
        }
    }
    return NULL;
}

static void *do_daily(void *arg)
{
    struct server *server = arg;
    struct daily daily = {.lanes = server->lanes};
    struct clock clock = clock_system();
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        if (!daily_work(&daily, clock.tick(clock.self), &err))
            log_line(LOG_LEVEL_ERROR, "what is due each day waits", "why=\"%s\"", err.text);
    }
    return NULL;
}

static void *send_rounds(void *arg)
{
    struct server *server = arg;
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        if (!dispatch_work(server->dispatch, &err))
            log_line(LOG_LEVEL_ERROR, "rounds wait", "why=\"%s\"", err.text);
    }
    return NULL;
}

static void *copy_on(void *arg)
{
    struct server *server = arg;
    do
        copies_work(server->copies);
    while (pause_ms(server, COPY_MS));
    return NULL;
}

static void *serve_control(void *arg)
{
    struct server *server = arg;
    control_serve(server->control);
    return NULL;
}

static void *work_web(void *arg)
{
    struct server *server = arg;
    web_work(server->web);
    return NULL;
}

/* ------------------------------------------------------------------ start, end */

static bool start(struct server *server, void *(*thread)(void *), struct error *err)
{
    if (pthread_create(&server->threads[server->threads_n], NULL, thread, server) != 0)
        return error_set(err, ERROR_LATER, "cannot start a thread");
    server->threads_n++;
    return true;
}

bool parts_open_threads(struct server *server, struct error *err)
{
    struct writer_config config = {.record = server->record,
                                   .intake = server->intake,
                                   .piece = parts_take_piece,
                                   .follow = follow,
                                   .broken = broken,
                                   .ctx = server};
    if (!writer_start(server->writer, &config, err))
        return false;
    bool good = start(server, serve_control, err) && start(server, tick, err) &&
                start(server, send_messages, err) && start(server, keep, err) &&
                start(server, send_rounds, err) && start(server, index_words, err) &&
                start(server, do_daily, err) &&
                (server->copies == NULL || start(server, copy_on, err));
    for (int i = 0; good && i < WEB_WORKERS; i++)
        good = start(server, work_web, err);
    if (good)
        spooler_start(server->spooler);
    for (int i = 0; good && i < PUSH_THREADS; i++)
        good = start(server, tell_offices, err);
    return good;
}

/* Whoever asks the writer for something ends before the writer does. */
void parts_close_threads(struct server *server)
{
    atomic_store(&server->stopping, true);
    control_stop(server->control);
    web_stop(server->web);
    while (server->threads_n > 0)
        pthread_join(server->threads[--server->threads_n], NULL);
    spooler_stop(server->spooler);
    writer_stop(server->writer); /* its follower tells pages and messages, which close next */
}
