#include "server/office/rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/record/lookups.h"
#include "server/record/postmen.h"

/* ------------------------------------------------------------------ numbers of rounds and slips */

char *round_text(uint64_t round, char out[ROUND_TEXT_MAX])
{
    (void)snprintf(out, ROUND_TEXT_MAX, "BD-%06llu", (unsigned long long)round);
    return out;
}

char *slip_text(uint64_t slip, char out[ROUND_TEXT_MAX])
{
    (void)snprintf(out, ROUND_TEXT_MAX, "GM-%06llu", (unsigned long long)slip);
    return out;
}

bool serial_read(const char *letters, const char *text, uint64_t *ret_serial, struct error *err)
{
    size_t n = strlen(text);
    if (n < 4 || n > 15 || strncmp(text, letters, 2) != 0 || text[2] != '-' ||
        strspn(text + 3, "0123456789") != n - 3 || strtoull(text + 3, NULL, 10) == 0)
        return error_set(err, ERROR_BAD_INPUT, "«%s»: phải như %s-000007. / not such a number",
                         text, letters);
    *ret_serial = strtoull(text + 3, NULL, 10);
    return true;
}

/* ------------------------------------------------------------------ building */

struct build {
    const struct round_plan *plan;
    struct item *items;
    size_t n;
    uint64_t round;
};

static bool assign(struct record *record, uint64_t round, uint32_t badge, const struct item *item,
                   uint32_t user, struct error *err)
{
    struct office_fact fact = {
        .item = *item, .event = EVENT_ROUND_ASSIGNED, .user = user, .badge = badge, .round = round};
    return record_office_add(record, &fact, NULL, err);
}

/* On an open round already: a commune's rest leaves it there, a named one is refused. */
static bool is_free(struct record *record, const struct item *item, bool *ret_free,
                    struct error *err)
{
    struct round round;
    if (!round_of(record, item, &round, err))
        return false;
    *ret_free = round.id == 0 || round.closed;
    return true;
}

static bool keep_free(struct record *record, struct build *build, struct error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < build->n; i++) {
        bool free_now;
        if (!is_free(record, &build->items[i], &free_now, err))
            return false;
        if (!free_now && build->plan->n > 0)
            return error_set(err, ERROR_REFUSED, "%s: đang ở bản kê khác. / on another round",
                             build->items[i].text);
        if (free_now)
            build->items[kept++] = build->items[i];
    }
    build->n = kept;
    return kept > 0 || error_set(err, ERROR_BAD_INPUT, "không có bì nào để phát. / none to carry");
}

static bool build_act(struct record *record, void *arg, struct error *err)
{
    struct build *build = arg;
    const struct round_plan *plan = build->plan;
    struct postman postman;
    uint64_t before = 0;
    if (!postman_at(record, plan->badge, record_now(record), &postman, err) ||
        !keep_free(record, build, err) || !record_counter_next(record, "round", 1, &before, err))
        return false;
    build->round = before + 1;
    struct office_fact fact = {.event = EVENT_ROUND_BUILT,
                               .user = plan->user,
                               .badge = plan->badge,
                               .post_office = plan->post_office,
                               .commune = plan->commune,
                               .round = build->round,
                               .count = (uint32_t)build->n};
    bool ok = record_office_add(record, &fact, NULL, err);
    for (size_t i = 0; i < build->n && ok; i++)
        ok = assign(record, build->round, plan->badge, &build->items[i], plan->user, err);
    return ok;
}

#define PAGE 64 /* views copied at a time */

/* Where an envelope is ready to go out, for the first time or again. */
static const enum status waiting_statuses[] = {STATUS_PICKED_UP, STATUS_AT_OFFICE, STATUS_FAILED};

static bool waits(const struct view *view, uint32_t commune)
{
    return view->state.office.commune == commune &&
           (view->state.hand == HAND_POST_OFFICE || view->state.hand == HAND_POSTMAN);
}

/* All of a commune with a status, appended. */
static bool gather(struct views *views, enum status status, struct build *build, struct error *err)
{
    struct view_filter filter = {.status = status};
    struct view *page = calloc(PAGE, sizeof *page);
    size_t got = page ? PAGE : 0;
    bool ok = page != NULL;
    while (got == PAGE && ok) {
        got = views_list(views, &filter, page, PAGE);
        struct item *more = realloc(build->items, (build->n + PAGE) * sizeof *more);
        ok = more != NULL;
        build->items = ok ? more : build->items;
        for (size_t i = 0; i < got && ok; i++)
            if (waits(&page[i], build->plan->commune))
                build->items[build->n++] = page[i].state.item;
        filter.offset += got;
    }
    free(page);
    return ok || error_set(err, ERROR_LATER, "out of memory");
}

static bool gather_all(struct views *views, struct build *build, struct error *err)
{
    for (size_t i = 0; i < sizeof waiting_statuses / sizeof *waiting_statuses; i++)
        if (!gather(views, waiting_statuses[i], build, err))
            return false;
    return true;
}

static bool not_ended(struct views *views, const struct item *item, struct error *err)
{
    struct view view;
    if (!views_item(views, item, &view) || !view.state.issued)
        return error_set(err, ERROR_NOT_FOUND, "%s: không thấy số này. / no such item", item->text);
    return !status_is_final(view.state.status) ||
           error_set(err, ERROR_REFUSED, "%s: đã kết thúc. / it has ended", item->text);
}

static bool take_named(struct views *views, struct build *build, struct error *err)
{
    const struct round_plan *plan = build->plan;
    build->items = calloc(plan->n, sizeof *build->items);
    if (!build->items)
        return error_set(err, ERROR_LATER, "out of memory");
    for (size_t i = 0; i < plan->n; i++) {
        if (!not_ended(views, &plan->items[i], err))
            return false;
        build->items[build->n++] = plan->items[i];
    }
    return true;
}

bool round_build(struct acts acts, struct views *views, const struct round_plan *plan,
                 uint64_t *ret_round, size_t *ret_n, struct error *err)
{
    struct build build = {.plan = plan};
    bool ok = plan->n > 0 ? take_named(views, &build, err) : gather_all(views, &build, err);
    ok = ok && acts.run(acts.self, build_act, &build, err);
    free(build.items);
    if (!ok)
        return false;
    *ret_round = build.round;
    *ret_n = build.n;
    return true;
}

/* ------------------------------------------------------------------ what waits for a round */

struct tally {
    struct record *record;
    struct waiting *rows;
    size_t n, room;
};

static bool count_one(struct tally *tally, uint32_t commune, struct error *err)
{
    size_t at = 0;
    while (at < tally->n && tally->rows[at].commune < commune)
        at++;
    if (at == tally->n || tally->rows[at].commune != commune) {
        struct waiting *more = tally->n < tally->room
                                   ? tally->rows
                                   : realloc(tally->rows, (tally->n + PAGE) * sizeof *more);
        if (!more)
            return error_set(err, ERROR_LATER, "out of memory");
        tally->room = tally->n < tally->room ? tally->room : tally->n + PAGE;
        tally->rows = more;
        memmove(&more[at + 1], &more[at], (tally->n - at) * sizeof *more);
        more[at] = (struct waiting){.commune = commune};
        tally->n++;
    }
    tally->rows[at].n++;
    return true;
}

static bool count_status(struct views *views, enum status status, struct tally *tally,
                         struct error *err)
{
    struct view_filter filter = {.status = status};
    struct view *page = calloc(PAGE, sizeof *page);
    size_t got = PAGE;
    bool ok = page || error_set(err, ERROR_LATER, "out of memory");
    while (got == PAGE && ok) {
        got = views_list(views, &filter, page, PAGE);
        for (size_t i = 0; i < got && ok; i++) {
            bool free_now = false;
            uint32_t commune = page[i].state.office.commune;
            if (waits(&page[i], commune))
                ok = is_free(tally->record, &page[i].state.item, &free_now, err) &&
                     (!free_now || count_one(tally, commune, err));
        }
        filter.offset += got;
    }
    free(page);
    return ok;
}

bool rounds_waiting(struct views *views, struct record *record, struct waiting **new_waiting,
                    size_t *ret_n, struct error *err)
{
    struct tally tally = {.record = record};
    for (size_t i = 0; i < sizeof waiting_statuses / sizeof *waiting_statuses; i++)
        if (!count_status(views, waiting_statuses[i], &tally, err)) {
            free(tally.rows);
            return false;
        }
    *new_waiting = tally.rows;
    *ret_n = tally.n;
    return true;
}

/* ------------------------------------------------------------------ moving */

struct moving {
    uint64_t round;
    uint32_t badge, user;
    const struct item *item;
};

static bool open_round(struct record *record, uint64_t id, struct round *ret_round,
                       struct error *err)
{
    char text[ROUND_TEXT_MAX];
    if (!round_get(record, id, ret_round, err))
        return false;
    return !ret_round->closed ||
           error_set(err, ERROR_REFUSED, "%s: đã chốt. / it is closed", round_text(id, text));
}

static bool give_act(struct record *record, void *arg, struct error *err)
{
    const struct moving *moving = arg;
    struct round round;
    struct postman postman;
    if (!open_round(record, moving->round, &round, err) ||
        !postman_at(record, moving->badge, record_now(record), &postman, err))
        return false;
    if (round.badge == moving->badge)
        return error_set(err, ERROR_REFUSED, "bản kê đã là của người này. / it is his already");
    struct office_fact fact = {.event = EVENT_ROUND_BUILT,
                               .user = moving->user,
                               .badge = moving->badge,
                               .post_office = round.post_office,
                               .commune = round.commune,
                               .round = round.id};
    return record_office_add(record, &fact, NULL, err);
}

bool round_give(struct acts acts, uint64_t round, uint32_t badge, uint32_t user, struct error *err)
{
    struct moving moving = {.round = round, .badge = badge, .user = user};
    return acts.run(acts.self, give_act, &moving, err);
}

static bool put_act(struct record *record, void *arg, struct error *err)
{
    const struct moving *moving = arg;
    struct round round;
    return open_round(record, moving->round, &round, err) &&
           assign(record, round.id, round.badge, moving->item, moving->user, err);
}

bool round_put(struct acts acts, struct views *views, uint64_t round, const struct item *item,
               uint32_t user, struct error *err)
{
    struct moving moving = {.round = round, .user = user, .item = item};
    return not_ended(views, item, err) && acts.run(acts.self, put_act, &moving, err);
}

/* ------------------------------------------------------------------ slips */

static bool pad_act(struct record *record, void *arg, struct error *err)
{
    struct office_fact *fact = arg;
    struct postman postman;
    uint64_t before = 0;
    if (!postman_at(record, fact->badge, record_now(record), &postman, err) ||
        !record_counter_next(record, "slip", fact->count, &before, err))
        return false;
    fact->slip = before + 1;
    return record_office_add(record, fact, NULL, err);
}

bool pad_issue(struct acts acts, uint32_t badge, uint32_t count, uint32_t user, uint64_t *ret_first,
               struct error *err)
{
    struct office_fact fact = {
        .event = EVENT_PAD_ISSUED, .user = user, .badge = badge, .count = count};
    if (count == 0 || count > SLIPS_MAX)
        return error_set(err, ERROR_BAD_INPUT, "một tập từ 1 đến %d giấy. / 1 to %d slips",
                         SLIPS_MAX, SLIPS_MAX);
    if (!acts.run(acts.self, pad_act, &fact, err))
        return false;
    *ret_first = fact.slip;
    return true;
}

void slip_code(const uint8_t secret[LINK_SECRET_BYTES], uint64_t slip,
               char ret_code[SLIP_CODE_CHARS + 1])
{
    uint8_t bytes[8], hash[16];
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(slip >> (56 - 8 * i));
    chain_keyed_hash(secret, LINK_SECRET_BYTES, "trao slip 1", bytes, sizeof bytes, hash,
                     sizeof hash);
    for (int i = 0; i < 8; i++)
        number = number << 8 | hash[i];
    (void)snprintf(ret_code, SLIP_CODE_CHARS + 1, "%06u", (unsigned)(number % 1000000));
}

static bool bind_act(struct record *record, void *arg, struct error *err)
{
    struct office_fact *fact = arg;
    bool live;
    return record_item_live(record, &fact->item, &live, err) &&
           slip_badge(record, fact->slip, &fact->badge, err) &&
           record_office_add(record, fact, NULL, err);
}

bool slip_bind(struct acts acts, uint64_t slip, const struct item *item, uint32_t user,
               struct error *err)
{
    struct office_fact fact = {
        .item = *item, .event = EVENT_SLIP_BOUND, .user = user, .slip = slip};
    return acts.run(acts.self, bind_act, &fact, err);
}
