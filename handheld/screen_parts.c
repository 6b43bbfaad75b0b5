/* Parts that several screens share: first line, number, undo, last lines. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"
#include "protocol/event.h"

#define LINE 160 /* bytes: 40 cells of Vietnamese and room to spare */

void app_draw_head(const struct app *app, struct face *face, const char *left)
{
    char time[CLOCK_TEXT_MAX];
    const struct clock *clock = &app->config.clock;
    face_put(face, 0, 0, FACE_BOLD, left);
    face_right(face, 0, FACE_BOLD, clock_time_vi(clock->now(clock->self), time, sizeof time));
    face_rule(face, 1, '-');
}

void app_draw_item(const struct item *item, struct face *face, int row)
{
    char pretty[ITEM_PRETTY_MAX];
    face_center(face, row, FACE_BOLD, item_pretty(item, pretty));
}

void app_draw_choice(struct face *face, int row, bool marked, const char *text)
{
    char line[LINE];
    snprintf(line, sizeof line, "%c %s", marked ? '>' : ' ', text);
    face_put(face, row, 0, marked ? FACE_BOLD : FACE_NORMAL, line);
}

void app_move_mark(struct app *app, enum press key, int n)
{
    if (key == PRESS_DOWN)
        app->marked = app->marked + 1 < n ? app->marked + 1 : 0;
    else if (key == PRESS_UP)
        app->marked = app->marked > 0 ? app->marked - 1 : n - 1;
}

int app_chosen(const struct app *app, enum press key, int n)
{
    int row = -1;
    if (key >= '1' && key <= PRESS_9)
        row = (int)key - '1';
    else if (key == PRESS_0)
        row = 9;
    else if (key == PRESS_ENTER)
        row = app->marked;
    return row < n ? row : -1;
}

char *app_money(const struct app *app, uint64_t vnd, char out[APP_MONEY_MAX])
{
    char digits[24], grouped[32];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)vnd), g = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            grouped[g++] = app->english ? ',' : '.';
        grouped[g++] = digits[i];
    }
    grouped[g] = '\0';
    snprintf(out, APP_MONEY_MAX, app->english ? "VND %s" : "%s đ", grouped);
    return out;
}

const char *app_did(const struct app *app, uint32_t event)
{
    switch (event) {
    case EVENT_PICKED_UP:
        return app_word(app, WORD_DID_PICK_UP);
    case EVENT_ARRIVED_DELIVERY_OFFICE:
        return app_word(app, WORD_DID_ARRIVE);
    case EVENT_RETURN_STARTED:
        return app_word(app, WORD_DID_START_RETURN);
    case EVENT_OUT_FOR_DELIVERY:
        return app_word(app, WORD_DID_GO_OUT);
    case EVENT_DELIVERED:
        return app_word(app, WORD_DID_DELIVER);
    case EVENT_DELIVERY_FAILED:
        return app_word(app, WORD_DID_FAIL);
    }
    const struct event_info *info = event_info(event); /* another version of this program's */
    return info == NULL ? "?" : app->english ? info->en : info->vi;
}

void app_draw_answer_first(const struct app *app, struct face *face)
{
    char line[LINE], tail[ITEM_PRETTY_MAX];
    if (!app->kept_waiting || app_now(app).ms - app->waiting_since.ms > APP_UNDO_MS)
        return;
    snprintf(line, sizeof line, app_word(app, WORD_ANSWER_FIRST), item_tail(&app->waiting, tail));
    face_put(face, 16, 0, FACE_BOLD, line);
}

/* ------------------------------------------------------------------ undo */

#define UNDO_BAR 10

void app_draw_undo(const struct app *app, struct face *face)
{
    char line[LINE], bar[UNDO_BAR + 1];
    int64_t left = app_undo_left_ms(app);
    if (left == 0)
        return;
    int full = (int)((left * UNDO_BAR + APP_UNDO_MS - 1) / APP_UNDO_MS); /* as the seconds, up */
    for (int i = 0; i < UNDO_BAR; i++)
        bar[i] = i < full ? '#' : '.';
    bar[UNDO_BAR] = '\0';
    snprintf(line, sizeof line, app_word(app, WORD_UNDO), bar, (int)((left + 999) / 1000));
    face_put(face, 16, 0, FACE_BOLD, line);
}

/* ------------------------------------------------------------------ the last lines */

char *app_age(const struct app *app, int64_t ms, char out[APP_AGE_MAX])
{
    const int64_t minute = 60000, hour = 60 * minute, day = 24 * hour;
    if (ms < hour)
        snprintf(out, APP_AGE_MAX, app_word(app, WORD_AGE_MINUTES), (long long)(ms / minute));
    else if (ms < day)
        snprintf(out, APP_AGE_MAX, app_word(app, WORD_AGE_HOURS), (long long)(ms / hour));
    else
        snprintf(out, APP_AGE_MAX, app_word(app, WORD_AGE_DAYS), (long long)(ms / day));
    return out;
}

static void add(char out[LINE], const char *gap, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char out[LINE], const char *gap, const char *format, ...)
{
    char more[LINE];
    size_t n = strlen(out);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(more, sizeof more, format, args);
    va_end(args);
    snprintf(out + n, LINE - n, "%s%s", n > 0 ? gap : "", more);
}

/* The hour today, the day before that. */
static void add_last_receipt(const struct app *app, const char *gap, char out[LINE])
{
    char at[CLOCK_TEXT_MAX];
    const struct clock *clock = &app->config.clock;
    if (app->counts.last_receipt.ms == 0)
        return;
    if (clock_same_day(app->counts.last_receipt, clock->now(clock->self))) {
        clock_time_vi(app->counts.last_receipt, at, sizeof at);
    } else {
        clock_date_vi(app->counts.last_receipt, at, sizeof at);
        at[5] = '\0'; /* "24/11" */
    }
    add(out, gap, app_word(app, WORD_FOOT_LAST), at);
}

#define MINUTE_MS 60000

static void sent_words(const struct app *app, char out[LINE])
{
    char age[APP_AGE_MAX];
    const struct clock *clock = &app->config.clock;
    const struct outbox_counts *c = &app->counts;
    const char *gap = c->unsent < 100 ? "  " : " "; /* 40 cells hold four digits, too */
    int64_t oldest_ms = clock->now(clock->self).ms - c->oldest.ms;
    out[0] = '\0';
    if (!app->counted) {
        add(out, gap, "%s", app_word(app, WORD_FOOT_UNKNOWN));
        return;
    }
    if (c->unsent == 0)
        add(out, gap, "%s", app_word(app, WORD_FOOT_ALL_SENT));
    else
        add(out, gap, app_word(app, WORD_FOOT_UNSENT), (unsigned long long)c->unsent);
    if (c->unsent > 0 && oldest_ms >= MINUTE_MS)
        add(out, gap, app_word(app, WORD_FOOT_OLDEST), app_age(app, oldest_ms, age));
    add_last_receipt(app, gap, out);
}

void app_gps_words(const struct app *app, char out[APP_AGE_MAX])
{
    struct place now = fix_place(app->config.fix, app_now(app)), *place = &now;
    static const enum word none[] = {
        [NO_PLACE_NONE] = WORD_GPS_HAS,        [NO_PLACE_OFF] = WORD_GPS_OFF,
        [NO_PLACE_NO_GPSD] = WORD_GPS_NO_GPSD, [NO_PLACE_NO_FIX] = WORD_GPS_NO_FIX,
        [NO_PLACE_STALE] = WORD_GPS_STALE,     [NO_PLACE_UNBELIEVABLE] = WORD_GPS_UNBELIEVABLE,
    };
    if (place->jumped)
        snprintf(out, APP_AGE_MAX, "%s", app_word(app, WORD_GPS_JUMPED));
    else if (place_is_outside(place))
        snprintf(out, APP_AGE_MAX, "%s", app_word(app, WORD_GPS_OUTSIDE));
    else if (place->why_none == NO_PLACE_NONE && place->accuracy_mm != PLACE_ACCURACY_UNKNOWN)
        snprintf(out, APP_AGE_MAX, app_word(app, WORD_GPS_METRES),
                 (place->accuracy_mm + 999) / 1000);
    else
        snprintf(out, APP_AGE_MAX, "%s", app_word(app, none[place->why_none]));
}

#define SKEW_MAX_MS 120000 /* [reliability.md, 10] */

/* Against GPS where there is one, else by what the kernel says of its own clock. */
enum word app_clock_word(const struct app *app)
{
    const struct clock *clock = &app->config.clock;
    struct place place = fix_place(app->config.fix, app_now(app));
    if (place.why_none == NO_PLACE_NONE && place.gps_time.ms != 0) {
        int64_t skew = clock->now(clock->self).ms - place.gps_time.ms - place.age_ms;
        return skew > SKEW_MAX_MS || skew < -SKEW_MAX_MS ? WORD_CLOCK_OFF : WORD_CLOCK_RIGHT;
    }
    return clock->source(clock->self) == TIME_SOURCE_NETWORK ? WORD_CLOCK_RIGHT
                                                             : WORD_CLOCK_UNKNOWN;
}

/* What there is room for, the rarest need last: the word of the day is said aloud, and stands on
 * the round. */
static void machine_words(const struct app *app, int room, char out[LINE])
{
    char gps[APP_AGE_MAX], word[LINE];
    const struct round_list *round = app_round(app);
    app_gps_words(app, gps);
    out[0] = '\0';
    add(out, "  ", "%s", gps);
    if (app->machine.battery_percent > 0)
        add(out, "  ", app_word(app, WORD_BATTERY), app->machine.battery_percent);
    else
        add(out, "  ", "%s", app_word(app, app->connected ? WORD_NET_UP : WORD_NET_DOWN));
    add(out, "  ", "%s", app_word(app, app_clock_word(app)));
    if (app->counted && app->counts.set_aside > 0) {
        add(out, "  ", app_word(app, WORD_DAMAGED), (unsigned long long)app->counts.set_aside);
    } else if (round != NULL && round->keyword[0] != '\0') {
        snprintf(word, sizeof word, app_word(app, WORD_KEYWORD), round->keyword);
        if (face_width(out) + 2 + face_width(word) > room)
            snprintf(word, sizeof word, "%s", round->keyword);
        add(out, "  ", "%s", word);
    }
}

void app_draw_foot(const struct app *app, struct face *face, const char *keys)
{
    char line[LINE];
    face_put(face, face->h - 3, 0, FACE_NORMAL, keys);
    sent_words(app, line);
    face_put(face, face->h - 2, 0, FACE_NORMAL, line);
    machine_words(app, face->w, line);
    face_put(face, face->h - 1, 0, FACE_NORMAL, line);
}
