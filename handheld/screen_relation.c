/* H the door: whose envelope, what it costs, who takes it. Where nothing more is needed a digit is
 * the whole answer; with money due it marks, and Enter says that the money is there, too. */
#include <stdio.h>

#include "handheld/app.h"
#include "protocol/event.h"

#define LINE 192

/* ------------------------------------------------------------------ drawing */

/* "cần: căn cước, chữ ký": with a question mark what may be left out. */
static void draw_wanted(const struct app *app, struct face *face, int row)
{
    static const struct {
        enum door_step step;
        enum word word;
    } proofs[] = {{DOOR_CODE, WORD_PROOF_CODE},
                  {DOOR_SIGNATURE, WORD_PROOF_SIGNATURE},
                  {DOOR_PHOTO, WORD_PROOF_PHOTO}};
    char line[LINE];
    size_t n = 0;
    for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
        enum proof_level level = door_level(app, proofs[i].step);
        if (level == PROOF_OFF || app->config.papers == NULL)
            continue;
        n += (size_t)snprintf(line + n, sizeof line - n, "%s%s%s",
                              n == 0 ? app_word(app, WORD_WANTED) : ", ",
                              app_word(app, proofs[i].word), level == PROOF_WARN ? "?" : "");
    }
    if (n > 0)
        face_right(face, row, FACE_NORMAL, line);
}

static void draw_money(const struct app *app, struct face *face, int row)
{
    char money[APP_MONEY_MAX];
    uint64_t fees_vnd, postage_vnd;
    door_due(app, &fees_vnd, &postage_vnd);
    if (fees_vnd + postage_vnd == 0)
        return;
    face_put(face, row, 0, FACE_BOLD, app_word(app, WORD_TO_COLLECT));
    face_right(face, row, FACE_BOLD, app_money(app, fees_vnd + postage_vnd, money));
    face_put(face, row + 1, 2, FACE_NORMAL, app_word(app, WORD_FEES));
    face_right(face, row + 1, FACE_NORMAL, app_money(app, fees_vnd, money));
    face_put(face, row + 2, 2, FACE_NORMAL, app_word(app, WORD_POSTAGE));
    face_right(face, row + 2, FACE_NORMAL, app_money(app, postage_vnd, money));
}

/* The number first without a round: it is all that is known. */
static void draw_whose(const struct app *app, struct face *face)
{
    char line[LINE], pretty[ITEM_PRETTY_MAX];
    const struct stop *stop = app_stop(app, &app->subject.item);
    if (stop == NULL) {
        app_draw_item(&app->subject.item, face, 3);
        return;
    }
    face_fit(face, 2, 0, FACE_BOLD, face->w, stop->name);
    face_fit(face, 3, 0, FACE_NORMAL, face->w, stop->address);
    face_put(face, 4, 0, FACE_BOLD,
             item_pretty(&app->door.item[app->door.n > 0 ? app->door.n - 1 : 0], pretty));
    snprintf(line, sizeof line, app_word(app, WORD_ENVELOPES), app->door.n);
    face_right(face, 4, FACE_BOLD, line);
    if (stop->note[0] != '\0')
        face_fit(face, 15, 0, FACE_NORMAL, face->w, stop->note);
    draw_money(app, face, 5);
}

static bool may_take(const struct app *app, const struct relation_info *row)
{
    return !door_owner_only(app) || row->relation == RELATION_OWNER ||
           row->relation == RELATION_AUTHORISED;
}

static bool is_marked(const struct app *app, size_t i)
{
    const struct relation_info *row = relation_row(i);
    return app->door.relation != 0 ? (uint32_t)row->relation == app->door.relation
                                   : (int)i == app->marked;
}

/* One under the other while there is room, else in three columns as on the list of paper. */
static void draw_choices(const struct app *app, struct face *face)
{
    char line[LINE];
    const struct relation_info *row;
    bool narrow = app_stop(app, &app->subject.item) != NULL;
    for (size_t i = 0; (row = relation_row(i)) != NULL; i++) {
        if (!may_take(app, row))
            continue;
        snprintf(line, sizeof line, "%c%s%d %s", is_marked(app, i) ? '>' : ' ', narrow ? "" : " ",
                 (int)row->relation, app->english ? row->en : row->vi);
        enum face_attr attr = is_marked(app, i) ? FACE_BOLD : FACE_NORMAL;
        if (!narrow)
            face_put(face, 7 + (int)i, 0, attr, line);
        else if (door_owner_only(app))
            face_put(face, 10 + (i > 0 ? 1 : 0), 0, attr, line);
        else
            face_fit(face, 10 + (int)(i / 2), i % 2 == 0 ? 0 : face->w / 2, attr, face->w / 2,
                     line);
    }
}

static enum word keys_word(const struct app *app)
{
    uint64_t fees_vnd, postage_vnd;
    door_due(app, &fees_vnd, &postage_vnd);
    return fees_vnd + postage_vnd > 0 ? WORD_WHO_KEYS_MONEY : WORD_WHO_KEYS;
}

static void draw(const struct app *app, struct face *face)
{
    bool known = app_stop(app, &app->subject.item) != NULL;
    int row = known ? 9 : 5;
    app_draw_head(app, face, app_mode_word(app, app->mode));
    draw_whose(app, face);
    face_put(face, row, 0, FACE_BOLD, app_word(app, WORD_WHO));
    draw_wanted(app, face, row);
    if (known && door_owner_only(app))
        face_put(face, 13, 0, FACE_BOLD,
                 app_word(app, app->config.papers != NULL ? WORD_OWNER_ONLY_CARD
                                                          : WORD_OWNER_ONLY_LOOK));
    draw_choices(app, face);
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, keys_word(app)));
}

/* ------------------------------------------------------------------ answering */

static void deliver(struct app *app, const struct relation_info *row, bool confirmed)
{
    uint64_t fees_vnd, postage_vnd;
    if (row == NULL || !may_take(app, row))
        return;
    door_due(app, &fees_vnd, &postage_vnd);
    app->door.relation = row->relation;
    if (confirmed || fees_vnd + postage_vnd == 0)
        door_next(app);
}

static int marked_row(const struct app *app)
{
    return app->door.relation != 0 ? (int)app->door.relation - 1 : app->marked;
}

static void move(struct app *app, enum press pressed)
{
    const struct relation_info *row;
    app->marked = marked_row(app);
    app->door.relation = 0;
    do {
        app->marked += pressed == PRESS_DOWN ? 1 : -1;
        row = app->marked >= 0 ? relation_row((size_t)app->marked) : NULL;
    } while (row != NULL && !may_take(app, row));
    if (row == NULL)
        app->marked -= pressed == PRESS_DOWN ? 1 : -1;
    while (app->marked > 0 && !may_take(app, relation_row((size_t)app->marked)))
        app->marked--;
    if (app->marked < 0)
        app->marked = 0;
}

static void key(struct app *app, enum press pressed)
{
    if (pressed >= '1' && pressed <= PRESS_9)
        deliver(app, relation_row((size_t)pressed - '1'), false);
    else if (pressed == PRESS_ENTER && marked_row(app) >= 0)
        deliver(app, relation_row((size_t)marked_row(app)), true);
    else if (pressed == PRESS_DOWN || pressed == PRESS_UP)
        move(app, pressed);
    else if (pressed == PRESS_MODES)
        app_ask_why(app);
    else if (pressed == PRESS_RIGHT && app_stop(app, &app->subject.item) != NULL)
        app_show(app, &screen_stop);
    else if (pressed == PRESS_LEFT)
        app_home(app);
}

static bool scan(struct app *app, const struct reading *reading, const struct item *item)
{
    return item != NULL && door_join(app, item, reading->entry);
}

const struct screen screen_relation = {.draw = draw, .key = key, .scan = scan, .asks = true};
