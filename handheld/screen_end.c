/* K the end of the day: what went out is delivered, back at the counter, or named; then the cash,
 * by office, the State's fees and the post's postage apart. */
#include <stdio.h>

#include "handheld/app.h"
#include "protocol/event.h"

#define LINE 256

static uint32_t left(const struct app *app)
{
    return app->tally.count[TALLY_OPEN] + app->tally.count[TALLY_FAILED];
}

/* ------------------------------------------------------------------ drawing */

static void draw_left(const struct app *app, struct face *face)
{
    char line[LINE], tail[ITEM_PRETTY_MAX];
    const struct tally *tally = &app->tally;
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t at = tally_in_hand(tally, i);
        const struct stop *stop = at < tally->stops ? app_stop(app, &tally->stop[at].item) : NULL;
        if (stop == NULL)
            break;
        snprintf(line, sizeof line, "%u %s  %s", i + 1, item_tail(&stop->item, tail), stop->name);
        face_fit(face, 4 + (int)i, 0, FACE_NORMAL, face->w, line);
    }
}

static void draw_cash_row(const struct app *app, struct face *face, int row, const char *name,
                          uint64_t fees_vnd, uint64_t postage_vnd)
{
    char fees[APP_MONEY_MAX], postage[APP_MONEY_MAX];
    app_money(app, fees_vnd, fees);
    app_money(app, postage_vnd, postage);
    face_fit(face, row, 0, FACE_NORMAL, face->w - 24, name);
    face_put(face, row, face->w - 12 - face_width(fees), FACE_NORMAL, fees);
    face_right(face, row, FACE_NORMAL, postage);
}

static void draw_cash(const struct app *app, struct face *face)
{
    const struct tally_cash *cash = &app->cash;
    int row = 8, rows = face->h - 8 - 6;
    face_put(face, row, 0, FACE_BOLD, app_word(app, WORD_CASH));
    face_put(face, row, face->w - 12 - face_width(app_word(app, WORD_CASH_FEES)), FACE_BOLD,
             app_word(app, WORD_CASH_FEES));
    face_right(face, row, FACE_BOLD, app_word(app, WORD_CASH_POSTAGE));
    for (uint32_t i = 0; i < cash->offices && (int)i < rows; i++)
        draw_cash_row(app, face, ++row, cash->row[i].office, cash->row[i].fees_vnd,
                      cash->row[i].postage_vnd);
    if ((int)cash->offices > rows)
        face_put(face, row, 0, FACE_NORMAL, "…");
    draw_cash_row(app, face, row + 1, app_word(app, WORD_CASH_TOTAL), cash->fees_vnd,
                  cash->postage_vnd);
}

static void draw_end(const struct app *app, struct face *face)
{
    char line[LINE];
    const struct round_list *round = app_round(app);
    const uint32_t *n = app->tally.count;
    snprintf(line, sizeof line, "%s  %s", app_mode_word(app, TODAY_BRING_BACK),
             round != NULL ? round->name : app->config.device);
    app_draw_head(app, face, line);
    if (round == NULL) {
        face_wrap(face, 4, app_word(app, WORD_END_NO_ROUND));
        app_draw_undo(app, face);
        app_draw_foot(app, face, app_word(app, WORD_HOME_KEYS));
        return;
    }
    snprintf(line, sizeof line, app_word(app, WORD_END_COUNT), app->tally.stops, n[TALLY_DELIVERED],
             n[TALLY_BACK], n[TALLY_NAMED], left(app));
    face_put(face, 2, 0, FACE_BOLD, line);
    face_put(face, 3, 0, FACE_BOLD, app_word(app, left(app) > 0 ? WORD_END_LEFT : WORD_END_NONE));
    draw_left(app, face);
    if (app->aside_n > 0) {
        snprintf(line, sizeof line, app_word(app, WORD_END_ASIDE), app->aside_n);
        face_put(face, 7, 0, FACE_BOLD, line);
    }
    draw_cash(app, face);
    app_draw_undo(app, face);
    app_draw_foot(app, face, app_word(app, WORD_END_KEYS));
}

/* ------------------------------------------------------------------ closing */

static void close_day(struct app *app)
{
    char line[64];
    snprintf(line, sizeof line, "closed day delivered=%u back=%u named=%u",
             app->tally.count[TALLY_DELIVERED], app->tally.count[TALLY_BACK],
             app->tally.count[TALLY_NAMED]);
    app_say(app, SOUND_CLOSED, line);
    app_set_mode(app, TODAY_PICK_UP);
    app->aside_n = 0;
    app->last.any = false;
    app_lock(app);
}

static void refuse_close(struct app *app)
{
    char sentence[LINE];
    snprintf(sentence, sizeof sentence, app_word(app, WORD_END_NOT_YET), left(app));
    app_say(app, SOUND_REFUSED, "refused day-open");
    app_tell(app, WORD_END_OPEN, sentence, false);
}

static void key_end(struct app *app, enum press pressed)
{
    if (pressed == PRESS_MODES) {
        app_show(app, &screen_modes);
    } else if (pressed == PRESS_LEFT) {
        app_withdraw(app);
    } else if (pressed == PRESS_RIGHT) {
        app_show(app, &screen_health);
    } else if (app_round(app) == NULL || app->practice) {
        return;
    } else if (pressed >= '1' && pressed <= '3') {
        uint32_t at = tally_in_hand(&app->tally, (uint32_t)pressed - '1');
        if (at == app->tally.stops)
            return;
        app->subject = (struct scan){.item = app->tally.stop[at].item};
        app_show(app, &screen_end_why);
    } else if (pressed == PRESS_ENTER && left(app) == 0) {
        close_day(app);
    } else if (pressed == PRESS_ENTER) {
        refuse_close(app);
    }
}

const struct screen screen_end = {.draw = draw_end, .key = key_end};

/* ------------------------------------------------------------------ why one is left */

static const enum named reasons[] = {NAMED_STILL_HELD, NAMED_NOT_SEEN, NAMED_PASSED_ON};
#define REASONS ((int)(sizeof reasons / sizeof reasons[0]))

static void draw_why(const struct app *app, struct face *face)
{
    char line[LINE];
    const struct stop *stop = app_stop(app, &app->subject.item);
    app_draw_head(app, face, app_mode_word(app, TODAY_BRING_BACK));
    app_draw_item(&app->subject.item, face, 3);
    if (stop != NULL)
        face_fit(face, 4, 1, FACE_NORMAL, face->w - 1, stop->name);
    face_put(face, 6, 0, FACE_BOLD, app_word(app, WORD_WHY_LEFT));
    for (int i = 0; i < REASONS; i++) {
        const struct named_info *info = named_info(reasons[i]);
        snprintf(line, sizeof line, "%d %s", i + 1, app->english ? info->en : info->vi);
        app_draw_choice(face, 8 + i, i == app->marked, line);
    }
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_FAILED_KEYS));
}

static void key_why(struct app *app, enum press pressed)
{
    int row = app_chosen(app, pressed, REASONS);
    struct item item = app->subject.item;
    if (row < 0 && pressed != PRESS_LEFT)
        app_move_mark(app, pressed, REASONS);
    else if (row < 0 || app_record_named(app, &item, reasons[row]))
        app_home(app);
}

const struct screen screen_end_why = {.draw = draw_why, .key = key_why, .asks = true};
