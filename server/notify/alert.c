/* alert.c - the manager hears of what is about to be late while something can still be done. One
 * message a clock names all that came near its term since the last; each item is named once an
 * attempt by the post's clock, and once by the office's. */
#include "server/notify/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/message.h"

#define LOOK_MAX 200 /* further ones are found a minute later, when these are recorded */

struct group {
    enum view_clock clock;
    struct view views[LOOK_MAX];
    size_t n;
    char request_id[NOTICE_REQUEST_MAX + 1];
    uint32_t event; /* what is recorded of it */
};

/* Ends the id of a message about a clock: which one it was about is told by it. */
static const char *const ends[VIEW_CLOCKS] = {".manager-office", ".manager"};

static bool is_about(const char *id, enum view_clock clock)
{
    size_t n = strlen(id), end_n = strlen(ends[clock]);
    return n > end_n && strcmp(id + n - end_n, ends[clock]) == 0;
}

/* The id under which the manager was told of this clock and attempt, "" if he was not. True in
 * ret_refused: the gateway never takes it. */
static void told_as(const struct alert *alert, const struct view *view, enum view_clock clock,
                    struct fact *history, char out[NOTICE_REQUEST_MAX + 1], bool *ret_refused)
{
    size_t n = views_history(alert->views, &view->state.item, history, VIEW_HISTORY_MAX);
    *out = '\0';
    *ret_refused = false;
    for (size_t i = 0; i < n; i++) {
        const struct notice *notice = &history[i].office.notice;
        if (history[i].is_scan || notice->channel != CHANNEL_MANAGER ||
            notice->attempt != view->state.attempt || !is_about(notice->request_id, clock))
            continue;
        memcpy(out, notice->request_id, sizeof notice->request_id);
        *ret_refused = *ret_refused || history[i].office.event == EVENT_NOTICE_FAILED;
    }
}

/* Open items whose term ends within at_risk_min working minutes. */
static bool find_near(const struct alert *alert, enum view_clock clock, struct view near[LOOK_MAX],
                      size_t *ret_n, struct error *err)
{
    struct instant soon;
    if (!views_at_risk_until(alert->views, alert->config->post_office, alert->now, &soon))
        return error_set(err, ERROR_LATER, "out of memory");
    *ret_n = views_open_between(alert->views, clock, alert->now, soon, near, LOOK_MAX);
    return true;
}

/* A message that was recorded and never handed on goes first, with the items it named; else those
 * that nobody was told of. */
static void gather(const struct alert *alert, const struct view *near, size_t n,
                   struct fact *history, struct group *fresh, struct group *owed)
{
    for (size_t i = 0; i < n; i++) {
        char id[NOTICE_REQUEST_MAX + 1];
        bool refused = false;
        told_as(alert, &near[i], fresh->clock, history, id, &refused);
        if (refused)
            continue;
        if (*id == '\0') {
            fresh->views[fresh->n++] = near[i];
        } else if (owed->n == 0 ? !gateway_has(alert->gateway, id)
                                : strcmp(id, owed->request_id) == 0) {
            memcpy(owed->request_id, id, sizeof id);
            owed->views[owed->n++] = near[i];
        }
    }
}

static bool record_act(struct record *record, void *arg, struct error *err)
{
    const struct group *group = arg;
    for (size_t i = 0; i < group->n; i++) {
        const struct state *state = &group->views[i].state;
        struct office_fact fact = {.item = state->item, .event = group->event};
        fact.notice = (struct notice){
            .channel = CHANNEL_MANAGER, .status = state->status, .attempt = state->attempt};
        memcpy(fact.notice.request_id, group->request_id, sizeof group->request_id);
        if (!record_office_add(record, &fact, NULL, err))
            return error_add(err, "%s", state->item.text);
    }
    return true;
}

static bool send_group(const struct alert *alert, struct group *group, struct error *err)
{
    char text[WORDS_MAX];
    struct sms sms = {group->request_id, alert->config->manager_phone,
                      message_alert(group->views, group->n, group->clock, text), NULL};
    struct error why = {.code = ERROR_NONE};
    if (gateway_send(alert->gateway, &sms, &why))
        return true;
    if (why.code == ERROR_LATER)
        return error_set(err, why.code, "%s", why.text);
    group->event = EVENT_NOTICE_FAILED;
    return alert->acts.run(alert->acts.self, record_act, group, err);
}

static bool tell(const struct alert *alert, struct group *fresh, struct group *owed,
                 struct error *err)
{
    if (owed->n > 0)
        return send_group(alert, owed, err);
    if (fresh->n == 0)
        return true;
    (void)snprintf(fresh->request_id, sizeof fresh->request_id, "%s.%u%s",
                   fresh->views[0].state.item.text, fresh->views[0].state.attempt,
                   ends[fresh->clock]);
    fresh->event = EVENT_NOTICE_SENT;
    return alert->acts.run(alert->acts.self, record_act, fresh, err) &&
           send_group(alert, fresh, err);
}

/* Big, and needed once a minute. */
struct room {
    struct view near[LOOK_MAX];
    struct fact history[VIEW_HISTORY_MAX];
    struct group fresh, owed;
};

static bool look_at(const struct alert *alert, enum view_clock clock, struct room *room,
                    struct error *err)
{
    size_t n = 0;
    room->fresh.clock = room->owed.clock = clock;
    room->fresh.n = room->owed.n = 0;
    if (!find_near(alert, clock, room->near, &n, err))
        return false;
    gather(alert, room->near, n, room->history, &room->fresh, &room->owed);
    return tell(alert, &room->fresh, &room->owed, err);
}

bool alert_manager(const struct alert *alert, struct error *err)
{
    if (*alert->config->manager_phone == '\0')
        return true;
    struct room *room = calloc(1, sizeof *room);
    if (room == NULL)
        return error_set(err, ERROR_LATER, "alert: out of memory");
    bool good =
        look_at(alert, VIEW_CLOCK_POST, room, err) && look_at(alert, VIEW_CLOCK_OFFICE, room, err);
    free(room);
    return good || error_add(err, "alert");
}
