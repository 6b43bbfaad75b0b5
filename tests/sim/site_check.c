/* site_check.c - what must hold of the server once everything has drained (site.h). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/site.h"
#include "tests/sim/truth.h"

static void must(struct site *site, bool ok, const char *what, const struct error *err)
{
    if (!ok)
        env_fail(site->env, "server: %s: %s", what, err->text);
}

static void compare_item(struct site *site, struct views *fresh, const struct item *item)
{
    struct view kept, made;
    if (!views_item(site->views, item, &kept) || !views_item(fresh, item, &made)) {
        env_fail(site->env, "views: %s is missing", item->text);
        return;
    }
    const struct state *a = &kept.state, *b = &made.state;
    if (a->status != b->status || a->attempt != b->attempt || a->doubts != b->doubts ||
        a->since.estimate.ms != b->since.estimate.ms || a->reason != b->reason ||
        a->relation != b->relation || a->holder != b->holder || a->copies != b->copies ||
        a->post_office != b->post_office || a->hand != b->hand ||
        a->invitations != b->invitations || a->hand_badge != b->hand_badge ||
        a->collected_postage_vnd != b->collected_postage_vnd ||
        a->collected_fees_vnd != b->collected_fees_vnd || a->claims_n != b->claims_n ||
        a->takings_n != b->takings_n || kept.clocks.post.stand != made.clocks.post.stand ||
        kept.clocks.post.due.ms != made.clocks.post.due.ms || kept.version != made.version)
        env_fail(site->env,
                 "views: %s is %u/%u doubts %x version %" PRIu64
                 ", folded from nothing it is %u/%u doubts %x version %" PRIu64,
                 item->text, a->status, a->attempt, a->doubts, kept.version, b->status, b->attempt,
                 b->doubts, made.version);
}

static void check_told(struct site *site, const struct truth_ids *ids, const struct item *item)
{
    static struct fact facts[VIEW_HISTORY_MAX];
    size_t told = views_history(site->views, item, facts, VIEW_HISTORY_MAX);
    struct view view = {.version = 0};
    if (!views_item(site->views, item, &view))
        env_fail(site->env, "views: %s is missing", item->text);
    truth_check_once(site->env, site->ledger, ids, facts, told);
    truth_check_order(site->env, site->ledger, ids, facts, told);
    truth_check_shuffled(site->env, site->views, facts, told, &view.state);
    phones_check(&site->phones, facts, told, site->put_backs == 0 ? &view.state : NULL);
    if (site->prints && site->env->calm && printing_is_done(&site->printing))
        printing_check(&site->printing, item);
    if (site->hooked && site->put_backs == 0)
        hooks_check(&site->hooks, &view.state);
}

/* The board kept in step says what the board made at once says. */
static void compare_boards(struct site *site, struct views *fresh)
{
    struct instant now = record_now(site->reader);
    int64_t today = day_of(now);
    for (int clock = 0; clock < VIEW_CLOCKS; clock++) {
        struct board kept =
            views_board(site->views, (enum view_clock)clock, today - 60, today + 60, now);
        struct board made = views_board(fresh, (enum view_clock)clock, today - 60, today + 60, now);
        if (memcmp(&kept, &made, sizeof kept) != 0)
            env_fail(site->env,
                     "board %d: due %" PRIu64 " kept %" PRIu64 ", from nothing %" PRIu64
                     " and %" PRIu64,
                     clock, kept.due, kept.kept, made.due, made.kept);
    }
}

/* So does what was taken, and what carriage cost. */
static void compare_money(struct site *site, struct views *fresh)
{
    struct views *both[2] = {site->views, fresh};
    struct view_cost *costs[2] = {NULL, NULL};
    struct view_shift *shifts[2] = {NULL, NULL};
    size_t costs_n[2] = {0, 0}, shifts_n[2] = {0, 0};
    int64_t today = day_of(record_now(site->reader));
    for (int i = 0; i < 2; i++)
        invariant(views_costs(both[i], today - 60, today + 60, &costs[i], &costs_n[i]) &&
                  views_shifts(both[i], today - 60, today + 60, &shifts[i], &shifts_n[i]));
    if (costs_n[0] != costs_n[1] || memcmp(costs[0], costs[1], costs_n[0] * sizeof *costs[0]) != 0)
        env_fail(site->env, "%zu lines of costs are not the %zu from nothing", costs_n[0],
                 costs_n[1]);
    bool alike = shifts_n[0] == shifts_n[1];
    for (size_t i = 0; alike && i < shifts_n[0]; i++)
        alike = shifts[0][i].day == shifts[1][i].day && shifts[0][i].badge == shifts[1][i].badge &&
                shifts[0][i].postage_vnd == shifts[1][i].postage_vnd &&
                shifts[0][i].fees_vnd == shifts[1][i].fees_vnd;
    if (!alike)
        env_fail(site->env, "%zu shifts are not the %zu from nothing", shifts_n[0], shifts_n[1]);
    for (int i = 0; i < 2; i++) {
        free(costs[i]);
        free(shifts[i]);
    }
}

static bool say_missing(void *ctx, const struct item *item)
{
    struct site *site = ctx;
    env_fail(site->env, "papers of %s never came", item->text);
    return false;
}

void site_check_views(struct site *site, const struct item *items, size_t n)
{
    char record[320], fresh_path[320];
    struct error err;
    site_follow(site);
    (void)snprintf(record, sizeof record, "%s/record.db", site->dir);
    (void)snprintf(fresh_path, sizeof fresh_path, "%s/fresh.db", site->dir);
    struct views *fresh = NULL;
    struct truth_ids ids = truth_ids_of(site->env, site->ledger, site->reader);
    must(site, views_open(fresh_path, record, &fresh, &err), "views from nothing", &err);
    for (size_t at = 0; at < n && !site->env->failed; at++)
        compare_item(site, fresh, &items[at]);
    for (size_t at = 0; at < n && !site->env->failed; at++)
        check_told(site, &ids, &items[at]);
    compare_boards(site, fresh);
    compare_money(site, fresh);
    views_close(fresh);
    (void)unlink(fresh_path);
}

void site_check_end(struct site *site, const struct item *items, size_t n)
{
    struct error err;
    struct record_proof proof = {0};
    uint64_t set_aside = 0;
    struct seal_public key = chain_public_of(&site->key);
    must(site, record_verify(site->reader, &key, &proof, &err), "verify", &err);
    must(site, record_set_aside_count(site->reader, &set_aside, &err), "set aside", &err);
    if (set_aside > 0)
        env_fail(site->env, "record: %" PRIu64 " messages set aside", set_aside);
    must(site,
         attachments_tidy(site->attachments, &err) && /* lists, then what they name */
             attachments_tidy(site->attachments, &err) &&
             papers_missing(site->reader, say_missing, site, &err),
         "papers", &err);
    if (proof.scans + site->ledger->aside != site->ledger->recorded)
        env_fail(site->env, "verify counts %" PRIu64 " scans, there are %" PRIu64, proof.scans,
                 site->ledger->recorded - site->ledger->aside);
    site_check_views(site, items, n);
}
