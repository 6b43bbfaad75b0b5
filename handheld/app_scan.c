/* What a scan means now: an envelope, a code of another kind, or something that is neither. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"
#include "protocol/event.h"

/* ------------------------------------------------------------------ refused */

/* Not the text itself: it may be an ID card. */
static const char *kind_name(enum item_kind kind)
{
    switch (kind) {
    case ITEM_KIND_GOODS:
        return "goods";
    case ITEM_KIND_ID_CARD:
        return "id-card";
    case ITEM_KIND_HANDOVER:
        return "handover";
    case ITEM_KIND_SLIP:
        return "slip";
    case ITEM_KIND_BADGE:
        return "badge";
    case ITEM_KIND_ITEM:
    case ITEM_KIND_DAMAGED:
        return "damaged";
    }
    invariant(false);
}

static void refuse(struct app *app, const struct reading *reading, enum item_kind kind)
{
    char line[32];
    app->refused = *reading;
    if (kind == ITEM_KIND_ID_CARD)
        app->refused.n = 0; /* nothing of a person stays in memory (case S10) */
    memcpy(app->refused_text, reading->text, app->refused.n);
    app->refused.text = app->refused_text;
    app->refused_kind = kind;
    snprintf(line, sizeof line, "refused %s", kind_name(kind));
    app_say(app, SOUND_REFUSED, line);
    app_show(app, &screen_refused);
}

/* The serial behind "BG-", "TH-" and the like, printed with or without further dashes; 0: none. */
uint64_t app_serial(const struct reading *reading)
{
    uint64_t serial = 0;
    const char *at = memchr(reading->text, '-', reading->n);
    if (at == NULL)
        return 0;
    for (; at < reading->text + reading->n; at++) {
        if (*at == '-' || *at == ' ')
            continue;
        if (*at < '0' || *at > '9' || serial > UINT64_MAX / 100)
            return 0;
        serial = serial * 10 + (uint64_t)(*at - '0');
    }
    return serial;
}

/* A code that is no envelope, where nothing is asked. */
static void take_code(struct app *app, const struct reading *reading)
{
    enum item_kind kind = item_kind_of(reading->text, reading->n);
    uint64_t serial = app_serial(reading);
    if (kind == ITEM_KIND_BADGE && app->config.day != NULL && !app->revoked && serial > 0 &&
        serial <= UINT32_MAX)
        app_login_begin(app, (uint32_t)serial);
    else if (kind == ITEM_KIND_HANDOVER && app->mode == TODAY_PICK_UP && serial > 0)
        pickup_begin(app, serial);
    else
        refuse(app, reading, kind);
}

/* ------------------------------------------------------------------ an envelope */

static void repeat(struct app *app)
{
    char line[64];
    const struct event_info *info = event_info(app->before.event);
    snprintf(line, sizeof line, "repeated %s %s", app->before.item.text,
             info != NULL ? info->key : "unknown");
    app_say(app, SOUND_REPEATED, line);
    app_show(app, &screen_repeated);
}

/* Of another round, or of none, while there is a list to look at. Whoever walks a round carries and
 * delivers what is on it; everything else is the post office's. */
static bool is_others(const struct app *app)
{
    const struct round_list *round = app_round(app);
    return round != NULL && round->stops > 0 && app_stop(app, &app->subject.item) == NULL;
}

static void ask_whose(struct app *app)
{
    char line[64];
    snprintf(line, sizeof line, "look %s other-round", app->subject.item.text);
    app_say(app, SOUND_LOOK, line);
    app_show(app, &screen_wrong_round);
}

static void stop_it(struct app *app, const char *why, enum word title, const char *sentence)
{
    char line[64];
    snprintf(line, sizeof line, "refused %s %s", app->subject.item.text, why);
    app_say(app, SOUND_REFUSED, line);
    app_tell(app, title, sentence, true);
}

/* "Người khác phát 24/11; báo quầy." */
static void stop_delivered(struct app *app, struct instant at)
{
    char sentence[128], day[CLOCK_TEXT_MAX];
    clock_date_vi(at, day, sizeof day);
    snprintf(sentence, sizeof sentence, app_word(app, WORD_DELIVERED_BY_OTHER), day);
    stop_it(app, "delivered-by-other", WORD_DONE_DELIVERED, sentence);
}

/* A voided label, a recalled envelope, one that another device delivered: it is not carried out any
 * more. */
static bool is_stopped(struct app *app)
{
    const struct stop *stop = app_stop(app, &app->subject.item);
    if (stop != NULL && stop->voided)
        stop_it(app, "void", WORD_VOID, app_word(app, WORD_VOID_DO));
    else if (stop != NULL && stop->delivered.ms != 0)
        stop_delivered(app, stop->delivered);
    else
        return false;
    return true;
}

void app_take(struct app *app, const struct item *item, enum entry entry)
{
    struct scan before;
    bool known = app_last_of(app, item, &before);
    app->subject = (struct scan){.item = *item, .entry = entry};
    app->before = known ? before : (struct scan){.event = 0};
    enum today_act act = today_act(app->mode, known ? &before : NULL, app_wall(app));
    bool walks = app->mode == TODAY_GO_OUT || app->mode == TODAY_DELIVER;
    if (app->mode == TODAY_PICK_UP && app->pickup.handover != 0)
        pickup_take(app, act);
    else if (act == TODAY_REPEATED)
        repeat(app);
    else if (walks && is_stopped(app))
        return;
    else if (walks && is_others(app))
        ask_whose(app);
    else if (act == TODAY_ASK)
        door_begin(app);
    else
        app_record(app, today_event(app->mode));
}

static bool is_bounce(const struct app *app, const struct item *item)
{
    return app->last.any && app->last.mode == app->mode && item_equal(&app->last.item, item) &&
           app_now(app).ms - app->last.taken.ms < TODAY_BOUNCE_MS;
}

/* A scan that nobody can look at now is as if it had not been made, and says so. */
static void wait_for_answer(struct app *app, const struct item *item)
{
    char line[64];
    app->kept_waiting = true;
    app->waiting = *item;
    app->waiting_since = app_now(app);
    snprintf(line, sizeof line, "look %s answer-first", item->text);
    app_say(app, SOUND_LOOK, line);
}

void app_scan(struct app *app, const struct reading *reading)
{
    struct item item;
    const struct screen *screen = app->screen;
    app->touched = app_now(app);
    if (!item_parse(reading->text, reading->n, &item, NULL)) {
        bool taken = screen->scan != NULL && screen->scan(app, reading, NULL);
        if (!taken && !screen->asks)
            take_code(app, reading);
        return;
    }
    if (is_bounce(app, &item) || (screen->scan != NULL && screen->scan(app, reading, &item)))
        return;
    if (screen->asks)
        wait_for_answer(app, &item);
    else
        app_take(app, &item, reading->entry);
}
