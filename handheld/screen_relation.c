/* H the door: who takes it? A digit is the whole answer; nothing of the person is kept. */
#include <stdio.h>

#include "handheld/app.h"
#include "protocol/event.h"

static void draw(const struct app *app, struct face *face)
{
    char line[96];
    const struct relation_info *row;
    app_draw_head(app, face, app_mode_word(app, app->mode));
    app_draw_item(&app->subject.item, face, 3);
    face_put(face, 5, 0, FACE_BOLD, app_word(app, WORD_WHO));
    for (size_t i = 0; (row = relation_row(i)) != NULL; i++) {
        snprintf(line, sizeof line, "%d %s", (int)row->relation, app->english ? row->en : row->vi);
        app_draw_choice(face, 7 + (int)i, (int)i == app->marked, line);
    }
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_WHO_KEYS));
}

static void deliver(struct app *app, const struct relation_info *row)
{
    if (row == NULL)
        return;
    app->subject.relation = row->relation;
    app_record(app, EVENT_DELIVERED);
}

static void key(struct app *app, enum press pressed)
{
    if (pressed >= '1' && pressed <= PRESS_9)
        deliver(app, relation_row((size_t)pressed - '1'));
    else if (pressed == PRESS_ENTER && app->marked >= 0)
        deliver(app, relation_row((size_t)app->marked));
    else if (pressed == PRESS_DOWN && relation_row((size_t)app->marked + 1) != NULL)
        app->marked++;
    else if (pressed == PRESS_UP && app->marked > 0)
        app->marked--;
    else if (pressed == PRESS_MODES)
        app_ask_why(app);
    else if (pressed == PRESS_LEFT)
        app_show(app, &screen_home);
}

const struct screen screen_relation = {.draw = draw, .key = key, .asks = true};
