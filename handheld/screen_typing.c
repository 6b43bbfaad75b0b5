/* Text: who took it, the new address, a note. Letters are letters here; a digit is a digit. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"

static enum word title_word(const struct app *app)
{
    switch (door_step_now(app)) {
    case DOOR_NAME:
        return WORD_TYPE_NAME;
    case DOOR_ADDRESS:
        return WORD_TYPE_ADDRESS;
    }
    return WORD_TYPE_NOTE;
}

static void draw(const struct app *app, struct face *face)
{
    char text[TYPING_MAX + 2];
    app_draw_head(app, face, app_mode_word(app, app->mode));
    app_draw_item(&app->subject.item, face, 3);
    face_put(face, 5, 0, FACE_BOLD, app_word(app, title_word(app)));
    snprintf(text, sizeof text, "%.*s_", (int)app->typing.n, app->typing.text);
    face_wrap(face, 7, text);
    memset(text, 0, sizeof text);
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_TYPE_KEYS));
}

static void keep(char out[PAPERS_TEXT_MAX], const char *text)
{
    snprintf(out, PAPERS_TEXT_MAX, "%s", text);
}

static void accept(struct app *app)
{
    const struct door_papers *papers = app->config.papers;
    const char *text = typing_text(&app->typing);
    unsigned step = door_step_now(app);
    switch (step) {
    case DOOR_NAME:
        if (text[0] != '\0')
            (void)papers->add(papers->ctx, PAPER_RECEIVER, text, strlen(text), NULL);
        break;
    case DOOR_ADDRESS:
        keep(app->door.address, text);
        break;
    default:
        keep(app->door.text, text);
    }
    app->door.done |= step;
    memset(&app->typing, 0, sizeof app->typing);
    door_next(app);
}

static void key(struct app *app, enum press pressed)
{
    if (pressed == PRESS_ENTER)
        accept(app);
    else if (pressed == PRESS_LEFT)
        app_show(app, app->door.fails ? &screen_reason : &screen_relation);
}

const struct screen screen_typing = {.draw = draw, .key = key, .asks = true, .types = true};
