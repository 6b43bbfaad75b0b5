#include "handheld/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handheld/practice.h"
#include "protocol/event.h"

#define SAME_SHIFT_MS INT64_C(43200000) /* 12 h */

/* A device that was restarted in the middle of a round goes on in the same mode: nobody expects a
 * changed battery to turn deliveries into pickups. */
static void go_on_where_it_was(struct app *app)
{
    struct scan newest;
    if (outbox_newest(app->config.outbox, &newest, NULL) &&
        llabs(app_wall(app).ms - newest.wall.ms) < SAME_SHIFT_MS)
        today_mode_of(newest.event, &app->mode);
}

void app_init(struct app *app, const struct app_config *config)
{
    memset(app, 0, sizeof *app);
    app->config = *config;
    app->dark = config->dark;
    app->mode = TODAY_PICK_UP;
    app->touched = app_now(app);
    go_on_where_it_was(app);
    tally_follow(&app->tally, app_day(app), app->config.outbox);
    app_show(app, &screen_home);
}

struct tick app_now(const struct app *app)
{
    return app->config.clock.tick(app->config.clock.self);
}

struct instant app_wall(const struct app *app)
{
    return app->config.clock.now(app->config.clock.self);
}

void app_show(struct app *app, const struct screen *screen)
{
    app->screen = screen;
    app->entered = app_now(app);
    app->marked = -1;
    app->kept_waiting = app->kept_waiting && screen->asks;
    if (!screen->asks)
        door_end(app);
}

void app_home(struct app *app)
{
    if (app->revoked)
        app_show(app, &screen_revoked);
    else if (app->locked)
        app_show(app, &screen_login);
    else if (app->mode == TODAY_PICK_UP && app->pickup.handover != 0)
        app_show(app, &screen_pickup);
    else if (app->mode == TODAY_BRING_BACK)
        app_show(app, &screen_end);
    else
        app_show(app, &screen_home);
}

void app_set_mode(struct app *app, enum today_mode mode)
{
    app->mode = mode;
    if (mode == TODAY_BRING_BACK && app_day(app) != NULL)
        tally_cash(&app->tally, app_day(app), &app->cash);
}

const char *app_word(const struct app *app, enum word which)
{
    return word(which, app->english);
}

const char *app_mode_word(const struct app *app, enum today_mode mode)
{
    static const enum word names[] = {
        [TODAY_PICK_UP] = WORD_MODE_PICK_UP,       [TODAY_ARRIVE] = WORD_MODE_ARRIVE,
        [TODAY_SORT_IN] = WORD_MODE_SORT_IN,       [TODAY_SORT_OUT] = WORD_MODE_SORT_OUT,
        [TODAY_GO_OUT] = WORD_MODE_GO_OUT,         [TODAY_DELIVER] = WORD_MODE_DELIVER,
        [TODAY_START_RETURN] = WORD_MODE_RETURN,   [TODAY_RETURN] = WORD_MODE_RETURNED,
        [TODAY_BRING_BACK] = WORD_MODE_BRING_BACK,
    };
    return app_word(app, names[mode]);
}

void app_say(struct app *app, enum sound sound, const char *line)
{
    char practised[160];
    snprintf(practised, sizeof practised, "practice %s", line);
    if (app->config.said != NULL)
        app->config.said(app->config.ctx, sound, app->practice ? practised : line);
}

void app_tell(struct app *app, enum word title, const char *sentence, bool item)
{
    app->told_title = title;
    app->told_item = item;
    snprintf(app->told, sizeof app->told, "%s", sentence);
    app_show(app, &screen_told);
}

/* ------------------------------------------------------------------ the day */

const struct day *app_day(const struct app *app)
{
    return app->practice ? practice_day() : app->config.day;
}

const struct round_list *app_round(const struct app *app)
{
    const struct day *day = app_day(app);
    return day != NULL && !app->locked ? day->round(day->ctx) : NULL;
}

const struct stop *app_stop(const struct app *app, const struct item *item)
{
    const struct day *day = app_day(app);
    return app_round(app) != NULL ? day->stop(day->ctx, item) : NULL;
}

void app_lock(struct app *app)
{
    if (app->config.day == NULL)
        return;
    uint32_t badge = app->badge != 0 ? app->badge : app->login.badge;
    app->config.day->lock(app->config.day->ctx);
    door_end(app);
    app->badge = 0;
    app->locked = true;
    app->practice = false;
    tally_follow(&app->tally, NULL, app->config.outbox);
    memset(&app->cash, 0, sizeof app->cash);
    app->login = (struct app_login){.badge = badge};
    app_show(app, &screen_login);
}

void app_revoke(struct app *app)
{
    if (app->revoked)
        return;
    app_lock(app);
    app->revoked = true;
    app_say(app, SOUND_REFUSED, "refused revoked");
    app_home(app);
}

/* ------------------------------------------------------------------ keys, time, drawing */

void app_key(struct app *app, enum press key)
{
    app->touched = app_now(app);
    app->screen->key(app, key);
}

void app_type(struct app *app, uint8_t byte)
{
    app->touched = app_now(app);
    switch (typing_feed(&app->typing, byte, app_now(app))) {
    case TYPING_GOES_ON:
        break;
    case TYPING_ENDED:
        app_key(app, PRESS_ENTER);
        break;
    case TYPING_SCANNED: {
        struct reading reading = {app->typing.scan, app->typing.scan_n, ENTRY_WEDGE};
        app_scan(app, &reading);
        memset(app->typing.scan, 0, sizeof app->typing.scan);
        break;
    }
    }
}

void app_tick(struct app *app, bool connected)
{
    if (app->connected && !connected)
        app->lost = app_wall(app);
    app->connected = connected;
    app->counted = outbox_counts(app->config.outbox, &app->counts, NULL);
    if (!app->practice && !app->locked)
        tally_follow(&app->tally, app->config.day, app->config.outbox);
    if (app->screen->shown_ms > 0 && app_now(app).ms - app->entered.ms >= app->screen->shown_ms)
        app_home(app);
    health_watch(app);
    if (app->badge != 0 && app_now(app).ms - app->touched.ms >= APP_IDLE_MS)
        app_lock(app);
}

void app_machine(struct app *app, const struct app_machine *machine)
{
    app->machine = *machine;
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
    if (app->practice && face_fits(face))
        practice_frame(face, app_word(app, WORD_PRACTICE), app_word(app, WORD_PRACTICE_NOT_REAL));
    if (app->dark)
        face->tone = FACE_DARK;
}
