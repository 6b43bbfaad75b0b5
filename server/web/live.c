#include "server/web/live.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"

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
    struct link token;         /* desks */
    struct instant until;
    int64_t beat_ms;
};

struct live {
    const struct config *config;
    struct views *views;
    struct clock clock;
    pthread_mutex_t lock;              /* guards the lists and every use of a stream */
    struct page *buckets[BUCKETS + 1]; /* the last: desks */
    size_t n;
    bool stopping;
};

static struct instant now(const struct live *live)
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

bool live_new(const struct config *config, struct views *views, struct clock clock,
              struct live **ret_live, struct error *err)
{
    struct live *live = calloc(1, sizeof *live);
    if (!live)
        return error_set(err, ERROR_LATER, "live: out of memory");
    live->config = config;
    live->views = views;
    live->clock = clock;
    pthread_mutex_init(&live->lock, NULL);
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

static void write_html(struct page *page, const struct html *html)
{
    if (!html->failed && html->n > 0)
        http_stream_write(page->stream, html->bytes, html->n);
}

/* "id", "event", "data": our markup has no line breaks. */
static void citizen_event(struct live *live, const struct page *page, const struct view *view,
                          struct html *html)
{
    struct fact *history = calloc(VIEW_HISTORY_MAX, sizeof *history);
    if (!history)
        return;
    struct face face = {
        .view = view,
        .history = history,
        .history_n = views_history(live->views, &page->ticket.item, history, VIEW_HISTORY_MAX),
        .proof = page->ticket.proof,
        .english = page->ticket.english,
        .now = now(live),
        .config = live->config,
    };
    html_format(html, "id: %llu\nevent: tin\ndata: ", (unsigned long long)view->version);
    face_render(&face, html);
    html_put(html, "\n\n");
    free(history);
}

static const char *status_words(const struct view *view)
{
    const struct status_info *info = status_info(view->state.status);
    return info ? info->handheld : "–";
}

static const char *status_tone(const struct view *view)
{
    static const char *const tones[] = {[TONE_GREY] = "xam",
                                        [TONE_BLUE] = "xanh",
                                        [TONE_AMBER] = "vang",
                                        [TONE_GREEN] = "luc",
                                        [TONE_RED] = "do"};
    const struct status_info *info = status_info(view->state.status);
    return info ? tones[info->tone] : "xam";
}

void live_row(const struct view *view, struct html *html)
{
    char time[CLOCK_TEXT_MAX] = "", date[CLOCK_TEXT_MAX] = "";
    if (!view->state.since.bounds_only) {
        clock_time_vi(view->state.since.estimate, time, sizeof time);
        clock_date_vi(view->state.since.estimate, date, sizeof date);
    }
    html_format(html, "<td class=%s>%s</td><td>%s %.5s</td>", status_tone(view), status_words(view),
                time, date);
}

static void desk_event(const struct item *item, const struct view *view, struct html *html)
{
    html_format(html, "event: dong\ndata: %s ", item->text);
    live_row(view, html);
    html_put(html, "\n\n");
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
static bool enlist(struct live *live, struct page *page)
{
    if (live->stopping || live->n >= LIVE_STREAMS_MAX)
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
    page->beat_ms = now(live).ms;
    return page;
}

/* The present state, unless the page shows it. Under the lock, after listing: what changes from now
 * on comes by itself. */
static void write_present(struct live *live, struct page *page)
{
    struct html event = {.n = 0};
    struct view view;
    if (page->is_desk || !views_item(live->views, &page->ticket.item, &view) ||
        view.version == page->ticket.seen)
        return;
    citizen_event(live, page, &view, &event);
    write_html(page, &event);
    html_done(&event);
}

static void open_page(struct live *live, const struct page *like, struct http_answer *answer)
{
    static const char hello[] = "retry: 1000\n\n";
    struct page *page = page_new(live, like);
    answer->status = 503;
    answer->retry_s = 5;
    if (!page)
        return;
    pthread_mutex_lock(&live->lock);
    bool listed = enlist(live, page);
    if (listed) {
        http_stream_write(page->stream, hello, sizeof hello - 1);
        write_present(live, page);
    }
    pthread_mutex_unlock(&live->lock);
    if (!listed) {
        http_stream_drop(page->stream);
        free(page->belonging);
        free(page);
        return;
    }
    answer->status = 200;
    answer->retry_s = 0;
    answer->type = "text/event-stream; charset=utf-8";
    answer->stream = page->stream;
}

void live_citizen(struct live *live, const struct live_ticket *ticket, struct http_answer *answer)
{
    struct page like = {.ticket = *ticket, .until = ticket->until};
    open_page(live, &like, answer);
}

void live_desk(struct live *live, const struct link *token, struct instant until,
               struct http_answer *answer)
{
    struct page like = {.is_desk = true, .token = *token, .until = until};
    open_page(live, &like, answer);
}

/* ------------------------------------------------------------------ what happens */

void live_changed(struct live *live, const struct item *item, const struct view *view)
{
    struct html row = {.n = 0};
    desk_event(item, view, &row);
    pthread_mutex_lock(&live->lock);
    for (struct page *page = live->buckets[bucket_of(item)]; page; page = page->after) {
        struct html event = {.n = 0};
        if (!item_equal(&page->ticket.item, item))
            continue;
        citizen_event(live, page, view, &event);
        write_html(page, &event);
        html_done(&event);
    }
    for (struct page *page = live->buckets[BUCKETS]; page; page = page->after)
        write_html(page, &row);
    pthread_mutex_unlock(&live->lock);
    html_done(&row);
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
    int64_t at = now(live).ms;
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
    each_page(live, tick_page);
}

void live_stop(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    live->stopping = true;
    pthread_mutex_unlock(&live->lock);
    each_page(live, end_page);
}

void live_end_login(struct live *live, const struct link *token)
{
    pthread_mutex_lock(&live->lock);
    for (struct page *page = live->buckets[BUCKETS]; page; page = page->after)
        if (link_equal(&page->token, token))
            http_stream_end(page->stream);
    pthread_mutex_unlock(&live->lock);
}
