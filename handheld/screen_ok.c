/* B ok: it is on the disk. What was recorded, and ten seconds to take it back. */
#include <stdio.h>

#include "handheld/app.h"
#include "protocol/event.h"

#define SHOWN_MS 1500 /* [ux.md section 4, B]; the undo line goes on at home */

static enum word done_word(const struct app *app)
{
    if (app->last.undone)
        return WORD_DONE_WITHDRAWN;
    switch (app->last.scan.event) {
    case EVENT_PICKED_UP:
        return WORD_DONE_PICKED_UP;
    case EVENT_ARRIVED_DELIVERY_OFFICE:
        return app->last.mode == TODAY_BRING_BACK ? WORD_DONE_BACK : WORD_DONE_ARRIVED;
    case EVENT_INTO_SORTING:
        return WORD_DONE_SORT_IN;
    case EVENT_OUT_OF_SORTING:
        return WORD_DONE_SORT_OUT;
    case EVENT_OUT_FOR_DELIVERY:
        return WORD_DONE_OUT;
    case EVENT_DELIVERED:
        return WORD_DONE_DELIVERED;
    case EVENT_DELIVERY_FAILED:
        return WORD_DONE_FAILED;
    case EVENT_RETURN_STARTED:
        return WORD_DONE_RETURNING;
    case EVENT_RETURNED:
        return WORD_DONE_RETURNED;
    }
    invariant(false); /* app_record is called with no other */
}

/* Who took it, or why nobody did and what follows. */
static void draw_detail(const struct app *app, struct face *face)
{
    char line[160];
    const struct scan *scan = &app->last.scan;
    const struct relation_info *who = relation_info(scan->relation);
    const struct reason_info *why = reason_info(scan->reason);
    const struct action_info *next = action_info(scan->action);
    if (app->last.undone)
        return;
    if (who != NULL)
        face_center(face, 12, FACE_NORMAL, app->english ? who->en : who->vi);
    if (why == NULL || next == NULL)
        return;
    face_center(face, 12, FACE_NORMAL, app->english ? why->en : why->vi);
    snprintf(line, sizeof line, "→ %s", app->english ? next->en : next->vi);
    face_center(face, 13, FACE_NORMAL, line);
}

/* One answer recorded several envelopes of the door. */
static void draw_several(const struct app *app, struct face *face)
{
    char line[96];
    if (app->last.n <= 1)
        return;
    snprintf(line, sizeof line, app_word(app, WORD_TOGETHER), app->last.n);
    face_center(face, 11, FACE_BOLD, line);
}

static void draw_kept(const struct app *app, struct face *face)
{
    char line[96];
    if (app->practice)
        snprintf(line, sizeof line, "%s", app_word(app, WORD_PRACTICE_NOT_REAL));
    else if (app_round(app) != NULL)
        snprintf(line, sizeof line, app_word(app, WORD_KEPT_LEFT), app->tally.count[TALLY_OPEN]);
    else
        snprintf(line, sizeof line, "%s", app_word(app, WORD_KEPT));
    face_center(face, 14, FACE_NORMAL, line);
}

static void draw(const struct app *app, struct face *face)
{
    face_clear(face, app->last.undone ? FACE_AMBER : FACE_GREEN);
    app_draw_head(app, face, app_mode_word(app, app->last.mode));
    face_sign(face, 3, app->last.undone ? FACE_SIGN_AGAIN : FACE_SIGN_DONE);
    face_center(face, 9, FACE_BOLD, app_word(app, done_word(app)));
    app_draw_item(&app->last.item, face, 10);
    draw_several(app, face);
    draw_detail(app, face);
    draw_kept(app, face);
    app_draw_undo(app, face);
    app_draw_foot(app, face, app_word(app, WORD_HOME_KEYS));
}

static void key(struct app *app, enum press pressed)
{
    if (pressed == PRESS_LEFT)
        app_withdraw(app);
    else if (pressed == PRESS_MODES)
        app_show(app, &screen_modes);
}

const struct screen screen_ok = {.draw = draw, .key = key, .shown_ms = SHOWN_MS};
