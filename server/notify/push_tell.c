/* push_tell.c - one item before one receiver: what is due to it, and telling it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/notices.h"
#include "server/notify/push_inside.h"
#include "server/notify/sms_webhook.h"
#include "server/record/premises.h"

/* A status of push.def. */
static bool is_told(enum status status)
{
    switch ((int)status) {
#define PUSH(KEY) case STATUS_##KEY:
#include "server/notify/push.def"
#undef PUSH
        return true;
    default:
        return false;
    }
}

static bool hears_status(const struct receiver *receiver, enum status status)
{
    return is_told(status) &&
           (receiver->hook.id == 0 || (receiver->hook.events & (1u << status)) != 0);
}

struct instant push_now(const struct push *push)
{
    return push->config.clock.now(push->config.clock.self);
}

/* ------------------------------------------------------------------ what is due */

struct telling {
    struct view view;
    struct notice notice; /* what is to be told, with its id */
    bool due, recorded;
    bool wait;       /* it may be undone yet */
    bool old;        /* it was due too long: a dead letter */
    bool takes_back; /* a delivery was told before it and is not true */
};

static bool says_delivered(const struct notice *told)
{
    return told->status == STATUS_DELIVERED && !told->correction;
}

/* Whether it may hold for true that this was delivered: it answered last to that, or was told it
 * since without an answer. Of what stands before the fact `before`: what was told under one id says
 * the same each time, whatever has been answered since. */
static bool may_hold_delivered(const struct fact *history, size_t n, uint32_t receiver,
                               uint64_t before)
{
    const struct office_fact *taken =
        notices_last(history, n, EVENT_NOTICE_DELIVERED, CHANNEL_OFFICE, receiver, before);
    uint64_t since = taken != NULL ? taken->seq : 0;
    bool holds = taken != NULL && says_delivered(&taken->notice);
    for (size_t i = 0; i < n && !holds; i++) {
        const struct office_fact *told = &history[i].office;
        holds = told->event == EVENT_NOTICE_SENT && told->seq > since && told->seq < before &&
                says_delivered(&told->notice);
    }
    return holds;
}

/* What is true now and is told: the status, or that the delivery is none. False: nothing. */
static bool choose(const struct receiver *receiver, struct telling *telling,
                   const struct fact *history, size_t n, const struct office_fact *last)
{
    const struct state *state = &telling->view.state;
    bool heard = hears_status(receiver, state->status);
    telling->notice = (struct notice){.channel = CHANNEL_OFFICE,
                                      .receiver = receiver->hook.id,
                                      .status = state->status,
                                      .attempt = state->attempt};
    if (!heard) {
        telling->notice.status = STATUS_DELIVERED;
        telling->notice.attempt = last != NULL ? last->notice.attempt : 0;
        telling->notice.correction = true;
    }
    telling->recorded = last != NULL && notices_same(&last->notice, &telling->notice);
    telling->takes_back = state->status != STATUS_DELIVERED &&
                          may_hold_delivered(history, n, receiver->hook.id,
                                             telling->recorded ? last->seq : UINT64_MAX);
    return heard || telling->takes_back;
}

/* What was told last decides: when it is this, only its end may be missing. */
static void compare(struct telling *telling, const struct fact *history, size_t n,
                    const struct notice *last, struct instant at, uint64_t generation)
{
    struct notice_standing standing = notices_standing(history, n, &telling->notice);
    struct instant since = telling->view.state.since_arrival;
    telling->due = !telling->recorded || (!standing.failed && !standing.delivered);
    if (telling->recorded && standing.at.ms > since.ms) /* somebody asked for it later */
        since = standing.at;
    telling->old = at.ms - since.ms > PUSH_AGE_MAX_MS;
    if (telling->recorded)
        telling->notice = *last;
    else
        notices_id(&telling->view.state.item, &telling->notice, standing.times + 1, generation,
                   telling->notice.request_id);
}

static struct telling look_at(const struct push *push, const struct receiver *receiver,
                              const struct item *item, struct fact history[VIEW_HISTORY_MAX])
{
    struct telling telling = {.due = false};
    int64_t at = push_now(push).ms;
    if (!views_item(push->config.views, item, &telling.view) || !telling.view.state.issued ||
        !hook_hears(&receiver->hook, telling.view.marks.office))
        return telling;
    size_t n = views_told(push->config.views, item, CHANNEL_OFFICE, receiver->hook.id, history,
                          VIEW_HISTORY_MAX);
    const struct office_fact *last =
        notices_last(history, n, EVENT_NOTICE_SENT, CHANNEL_OFFICE, receiver->hook.id, UINT64_MAX);
    const struct state *state = &telling.view.state;
    bool before = last == NULL && state->since_arrival.ms < receiver->hook.made.ms;
    if (!choose(receiver, &telling, history, n, last) || before)
        return telling;
    telling.wait = at < state->since_arrival.ms + PUSH_WAIT_MS;
    if (!telling.wait)
        compare(&telling, history, n, last != NULL ? &last->notice : NULL, (struct instant){at},
                record_generation_serial(receiver->record));
    if (telling.old && !telling.recorded && receiver->hook.id == 0)
        telling.due = false; /* of before trao.conf named it, for all one knows */
    return telling;
}

/* ------------------------------------------------------------------ telling */

static bool record_act(struct record *record, void *arg, struct error *err)
{
    return record_office_add(record, arg, NULL, err);
}

static bool note_fact(struct push *push, struct receiver *receiver, const struct telling *telling,
                      uint32_t event, struct error *err)
{
    struct office_fact fact = {
        .item = telling->view.state.item, .event = event, .notice = telling->notice};
    if (!push->config.acts.run(push->config.acts.self, record_act, &fact, err))
        return false;
    receiver->recorded = fact.seq;
    return true;
}

static char *new_body(struct push *push, struct receiver *receiver, const struct telling *telling)
{
    const struct state *state = &telling->view.state;
    const struct status_info *status = status_info(telling->notice.status);
    struct premises office;
    struct error none = {.code = ERROR_NONE};
    char at[CLOCK_TEXT_MAX];
    bool known = premises_at(receiver->record, PREMISES_OFFICE, telling->view.marks.office,
                             push_now(push), &office, &none);
    clock_iso_local(state->since.estimate, at, sizeof at);
    struct sms_webhook_telling words = {.id = telling->notice.request_id,
                                        .item = state->item.text,
                                        .dossier = state->office.dossier,
                                        .office = known ? office.code : "",
                                        .event = status->key,
                                        .at = at,
                                        .attempt = telling->notice.attempt,
                                        .state = status_info(state->status)->national,
                                        .correction = telling->takes_back};
    return sms_webhook_new_body(&words);
}

/* False: it does not answer now. */
static bool post(struct push *push, struct receiver *receiver, const struct telling *telling,
                 bool *ret_told, struct error *err)
{
    struct error why = {.code = ERROR_NONE};
    char *body = new_body(push, receiver, telling);
    if (body == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    struct sms message = {telling->notice.request_id, NULL, body, NULL};
    *ret_told = gateway_has(&receiver->gateway, message.request_id) ||
                gateway_send(&receiver->gateway, &message, &why);
    free(body);
    if (*ret_told || why.code != ERROR_LATER)
        return true;
    receiver->failed = telling->view.state.item;
    return error_set(err, why.code, "%s", why.text);
}

static bool tell(struct push *push, struct receiver *receiver, const struct telling *telling,
                 struct error *err)
{
    bool told = false;
    if ((!telling->recorded && !note_fact(push, receiver, telling, EVENT_NOTICE_SENT, err)) ||
        (!telling->old && !post(push, receiver, telling, &told, err)))
        return false;
    return note_fact(push, receiver, telling, told ? EVENT_NOTICE_DELIVERED : EVENT_NOTICE_FAILED,
                     err);
}

bool push_turn(struct push *push, struct receiver *receiver, const struct item *item,
               struct fact *history, struct error *err)
{
    struct telling telling = look_at(push, receiver, item, history);
    bool good = !telling.due || tell(push, receiver, &telling, err);
    if (!good || telling.wait)
        push_note(push, receiver, item);
    return good || error_add(err, "%s: %s", item->text,
                             receiver->hook.id ? receiver->hook.name : "the offices' system");
}
