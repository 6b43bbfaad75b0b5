/* G pick-up: a handover counted against its list, envelope by envelope; closed when the count
 * agrees, or with a reason for each one that is missing; both sides look at the figures. What the
 * list does not hold is taken all the same and named: the envelope is in the hand. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"
#include "protocol/event.h"

#define LINE 192

static const struct handover_list *list_of(const struct app *app)
{
    const struct day *day = app_day(app);
    return day != NULL && app->pickup.handover != 0 ? day->handover(day->ctx, app->pickup.handover)
                                                    : NULL;
}

static uint32_t length(const struct handover_list *list)
{
    return list->count < ROUND_STOPS_MAX ? list->count : ROUND_STOPS_MAX;
}

/* ------------------------------------------------------------------ counting */

/* Counted before the program was started again: the outbox knows. */
static void count_kept(struct app *app, const struct handover_list *list)
{
    struct scan last;
    for (uint32_t i = 0; i < length(list); i++) {
        if (!app_last_of(app, &list->item[i], &last) || last.event != EVENT_PICKED_UP ||
            last.handover != app->pickup.handover)
            continue;
        app->pickup.is_seen[i] = true;
        app->pickup.seen++;
    }
}

void pickup_begin(struct app *app, uint64_t handover)
{
    char line[64];
    app->pickup = (struct app_pickup){.handover = handover};
    const struct handover_list *list = list_of(app);
    app->pickup.listed = list != NULL;
    if (list != NULL) {
        for (uint32_t i = 0; i < length(list); i++)
            app->pickup.count += list->voided[i] ? 0 : 1;
        count_kept(app, list);
    }
    snprintf(line, sizeof line, "look BG-%06llu handover", (unsigned long long)handover);
    app_say(app, SOUND_OK, line);
    app_show(app, &screen_pickup);
}

static int place_on(const struct handover_list *list, const struct item *item)
{
    for (uint32_t i = 0; list != NULL && i < length(list); i++)
        if (item_equal(&list->item[i], item))
            return (int)i;
    return -1;
}

static void remember_last(struct app_pickup *pickup, const struct item *item)
{
    memmove(&pickup->last[1], &pickup->last[0], sizeof pickup->last - sizeof pickup->last[0]);
    pickup->last[0] = *item;
    if (pickup->last_n < PICKUP_LAST)
        pickup->last_n++;
}

static void count(struct app *app, int place)
{
    struct app_pickup *pickup = &app->pickup;
    remember_last(pickup, &app->subject.item);
    if (!pickup->listed) {
        pickup->seen++;
    } else if (place >= 0 && !pickup->is_seen[place]) {
        pickup->is_seen[place] = true;
        pickup->seen++;
    } else if (place < 0 && pickup->extra_n < PICKUP_EXTRA_MAX) {
        pickup->extra[pickup->extra_n++] = app->subject.item;
    }
}

static void refuse_void(struct app *app)
{
    char line[64];
    struct item item = app->subject.item;
    app->pickup.void_n++;
    snprintf(line, sizeof line, "refused %s void", item.text);
    if (!app_record_named(app, &item, NAMED_VOID_LABEL))
        return;
    app_say(app, SOUND_REFUSED, line);
    app_tell(app, WORD_VOID, app_word(app, WORD_VOID_DO), true);
}

void pickup_take(struct app *app, enum today_act act)
{
    char line[64];
    int place = place_on(list_of(app), &app->subject.item);
    if (place >= 0 && list_of(app)->voided[place]) {
        refuse_void(app);
        return;
    }
    if (act == TODAY_REPEATED) {
        snprintf(line, sizeof line, "repeated %s picked_up", app->subject.item.text);
        app_say(app, SOUND_REPEATED, line);
        app_show(app, &screen_repeated);
        return;
    }
    app_record(app, EVENT_PICKED_UP);
    if (app->screen != &screen_ok)
        return; /* it could not be stored */
    count(app, place);
    app_show(app, &screen_pickup); /* the counter is what one looks at */
    if (app->pickup.listed && place < 0) {
        snprintf(line, sizeof line, "look %s not-on-list", app->subject.item.text);
        app_say(app, SOUND_LOOK, line);
    }
}

/* The last one does not belong here after all. */
static void put_back(struct app *app)
{
    struct app_pickup *pickup = &app->pickup;
    int place;
    if (pickup->last_n == 0 || !app_last_of(app, &pickup->last[0], &app->before) ||
        app->before.event != EVENT_PICKED_UP)
        return;
    place = place_on(list_of(app), &pickup->last[0]);
    app_correct(app);
    if (app->screen != &screen_ok)
        return;
    if (place < 0 && pickup->listed && pickup->extra_n > 0)
        pickup->extra_n--;
    else if (pickup->seen > 0)
        pickup->seen--;
    if (place >= 0)
        pickup->is_seen[place] = false;
    pickup->last_n--;
    memmove(&pickup->last[0], &pickup->last[1], sizeof pickup->last - sizeof pickup->last[0]);
}

bool pickup_agrees(const struct app *app)
{
    return !app->pickup.listed ||
           (app->pickup.seen == app->pickup.count && app->pickup.extra_n == 0);
}

/* ------------------------------------------------------------------ drawing */

#define FLASH_MS 1500

/* The colour says what the last scan was, as the whole-screen answers do. */
static enum face_tone tone(const struct app *app)
{
    const struct app_pickup *pickup = &app->pickup;
    if (app->last.undone || !app->last.any || app->last.mode != TODAY_PICK_UP ||
        app_now(app).ms - app->last.taken.ms >= FLASH_MS)
        return FACE_PLAIN;
    bool extra = pickup->extra_n > 0 && pickup->last_n > 0 &&
                 item_equal(&pickup->extra[pickup->extra_n - 1], &pickup->last[0]);
    return extra ? FACE_AMBER : FACE_GREEN;
}

static void draw_bar(const struct app *app, struct face *face, int row)
{
    const struct app_pickup *pickup = &app->pickup;
    int room = face->w - 2;
    int full = pickup->count > 0 ? (int)(pickup->seen * (uint32_t)room / pickup->count) : 0;
    for (int i = 0; i < room; i++)
        face_put(face, row, 1 + i, i < full ? FACE_BOLD : FACE_NORMAL, i < full ? "#" : ".");
}

static void draw_last_five(const struct app *app, struct face *face, int row)
{
    char line[LINE], tail[ITEM_PRETTY_MAX];
    size_t n = (size_t)snprintf(line, sizeof line, "%s", app_word(app, WORD_JUST_SCANNED));
    for (uint32_t i = 0; i < app->pickup.last_n; i++)
        n += (size_t)snprintf(line + n, sizeof line - n, " %.6s",
                              item_tail(&app->pickup.last[i], tail));
    face_put(face, row, 0, FACE_NORMAL, line);
}

static void draw_pickup(const struct app *app, struct face *face)
{
    char line[LINE];
    const struct app_pickup *pickup = &app->pickup;
    face_clear(face, tone(app));
    snprintf(line, sizeof line, "%s  BG-%06llu", app_mode_word(app, TODAY_PICK_UP),
             (unsigned long long)pickup->handover);
    app_draw_head(app, face, line);
    if (pickup->listed)
        snprintf(line, sizeof line, "%u/%u", pickup->seen, pickup->count);
    else
        snprintf(line, sizeof line, "%u", pickup->seen);
    face_center(face, 4, FACE_BOLD, line);
    if (pickup->listed)
        draw_bar(app, face, 6);
    else
        face_center(face, 6, FACE_NORMAL, app_word(app, WORD_NO_LIST));
    draw_last_five(app, face, 8);
    if (pickup->listed) {
        uint32_t missing = pickup->count - pickup->seen;
        snprintf(line, sizeof line, app_word(app, WORD_MISSING_EXTRA), missing, pickup->extra_n,
                 pickup->void_n);
        face_put(face, 10, 0, pickup_agrees(app) ? FACE_NORMAL : FACE_BOLD, line);
    }
    if (pickup_agrees(app) && pickup->seen > 0)
        face_center(face, 13, FACE_BOLD,
                    app_word(app, pickup->listed ? WORD_AGREES : WORD_COUNTED));
    face_put(face, 15, 0, FACE_NORMAL, app_word(app, WORD_PICKUP_KEYS));
    app_draw_foot(app, face, app_word(app, WORD_PICKUP_CLOSE));
}

static void key_pickup(struct app *app, enum press pressed)
{
    if (pressed == PRESS_LEFT)
        put_back(app);
    else if (pressed == PRESS_RIGHT)
        app_show(app, &screen_pickup_list);
    else if (pressed == PRESS_MODES)
        app_show(app, &screen_modes);
    else if (pressed == PRESS_ENTER && pickup_agrees(app))
        app_show(app, &screen_pickup_sign);
    else if (pressed == PRESS_ENTER)
        app_show(app, &screen_pickup_why);
}

const struct screen screen_pickup = {.draw = draw_pickup, .key = key_pickup};

/* ------------------------------------------------------------------ one by one */

/* The i-th that is missing or too much; NULL behind the last. */
static const struct item *odd_one(const struct app *app, int i, bool *ret_missing)
{
    const struct handover_list *list = list_of(app);
    for (uint32_t at = 0; list != NULL && at < length(list); at++) {
        if (!app->pickup.is_seen[at] && !list->voided[at] && i-- == 0) {
            *ret_missing = true;
            return &list->item[at];
        }
    }
    *ret_missing = false;
    return i < (int)app->pickup.extra_n ? &app->pickup.extra[i] : NULL;
}

#define LIST_TOP 3

static void draw_list(const struct app *app, struct face *face)
{
    char line[LINE], pretty[ITEM_PRETTY_MAX];
    int rows = face->h - LIST_TOP - 4, first = app->marked > rows - 1 ? app->marked - rows + 1 : 0;
    const struct item *item;
    bool missing;
    app_draw_head(app, face, app_word(app, WORD_MISSING_LIST));
    for (int i = 0; i < rows && (item = odd_one(app, first + i, &missing)) != NULL; i++) {
        snprintf(line, sizeof line, "%s  %s", item_pretty(item, pretty),
                 app_word(app, missing ? WORD_IS_MISSING : WORD_IS_EXTRA));
        app_draw_choice(face, LIST_TOP + i, first + i == app->marked, line);
    }
    if (odd_one(app, 0, &missing) == NULL)
        face_wrap(face, LIST_TOP, app_word(app, WORD_NOTHING_ODD));
    app_draw_foot(app, face, app_word(app, WORD_LIST_KEYS));
}

static void key_list(struct app *app, enum press pressed)
{
    int n = 0;
    bool missing;
    while (odd_one(app, n, &missing) != NULL)
        n++;
    if (pressed == PRESS_LEFT || pressed == PRESS_ENTER)
        app_home(app);
    else
        app_move_mark(app, pressed, n > 0 ? n : 1);
}

const struct screen screen_pickup_list = {.draw = draw_list, .key = key_list};

/* ------------------------------------------------------------------ why it does not agree */

static const enum named reasons[] = {NAMED_NOT_IN_BAG, NAMED_NOT_SEEN, NAMED_PASSED_ON};
#define REASONS ((int)(sizeof reasons / sizeof reasons[0]))

static void draw_why(const struct app *app, struct face *face)
{
    char line[LINE];
    app_draw_head(app, face, app_word(app, WORD_DOES_NOT_AGREE));
    snprintf(line, sizeof line, app_word(app, WORD_MISSING_EXTRA),
             app->pickup.count - app->pickup.seen, app->pickup.extra_n, app->pickup.void_n);
    face_put(face, 3, 0, FACE_BOLD, line);
    face_put(face, 5, 0, FACE_BOLD, app_word(app, WORD_WHY));
    for (int i = 0; i < REASONS; i++) {
        const struct named_info *info = named_info(reasons[i]);
        snprintf(line, sizeof line, "%d %s", i + 1, app->english ? info->en : info->vi);
        app_draw_choice(face, 7 + i, i == app->marked, line);
    }
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_FAILED_KEYS));
}

static void key_why(struct app *app, enum press pressed)
{
    int row = app_chosen(app, pressed, REASONS);
    if (row >= 0) {
        app->pickup.why = reasons[row];
        app_show(app, &screen_pickup_sign);
    } else if (pressed == PRESS_LEFT) {
        app_home(app);
    } else {
        app_move_mark(app, pressed, REASONS);
    }
}

const struct screen screen_pickup_why = {.draw = draw_why, .key = key_why, .asks = true};

/* ------------------------------------------------------------------ both sides */

static void draw_sign(const struct app *app, struct face *face)
{
    char line[LINE];
    const struct app_pickup *pickup = &app->pickup;
    const struct named_info *why = named_info(pickup->why);
    snprintf(line, sizeof line, "BG-%06llu", (unsigned long long)pickup->handover);
    app_draw_head(app, face, line);
    snprintf(line, sizeof line, app_word(app, WORD_SIGN_COUNT), pickup->seen + pickup->extra_n);
    face_center(face, 4, FACE_BOLD, line);
    if (pickup->listed) {
        snprintf(line, sizeof line, app_word(app, WORD_MISSING_EXTRA), pickup->count - pickup->seen,
                 pickup->extra_n, pickup->void_n);
        face_center(face, 6, FACE_BOLD, line);
    }
    if (why != NULL)
        face_center(face, 7, FACE_NORMAL, app->english ? why->en : why->vi);
    face_put(face, 10, 1, FACE_BOLD,
             app_word(app, pickup->giver_agreed ? WORD_GIVER_AGREED : WORD_GIVER_ASKED));
    if (pickup->giver_agreed)
        face_put(face, 12, 1, FACE_BOLD, app_word(app, WORD_TAKER_ASKED));
    app_draw_answer_first(app, face);
    app_draw_foot(app, face, app_word(app, WORD_SIGN_KEYS));
}

/* Each one that is missing is said to be, by name and reason. */
static bool name_missing(struct app *app)
{
    bool missing;
    const struct item *item;
    for (int i = 0; (item = odd_one(app, i, &missing)) != NULL; i++) {
        struct item named = *item;
        if (missing && !app_record_named(app, &named, (enum named)app->pickup.why))
            return false;
    }
    return true;
}

static void close_handover(struct app *app)
{
    char line[64];
    if (!name_missing(app))
        return;
    snprintf(line, sizeof line, "closed BG-%06llu %u", (unsigned long long)app->pickup.handover,
             app->pickup.seen + app->pickup.extra_n);
    app_say(app, SOUND_CLOSED, line);
    app->pickup = (struct app_pickup){.handover = 0};
    app->last.any = false;
    app_home(app);
}

static void key_sign(struct app *app, enum press pressed)
{
    if (pressed == PRESS_LEFT) {
        app->pickup.giver_agreed = false;
        app->pickup.why = 0;
        app_home(app);
    } else if (pressed == PRESS_ENTER && !app->pickup.giver_agreed) {
        app->pickup.giver_agreed = true;
    } else if (pressed == PRESS_ENTER) {
        close_handover(app);
    }
}

const struct screen screen_pickup_sign = {.draw = draw_sign, .key = key_sign, .asks = true};
