/* I not delivered: why, then what next. Closed lists; what is recorded is one scan with both codes.
 */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"
#include "protocol/event.h"

static void draw_head(const struct app *app, struct face *face)
{
    char line[96], tail[ITEM_PRETTY_MAX];
    snprintf(line, sizeof line, app_word(app, WORD_FAILED), item_tail(&app->subject.item, tail));
    app_draw_head(app, face, line);
}

static void draw_reason(const struct app *app, struct face *face)
{
    char line[96];
    const struct reason_info *row;
    draw_head(app, face);
    for (size_t i = 0; (row = reason_row(i)) != NULL; i++) {
        const char *words = app->english ? row->en : row->vi;
        if (i < 10) /* 1 to 9, then 0, then by arrow: the keys there are */
            snprintf(line, sizeof line, "%zu %s", (i + 1) % 10, words);
        else
            snprintf(line, sizeof line, "↓ %s", words);
        app_draw_choice(face, 3 + (int)i, (int)i == app->marked, line);
    }
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_FAILED_KEYS));
}

/* ------------------------------------------------------------------ what next */

/* The i-th action that may follow and can be chosen here. Sending back needs the office's order,
 * which comes with a round; its line only says so. */
static const struct action_info *offered(const struct app *app, size_t i)
{
    const struct reason_info *why = reason_info(app->subject.reason);
    for (const char *letter = why != NULL ? why->acts : ""; *letter != '\0'; letter++)
        if (*letter != 'H' && i-- == 0)
            return action_of_letter(*letter);
    return NULL;
}

static void fail(struct app *app, const struct action_info *action)
{
    if (action == NULL)
        return;
    app->subject.action = action->action;
    door_next(app);
}

static void choose_reason(struct app *app, const struct reason_info *row)
{
    if (row == NULL)
        return;
    app->subject.reason = row->reason;
    app->door.done = 0; /* another reason asks for other things */
    if (offered(app, 1) == NULL) {
        fail(app, offered(app, 0));
        return;
    }
    app_show(app, &screen_action);
    app->marked = 0; /* the first is proposed */
}

static void back_to_the_door(struct app *app)
{
    app->door.fails = false;
    app->door.done = 0;
    app->subject.reason = app->subject.action = 0;
    app_show(app, &screen_relation);
}

static void key_reason(struct app *app, enum press pressed)
{
    if (pressed >= '1' && pressed <= PRESS_9)
        choose_reason(app, reason_row((size_t)pressed - '1'));
    else if (pressed == PRESS_0)
        choose_reason(app, reason_row(9));
    else if (pressed == PRESS_ENTER && app->marked >= 0)
        choose_reason(app, reason_row((size_t)app->marked));
    else if (pressed == PRESS_DOWN)
        app->marked = app->marked < 0                               ? 10
                      : reason_row((size_t)app->marked + 1) != NULL ? app->marked + 1
                                                                    : 0;
    else if (pressed == PRESS_UP && app->marked > 0)
        app->marked--;
    else if (pressed == PRESS_LEFT)
        back_to_the_door(app);
}

const struct screen screen_reason = {.draw = draw_reason, .key = key_reason, .asks = true};

static void draw_action(const struct app *app, struct face *face)
{
    char line[96];
    const struct action_info *action;
    const struct reason_info *why = reason_info(app->subject.reason);
    int row = 7;
    if (why == NULL)
        return;
    draw_head(app, face);
    face_put(face, 3, 0, FACE_BOLD, app->english ? why->en : why->vi);
    face_put(face, 5, 0, FACE_BOLD, app_word(app, WORD_NEXT));
    for (size_t i = 0; (action = offered(app, i)) != NULL; i++) {
        snprintf(line, sizeof line, "%zu %s", i + 1, app->english ? action->en : action->vi);
        app_draw_choice(face, row++, (int)i == app->marked, line);
    }
    if (strchr(why->acts, 'H') != NULL)
        face_wrap(face, row + 1, app_word(app, WORD_SEND_BACK_NEEDS));
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_NEXT_KEYS));
}

static void key_action(struct app *app, enum press pressed)
{
    if (pressed >= '1' && pressed <= PRESS_9)
        fail(app, offered(app, (size_t)pressed - '1'));
    else if (pressed == PRESS_ENTER)
        fail(app, offered(app, (size_t)app->marked));
    else if (pressed == PRESS_DOWN && offered(app, (size_t)app->marked + 1) != NULL)
        app->marked++;
    else if (pressed == PRESS_UP && app->marked > 0)
        app->marked--;
    else if (pressed == PRESS_LEFT)
        app_show(app, &screen_reason);
}

const struct screen screen_action = {.draw = draw_action, .key = key_action, .asks = true};
