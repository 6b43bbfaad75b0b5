/* A home: nothing is asked; the next scan is what counts. What comes next on the round, and how the
 * day stands. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"

#define LINE 192

/* "Vừa quét 09:38  …895 VN  Đã phát" */
static void draw_last(const struct app *app, struct face *face)
{
    char line[LINE], time[CLOCK_TEXT_MAX], tail[ITEM_PRETTY_MAX];
    if (!app->last.any || app->last.scan.event == 0 || app->last.undone)
        return;
    snprintf(line, sizeof line, app_word(app, WORD_LAST_SCAN),
             clock_time_vi(app->last.scan.wall, time, sizeof time),
             item_tail(&app->last.item, tail), app_did(app, app->last.scan.event));
    face_fit(face, 14, 0, FACE_NORMAL, face->w, line);
}

/* ------------------------------------------------------------------ the next house */

/* The envelopes for the same receiver that follow on the list, and their money. */
static uint32_t count_house(const struct app *app, uint64_t *ret_due_vnd)
{
    char name[sizeof((struct stop *)0)->name] = "", address[sizeof((struct stop *)0)->address] = "";
    const struct tally *tally = &app->tally;
    uint32_t n = 0;
    *ret_due_vnd = 0;
    for (uint32_t i = tally->next; i < tally->stops; i++) {
        const struct stop *stop = app_stop(app, &tally->stop[i].item);
        if (stop == NULL ||
            (n > 0 && (strcmp(stop->name, name) != 0 || strcmp(stop->address, address) != 0)))
            break;
        if (tally->stop[i].state != TALLY_OPEN)
            continue;
        memcpy(name, stop->name, sizeof name);
        memcpy(address, stop->address, sizeof address);
        *ret_due_vnd += stop->fees_vnd + stop->postage_vnd;
        n++;
    }
    return n;
}

static void draw_next(const struct app *app, struct face *face)
{
    char line[LINE], money[APP_MONEY_MAX];
    uint64_t due_vnd;
    const struct tally *tally = &app->tally;
    if (tally->next >= tally->stops) {
        face_put(face, 9, 0, FACE_NORMAL, app_word(app, WORD_NO_NEXT));
        return;
    }
    uint32_t n = count_house(app, &due_vnd);
    const struct stop *stop = app_stop(app, &tally->stop[tally->next].item);
    if (stop == NULL)
        return;
    face_put(face, 9, 0, FACE_NORMAL, app_word(app, WORD_NEXT_HOUSE));
    face_fit(face, 10, 1, FACE_BOLD, face->w - 7, stop->name);
    snprintf(line, sizeof line, app_word(app, WORD_ENVELOPES), n);
    face_right(face, 10, FACE_BOLD, line);
    face_fit(face, 11, 1, FACE_NORMAL, face->w - 1, stop->address);
    if (due_vnd > 0) {
        snprintf(line, sizeof line, app_word(app, WORD_COLLECT), app_money(app, due_vnd, money));
        face_put(face, 12, 1, FACE_BOLD, line);
    }
    if (stop->owner_only)
        face_right(face, 12, FACE_BOLD, app_word(app, WORD_OWNER_ONLY));
}

static void draw_counts(const struct app *app, struct face *face)
{
    char line[LINE];
    snprintf(line, sizeof line, app_word(app, WORD_COUNTS), app->tally.count[TALLY_OPEN],
             app->tally.count[TALLY_DELIVERED], app->tally.count[TALLY_FAILED]);
    face_center(face, 7, FACE_BOLD, line);
}

/* ------------------------------------------------------------------ drawing */

static void draw_practice(const struct app *app, struct face *face)
{
    app_draw_head(app, face, app_mode_word(app, app->mode));
    face_center(face, 5, FACE_BOLD, app_word(app, WORD_PRACTICE_SCAN));
    face_center(face, 7, FACE_NORMAL, app_word(app, WORD_PRACTICE_HOW));
    app_draw_undo(app, face);
    app_draw_foot(app, face, app_word(app, WORD_HOME_KEYS));
}

static void draw(const struct app *app, struct face *face)
{
    char head[64];
    const struct round_list *round = app_round(app);
    if (app->practice) {
        draw_practice(app, face);
        return;
    }
    snprintf(head, sizeof head, "%s  %s", app_mode_word(app, app->mode),
             round != NULL ? round->name : app->config.device);
    app_draw_head(app, face, head);
    if (app->warned != 0)
        face_center(face, 3, FACE_BOLD, app_word(app, WORD_HEALTH_HOME));
    face_center(face, 5, FACE_BOLD, app_word(app, WORD_SCAN_ONE));
    if (round != NULL) {
        draw_counts(app, face);
        draw_next(app, face);
    } else {
        face_center(face, 7, FACE_BOLD, app_mode_word(app, app->mode));
        if (app->config.day != NULL)
            face_wrap(face, 10,
                      app_word(app, app->badge != 0 ? WORD_NO_ROUND : WORD_NOT_SIGNED_IN));
    }
    draw_last(app, face);
    app_draw_undo(app, face);
    app_draw_foot(app, face, app_word(app, round != NULL ? WORD_HOME_KEYS_ROUND : WORD_HOME_KEYS));
}

static void key(struct app *app, enum press key)
{
    bool round = app_round(app) != NULL && !app->practice;
    if (key == PRESS_MODES && app->practice) {
        app->practice = false;
        app->last.any = false; /* what was practised was not done */
        app_show(app, &screen_modes);
    } else if (key == PRESS_MODES) {
        app_show(app, &screen_modes);
    } else if (key == PRESS_LEFT) {
        app_withdraw(app);
    } else if (key == PRESS_RIGHT) {
        app_show(app, &screen_health);
    } else if (key == PRESS_DOWN && round) {
        app_show(app, &screen_round);
        app->marked = (int)(app->tally.next < app->tally.stops ? app->tally.next : 0);
    } else if (key >= PRESS_0 && key <= PRESS_9 && round) {
        app->find[0] = (char)key;
        app->find[1] = '\0';
        app_show(app, &screen_find);
    }
}

const struct screen screen_home = {.draw = draw, .key = key};
