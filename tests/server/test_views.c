/* Views: live, after a restart, rebuilt, without their file: one and the same. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/views/inside.h"
#include "tests/server/rig.h"

static struct rig rig;
static struct rig_device hand, other;

static int set_up(void **state)
{
    (void)state;
    rig_open(&rig);
    rig_device(&hand, &rig, "HH-042");
    rig_device(&other, &rig, "HH-043");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

static void follow(void)
{
    assert_good(views_follow(rig.views, &err));
}

/* ------------------------------------------------------------------ one item */

static void an_item_all_the_way(void **state)
{
    (void)state;
    rig_issue(&rig, 1, "H56-1");
    assert_int_equal(rig_view(&rig, 1).state.status, STATUS_ISSUED);
    rig_office(&rig, 1, EVENT_PRINTED);
    rig_office(&rig, 1, EVENT_HANDED_OVER);
    rig.now.ms += 1000;
    rig_scan(&rig, &hand, 1, EVENT_PICKED_UP, 500);
    struct view view = rig_view(&rig, 1);
    assert_int_equal(view.state.status, STATUS_PICKED_UP);
    assert_int_equal(view.version, 4);
    assert_int_equal(view.state.since.estimate.ms, rig.now.ms - 500);
    assert_int_equal(view.state.since_arrival.ms, rig.now.ms);
    assert_int_equal(view.state.holder, hand.id);
    assert_string_equal(view.state.office.dossier, "H56-1");
    struct fact history[10];
    struct item item = rig_item(1);
    assert_int_equal(views_history(rig.views, &item, history, 10), 4);
    assert_int_equal(history[0].office.event, EVENT_ISSUED);
    assert_int_equal(history[3].scan.event, EVENT_PICKED_UP);
    assert_int_equal(history[3].effect, EFFECT_MOVED);
    assert_int_equal(views_history(rig.views, &item, history, 2), 2); /* the newest */
    assert_int_equal(history[1].scan.event, EVENT_PICKED_UP);
}

static void unknown_item(void **state)
{
    (void)state;
    struct item item = rig_item(77);
    struct view view;
    struct fact fact;
    follow();
    assert_false(views_item(rig.views, &item, &view));
    assert_int_equal(views_history(rig.views, &item, &fact, 1), 0);
}

/* ------------------------------------------------------------------ watchers */

struct watched {
    int calls;
    struct item item;
    struct view view;
};

static void note(void *ctx, const struct item *item, const struct view *view)
{
    struct watched *watched = ctx;
    struct view live;
    watched->calls++;
    watched->item = *item;
    watched->view = *view;
    assert_true(views_item(rig.views, item, &live)); /* told without the lock */
    assert_int_equal(live.version, view->version);
}

static void watchers_are_told_of_each_change(void **state)
{
    (void)state;
    struct watched watched = {.calls = 0};
    views_watch(rig.views, note, &watched);
    rig_issue(&rig, 1, "H56-1");
    follow();
    assert_int_equal(watched.calls, 1);
    rig_scan(&rig, &hand, 1, EVENT_DELIVERED, 0);
    follow();
    follow();
    assert_int_equal(watched.calls, 2);
    assert_int_equal(watched.view.state.status, STATUS_DELIVERED);
    struct item item = rig_item(1);
    assert_true(item_equal(&watched.item, &item));
    assert_good(views_rebuild(rig.views, &err));
    assert_int_equal(watched.calls, 2); /* a rebuild tells nobody */
}

/* ------------------------------------------------------------------ lists */

static void lists_and_counts(void **state)
{
    (void)state;
    struct view list[10];
    uint64_t counts[VIEW_STATUSES];
    for (uint32_t i = 1; i <= 5; i++) {
        char dossier[16];
        (void)snprintf(dossier, sizeof dossier, "H56-%u", i);
        rig_issue(&rig, i, dossier);
    }
    rig_scan(&rig, &hand, 2, EVENT_PICKED_UP, 0);
    rig_scan(&rig, &hand, 4, EVENT_DELIVERED, 0); /* no pickup: a doubt */
    rig_scan(&rig, &hand, 90, EVENT_PICKED_UP, 0);
    follow();
    struct view_filter filter = {.status = STATUS_NONE};
    assert_int_equal(views_list(rig.views, &filter, list, 10), 5);
    struct item five = rig_item(5), ninety = rig_item(90), two = rig_item(2), four = rig_item(4);
    assert_true(item_equal(&list[0].state.item, &five));
    filter.offset = 4;
    assert_int_equal(views_list(rig.views, &filter, list, 10), 1);
    filter = (struct view_filter){.status = STATUS_PICKED_UP};
    assert_int_equal(views_list(rig.views, &filter, list, 10), 1);
    assert_true(item_equal(&list[0].state.item, &two));
    filter = (struct view_filter){.only_doubts = true};
    assert_int_equal(views_list(rig.views, &filter, list, 10), 1);
    assert_true(item_equal(&list[0].state.item, &four));
    filter = (struct view_filter){.only_orphans = true};
    assert_int_equal(views_list(rig.views, &filter, list, 10), 1);
    assert_true(item_equal(&list[0].state.item, &ninety));
    views_counts(rig.views, counts);
    assert_int_equal(counts[STATUS_ISSUED], 3);
    assert_int_equal(counts[STATUS_PICKED_UP], 1);
    assert_int_equal(counts[STATUS_DELIVERED], 1);
    assert_int_equal(counts[STATUS_NONE], 1);
    rig_issue(&rig, 90, "H56-90"); /* the orphan gets its dossier */
    follow();
    assert_int_equal(views_list(rig.views, &filter, list, 10), 0);
    views_counts(rig.views, counts);
    assert_int_equal(counts[STATUS_NONE], 0);
    assert_int_equal(counts[STATUS_PICKED_UP], 2);
}

static void expect_briefs(struct view_brief *briefs, size_t got, const uint32_t *items, size_t n)
{
    assert_int_equal(got, n);
    for (size_t i = 0; i < n; i++) {
        struct item item = rig_item(items[i]);
        assert_true(item_equal(&briefs[i].item, &item));
    }
    free(briefs);
}

static void expect_recent(struct instant since, const uint32_t *items, size_t n)
{
    struct view_brief *briefs;
    size_t got;
    assert_true(views_recent(rig.views, since, &briefs, &got));
    expect_briefs(briefs, got, items, n);
}

static void expect_doubted(uint32_t doubts, const uint32_t *items, size_t n)
{
    struct view_brief *briefs;
    size_t got;
    assert_true(views_doubted(rig.views, doubts, &briefs, &got));
    expect_briefs(briefs, got, items, n);
}

static void withdraw_last(uint32_t item)
{
    struct rig_batch batch;
    struct scan *scan = rig_beep(&rig, &hand, item, EVENT_WITHDRAWN, 0);
    scan->of_seq = scan->seq - 1;
    rig_cut(&hand, &batch);
    rig_send(&rig, &hand, &batch);
}

/* By arrival, not by when it happened; known after a restart without folding anything. */
static void what_changed_lately(void **state)
{
    (void)state;
    struct instant begin = rig.now, later = {rig.now.ms + 1000};
    for (uint32_t i = 1; i <= 3; i++) {
        char dossier[16];
        (void)snprintf(dossier, sizeof dossier, "H56-%u", i);
        rig_issue(&rig, i, dossier);
    }
    rig_scan(&rig, &hand, 1, EVENT_DELIVERED, 0); /* no pickup: a doubt */
    rig_scan(&rig, &hand, 2, EVENT_DELIVERED, 0);
    withdraw_last(2);
    rig.now.ms += 5000;
    rig_scan(&rig, &hand, 3, EVENT_PICKED_UP, 4500);
    rig_scan(&rig, &hand, 90, EVENT_PICKED_UP, 0); /* nobody issued it */
    follow();
    for (int round = 0; round < 2; round++) {
        expect_recent(begin, (const uint32_t[]){1, 2, 3}, 3);
        expect_recent(later, (const uint32_t[]){2, 3}, 2); /* 2: what was told of it may be false */
        expect_doubted(DOUBT_NO_PICKUP, (const uint32_t[]){1}, 1);
        assert_good(views_flush(rig.views, &err));
        rig_stop(&rig);
        rig_start(&rig);
    }
}

/* ------------------------------------------------------------------ the same in every way */

#define ITEMS 40

static void busy_day(uint64_t seed)
{
    for (uint32_t i = 0; i < 120; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint32_t item = (uint32_t)(seed >> 33) % ITEMS, what = (uint32_t)(seed >> 50) % 8;
        static const uint32_t events[] = {EVENT_PICKED_UP, EVENT_OUT_FOR_DELIVERY, EVENT_DELIVERED,
                                          EVENT_DELIVERY_FAILED, EVENT_ARRIVED_DELIVERY_OFFICE};
        rig.now.ms += 30000;
        if (what < 5)
            rig_scan(&rig, (seed >> 60 & 1) != 0 ? &hand : &other, item, events[what],
                     (int64_t)(seed >> 40 & 0xFFFFF));
        else if (what == 5)
            rig_office(&rig, item, EVENT_PRINTED);
        rig.sent_n = 0;
    }
}

static void snapshot(struct view out[ITEMS], bool known[ITEMS])
{
    follow();
    memset(out, 0, ITEMS * sizeof *out);
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct item item = rig_item(i);
        known[i] = views_item(rig.views, &item, &out[i]);
    }
}

static void same_views(const struct view *a, const bool *known)
{
    static struct view now[ITEMS];
    bool still[ITEMS];
    snapshot(now, still);
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(known[i], still[i]);
        assert_int_equal(a[i].version, now[i].version);
        assert_int_equal(a[i].state.status, now[i].state.status);
        assert_int_equal(a[i].state.doubts, now[i].state.doubts);
        assert_int_equal(a[i].state.since.estimate.ms, now[i].state.since.estimate.ms);
        assert_int_equal(a[i].state.since_arrival.ms, now[i].state.since_arrival.ms);
        assert_int_equal(a[i].state.attempt, now[i].state.attempt);
        assert_int_equal(a[i].state.holder, now[i].state.holder);
        assert_int_equal(a[i].clocks.post.due.ms, now[i].clocks.post.due.ms);
    }
    /* What the table holds, and what a page works out of the facts. */
    uint64_t counts[VIEW_STATUSES], expected[VIEW_STATUSES] = {0};
    views_counts(rig.views, counts);
    for (size_t i = 0; i < ITEMS; i++)
        expected[a[i].state.status] += known[i];
    for (size_t i = 0; i < VIEW_STATUSES; i++)
        assert_int_equal(counts[i], expected[i]);
}

static void issue_some(void)
{
    for (uint32_t i = 0; i < ITEMS; i += 2) {
        char dossier[16];
        (void)snprintf(dossier, sizeof dossier, "H56-%u", i);
        rig_issue(&rig, i, dossier);
    }
}

static void the_same_in_every_way(void **state)
{
    (void)state;
    static struct view before[ITEMS];
    bool known[ITEMS];
    issue_some();
    busy_day(1);
    snapshot(before, known);
    assert_good(views_flush(rig.views, &err));
    rig_stop(&rig);
    rig_start(&rig); /* all of it from views.db */
    same_views(before, known);

    busy_day(2);
    snapshot(before, known);
    rig_stop(&rig); /* not flushed: the tail comes from the record */
    rig_start(&rig);
    same_views(before, known);

    assert_good(views_rebuild(rig.views, &err));
    same_views(before, known);

    rig_stop(&rig);
    assert_int_equal(unlink(rig.views_path), 0);
    rig_start(&rig);
    same_views(before, known);
}

static void stopped_between_any_two_events(void **state)
{
    (void)state;
    static struct view before[ITEMS];
    bool known[ITEMS];
    issue_some();
    for (uint64_t i = 0; i < 6; i++) {
        busy_day(i + 10);
        if (i % 2 == 0)
            assert_good(views_flush(rig.views, &err)); /* before they followed */
        rig_stop(&rig);
        rig_start(&rig);
    }
    snapshot(before, known);
    assert_good(views_rebuild(rig.views, &err));
    same_views(before, known);
}

static void set_rule_from(enum rule rule, int64_t value, struct instant from)
{
    struct office_fact fact = {.event = EVENT_PARAMETER_SET, .value = value, .from = from};
    (void)snprintf(fact.key, sizeof fact.key, "%s", rule_row((size_t)rule)->key);
    rig_fact(&rig, &fact);
}

static void set_rule(enum rule rule, int64_t value)
{
    set_rule_from(rule, value, (struct instant){0}); /* from now on */
}

/* Whether facts are at hand or read again, early or late, by rules that come last: one and the
 * same. */
static void a_stock_of_any_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 4000, 30000, 1 << 20};
    static struct view before[ITEMS];
    bool known[ITEMS];
    issue_some();
    busy_day(21);
    set_rule(RULE_LEG_COMMUNE_DAYS, 9);
    set_rule(RULE_LEG_OTHER_DAYS, 11);
    snapshot(before, known);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        rig.views->stock_catching_up_bytes = sizes[i];
        assert_good(views_rebuild(rig.views, &err));
        same_views(before, known);
        rig.views->stock_following_bytes = sizes[i];
        busy_day(30 + i);
        snapshot(before, known);
        assert_good(views_rebuild(rig.views, &err));
        same_views(before, known);
        assert_true(rig.views->stock.bytes <= sizes[i]);
    }
}

/* A rule that came while nobody followed moves the terms of what was folded before, however little
 * of what came with it is held. */
static void a_rule_that_came_meanwhile(void **state)
{
    (void)state;
    int64_t today = day_of(rig.now);
    issue_some();
    for (uint32_t i = 0; i < ITEMS; i += 2)
        rig_office(&rig, i, EVENT_HANDED_OVER);
    rig.now.ms += INT64_C(10) * 24 * 3600 * 1000; /* all of them are late */
    follow();
    assert_int_not_equal(views_board(rig.views, VIEW_CLOCK_POST, today, today + 60, rig.now).due,
                         0);
    assert_good(views_flush(rig.views, &err));
    views_close(rig.views);
    for (size_t bytes = 0; bytes <= 1 << 20; bytes += 1 << 20) {
        char dossier[16];
        uint32_t one = bytes == 0 ? 1 : 3;
        (void)snprintf(dossier, sizeof dossier, "H56-%u", one);
        rig_issue(&rig, one, dossier);
        rig_scan(&rig, &hand, one, EVENT_PICKED_UP, 0); /* folded before the rule is read */
        rig.now.ms += 3600000;
        rig_scan(&rig, &hand, 0, EVENT_OUT_FOR_DELIVERY, 0);
        rig.now.ms += 3600000;
        set_rule_from(RULE_LEG_OTHER_DAYS, 30, (struct instant){1});
        assert_good(
            views_open_sized(rig.views_path, rig.record_path, bytes, bytes, &rig.views, &err));
        assert_int_equal(views_board(rig.views, VIEW_CLOCK_POST, today, today + 60, rig.now).due,
                         0);
        if (bytes == 0)
            views_close(rig.views);
    }
}

/* ------------------------------------------------------------------ the stock */

static struct fact fact_of(uint64_t seq, bool is_scan)
{
    struct fact fact;
    memset(&fact, 0, sizeof fact);
    fact.is_scan = is_scan;
    fact.seq = seq;
    fact.of_device = 3; /* what stands at a fact's very end */
    if (is_scan) {
        fact.scan.seq = seq;
        fact.scan.event = EVENT_DELIVERED;
    } else {
        fact.office.seq = seq;
        (void)snprintf(fact.office.citation, sizeof fact.office.citation, "to the last byte");
    }
    return fact;
}

static void add_to(struct stock *stock, struct tracked *entry, const struct fact *fact)
{
    uint64_t words[PACKED_MAX / sizeof(uint64_t)];
    size_t bytes = fact_pack(fact, words);
    assert_in_range(bytes, 8, PACKED_MAX);
    stock_add(stock, entry, words, bytes, fact->is_scan);
}

static void packs_and_comes_back(const struct fact *fact, size_t words_most)
{
    uint64_t words[PACKED_MAX / sizeof(uint64_t)];
    struct fact read;
    memset(&read, 0, sizeof read);
    assert_in_range(fact_pack(fact, words), 8, words_most * 8);
    memset(&read, 0xFF,
           fact->is_scan ? offsetof(struct fact, scan) + sizeof(struct scan) : sizeof read);
    fact_unpack(words, &read);
    read.is_scan = fact->is_scan;
    assert_memory_equal(&read.scan, &fact->scan,
                        fact->is_scan ? sizeof read.scan : sizeof read.office);
    assert_int_equal(read.device, fact->device);
    assert_int_equal(read.epoch, fact->epoch);
    assert_int_equal(read.seq, fact->seq);
    assert_int_equal(read.verdict, fact->verdict);
    assert_int_equal(read.arrival.ms, fact->arrival.ms);
    assert_int_equal(read.when.estimate.ms, fact->when.estimate.ms);
    assert_int_equal(read.when.earliest.ms, fact->when.earliest.ms);
    assert_int_equal(read.when.latest.ms, fact->when.latest.ms);
    assert_int_equal(read.when.clock_off, fact->when.clock_off);
    assert_int_equal(read.when.bounds_only, fact->when.bounds_only);
    assert_int_equal(read.of_device, fact->of_device);
    assert_int_equal(read.order.ms, 0);
    assert_int_equal(read.effect, EFFECT_NONE);
    assert_int_equal(read.status_after, STATUS_NONE);
}

/* What a fact is besides, one bit of `set` each, alone and together. */
static void head_of(struct fact *fact, unsigned set)
{
    fact->device = set & 1 ? 7 : 0;
    fact->epoch = set & 2 ? UINT64_MAX : 0;
    fact->verdict = set & 4 ? UINT32_MAX : 0;
    fact->arrival.ms = set & 8 ? INT64_MAX : 0;
    fact->when.estimate.ms = set & 16 ? 5 : 0;
    fact->when.earliest.ms = set & 32 ? INT64_MIN : 0;
    fact->when.latest.ms = set & 64 ? 9 : 0;
    fact->when.clock_off = (set & 128) != 0;
    fact->when.bounds_only = (set & 256) != 0;
    fact->of_device = set & 512 ? -1 : 0;
}

/* Every word that a kind has, alone and with all the others; whatever it is besides. */
static void a_packed_fact_is_the_fact(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 1024; set++)
        for (int is_scan = 0; is_scan < 2; is_scan++) {
            struct fact all = {.is_scan = is_scan != 0};
            head_of(&all, set);
            size_t words = (is_scan ? sizeof all.scan : sizeof all.office) / 8;
            for (size_t i = 0; i < words; i++) {
                struct fact one = {.is_scan = is_scan != 0};
                head_of(&one, set);
                ((unsigned char *)&one.scan)[i * 8 + i % 8] = 1;
                ((unsigned char *)&all.scan)[i * 8 + i % 8] = 1;
                one.seq = is_scan ? one.scan.seq : one.office.seq;
                packs_and_comes_back(&one, 11);
            }
            all.seq = is_scan ? all.scan.seq : all.office.seq;
            packs_and_comes_back(&all, 10 + words);
        }
}

/* Every word alone and with all before it; and what one that was issued takes. */
static void a_packed_view_is_the_view(void **state)
{
    (void)state;
    struct view all, one, back;
    uint64_t words[PACKED_VIEW_MAX / sizeof(uint64_t)];
    memset(&all, 0, sizeof all);
    for (size_t i = 0; i < sizeof all / 8; i++) {
        memset(&one, 0, sizeof one);
        ((unsigned char *)&one)[i * 8 + i % 8] = 1;
        ((unsigned char *)&all)[i * 8 + i % 8] = 1;
        assert_true(view_pack(&one, words) < sizeof one / 4);
        memset(&back, 0xAA, sizeof back);
        view_unpack(words, &back);
        assert_memory_equal(&back, &one, sizeof one);
        assert_in_range(view_pack(&all, words), (i + 1) * 8, sizeof words);
        memset(&back, 0xAA, sizeof back);
        view_unpack(words, &back);
        assert_memory_equal(&back, &all, sizeof all);
    }
}

static void the_stock_gives_back_what_it_got(void **state)
{
    (void)state;
    struct table table = {.slots = NULL};
    struct stock stock = {.bytes = 0};
    struct item item = rig_item(1), second_item = rig_item(2), third_item = rig_item(3);
    struct tracked *entry = table_take(&table, &item), *second = table_take(&table, &second_item),
                   *third = table_take(&table, &third_item);
    for (uint64_t seq = 1; seq <= 9; seq++) {
        struct fact fact = fact_of(seq, seq % 2 == 0);
        assert_true(entry_add_ref(&table, entry, seq));
        add_to(&stock, entry, &fact);
        struct fact *read = stock_read(&stock, entry);
        assert_non_null(read);
        for (uint64_t i = 1; i <= seq; i++) {
            fact = fact_of(i, i % 2 == 0);
            assert_int_equal(read[i - 1].is_scan, fact.is_scan);
            assert_int_equal(read[i - 1].seq, fact.seq);
            assert_int_equal(read[i - 1].of_device, fact.of_device);
            assert_memory_equal(&read[i - 1].scan, &fact.scan,
                                fact.is_scan ? sizeof fact.scan : sizeof fact.office);
        }
    }
    struct fact fact = fact_of(1, true);
    assert_true(entry_add_ref(&table, second, 1));
    add_to(&stock, second, &fact);
    assert_ptr_equal(stock_oldest(&stock), entry); /* delivered before it, and still so */
    assert_int_equal(stock_done_n(&stock), 2);
    assert_true(entry_add_ref(&table, third, 1));
    fact = fact_of(1, false);
    add_to(&stock, third, &fact);
    assert_int_equal(stock_done_n(&stock), 2);
    assert_true(entry_add_ref(&table, entry, 10));
    assert_null(stock_read(&stock, entry)); /* one is missing */
    assert_true(entry_add_ref(&table, entry, 11));
    add_to(&stock, entry, &fact);
    assert_null(entry->bundle); /* it goes with the one before it missing */
    assert_ptr_equal(stock_oldest(&stock), second);
    stock_drop(&stock, second);
    assert_ptr_equal(stock_oldest(&stock), third); /* open: after those that are done */
    stock_drop(&stock, third);
    assert_null(stock_oldest(&stock));
    assert_int_equal(stock.bytes, 0);
    stock_done(&stock);
    table_done(&table);
}

/* Every row of views.db, of this generation of the record, says something else. */
static void alter_kept(uint64_t generation, enum status status, bool folded)
{
    struct store *store;
    struct table table = {.slots = NULL};
    struct seqs rules = {.all = NULL};
    struct saved saved;
    assert_good(store_open(rig.views_path, generation, &store, &err));
    assert_good(store_read(store, &table, &rules, &err));
    assert_int_not_equal(table.entries.n, 0);
    for (size_t i = 0; i < table.entries.n; i++) {
        struct tracked *entry = table.entries.all[i];
        entry->status = status;
        entry->folded = folded;
        entry->dirty = entry->dirty || list_add(&table.dirty, entry);
    }
    assert_true(saved_dirty(&table, &saved));
    assert_good(store_write(store, &saved, &rules, &table.mark, &err));
    saved_free(&saved);
    free(rules.all);
    table_done(&table);
    store_close(store);
}

struct flusher {
    atomic_bool stop;
    atomic_uint flushes;
};

static void *flush_on(void *arg)
{
    struct flusher *flusher = arg;
    struct error why;
    while (!atomic_load(&flusher->stop)) {
        assert_good(views_flush(rig.views, &why));
        atomic_fetch_add(&flusher->flushes, 1);
    }
    return NULL;
}

/* As the server has it: one thread follows, another writes what changed. Each change is on disk in
 * the end: what the one notes of an item is no part of what the other notes. */
static void flushing_beside_following_loses_nothing(void **state)
{
    (void)state;
    static struct view before[ITEMS];
    bool known[ITEMS];
    struct flusher flusher = {.stop = false};
    pthread_t thread;
    issue_some();
    assert_int_equal(pthread_create(&thread, NULL, flush_on, &flusher), 0);
    for (uint64_t seed = 0; seed < 20 || atomic_load(&flusher.flushes) < 20; seed++) {
        busy_day(seed);
        follow();
    }
    atomic_store(&flusher.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    snapshot(before, known);
    assert_good(views_flush(rig.views, &err));
    rig_stop(&rig);
    rig_start(&rig);
    same_views(before, known);
}

/* Stopped after a flush that fell before the fold. */
static void unfolded_rows_are_folded_at_start(void **state)
{
    (void)state;
    static struct view before[ITEMS];
    bool known[ITEMS];
    uint64_t counts[VIEW_STATUSES];
    issue_some();
    busy_day(4);
    snapshot(before, known);
    assert_good(views_flush(rig.views, &err));
    uint64_t generation = record_generation(rig.record);
    rig_stop(&rig);
    alter_kept(generation, (enum status)1, false);
    rig_start(&rig);
    views_counts(rig.views, counts);
    assert_true(counts[STATUS_DELIVERED] > 0);
    same_views(before, known);
}

static void a_damaged_file_is_made_anew(void **state)
{
    (void)state;
    static struct view before[ITEMS];
    bool known[ITEMS];
    issue_some();
    busy_day(3);
    snapshot(before, known);
    assert_good(views_flush(rig.views, &err));
    rig_stop(&rig);
    FILE *file = fopen(rig.views_path, "r+");
    for (long at = 0; at < 60000; at += 512) {
        (void)fseek(file, at, SEEK_SET);
        (void)fputs("damaged by something", file);
    }
    (void)fclose(file);
    rig_start(&rig);
    same_views(before, known);
}

/* What was folded is believed at the next start: no record is read through for it. */
static void what_is_kept_is_not_worked_out_again(void **state)
{
    (void)state;
    uint64_t counts[VIEW_STATUSES];
    issue_some();
    follow();
    assert_good(views_flush(rig.views, &err));
    uint64_t generation = record_generation(rig.record);
    rig_stop(&rig);
    alter_kept(generation, (enum status)10, true);
    rig_start(&rig);
    views_counts(rig.views, counts);
    assert_int_equal(counts[STATUS_DELIVERED], (ITEMS + 1) / 2);
}

/* What views.db holds is another's when the record is of another generation. */
static void another_generation_is_worked_out_anew(void **state)
{
    (void)state;
    static struct view before[ITEMS];
    bool known[ITEMS];
    uint64_t counts[VIEW_STATUSES];
    issue_some();
    snapshot(before, known);
    assert_good(views_flush(rig.views, &err));
    uint64_t generation = record_generation(rig.record);
    assert_good(record_new_generation(rig.record, &err));
    rig_stop(&rig);
    alter_kept(generation, (enum status)10, true);
    rig_start(&rig);
    views_counts(rig.views, counts);
    assert_int_equal(counts[STATUS_DELIVERED], 0);
    same_views(before, known);
}

/* Copied along from a machine where bytes lie otherwise. */
static void another_machines_file_is_worked_out_anew(void **state)
{
    (void)state;
    static struct view before[ITEMS];
    bool known[ITEMS];
    struct db *db;
    issue_some();
    snapshot(before, known);
    assert_good(views_flush(rig.views, &err));
    uint64_t generation = record_generation(rig.record);
    rig_stop(&rig);
    alter_kept(generation, (enum status)10, true);
    assert_good(db_open(rig.views_path, DB_REBUILDABLE, &db, &err));
    assert_good(db_exec(db, "UPDATE mark SET shape = shape + 1", &err));
    db_close(db);
    rig_start(&rig);
    same_views(before, known);
}

/* A flush may fall between taking a fact in and folding it: then the row says so. */
static void an_unfolded_row_says_so(void **state)
{
    (void)state;
    struct table table = {.slots = NULL}, read = {.slots = NULL};
    struct saved saved;
    struct item item = rig_item(1);
    struct view view = {.version = 1};
    struct tracked *entry = table_take(&table, &item);
    assert_true(entry_add_ref(&table, entry, ref_make(7, 3)));
    assert_true(saved_dirty(&table, &saved)); /* a new entry is dirty */
    assert_int_equal(saved.rows, 1);
    assert_good(saved_read(saved.bytes, saved.n, &read, &err));
    saved_free(&saved);
    assert_string_equal(read.entries.all[0]->item.text, item.text);
    assert_int_equal(read.entries.all[0]->refs[0], ref_make(7, 3));
    assert_false(read.entries.all[0]->folded);
    assert_true(table_fold(&table, entry, &view, true));
    assert_true(entry->folded);
    table_done(&table);
    table_done(&read);
}

static void expect_list(bool orphans, const uint32_t *items, size_t n)
{
    struct view list[16];
    struct view_filter filter = {.only_orphans = orphans};
    assert_int_equal(views_list(rig.views, &filter, list, 16), n);
    for (size_t i = 0; i < n; i++) {
        struct item item = rig_item(items[i]);
        assert_string_equal(list[i].state.item.text, item.text);
    }
}

/* Rows lie by first sight; lists are by issue, and orphans by first sight, before and after,
 * whatever was written when. */
static void lists_are_the_same_after_a_start(void **state)
{
    (void)state;
    static const uint32_t issued[] = {7, 9, 2, 8}, orphans[] = {6, 1, 5};
    rig_scan(&rig, &hand, 5, EVENT_PICKED_UP, 0);
    rig_scan(&rig, &hand, 9, EVENT_PICKED_UP, 0); /* before its issue */
    rig_issue(&rig, 8, "H56-8");
    follow();
    assert_good(views_flush(rig.views, &err));
    rig_scan(&rig, &hand, 1, EVENT_PICKED_UP, 0);
    rig_issue(&rig, 2, "H56-2");
    rig_issue(&rig, 9, "H56-9");
    follow();
    assert_good(views_flush(rig.views, &err));
    rig_scan(&rig, &hand, 8, EVENT_PICKED_UP, 0);
    rig_issue(&rig, 7, "H56-7");
    rig_scan(&rig, &hand, 6, EVENT_PICKED_UP, 0);
    follow();
    assert_good(views_flush(rig.views, &err));
    for (int start = 0; start < 3; start++) {
        expect_list(false, issued, 4);
        expect_list(true, orphans, 3);
        rig_stop(&rig);
        rig_start(&rig);
    }
}

static struct tracked *kept_one(struct table *table, uint32_t serial)
{
    struct item item = rig_item(serial);
    struct view view = {.state.item = item, .version = serial};
    struct tracked *entry = table_take(table, &item);
    table_keep_view(table, entry, &view);
    return entry;
}

static uint64_t version_kept(const struct tracked *entry)
{
    struct view view;
    assert_true(table_kept_view(entry, &view));
    assert_string_equal(view.state.item.text, entry->item.text);
    return view.version;
}

/* So many and no more, the ones kept last; one that is kept again takes no second place. */
static void views_are_kept_in_a_ring(void **state)
{
    (void)state;
    struct table table = {.slots = NULL};
    struct view view = {.version = 1};
    for (uint32_t serial = 1; serial <= VIEWS_KEPT; serial++)
        (void)kept_one(&table, serial);
    struct tracked *const *all = table.entries.all;
    for (int again = 0; again < 3; again++)
        assert_ptr_equal(kept_one(&table, 3), all[2]);
    assert_non_null(all[0]->view);
    assert_true(table_fold(&table, all[1], &view, false)); /* one goes early */
    assert_null(all[1]->view);
    for (uint32_t more = 1; more <= 3; more++)
        (void)kept_one(&table, VIEWS_KEPT + more);
    assert_null(all[0]->view);
    assert_null(all[2]->view);
    for (size_t i = 3; i < table.entries.n; i++)
        assert_int_equal(version_kept(table.entries.all[i]), i + 1);
    (void)kept_one(&table, 1);
    assert_null(all[3]->view);
    assert_int_equal(version_kept(all[0]), 1);
    table_done(&table);
}

/* Views that saw more than the record holds are of another record. */
static void views_ahead_of_the_record(void **state)
{
    (void)state;
    issue_some();
    follow();
    assert_good(views_flush(rig.views, &err));
    assert_good(db_exec(record_db(rig.record), "DELETE FROM office WHERE seq > 5", &err));
    assert_good(db_exec(record_db(rig.record), "DELETE FROM issued WHERE seq > 5", &err));
    views_close(rig.views);
    rig.views = NULL;
    assert_good(views_open(rig.views_path, rig.record_path, &rig.views, &err));
    uint64_t counts[VIEW_STATUSES];
    views_counts(rig.views, counts);
    assert_int_equal(counts[STATUS_ISSUED], 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_item_all_the_way),
        TEST(unknown_item),
        TEST(watchers_are_told_of_each_change),
        TEST(lists_and_counts),
        TEST(what_changed_lately),
        TEST(the_same_in_every_way),
        TEST(stopped_between_any_two_events),
        TEST(a_stock_of_any_size),
        TEST(a_rule_that_came_meanwhile),
        TEST(a_packed_fact_is_the_fact),
        TEST(a_packed_view_is_the_view),
        TEST(the_stock_gives_back_what_it_got),
        TEST(lists_are_the_same_after_a_start),
        TEST(views_are_kept_in_a_ring),
        TEST(flushing_beside_following_loses_nothing),
        TEST(unfolded_rows_are_folded_at_start),
        TEST(a_damaged_file_is_made_anew),
        TEST(what_is_kept_is_not_worked_out_again),
        TEST(another_generation_is_worked_out_anew),
        TEST(another_machines_file_is_worked_out_anew),
        TEST(an_unfolded_row_says_so),
        TEST(views_ahead_of_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
