#include "server/notify/notify.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/alert.h"
#include "server/notify/answers.h"
#include "server/notify/dirty.h"
#include "server/notify/gateway.h"
#include "server/notify/due_notice.h"
#include "server/notify/message.h"
#include "server/notify/notices.h"
#include "server/notify/reports.h"
#include "server/notify/recipient.h"
#include "server/record/inbox.h"

/* An item whose message waits: what comes before that wakes it. */
struct later {
    struct item item;
    struct instant from;
};

struct notify {
    struct notify_config config;
    struct record *record; /* reader */
    struct instant next_alert;
    struct gateway gateway;
    struct reports reports;
    struct answers answers;
    struct instant next_reports;
    uint64_t recorded;                    /* the last fact of ours, by its seq */
    struct item failed;                   /* the last one it did not take */
    struct item turn[NOTIFY_WAITING_MAX]; /* kept waiting in this turn, the first of them */
    pthread_mutex_t lock;                 /* guards what follows */
    struct notify_state state;
    struct item held[NOTIFY_WAITING_MAX]; /* the first of state.waiting */
    struct dirty dirty;
    struct later *later; /* the thread's own; without order, with repeats */
    size_t later_n, later_room;
};

/* ------------------------------------------------------------------ items to look at */

static void on_change(void *ctx, const struct item *item, const struct view *view)
{
    struct notify *notify = ctx;
    if (!view->state.issued || !due_notice_may(view->state.status, view->marks.struck))
        return;
    pthread_mutex_lock(&notify->lock);
    dirty_note(&notify->dirty, item);
    pthread_mutex_unlock(&notify->lock);
}

static struct instant now(const struct notify *notify)
{
    return notify->config.clock.now(notify->config.clock.self);
}

/* A message may be owed by whatever changed within the last day, whoever was running then. */
static void note_recent(struct notify *notify)
{
    struct instant since = {now(notify).ms - NOTIFY_AGE_MAX_MS - NOTIFY_DOOR_WAIT_MS};
    struct view_brief *briefs = NULL;
    size_t n = 0;
    bool known = views_recent(notify->config.views, since, &briefs, &n);
    pthread_mutex_lock(&notify->lock);
    notify->dirty.lost = !known;
    for (size_t i = 0; i < n; i++)
        if (due_notice_may(briefs[i].status, briefs[i].struck))
            dirty_note(&notify->dirty, &briefs[i].item);
    pthread_mutex_unlock(&notify->lock);
    free(briefs);
}

/* Recorded, and in no gateway's hands any more: it is handed on as after a crash. */
static void look_again(void *ctx, const struct item *item)
{
    struct notify *notify = ctx;
    pthread_mutex_lock(&notify->lock);
    dirty_note(&notify->dirty, item);
    pthread_mutex_unlock(&notify->lock);
}

bool notify_open(const struct notify_config *config, struct notify **ret_notify, struct error *err)
{
    struct notify *notify = calloc(1, sizeof *notify);
    if (!notify)
        return error_set(err, ERROR_LATER, "notify: out of memory");
    notify->config = *config;
    notify->gateway = (struct gateway){.driver = config->driver,
                                       .clock = config->clock,
                                       .alarm = config->alarm,
                                       .ctx = config->ctx};
    notify->reports = (struct reports){.acts = config->acts,
                                       .views = config->views,
                                       .clock = config->clock,
                                       .look_again = look_again,
                                       .alarm = config->alarm,
                                       .alarm_ctx = config->ctx,
                                       .ctx = notify};
    pthread_mutex_init(&notify->lock, NULL);
    if (!record_open_reader(config->record_path, &notify->record, err)) {
        notify_close(notify);
        return error_add(err, "notify");
    }
    notify->answers = (struct answers){.acts = config->acts,
                                       .views = config->views,
                                       .record = notify->record,
                                       .config = config->config,
                                       .secret = config->secret,
                                       .clock = config->clock};
    views_watch(config->views, on_change, notify);
    note_recent(notify);
    *ret_notify = notify;
    return true;
}

void notify_close(struct notify *notify)
{
    if (!notify)
        return;
    record_close(notify->record);
    pthread_mutex_destroy(&notify->lock);
    free(notify->dirty.item);
    free(notify->later);
    free(notify);
}

/* ------------------------------------------------------------------ sending */

struct noting {
    struct office_fact fact;
    const char *phone; /* that is told */
};

static bool notice_act(struct record *record, void *arg, struct error *err)
{
    struct noting *noting = arg;
    bool sent = noting->fact.event == EVENT_NOTICE_SENT;
    return record_office_add(record, &noting->fact, NULL, err) &&
           (!sent || phone_told(record, noting->phone, &noting->fact.item, err));
}

static bool record_notice(struct notify *notify, const struct due_notice *owed, uint32_t event,
                          const struct sms *sms, struct error *err)
{
    struct noting noting = {.phone = sms->to};
    noting.fact = (struct office_fact){
        .item = owed->view.state.item, .event = event, .notice = due_notice_fact(owed)};
    (void)snprintf(noting.fact.notice.request_id, sizeof noting.fact.notice.request_id, "%s",
                   sms->request_id);
    if (!notify->config.acts.run(notify->config.acts.self, notice_act, &noting, err))
        return false;
    notify->recorded = noting.fact.seq;
    return true;
}

/* To the gateway; what it refuses for good is noted and done with. */
static bool hand_on(struct notify *notify, const struct due_notice *owed, const struct sms *sms,
                    struct error *err)
{
    struct error why = {.code = ERROR_NONE};
    if (gateway_send(&notify->gateway, sms, &why))
        return true;
    notify->failed = owed->view.state.item;
    if (why.code == ERROR_LATER)
        return error_set(err, why.code, "%s", why.text);
    return record_notice(notify, owed, EVENT_NOTICE_FAILED, sms, err);
}

/* Its owner wants none, or too many went to this phone; what is recorded is among those already. */
static bool is_spared(struct notify *notify, const char *phone, bool recorded, bool *ret_spared,
                      struct error *err)
{
    uint64_t n = 0;
    struct instant since = {now(notify).ms - NOTIFY_AGE_MAX_MS};
    if (!phone_is_stopped(notify->record, phone, ret_spared, err) ||
        !phone_count(notify->record, phone, since, &n, err))
        return false;
    *ret_spared = *ret_spared || (!recorded && n >= NOTIFY_PER_DAY_MAX);
    return true;
}

static bool send_one(struct notify *notify, const struct due_notice *owed, struct error *err)
{
    char phone[PHONE_MAX], text[WORDS_MAX];
    struct sms sms = {owed->request_id, phone, text, NULL};
    struct zns zns;
    struct wording wording = {.correction = owed->correction};
    struct sender sender = {notify->config.config, notify->config.secret, now(notify)};
    bool spared = false, at_zalo = false;
    if (!recipient_phone(notify->record, &owed->view, phone, err))
        return false;
    if (!*phone || gateway_has(&notify->gateway, owed->request_id))
        return true;
    if (!is_spared(notify, phone, owed->recorded, &spared, err))
        return false;
    if (spared) /* recorded, and then the owner said no more: it never goes */
        return !owed->recorded || record_notice(notify, owed, EVENT_NOTICE_FAILED, &sms, err);
    if (!owed->recorded && !record_notice(notify, owed, EVENT_NOTICE_SENT, &sms, err))
        return false;
    if (!recipient_text(notify->record, &sender, &owed->view, wording, text, err) ||
        !recipient_zns(notify->record, &sender, &owed->view, wording, &zns, &at_zalo, err))
        return false;
    sms.zns = at_zalo ? &zns : NULL;
    return hand_on(notify, owed, &sms, err);
}

/* ------------------------------------------------------------------ the tick */

static void keep_dirty(struct notify *notify, const struct item *item)
{
    pthread_mutex_lock(&notify->lock);
    dirty_note(&notify->dirty, item);
    pthread_mutex_unlock(&notify->lock);
}

/* To be looked at then, and not before unless it changes; at once without memory for it. */
static void keep_for_later(struct notify *notify, const struct item *item, struct instant from)
{
    if (notify->later_n == notify->later_room) {
        size_t room = notify->later_room ? notify->later_room * 2 : 64;
        struct later *later = realloc(notify->later, room * sizeof *later);
        if (!later) {
            keep_dirty(notify, item);
            return;
        }
        notify->later = later;
        notify->later_room = room;
    }
    notify->later[notify->later_n++] = (struct later){*item, from};
}

static void note_whose_wait_is_over(struct notify *notify)
{
    size_t kept = 0;
    int64_t at = now(notify).ms;
    for (size_t i = 0; i < notify->later_n; i++) {
        if (notify->later[i].from.ms <= at)
            keep_dirty(notify, &notify->later[i].item);
        else
            notify->later[kept++] = notify->later[i];
    }
    notify->later_n = kept;
}

/* Takes the list away, each item once; the watcher starts a new one. */
static struct item *take_dirty(struct notify *notify, size_t *ret_n)
{
    pthread_mutex_lock(&notify->lock);
    bool lost = notify->dirty.lost;
    notify->dirty.lost = false;
    pthread_mutex_unlock(&notify->lock);
    if (lost)
        note_recent(notify);
    note_whose_wait_is_over(notify);
    pthread_mutex_lock(&notify->lock);
    struct item *items = dirty_take(&notify->dirty, ret_n);
    pthread_mutex_unlock(&notify->lock);
    *ret_n = dirty_once(items, *ret_n);
    return items;
}

#define ALERT_MS (INT64_C(1000) * 60)

static bool alert_now_and_then(struct notify *notify, struct error *err)
{
    const struct notify_config *config = &notify->config;
    struct alert alert = {config->acts, config->views, config->config, &notify->gateway,
                          now(notify)};
    if (alert.now.ms < notify->next_alert.ms || gateway_rests(&notify->gateway))
        return true;
    notify->next_alert.ms = alert.now.ms + ALERT_MS;
    return alert_manager(&alert, err);
}

#define HOUR_MS (INT64_C(1000) * 3600)
#define LOCAL_H 7 /* UTC+7 */

/* Phones ring by day only. */
static bool is_message_hour(const struct notify *notify)
{
    int64_t hour = (now(notify).ms / HOUR_MS + LOCAL_H) % 24;
    return hour >= notify->config.config->message_from_h &&
           hour < notify->config.config->message_to_h;
}

static size_t held_n(size_t waiting)
{
    return waiting < NOTIFY_WAITING_MAX ? waiting : NOTIFY_WAITING_MAX;
}

static void show_state(struct notify *notify, size_t waiting)
{
    const struct gateway *gateway = &notify->gateway;
    pthread_mutex_lock(&notify->lock);
    notify->state = (struct notify_state){.waiting = waiting,
                                          .since = gateway->since,
                                          .next = gateway->next,
                                          .dead = gateway_is_dead(gateway)};
    memcpy(notify->held, notify->turn, held_n(waiting) * sizeof notify->turn[0]);
    pthread_mutex_unlock(&notify->lock);
}

/* False: it could not be sent, look at it again. True in ret_rests: the gateway rests, so nobody
 * looked. */
static bool take_turn(struct notify *notify, const struct item *item, struct fact *history,
                      bool *ret_rests, struct error *err)
{
    struct due_notice owed = {.due = false};
    *ret_rests = gateway_rests(&notify->gateway);
    if (history != NULL && !*ret_rests)
        owed = due_notice_of(notify->config.views, &notify->gateway, now(notify), item, history);
    bool sent = history != NULL ? !owed.due || send_one(notify, &owed, err)
                                : error_set(err, ERROR_LATER, "out of memory");
    if (!sent || *ret_rests)
        keep_dirty(notify, item);
    else if (owed.wait)
        keep_for_later(notify, item, owed.from);
    return sent;
}

#define REPORTS_MS (INT64_C(1000) * 2)

/* At any hour: what is said of messages, and what comes from phones, rings none. */
static bool listen_now_and_then(struct notify *notify, struct error *err)
{
    if (now(notify).ms < notify->next_reports.ms)
        return true;
    notify->next_reports.ms = now(notify).ms + REPORTS_MS;
    struct error why = {.code = ERROR_NONE};
    bool good = answers_take(&notify->answers, &notify->config.driver, &why);
    if (!reports_take(&notify->reports, &notify->config.driver, err))
        return false;
    return good || error_set(err, why.code, "%s", why.text);
}

static bool send_what_is_due(struct notify *notify, struct error *err)
{
    if (!is_message_hour(notify) || gateway_rests(&notify->gateway))
        return true; /* what is to be looked at stays noted */
    if (views_taken_in(notify->config.views) < notify->recorded) /* it would be recorded twice */
        return error_set(err, ERROR_LATER, "views do not know yet what was told");
    size_t n = 0;
    struct item *dirty = take_dirty(notify, &n);
    struct fact *history = n ? malloc(VIEW_HISTORY_MAX * sizeof *history) : NULL;
    size_t first = dirty_first(dirty, n, &notify->failed);
    size_t waiting = 0;
    bool all = true;
    for (size_t i = 0; i < n; i++) {
        struct error why = {.code = ERROR_NONE};
        const struct item *item = &dirty[(first + i) % n];
        bool rests = false, sent = take_turn(notify, item, history, &rests, &why);
        if ((rests || !sent) && waiting++ < NOTIFY_WAITING_MAX)
            notify->turn[waiting - 1] = *item;
        if (!sent && all)
            all = error_set(err, why.code, "notice for %s: %s", item->text, why.text);
    }
    free(history);
    free(dirty);
    struct error late = {.code = ERROR_NONE};
    bool answered = answers_send(&notify->answers, &notify->gateway, &late);
    if ((!answered || !alert_now_and_then(notify, &late)) && all)
        all = error_set(err, late.code, "%s", late.text);
    if (all && waiting == 0)
        gateway_forgive(&notify->gateway);
    show_state(notify, waiting);
    return all;
}

bool notify_tick(struct notify *notify, struct error *err)
{
    struct error late = {.code = ERROR_NONE};
    gateway_tell_people(&notify->gateway);
    bool taken = listen_now_and_then(notify, &late);
    if (!send_what_is_due(notify, err))
        return false;
    return taken || error_set(err, late.code, "%s", late.text);
}

struct instant notify_now(const struct notify *notify)
{
    return now(notify);
}

struct notify_state notify_state(struct notify *notify)
{
    pthread_mutex_lock(&notify->lock);
    struct notify_state state = notify->state;
    pthread_mutex_unlock(&notify->lock);
    return state;
}

const char *notify_state_word(struct notify_state state)
{
    return state.dead ? "dead" : state.since.ms != 0 ? "failing" : "well";
}

size_t notify_waiting(struct notify *notify, struct item *ret_items, size_t most)
{
    pthread_mutex_lock(&notify->lock);
    size_t n = held_n(notify->state.waiting);
    n = n < most ? n : most;
    memcpy(ret_items, notify->held, n * sizeof *ret_items);
    pthread_mutex_unlock(&notify->lock);
    return n;
}
