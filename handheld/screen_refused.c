/* D refused: what was read, and what to scan instead; what to do when it cannot be stored; that a
 * second failure comes too soon; what must not be carried out. All stay until a key or a scan. */
#include <stdio.h>

#include "handheld/app.h"

static void draw_no(const struct app *app, struct face *face, enum word title)
{
    face_clear(face, FACE_RED);
    app_draw_head(app, face, app_mode_word(app, app->mode));
    face_sign(face, 3, FACE_SIGN_NO);
    face_center(face, 9, FACE_BOLD, app_word(app, title));
    app_draw_foot(app, face, app_word(app, WORD_CLOSE_KEYS));
}

static void key(struct app *app, enum press pressed)
{
    if (pressed == PRESS_MODES)
        app_show(app, &screen_modes);
    else
        app_home(app);
}

#define AIM_PREFIX 3 /* ']', letter, digit */

/* "893…053": enough to find it on the article, no more. */
static void draw_goods(const struct app *app, struct face *face)
{
    char text[256], seen[16];
    const char *t = app->refused.text;
    size_t n = app->refused.n;
    if (n > AIM_PREFIX && t[0] == ']') {
        t += AIM_PREFIX;
        n -= AIM_PREFIX;
    }
    if (n >= 6 && t[0] >= '0' && t[0] <= '9')
        snprintf(seen, sizeof seen, "%.3s…%.3s", t, t + n - 3);
    else
        snprintf(seen, sizeof seen, "…");
    snprintf(text, sizeof text, app_word(app, WORD_NOT_ITEM_GOODS), seen);
    face_wrap(face, 12, text);
}

/* item_parse names the character that is wrong, in Vietnamese. */
static void draw_unclear(const struct app *app, struct face *face)
{
    struct item item;
    struct error why;
    bool good = item_parse(app->refused.text, app->refused.n, &item, &why);
    invariant(!good);
    face_wrap(face, 12, app->english ? app_word(app, WORD_UNCLEAR_DO) : why.text);
}

static void draw_refused(const struct app *app, struct face *face)
{
    switch (app->refused_kind) {
    case ITEM_KIND_GOODS:
        draw_no(app, face, WORD_NOT_ITEM);
        draw_goods(app, face);
        break;
    case ITEM_KIND_ID_CARD:
        draw_no(app, face, WORD_ID_CARD);
        face_wrap(face, 12, app_word(app, WORD_ID_CARD_WHEN));
        break;
    case ITEM_KIND_HANDOVER:
        draw_no(app, face, WORD_NOT_ITEM);
        face_wrap(face, 12, app_word(app, WORD_NOT_ITEM_HANDOVER));
        break;
    case ITEM_KIND_SLIP:
        draw_no(app, face, WORD_NOT_ITEM);
        face_wrap(face, 12, app_word(app, WORD_NOT_ITEM_SLIP));
        break;
    case ITEM_KIND_BADGE:
        draw_no(app, face, WORD_NOT_ITEM);
        face_wrap(face, 12, app_word(app, WORD_NOT_ITEM_BADGE));
        break;
    case ITEM_KIND_ITEM:
    case ITEM_KIND_DAMAGED:
        draw_no(app, face, WORD_UNCLEAR);
        draw_unclear(app, face);
        break;
    }
}

const struct screen screen_refused = {.draw = draw_refused, .key = key};

/* ------------------------------------------------------------------ not stored */

static void draw_full(const struct app *app, struct face *face)
{
    draw_no(app, face, app->full ? WORD_FULL : WORD_FAILING);
    app_draw_item(&app->subject.item, face, 10);
    face_wrap(face, 12, app_word(app, app->full ? WORD_FULL_DO : WORD_FAILING_DO));
}

const struct screen screen_full = {.draw = draw_full, .key = key};

/* ------------------------------------------------------------------ too soon */

static void draw_too_soon(const struct app *app, struct face *face)
{
    char text[128], time[CLOCK_TEXT_MAX];
    draw_no(app, face, WORD_TOO_SOON);
    app_draw_item(&app->subject.item, face, 10);
    snprintf(text, sizeof text, app_word(app, WORD_TOO_SOON_FROM),
             clock_time_vi(app->fail_from, time, sizeof time));
    face_wrap(face, 12, text);
}

const struct screen screen_too_soon = {.draw = draw_too_soon, .key = key};

/* ------------------------------------------------------------------ told */

static void draw_told(const struct app *app, struct face *face)
{
    draw_no(app, face, app->told_title);
    if (app->told_item)
        app_draw_item(&app->subject.item, face, 10);
    face_wrap(face, 12, app->told);
}

const struct screen screen_told = {.draw = draw_told, .key = key};

/* ------------------------------------------------------------------ revoked */

/* "Máy HH-042 đã bị khóa. Tên, địa chỉ đã xóa; 12 lượt còn giữ. Đem về bưu cục." [ux.md section 7]
 */
static void draw_revoked(const struct app *app, struct face *face)
{
    char text[256];
    face_clear(face, FACE_RED);
    app_draw_head(app, face, app_mode_word(app, app->mode));
    face_sign(face, 3, FACE_SIGN_NO);
    face_center(face, 9, FACE_BOLD, app_word(app, WORD_REVOKED));
    snprintf(text, sizeof text, app_word(app, WORD_REVOKED_DO), app->config.device,
             (unsigned long long)app->counts.unsent);
    face_wrap(face, 11, text);
    app_draw_undo(app, face);
    app_draw_foot(app, face, app_word(app, WORD_HOME_KEYS));
}

static void key_revoked(struct app *app, enum press pressed)
{
    if (pressed == PRESS_LEFT)
        app_withdraw(app);
    else if (pressed == PRESS_RIGHT)
        app_show(app, &screen_health);
    else if (pressed == PRESS_MODES)
        app_show(app, &screen_modes);
}

const struct screen screen_revoked = {.draw = draw_revoked, .key = key_revoked};
