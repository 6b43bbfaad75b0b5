/* One door, step by step: which envelopes, how far away, what has to be shown and given, then one
 * scan for each envelope. What is asked depends on the round; without one only who takes it. */
#include <stdio.h>
#include <string.h>

#include "handheld/app.h"
#include "protocol/event.h"

/* ------------------------------------------------------------------ which envelopes */

static void add_item(struct app_door *door, const struct item *item, enum entry entry)
{
    door->item[door->n] = *item;
    door->entry[door->n] = entry;
    door->n++;
}

static bool same_receiver(struct app *app, const struct item *a, const struct item *b)
{
    char name[sizeof((struct stop *)0)->name], address[sizeof((struct stop *)0)->address];
    const struct stop *stop = app_stop(app, a);
    if (stop == NULL)
        return false;
    memcpy(name, stop->name, sizeof name);
    memcpy(address, stop->address, sizeof address);
    stop = app_stop(app, b); /* one stop at a time is lent */
    return stop != NULL && strcmp(stop->name, name) == 0 && strcmp(stop->address, address) == 0;
}

bool door_join(struct app *app, const struct item *item, enum entry entry)
{
    char line[64];
    struct scan before;
    struct app_door *door = &app->door;
    for (uint32_t i = 0; i < door->n; i++)
        if (item_equal(&door->item[i], item))
            return true; /* it is here already */
    if (door->n == DOOR_MAX || !same_receiver(app, &door->item[0], item) ||
        (app_last_of(app, item, &before) && before.event == EVENT_DELIVERED))
        return false;
    add_item(door, item, entry);
    snprintf(line, sizeof line, "look %s same-door", item->text);
    app_say(app, SOUND_OK, line);
    return true;
}

/* ------------------------------------------------------------------ what is due and wanted */

void door_due(const struct app *app, uint64_t *ret_fees_vnd, uint64_t *ret_postage_vnd)
{
    *ret_fees_vnd = *ret_postage_vnd = 0;
    for (uint32_t i = 0; i < app->door.n; i++) {
        const struct stop *stop = app_stop(app, &app->door.item[i]);
        if (stop == NULL)
            continue;
        *ret_fees_vnd += stop->fees_vnd;
        *ret_postage_vnd += stop->postage_vnd;
    }
}

bool door_owner_only(const struct app *app)
{
    for (uint32_t i = 0; i < app->door.n; i++) {
        const struct stop *stop = app_stop(app, &app->door.item[i]);
        if (stop != NULL && stop->owner_only)
            return true;
    }
    return false;
}

/* The card is the owner's own, so it is asked of him alone. Who may alone receive it shows his
 * card: without fail where the round says whose it must be. */
static enum proof_level card_level(const struct app *app, const struct stop *stop)
{
    if (app->door.relation != RELATION_OWNER)
        return PROOF_OFF;
    if (!stop->owner_only)
        return stop->id_card;
    return stop->has_id ? PROOF_REQUIRED : PROOF_WARN;
}

static enum proof_level level_of(const struct app *app, const struct stop *stop, unsigned step)
{
    switch (step) {
    case DOOR_ID_CARD:
        return card_level(app, stop);
    case DOOR_CODE:
        return stop->has_code ? stop->code : PROOF_OFF;
    case DOOR_SIGNATURE:
        return stop->signature;
    case DOOR_PHOTO:
        return stop->photo;
    }
    return PROOF_OFF;
}

enum proof_level door_level(const struct app *app, unsigned step)
{
    enum proof_level most = PROOF_OFF;
    for (uint32_t i = 0; i < app->door.n; i++) {
        const struct stop *stop = app_stop(app, &app->door.item[i]);
        enum proof_level level = stop != NULL ? level_of(app, stop, step) : PROOF_OFF;
        most = level > most ? level : most;
    }
    return most;
}

static bool says_whose(const struct stop *stop, unsigned step)
{
    return step == DOOR_ID_CARD ? stop->has_id : stop->has_code;
}

const struct stop *door_stop(const struct app *app, unsigned step)
{
    uint32_t chosen = 0;
    enum proof_level most = PROOF_OFF;
    bool says = false;
    for (uint32_t i = 0; i < app->door.n; i++) {
        const struct stop *stop = app_stop(app, &app->door.item[i]);
        if (stop == NULL)
            continue;
        enum proof_level level = level_of(app, stop, step);
        if ((says_whose(stop, step) && !says) || (says_whose(stop, step) == says && level > most)) {
            chosen = i;
            most = level;
            says = says_whose(stop, step);
        }
    }
    return app->door.n == 0 ? NULL : app_stop(app, &app->door.item[chosen]);
}

/* ------------------------------------------------------------------ the steps */

/* Without a round nothing is asked that was not always asked (docs/decisions/0093). */
static bool has_papers(const struct app *app)
{
    return app->config.papers != NULL && !app->practice && app_round(app) != NULL;
}

/* Somebody else than the family: who, by name. */
static bool wants_name(const struct app *app)
{
    return app->door.relation == RELATION_AUTHORISED || app->door.relation == RELATION_OTHER;
}

static unsigned steps_of_delivery(const struct app *app)
{
    static const unsigned proofs[] = {DOOR_ID_CARD, DOOR_CODE, DOOR_SIGNATURE, DOOR_PHOTO};
    unsigned steps = 0;
    if (!has_papers(app))
        return 0;
    if (wants_name(app))
        steps |= DOOR_NAME;
    for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++)
        if (door_level(app, proofs[i]) != PROOF_OFF)
            steps |= proofs[i];
    return steps;
}

static unsigned steps_of_failure(const struct app *app)
{
    unsigned steps = 0;
    const struct reason_info *why = reason_info(app->subject.reason);
    bool invites = why != NULL && strcmp(why->article, "d") == 0;
    if (app_round(app) == NULL)
        return 0;
    if (invites)
        steps |= DOOR_SLIP;
    if (!has_papers(app))
        return steps;
    if (note_of_reason(app->subject.reason, 0) != NULL)
        steps |= DOOR_NOTE;
    if (app->subject.action == ACTION_AGAIN)
        steps |= DOOR_DATE;
    if (app->subject.action == ACTION_CHANGE_ADDRESS)
        steps |= DOOR_ADDRESS;
    return steps;
}

unsigned door_step_now(const struct app *app)
{
    unsigned left =
        (app->door.fails ? steps_of_failure(app) : steps_of_delivery(app)) & ~app->door.done;
    return left & (~left + 1); /* the lowest bit: they stand in the order of asking */
}

/* What is known beside the scan, for the office: lines of "key: value" (docs/decisions/0092). */
static void add_note(struct app *app)
{
    char text[3 * PAPERS_TEXT_MAX], day[CLOCK_TEXT_MAX];
    size_t n = 0;
    const struct app_door *door = &app->door;
    const struct door_papers *papers = app->config.papers;
    text[0] = '\0';
#define ADD(...) n += (size_t)snprintf(text + n, sizeof text - n, __VA_ARGS__)
    if (door->far_m > 0)
        ADD("place: %s, %u m\n", door->elsewhere ? "elsewhere" : "right", door->far_m);
    if (door->fails && door->note != 0)
        ADD("note: %u\n", door->note);
    if (door->fails && door->again.ms != 0)
        ADD("again: %.10s\n", clock_iso_local(door->again, day, sizeof day));
    if (door->fails && door->address[0] != '\0')
        ADD("address: %s\n", door->address);
    if (door->text[0] != '\0')
        ADD("text: %s\n", door->text);
#undef ADD
    if (n > 0 && has_papers(app))
        (void)papers->add(papers->ctx, PAPER_NOTE, text, n < PAPERS_TEXT_MAX ? n : PAPERS_TEXT_MAX,
                          NULL);
    memset(text, 0, sizeof text);
}

static void finish(struct app *app)
{
    add_note(app);
    app->subject.relation = app->door.fails ? 0 : app->door.relation;
    app->subject.slip = app->door.fails ? app->door.slip : 0;
    app_record_door(app, app->door.fails ? EVENT_DELIVERY_FAILED : EVENT_DELIVERED);
}

static void type(struct app *app)
{
    typing_init(&app->typing);
    app_show(app, &screen_typing);
}

void door_next(struct app *app)
{
    app->door.complains = false;
    switch (door_step_now(app)) {
    case 0:
        finish(app);
        break;
    case DOOR_NAME:
    case DOOR_ADDRESS:
        type(app);
        break;
    case DOOR_NOTE:
        app_show(app, &screen_note);
        break;
    case DOOR_DATE:
        app_show(app, &screen_date);
        app->marked = 0;
        break;
    case DOOR_SLIP:
        app_show(app, &screen_slip);
        break;
    default:
        app->door.code[0] = '\0';
        app_show(app, &screen_proof);
        break;
    }
}

/* ------------------------------------------------------------------ beginning, end */

void door_ask(struct app *app)
{
    char line[64];
    uint64_t fees, postage;
    app->last = (struct app_last){
        .any = true, .item = app->subject.item, .mode = app->mode, .taken = app_now(app)};
    door_due(app, &fees, &postage);
    bool simple =
        app_stop(app, &app->subject.item) != NULL && fees + postage == 0 && !door_owner_only(app);
    snprintf(line, sizeof line, "look %s who", app->subject.item.text);
    app_say(app, simple ? SOUND_OK : SOUND_LOOK, line);
    app_show(app, &screen_relation);
}

static bool is_far(struct app *app)
{
    struct place place = fix_place(app->config.fix, app_now(app));
    const struct stop *stop = app_stop(app, &app->subject.item);
    return stop != NULL && stop->has_position && !app->practice &&
           today_is_far(&place, stop->lat_e7, stop->lon_e7, &app->door.far_m);
}

void door_begin(struct app *app)
{
    char line[64];
    door_end(app);
    add_item(&app->door, &app->subject.item, app->subject.entry);
    if (has_papers(app))
        app->config.papers->begin(app->config.papers->ctx);
    if (!is_far(app)) {
        door_ask(app);
        return;
    }
    snprintf(line, sizeof line, "look %s far", app->subject.item.text);
    app_say(app, SOUND_LOOK, line);
    app_show(app, &screen_far);
}

void door_end(struct app *app)
{
    memset(&app->door, 0, sizeof app->door);
    memset(&app->typing, 0, sizeof app->typing);
}
