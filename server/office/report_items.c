/* report_items.c - what a report counts item by item: sums by office and commune, and the items
 * behind each of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/report_inside.h"
#include "server/record/communes.h"
#include "server/record/premises.h"

#define PAGE 64 /* views at a time, on the heap */
#define MINUTES_A_DAY 1440.0

/* ------------------------------------------------------------------ which items */

static const struct {
    const char *key, *word;
} kinds[REPORT_ITEMS] = {
    [REPORT_ISSUED] = {"issued", "Bì cấp số trong kỳ"},
    [REPORT_DELIVERED] = {"delivered", "Đã phát"},
    [REPORT_AT_DOOR] = {"at-door", "Chuyến đỡ đi: phát tận nơi, không phải mời"},
    [REPORT_NOT_AT_DOOR] = {"not-at-door", "Đã kết thúc mà không đỡ được chuyến nào"},
    [REPORT_POSTAGE] = {"postage", "Đã thu cước"},
    [REPORT_FEES] = {"fees", "Đã thu phí, lệ phí"},
};

const char *report_items_key(enum report_items items)
{
    return kinds[items].key;
}

const char *report_items_word(enum report_items items)
{
    return kinds[items].word;
}

bool report_items_named(const char *key, enum report_items *ret_items)
{
    for (int i = 0; i < REPORT_ITEMS; i++)
        if (strcmp(kinds[i].key, key) == 0) {
            *ret_items = (enum report_items)i;
            return true;
        }
    return false;
}

/* Brought to the door: whoever was invited to the post office went all the same. */
static bool is_trip_saved(const struct state *state)
{
    return state->status == STATUS_DELIVERED && state->invitations == 0;
}

static uint64_t taken_of(const struct state *state, bool fees)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < state->takings_n; i++)
        sum += fees ? state->takings[i].fees_vnd : state->takings[i].postage_vnd;
    return sum;
}

/* A label that was voided never was an envelope: its dossier has another. */
static bool is_counted(const struct state *state)
{
    return state->status != STATUS_VOID;
}

static bool is_one(const struct state *state, enum report_items items)
{
    if (!is_counted(state))
        return false;
    switch (items) {
    case REPORT_ISSUED:
        return true;
    case REPORT_DELIVERED:
        return state->status == STATUS_DELIVERED;
    case REPORT_AT_DOOR:
        return is_trip_saved(state);
    case REPORT_NOT_AT_DOOR:
        return status_is_final(state->status) && !is_trip_saved(state);
    case REPORT_POSTAGE:
        return taken_of(state, false) > 0;
    case REPORT_FEES:
        return taken_of(state, true) > 0;
    case REPORT_ITEMS:
        break;
    }
    return false;
}

static bool is_there(const struct view *view, const struct report_behind *behind)
{
    switch (behind->place) {
    case REPORT_ANYWHERE:
        return true;
    case REPORT_OFFICE:
        return view->marks.office == behind->key;
    case REPORT_COMMUNE:
        return view->state.office.commune == behind->key;
    }
    return false;
}

static struct view_filter filter_of(const struct report_asked *asked)
{
    struct view_filter filter = {.from_day = asked->from_day, .to_day = asked->to_day};
    if (!asked->all_offices) {
        filter.offices = &asked->office;
        filter.offices_n = 1;
    }
    return filter;
}

size_t report_items(struct views *views, const struct report_asked *asked, enum report_items items,
                    const struct report_behind *behind, uint64_t before, struct view *out,
                    size_t max, uint64_t *ret_next)
{
    struct view_filter filter = filter_of(asked);
    size_t n = 0;
    filter.before = before;
    do {
        size_t got = views_page(views, &filter, out + n, max - n, &filter.before), kept = n;
        for (size_t i = n; i < n + got; i++)
            if (is_one(&out[i].state, items) && is_there(&out[i], behind))
                out[kept++] = out[i];
        n = kept;
    } while (filter.before != 0 && n < max);
    *ret_next = filter.before;
    return n;
}

/* ------------------------------------------------------------------ sums */

static struct place_sum *sum_of(struct making *making, struct place_sums *sums, uint64_t key)
{
    size_t low = 0, high = sums->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sums->all[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < sums->n && sums->all[low].key == key)
        return &sums->all[low];
    if (sums->n == sums->room) {
        size_t room = sums->room ? sums->room * 2 : 64;
        struct place_sum *more = realloc(sums->all, room * sizeof *more);
        if (more == NULL) {
            making->report->no_memory = true;
            return NULL;
        }
        sums->all = more;
        sums->room = room;
    }
    memmove(&sums->all[low + 1], &sums->all[low], (sums->n++ - low) * sizeof *sums->all);
    sums->all[low] = (struct place_sum){.key = key};
    return &sums->all[low];
}

static void add_item(struct place_sum *sum, const struct view *view)
{
    const struct state *state = &view->state;
    bool delivered = state->status == STATUS_DELIVERED;
    if (sum == NULL)
        return;
    sum->items++;
    sum->delivered += delivered;
    sum->ended += status_is_final(state->status);
    sum->trips += is_trip_saved(state);
    sum->postage_vnd += taken_of(state, false);
    sum->fees_vnd += taken_of(state, true);
    if (delivered && state->since.estimate.ms > state->office.at.ms)
        sum->days +=
            (double)(state->since.estimate.ms - state->office.at.ms) / 60000 / MINUTES_A_DAY;
}

bool report_sum_items(struct making *making, struct error *err)
{
    struct view *page = calloc(PAGE, sizeof *page);
    struct view_filter filter = filter_of(making->asked);
    if (page == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    do {
        size_t n = views_page(making->views, &filter, page, PAGE, &filter.before);
        for (size_t i = 0; i < n; i++) {
            if (!is_counted(&page[i].state))
                continue;
            add_item(&making->whole, &page[i]);
            add_item(sum_of(making, &making->offices, page[i].marks.office), &page[i]);
            add_item(sum_of(making, &making->communes, page[i].state.office.commune), &page[i]);
        }
    } while (filter.before != 0);
    free(page);
    return true;
}

/* ------------------------------------------------------------------ names of places */

void report_put_office(const struct making *making, uint64_t key, struct report_cell *cell)
{
    struct premises office;
    struct error none;
    if (premises_at(making->record, PREMISES_OFFICE, (uint32_t)key, (struct instant){INT64_MAX},
                    &office, &none))
        report_put_text(cell, office.name);
    else
        (void)snprintf(cell->text, sizeof cell->text, "cơ quan %llu", (unsigned long long)key);
}

struct naming_commune {
    uint32_t code;
    struct report_cell *cell;
};

static bool name_commune(void *ctx, const struct commune *commune)
{
    struct naming_commune *naming = ctx;
    if (commune->code != naming->code)
        return true;
    (void)snprintf(naming->cell->text, sizeof naming->cell->text, "%s %.80s", commune->kind,
                   commune->name);
    return false;
}

void report_put_commune(const struct making *making, uint64_t key, struct report_cell *cell)
{
    struct naming_commune naming = {(uint32_t)key, cell};
    struct error none;
    if (key == 0)
        report_put_text(cell, "chưa xếp được xã");
    else
        (void)snprintf(cell->text, sizeof cell->text, "%05llu", (unsigned long long)key);
    if (key != 0 &&
        !communes_each(making->record, making->asked->now, name_commune, &naming, &none))
        report_put_text(cell, "?");
}

/* ------------------------------------------------------------------ volume and money */

static void put_counted(struct report_cell *cell, uint64_t number, enum report_items items,
                        enum report_place place, uint64_t key)
{
    report_put_number(cell, number);
    if (number == 0)
        return;
    cell->behind = (struct report_behind){.way = REPORT_WAY_ITEMS, .place = place, .key = key};
    (void)snprintf(cell->behind.number, sizeof cell->behind.number, "%s", kinds[items].key);
}

static void volume_rows(struct making *making, struct report_table *one,
                        const struct place_sums *sums, enum report_place place, report_put_key *put)
{
    for (size_t i = 0; i < sums->n; i++) {
        const struct place_sum *sum = &sums->all[i];
        struct report_cell *cells = report_row(making->report, one);
        put(making, sum->key, &cells[0]);
        put_counted(&cells[1], sum->items, REPORT_ISSUED, place, sum->key);
        put_counted(&cells[2], sum->delivered, REPORT_DELIVERED, place, sum->key);
        report_put_share(&cells[3], sum->delivered, sum->items);
        put_counted(&cells[4], sum->trips, REPORT_AT_DOOR, place, sum->key);
        put_counted(&cells[5], sum->postage_vnd, REPORT_POSTAGE, place, sum->key);
        put_counted(&cells[6], sum->fees_vnd, REPORT_FEES, place, sum->key);
    }
}

#define VOLUME_HOW                                                                                                               \
    "Bì cấp số trong kỳ, nhãn đã hủy không tính, theo nơi ghi trên bì. Tiền là tiền đã thu tại "       \
    "cửa hay sau đó, đồng. "                                                                                              \
    "Chuyến đỡ đi: mỗi bì phát tận nơi mà không phải mời đến bưu cục là một chuyến người dân " \
    "không phải đến cơ quan lấy kết quả [định nghĩa của Trao, theo mục đích của QĐ "                   \
    "45/2016/QĐ-TTg]. / Items issued in the period, voided labels left out; money taken; a trip "                               \
    "saved is an item "                                                                                                          \
    "delivered at the door without an invitation to the post office."

void report_make_volumes(struct making *making)
{
    struct report_table *one =
        TABLE(making->report, "volume-office", "Số lượng và tiền, theo cơ quan",
              "Volume and money, by office", VOLUME_HOW, "Cơ quan", "Bì", "Đã phát", "Tỷ lệ",
              "Chuyến đỡ đi", "Cước đã thu", "Phí, lệ phí đã thu");
    volume_rows(making, one, &making->offices, REPORT_OFFICE, report_put_office);
    one = TABLE(making->report, "volume-commune", "Số lượng và tiền, theo xã",
                "Volume and money, by commune", VOLUME_HOW, "Xã, phường", "Bì", "Đã phát", "Tỷ lệ",
                "Chuyến đỡ đi", "Cước đã thu", "Phí, lệ phí đã thu");
    volume_rows(making, one, &making->communes, REPORT_COMMUNE, report_put_commune);
}
