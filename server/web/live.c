#include "server/delivery/wishes.h"
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
    struct live_pass pass;     /* desks */
    struct instant until;
    char client[HTTP_CLIENT_MAX];
    uint64_t told; /* version last written */
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
    bool collects = point != 0 && readers_pickup(live->readers, point, now(live), &pickup);
    if (kind / 2 != PROOF_NUMBER)
        config = readers_config(live->readers, live->config, &view->state, now(live));
    struct face face = {
        .view = view,
        .history = history,
        .history_n = history_n,
        .proof = (enum proof)(kind / 2),
        .english = kind % 2,
        .now = now(live),
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
    write_html(page, event);
    page->told = view->version;
}

static void events_done(struct html events[KINDS])
{
    for (unsigned kind = 0; kind < KINDS; kind++)
        html_done(&events[kind]);
}

static const char *status_words(const struct view *view)
{
    const struct status_info *info = status_info(view->state.status);
    return info ? info->handheld : "–";
}

void live_row(const struct view *view, struct html *html)
{
    char time[CLOCK_TEXT_MAX] = "", date[CLOCK_TEXT_MAX] = "";
    if (!view->state.since.bounds_only) {
        clock_time_vi(view->state.since.estimate, time, sizeof time);
        clock_date_vi(view->state.since.estimate, date, sizeof date);
    }
    html_format(html, "<td class=%s>%s</td><td>%s %.5s</td>",
                face_tone(status_info(view->state.status)), status_words(view), time, date);
}

void live_counts(struct views *views, const struct person *person, struct html *html)
{
    uint64_t counts[VIEW_STATUSES] = {0};
    const struct status_info *info;
    if (person->offices_n == 0)
        views_counts(views, counts);
    else
        views_counts_of(views, person->offices, person->offices_n, counts);
    for (size_t i = 0; (info = status_row(i)) != NULL; i++)
        if (counts[info->status] > 0)
            html_format(html, "<span>%s <b>%llu</b></span> ", info->handheld,
                        (unsigned long long)counts[info->status]);
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
    page->beat_ms = now(live).ms;
    return page;
}

/* The present state, unless the page shows it. After listing, so that what changes from now on
 * comes by itself; the stream is in no answer yet, so the page stays. */
static void write_present(struct live *live, struct page *page)
{
    struct html events[KINDS] = {{.n = 0}};
    struct view view;
    if (page->is_desk || !views_item(live->views, &page->ticket.item, &view) ||
        view.version == page->ticket.seen)
        return;
    render_kinds(live, &view, 1u << kind_of(&page->ticket), events);
    pthread_mutex_lock(&live->lock);
    write_event(page, &view, events);
    pthread_mutex_unlock(&live->lock);
    events_done(events);
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
    if (listed)
        http_stream_write(page->stream, hello, sizeof hello - 1);
    pthread_mutex_unlock(&live->lock);
    if (!listed) {
        http_stream_drop(page->stream);
        free(page->belonging);
        free(page);
        return;
    }
    write_present(live, page);
    answer->status = 200;
    answer->retry_s = 0;
    answer->type = "text/event-stream; charset=utf-8";
    answer->stream = page->stream;
}

void live_citizen(struct live *live, const struct live_ticket *ticket, const char *client,
                  struct http_answer *answer)
{
    struct page like = {.ticket = *ticket, .until = ticket->until};
    (void)snprintf(like.client, sizeof like.client, "%s", client);
    open_page(live, &like, answer);
}

void live_desk(struct live *live, const struct live_pass *pass, const char *client,
               struct http_answer *answer)
{
    struct page like = {.is_desk = true, .pass = *pass, .until = pass->until};
    (void)snprintf(like.client, sizeof like.client, "%s", client);
    open_page(live, &like, answer);
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

/* A page that opens between the two locks writes the present state itself. */
void live_changed(struct live *live, const struct item *item, const struct view *view)
{
    struct html rows[2] = {{.n = 0}, {.english = true}}, events[KINDS] = {{.n = 0}};
    for (int english = 0; english < 2; english++)
        desk_event(item, view, &rows[english]);
    render_kinds(live, view, kinds_shown(live, item), events);
    pthread_mutex_lock(&live->lock);
    live->counts_changed = true;
    for (struct page *page = live->buckets[bucket_of(item)]; page; page = page->after)
        if (item_equal(&page->ticket.item, item))
            write_event(page, view, events);
    for (struct page *page = live->buckets[BUCKETS]; page; page = page->after)
        if (person_sees(&page->pass.person, view->marks.office))
            write_html(page, &rows[page->pass.english]);
    pthread_mutex_unlock(&live->lock);
    html_done(&rows[0]);
    html_done(&rows[1]);
    events_done(events);
}

void live_printing(struct live *live)
{
    static const char event[] = "event: in\ndata: 1\n\n";
    pthread_mutex_lock(&live->lock);
    for (struct page *page = live->buckets[BUCKETS]; page; page = page->after)
        http_stream_write(page->stream, event, sizeof event - 1);
    pthread_mutex_unlock(&live->lock);
}

static void put_counts(struct live *live, const struct person *person, struct html *event)
{
    html_put(event, "event: dem\ndata: ");
    live_counts(live->views, person, event);
    html_put(event, "\n\n");
}

/* At most one a tick, however many items an import brings; one text for all who are bound to no
 * office. The views' lock is taken inside this one, never the other way round. */
static void tell_counts(struct live *live)
{
    static const struct person anybody = {.offices_n = 0};
    struct html all[2] = {{.n = 0}, {.english = true}};
    pthread_mutex_lock(&live->lock);
    bool changed = live->counts_changed && live->buckets[BUCKETS];
    live->counts_changed = false;
    for (int english = 0; changed && english < 2; english++)
        put_counts(live, &anybody, &all[english]);
    for (struct page *page = live->buckets[BUCKETS]; changed && page; page = page->after) {
        struct html own = {.english = page->pass.english};
        bool bound = page->pass.person.offices_n > 0;
        if (bound)
            put_counts(live, &page->pass.person, &own);
        write_html(page, bound ? &own : &all[page->pass.english]);
        html_done(&own);
    }
    pthread_mutex_unlock(&live->lock);
    html_done(&all[0]);
    html_done(&all[1]);
}

/* ------------------------------------------------------------------ logins that ended elsewhere */

/* Tokens of the desks' pages; free(). */
static struct link *copy_tokens(struct live *live, size_t *ret_n)
{
    struct link *tokens = NULL;
    size_t n = 0;
    pthread_mutex_lock(&live->lock);
    for (const struct page *page = live->buckets[BUCKETS]; page; page = page->after)
        n++;
    tokens = n > 0 ? malloc(n * sizeof *tokens) : NULL;
    *ret_n = tokens ? n : 0;
    for (const struct page *page = live->buckets[BUCKETS]; tokens && page; page = page->after)
        tokens[--n] = page->pass.token;
    pthread_mutex_unlock(&live->lock);
    return tokens;
}

/* A person who was changed or switched off from the command line has no login any more. */
static void end_lost_logins(struct live *live)
{
    size_t n;
    struct link *tokens = copy_tokens(live, &n);
    for (size_t i = 0; i < n; i++) {
        struct login login;
        struct error err = {ERROR_NONE, ""};
        struct record *record = readers_take(live->readers);
        bool there = login_find(record, &tokens[i], now(live), &login, &err);
        readers_give(live->readers, record);
        if (!there && err.code == ERROR_NOT_FOUND)
            live_end_login(live, &tokens[i]);
    }
    free(tokens);
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
    tell_counts(live);
    end_lost_logins(live);
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

void live_end_login(struct live *live, const struct link *token)
{
    pthread_mutex_lock(&live->lock);
    for (struct page *page = live->buckets[BUCKETS]; page; page = page->after)
        if (link_equal(&page->pass.token, token))
            http_stream_end(page->stream);
    pthread_mutex_unlock(&live->lock);
}

void live_end_person(struct live *live, int64_t person)
{
    pthread_mutex_lock(&live->lock);
    for (struct page *page = live->buckets[BUCKETS]; page; page = page->after)
        if (page->pass.person.id == person)
            http_stream_end(page->stream);
    pthread_mutex_unlock(&live->lock);
}
