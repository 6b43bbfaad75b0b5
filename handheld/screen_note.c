/* I, behind the reason: what the postman adds to it, the day of the next attempt, the slip that he
 * left. Closed lists, one key each; the note may be typed besides. */
#include <stdio.h>

#include "handheld/app.h"
#include "protocol/event.h"

#define LINE 96

static void draw_top(const struct app *app, struct face *face, enum word title)
{
    char line[LINE], tail[ITEM_PRETTY_MAX];
    const struct reason_info *why = reason_info(app->subject.reason);
    snprintf(line, sizeof line, app_word(app, WORD_FAILED), item_tail(&app->subject.item, tail));
    app_draw_head(app, face, line);
    if (why != NULL)
        face_put(face, 3, 0, FACE_BOLD, app->english ? why->en : why->vi);
    face_put(face, 5, 0, FACE_BOLD, app_word(app, title));
}

static void next(struct app *app, unsigned step)
{
    app->door.done |= step;
    door_next(app);
}

/* ------------------------------------------------------------------ the note */

static int notes(const struct app *app)
{
    int n = 0;
    while (note_of_reason(app->subject.reason, (size_t)n) != NULL)
        n++;
    return n;
}

static void draw_note(const struct app *app, struct face *face)
{
    char line[LINE];
    const struct note_info *note;
    int row = 7;
    draw_top(app, face, WORD_NOTE);
    for (size_t i = 0; (note = note_of_reason(app->subject.reason, i)) != NULL; i++, row++) {
        snprintf(line, sizeof line, "%zu %s", i + 1, app->english ? note->en : note->vi);
        app_draw_choice(face, row, (int)i == app->marked, line);
    }
    app_draw_choice(face, row, false, app_word(app, WORD_NOTE_TYPED));
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_FAILED_KEYS));
}

static void key_note(struct app *app, enum press pressed)
{
    int row = app_chosen(app, pressed, notes(app));
    if (pressed == PRESS_0) {
        typing_init(&app->typing);
        app_show(app, &screen_typing);
    } else if (row >= 0) {
        app->door.note = (uint32_t)note_of_reason(app->subject.reason, (size_t)row)->note;
        next(app, DOOR_NOTE);
    } else if (pressed == PRESS_LEFT) {
        app_show(app, &screen_reason);
    } else {
        app_move_mark(app, pressed, notes(app));
    }
}

const struct screen screen_note = {.draw = draw_note, .key = key_note, .asks = true};

/* ------------------------------------------------------------------ the day of the next attempt */

#define DAYS 9 /* a digit each: more than a week ahead somebody should call first */
#define DAY_MS INT64_C(86400000)

static struct instant day_at(const struct app *app, int row)
{
    return (struct instant){app_wall(app).ms + (row + 1) * DAY_MS};
}

/* 0 Monday .. 6 Sunday, in Vietnam: 1970-01-01 was a Thursday. */
static int weekday(struct instant at)
{
    int64_t days = (at.ms + INT64_C(7) * 3600000) / DAY_MS;
    return (int)((days + 3) % 7);
}

static void draw_date(const struct app *app, struct face *face)
{
    static const enum word names[] = {WORD_MONDAY, WORD_TUESDAY,  WORD_WEDNESDAY, WORD_THURSDAY,
                                      WORD_FRIDAY, WORD_SATURDAY, WORD_SUNDAY};
    char line[LINE], date[CLOCK_TEXT_MAX];
    draw_top(app, face, WORD_WHICH_DAY);
    for (int i = 0; i < DAYS; i++) {
        struct instant day = day_at(app, i);
        (app->english ? clock_date_en : clock_date_vi)(day, date, sizeof date);
        snprintf(line, sizeof line, "%d %s %s", i + 1, app_word(app, names[weekday(day)]), date);
        app_draw_choice(face, 7 + i, i == app->marked, line);
    }
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_NEXT_KEYS));
}

static void key_date(struct app *app, enum press pressed)
{
    int row = app_chosen(app, pressed, DAYS);
    if (row >= 0) {
        app->door.again = day_at(app, row);
        next(app, DOOR_DATE);
    } else if (pressed == PRESS_LEFT) {
        app_show(app, &screen_reason);
    } else {
        app_move_mark(app, pressed, DAYS);
    }
}

const struct screen screen_date = {.draw = draw_date, .key = key_date, .asks = true};

/* ------------------------------------------------------------------ the slip */

static void draw_slip(const struct app *app, struct face *face)
{
    draw_top(app, face, WORD_SCAN_SLIP);
    face_wrap(face, 7, app_word(app, WORD_SCAN_SLIP_HOW));
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_SCAN_SLIP_KEYS));
}

static void key_slip(struct app *app, enum press pressed)
{
    if (pressed == PRESS_RIGHT)
        next(app, DOOR_SLIP);
    else if (pressed == PRESS_LEFT)
        app_show(app, &screen_reason);
}

static bool scan_slip(struct app *app, const struct reading *reading, const struct item *item)
{
    if (item != NULL || item_kind_of(reading->text, reading->n) != ITEM_KIND_SLIP ||
        app_serial(reading) == 0)
        return false;
    app->door.slip = app_serial(reading);
    next(app, DOOR_SLIP);
    return true;
}

const struct screen screen_slip = {
    .draw = draw_slip, .key = key_slip, .scan = scan_slip, .asks = true};
