#include "server/office/hands.h"

#include <stdlib.h>
#include <string.h>

#include "server/office/choices.h"
#include "server/record/postmen.h"
#include "server/record/rounds.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ whose hand */

static bool badge_of(struct record *record, const struct view *view, uint32_t *ret_badge,
                     struct error *err)
{
    struct round round;
    *ret_badge = view->state.hand_badge;
    if (view->state.hand != HAND_POSTMAN || *ret_badge != 0)
        return true;
    if (!round_of(record, &view->state.item, &round, err))
        return false;
    *ret_badge = round.badge;
    return true;
}

static bool moves_hands(const struct fact *fact)
{
    if (fact->effect == EFFECT_STRUCK || fact->effect == EFFECT_SET_ASIDE)
        return false;
    return fact->is_scan || fact->office.event == EVENT_PAPER_ENTRY ||
           fact->office.event == EVENT_CUSTODY_MOVED;
}

/* Named since it last changed hands: what was named yesterday and went out today is asked anew. */
static bool is_named(struct views *views, const struct item *item, bool *ret_named,
                     struct error *err)
{
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (!facts)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = views_history(views, item, facts, VIEW_HISTORY_MAX);
    *ret_named = false;
    for (size_t i = 0; i < n; i++) {
        if (moves_hands(&facts[i]))
            *ret_named = false;
        if (!facts[i].is_scan && facts[i].office.event == EVENT_CUSTODY_NAMED)
            *ret_named = true;
    }
    free(facts);
    return true;
}

/* ------------------------------------------------------------------ a postman's hands */

#define PAGE 256 /* views copied at a time */

struct hands {
    struct views *views;
    struct record *record;
    uint32_t badge;
    struct held *held;
    size_t n, room;
    struct view page[PAGE];
};

static bool add(struct hands *hands, const struct view *view, uint32_t badge, struct error *err)
{
    struct held held = {.item = view->state.item, .status = view->state.status, .badge = badge};
    if (!is_named(hands->views, &held.item, &held.named, err))
        return false;
    if (hands->n == hands->room) {
        size_t room = hands->room == 0 ? 64 : hands->room * 2;
        struct held *more = realloc(hands->held, room * sizeof *more);
        if (!more)
            return error_set(err, ERROR_LATER, "out of memory");
        hands->held = more;
        hands->room = room;
    }
    hands->held[hands->n++] = held;
    return true;
}

static bool look_at(struct hands *hands, const struct view *view, struct error *err)
{
    uint32_t badge;
    if (view->state.hand != HAND_POSTMAN)
        return true;
    return badge_of(hands->record, view, &badge, err) &&
           ((hands->badge != 0 && badge != hands->badge) || add(hands, view, badge, err));
}

static bool look_through(struct hands *hands, enum status status, struct error *err)
{
    struct view_filter filter = {.status = status};
    size_t got = PAGE;
    while (got == PAGE) {
        got = views_list(hands->views, &filter, hands->page, PAGE);
        for (size_t i = 0; i < got; i++)
            if (!look_at(hands, &hands->page[i], err))
                return false;
        filter.offset += got;
    }
    return true;
}

bool hands_list(struct views *views, struct record *record, uint32_t badge, struct held **new_held,
                size_t *ret_n, struct error *err)
{
    /* Also what was voided or recalled while it was out: somebody still has it. */
    static const enum status may_be_held[] = {
        STATUS_PICKED_UP, STATUS_IN_TRANSIT, STATUS_AT_OFFICE, STATUS_OUT,      STATUS_FAILED,
        STATUS_WAITING,   STATUS_RETURNING,  STATUS_VOID,      STATUS_RECALLED, STATUS_UNCLAIMED};
    struct hands *hands = calloc(1, sizeof *hands);
    if (!hands)
        return error_set(err, ERROR_LATER, "out of memory");
    *hands = (struct hands){.views = views, .record = record, .badge = badge};
    bool ok = true;
    for (size_t i = 0; i < sizeof may_be_held / sizeof *may_be_held && ok; i++)
        ok = look_through(hands, may_be_held[i], err);
    if (ok) {
        *new_held = hands->held;
        *ret_n = hands->n;
    } else {
        free(hands->held);
    }
    free(hands);
    return ok;
}

/* ------------------------------------------------------------------ one envelope */

struct step {
    struct office_fact fact;
    struct testimony testimony;
};

static bool step_act(struct record *record, void *arg, struct error *err)
{
    struct step *step = arg;
    struct postman postman;
    if (step->fact.to_badge != 0 &&
        !postman_at(record, step->fact.to_badge, record_now(record), &postman, err))
        return false;
    return (*step->testimony.text == '\0' ||
            testimony_add(record, &step->testimony, &step->fact, err)) &&
           record_office_add(record, &step->fact, NULL, err);
}

static bool who_holds(struct views *views, struct record *record, const struct item *item,
                      enum hand *ret_hand, uint32_t *ret_badge, struct error *err)
{
    struct view view;
    if (!views_item(views, item, &view))
        return error_set(err, ERROR_NOT_FOUND, "%s: không thấy số này. / no such item", item->text);
    *ret_hand = view.state.hand;
    return badge_of(record, &view, ret_badge, err);
}

bool hand_move(struct acts acts, struct views *views, struct record *record,
               const struct item *item, uint32_t to_badge, uint32_t user, struct error *err)
{
    struct step step = {
        .fact = {.item = *item, .event = EVENT_CUSTODY_MOVED, .user = user, .to_badge = to_badge}};
    enum hand hand;
    if (!who_holds(views, record, item, &hand, &step.fact.badge, err))
        return false;
    if (hand != HAND_POST_OFFICE && hand != HAND_POSTMAN)
        return error_set(err, ERROR_REFUSED, "%s: không ở trong tay bưu điện. / not with the post",
                         item->text);
    if ((to_badge == 0) == (hand == HAND_POST_OFFICE) &&
        (to_badge == 0 || to_badge == step.fact.badge))
        return error_set(err, ERROR_REFUSED, "%s: đã ở đó rồi. / it is there already", item->text);
    return acts.run(acts.self, step_act, &step, err);
}

bool hand_name(struct acts acts, struct views *views, struct record *record,
               const struct item *item, const char *why, uint32_t user, struct error *err)
{
    struct step step = {.fact = {.item = *item, .event = EVENT_CUSTODY_NAMED, .user = user}};
    enum hand hand;
    if (!text_clean(why, strlen(why), step.testimony.text, sizeof step.testimony.text) ||
        !text_is_visible(step.testimony.text))
        return error_set(err, ERROR_BAD_INPUT, "cần ghi vì sao còn giữ. / say why it stays");
    if (!who_holds(views, record, item, &hand, &step.fact.badge, err))
        return false;
    if (hand != HAND_POSTMAN)
        return error_set(err, ERROR_REFUSED, "%s: không ở trong tay bưu tá. / no postman has it",
                         item->text);
    return acts.run(acts.self, step_act, &step, err);
}

/* ------------------------------------------------------------------ the end of the day */

#define ROUNDS_A_DAY 64 /* open at once for one postman; the next call closes more */

struct ending {
    uint32_t badge, user, named;
    uint64_t rounds[ROUNDS_A_DAY];
    size_t n;
};

static bool note_round(void *ctx, const struct round *round)
{
    struct ending *ending = ctx;
    ending->rounds[ending->n++] = round->id;
    return ending->n < ROUNDS_A_DAY;
}

static bool end_act(struct record *record, void *arg, struct error *err)
{
    struct ending *ending = arg;
    ending->n = 0;
    if (!rounds_open(record, ending->badge, note_round, ending, err))
        return false;
    for (size_t i = 0; i < ending->n; i++) {
        struct office_fact fact = {.event = EVENT_ROUND_CLOSED,
                                   .user = ending->user,
                                   .badge = ending->badge,
                                   .round = ending->rounds[i],
                                   .count = ending->named};
        if (!record_office_add(record, &fact, NULL, err))
            return false;
    }
    return true;
}

bool day_end(struct acts acts, struct views *views, struct record *record, uint32_t badge,
             uint32_t user, size_t *ret_named, struct error *err)
{
    struct ending ending = {.badge = badge, .user = user};
    struct held *held = NULL;
    const struct held *first = NULL;
    size_t n, open = 0;
    if (!hands_list(views, record, badge, &held, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!held[i].named && open++ == 0)
            first = &held[i];
    bool empty =
        open == 0 || error_set(err, ERROR_REFUSED,
                               "còn %zu bì trong tay, đầu tiên %s; nộp lại hoặc ghi lý do. / "
                               "%zu still in hand: give back or name",
                               open, first->item.text, open);
    free(held);
    ending.named = (uint32_t)n;
    if (!empty || !acts.run(acts.self, end_act, &ending, err))
        return false;
    *ret_named = n;
    return true;
}
