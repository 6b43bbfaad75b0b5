/* E another's round, F another place: questions that never block. */
#include <stdio.h>

#include "handheld/app.h"
#include "protocol/event.h"

#define LINE 256

static void draw_question(const struct app *app, struct face *face, enum word title)
{
    face_clear(face, FACE_AMBER);
    app_draw_head(app, face, app_mode_word(app, app->mode));
    face_sign(face, 3, FACE_SIGN_LOOK);
    face_center(face, 9, FACE_BOLD, app_word(app, title));
    app_draw_item(&app->subject.item, face, 10);
    app_draw_foot(app, face, app_word(app, WORD_ASK_KEYS));
}

/* ------------------------------------------------------------------ E */

static void draw_wrong_round(const struct app *app, struct face *face)
{
    char text[LINE];
    const struct day *day = app_day(app);
    const struct neighbour *neighbour = day->neighbour(day->ctx, &app->subject.item);
    draw_question(app, face, WORD_OTHER_ROUND);
    if (neighbour != NULL)
        snprintf(text, sizeof text, app_word(app, WORD_OTHER_ROUND_OF), neighbour->round,
                 neighbour->postman);
    else
        snprintf(text, sizeof text, "%s", app_word(app, WORD_NO_ROUND_OF));
    int rows = face_wrap(face, 11, text);
    face_put(face, 12 + rows, 0, FACE_BOLD, app_word(app, WORD_TAKE_OVER));
    face_put(face, 13 + rows, 0, FACE_BOLD, app_word(app, WORD_SET_ASIDE));
}

static void set_aside(struct app *app)
{
    struct item item = app->subject.item;
    bool known = false;
    for (uint32_t i = 0; i < app->aside_n; i++)
        known = known || item_equal(&app->aside[i], &item);
    if (!known && app->aside_n < PICKUP_EXTRA_MAX)
        app->aside[app->aside_n++] = item;
    if (app_record_named(app, &item, NAMED_OTHER_ROUND))
        app_home(app);
}

static void key_wrong_round(struct app *app, enum press pressed)
{
    if (pressed == '1' && app->mode == TODAY_DELIVER)
        door_begin(app);
    else if (pressed == '1')
        app_record(app, today_event(app->mode));
    else if (pressed == '2')
        set_aside(app);
    else if (pressed == PRESS_LEFT)
        app_home(app);
}

const struct screen screen_wrong_round = {
    .draw = draw_wrong_round, .key = key_wrong_round, .asks = true};

/* ------------------------------------------------------------------ F */

/* "1,2 km", "450 m" */
static char *distance(const struct app *app, uint32_t m, char out[16])
{
    if (m < 1000)
        snprintf(out, 16, "%u m", m);
    else
        snprintf(out, 16, "%u%c%u km", m / 1000, app->english ? '.' : ',', m % 1000 / 100);
    return out;
}

static void draw_far(const struct app *app, struct face *face)
{
    char text[LINE], far[16], error[APP_AGE_MAX] = "?";
    struct place place = fix_place(app->config.fix, app_now(app));
    draw_question(app, face, WORD_FAR);
    if (place.accuracy_mm != PLACE_ACCURACY_UNKNOWN)
        snprintf(error, sizeof error, "%u m", (place.accuracy_mm + 999) / 1000);
    snprintf(text, sizeof text, app_word(app, WORD_FAR_HOW), distance(app, app->door.far_m, far),
             error);
    int rows = face_wrap(face, 11, text);
    face_put(face, 11 + rows, 0, FACE_BOLD, app_word(app, WORD_FAR_RIGHT));
    face_put(face, 12 + rows, 0, FACE_BOLD, app_word(app, WORD_FAR_ELSEWHERE));
    face_put(face, 13 + rows, 0, FACE_BOLD, app_word(app, WORD_FAR_NOT_YET));
}

static void key_far(struct app *app, enum press pressed)
{
    if (pressed == '1' || pressed == '2') {
        app->door.elsewhere = pressed == '2';
        door_ask(app);
    } else if (pressed == '3' || pressed == PRESS_LEFT) {
        app_home(app);
    }
}

const struct screen screen_far = {.draw = draw_far, .key = key_far, .asks = true};
