#include "server/notify/push_inside.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ items to look at */

void push_note(struct push *push, struct receiver *receiver, const struct item *item)
{
    pthread_mutex_lock(&push->lock);
    dirty_note(&receiver->dirty, item);
    pthread_mutex_unlock(&push->lock);
}

/* Any status: a delivery may have been told before this one. */
static void on_change(void *ctx, const struct item *item, const struct view *view)
{
    struct push *push = ctx;
    if (!view->state.issued)
        return;
    pthread_mutex_lock(&push->lock);
    for (size_t i = 0; i < push->n; i++)
        if (hook_hears(&push->receivers[i]->hook, view->marks.office))
            dirty_note(&push->receivers[i]->dirty, item);
    pthread_mutex_unlock(&push->lock);
}

/* A day more than is told: what grew too old while nobody looked is to be buried. */
#define LOOK_BACK_MS (PUSH_AGE_MAX_MS + INT64_C(1000) * 24 * 3600)

/* Any status, as above: what was told as delivered may lie at an office again. */
static void note_recent(struct push *push, struct receiver *receiver)
{
    struct instant since = {push_now(push).ms - LOOK_BACK_MS};
    struct view_brief *briefs = NULL;
    size_t n = 0;
    if (since.ms < receiver->hook.made.ms)
        since = receiver->hook.made;
    bool read = views_recent(push->config.views, since, &briefs, &n);
    pthread_mutex_lock(&push->lock);
    receiver->dirty.lost = receiver->dirty.lost || !read;
    for (size_t i = 0; i < n; i++)
        dirty_note(&receiver->dirty, &briefs[i].item);
    pthread_mutex_unlock(&push->lock);
    free(briefs);
}

/* Takes the list away, each item once. */
static struct item *take_dirty(struct push *push, struct receiver *receiver, size_t *ret_n)
{
    pthread_mutex_lock(&push->lock);
    bool lost = receiver->dirty.lost;
    receiver->dirty.lost = false;
    pthread_mutex_unlock(&push->lock);
    if (lost)
        note_recent(push, receiver);
    pthread_mutex_lock(&push->lock);
    struct item *items = dirty_take(&receiver->dirty, ret_n);
    pthread_mutex_unlock(&push->lock);
    *ret_n = dirty_once(items, *ret_n);
    return items;
}

/* ------------------------------------------------------------------ a receiver's turn */

#define BURY_MS (INT64_C(1000) * 3600)

/* While it rests only what is too old is looked at, now and then. */
static bool is_looked_at(const struct push *push, const struct receiver *receiver, bool bury,
                         const struct item *item)
{
    struct view view;
    if (!gateway_rests(&receiver->gateway))
        return true;
    return bury && views_item(push->config.views, item, &view) &&
           push_now(push).ms - view.state.since_arrival.ms > PUSH_AGE_MAX_MS;
}

static bool take_turns(struct push *push, struct receiver *receiver, bool bury, struct error *err)
{
    if (views_taken_in(push->config.views) < receiver->recorded) /* it would be recorded twice */
        return error_set(err, ERROR_LATER, "views do not know yet what was told");
    struct fact *history = calloc(VIEW_HISTORY_MAX, sizeof *history);
    if (history == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = 0;
    struct item *dirty = take_dirty(push, receiver, &n);
    size_t first = dirty_first(dirty, n, &receiver->failed);
    int64_t end = push_now(push).ms + PUSH_TURN_MS;
    bool all = true;
    for (size_t i = 0; i < n; i++) {
        struct error why = {.code = ERROR_NONE};
        const struct item *item = &dirty[(first + i) % n];
        if (push_now(push).ms > end || !is_looked_at(push, receiver, bury, item))
            push_note(push, receiver, item);
        else if (!push_turn(push, receiver, item, history, &why) && all)
            all = error_set(err, why.code, "%s", why.text);
    }
    free(history);
    free(dirty);
    return all;
}

static bool serve(struct push *push, struct receiver *receiver, struct error *err)
{
    bool rests = gateway_rests(&receiver->gateway);
    bool bury = rests && push_now(push).ms - receiver->buried.ms >= BURY_MS;
    gateway_tell_people(&receiver->gateway);
    if (bury)
        receiver->buried = push_now(push);
    return (rests && !bury) || take_turns(push, receiver, bury, err);
}

/* ------------------------------------------------------------------ who is told */

static void close_receiver(struct push *push, struct receiver *receiver)
{
    if (receiver->opened != NULL)
        push->config.drivers.close(push->config.drivers.ctx, receiver->opened);
    record_close(receiver->record);
    free(receiver->dirty.item);
    free(receiver);
}

static bool reach(struct push *push, struct receiver *receiver, struct error *err)
{
    if (receiver->hook.id == 0) {
        receiver->gateway.driver = push->config.own;
        return true;
    }
    return push_reach(push, &receiver->hook, &receiver->gateway.driver, &receiver->opened, err) ||
           error_add(err, "%s", receiver->hook.name);
}

static bool add_receiver(struct push *push, const struct hook *hook, struct error *err)
{
    struct receiver *receiver = calloc(1, sizeof *receiver);
    if (receiver == NULL)
        return error_set(err, ERROR_LATER, "push: out of memory");
    receiver->hook = *hook;
    receiver->gateway =
        (struct gateway){.clock = push->config.clock,
                         .name = hook->id ? receiver->hook.name : "the offices' system",
                         .alarm = push->config.alarm,
                         .ctx = push->config.ctx};
    if (!reach(push, receiver, err) ||
        !record_open_reader(push->config.record_path, &receiver->record, err)) {
        close_receiver(push, receiver);
        return false;
    }
    pthread_mutex_lock(&push->lock);
    push->receivers[push->n++] = receiver;
    pthread_mutex_unlock(&push->lock);
    note_recent(push, receiver);
    return true;
}

/* False: somebody has it in hand. */
static bool drop_receiver(struct push *push, size_t at)
{
    pthread_mutex_lock(&push->lock);
    struct receiver *receiver = push->receivers[at];
    bool busy = receiver->busy;
    if (!busy)
        push->receivers[at] = push->receivers[--push->n];
    pthread_mutex_unlock(&push->lock);
    if (!busy)
        close_receiver(push, receiver);
    return !busy;
}

static bool is_among(const struct receiver *receiver, const struct hook *hooks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (hooks[i].id == receiver->hook.id && hooks[i].changed == receiver->hook.changed &&
            hooks[i].on)
            return true;
    return receiver->hook.id == 0;
}

static bool is_served(const struct push *push, uint32_t id)
{
    for (size_t i = 0; i < push->n; i++)
        if (push->receivers[i]->hook.id == id)
            return true;
    return false;
}

/* Not: its address may not be asked, or is none. */
static bool is_passing(const struct error *why)
{
    return why->code != ERROR_REFUSED && why->code != ERROR_BAD_INPUT;
}

/* A changed one leaves and comes back as it is now. One that cannot be reached keeps no other. */
static bool load(struct push *push, struct error *err)
{
    static const size_t room = HOOKS_MAX;
    struct hook *hooks = calloc(room, sizeof *hooks);
    size_t n = 0;
    bool all = hooks != NULL ? hooks_read(push->record, hooks, &n, err)
                             : error_set(err, ERROR_LATER, "out of memory");
    for (size_t i = push->n; all && i-- > 0;)
        if (!is_among(push->receivers[i], hooks, n) && !drop_receiver(push, i))
            push->changed = 0; /* again with the next tick */
    bool read = all;
    if (!read)
        push->again.ms = push_now(push).ms + PUSH_OPEN_AGAIN_MS;
    for (size_t i = 0; read && i < n; i++) {
        struct error why = {.code = ERROR_NONE};
        if (!hooks[i].on || is_served(push, hooks[i].id) || add_receiver(push, &hooks[i], &why))
            continue;
        if (is_passing(&why))
            push->again.ms = push_now(push).ms + PUSH_OPEN_AGAIN_MS;
        if (all)
            all = error_set(err, why.code, "%s", why.text);
    }
    free(hooks);
    return all;
}

static bool load_when_changed(struct push *push, struct error *err)
{
    uint64_t changed = 0;
    pthread_mutex_lock(&push->lock);
    bool mine = !push->loading;
    push->loading = true;
    pthread_mutex_unlock(&push->lock);
    if (!mine)
        return true;
    bool good = hooks_changed(push->record, &changed, err);
    bool again = push->again.ms > 0 && push_now(push).ms >= push->again.ms;
    if (good && (again || changed != push->changed)) {
        push->changed = changed;
        push->again.ms = 0;
        good = load(push, err);
    }
    pthread_mutex_lock(&push->lock);
    push->loading = false;
    pthread_mutex_unlock(&push->lock);
    return good || error_add(err, "webhooks");
}

/* ------------------------------------------------------------------ the tick */

/* The next one that nobody has in hand, from place *at on; NULL at the end. */
static struct receiver *take_receiver(struct push *push, size_t *at)
{
    struct receiver *taken = NULL;
    pthread_mutex_lock(&push->lock);
    for (; *at < push->n && taken == NULL; ++*at)
        if (!push->receivers[*at]->busy) {
            taken = push->receivers[*at];
            taken->busy = true;
        }
    pthread_mutex_unlock(&push->lock);
    return taken;
}

static void give_receiver(struct push *push, struct receiver *receiver)
{
    const struct gateway *gateway = &receiver->gateway;
    pthread_mutex_lock(&push->lock);
    receiver->busy = false;
    receiver->state = (struct push_state){.waiting = receiver->dirty.n,
                                          .since = gateway->since,
                                          .next = gateway->next,
                                          .dead = gateway_is_dead(gateway)};
    pthread_mutex_unlock(&push->lock);
}

bool push_tick(struct push *push, struct error *err)
{
    size_t at = 0;
    bool all = load_when_changed(push, err);
    for (struct receiver *receiver; (receiver = take_receiver(push, &at)) != NULL;) {
        struct error why = {.code = ERROR_NONE};
        bool good = serve(push, receiver, &why);
        give_receiver(push, receiver);
        if (!good && all)
            all = error_set(err, why.code, "%s", why.text);
    }
    return all;
}

bool push_state(struct push *push, uint32_t receiver, struct push_state *ret_state)
{
    bool found = false;
    pthread_mutex_lock(&push->lock);
    for (size_t i = 0; i < push->n && !found; i++) {
        found = push->receivers[i]->hook.id == receiver;
        *ret_state = push->receivers[i]->state;
    }
    pthread_mutex_unlock(&push->lock);
    return found;
}

/* ------------------------------------------------------------------ opening */

bool push_open(const struct push_config *config, struct push **ret_push, struct error *err)
{
    struct push *push = calloc(1, sizeof *push);
    static const struct hook own = {.on = true};
    if (push == NULL)
        return error_set(err, ERROR_LATER, "push: out of memory");
    push->config = *config;
    pthread_mutex_init(&push->lock, NULL);
    if (!record_open_reader(config->record_path, &push->record, err) ||
        (config->has_own && !add_receiver(push, &own, err))) {
        push_close(push);
        return error_add(err, "push");
    }
    views_watch(config->views, on_change, push);
    *ret_push = push;
    return true;
}

void push_close(struct push *push)
{
    if (push == NULL)
        return;
    while (push->n > 0)
        close_receiver(push, push->receivers[--push->n]);
    record_close(push->record);
    pthread_mutex_destroy(&push->lock);
    free(push);
}
