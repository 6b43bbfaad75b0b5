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

/* Whose takings may be meant: a superset, each once. */
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

/* Which takings are asked for. */
struct wanted {
    struct instant first, last;
    bool of_shift, of_office;
    uint32_t badge, office;
};

/* What was taken at doors is known by its day; what was paid at the desk stands in the ledger. */
static bool ask_takers(struct views *views, struct record *record, const struct wanted *wanted,
                       struct asked *asked, struct error *err)
{
    struct view_takers takers = {.from_day = day_of(wanted->first),
                                 .to_day = day_of(wanted->last),
                                 .of_badge = wanted->of_shift,
                                 .badge = wanted->badge,
                                 .office = wanted->of_office ? wanted->office : 0};
    struct later_paid later = {asked, true};
    if (!views_takers(views, &takers, &asked->items, &asked->n))
        return no_memory(err);
    asked->room = asked->n;
    if (!wanted->of_shift && !ledger_between(record, EVENT_PAID_LATER, wanted->first, wanted->last,
                                             ask_later, &later, err))
        return false;
    once_each(asked);
    return later.good || no_memory(err);
}

/* ------------------------------------------------------------------ what was taken */

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
    bool good = ask_takers(views, record, wanted, &asked, err);
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
    size_t sorted; /* of them, in order */
    bool good;
};

static int by_day(const void *a, const void *b)
{
    const struct shift *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return (x->badge > y->badge) - (x->badge < y->badge);
}

static struct shift *shift_new(struct shifts *shifts, uint32_t badge, int64_t day)
{
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

/* Those in which something was taken stand in order; a few follow of which only papers speak. */
static struct shift *shift_of(struct shifts *shifts, uint32_t badge, int64_t day)
{
    const struct shift key = {.badge = badge, .day = day};
    struct shift *found = shifts->sorted == 0 ? NULL
                                              : bsearch(&key, shifts->all, shifts->sorted,
                                                        sizeof *shifts->all, by_day);
    for (size_t i = shifts->sorted; found == NULL && i < shifts->n; i++)
        if (by_day(&shifts->all[i], &key) == 0)
            found = &shifts->all[i];
    return found != NULL ? found : shift_new(shifts, badge, day);
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

static bool gather_shifts(struct views *views, struct record *record, const struct wanted *wanted,
                          struct shifts *shifts, struct error *err)
{
    struct view_shift *all = NULL;
    size_t n = 0;
    if (!views_shifts(views, day_of(wanted->first), day_of(wanted->last), &all, &n))
        return no_memory(err);
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        struct shift *shift = shift_new(shifts, all[i].badge, all[i].day);
        good = shift != NULL || no_memory(err);
        if (shift != NULL)
            shift->books.taken =
                (struct sums){(int64_t)all[i].postage_vnd, (int64_t)all[i].fees_vnd};
    }
    free(all);
    shifts->sorted = shifts->n;
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

bool books_costs(struct views *views, int64_t from_day, int64_t to_day,
                 struct view_cost **new_costs, size_t *ret_n, struct error *err)
{
    return views_costs(views, from_day, to_day, new_costs, ret_n) || no_memory(err);
}
