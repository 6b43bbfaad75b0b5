/* A home: nothing is asked; the next scan is what counts. And the list of modes behind F1. */
#include <stdio.h>

#include "handheld/app.h"

/* "Vừa quét 09:38  …895 VN  Đã phát" */
static void draw_last(const struct app *app, struct face *face)
{
    char line[160], time[CLOCK_TEXT_MAX], tail[ITEM_PRETTY_MAX];
    if (!app->last.any || app->last.scan.event == 0 || app->last.undone)
        return;
    snprintf(line, sizeof line, app_word(app, WORD_LAST_SCAN),
             clock_time_vi(app->last.scan.wall, time, sizeof time),
             item_tail(&app->last.item, tail), app_did(app, app->last.scan.event));
    face_put(face, 14, 0, FACE_NORMAL, line);
}

static void draw_home(const struct app *app, struct face *face)
{
    char head[64];
    snprintf(head, sizeof head, "%s  %s", app_mode_word(app, app->mode), app->config.device);
    app_draw_head(app, face, head);
    face_center(face, 5, FACE_BOLD, app_word(app, WORD_SCAN_ONE));
    face_center(face, 7, FACE_BOLD, app_mode_word(app, app->mode));
    draw_last(app, face);
    app_draw_undo(app, face);
    app_draw_foot(app, face, app_word(app, WORD_HOME_KEYS));
}

static void key_home(struct app *app, enum press key)
{
    if (key == PRESS_MODES)
        app_show(app, &screen_modes);
    else if (key == PRESS_LEFT)
        app_withdraw(app);
}

const struct screen screen_home = {.draw = draw_home, .key = key_home};

/* ------------------------------------------------------------------ modes */

static const struct choice {
    enum press key;
    enum today_mode mode;
    enum word word;
} choices[] = {
    {'1', TODAY_PICK_UP, WORD_MENU_PICK_UP},
    {'2', TODAY_ARRIVE, WORD_MENU_ARRIVE},
    {'3', TODAY_GO_OUT, WORD_MENU_GO_OUT},
    {'4', TODAY_DELIVER, WORD_MENU_DELIVER},
};
#define CHOICES (sizeof choices / sizeof choices[0])

static void draw_modes(const struct app *app, struct face *face)
{
    app_draw_head(app, face, app_word(app, WORD_MENU));
    for (size_t i = 0; i < CHOICES; i++)
        app_draw_choice(face, 3 + 2 * (int)i, choices[i].mode == app->mode,
                        app_word(app, choices[i].word));
    app_draw_choice(face, 3 + 2 * (int)CHOICES, false, app_word(app, WORD_MENU_LANGUAGE));
    app_draw_foot(app, face, app_word(app, WORD_MENU_KEYS));
}

static void key_modes(struct app *app, enum press key)
{
    for (size_t i = 0; i < CHOICES; i++)
        if (choices[i].key == key)
            app->mode = choices[i].mode;
    if (key == (enum press)'8')
        app->english = !app->english;
    if (key >= PRESS_0 || key == PRESS_LEFT || key == PRESS_MODES)
        app_show(app, &screen_home);
}

const struct screen screen_modes = {.draw = draw_modes, .key = key_modes};
