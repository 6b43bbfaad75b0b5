/* M who walks the round: the badge, then the PIN. It opens names and addresses, nothing else: scans
 * are taken with it and without it. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"

#define LINE 256
#define PIN_MIN 6 /* [settled point 6] */

void app_login_begin(struct app *app, uint32_t badge)
{
    app->practice = false;
    app->login = (struct app_login){.badge = badge};
    app_say(app, SOUND_OK, "look pin");
    app_show(app, &screen_login);
}

/* ------------------------------------------------------------------ drawing */

static void draw_pin(const struct app *app, struct face *face)
{
    char stars[2 * sizeof app->login.pin] = "";
    size_t n = strlen(app->login.pin), boxes = n > PIN_MIN ? n : PIN_MIN;
    for (size_t i = 0; i < boxes; i++)
        stars[i] = i < n ? '*' : '_';
    stars[boxes] = '\0';
    face_center(face, 7, FACE_BOLD, stars);
}

static void draw_answer(const struct app *app, struct face *face, int row)
{
    char text[LINE];
    switch (app->login.said) {
    case DAY_WRONG_PIN:
        snprintf(text, sizeof text, app_word(app, WORD_PIN_WRONG), app->login.left);
        break;
    case DAY_ERASED:
        snprintf(text, sizeof text, "%s", app_word(app, WORD_PIN_ERASED));
        break;
    case DAY_NEEDS_SERVER:
        snprintf(text, sizeof text, "%s", app_word(app, WORD_PIN_SERVER));
        break;
    case DAY_OPEN:
    case DAY_NO_ROUND:
        return;
    }
    face_wrap(face, row, text);
}

static void draw(const struct app *app, struct face *face)
{
    char line[LINE];
    const struct app_login *login = &app->login;
    if (login->tried && login->said != DAY_OPEN && login->said != DAY_NO_ROUND)
        face_clear(face, FACE_RED);
    app_draw_head(app, face, app_word(app, app->locked ? WORD_LOCKED : WORD_SIGN_IN));
    face_center(face, 3, FACE_BOLD,
                app_word(app, login->badge != 0 ? WORD_TYPE_PIN : WORD_SCAN_BADGE));
    if (login->badge != 0) {
        snprintf(line, sizeof line, app_word(app, WORD_BADGE), login->badge);
        face_center(face, 5, FACE_NORMAL, line);
        draw_pin(app, face);
    }
    if (login->forgot)
        face_wrap(face, 10, app_word(app, WORD_PIN_FORGOT));
    else if (login->tried)
        draw_answer(app, face, 10);
    face_wrap(face, 14, app_word(app, WORD_SCAN_ANYWAY));
    app_draw_foot(app, face, app_word(app, WORD_PIN_KEYS));
}

/* ------------------------------------------------------------------ opening */

static void opened(struct app *app)
{
    app->badge = app->login.badge;
    app->locked = false;
    memset(&app->login, 0, sizeof app->login);
    tally_follow(&app->tally, app->config.day, app->config.outbox);
    app_set_mode(app, app->mode);
    app_say(app, SOUND_OK, "look unlocked");
    app_home(app);
}

static void open_day(struct app *app)
{
    struct app_login *login = &app->login;
    const struct day *day = app->config.day;
    login->said = day->unlock(day->ctx, login->badge, login->pin, &login->left);
    memset(login->pin, 0, sizeof login->pin);
    login->tried = true;
    switch (login->said) {
    case DAY_OPEN:
    case DAY_NO_ROUND:
        opened(app);
        break;
    case DAY_WRONG_PIN:
    case DAY_ERASED:
    case DAY_NEEDS_SERVER:
        app_say(app, SOUND_REFUSED, "refused pin");
        break;
    }
}

static void type(struct app *app, enum press digit)
{
    struct app_login *login = &app->login;
    size_t n = strlen(login->pin);
    if (login->badge != 0 && n + 1 < sizeof login->pin)
        login->pin[n] = (char)digit;
    login->forgot = false;
}

static void key(struct app *app, enum press pressed)
{
    struct app_login *login = &app->login;
    if (pressed >= PRESS_0 && pressed <= PRESS_9)
        type(app, pressed);
    else if (pressed == PRESS_ENTER && strlen(login->pin) >= PIN_MIN)
        open_day(app);
    else if (pressed == PRESS_LEFT && login->pin[0] != '\0')
        memset(login->pin, 0, sizeof login->pin);
    else if (pressed == PRESS_LEFT && !app->locked)
        app_home(app);
    else if (pressed == PRESS_MODES && login->badge != 0)
        login->forgot = true;
    else if (pressed == PRESS_MODES || pressed == PRESS_RIGHT)
        app_show(app, pressed == PRESS_MODES ? &screen_modes : &screen_health);
}

const struct screen screen_login = {.draw = draw, .key = key};
