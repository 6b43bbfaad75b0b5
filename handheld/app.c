#include "handheld/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/event.h"

#define SAME_SHIFT_MS INT64_C(43200000) /* 12 h */

/* A device that was restarted in the middle of a round goes on in the same mode: nobody expects a
 * changed battery to turn deliveries into pickups. */
static void go_on_where_it_was(struct app *app)
{
    struct scan newest;
    const struct clock *clock = &app->config.clock;
    if (outbox_newest(app->config.outbox, &newest, NULL) &&
        llabs(clock->now(clock->self).ms - newest.wall.ms) < SAME_SHIFT_MS)
        today_mode_of(newest.event, &app->mode);
}

void app_init(struct app *app, const struct app_config *config)
{
    memset(app, 0, sizeof *app);
    app->config = *config;
    app->mode = TODAY_PICK_UP;
    go_on_where_it_was(app);
    app_show(app, &screen_home);
}

struct tick app_now(const struct app *app)
{
    return app->config.clock.tick(app->config.clock.self);
}

void app_show(struct app *app, const struct screen *screen)
{
    app->screen = screen;
    app->entered = app_now(app);
    app->marked = -1;
    app->kept_waiting = app->kept_waiting && screen->asks;
}

const char *app_word(const struct app *app, enum word which)
{
    return word(which, app->english);
}

const char *app_mode_word(const struct app *app, enum today_mode mode)
{
    static const enum word names[] = {
        [TODAY_PICK_UP] = WORD_MODE_PICK_UP,
        [TODAY_ARRIVE] = WORD_MODE_ARRIVE,
        [TODAY_GO_OUT] = WORD_MODE_GO_OUT,
        [TODAY_DELIVER] = WORD_MODE_DELIVER,
    };
    return app_word(app, names[mode]);
}

static void say(struct app *app, enum sound sound, const char *line)
{
    if (app->config.said != NULL)
        app->config.said(app->config.ctx, sound, line);
}

/* ------------------------------------------------------------------ recording */

static struct scan stamped(const struct app *app)
{
    const struct clock *clock = &app->config.clock;
    struct scan scan = app->subject;
    scan.wall = clock->now(clock->self);
    scan.mono = clock->tick(clock->self);
    scan.boot = clock->boot(clock->self);
    scan.time_source = clock->source(clock->self);
    scan.place = fix_place(app->config.fix, scan.mono);
    scan.post_office = app->config.post_office;
    scan.program = scan_program_version();
    return scan;
}

/* Stores it; only then the sound. */
static bool commit(struct app *app, struct scan *scan)
{
    char line[96];
    if (!outbox_add(app->config.outbox, scan, &app->trouble)) {
        if (app->trouble.code == ERROR_REFUSED)
            return false; /* a withdrawal that came too late: its scan is in an ended epoch */
        app->full = outbox_is_full(app->config.outbox);
        snprintf(line, sizeof line, "full %s", scan->item.text);
        say(app, SOUND_REFUSED, line);
        app_show(app, &screen_full);
        return false;
    }
    snprintf(line, sizeof line, "ok seq=%llu %s %s", (unsigned long long)scan->seq, scan->item.text,
             event_info(scan->event)->key);
    say(app, SOUND_OK, line);
    return true;
}

void app_record(struct app *app, enum event event)
{
    struct scan scan = stamped(app);
    scan.event = event;
    if (!commit(app, &scan))
        return;
    app->last = (struct app_last){
        .any = true, .item = scan.item, .mode = app->mode, .taken = app_now(app), .scan = scan};
    app_show(app, &screen_ok);
}

int64_t app_undo_left_ms(const struct app *app)
{
    if (!app->last.any || app->last.scan.event == 0 || app->last.undone)
        return 0;
    int64_t left = app->last.scan.mono.ms + APP_UNDO_MS - app_now(app).ms;
    return left > 0 ? left : 0;
}

void app_withdraw(struct app *app)
{
    if (app_undo_left_ms(app) == 0)
        return;
    app->subject =
        (struct scan){.item = app->last.item, .entry = ENTRY_CHOSEN, .of_seq = app->last.scan.seq};
    struct scan scan = stamped(app);
    scan.event = EVENT_WITHDRAWN;
    app->last.undone = true;
    if (commit(app, &scan))
        app_show(app, &screen_ok);
}

/* ------------------------------------------------------------------ scans */

/* Not the text itself: it may be an ID card. */
static const char *kind_name(enum item_kind kind)
{
    switch (kind) {
    case ITEM_KIND_GOODS:
        return "goods";
    case ITEM_KIND_ID_CARD:
        return "id-card";
    case ITEM_KIND_HANDOVER:
        return "handover";
    case ITEM_KIND_SLIP:
        return "slip";
    case ITEM_KIND_BADGE:
        return "badge";
    case ITEM_KIND_ITEM:
    case ITEM_KIND_DAMAGED:
        return "damaged";
    }
    invariant(false);
}

static void refuse(struct app *app, const struct reading *reading)
{
    char line[32];
    enum item_kind kind = item_kind_of(reading->text, reading->n);
    app->refused = *reading;
    if (kind == ITEM_KIND_ID_CARD)
        app->refused.n = 0; /* nothing of a person stays in memory (case S10) */
    memcpy(app->refused_text, reading->text, app->refused.n);
    app->refused.text = app->refused_text;
    app->refused_kind = kind;
    snprintf(line, sizeof line, "refused %s", kind_name(kind));
    say(app, SOUND_REFUSED, line);
    app_show(app, &screen_refused);
}

static void ask_who(struct app *app)
{
    char line[64];
    app->last = (struct app_last){
        .any = true, .item = app->subject.item, .mode = app->mode, .taken = app_now(app)};
    snprintf(line, sizeof line, "look %s who", app->subject.item.text);
    say(app, SOUND_LOOK, line);
    app_show(app, &screen_relation);
}

void app_ask_why(struct app *app)
{
    char line[64];
    struct scan now = stamped(app);
    if (today_may_fail(&app->before, &now, &app->fail_from)) {
        app_show(app, &screen_reason);
        return;
    }
    snprintf(line, sizeof line, "refused %s too-soon", app->subject.item.text);
    say(app, SOUND_REFUSED, line);
    app_show(app, &screen_too_soon);
}

static void repeat(struct app *app)
{
    char line[64];
    const struct event_info *info = event_info(app->before.event);
    snprintf(line, sizeof line, "repeated %s %s", app->before.item.text,
             info != NULL ? info->key : "unknown");
    say(app, SOUND_REPEATED, line);
    app_show(app, &screen_repeated);
}

static bool is_bounce(const struct app *app, const struct item *item)
{
    return app->last.any && app->last.mode == app->mode && item_equal(&app->last.item, item) &&
           app_now(app).ms - app->last.taken.ms < TODAY_BOUNCE_MS;
}

/* A scan that nobody can look at now is as if it had not been made, and says so. */
static void wait_for_answer(struct app *app, const struct item *item)
{
    char line[64];
    app->kept_waiting = true;
    app->waiting = *item;
    app->waiting_since = app_now(app);
    snprintf(line, sizeof line, "look %s answer-first", item->text);
    say(app, SOUND_LOOK, line);
}

void app_scan(struct app *app, const struct reading *reading)
{
    struct item item;
    struct scan before;
    struct error why;
    if (!item_parse(reading->text, reading->n, &item, NULL)) {
        if (!app->screen->asks)
            refuse(app, reading);
        return;
    }
    if (is_bounce(app, &item))
        return;
    if (app->screen->asks) {
        wait_for_answer(app, &item);
        return;
    }
    const struct clock *clock = &app->config.clock;
    bool known = outbox_last(app->config.outbox, &item, &before, &why);
    if (!known && why.code != ERROR_NOT_FOUND)
        app->trouble = why; /* recording below will say that the store fails */
    app->subject = (struct scan){.item = item, .entry = reading->entry};
    app->before = known ? before : (struct scan){.event = 0};
    switch (today_act(app->mode, known ? &before : NULL, clock->now(clock->self))) {
    case TODAY_RECORD:
        app_record(app, today_event(app->mode));
        break;
    case TODAY_ASK:
        ask_who(app);
        break;
    case TODAY_REPEATED:
        repeat(app);
        break;
    }
}

/* ------------------------------------------------------------------ keys, time, drawing */

void app_key(struct app *app, enum press key)
{
    app->screen->key(app, key);
}

void app_tick(struct app *app, bool connected)
{
    app->connected = connected;
    app->counted = outbox_counts(app->config.outbox, &app->counts, NULL);
    if (app->screen->shown_ms > 0 && app_now(app).ms - app->entered.ms >= app->screen->shown_ms)
        app_show(app, &screen_home);
}

static void draw_too_small(const struct app *app, struct face *face)
{
    char text[128];
    snprintf(text, sizeof text, app_word(app, WORD_TOO_SMALL), FACE_W_MIN, FACE_H_MIN);
    face_wrap(face, 0, text);
}

void app_draw(const struct app *app, struct face *face)
{
    face_clear(face, FACE_PLAIN);
    if (face_fits(face))
        app->screen->draw(app, face);
    else
        draw_too_small(app, face);
}
