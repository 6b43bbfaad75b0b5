/* C repeated: it was recorded before; nothing is added. */
#include <stdio.h>

#include "handheld/app.h"

#define SHOWN_MS 3000 /* [ux.md section 4, C] */

/* "Đã phát lúc 09:42, không ghi thêm." - with the day when it was not today. */
static void draw_when(const struct app *app, struct face *face)
{
    char text[256], time[CLOCK_TEXT_MAX], day[CLOCK_TEXT_MAX];
    const struct clock *clock = &app->config.clock;
    const char *what = app_did(app, app->before.event);
    clock_time_vi(app->before.wall, time, sizeof time);
    if (clock_same_day(app->before.wall, clock->now(clock->self)))
        snprintf(text, sizeof text, app_word(app, WORD_AGAIN_AT), what, time);
    else
        snprintf(text, sizeof text, app_word(app, WORD_AGAIN_ON), what, time,
                 (app->english ? clock_date_en : clock_date_vi)(app->before.wall, day, sizeof day));
    face_wrap(face, 12, text);
}

/* Whoever counts a handover finds the envelope counted; there it is taken out with one key. */
static bool can_correct(const struct app *app)
{
    return app->before.seq != 0 && !app->practice;
}

static void draw(const struct app *app, struct face *face)
{
    face_clear(face, FACE_AMBER);
    app_draw_head(app, face, app_mode_word(app, app->mode));
    face_sign(face, 3, FACE_SIGN_AGAIN);
    face_center(face, 9, FACE_BOLD, app_word(app, WORD_AGAIN));
    app_draw_item(&app->before.item, face, 10);
    draw_when(app, face);
    if (can_correct(app))
        face_put(face, 15, 1, FACE_NORMAL, app_word(app, WORD_AGAIN_CORRECT));
    app_draw_foot(app, face, app_word(app, WORD_CLOSE_KEYS));
}

static void key(struct app *app, enum press pressed)
{
    if (pressed == PRESS_RIGHT && can_correct(app))
        app_correct(app);
    else if (pressed == PRESS_MODES)
        app_show(app, &screen_modes);
    else
        app_home(app);
}

const struct screen screen_repeated = {.draw = draw, .key = key, .shown_ms = SHOWN_MS};
