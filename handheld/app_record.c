/* What is written, and taken back: the only place where a scan goes into the outbox. In practice
 * nothing goes there. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"
#include "protocol/event.h"

/* A scan belongs to a round from the moment the postman walks it. */
static bool is_walked(enum today_mode mode)
{
    switch (mode) {
    case TODAY_GO_OUT:
    case TODAY_DELIVER:
    case TODAY_BRING_BACK:
        return true;
    case TODAY_PICK_UP:
    case TODAY_ARRIVE:
    case TODAY_SORT_IN:
    case TODAY_SORT_OUT:
    case TODAY_START_RETURN:
    case TODAY_RETURN:
        return false;
    }
    invariant(false);
}

static struct scan stamped(const struct app *app, const struct scan *from)
{
    const struct clock *clock = &app->config.clock;
    const struct round_list *round = app_round(app);
    struct scan scan = *from;
    scan.wall = clock->now(clock->self);
    scan.mono = clock->tick(clock->self);
    scan.boot = clock->boot(clock->self);
    scan.time_source = clock->source(clock->self);
    scan.place = fix_place(app->config.fix, scan.mono);
    scan.post_office = app->config.post_office;
    scan.program = scan_program_version();
    scan.badge = app->badge;
    if (round != NULL && is_walked(app->mode))
        scan.round = round->round;
    if (app->mode == TODAY_PICK_UP)
        scan.handover = app->pickup.handover;
    return scan;
}

/* Stores it; only then the sound. */
static bool commit(struct app *app, struct scan *scan, enum sound sound)
{
    char line[96];
    if (app->practice) {
        scan->seq = ++app->practice_seq;
    } else if (!outbox_add(app->config.outbox, scan, &app->trouble)) {
        if (app->trouble.code == ERROR_REFUSED)
            return false; /* a withdrawal that came too late: its scan is in an ended epoch */
        app->full = outbox_is_full(app->config.outbox);
        snprintf(line, sizeof line, "full %s", scan->item.text);
        app_say(app, SOUND_REFUSED, line);
        app_show(app, &screen_full);
        return false;
    }
    snprintf(line, sizeof line, "ok seq=%llu %s %s", (unsigned long long)scan->seq, scan->item.text,
             event_info(scan->event)->key);
    app_say(app, sound, line);
    if (!app->practice)
        tally_take(&app->tally, app->config.outbox, &scan->item);
    if (!app->practice && app->mode == TODAY_BRING_BACK && app_day(app) != NULL)
        tally_cash(&app->tally, app_day(app), &app->cash);
    return true;
}

bool app_last_of(struct app *app, const struct item *item, struct scan *ret_scan)
{
    struct error why;
    if (app->practice)
        return false; /* each time is the first */
    if (outbox_last(app->config.outbox, item, ret_scan, &why))
        return true;
    if (why.code != ERROR_NOT_FOUND)
        app->trouble = why; /* recording will say that the store fails */
    return false;
}

/* ------------------------------------------------------------------ recording */

static void remember(struct app *app, const struct scan *scan)
{
    struct app_last *last = &app->last;
    bool same_answer = last->n > 0 && last->scan.stop != 0 && last->scan.stop == scan->stop;
    uint32_t n = same_answer ? last->n : 0;
    struct app_last now = {
        .any = true, .item = scan->item, .mode = app->mode, .taken = app_now(app), .scan = *scan};
    if (same_answer) {
        memcpy(now.seq, last->seq, sizeof now.seq);
        memcpy(now.items, last->items, sizeof now.items);
    }
    now.seq[n] = scan->seq;
    now.items[n] = scan->item;
    now.n = n + 1;
    *last = now;
}

static bool record(struct app *app, const struct scan *what, enum event event)
{
    struct scan scan = stamped(app, what);
    scan.event = event;
    if (!commit(app, &scan, SOUND_OK))
        return false;
    remember(app, &scan);
    return true;
}

void app_record(struct app *app, enum event event)
{
    if (record(app, &app->subject, event))
        app_show(app, &screen_ok);
}

static uint64_t draw_stop(const struct app *app)
{
    uint64_t stop = 0;
    while (app->config.chance.fill != NULL && stop == 0)
        stop = chance_u64(&app->config.chance);
    return stop;
}

/* What was gathered at this door, named in the scan. What could not be kept is not named: the scan
 * goes on without it. */
static void name_papers(struct app *app, struct scan *scan)
{
    const struct door_papers *papers = app->config.papers;
    if (papers == NULL || app->practice)
        return;
    scan->has_attachments = papers->take(papers->ctx, &scan->attachments, NULL);
    if (!scan->has_attachments)
        memset(&scan->attachments, 0, sizeof scan->attachments);
}

void app_record_door(struct app *app, enum event event)
{
    struct scan scan = app->subject;
    scan.stop = app->door.n > 1 ? draw_stop(app) : 0;
    name_papers(app, &scan);
    for (uint32_t i = 0; i < app->door.n; i++) {
        scan.item = app->door.item[i];
        scan.entry = app->door.entry[i];
        const struct stop *due = app_stop(app, &scan.item);
        bool paid = event == EVENT_DELIVERED && due != NULL;
        scan.fees_vnd = paid ? due->fees_vnd : 0;
        scan.postage_vnd = paid ? due->postage_vnd : 0;
        if (!record(app, &scan, event))
            return;
    }
    app_show(app, &screen_ok);
}

bool app_record_named(struct app *app, const struct item *item, enum named reason)
{
    struct scan what = {.item = *item, .entry = ENTRY_CHOSEN, .reason = reason};
    struct scan scan = stamped(app, &what);
    scan.event = EVENT_NAMED;
    return commit(app, &scan, SOUND_OK);
}

/* ------------------------------------------------------------------ taking back */

int64_t app_undo_left_ms(const struct app *app)
{
    if (!app->last.any || app->last.scan.event == 0 || app->last.undone)
        return 0;
    int64_t left = app->last.scan.mono.ms + APP_UNDO_MS - app_now(app).ms;
    return left > 0 ? left : 0;
}

static bool withdraw(struct app *app, const struct item *item, uint64_t seq)
{
    struct scan what = {.item = *item, .entry = ENTRY_CHOSEN, .of_seq = seq};
    struct scan scan = stamped(app, &what);
    scan.event = EVENT_WITHDRAWN;
    return commit(app, &scan, SOUND_OK);
}

void app_withdraw(struct app *app)
{
    if (app_undo_left_ms(app) == 0)
        return;
    app->last.undone = true;
    for (uint32_t i = 0; i < app->last.n; i++)
        if (!withdraw(app, &app->last.items[i], app->last.seq[i]))
            return;
    app_show(app, &screen_ok);
}

void app_correct(struct app *app)
{
    struct scan before = app->before;
    if (withdraw(app, &before.item, before.seq)) {
        app->last = (struct app_last){.any = true,
                                      .item = before.item,
                                      .mode = app->mode,
                                      .taken = {app_now(app).ms - TODAY_BOUNCE_MS},
                                      .scan = before,
                                      .undone = true};
        app_show(app, &screen_ok);
    } else if (app->trouble.code == ERROR_REFUSED) {
        app->subject = (struct scan){.item = before.item};
        app_say(app, SOUND_REFUSED, "refused too-late");
        app_tell(app, WORD_TELL_DESK, app_word(app, WORD_TOO_LATE), true);
    }
}

/* ------------------------------------------------------------------ failing */

/* The last failure anywhere: this device's own, or, from the round, another's. */
static bool may_fail(struct app *app, const struct scan *now)
{
    const struct stop *stop = app_stop(app, &app->subject.item);
    if (!today_may_fail(&app->before, now, &app->fail_from))
        return false;
    if (stop == NULL || stop->last_failed.ms == 0)
        return true;
    int64_t since_ms = now->wall.ms - stop->last_failed.ms;
    if (since_ms < 0 || since_ms >= TODAY_NEXT_ATTEMPT_MS)
        return true;
    app->fail_from.ms = stop->last_failed.ms + TODAY_NEXT_ATTEMPT_MS;
    return false;
}

void app_ask_why(struct app *app)
{
    char line[64];
    struct scan now = stamped(app, &app->subject);
    if (may_fail(app, &now)) {
        app->door.fails = true;
        app_show(app, &screen_reason);
        return;
    }
    snprintf(line, sizeof line, "refused %s too-soon", app->subject.item.text);
    app_say(app, SOUND_REFUSED, line);
    app_show(app, &screen_too_soon);
}
