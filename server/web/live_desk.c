/* live_desk.c - what the pages of clerks hear: rows, counts, print jobs, and the end of a login. */
#include "server/web/live_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ rows and counts */

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
    html_format(html, "<td class=%s>%s</td><td data-ten=\"Từ lúc\"%s>%s %.5s</td>",
                face_tone(status_info(view->state.status)), status_words(view),
                *time != '\0' ? "" : " class=trong", time, date);
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

void live_rows(const struct item *item, const struct view *view, struct html rows[2])
{
    for (int english = 0; english < 2; english++) {
        rows[english] = (struct html){.english = english};
        desk_event(item, view, &rows[english]);
    }
}

/* ------------------------------------------------------------------ by number */

#define ID_MAX 32

static void write_id(struct page *page, uint64_t number)
{
    char id[ID_MAX];
    int n = snprintf(id, sizeof id, "id: %" PRIu64 "\n", number);
    http_stream_write(page->stream, id, (size_t)n);
}

static void write_printed(struct page *page)
{
    static const char event[] = "event: in\ndata: 1\n\n";
    http_stream_write(page->stream, event, sizeof event - 1);
}

void live_tell_desks(struct live *live, const struct item *item, const struct view *view,
                     const struct html rows[2])
{
    uint64_t number = desk_news_add(&live->news, item);
    live->counts_changed = true;
    for (struct page *page = live->buckets[BUCKETS]; page; page = page->after)
        if (person_sees(&page->pass.person, view->marks.office)) {
            write_id(page, number);
            live_write(page, &rows[page->pass.english]);
        }
}

void live_printing(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    uint64_t number = desk_news_add(&live->news, NULL);
    for (struct page *page = live->buckets[BUCKETS]; page; page = page->after) {
        write_id(page, number);
        write_printed(page);
    }
    pthread_mutex_unlock(&live->lock);
}

uint64_t live_number(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    uint64_t number = live->news.last;
    pthread_mutex_unlock(&live->lock);
    return number;
}

/* ------------------------------------------------------------------ what was missed */

/* As they stand now; of those that the person does not see nothing. */
static void render_missed(const struct live *live, const struct page *page,
                          const struct desk_missed *missed, struct html *html)
{
    for (size_t i = 0; i < missed->n; i++) {
        struct view view;
        if (views_item(live->views, &missed->item[i], &view) &&
            person_sees(&page->pass.person, view.marks.office))
            desk_event(&missed->item[i], &view, html);
    }
}

/* Too much, or nobody knows what: the page reads itself anew. The lock is held. */
static void write_anew(struct live *live, struct page *page)
{
    static const char event[] = "event: lai\ndata: 1\n\n";
    write_id(page, live->news.last);
    http_stream_write(page->stream, event, sizeof event - 1);
}

/* False when something was told meanwhile, which these rows may not know. */
static bool write_missed(struct live *live, struct page *page, uint64_t through,
                         const struct desk_missed *missed, const struct html *html)
{
    pthread_mutex_lock(&live->lock);
    bool good = live->news.last == through;
    if (good) {
        live_write(page, html);
        write_id(page, through);
        if (missed->printed)
            write_printed(page);
        else
            http_stream_write(page->stream, ":\n\n", 3);
        live->counts_changed = true;
    }
    pthread_mutex_unlock(&live->lock);
    return good;
}

#define TRIES 4

/* False: to be tried again. */
static bool replay(struct live *live, struct page *page, struct desk_missed *missed, bool is_last)
{
    pthread_mutex_lock(&live->lock);
    uint64_t through = live->news.last;
    bool known = desk_news_since(&live->news, page->pass.known, missed);
    bool nothing = known && through == page->pass.known;
    if (!known || is_last)
        write_anew(live, page);
    pthread_mutex_unlock(&live->lock);
    if (!known || is_last || nothing)
        return true;
    struct html html = {.english = page->pass.english};
    render_missed(live, page, missed, &html);
    bool good = write_missed(live, page, through, missed, &html);
    html_done(&html);
    return good;
}

void live_replay(struct live *live, struct page *page)
{
    struct desk_missed *missed = page->pass.known == 0 ? NULL : malloc(sizeof *missed);
    bool done = missed == NULL;
    for (int tries = 1; !done; tries++)
        done = replay(live, page, missed, tries == TRIES);
    free(missed);
}

void live_desk(struct live *live, const struct live_pass *pass, const char *client,
               struct http_answer *answer)
{
    struct page like = {.is_desk = true, .pass = *pass, .until = pass->until};
    guard_source(client, like.client);
    live_open_page(live, &like, answer);
}

static void put_counts(struct live *live, const struct person *person, struct html *event)
{
    html_put(event, "event: dem\ndata: ");
    live_counts(live->views, person, event);
    html_put(event, "\n\n");
}

/* At most one a tick, however many items an import brings; one text for all who are bound to no
 * office. The views' lock is taken inside this one, never the other way round. */
void live_tell_counts(struct live *live)
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
        live_write(page, bound ? &own : &all[page->pass.english]);
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
void live_end_lost_logins(struct live *live)
{
    size_t n;
    struct link *tokens = copy_tokens(live, &n);
    for (size_t i = 0; i < n; i++) {
        struct login login;
        struct error err = {ERROR_NONE, ""};
        struct record *record = readers_take(live->readers);
        bool there = login_find(record, &tokens[i], live_now(live), &login, &err);
        readers_give(live->readers, record);
        if (!there && err.code == ERROR_NOT_FOUND)
            live_end_login(live, &tokens[i]);
    }
    free(tokens);
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
