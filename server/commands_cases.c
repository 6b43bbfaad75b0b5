/* commands_cases.c - cases from their opening to their end, and facts that are taken back. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/delivery/days.h"
#include "server/office/cases.h"

/* ITEM KIND at argv[1], argv[2]; EVIDENCE and by= behind. */
struct asked {
    struct item item;
    enum claim_kind kind;
    struct ground ground;
};

static bool read_asked(const struct commands *commands, const struct call *call, int evidence,
                       const char *keys, struct asked *asked, struct error *err)
{
    int first = evidence + 1;
    asked->kind = claim_kind_of(call->argv[2]);
    asked->ground.evidence = call->argv[evidence];
    if (asked->kind == CLAIM_NONE)
        return error_set(
            err, ERROR_BAD_INPUT,
            "«%.20s»: not-received, damaged, lost, late, disputed hoặc money. / a kind "
            "of case",
            call->argv[2]);
    return options_check(call, first, keys, err) && named_item(call->argv[1], &asked->item, err) &&
           option_user(commands, call, first, &asked->ground.user, err);
}

bool run_case(const struct commands *commands, const struct call *call, struct error *err)
{
    struct asked asked;
    const char *from = option_text(call, 4, "from");
    bool citizen = from != NULL && strcmp(from, "citizen") == 0;
    if (from != NULL && !citizen && strcmp(from, "office") != 0)
        return error_set(err, ERROR_BAD_INPUT, "from: citizen hoặc office. / who opens it");
    if (!read_asked(commands, call, 3, "from by", &asked, err) ||
        !case_open(commands->acts, commands->views, &asked.item, asked.kind,
                   citizen ? OPENER_CITIZEN : OPENER_OFFICE, &asked.ground, err))
        return false;
    answer_say(call->answer, "%s: đã mở vụ «%s». / case opened", asked.item.text,
               claim_kind_vi(asked.kind));
    return true;
}

bool run_answer(const struct commands *commands, const struct call *call, struct error *err)
{
    struct asked asked;
    uint64_t liable = 0;
    if (!read_asked(commands, call, 3, "liable by", &asked, err) ||
        !option_number(call, 4, "liable", SCAN_MONEY_MAX_VND, &liable, err) ||
        !case_answer(commands->acts, commands->views, commands->record, &asked.item, asked.kind,
                     liable, &asked.ground, err))
        return false;
    answer_say(call->answer, "%s: đã trả lời. / answered", asked.item.text);
    return true;
}

bool run_close(const struct commands *commands, const struct call *call, struct error *err)
{
    struct asked asked;
    uint64_t paid = 0;
    enum claim_outcome outcome = outcome_of(call->argv[3]);
    if (outcome == OUTCOME_NONE)
        return error_set(
            err, ERROR_BAD_INPUT,
            "«%.20s»: delivered, not-delivered, compensated, unfounded, withdrawn hoặc "
            "settled. / an outcome",
            call->argv[3]);
    if (!read_asked(commands, call, 4, "paid by", &asked, err) ||
        !option_number(call, 5, "paid", SCAN_MONEY_MAX_VND, &paid, err) ||
        !case_close(commands->acts, commands->views, commands->record, &asked.item, asked.kind,
                    outcome, paid, &asked.ground, err))
        return false;
    answer_say(call->answer, "%s: đã kết thúc vụ «%s». / closed", asked.item.text,
               claim_kind_vi(asked.kind));
    return true;
}

bool run_correct(const struct commands *commands, const struct call *call, struct error *err)
{
    struct item item;
    struct ground ground = {.evidence = call->argv[3]};
    if (!options_check(call, 4, "by", err) || !named_item(call->argv[1], &item, err) ||
        !option_user(commands, call, 4, &ground.user, err) ||
        !item_correct(commands->acts, commands->views, commands->record, &item, call->argv[2],
                      &ground, err))
        return false;
    answer_say(call->answer, "%s: đã rút %s. / taken back", item.text, call->argv[2]);
    return true;
}

/* ------------------------------------------------------------------ the list */

struct listing {
    const struct commands *commands;
    struct answer *answer;
    const struct rules *rules;
    struct instant now;
    bool all;
};

static int64_t days_left(struct instant until, struct instant now)
{
    return day_of(until) - day_of(now);
}

static void say_case(const struct listing *listing, const struct view *view,
                     const struct claim *claim)
{
    struct answer *answer = listing->answer;
    struct schedule schedule = {listing->rules, view->state.office.post_office, listing->now};
    struct claim_terms terms = claim_terms_of(claim, &schedule);
    struct instant until = terms.answer_by.ms != 0 ? terms.answer_by : terms.pay_by;
    answer_row(answer, "cases");
    answer_text(answer, "item", view->state.item.text);
    answer_text(answer, "kind", claim_kind_word(claim->kind));
    answer_text(answer, "opener", opener_word(claim->opener));
    answer_day(answer, "opened", claim->opened);
    answer_day(answer, "answered", claim->answered);
    answer_day(answer, "until", until);
    answer_label(answer, "còn ");
    if (until.ms != 0)
        answer_number(answer, "days_left", days_left(until, listing->now));
    else
        answer_text(answer, "days_left", NULL);
    answer_number(answer, "liable_vnd", (int64_t)claim->liable_vnd);
    answer_number(answer, "proposed_vnd",
                  (int64_t)claim_compensation_vnd(&view->state, listing->rules, listing->now));
    answer_text(answer, "outcome", claim_is_open(claim) ? NULL : outcome_word(claim->outcome));
    answer_number(answer, "paid_vnd", (int64_t)claim->paid_vnd);
}

static void say_cases(const struct listing *listing, const struct view *view)
{
    struct claim claims[CLAIMS_ALL_MAX];
    size_t n = claims_of(&view->state, &view->clocks, listing->rules, listing->now, claims);
    for (size_t i = 0; i < n; i++)
        if (listing->all || claim_is_open(&claims[i]))
            say_case(listing, view, &claims[i]);
}

/* Those with a case or money that does not agree, and those long past their term. */
static bool list_open(const struct listing *listing, struct error *err)
{
    struct view_brief *briefs = NULL;
    struct view *late = NULL, view;
    size_t n = 0;
    enum { PAGE = 1024 };
    if (!views_doubted(listing->commands->views, DOUBT_CASE | DOUBT_MONEY, &briefs, &n) ||
        (late = calloc(PAGE, sizeof *late)) == NULL) {
        free(briefs);
        return error_set(err, ERROR_LATER, "out of memory");
    }
    for (size_t i = 0; i < n; i++)
        if (views_item(listing->commands->views, &briefs[i].item, &view))
            say_cases(listing, &view);
    size_t m = views_open_between(listing->commands->views, VIEW_CLOCK_POST, (struct instant){0},
                                  listing->now, late, PAGE);
    for (size_t i = 0; i < m; i++)
        if ((late[i].state.doubts & (DOUBT_CASE | DOUBT_MONEY)) == 0)
            say_cases(listing, &late[i]);
    free(late);
    free(briefs);
    return true;
}

bool run_cases(const struct commands *commands, const struct call *call, struct error *err)
{
    struct rules rules;
    struct view view;
    struct listing listing = {.commands = commands,
                              .answer = call->answer,
                              .rules = &rules,
                              .now = record_now(commands->record),
                              .all = call->argc > 1};
    if (listing.all && !known_item(commands, call->argv[1], &view, err))
        return false;
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = true;
    if (listing.all)
        say_cases(&listing, &view);
    else
        good = list_open(&listing, err);
    rules_done(&rules);
    return good;
}
