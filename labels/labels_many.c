/* Many labels on all cores: pages are laid out side by side and written in their order, so that the
 * bytes are those of one thread. The caller's thread writes; while no page is ready it lays one out
 * itself. */
#include "labels/labels_inside.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Below this many pages a thread costs more than it helps. */
#define PAGES_FOR_HELP 4

enum slot_state { SLOT_FREE, SLOT_TAKEN, SLOT_READY };

/* What became of one page. */
struct outcome {
    enum slot_state state;
    size_t laid_out; /* labels on it; fewer than wanted: the next one was refused */
    struct error err;
};

struct many {
    struct labels *labels;
    const struct label *all;
    struct labels_report *reports; /* of all */
    size_t pages;                  /* to be laid out, all of them full */
    size_t places;                 /* labels on each */
    pthread_mutex_t lock;          /* over what follows, and over `outcomes` */
    pthread_cond_t changed;
    size_t next; /* page that nobody has taken yet */
    size_t written;
    bool over; /* no further page is wanted */
    struct outcome outcomes[LABELS_SLOTS];
};

/* One helping thread. */
struct helper {
    struct many *many;
    struct composer *composer;
    pthread_t thread;
};

/* Lays out page `number` into its slot; without the lock. */
static void lay_out(struct many *many, struct composer *composer, size_t number,
                    struct outcome *outcome)
{
    struct page *page = &many->labels->slots[number % LABELS_SLOTS];
    size_t first = number * many->places;
    outcome->laid_out = 0;
    if (!compose_begin(composer, page, &outcome->err))
        return;
    while (outcome->laid_out < many->places) {
        size_t i = first + outcome->laid_out;
        if (!compose_label(composer, &many->all[i], outcome->laid_out, page, &many->reports[i],
                           &outcome->err))
            return;
        outcome->laid_out++;
    }
}

/* Takes the next page whose slot is free, lays it out, and says so. With the lock held, which is
 * given away meanwhile. False: there is none now. */
static bool help_once(struct many *many, struct composer *composer)
{
    size_t number = many->next;
    if (many->over || number == many->pages || number >= many->written + LABELS_SLOTS)
        return false;
    struct outcome *outcome = &many->outcomes[number % LABELS_SLOTS];
    many->next++;
    outcome->state = SLOT_TAKEN;
    pthread_mutex_unlock(&many->lock);
    lay_out(many, composer, number, outcome);
    pthread_mutex_lock(&many->lock);
    outcome->state = SLOT_READY;
    pthread_cond_broadcast(&many->changed);
    return true;
}

static void *help(void *ctx)
{
    struct helper *helper = ctx;
    struct many *many = helper->many;
    pthread_mutex_lock(&many->lock);
    while (!many->over && many->next < many->pages)
        if (!help_once(many, helper->composer))
            pthread_cond_wait(&many->changed, &many->lock);
    pthread_mutex_unlock(&many->lock);
    return NULL;
}

/* A page that is not whole becomes the page in the making, as if its labels had come one by one. */
static void keep_page(struct many *many, size_t number, size_t laid_out)
{
    struct labels *labels = many->labels;
    struct page *slot = &labels->slots[number % LABELS_SLOTS];
    struct page held = labels->page;
    labels->page = *slot;
    *slot = held;
    labels->place = laid_out;
    labels->begun = laid_out > 0;
}

/* Writes the next page, once it is ready. With the lock held, which is given away meanwhile. */
static bool write_next(struct many *many, size_t *added, struct error *err)
{
    size_t number = many->written;
    struct labels *labels = many->labels;
    struct outcome *outcome = &many->outcomes[number % LABELS_SLOTS];
    while (outcome->state != SLOT_READY)
        if (!help_once(many, labels->composer))
            pthread_cond_wait(&many->changed, &many->lock);
    struct outcome done = *outcome;
    *added += done.laid_out;
    if (done.laid_out < many->places) {
        keep_page(many, number, done.laid_out);
        return error_set(err, done.err.code, "%s", done.err.text);
    }
    pthread_mutex_unlock(&many->lock);
    bool written = labels->writer->page(labels->writer, &labels->slots[number % LABELS_SLOTS], err);
    pthread_mutex_lock(&many->lock);
    outcome->state = SLOT_FREE;
    many->written++;
    pthread_cond_broadcast(&many->changed);
    return written;
}

/* Opens what helpers need that are not there yet. Fewer are no failure: the caller does more. */
static size_t ready_helpers(struct labels *labels, size_t pages)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = cores < 2 || pages < PAGES_FOR_HELP ? 0 : (size_t)cores - 1;
    wanted = wanted > LABELS_HELPERS_MAX ? LABELS_HELPERS_MAX : wanted;
    while (labels->n_helpers < wanted) {
        struct fonts *fonts = NULL;
        struct composer *composer = NULL;
        struct error ignored;
        if (!fonts_again(labels->fonts, &fonts, &ignored))
            break;
        if (!composer_open(labels->layout, fonts, &composer, &ignored)) {
            fonts_close(fonts);
            break;
        }
        labels->helpers[labels->n_helpers].fonts = fonts;
        labels->helpers[labels->n_helpers++].composer = composer;
    }
    return wanted < labels->n_helpers ? wanted : labels->n_helpers;
}

/* Full pages, from an empty one on. */
static bool add_pages(struct many *many, size_t *added, struct error *err)
{
    struct helper helpers[LABELS_HELPERS_MAX];
    size_t wanted = ready_helpers(many->labels, many->pages);
    size_t started = 0;
    bool good = true;
    pthread_mutex_init(&many->lock, NULL);
    pthread_cond_init(&many->changed, NULL);
    for (; started < wanted; started++) {
        helpers[started] =
            (struct helper){.many = many, .composer = many->labels->helpers[started].composer};
        if (pthread_create(&helpers[started].thread, NULL, help, &helpers[started]) != 0)
            break;
    }
    pthread_mutex_lock(&many->lock);
    while (good && many->written < many->pages)
        good = write_next(many, added, err);
    many->over = true;
    pthread_cond_broadcast(&many->changed);
    pthread_mutex_unlock(&many->lock);
    for (size_t i = 0; i < started; i++)
        pthread_join(helpers[i].thread, NULL);
    pthread_cond_destroy(&many->changed);
    pthread_mutex_destroy(&many->lock);
    return good;
}

/* Labels one by one: before the first full page, and after the last. */
static bool add_singly(struct labels *labels, const struct label *all, size_t end,
                       struct labels_report *reports, size_t *added, struct error *err)
{
    for (; *added < end; ++*added)
        if (!labels_add(labels, &all[*added], &reports[*added], err))
            return false;
    return true;
}

static bool add_all(struct labels *labels, const struct label *all, size_t n,
                    struct labels_report *reports, size_t *added, struct error *err)
{
    size_t places = compose_places(labels->layout);
    size_t before = labels->place == 0 ? 0 : places - labels->place;
    if (!add_singly(labels, all, before < n ? before : n, reports, added, err))
        return false;
    struct many many = {.labels = labels,
                        .all = all + *added,
                        .reports = reports + *added,
                        .pages = (n - *added) / places,
                        .places = places};
    return add_pages(&many, added, err) && add_singly(labels, all, n, reports, added, err);
}

bool labels_add_many(struct labels *labels, const struct label *all, size_t n,
                     struct labels_report *reports, size_t *ret_added, struct error *err)
{
    invariant(labels->writer != NULL);
    size_t added = 0;
    struct labels_report *own = reports == NULL ? calloc(n + 1, sizeof *own) : reports;
    bool good = false;
    if (own == NULL)
        error_set(err, ERROR_LATER, "no memory for %zu reports", n);
    else if (labels->layout->use == LABELS_FOR_LIST)
        error_set(err, ERROR_BAD_INPUT, "layout %s is for lists", labels->layout->name);
    else
        good = add_all(labels, all, n, own, &added, err);
    if (reports == NULL)
        free(own);
    *ret_added = added;
    return good;
}
