/* writer_follow.c - the follower: views take in what was committed; and what it holds up when they
 * are behind. */
#include "server/writer_inside.h"

#include "protocol/log.h"

#define BEHIND_MS 500 /* views that are further behind hold the next group up, */
#define HOLD_MS 200   /* but no longer than this */

/* With the lock held. */
int64_t writer_behind_ms(const struct writer *writer)
{
    if (writer->behind || writer->followed < writer->following)
        return (writer_now_us() - writer->following_since_us) / 1000;
    return writer->followed < writer->committed ? (writer_now_us() - writer->new_since_us) / 1000
                                                : 0;
}

/* Where the cores are all taken, nothing else keeps the follower's share from being too small:
 * pages would fall behind what receipts vouch for, further the longer it lasts. Views that fail
 * hold nobody up, and an act waits for them by itself. */
void writer_wait_for_views(struct writer *writer)
{
    struct timespec until = writer_in_ms(HOLD_MS);
    while (!writer->stopping && writer->asked == NULL && !writer->behind &&
           writer_behind_ms(writer) > BEHIND_MS &&
           pthread_cond_timedwait(&writer->answered, &writer->lock, &until) == 0)
        continue;
}

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

void *writer_follow_groups(void *arg)
{
    struct writer *writer = arg;
    pthread_mutex_lock(&writer->lock);
    while (!writer->writer_gone || writer->followed < writer->committed) {
        struct timespec until = writer_in_ms(RETRY_MS);
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
