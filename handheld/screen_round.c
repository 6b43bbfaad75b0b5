/* J the round: the list, one envelope's details, and the envelope that four digits find. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"
#include "protocol/event.h"

#define LINE 400
#define TOP 2

static char mark_of(enum tally_state state, bool next)
{
    switch (state) {
    case TALLY_OPEN:
        return next ? '>' : ' ';
    case TALLY_DELIVERED:
        return 'v';
    case TALLY_FAILED:
        return '!';
    case TALLY_BACK:
        return '<';
    case TALLY_NAMED:
        return '?';
    case TALLY_STATES:
        break;
    }
    invariant(false);
}

/* What there is to know at the right edge: why it failed, or that money is due. */
static const char *remark(const struct app *app, const struct tally_stop *at,
                          const struct stop *stop)
{
    const struct reason_info *why = at->state == TALLY_FAILED ? reason_info(at->reason) : NULL;
    if (why != NULL)
        return app->english ? why->en : why->vi;
    if (at->state == TALLY_OPEN && stop->fees_vnd + stop->postage_vnd > 0)
        return app_word(app, WORD_COLLECTS);
    return "";
}

static void draw_row(const struct app *app, struct face *face, int row, uint32_t i)
{
    char line[LINE];
    const struct tally_stop *at = &app->tally.stop[i];
    const struct stop *stop = app_stop(app, &at->item);
    bool here = (int)i == app->marked;
    if (stop == NULL)
        return;
    const char *right = remark(app, at, stop);
    int room = face->w - (right[0] != '\0' ? face_width(right) + 1 : 0);
    snprintf(line, sizeof line, "%c%c%2u %s", here ? '>' : ' ',
             mark_of(at->state, i == app->tally.next), stop->place, stop->name);
    enum face_attr attr = here ? FACE_BOLD : FACE_NORMAL;
    face_fit(face, row, 0, attr, room < face->w - 12 ? face->w - 12 : room, line);
    if (room < face->w - 12)
        face_fit(face, row, face->w - 11, attr, 11, right);
    else
        face_right(face, row, attr, right);
}

static void draw_list(const struct app *app, struct face *face)
{
    char head[LINE];
    const struct round_list *round = app_round(app);
    int rows = face->h - TOP - 5;
    int first = app->marked >= rows ? app->marked - rows + 1 : 0;
    if (round == NULL)
        return;
    snprintf(head, sizeof head, app_word(app, WORD_ROUND), round->name,
             app->tally.count[TALLY_OPEN], app->tally.stops);
    app_draw_head(app, face, head);
    for (int i = 0; i < rows && first + i < (int)app->tally.stops; i++)
        draw_row(app, face, TOP + i, (uint32_t)(first + i));
    if (app->marked >= 0 && app->marked < (int)app->tally.stops) {
        const struct stop *stop = app_stop(app, &app->tally.stop[app->marked].item);
        if (stop != NULL)
            face_fit(face, face->h - 4, 1, FACE_BOLD, face->w - 1, stop->address);
    }
    app_draw_foot(app, face, app_word(app, WORD_ROUND_KEYS));
}

/* As if it had been scanned, but marked as chosen. */
static void open_item(struct app *app, const struct item *item, enum entry entry)
{
    struct item chosen = *item;
    app_home(app);
    app_take(app, &chosen, entry);
}

static void key_list(struct app *app, enum press pressed)
{
    int n = (int)app->tally.stops;
    if (pressed == PRESS_LEFT || app_round(app) == NULL || n == 0)
        app_home(app);
    else if (pressed == PRESS_MODES)
        app_show(app, &screen_modes);
    else if (pressed == PRESS_ENTER && app->marked >= 0)
        open_item(app, &app->tally.stop[app->marked].item, ENTRY_CHOSEN);
    else if (pressed == PRESS_RIGHT && app->marked >= 0) {
        int marked = app->marked;
        app->subject = (struct scan){.item = app->tally.stop[marked].item};
        app_show(app, &screen_stop);
        app->marked = marked;
    } else {
        app_move_mark(app, pressed, n);
    }
}

const struct screen screen_round = {.draw = draw_list, .key = key_list};

/* ------------------------------------------------------------------ one envelope */

static void draw_stop(const struct app *app, struct face *face)
{
    char line[LINE], money[APP_MONEY_MAX];
    int row = 3;
    const struct stop *stop = app_stop(app, &app->subject.item);
    app_draw_head(app, face, app_word(app, WORD_DETAILS));
    if (stop == NULL)
        return;
    row += face_wrap(face, row, stop->name);
    row += face_wrap(face, row, stop->address) + 1;
    if (stop->phone[0] != '\0') {
        snprintf(line, sizeof line, app_word(app, WORD_PHONE), stop->phone);
        face_put(face, row++, 1, FACE_BOLD, line);
    }
    if (stop->fees_vnd + stop->postage_vnd > 0) {
        snprintf(line, sizeof line, app_word(app, WORD_COLLECT),
                 app_money(app, stop->fees_vnd + stop->postage_vnd, money));
        face_put(face, row++, 1, FACE_BOLD, line);
    }
    if (stop->owner_only)
        face_put(face, row++, 1, FACE_BOLD, app_word(app, WORD_OWNER_ONLY_LOOK));
    if (stop->note[0] != '\0')
        face_wrap(face, row + 1, stop->note);
    app_draw_item(&app->subject.item, face, 15);
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_DETAILS_KEYS));
}

static void key_stop(struct app *app, enum press pressed)
{
    int marked = app->marked;
    if (app->door.n > 0) {
        app_show(app, &screen_relation);
    } else if (pressed == PRESS_ENTER) {
        open_item(app, &app->subject.item, ENTRY_CHOSEN);
    } else {
        app_show(app, &screen_round);
        app->marked = marked;
    }
}

/* Looked at from the list, nothing is asked: a scan goes on. */
static bool scan_stop(struct app *app, const struct reading *reading, const struct item *item)
{
    if (app->door.n > 0 || item == NULL)
        return false;
    app_home(app);
    app_take(app, item, reading->entry);
    return true;
}

const struct screen screen_stop = {
    .draw = draw_stop, .key = key_stop, .scan = scan_stop, .asks = true};

/* ------------------------------------------------------------------ four digits */

/* The four digits before the country: "6785" of RA123456785VN. */
static bool ends_in(const struct item *item, const char *digits)
{
    return memcmp(item->text + 7, digits, strlen(digits)) == 0;
}

static const struct tally_stop *found(const struct app *app, int i)
{
    for (uint32_t at = 0; at < app->tally.stops; at++)
        if (ends_in(&app->tally.stop[at].item, app->find) && i-- == 0)
            return &app->tally.stop[at];
    return NULL;
}

#define FOUND_MAX 9

static void draw_find(const struct app *app, struct face *face)
{
    char line[LINE], tail[ITEM_PRETTY_MAX];
    const struct tally_stop *at;
    bool whole = strlen(app->find) == 4;
    app_draw_head(app, face, app_mode_word(app, app->mode));
    snprintf(line, sizeof line, "%s %s%.*s", app_word(app, WORD_FIND), app->find,
             4 - (int)strlen(app->find), "____");
    face_center(face, 4, FACE_BOLD, line);
    for (int i = 0; whole && i < FOUND_MAX && (at = found(app, i)) != NULL; i++) {
        const struct stop *stop = app_stop(app, &at->item);
        snprintf(line, sizeof line, "%d %s %s", i + 1, item_tail(&at->item, tail),
                 stop != NULL ? stop->name : "");
        face_fit(face, 6 + i, 1, i == 0 ? FACE_BOLD : FACE_NORMAL, face->w - 1, line);
    }
    if (whole && found(app, 0) == NULL)
        face_wrap(face, 6, app_word(app, WORD_FOUND_NOTHING));
    app_draw_foot(app, face, app_word(app, WORD_FIND_KEYS));
}

static void key_find(struct app *app, enum press pressed)
{
    size_t n = strlen(app->find);
    if (pressed >= PRESS_0 && pressed <= PRESS_9 && n < 4) {
        app->find[n] = (char)pressed;
        app->find[n + 1] = '\0';
    } else if ((pressed == PRESS_ENTER || (pressed >= '1' && pressed <= PRESS_9)) && n == 4) {
        const struct tally_stop *at = found(app, pressed == PRESS_ENTER ? 0 : (int)pressed - '1');
        if (at != NULL)
            open_item(app, &at->item, ENTRY_TYPED);
    } else if (pressed == PRESS_LEFT && n > 1) {
        app->find[n - 1] = '\0';
    } else if (pressed == PRESS_LEFT || pressed == PRESS_MODES) {
        app_home(app);
    }
}

const struct screen screen_find = {.draw = draw_find, .key = key_find};
