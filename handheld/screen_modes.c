/* F1: the list of modes, and what is the device's own: practice, language, lock, colours. */
#include "handheld/app.h"

enum act { ACT_MODE, ACT_PRACTICE, ACT_LANGUAGE, ACT_LOCK, ACT_DARK };

static const struct choice {
    enum press key; /* PRESS_NONE: by arrows only */
    enum act act;
    enum today_mode mode;
    enum word word;
} choices[] = {
    {'1', ACT_MODE, TODAY_PICK_UP, WORD_MENU_PICK_UP},
    {'2', ACT_MODE, TODAY_ARRIVE, WORD_MENU_ARRIVE},
    {'3', ACT_MODE, TODAY_GO_OUT, WORD_MENU_GO_OUT},
    {'4', ACT_MODE, TODAY_DELIVER, WORD_MENU_DELIVER},
    {'5', ACT_MODE, TODAY_START_RETURN, WORD_MENU_RETURN},
    {'6', ACT_MODE, TODAY_BRING_BACK, WORD_MENU_END},
    {'7', ACT_PRACTICE, TODAY_DELIVER, WORD_MENU_PRACTICE},
    {'8', ACT_LANGUAGE, TODAY_DELIVER, WORD_MENU_LANGUAGE},
    {'9', ACT_LOCK, TODAY_DELIVER, WORD_MENU_LOCK},
    {'0', ACT_DARK, TODAY_DELIVER, WORD_MENU_DARK},
    {PRESS_NONE, ACT_MODE, TODAY_SORT_IN, WORD_MENU_SORT_IN},
    {PRESS_NONE, ACT_MODE, TODAY_SORT_OUT, WORD_MENU_SORT_OUT},
    {PRESS_NONE, ACT_MODE, TODAY_RETURN, WORD_MENU_RETURNED},
};
#define CHOICES ((int)(sizeof choices / sizeof choices[0]))

static void draw(const struct app *app, struct face *face)
{
    app_draw_head(app, face, app_word(app, WORD_MENU));
    for (int i = 0; i < CHOICES; i++) {
        bool here = choices[i].act == ACT_MODE && choices[i].mode == app->mode;
        app_draw_choice(face, 3 + i, app->marked >= 0 ? i == app->marked : here,
                        app_word(app, choices[i].word));
    }
    app_draw_foot(app, face, app_word(app, WORD_MENU_KEYS));
}

static void choose(struct app *app, const struct choice *choice)
{
    switch (choice->act) {
    case ACT_MODE:
        app->practice = false;
        app_set_mode(app, choice->mode);
        break;
    case ACT_PRACTICE:
        app->practice = !app->practice;
        app->last.any = false; /* nothing done here can be taken back there */
        app_set_mode(app, TODAY_DELIVER);
        break;
    case ACT_LANGUAGE:
        app->english = !app->english;
        break;
    case ACT_LOCK:
        app_lock(app);
        break;
    case ACT_DARK:
        app->dark = !app->dark;
        break;
    }
    app_home(app);
}

static int mode_row(const struct app *app)
{
    for (int i = 0; i < CHOICES; i++)
        if (choices[i].act == ACT_MODE && choices[i].mode == app->mode)
            return i;
    return 0;
}

static void key(struct app *app, enum press key)
{
    for (int i = 0; i < CHOICES; i++) {
        if (key != PRESS_NONE && choices[i].key == key) {
            choose(app, &choices[i]);
            return;
        }
    }
    if (key == PRESS_LEFT || key == PRESS_MODES) {
        app_home(app);
    } else if (key == PRESS_ENTER) {
        choose(app, &choices[app->marked >= 0 ? app->marked : mode_row(app)]);
    } else {
        if (app->marked < 0)
            app->marked = mode_row(app);
        app_move_mark(app, key, CHOICES);
    }
}

const struct screen screen_modes = {.draw = draw, .key = key};
