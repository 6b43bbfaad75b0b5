/* L the machine: each line well or in need of attention, in words; nothing is silent. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"

#define LINE 192
#define DAY_MS INT64_C(86400000)

/* From here on somebody should do something [reliability.md; settled point 8]. */
#define UNSENT_OLD_MS (INT64_C(3600000)) /* an hour without a receipt */
#define BATTERY_LOW_PERCENT 20
#define CERTIFICATE_LOW_DAYS 30
#define DISK_LOW_PERCENT 5

struct line {
    enum word name;
    char text[LINE];
    bool look, known;
};
#define LINES 7

static void sent_line(const struct app *app, struct line *line)
{
    char age[APP_AGE_MAX];
    int64_t oldest_ms = app_wall(app).ms - app->counts.oldest.ms;
    line->name = WORD_HEALTH_UNSENT;
    line->known = true;
    line->look = !app->counted || (app->counts.unsent > 0 && oldest_ms >= UNSENT_OLD_MS);
    if (!app->counted)
        snprintf(line->text, LINE, "%s", app_word(app, WORD_FOOT_UNKNOWN));
    else if (app->counts.unsent == 0)
        snprintf(line->text, LINE, "0");
    else
        snprintf(line->text, LINE, app_word(app, WORD_HEALTH_OLDEST),
                 (unsigned long long)app->counts.unsent, app_age(app, oldest_ms, age));
}

static void net_line(const struct app *app, struct line *line)
{
    char time[CLOCK_TEXT_MAX];
    line->name = WORD_HEALTH_NET;
    line->known = true;
    line->look = !app->connected;
    if (app->connected)
        snprintf(line->text, LINE, "%s", app_word(app, WORD_HEALTH_NET_UP));
    else if (app->lost.ms != 0)
        snprintf(line->text, LINE, app_word(app, WORD_HEALTH_NET_LOST),
                 clock_time_vi(app->lost, time, sizeof time));
    else
        snprintf(line->text, LINE, "%s", app_word(app, WORD_HEALTH_NET_NONE));
}

static void gps_line(const struct app *app, struct line *line)
{
    char gps[APP_AGE_MAX];
    struct place place = fix_place(app->config.fix, app_now(app));
    line->name = WORD_HEALTH_GPS;
    line->known = true;
    line->look = place.why_none != NO_PLACE_NONE || place.jumped || place_is_outside(&place);
    app_gps_words(app, gps);
    bool named = strncmp(gps, "GPS ", 4) == 0; /* the line says so already */
    snprintf(line->text, LINE, "%s", named ? gps + 4 : gps);
}

static void battery_line(const struct app *app, struct line *line)
{
    const struct app_machine *machine = &app->machine;
    line->name = WORD_HEALTH_BATTERY;
    line->known = machine->battery_percent > 0;
    line->look = machine->battery_percent <= BATTERY_LOW_PERCENT && !machine->charging;
    snprintf(line->text, LINE, machine->charging ? "%u%% +" : "%u%%", machine->battery_percent);
}

static void clock_line(const struct app *app, struct line *line)
{
    enum word word = app_clock_word(app);
    line->name = WORD_HEALTH_CLOCK;
    line->known = true;
    line->look = word == WORD_CLOCK_OFF;
    snprintf(line->text, LINE, "%s", app_word(app, word));
}

static void certificate_line(const struct app *app, struct line *line)
{
    int64_t days = (app->machine.certificate_until.ms - app_wall(app).ms) / DAY_MS;
    line->name = WORD_HEALTH_CERTIFICATE;
    line->known = app->machine.certificate_until.ms != 0;
    line->look = days < CERTIFICATE_LOW_DAYS;
    snprintf(line->text, LINE, app_word(app, WORD_HEALTH_DAYS_LEFT),
             (long long)(days > 0 ? days : 0));
}

static void disk_line(const struct app *app, struct line *line)
{
    line->name = WORD_HEALTH_DISK;
    line->known = app->machine.free_bytes > 0;
    line->look = app->machine.free_percent < DISK_LOW_PERCENT;
    snprintf(line->text, LINE, app_word(app, WORD_HEALTH_FREE), app->machine.free_percent,
             (unsigned long long)(app->machine.free_bytes >> 20));
}

static void read_lines(const struct app *app, struct line lines[LINES])
{
    static void (*const readers[LINES])(const struct app *, struct line *) = {
        sent_line, net_line, gps_line, battery_line, clock_line, certificate_line, disk_line};
    for (int i = 0; i < LINES; i++)
        readers[i](app, &lines[i]);
}

/* What is unsent, the network and GPS come and go with every house: the footer shows them always.
 */
#define SILENT_LINES (1u << 0 | 1u << 1 | 1u << 2)

void health_watch(struct app *app)
{
    struct line lines[LINES];
    unsigned now = 0;
    read_lines(app, lines);
    for (int i = 0; i < LINES; i++)
        now |= lines[i].known && lines[i].look ? 1u << i : 0;
    now &= ~SILENT_LINES;
    if (app->watched && (now & ~app->warned) != 0 && !app->practice)
        app_say(app, SOUND_LOOK, "look health");
    app->warned = now;
    app->watched = true; /* what was so at the start has not come about; home shows it */
}

static void draw(const struct app *app, struct face *face)
{
    char head[64];
    struct line lines[LINES];
    int row = 3;
    snprintf(head, sizeof head, app_word(app, WORD_HEALTH), app->config.device);
    app_draw_head(app, face, head);
    read_lines(app, lines);
    for (int i = 0; i < LINES; i++) {
        if (!lines[i].known)
            continue;
        face_put(face, row, 0, FACE_NORMAL, app_word(app, lines[i].name));
        face_fit(face, row, 11, FACE_NORMAL, face->w - 19, lines[i].text);
        face_right(face, row, lines[i].look ? FACE_BOLD : FACE_NORMAL,
                   app_word(app, lines[i].look ? WORD_HEALTH_LOOK : WORD_HEALTH_WELL));
        row++;
    }
    if (app->machine.mark[0] != '\0') {
        face_put(face, row, 0, FACE_NORMAL, app_word(app, WORD_HEALTH_MARK));
        face_fit(face, row++, 11, FACE_NORMAL, face->w - 11, app->machine.mark);
    }
    if (app->counts.set_aside > 0)
        face_wrap(face, row + 1, app_word(app, WORD_HEALTH_DAMAGED));
    app_draw_foot(app, face,
                  app_word(app, app->config.try_now != NULL ? WORD_HEALTH_KEYS : WORD_CLOSE_KEYS));
}

static void key(struct app *app, enum press pressed)
{
    if (pressed == PRESS_ENTER && app->config.try_now != NULL)
        app->config.try_now(app->config.ctx);
    else if (pressed == PRESS_MODES)
        app_show(app, &screen_modes);
    else
        app_home(app);
}

const struct screen screen_health = {.draw = draw, .key = key};
