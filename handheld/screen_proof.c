/* What the receiver shows or gives: ID card, delivery code, signature, photo, one question at a
 * time. What is required cannot be passed by; what only warns can, with the arrow. Nothing that was
 * read is kept here: it goes straight to the papers. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"

#define CODE_DIGITS 6

static const struct question {
    unsigned step;
    enum word title, how;
} questions[] = {
    {DOOR_ID_CARD, WORD_ASK_CARD, WORD_ASK_CARD_HOW},
    {DOOR_CODE, WORD_ASK_CODE, WORD_ASK_CODE_HOW},
    {DOOR_SIGNATURE, WORD_ASK_SIGNATURE, WORD_ASK_SIGNATURE_HOW},
    {DOOR_PHOTO, WORD_ASK_PHOTO, WORD_ASK_PHOTO_HOW},
};

static const struct question *question_now(const struct app *app)
{
    unsigned step = door_step_now(app);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (questions[i].step == step)
            return &questions[i];
    return NULL;
}

static bool may_skip(const struct app *app)
{
    return door_level(app, door_step_now(app)) != PROOF_REQUIRED;
}

static void draw_code(const struct app *app, struct face *face)
{
    char boxes[2 * CODE_DIGITS + 1] = "";
    size_t n = strlen(app->door.code);
    for (size_t i = 0; i < CODE_DIGITS; i++) {
        boxes[2 * i] = '_';
        if (i < n)
            boxes[2 * i] = app->door.code[i];
        boxes[2 * i + 1] = ' ';
    }
    boxes[2 * CODE_DIGITS - 1] = '\0';
    face_center(face, 9, FACE_BOLD, boxes);
}

/* A card is scanned and a code typed: there is nothing to press Enter for. */
static enum word keys_word(const struct app *app, const struct question *question)
{
    bool file = question->step == DOOR_SIGNATURE || question->step == DOOR_PHOTO;
    if (may_skip(app))
        return file ? WORD_PROOF_KEYS_SKIP : WORD_CARD_KEYS_SKIP;
    return file ? WORD_PROOF_KEYS : WORD_CARD_KEYS;
}

static void draw(const struct app *app, struct face *face)
{
    const struct question *question = question_now(app);
    if (question == NULL)
        return;
    app_draw_head(app, face, app_mode_word(app, app->mode));
    app_draw_item(&app->subject.item, face, 3);
    face_center(face, 6, FACE_BOLD, app_word(app, question->title));
    if (question->step == DOOR_CODE)
        draw_code(app, face);
    face_wrap(face, 11, app_word(app, question->how));
    if (app->door.complains) {
        face->tone = FACE_AMBER;
        face_wrap(face, 14, app_word(app, app->door.complaint));
    }
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, keys_word(app, question)));
}

/* ------------------------------------------------------------------ answers */

static void answered(struct app *app)
{
    app->door.done |= door_step_now(app);
    app_say(app, SOUND_OK, "look proof-taken");
    door_next(app);
}

static void complain(struct app *app, enum word why)
{
    app->door.complains = true;
    app->door.complaint = why;
    app->door.code[0] = '\0';
    app_say(app, SOUND_LOOK, "look proof-missing");
}

/* Whose card it should be nobody said: that it was looked at stands in the papers. */
static void matched(struct app *app, enum papers_match match, enum word other, enum word unreadable)
{
    switch (match) {
    case PAPERS_MATCH:
    case PAPERS_UNKNOWN:
        answered(app);
        break;
    case PAPERS_OTHER:
        complain(app, other);
        break;
    case PAPERS_UNREADABLE:
        complain(app, unreadable);
        break;
    }
}

static bool scan(struct app *app, const struct reading *reading, const struct item *item)
{
    const struct door_papers *papers = app->config.papers;
    const struct stop *stop = door_stop(app, DOOR_ID_CARD);
    if (item != NULL || door_step_now(app) != DOOR_ID_CARD || stop == NULL)
        return false;
    matched(app, papers->id_card(papers->ctx, stop, reading->text, reading->n), WORD_CARD_OTHER,
            WORD_CARD_UNREADABLE);
    return true;
}

static void type_code(struct app *app, enum press digit)
{
    const struct door_papers *papers = app->config.papers;
    const struct stop *stop = door_stop(app, DOOR_CODE);
    size_t n = strlen(app->door.code);
    app->door.code[n] = (char)digit;
    app->door.code[n + 1] = '\0';
    app->door.complains = false;
    if (n + 1 == CODE_DIGITS && stop != NULL)
        matched(app, papers->code(papers->ctx, stop, app->door.code), WORD_CODE_OTHER,
                WORD_CODE_OTHER);
}

static void fetch(struct app *app, enum paper kind)
{
    struct error why;
    const struct door_papers *papers = app->config.papers;
    if (papers->fetch(papers->ctx, kind, &why))
        answered(app);
    else if (why.code == ERROR_LATER) /* no room: the scan goes on without it, and he is told */
        complain(app, WORD_PAPERS_FULL);
    else
        complain(app, why.code == ERROR_NOT_FOUND ? WORD_NOTHING_CAME : WORD_FILE_BAD);
}

static void skip(struct app *app)
{
    bool full = app->door.complains && app->door.complaint == WORD_PAPERS_FULL;
    if (!may_skip(app) && !full) {
        complain(app, WORD_PROOF_NEEDED);
        return;
    }
    app->door.done |= door_step_now(app);
    door_next(app);
}

static void key(struct app *app, enum press pressed)
{
    unsigned step = door_step_now(app);
    if (pressed >= PRESS_0 && pressed <= PRESS_9 && step == DOOR_CODE)
        type_code(app, pressed);
    else if (pressed == PRESS_ENTER && (step == DOOR_SIGNATURE || step == DOOR_PHOTO))
        fetch(app, step == DOOR_PHOTO ? PAPER_PHOTO : PAPER_SIGNATURE);
    else if (pressed == PRESS_RIGHT)
        skip(app);
    else if (pressed == PRESS_MODES)
        app_ask_why(app);
    else if (pressed == PRESS_LEFT)
        app_show(app, &screen_relation);
}

const struct screen screen_proof = {.draw = draw, .key = key, .scan = scan, .asks = true};
