#include "server/office/books.h"

#include <stdlib.h>
#include <string.h>

#include "server/office/choices.h"
#include "server/record/postmen.h"
#include "server/text/text.h"

static bool no_memory(struct error *err)
{
    return error_set(err, ERROR_LATER, "out of memory");
}

static struct instant first_of(int64_t day)
{
    return day_minute(day, 0);
}

static struct instant last_of(int64_t day)
{
    return (struct instant){day_minute(day + 1, 0).ms - 1};
}

static bool is_between(struct instant at, struct instant first, struct instant last)
{
    return at.ms >= first.ms && at.ms <= last.ms;
}

void books_done(struct books *books)
{
    free(books->takings);
    free(books->entries);
    *books = (struct books){.takings = NULL};
}

bool books_are_even(const struct books *books)
{
    return books->left.postage_vnd == 0 && books->left.fees_vnd == 0;
}

/* ------------------------------------------------------------------ whose items are asked */

/* Items that something happened to since a day: a superset, each once. */
struct asked {
    struct item *items;
    size_t n, room;
};

static bool ask(struct asked *asked, const struct item *item)
{
    if (asked->n == asked->room) {
        size_t room = asked->room == 0 ? 256 : asked->room * 2;
        struct item *more = realloc(asked->items, room * sizeof *more);
        if (more == NULL)
            return false;
        asked->items = more;
        asked->room = room;
    }
    asked->items[asked->n++] = *item;
    return true;
}

static int by_number(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->text, ((const struct item *)b)->text);
}

static void once_each(struct asked *asked)
{
    size_t kept = 0;
    if (asked->n > 1)
        qsort(asked->items, asked->n, sizeof *asked->items, by_number);
    for (size_t i = 0; i < asked->n; i++)
        if (kept == 0 || by_number(&asked->items[kept - 1], &asked->items[i]) != 0)
            asked->items[kept++] = asked->items[i];
    asked->n = kept;
}

struct later_paid {
    struct asked *asked;
    bool good;
};

static bool ask_later(void *ctx, const struct ledger_entry *entry)
{
    struct later_paid *later = ctx;
    later->good = ask(later->asked, &entry->item);
    return later->good;
}

/* What was taken on a day arrived that day or later, and set the status then; what was paid at the
 * desk sets none. */
static bool ask_since(struct views *views, struct record *record, struct instant first,
                      struct instant last, struct asked *asked, struct error *err)
{
    struct view_brief *briefs = NULL;
    size_t n = 0;
    struct later_paid later = {asked, true};
    if (!views_recent(views, first, 0, &briefs, &n))
        return no_memory(err);
    bool good = true;
    for (size_t i = 0; i < n && good; i++)
        good = ask(asked, &briefs[i].item);
    free(briefs);
    if (!good)
        return no_memory(err);
    if (record != NULL &&
        !ledger_between(record, EVENT_PAID_LATER, first, last, ask_later, &later, err))
        return false;
    once_each(asked);
    return later.good || no_memory(err);
}

/* ------------------------------------------------------------------ what was taken */

/* Which takings are asked for. */
struct wanted {
    struct instant first, last;
    bool of_shift, of_office;
    uint32_t badge, office;
};

static uint32_t office_of(const struct state *state)
{
    return state->office.office == 0 ? 1 : state->office.office;
}

static bool is_wanted(const struct wanted *wanted, const struct state *state,
                      const struct taking *taking)
{
    if (!is_between(taking->at, wanted->first, wanted->last))
        return false;
    if (wanted->of_shift)
        return !taking->later && taking->badge == wanted->badge;
    return !wanted->of_office || office_of(state) == wanted->office;
}

static bool keep_taking(struct books *books, size_t *room, const struct taken *taken)
{
    if (books->takings_n == *room) {
        *room = *room == 0 ? 64 : *room * 2;
        struct taken *more = realloc(books->takings, *room * sizeof *more);
        if (more == NULL)
            return false;
        books->takings = more;
    }
    books->takings[books->takings_n++] = *taken;
    books->taken.postage_vnd += (int64_t)taken->taking.postage_vnd;
    books->taken.fees_vnd += (int64_t)taken->taking.fees_vnd;
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct taken *x = a, *y = b;
    if (x->taking.at.ms != y->taking.at.ms)
        return x->taking.at.ms < y->taking.at.ms ? -1 : 1;
    return strcmp(x->item.text, y->item.text);
}

static bool take_item(struct views *views, const struct item *item, const struct wanted *wanted,
                      struct books *books, size_t *room)
{
    struct view view;
    if (!views_item(views, item, &view))
        return true;
    for (size_t i = 0; i < view.state.takings_n; i++) {
        struct taken taken = {*item, office_of(&view.state), view.state.takings[i]};
        if (is_wanted(wanted, &view.state, &taken.taking) && !keep_taking(books, room, &taken))
            return false;
    }
    return true;
}

static bool take_all(struct views *views, struct record *record, const struct wanted *wanted,
                     struct books *books, struct error *err)
{
    struct asked asked = {.items = NULL};
    size_t room = 0;
    bool good = ask_since(views, record, wanted->first, wanted->last, &asked, err);
    for (size_t i = 0; good && i < asked.n; i++)
        good = take_item(views, &asked.items[i], wanted, books, &room) || no_memory(err);
    free(asked.items);
    if (books->takings_n > 1)
        qsort(books->takings, books->takings_n, sizeof *books->takings, by_time);
    return good;
}

/* ------------------------------------------------------------------ what was given on */

static void add(struct sums *sums, const struct ledger_entry *entry, int64_t sign)
{
    sums->postage_vnd += sign * (int64_t)entry->postage_vnd;
    sums->fees_vnd += sign * (int64_t)entry->fees_vnd;
}

static void count_entry(struct books *books, const struct ledger_entry *entry)
{
    if (entry->taken_back)
        return;
    if (entry->event == EVENT_MONEY_NAMED)
        add(&books->named, entry, entry->kind == NAMING_OVER ? -1 : 1);
    else
        add(&books->given, entry, 1);
    if (entry->cleared_seq != 0)
        add(&books->cleared, entry, 1);
}

struct reading {
    const struct wanted *wanted;
    struct books *books;
    size_t room;
    bool good;
};

static bool read_entry(void *ctx, const struct ledger_entry *entry)
{
    struct reading *reading = ctx;
    struct books *books = reading->books;
    const struct wanted *wanted = reading->wanted;
    bool ours = wanted->of_shift
                    ? entry->badge == wanted->badge && entry->kind != REMITTANCE_OFFICE
                    : entry->kind == REMITTANCE_OFFICE && entry->office == wanted->office;
    if (entry->event == EVENT_MONEY_NAMED)
        ours = wanted->of_shift && entry->badge == wanted->badge;
    if (!ours)
        return true;
    if (books->entries_n == reading->room) {
        reading->room = reading->room == 0 ? 16 : reading->room * 2;
        struct ledger_entry *more = realloc(books->entries, reading->room * sizeof *more);
        reading->good = more != NULL;
        if (more == NULL)
            return false;
        books->entries = more;
    }
    books->entries[books->entries_n++] = *entry;
    count_entry(books, entry);
    return true;
}

static bool read_entries(struct record *record, const struct wanted *wanted, struct books *books,
                         struct error *err)
{
    static const uint32_t events[] = {EVENT_REMITTED, EVENT_MONEY_NAMED};
    struct reading reading = {.wanted = wanted, .books = books, .good = true};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (!ledger_between(record, events[i], wanted->first, wanted->last, read_entry, &reading,
                            err))
            return false;
    return reading.good || no_memory(err);
}

static void balance(struct books *books)
{
    books->left.postage_vnd =
        books->taken.postage_vnd - books->given.postage_vnd - books->named.postage_vnd;
    books->left.fees_vnd = books->taken.fees_vnd - books->given.fees_vnd - books->named.fees_vnd;
}

static bool read_books(struct views *views, struct record *record, const struct wanted *wanted,
                       struct books *ret_books, struct error *err)
{
    struct books books = {.takings = NULL};
    if (!take_all(views, record, wanted, &books, err) ||
        !read_entries(record, wanted, &books, err)) {
        books_done(&books);
        return false;
    }
    balance(&books);
    *ret_books = books;
    return true;
}

bool books_shift(struct views *views, struct record *record, uint32_t badge, int64_t day,
                 struct books *ret_books, struct error *err)
{
    struct wanted wanted = {
        .first = first_of(day), .last = last_of(day), .of_shift = true, .badge = badge};
    return read_books(views, record, &wanted, ret_books, err);
}

bool books_office(struct views *views, struct record *record, uint32_t office, int64_t from_day,
                  int64_t to_day, struct books *ret_books, struct error *err)
{
    struct wanted wanted = {
        .first = first_of(from_day), .last = last_of(to_day), .of_office = true, .office = office};
    if (!read_books(views, record, &wanted, ret_books, err))
        return false;
    ret_books->left.postage_vnd = 0; /* the post's own */
    return true;
}

/* ------------------------------------------------------------------ all shifts of some days */

struct shifts {
    struct shift *all;
    size_t n, room;
    bool good;
};

static struct shift *shift_of(struct shifts *shifts, uint32_t badge, int64_t day)
{
    for (size_t i = 0; i < shifts->n; i++)
        if (shifts->all[i].badge == badge && shifts->all[i].day == day)
            return &shifts->all[i];
    if (shifts->n == shifts->room) {
        size_t room = shifts->room == 0 ? 32 : shifts->room * 2;
        struct shift *more = realloc(shifts->all, room * sizeof *more);
        shifts->good = more != NULL;
        if (more == NULL)
            return NULL;
        shifts->all = more;
        shifts->room = room;
    }
    shifts->all[shifts->n] = (struct shift){.badge = badge, .day = day};
    return &shifts->all[shifts->n++];
}

static bool read_shift_entry(void *ctx, const struct ledger_entry *entry)
{
    struct shifts *shifts = ctx;
    if (entry->event == EVENT_REMITTED && entry->kind != REMITTANCE_SHIFT)
        return true;
    struct shift *shift = shift_of(shifts, entry->badge, day_of(entry->from));
    if (shift != NULL)
        count_entry(&shift->books, entry);
    return shift != NULL;
}

static int by_day(const void *a, const void *b)
{
    const struct shift *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return (x->badge > y->badge) - (x->badge < y->badge);
}

static bool gather_shifts(struct views *views, struct record *record, const struct wanted *wanted,
                          struct shifts *shifts, struct error *err)
{
    struct books all = {.takings = NULL};
    bool good = take_all(views, record, wanted, &all, err);
    for (size_t i = 0; good && i < all.takings_n; i++) {
        const struct taking *taking = &all.takings[i].taking;
        if (taking->later)
            continue;
        struct shift *shift = shift_of(shifts, taking->badge, day_of(taking->at));
        good = shift != NULL || no_memory(err);
        if (shift == NULL)
            continue;
        shift->books.taken.postage_vnd += (int64_t)taking->postage_vnd;
        shift->books.taken.fees_vnd += (int64_t)taking->fees_vnd;
    }
    books_done(&all);
    return good &&
           ledger_between(record, EVENT_REMITTED, wanted->first, wanted->last, read_shift_entry,
                          shifts, err) &&
           ledger_between(record, EVENT_MONEY_NAMED, wanted->first, wanted->last, read_shift_entry,
                          shifts, err) &&
           (shifts->good || no_memory(err));
}

bool books_shifts(struct views *views, struct record *record, int64_t from_day, int64_t to_day,
                  bool (*each)(void *ctx, const struct shift *shift), void *ctx, struct error *err)
{
    struct wanted wanted = {.first = first_of(from_day), .last = last_of(to_day)};
    struct shifts shifts = {.good = true};
    bool good = gather_shifts(views, record, &wanted, &shifts, err);
    if (good && shifts.n > 1)
        qsort(shifts.all, shifts.n, sizeof *shifts.all, by_day);
    for (size_t i = 0; good && i < shifts.n; i++) {
        balance(&shifts.all[i].books);
        if (!each(ctx, &shifts.all[i]))
            break;
    }
    free(shifts.all);
    return good;
}

/* ------------------------------------------------------------------ what carriage cost */

static bool same_cost(const struct cost *a, const struct cost *b)
{
    return a->office == b->office && a->band_g == b->band_g && a->zone == b->zone &&
           a->payer == b->payer;
}

static int by_cost(const void *a, const void *b)
{
    const struct cost *x = a, *y = b;
    if (x->office != y->office)
        return x->office < y->office ? -1 : 1;
    if (x->band_g != y->band_g)
        return x->band_g < y->band_g ? -1 : 1;
    if (x->zone != y->zone)
        return x->zone < y->zone ? -1 : 1;
    return (x->payer > y->payer) - (x->payer < y->payer);
}

/* What offices times bands times zones times payers come to, and more. */
#define COSTS_MAX 4096

static struct cost *cost_like(struct cost *costs, size_t *n, const struct cost *like)
{
    for (size_t i = 0; i < *n; i++)
        if (same_cost(&costs[i], like))
            return &costs[i];
    if (*n == COSTS_MAX)
        return NULL;
    costs[*n] = *like;
    return &costs[(*n)++];
}

static bool is_carried(const struct state *state, const struct wanted *wanted)
{
    struct instant from = state->handed_at.ms != 0 ? state->handed_at : state->accepted_at;
    return state->issued && from.ms != 0 && is_between(from, wanted->first, wanted->last);
}

static bool add_cost(const struct view *view, const struct rules *rules, struct cost *costs,
                     size_t *n)
{
    const struct state *state = &view->state;
    struct due due = money_due(state, rules);
    struct cost like = {.office = office_of(state),
                        .band_g = due.band_g,
                        .zone = view->clocks.zone,
                        .payer = due.payer};
    struct cost *cost = cost_like(costs, n, &like);
    if (cost == NULL)
        return false;
    cost->items++;
    cost->delivered += state->status == STATUS_DELIVERED;
    cost->price_vnd += due.price_vnd;
    cost->taken_off_vnd += due.taken_off_vnd;
    cost->postage_taken_vnd += state->collected_postage_vnd;
    cost->fees_taken_vnd += state->collected_fees_vnd;
    return true;
}

static bool add_costs(struct views *views, const struct rules *rules, const struct wanted *wanted,
                      const struct asked *asked, struct cost *costs, size_t *n, struct error *err)
{
    for (size_t i = 0; i < asked->n; i++) {
        struct view view;
        if (views_item(views, &asked->items[i], &view) && is_carried(&view.state, wanted) &&
            !add_cost(&view, rules, costs, n))
            return error_set(err, ERROR_REFUSED, "more than %d rows of costs", COSTS_MAX);
    }
    return true;
}

bool books_costs(struct views *views, int64_t from_day, int64_t to_day, struct cost **new_costs,
                 size_t *ret_n, struct error *err)
{
    struct wanted wanted = {.first = first_of(from_day), .last = last_of(to_day)};
    struct asked asked = {.items = NULL};
    struct rules rules;
    struct cost *costs = calloc(COSTS_MAX, sizeof *costs);
    size_t n = 0;
    if (costs == NULL || !views_rules(views, &rules)) {
        free(costs);
        return no_memory(err);
    }
    bool good = ask_since(views, NULL, wanted.first, wanted.last, &asked, err) &&
                add_costs(views, &rules, &wanted, &asked, costs, &n, err);
    rules_done(&rules);
    free(asked.items);
    if (!good) {
        free(costs);
        return false;
    }
    if (n > 1)
        qsort(costs, n, sizeof *costs, by_cost);
    *new_costs = costs;
    *ret_n = n;
    return true;
}
