/* commands_declare.c - what the office declares of an item on evidence: send it back, stop its
 * clock, lost, nobody's, not received. */
#include <string.h>

#include "server/commands_inside.h"
#include "server/delivery/returns.h"
#include "server/office/choices.h"
#include "server/text/text.h"

struct declaration {
    struct office_fact fact;
    struct testimony testimony;
    bool has_testimony;
};

static bool declare_act(struct record *record, void *arg, struct error *err)
{
    struct declaration *declaration = arg;
    return (!declaration->has_testimony ||
            testimony_add(record, &declaration->testimony, &declaration->fact, err)) &&
           record_office_add(record, &declaration->fact, NULL, err);
}

/* argv: name ITEM EVIDENCE by=; without `evidence` name ITEM by=. `may` refuses with a sentence. */
static bool
declare(const struct commands *commands, const struct call *call, uint32_t event, bool evidence,
        bool (*may)(const struct commands *commands, const struct view *view, struct error *err),
        struct error *err)
{
    struct view view;
    struct declaration declaration = {.fact = {.event = event}, .has_testimony = evidence};
    int first = evidence ? 3 : 2;
    if (!options_check(call, first, "by", err) ||
        !option_user(commands, call, first, &declaration.fact.user, err) ||
        !known_item(commands, call->argv[1], &view, err))
        return false;
    char *text = declaration.testimony.text;
    if (evidence && (!text_clean(call->argv[2], strlen(call->argv[2]), text,
                                 sizeof declaration.testimony.text) ||
                     !text_is_visible(text)))
        return error_set(err, ERROR_BAD_INPUT, "căn cứ: trống hoặc không đọc được. / evidence");
    declaration.fact.item = view.state.item;
    if (!may(commands, &view, err))
        return error_add(err, "%s", view.state.item.text);
    if (!commands->acts.run(commands->acts.self, declare_act, &declaration, err))
        return false;
    answer_say(call->answer, "%s: %s. / recorded", view.state.item.text, event_info(event)->vi);
    return true;
}

/* ------------------------------------------------------------------ what may be declared */

static bool refuse(const struct view *view, struct error *err)
{
    const struct status_info *info = status_info(view->state.status);
    return error_set(err, ERROR_REFUSED, "đang ở «%s», không ghi được. / not in this status",
                     info ? info->handheld : "chưa cấp số");
}

static bool may_open(const struct commands *commands, const struct view *view, struct error *err)
{
    (void)commands;
    bool open = view->state.issued && !status_is_final(view->state.status);
    return open || refuse(view, err);
}

static bool may_lose(const struct commands *commands, const struct view *view, struct error *err)
{
    bool left = view->state.status != STATUS_ISSUED && view->state.status != STATUS_LOST;
    return left ? may_open(commands, view, err) : refuse(view, err);
}

static bool may_pause(const struct commands *commands, const struct view *view, struct error *err)
{
    if (view->clocks.post.stand == STAND_PAUSED)
        return error_set(err, ERROR_REFUSED, "hạn đang tạm dừng. / its clock stands already");
    return may_open(commands, view, err);
}

static bool may_resume(const struct commands *commands, const struct view *view, struct error *err)
{
    (void)commands;
    return view->clocks.post.stand == STAND_PAUSED ||
           error_set(err, ERROR_REFUSED, "hạn không tạm dừng. / its clock does not stand");
}

static bool may_dispute(const struct commands *commands, const struct view *view, struct error *err)
{
    (void)commands;
    bool undisputed = view->state.status == STATUS_DELIVERED && !view->state.disputed;
    return undisputed || refuse(view, err);
}

/* Nobody's only when the law says so. */
static bool may_be_nobodys(const struct commands *commands, const struct view *view,
                           struct error *err)
{
    struct rules rules;
    char day[CLOCK_TEXT_MAX];
    struct instant now = record_now(commands->record);
    if (view->state.status < STATUS_PICKED_UP || view->state.status == STATUS_UNCLAIMED)
        return refuse(view, err);
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    struct schedule schedule = {&rules, commands->config->post_office, now};
    struct instant from = returns_of(&view->state, &schedule, now).unclaimed_from;
    rules_done(&rules);
    if (from.ms == 0 || now.ms < from.ms)
        return error_set(err, ERROR_REFUSED, "chưa đủ thời hạn, sớm nhất %s. / too early",
                         from.ms == 0 ? "-" : clock_date_vi(from, day, sizeof day));
    return may_open(commands, view, err);
}

/* ------------------------------------------------------------------ commands */

bool run_sendback(const struct commands *commands, const struct call *call, struct error *err)
{
    return declare(commands, call, EVENT_RETURN_INSTRUCTED, true, may_open, err);
}

bool run_pause(const struct commands *commands, const struct call *call, struct error *err)
{
    return declare(commands, call, EVENT_CLOCK_PAUSED, true, may_pause, err);
}

bool run_resume(const struct commands *commands, const struct call *call, struct error *err)
{
    return declare(commands, call, EVENT_CLOCK_RESUMED, false, may_resume, err);
}

bool run_lost(const struct commands *commands, const struct call *call, struct error *err)
{
    return declare(commands, call, EVENT_LOST, true, may_lose, err);
}

bool run_unclaimed(const struct commands *commands, const struct call *call, struct error *err)
{
    return declare(commands, call, EVENT_UNCLAIMED, true, may_be_nobodys, err);
}

bool run_dispute(const struct commands *commands, const struct call *call, struct error *err)
{
    return declare(commands, call, EVENT_DISPUTED, true, may_dispute, err);
}
