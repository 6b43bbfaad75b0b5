#include "server/alarms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 64 /* devices in trouble at one time, times kinds of trouble */

struct row {
    struct alarm held; /* times 0: nothing is held back; no device and no sentence: free */
    size_t kind_n;     /* bytes of held.sentence that make the kind */
    int64_t said_ms;
    bool used;
};

struct alarms {
    pthread_mutex_t lock;
    struct clock clock;
    void (*say)(void *ctx, const struct alarm *alarm);
    void *ctx;
    struct row rows[ROWS];
};

bool alarms_new(struct clock clock, void (*say)(void *ctx, const struct alarm *alarm), void *ctx,
                struct alarms **ret_alarms, struct error *err)
{
    struct alarms *alarms = calloc(1, sizeof *alarms);
    if (!alarms)
        return error_set(err, ERROR_LATER, "alarms: out of memory");
    pthread_mutex_init(&alarms->lock, NULL);
    alarms->clock = clock;
    alarms->say = say;
    alarms->ctx = ctx;
    *ret_alarms = alarms;
    return true;
}

/* The lock is held, here and below. */
static void say_held(struct alarms *alarms, struct row *row, int64_t now_ms)
{
    if (row->held.times > 0)
        alarms->say(alarms->ctx, &row->held);
    row->held.times = 0;
    row->said_ms = now_ms;
}

void alarms_free(struct alarms *alarms)
{
    if (!alarms)
        return;
    for (size_t i = 0; i < ROWS; i++)
        say_held(alarms, &alarms->rows[i], 0);
    pthread_mutex_destroy(&alarms->lock);
    free(alarms);
}

static bool is_of(const struct row *row, const char *device, const char *sentence, size_t kind_n)
{
    return row->used && strcmp(row->held.device, device) == 0 && row->kind_n == kind_n &&
           strncmp(row->held.sentence, sentence, kind_n) == 0;
}

static struct row *row_of(struct alarms *alarms, const char *device, const char *sentence,
                          size_t kind_n, int64_t now_ms)
{
    struct row *take = &alarms->rows[0];
    for (size_t i = 0; i < ROWS; i++) {
        struct row *row = &alarms->rows[i];
        if (is_of(row, device, sentence, kind_n))
            return row;
        if (take->used && (!row->used || row->said_ms < take->said_ms))
            take = row;
    }
    say_held(alarms, take, now_ms);
    *take = (struct row){.kind_n = kind_n, .said_ms = now_ms - ALARMS_MINUTE_MS, .used = true};
    (void)snprintf(take->held.device, sizeof take->held.device, "%s", device);
    return take;
}

/* True too when the clock was set back. */
static bool is_over(const struct row *row, int64_t now_ms)
{
    return now_ms - row->said_ms >= ALARMS_MINUTE_MS || now_ms < row->said_ms;
}

void alarms_raise(struct alarms *alarms, const char *device, uint64_t epoch, uint64_t seq,
                  const char *sentence)
{
    size_t kind_n = strcspn(sentence, ":0123456789");
    if (kind_n >= ALARMS_SENTENCE_MAX)
        kind_n = ALARMS_SENTENCE_MAX - 1;
    pthread_mutex_lock(&alarms->lock);
    int64_t now_ms = alarms->clock.now(alarms->clock.self).ms;
    struct row *row = row_of(alarms, device, sentence, kind_n, now_ms);
    (void)snprintf(row->held.sentence, sizeof row->held.sentence, "%s", sentence);
    row->held.epoch = epoch;
    row->held.seq = seq;
    row->held.times++;
    if (is_over(row, now_ms))
        say_held(alarms, row, now_ms);
    pthread_mutex_unlock(&alarms->lock);
}

void alarms_tick(struct alarms *alarms)
{
    pthread_mutex_lock(&alarms->lock);
    int64_t now_ms = alarms->clock.now(alarms->clock.self).ms;
    for (size_t i = 0; i < ROWS; i++)
        if (alarms->rows[i].held.times > 0 && is_over(&alarms->rows[i], now_ms))
            say_held(alarms, &alarms->rows[i], now_ms);
    pthread_mutex_unlock(&alarms->lock);
}
