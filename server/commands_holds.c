/* commands_holds.c - what of people's data went, and what is held on somebody's word. */
#include "server/commands_inside.h"
#include "server/erase.h"

/* ------------------------------------------------------------------ what went, what is held */

struct listing {
    const struct commands *commands;
    struct answer *answer;
    struct error *err;
    bool good;
};

static void say_by(const struct listing *listing, uint32_t user)
{
    struct person person;
    struct error none;
    bool known = user != 0 && person_get(listing->commands->record, user, &person, &none);
    answer_text(listing->answer, "by", known ? person.name : NULL);
}

static bool say_erasure(void *ctx, const struct erasure_row *row)
{
    const struct listing *listing = ctx;
    answer_row(listing->answer, "erasures");
    answer_number(listing->answer, "fact", (int64_t)row->fact.seq);
    answer_time(listing->answer, "at", row->fact.at);
    answer_number(listing->answer, "items", (int64_t)row->items);
    answer_number(listing->answer, "attachments", (int64_t)row->names);
    say_by(listing, row->fact.user);
    answer_text(listing->answer, "why", row->fact.citation);
    return true;
}

bool run_erasures(const struct commands *commands, const struct call *call, struct error *err)
{
    struct listing listing = {commands, call->answer, err, true};
    return erasures_each(commands->record, say_erasure, &listing, err);
}

static bool say_hold(void *ctx, const struct item *item)
{
    struct listing *listing = ctx;
    struct office_fact fact;
    uint64_t seq = 0;
    listing->good = hold_of(listing->commands->record, item, &seq, listing->err) &&
                    record_office_get(listing->commands->record, seq, &fact, listing->err);
    if (!listing->good)
        return false;
    answer_row(listing->answer, "holds");
    answer_text(listing->answer, "item", item->text);
    answer_time(listing->answer, "since", fact.at);
    say_by(listing, fact.user);
    answer_text(listing->answer, "why", fact.citation);
    return true;
}

bool run_holds(const struct commands *commands, const struct call *call, struct error *err)
{
    struct listing listing = {commands, call->answer, err, true};
    return holds_each(commands->record, say_hold, &listing, err) && listing.good;
}

static bool set_hold(const struct commands *commands, const struct call *call, bool on,
                     struct error *err)
{
    struct office_fact fact = {.event = EVENT_DATA_HELD, .value = on};
    struct view view;
    uint64_t seq = 0;
    if (!options_check(call, 3, "by", err) || !setting_citation(&fact, call->argv[2], err) ||
        !option_user(commands, call, 3, &fact.user, err) ||
        !known_item(commands, call->argv[1], &view, err) ||
        !hold_of(commands->record, &view.state.item, &seq, err))
        return false;
    if ((seq != 0) == on)
        return error_set(err, ERROR_REPEATED, "%s: %s", view.state.item.text,
                         on ? "đang giữ rồi. / is held already" : "không giữ. / is not held");
    fact.other_item = view.state.item;
    if (!settings_record(commands, &fact, 1, err))
        return false;
    answer_say(call->answer, "%s",
               on ? "Đã giữ; không xóa cho đến khi thôi giữ. / held" : "Đã thôi giữ. / not held");
    return true;
}

bool run_hold(const struct commands *commands, const struct call *call, struct error *err)
{
    return set_hold(commands, call, true, err);
}

bool run_unhold(const struct commands *commands, const struct call *call, struct error *err)
{
    return set_hold(commands, call, false, err);
}
