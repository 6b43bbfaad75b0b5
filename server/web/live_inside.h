/* live_inside.h - the struct behind live.h, for the two files of it: live.c has the streams and the
 * citizens' pages, live_desk.c what desks hear. Private to them. */
#ifndef TRAO_SERVER_WEB_LIVE_INSIDE_H
#define TRAO_SERVER_WEB_LIVE_INSIDE_H

#include <pthread.h>

#include "server/web/desk_news.h"
#include "server/web/guard.h"
#include "server/web/live.h"

#define BUCKETS 1024 /* streams are looked up by item at each change */

/* What a stream's end is told with; lives as long as the stream. */
struct belonging {
    struct live *live;
    struct page *page;
};

/* One open page. */
struct page {
    struct page *before, *after; /* in its bucket; desks have one of their own */
    struct http_stream *stream;
    struct belonging *belonging;
    bool is_desk;
    struct live_ticket ticket; /* citizens */
    struct live_pass pass;     /* desks */
    struct instant until;
    char client[GUARD_SOURCE_MAX]; /* whose it is, as the guard counts */
    uint64_t told;                 /* version last written */
    int64_t beat_ms;
};

struct live {
    const struct config *config;
    struct views *views;
    struct readers *readers;
    struct clock clock;
    pthread_mutex_t lock;              /* guards the lists and every use of a stream */
    struct page *buckets[BUCKETS + 1]; /* the last: desks */
    size_t n;
    bool counts_changed; /* since desks were last told */
    struct desk_news news;
    bool stopping;
};

struct instant live_now(const struct live *live);
/* The lock is held. */
void live_write(struct page *page, const struct html *html);
void live_open_page(struct live *live, const struct page *like, struct http_answer *answer);

/* An item's row as desks read it, in both languages; html_done(each). */
void live_rows(const struct item *item, const struct view *view, struct html rows[2]);
/* Tells those who see the item. The lock is held. */
void live_tell_desks(struct live *live, const struct item *item, const struct view *view,
                     const struct html rows[2]);
/* What a page that knows the news up to a number missed; nothing for one that knows none. Its
 * stream is in no answer yet, so the page stays. */
void live_replay(struct live *live, struct page *page);
/* At a tick. */
void live_tell_counts(struct live *live);
void live_end_lost_logins(struct live *live);

#endif
