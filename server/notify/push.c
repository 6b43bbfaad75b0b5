#include "server/notify/push.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/gateway.h"
#include "server/notify/notices.h"
#include "server/notify/sms_webhook.h"
#include "server/record/premises.h"

struct push {
    struct push_config config;
    struct record *record; /* reader */
    struct gateway gateway;
    struct item failed;   /* the last one it did not take */
    pthread_mutex_t lock; /* guards what follows */
    struct item *dirty;   /* items to look at, without order, with repeats */
    size_t n, room;
    bool lost; /* no memory to note an item: look at all */
};

/* ------------------------------------------------------------------ items to look at */

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

static struct instant now(const struct push *push)
{
    return push->config.clock.now(push->config.clock.self);
}

static void note(struct push *push, const struct item *item)
{
    pthread_mutex_lock(&push->lock);
    if (push->n == push->room) {
        size_t room = push->room ? push->room * 2 : 64;
        struct item *dirty = realloc(push->dirty, room * sizeof *dirty);
        push->lost = push->lost || dirty == NULL;
        push->dirty = dirty ? dirty : push->dirty;
        push->room = dirty ? room : push->room;
    }
    if (push->n < push->room)
        push->dirty[push->n++] = *item;
    pthread_mutex_unlock(&push->lock);
}

/* Any status: a delivery may have been told before this one. */
static void on_change(void *ctx, const struct item *item, const struct view *view)
{
    if (view->state.issued)
        note(ctx, item);
}

static void note_recent(struct push *push)
{
    struct instant since = {now(push).ms - PUSH_AGE_MAX_MS};
    struct view_brief *briefs = NULL;
    size_t n = 0;
    if (!views_recent(push->config.views, since, DOUBT_WITHDRAWN_LATE, &briefs, &n)) {
        pthread_mutex_lock(&push->lock);
        push->lost = true;
        pthread_mutex_unlock(&push->lock);
    }
    for (size_t i = 0; i < n; i++)
        if (is_told(briefs[i].status) || (briefs[i].doubts & DOUBT_WITHDRAWN_LATE))
            note(push, &briefs[i].item);
    free(briefs);
}

static int by_text(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct item));
}

/* Takes the list away, each item once. */
static struct item *take_dirty(struct push *push, size_t *ret_n)
{
    pthread_mutex_lock(&push->lock);
    bool lost = push->lost;
    push->lost = false;
    pthread_mutex_unlock(&push->lock);
    if (lost)
        note_recent(push);
    pthread_mutex_lock(&push->lock);
    struct item *dirty = push->dirty;
    size_t n = push->n, kept = 0;
    push->dirty = NULL;
    push->n = push->room = 0;
    pthread_mutex_unlock(&push->lock);
    if (n > 0)
        qsort(dirty, n, sizeof *dirty, by_text);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !item_equal(&dirty[kept - 1], &dirty[i]))
            dirty[kept++] = dirty[i];
    *ret_n = kept;
    return dirty;
}

/* ------------------------------------------------------------------ what is due */

struct telling {
    struct view view;
    struct notice notice; /* what is to be told, with its id */
    bool due, recorded;
    bool wait;       /* it may be undone yet */
    bool takes_back; /* a delivery was told and is not true */
};

static bool says_delivered(const struct notice *last)
{
    return last != NULL && last->status == STATUS_DELIVERED && !last->correction;
}

/* What is true now and is told: the status, or that the delivery is none. False: nothing. */
static bool choose(struct telling *telling, const struct notice *last)
{
    const struct state *state = &telling->view.state;
    telling->takes_back = says_delivered(last) && state->status != STATUS_DELIVERED;
    telling->notice = (struct notice){
        .channel = CHANNEL_OFFICE, .status = state->status, .attempt = state->attempt};
    if (is_told(state->status))
        return true;
    telling->notice.status = STATUS_DELIVERED;
    telling->notice.attempt = last != NULL ? last->attempt : 0;
    telling->notice.correction = true;
    return telling->takes_back;
}

static bool is_same(const struct notice *a, const struct notice *b)
{
    return a->status == b->status && a->attempt == b->attempt && a->correction == b->correction;
}

/* What was told last decides: when it is this, only its end may be missing. */
static void compare(struct telling *telling, const struct fact *history, size_t n,
                    const struct notice *last)
{
    struct notice_standing standing = notices_standing(history, n, &telling->notice);
    telling->recorded = last != NULL && is_same(last, &telling->notice);
    telling->due = !telling->recorded || (!standing.failed && !standing.delivered);
    if (telling->recorded)
        telling->notice = *last;
    else
        notices_id(&telling->view.state.item, &telling->notice, standing.times + 1,
                   telling->notice.request_id);
}

static struct telling look_at(const struct push *push, const struct item *item,
                              struct fact history[VIEW_HISTORY_MAX])
{
    struct telling telling = {.due = false};
    int64_t at = now(push).ms;
    if (!views_item(push->config.views, item, &telling.view) || !telling.view.state.issued)
        return telling;
    size_t n = views_history(push->config.views, item, history, VIEW_HISTORY_MAX);
    const struct notice *last = notices_last(history, n, EVENT_NOTICE_SENT, CHANNEL_OFFICE);
    const struct state *state = &telling.view.state;
    if (!choose(&telling, last) || at - state->since_arrival.ms > PUSH_AGE_MAX_MS)
        return telling;
    telling.wait = at < state->since_arrival.ms + PUSH_WAIT_MS;
    if (!telling.wait)
        compare(&telling, history, n, last);
    return telling;
}

/* ------------------------------------------------------------------ telling */

static bool record_act(struct record *record, void *arg, struct error *err)
{
    return record_office_add(record, arg, NULL, err);
}

static bool note_fact(struct push *push, const struct telling *telling, uint32_t event,
                      struct error *err)
{
    struct office_fact fact = {
        .item = telling->view.state.item, .event = event, .notice = telling->notice};
    return push->config.acts.run(push->config.acts.self, record_act, &fact, err);
}

static char *new_body(struct push *push, const struct telling *telling)
{
    const struct state *state = &telling->view.state;
    const struct status_info *status = status_info(telling->notice.status);
    uint32_t number = state->office.office ? state->office.office : PREMISES_FIRST_OFFICE;
    struct premises office;
    struct error none = {.code = ERROR_NONE};
    char at[CLOCK_TEXT_MAX];
    bool known = premises_at(push->record, PREMISES_OFFICE, number, now(push), &office, &none);
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

static bool tell(struct push *push, const struct telling *telling, struct error *err)
{
    struct error why = {.code = ERROR_NONE};
    if (!telling->recorded && !note_fact(push, telling, EVENT_NOTICE_SENT, err))
        return false;
    char *body = new_body(push, telling);
    if (body == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    struct sms message = {telling->notice.request_id, NULL, body};
    bool told = gateway_has(&push->gateway, message.request_id) ||
                gateway_send(&push->gateway, &message, &why);
    free(body);
    if (!told && why.code == ERROR_LATER) {
        push->failed = telling->view.state.item;
        return error_set(err, why.code, "%s", why.text);
    }
    return note_fact(push, telling, told ? EVENT_NOTICE_DELIVERED : EVENT_NOTICE_FAILED, err);
}

static bool take_turn(struct push *push, const struct item *item, struct fact *history,
                      struct error *err)
{
    if (gateway_rests(&push->gateway)) {
        note(push, item);
        return true;
    }
    struct telling telling = look_at(push, item, history);
    bool good = !telling.due || tell(push, &telling, err);
    if (!good || telling.wait)
        note(push, item);
    return good || error_add(err, "%s: the offices' system", item->text);
}

/* The first behind the one that failed last, so that one holds up no other. */
static size_t first_turn(const struct push *push, const struct item *dirty, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (by_text(&dirty[i], &push->failed) > 0)
            return i;
    return 0;
}

bool push_tick(struct push *push, struct error *err)
{
    gateway_tell_people(&push->gateway);
    if (gateway_rests(&push->gateway))
        return true; /* what is to be looked at stays noted */
    struct fact *history = calloc(VIEW_HISTORY_MAX, sizeof *history);
    if (history == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = 0;
    struct item *dirty = take_dirty(push, &n);
    size_t first = first_turn(push, dirty, n);
    bool all = true;
    for (size_t i = 0; i < n; i++) {
        struct error why = {.code = ERROR_NONE};
        if (!take_turn(push, &dirty[(first + i) % n], history, &why) && all)
            all = error_set(err, why.code, "%s", why.text);
    }
    free(history);
    free(dirty);
    return all;
}

/* ------------------------------------------------------------------ opening */

bool push_open(const struct push_config *config, struct push **ret_push, struct error *err)
{
    struct push *push = calloc(1, sizeof *push);
    if (push == NULL)
        return error_set(err, ERROR_LATER, "push: out of memory");
    push->config = *config;
    push->gateway = (struct gateway){.driver = config->driver,
                                     .clock = config->clock,
                                     .name = "the offices' system",
                                     .alarm = config->alarm,
                                     .ctx = config->ctx};
    pthread_mutex_init(&push->lock, NULL);
    if (!record_open_reader(config->record_path, &push->record, err)) {
        push_close(push);
        return error_add(err, "push");
    }
    views_watch(config->views, on_change, push);
    note_recent(push);
    *ret_push = push;
    return true;
}

void push_close(struct push *push)
{
    if (push == NULL)
        return;
    record_close(push->record);
    pthread_mutex_destroy(&push->lock);
    free(push->dirty);
    free(push);
}
