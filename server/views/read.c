/* read.c - answers, from memory; one item is folded from the record when its view is not kept. */
#include "server/delivery/days.h"
#include "server/views/ends.h"
#include "server/views/inside.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ one item */

static ref *copy_refs(const struct tracked *entry)
{
    ref *refs = malloc(entry->refs_n * sizeof *refs + 1);
    if (refs != NULL && entry->refs_n > 0)
        memcpy(refs, entry->refs, entry->refs_n * sizeof *refs);
    return refs;
}

/* The item's refs as they are now, to be folded outside the lock; NULL for an unknown item. */
static ref *find_refs(struct views *views, const struct item *item, size_t *ret_n)
{
    pthread_mutex_lock(&views->lock);
    struct tracked *entry = table_find(&views->table, item);
    ref *refs = entry == NULL ? NULL : copy_refs(entry);
    *ret_n = entry == NULL ? 0 : entry->refs_n;
    pthread_mutex_unlock(&views->lock);
    return refs;
}

static bool read_facts(struct views *views, const struct item *item, struct view *ret_view,
                       struct fact **ret_facts)
{
    size_t n;
    ref *refs = find_refs(views, item, &n);
    if (refs == NULL)
        return false;
    pthread_mutex_lock(&views->reading);
    struct fact *facts;
    bool good = facts_read(views->reader, item, refs, n, &facts, NULL);
    if (good)
        facts_fold(facts, n, &views->rules, ret_view);
    pthread_mutex_unlock(&views->reading);
    free(refs);
    if (good && ret_facts != NULL)
        *ret_facts = facts;
    else if (good)
        free(facts);
    return good;
}

static void keep_view(struct views *views, const struct view *view)
{
    pthread_mutex_lock(&views->lock);
    struct tracked *entry = table_find(&views->table, &view->state.item);
    if (entry != NULL && entry->refs_n == view->version)
        table_keep_view(&views->table, entry, view);
    pthread_mutex_unlock(&views->lock);
}

bool views_item(struct views *views, const struct item *item, struct view *ret_view)
{
    struct view view;
    pthread_mutex_lock(&views->lock);
    struct tracked *entry = table_find(&views->table, item);
    bool known = entry != NULL;
    bool ready = known && table_kept_view(entry, ret_view);
    pthread_mutex_unlock(&views->lock);
    if (ready || !known)
        return known;
    if (!read_facts(views, item, &view, NULL))
        return false;
    keep_view(views, &view);
    *ret_view = view;
    return true;
}

static bool is_told(const struct fact *fact, enum channel channel, uint32_t receiver)
{
    const struct office_fact *office = &fact->office;
    return !fact->is_scan &&
           (office->event == EVENT_NOTICE_SENT || office->event == EVENT_NOTICE_DELIVERED ||
            office->event == EVENT_NOTICE_FAILED || office->event == EVENT_NOTICE_UNKNOWN) &&
           office->notice.channel == channel && office->notice.receiver == receiver;
}

static bool is_of_webhook(const struct fact *fact)
{
    return is_told(fact, CHANNEL_OFFICE, fact->is_scan ? 0 : fact->office.notice.receiver) &&
           fact->office.notice.receiver > 0;
}

/* Without the oldest of what webhooks were told, down to `max` if they are as many. */
static size_t without_webhooks(struct fact *facts, size_t n, size_t max)
{
    size_t kept = 0, left_out = 0;
    for (size_t i = 0; i < n; i++)
        if (n - left_out > max && is_of_webhook(&facts[i]))
            left_out++;
        else
            facts[kept++] = facts[i];
    return kept;
}

/* The newest `max` of them. */
static size_t copy_newest(struct fact *facts, size_t all, struct fact *out, size_t max)
{
    size_t n = without_webhooks(facts, all, max), skip = n > max ? n - max : 0;
    memcpy(out, facts + skip, (n - skip) * sizeof *out);
    return n - skip;
}

bool views_item_history(struct views *views, const struct item *item, struct view *ret_view,
                        struct fact *out, size_t max, size_t *ret_n)
{
    struct view view;
    struct fact *facts;
    if (!read_facts(views, item, &view, &facts))
        return false;
    keep_view(views, &view);
    *ret_view = view;
    *ret_n = copy_newest(facts, (size_t)view.version, out, max);
    free(facts);
    return true;
}

size_t views_history(struct views *views, const struct item *item, struct fact *out, size_t max)
{
    struct view view;
    struct fact *facts;
    if (!read_facts(views, item, &view, &facts))
        return 0;
    size_t n = copy_newest(facts, (size_t)view.version, out, max);
    free(facts);
    return n;
}

size_t views_told(struct views *views, const struct item *item, enum channel channel,
                  uint32_t receiver, struct fact *out, size_t max)
{
    struct view view;
    struct fact *facts;
    if (!read_facts(views, item, &view, &facts))
        return 0;
    size_t n = 0;
    for (size_t i = 0; i < (size_t)view.version; i++)
        if (is_told(&facts[i], channel, receiver))
            facts[n++] = facts[i];
    size_t skip = n > max ? n - max : 0;
    memcpy(out, facts + skip, (n - skip) * sizeof *out);
    free(facts);
    return n - skip;
}

static struct view_brief brief_of(const struct tracked *entry)
{
    return (struct view_brief){entry->item, entry->status, entry->doubts, entry->marks.struck};
}

bool views_brief(struct views *views, const struct item *item, struct view_brief *ret_brief)
{
    pthread_mutex_lock(&views->lock);
    const struct tracked *entry = table_find(&views->table, item);
    if (entry != NULL)
        *ret_brief = brief_of(entry);
    pthread_mutex_unlock(&views->lock);
    return entry != NULL;
}

uint64_t views_taken_in(struct views *views)
{
    pthread_mutex_lock(&views->lock);
    uint64_t seq = views->table.mark.office;
    pthread_mutex_unlock(&views->lock);
    return seq;
}

/* ------------------------------------------------------------------ lists */

static bool is_from(const struct tracked *entry, const struct view_filter *filter)
{
    for (size_t i = 0; i < filter->offices_n; i++)
        if (entry->marks.office == filter->offices[i])
            return true;
    return filter->offices_n == 0;
}

static bool passes(const struct tracked *entry, const struct view_filter *filter)
{
    bool orphan = entry->issue_seq == 0;
    return orphan == filter->only_orphans && is_from(entry, filter) &&
           (filter->status == STATUS_NONE || entry->status == filter->status) &&
           (!filter->only_doubts || entry->doubts != 0) &&
           (filter->from_day == 0 || entry->marks.start_day >= filter->from_day) &&
           (filter->to_day == 0 || entry->marks.start_day <= filter->to_day);
}

static size_t list_items(struct views *views, const struct view_filter *filter, struct view *out,
                         size_t max)
{
    const struct table *table = &views->table;
    const struct list *list = filter->only_orphans ? &table->entries : &table->issued;
    size_t skip = filter->offset, n = 0;
    for (size_t i = list->n; i-- > 0 && n < max;)
        if (passes(list->all[i], filter)) {
            if (skip > 0)
                skip--;
            else
                out[n++].state.item = list->all[i]->item;
        }
    return n;
}

size_t views_list(struct views *views, const struct view_filter *filter, struct view *out,
                  size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&views->lock);
    size_t found = list_items(views, filter, out, max);
    pthread_mutex_unlock(&views->lock);
    for (size_t i = 0; i < found; i++) {
        struct item item = out[i].state.item;
        if (views_item(views, &item, &out[n]))
            n++;
    }
    return n;
}

size_t views_page(struct views *views, const struct view_filter *filter, struct view *out,
                  size_t max, uint64_t *ret_next)
{
    size_t found = 0, n = 0;
    pthread_mutex_lock(&views->lock);
    const struct list *issued = &views->table.issued;
    size_t begin = list_before(issued, filter->before), i = begin;
    while (i > 0 && found < max && begin - i < VIEW_PAGE_LOOKS)
        if (passes(issued->all[--i], filter))
            out[found++].state.item = issued->all[i]->item;
    *ret_next = i > 0 ? issued->all[i]->issue_seq : 0;
    pthread_mutex_unlock(&views->lock);
    for (size_t k = 0; k < found; k++) {
        struct item item = out[k].state.item;
        n += views_item(views, &item, &out[n]);
    }
    return n;
}

/* Those that arrived since, or of which a delivery was struck; or those with such doubts. */
struct wanted {
    bool recent;
    struct instant since;
    uint32_t doubts;
};

static bool is_wanted(const struct wanted *wanted, const struct tracked *entry)
{
    return (entry->doubts & wanted->doubts) ||
           (wanted->recent && (entry->since_arrival.ms >= wanted->since.ms || entry->marks.struck));
}

static bool list_wanted(struct views *views, const struct wanted *wanted,
                        struct view_brief **new_briefs, size_t *ret_n)
{
    pthread_mutex_lock(&views->lock);
    const struct list *issued = &views->table.issued;
    struct view_brief *briefs = calloc(issued->n + 1, sizeof *briefs);
    size_t n = 0;
    for (size_t i = 0; briefs != NULL && i < issued->n; i++)
        if (is_wanted(wanted, issued->all[i]))
            briefs[n++] = brief_of(issued->all[i]);
    pthread_mutex_unlock(&views->lock);
    if (briefs == NULL)
        return false;
    *new_briefs = briefs;
    *ret_n = n;
    return true;
}

bool views_recent(struct views *views, struct instant since, struct view_brief **new_briefs,
                  size_t *ret_n)
{
    return list_wanted(views, &(struct wanted){true, since, 0}, new_briefs, ret_n);
}

bool views_doubted(struct views *views, uint32_t doubts, struct view_brief **new_briefs,
                   size_t *ret_n)
{
    return list_wanted(views, &(struct wanted){.doubts = doubts}, new_briefs, ret_n);
}

/* ------------------------------------------------------------------ what has ended */

bool views_ended(struct views *views, int64_t day, int64_t *ret_day, struct item **new_ended,
                 size_t *ret_n)
{
    const struct table *table = &views->table;
    const int64_t first_day = day_of((struct instant){CLOCK_SANE_MS});
    bool good = true;
    *ret_n = 0;
    *new_ended = NULL;
    pthread_mutex_lock(&views->lock);
    size_t place =
        day >= first_day + BOARD_DAYS ? BOARD_DAYS : ends_next(table, (size_t)board_place(day));
    if (place < BOARD_DAYS) {
        *ret_day = first_day + (int64_t)place;
        good = ends_copy(table, place, new_ended, ret_n);
    }
    pthread_mutex_unlock(&views->lock);
    return good;
}

void views_erased(struct views *views, const struct item *item)
{
    pthread_mutex_lock(&views->lock);
    struct tracked *entry = table_find(&views->table, item);
    if (entry != NULL)
        ends_forget(&views->table, entry);
    pthread_mutex_unlock(&views->lock);
}

void views_counts(struct views *views, uint64_t out[VIEW_STATUSES])
{
    pthread_mutex_lock(&views->lock);
    memcpy(out, views->table.counts, sizeof views->table.counts);
    pthread_mutex_unlock(&views->lock);
}

void views_counts_of(struct views *views, const uint32_t *offices, size_t offices_n,
                     uint64_t out[VIEW_STATUSES])
{
    memset(out, 0, VIEW_STATUSES * sizeof *out);
    pthread_mutex_lock(&views->lock);
    for (size_t i = 0; i < offices_n; i++)
        tally_add(&views->table.tally, offices[i], out);
    pthread_mutex_unlock(&views->lock);
}

/* ------------------------------------------------------------------ what is due */

struct board views_board(struct views *views, enum view_clock clock, int64_t from_day,
                         int64_t to_day, struct instant now)
{
    pthread_mutex_lock(&views->lock);
    struct board board = board_sum(&views->table.board, clock, from_day, to_day, now);
    pthread_mutex_unlock(&views->lock);
    return board;
}

/* ------------------------------------------------------------------ money */

bool views_costs(struct views *views, int64_t from_day, int64_t to_day,
                 struct view_cost **new_costs, size_t *ret_n)
{
    pthread_mutex_lock(&views->lock);
    bool good = till_costs(&views->table.till, from_day, to_day, new_costs, ret_n);
    pthread_mutex_unlock(&views->lock);
    return good;
}

bool views_shifts(struct views *views, int64_t from_day, int64_t to_day,
                  struct view_shift **new_shifts, size_t *ret_n)
{
    pthread_mutex_lock(&views->lock);
    bool good = till_shifts(&views->table.till, from_day, to_day, new_shifts, ret_n);
    pthread_mutex_unlock(&views->lock);
    return good;
}

struct takers {
    const struct views *views;
    uint32_t office;
    struct item *items;
    size_t n, room;
};

static bool add_taker(void *ctx, uint32_t index)
{
    struct takers *takers = ctx;
    const struct tracked *entry = takers->views->table.entries.all[index];
    if (takers->office != 0 && entry->marks.office != takers->office)
        return true;
    if (takers->n == takers->room) {
        size_t room = takers->room * 2;
        struct item *wider = realloc(takers->items, room * sizeof *wider);
        if (wider == NULL)
            return false;
        takers->items = wider;
        takers->room = room;
    }
    takers->items[takers->n++] = entry->item;
    return true;
}

bool views_takers(struct views *views, const struct view_takers *asked, struct item **new_items,
                  size_t *ret_n)
{
    struct takers takers = {.views = views, .office = asked->office, .room = 64};
    takers.items = malloc(takers.room * sizeof *takers.items);
    if (takers.items == NULL)
        return false;
    pthread_mutex_lock(&views->lock);
    bool good = till_items(&views->table.till, asked->from_day, asked->to_day, asked->of_badge,
                           asked->badge, add_taker, &takers);
    pthread_mutex_unlock(&views->lock);
    if (!good) {
        free(takers.items);
        return false;
    }
    *new_items = takers.items;
    *ret_n = takers.n;
    return true;
}

/* ------------------------------------------------------------------ terms to come, rules */

size_t views_open_between(struct views *views, enum view_clock clock, struct instant after,
                          struct instant until, struct view *out, size_t max)
{
    uint32_t *found = calloc(max == 0 ? 1 : max, sizeof *found);
    size_t n = 0, shown = 0;
    if (found == NULL)
        return 0;
    pthread_mutex_lock(&views->lock);
    struct board_entries entries = table_dues(&views->table, clock);
    n = board_open(&views->table.board, clock, &entries, after, until, found, max);
    for (size_t i = 0; i < n; i++)
        out[i].state.item = views->table.entries.all[found[i]]->item;
    pthread_mutex_unlock(&views->lock);
    free(found);
    for (size_t i = 0; i < n; i++) {
        struct item item = out[i].state.item;
        shown += views_item(views, &item, &out[shown]);
    }
    return shown;
}

bool views_rules(struct views *views, struct rules *ret_rules)
{
    pthread_mutex_lock(&views->reading);
    bool good = rules_copy(&views->rules, ret_rules);
    pthread_mutex_unlock(&views->reading);
    return good;
}

/* How far back each age reaches. */
bool views_ages(struct views *views, uint32_t post_office, struct view_asked *asked)
{
    static const int64_t age_days[VIEW_AGES - 1] = {1, 2, 5, 10};
    struct rules rules;
    if (!views_rules(views, &rules))
        return false;
    struct schedule schedule = {&rules, post_office, asked->now};
    int64_t day = day_of(asked->now), least = day - 366;
    for (int age = 0; age < VIEW_AGES - 1; age++) {
        while (day > least &&
               working_days_between(&schedule, day_minute(day - 1, 0), asked->now) <= age_days[age])
            day--;
        asked->oldest_of_age[age] = day;
    }
    rules_done(&rules);
    return true;
}

bool views_at_risk_until(struct views *views, uint32_t post_office, struct instant now,
                         struct instant *ret_until)
{
    struct rules rules;
    if (!views_rules(views, &rules))
        return false;
    struct schedule schedule = {&rules, post_office, now};
    *ret_until =
        after_working_minutes(&schedule, now, rule_value(&schedule, RULE_AT_RISK_MIN, now));
    rules_done(&rules);
    return true;
}
