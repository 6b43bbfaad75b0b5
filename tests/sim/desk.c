#include "tests/sim/desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/field/devices.h"
#include "server/office/admit.h"
#include "server/office/cases.h"
#include "server/office/hands.h"
#include "server/office/items.h"
#include "server/office/rounds.h"
#include "server/office/setup.h"
#include "server/record/postmen.h"
#include "tests/sim/fail.h"

#define BADGES 3 /* TH-1 to TH-3 */
#define ROUNDS 6 /* BD-1 to BD-6: later ones are not touched again */

static const struct ground ground = {"Theo biên bản của ca", 0};

static const struct item *some_item(struct desk *desk)
{
    return &desk->item[env_random(desk->env) % desk->items];
}

static uint32_t some_badge(struct desk *desk)
{
    return 1 + (uint32_t)(env_random(desk->env) % BADGES);
}

static uint64_t some_round(struct desk *desk)
{
    return 1 + env_random(desk->env) % ROUNDS;
}

/* ---------------------------------------------------------------- rounds and hands */

static bool register_postman(struct record *record, void *arg, struct error *err)
{
    const struct postman *postman = arg;
    return postman_put(record, postman, 0, err);
}

static bool do_register(struct desk *desk, struct error *err)
{
    struct acts acts = site_acts(desk->site);
    struct postman postman = {.badge = some_badge(desk), .name = "Pham Van Thu"};
    postman.post_office = 461310;
    return acts.run(acts.self, register_postman, &postman, err);
}

static bool do_build(struct desk *desk, struct error *err)
{
    struct item items[6];
    uint64_t round;
    size_t n = 1 + env_random(desk->env) % 6, built;
    for (size_t i = 0; i < n; i++)
        items[i] = *some_item(desk);
    struct round_plan plan = {
        .badge = some_badge(desk), .post_office = 461310, .items = items, .n = n};
    return round_build(site_acts(desk->site), desk->site->views, &plan, &round, &built, err);
}

static bool do_give(struct desk *desk, struct error *err)
{
    return round_give(site_acts(desk->site), some_round(desk), some_badge(desk), 0, err);
}

static bool do_put(struct desk *desk, struct error *err)
{
    return round_put(site_acts(desk->site), desk->site->views, some_round(desk), some_item(desk), 0,
                     err);
}

static bool do_move(struct desk *desk, struct error *err)
{
    uint32_t to = env_chance(desk->env, 300) ? 0 : some_badge(desk);
    return hand_move(site_acts(desk->site), desk->site->views, desk->site->reader, some_item(desk),
                     to, 0, err);
}

static bool do_leave(struct desk *desk, struct error *err)
{
    return hand_name(site_acts(desk->site), desk->site->views, desk->site->reader, some_item(desk),
                     "Cau ngap", 0, err);
}

static bool do_end_day(struct desk *desk, struct error *err)
{
    size_t named;
    return day_end(site_acts(desk->site), desk->site->views, desk->site->reader, some_badge(desk),
                   0, &named, err);
}

/* ---------------------------------------------------------------- items, cases, money */

static bool do_void(struct desk *desk, struct error *err)
{
    const struct because because = {.reason = 3};
    if (env_chance(desk->env, 500))
        return item_recall(site_acts(desk->site), desk->site->views, some_item(desk), &because,
                           err);
    return item_void(site_acts(desk->site), desk->site->views, some_item(desk), &because, err);
}

/* A fact of the history, whoever it came from, named as the history names it. */
static bool do_correct(struct desk *desk, struct error *err)
{
    static struct fact facts[VIEW_HISTORY_MAX];
    const struct item *item = some_item(desk);
    struct device device = {.id = 0};
    char source[80];
    size_t n = views_history(desk->site->views, item, facts, VIEW_HISTORY_MAX);
    if (n == 0)
        return error_set(err, ERROR_NOT_FOUND, "nothing to take back");
    const struct fact *fact = &facts[env_random(desk->env) % n];
    if (fact->is_scan && !device_get(desk->site->reader, fact->device, &device, err))
        return false;
    if (fact->is_scan)
        (void)snprintf(source, sizeof source, "%s/%016" PRIx64 "-%" PRIu64, device.name,
                       fact->epoch, fact->seq);
    else
        (void)snprintf(source, sizeof source, "office/%" PRIu64, fact->seq);
    return item_correct(site_acts(desk->site), desk->site->views, desk->site->reader, item, source,
                        &ground, err);
}

static bool do_case(struct desk *desk, struct error *err)
{
    enum claim_kind kind = (enum claim_kind)env_between(desk->env, CLAIM_NOT_RECEIVED, CLAIM_MONEY);
    const struct item *item = some_item(desk);
    struct acts acts = site_acts(desk->site);
    if (env_chance(desk->env, 500))
        return case_open(acts, desk->site->views, item, kind, OPENER_OFFICE, &ground, err);
    return case_close(acts, desk->site->views, desk->site->reader, item, kind,
                      (enum claim_outcome)env_between(desk->env, 1, 6), 0, &ground, err);
}

static bool do_charge(struct desk *desk, struct error *err)
{
    struct charge charge = {.has_sums = env_chance(desk->env, 500),
                            .postage_vnd = (uint64_t)env_between(desk->env, 0, 40) * 1000,
                            .fees_vnd = (uint64_t)env_between(desk->env, 0, 9) * 15000,
                            .weight_g = (uint32_t)env_between(desk->env, 0, 300)};
    if (!charge.has_sums)
        charge.postage_vnd = charge.fees_vnd = 0;
    return item_charge(site_acts(desk->site), desk->site->views, some_item(desk), &charge, &ground,
                       err);
}

static bool do_paid(struct desk *desk, struct error *err)
{
    return item_paid(site_acts(desk->site), desk->site->views, some_item(desk), 33000, 0, &ground,
                     err);
}

static bool add_fact(struct record *record, void *arg, struct error *err)
{
    struct office_fact *fact = arg;
    return record_office_add(record, fact, NULL, err);
}

/* A price or a term of the rules that is another from now on: everything is worked out anew. */
static bool do_rule(struct desk *desk, struct error *err)
{
    struct acts acts = site_acts(desk->site);
    struct office_fact price = {.event = EVENT_PRICE_SET,
                                .weight_g = (uint32_t)env_between(desk->env, 1, 3) * 100,
                                .zone = (uint32_t)env_between(desk->env, 0, 4),
                                .postage_vnd = (uint64_t)env_between(desk->env, 10, 50) * 1000,
                                .citation = "VB thu"};
    struct office_fact term = {.event = EVENT_PARAMETER_SET,
                               .value = env_between(desk->env, 60, 400),
                               .key = "next_attempt_min",
                               .citation = "VB thu"};
    return acts.run(acts.self, add_fact, env_chance(desk->env, 700) ? &price : &term, err);
}

/* Facts that no view folds: they stand in the chain, and nothing else is changed by them. */
static bool do_setup(struct desk *desk, struct error *err)
{
    struct acts acts = site_acts(desk->site);
    if (env_chance(desk->env, 500))
        return line_measure(acts, "dl", env_between(desk->env, 480, 520), 0, err);
    return device_assign(acts, desk->device[env_random(desk->env) % desk->devices],
                         env_chance(desk->env, 300) ? 0 : some_badge(desk), 0, err);
}

/* ---------------------------------------------------------------- a handheld is lost */

static bool do_revoke(struct desk *desk, struct error *err)
{
    const char *device = desk->device[env_random(desk->env) % desk->devices];
    struct acts acts = site_acts(desk->site);
    if (!env_chance(desk->env, 60))
        return error_set(err, ERROR_REFUSED, "not today");
    ledger_revoked(desk->site->ledger, device); /* before the act: it may be done and not told */
    env_note(desk->env, "desk: %s is revoked", device);
    return device_revoke(&acts, device, err);
}

static bool admit(struct desk *desk, const char *device, struct error *err)
{
    size_t n = 0;
    bool good =
        aside_admit(site_acts(desk->site), desk->site->reader, device, NULL, &ground, &n, err);
    desk->admitted += n;
    return good;
}

static bool do_admit(struct desk *desk, struct error *err)
{
    return admit(desk, desk->device[env_random(desk->env) % desk->devices], err);
}

/* ---------------------------------------------------------------- a day at the desk */

typedef bool (*act_of_desk)(struct desk *desk, struct error *err);
static const act_of_desk all[] = {do_register, do_build,   do_build,  do_give,    do_put,
                                  do_move,     do_move,    do_leave,  do_end_day, do_void,
                                  do_correct,  do_correct, do_case,   do_case,    do_charge,
                                  do_paid,     do_rule,    do_revoke, do_admit,   do_setup};

/* To be refused is an answer; to find the record broken is none. */
static void look_at(struct desk *desk, bool good, const struct error *err)
{
    desk->done += good;
    desk->refused += !good;
    if (!good && (err->code == ERROR_BROKEN || err->code == ERROR_NONE) && !fail_happened())
        env_fail(desk->env, "desk: %s", err->text);
}

static void turn(void *ctx, uint64_t arg)
{
    struct desk *desk = ctx;
    struct error err = {.code = ERROR_NONE};
    (void)arg;
    if (desk->env->calm || desk->env->failed)
        return;
    int64_t most = desk->env->wide > 1 ? 80000 : 240000; /* as often a scan in both worlds */
    env_after(desk->env, env_between(desk->env, 5000, most), turn, desk, 0);
    if (!desk->site->alive)
        return;
    size_t which = env_random(desk->env) % (sizeof all / sizeof *all);
    bool good = all[which](desk, &err);
    env_note(desk->env, "desk: act %zu %s", which, good ? "done" : error_code_name(err.code));
    look_at(desk, good, &err);
    site_after_act(desk->site);
}

void desk_init(struct desk *desk, struct env *env, struct site *site, const struct item *items,
               size_t n)
{
    *desk = (struct desk){.env = env, .site = site, .item = items, .items = n};
    env_after(env, env_between(env, 1000, 60000), turn, desk, 0);
}

void desk_know(struct desk *desk, const char *device)
{
    desk->device[desk->devices++] = device;
}

void desk_close(struct desk *desk)
{
    for (size_t i = 0; i < desk->devices && !desk->env->failed; i++) {
        struct error err = {.code = ERROR_NONE};
        look_at(desk, admit(desk, desk->device[i], &err), &err);
    }
}
