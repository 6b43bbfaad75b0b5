#include "server/delivery/wishes.h"
#include "server/web/live_inside.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"

struct instant live_now(const struct live *live)
{
    return live->clock.now(live->clock.self);
}

static size_t bucket_of(const struct item *item)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < ITEM_CHARS; i++)
        h = (h ^ (unsigned char)item->text[i]) * 16777619u;
    return h % BUCKETS;
}

static size_t bucket_of_page(const struct page *page)
{
    return page->is_desk ? BUCKETS : bucket_of(&page->ticket.item);
}

bool live_new(const struct config *config, struct views *views, struct readers *readers,
              struct clock clock, struct live **ret_live, struct error *err)
{
    struct live *live = calloc(1, sizeof *live);
    if (!live)
        return error_set(err, ERROR_LATER, "live: out of memory");
    live->config = config;
    live->views = views;
    live->readers = readers;
    live->clock = clock;
    pthread_mutex_init(&live->lock, NULL);
    desk_news_begin(&live->news, live_now(live));
    *ret_live = live;
    return true;
}

void live_free(struct live *live)
{
    if (!live)
        return;
    pthread_mutex_destroy(&live->lock);
    free(live);
}

/* ------------------------------------------------------------------ events */

void live_write(struct page *page, const struct html *html)
{
    if (!html->failed && html->n > 0)
        http_stream_write(page->stream, html->bytes, html->n);
}

/* What pages of one item may differ in: what was proven, and the language. */
#define KINDS 6

static unsigned kind_of(const struct live_ticket *ticket)
{
    return (unsigned)ticket->proof * 2 + ticket->english;
}

/* "id", "event", "data": our markup has no line breaks. Reads the record: without the lock. */
static void render(const struct live *live, const struct view *view, const struct fact *history,
                   size_t history_n, unsigned kind, struct html *html)
{
    struct config config = *live->config;
    struct pickup pickup;
    uint32_t point = wish_pickup(&view->state);
    bool collects = point != 0 && readers_pickup(live->readers, point, live_now(live), &pickup);
    if (kind / 2 != PROOF_NUMBER)
        config = readers_config(live->readers, live->config, &view->state, live_now(live));
    struct face face = {
        .view = view,
        .history = history,
        .history_n = history_n,
        .proof = (enum proof)(kind / 2),
        .english = kind % 2,
        .now = live_now(live),
        .config = &config,
        .pickup = collects ? &pickup : NULL,
    };
    html_format(html, "id: %llu\nevent: tin\ndata: ", (unsigned long long)view->version);
    face_render(&face, html);
    html_put(html, "\n\n");
}

/* An event for each kind of the bits; the others stay empty. */
static void render_kinds(const struct live *live, const struct view *view, unsigned kinds,
                         struct html events[KINDS])
{
    struct fact *history = kinds ? calloc(VIEW_HISTORY_MAX, sizeof *history) : NULL;
    if (!history)
        return;
    size_t n = views_history(live->views, &view->state.item, history, VIEW_HISTORY_MAX);
    for (unsigned kind = 0; kind < KINDS; kind++)
        if (kinds & 1u << kind)
            render(live, view, history, n, kind, &events[kind]);
    free(history);
}

/* The lock is held. A page that had this version or a later one meanwhile is left alone. */
static void write_event(struct page *page, const struct view *view, const struct html events[KINDS])
{
    const struct html *event = &events[kind_of(&page->ticket)];
    if (page->told >= view->version || event->n == 0)
        return;
    live_write(page, event);
    page->told = view->version;
}

static void events_done(struct html events[KINDS])
{
    for (unsigned kind = 0; kind < KINDS; kind++)
        html_done(&events[kind]);
}

/* ------------------------------------------------------------------ opening and closing */

static void on_closed(void *ctx, struct http_stream *stream)
{
    struct belonging *belonging = ctx;
    struct live *live = belonging->live;
    struct page *page = belonging->page;
    (void)stream;
    pthread_mutex_lock(&live->lock);
    if (page->before)
        page->before->after = page->after;
    else
        live->buckets[bucket_of_page(page)] = page->after;
    if (page->after)
        page->after->before = page->before;
    live->n--;
    pthread_mutex_unlock(&live->lock);
    free(page);
    free(belonging);
}

/* The lock is held. */
static size_t pages_of(const struct live *live, const char *client)
{
    size_t n = 0;
    if (strncmp(client, "127.", 4) == 0 || strcmp(client, "::1") == 0)
        return 0;
    for (size_t i = 0; i <= BUCKETS; i++)
        for (const struct page *page = live->buckets[i]; page; page = page->after)
            n += strcmp(page->client, client) == 0;
    return n;
}

/* The lock is held. */
static bool enlist(struct live *live, struct page *page)
{
    if (live->stopping || live->n >= LIVE_STREAMS_MAX ||
        pages_of(live, page->client) >= LIVE_CLIENT_MAX)
        return false;
    struct page **bucket = &live->buckets[bucket_of_page(page)];
    page->after = *bucket;
    if (*bucket)
        (*bucket)->before = page;
    *bucket = page;
    live->n++;
    return true;
}

static struct page *page_new(struct live *live, const struct page *like)
{
    struct page *page = malloc(sizeof *page);
    struct belonging *belonging = malloc(sizeof *belonging);
    struct http_stream *stream = page && belonging ? http_stream_new(on_closed, belonging) : NULL;
    if (!stream) {
        free(page);
        free(belonging);
        return NULL;
    }
    *belonging = (struct belonging){live, page};
    *page = *like;
    page->stream = stream;
    page->belonging = belonging;
    page->beat_ms = live_now(live).ms;
    return page;
}

/* The present state, unless the page shows it. After listing, so that what changes from now on
 * comes by itself; the stream is in no answer yet, so the page stays. */
static void write_present(struct live *live, struct page *page)
{
    struct html events[KINDS] = {{.n = 0}};
    struct view view;
    if (!views_item(live->views, &page->ticket.item, &view) || view.version == page->ticket.seen)
        return;
    render_kinds(live, &view, 1u << kind_of(&page->ticket), events);
    pthread_mutex_lock(&live->lock);
    write_event(page, &view, events);
    pthread_mutex_unlock(&live->lock);
    events_done(events);
}

void live_open_page(struct live *live, const struct page *like, struct http_answer *answer)
{
    static const char hello[] = "retry: 1000\n\n";
    struct page *page = page_new(live, like);
    answer->status = 503;
    answer->retry_s = 5;
    if (!page)
        return;
    pthread_mutex_lock(&live->lock);
    bool listed = enlist(live, page);
    if (listed)
        http_stream_write(page->stream, hello, sizeof hello - 1);
    pthread_mutex_unlock(&live->lock);
    if (!listed) {
        http_stream_drop(page->stream);
        free(page->belonging);
        free(page);
        return;
    }
    if (page->is_desk)
        live_replay(live, page);
    else
        write_present(live, page);
    answer->status = 200;
    answer->retry_s = 0;
    answer->type = "text/event-stream; charset=utf-8";
    answer->stream = page->stream;
}

uint64_t live_heard(const struct http_request *request, const char *key)
{
    const char *last = http_header(request, "Last-Event-ID"), *page = http_query(request, key);
    return last ? strtoull(last, NULL, 10) : (page ? strtoull(page, NULL, 10) : 0);
}

void live_citizen(struct live *live, const struct live_ticket *ticket, const char *client,
                  struct http_answer *answer)
{
    struct page like = {.ticket = *ticket, .until = ticket->until};
    guard_source(client, like.client);
    live_open_page(live, &like, answer);
}

/* ------------------------------------------------------------------ what happens */

/* Bits of the kinds of pages that show the item. */
static unsigned kinds_shown(struct live *live, const struct item *item)
{
    unsigned kinds = 0;
    pthread_mutex_lock(&live->lock);
    for (struct page *page = live->buckets[bucket_of(item)]; page; page = page->after)
        if (item_equal(&page->ticket.item, item))
            kinds |= 1u << kind_of(&page->ticket);
    pthread_mutex_unlock(&live->lock);
    return kinds;
}

/* Some of those who watch one item. */
struct crowd {
    struct page **pages;
    size_t n;
    const struct view *view;
    const struct html *events;
};

static void *tell_crowd(void *arg)
{
    const struct crowd *crowd = arg;
    for (size_t i = 0; i < crowd->n; i++)
        write_event(crowd->pages[i], crowd->view, crowd->events);
    return NULL;
}

#define CROWD_MIN 500 /* below that a thread costs more than it brings */

/* Each write takes the kernel some 10 us, so a second core halves the wait of the last one. */
static void tell_by_two(struct crowd *crowd)
{
    pthread_t helper;
    struct crowd half = *crowd;
    half.n = crowd->n / 2;
    bool helped = crowd->n >= CROWD_MIN && pthread_create(&helper, NULL, tell_crowd, &half) == 0;
    if (helped) {
        crowd->pages += half.n;
        crowd->n -= half.n;
    }
    tell_crowd(crowd);
    if (helped)
        pthread_join(helper, NULL);
}

/* The lock is held, also for the second thread, which ends before this returns. */
static void tell_watchers(struct live *live, const struct item *item, const struct view *view,
                          const struct html *events)
{
    size_t n = 0;
    struct page **pages = live->n > 0 ? malloc(live->n * sizeof(struct page *)) : NULL;
    for (struct page *page = live->buckets[bucket_of(item)]; page; page = page->after) {
        if (!item_equal(&page->ticket.item, item))
            continue;
        if (pages)
            pages[n++] = page;
        else
            write_event(page, view, events);
    }
    tell_by_two(&(struct crowd){pages, n, view, events});
    free(pages);
}

/* A page that opens between the two locks writes the present state itself. */
void live_changed(struct live *live, const struct item *item, const struct view *view)
{
    struct html rows[2], events[KINDS] = {{.n = 0}};
    live_rows(item, view, rows);
    render_kinds(live, view, kinds_shown(live, item), events);
    pthread_mutex_lock(&live->lock);
    tell_watchers(live, item, view, events);
    live_tell_desks(live, item, view, rows);
    pthread_mutex_unlock(&live->lock);
    html_done(&rows[0]);
    html_done(&rows[1]);
    events_done(events);
}

static void each_page(struct live *live, void (*act)(struct live *live, struct page *page))
{
    pthread_mutex_lock(&live->lock);
    for (size_t i = 0; i <= BUCKETS; i++)
        for (struct page *page = live->buckets[i]; page; page = page->after)
            act(live, page);
    pthread_mutex_unlock(&live->lock);
}

static void tick_page(struct live *live, struct page *page)
{
    int64_t at = live_now(live).ms;
    if (page->until.ms != 0 && at >= page->until.ms) {
        http_stream_end(page->stream);
    } else if (at - page->beat_ms >= INT64_C(1000) * LIVE_BEAT_S || at < page->beat_ms) {
        page->beat_ms = at;
        http_stream_write(page->stream, ":\n\n", 3);
    }
}

static void end_page(struct live *live, struct page *page)
{
    (void)live;
    http_stream_end(page->stream);
}

void live_tick(struct live *live)
{
    live_tell_counts(live);
    live_end_lost_logins(live);
    each_page(live, tick_page);
}

size_t live_open(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    size_t n = live->n;
    pthread_mutex_unlock(&live->lock);
    return n;
}

void live_stop(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    live->stopping = true;
    pthread_mutex_unlock(&live->lock);
    each_page(live, end_page);
}
