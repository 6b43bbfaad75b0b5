#include "handheld/tally.h"

#include <stdio.h>
#include <string.h>

#include "protocol/event.h"

/* ------------------------------------------------------------------ one envelope */

/* A failure counts on the round it was made on; without one, as while the list was locked, when it
 * was made since the shift began. */
static bool is_of_round(const struct scan *scan, uint64_t round, struct instant from)
{
    return scan->round == round || (scan->round == 0 && scan->wall.ms >= from.ms);
}

static void judge(struct tally_stop *stop, const struct scan *last, uint64_t round,
                  struct instant from)
{
    stop->state = TALLY_OPEN;
    stop->reason = 0;
    stop->fees_vnd = stop->postage_vnd = 0;
    if (last->event == EVENT_DELIVERED) {
        stop->state = TALLY_DELIVERED;
        stop->fees_vnd = last->fees_vnd;
        stop->postage_vnd = last->postage_vnd;
    } else if (last->event == EVENT_DELIVERY_FAILED && is_of_round(last, round, from)) {
        stop->state = TALLY_FAILED;
        stop->reason = last->reason;
    } else if (last->event == EVENT_ARRIVED_DELIVERY_OFFICE && last->round == round) {
        stop->state = TALLY_BACK;
    } else if (last->event == EVENT_NAMED && last->round == round) {
        stop->state = TALLY_NAMED;
        stop->reason = last->reason;
    }
}

static void look(struct tally_stop *stop, struct outbox *outbox, uint64_t round,
                 struct instant from)
{
    struct scan last;
    if (outbox_last(outbox, &stop->item, &last, NULL))
        judge(stop, &last, round, from);
    else
        judge(stop, &(struct scan){.event = 0}, round, from);
}

/* ------------------------------------------------------------------ all of them */

static void count(struct tally *tally)
{
    memset(tally->count, 0, sizeof tally->count);
    tally->next = tally->stops;
    for (uint32_t i = 0; i < tally->stops; i++) {
        tally->count[tally->stop[i].state]++;
        if (tally->stop[i].state == TALLY_OPEN && tally->next == tally->stops)
            tally->next = i;
    }
}

void tally_follow(struct tally *tally, const struct day *day, struct outbox *outbox)
{
    const struct round_list *round = day != NULL ? day->round(day->ctx) : NULL;
    if (round == NULL) {
        tally->round = tally->stops = 0;
        count(tally);
        return;
    }
    if (tally->round == round->round && tally->revision == round->revision)
        return;
    uint32_t stops = round->stops < ROUND_STOPS_MAX ? round->stops : ROUND_STOPS_MAX;
    tally->round = round->round;
    tally->revision = round->revision;
    tally->from = round->from;
    tally->stops = 0;
    for (uint32_t i = 0; i < stops; i++) {
        const struct stop *stop = day->stop_at(day->ctx, i);
        if (stop == NULL)
            continue;
        struct tally_stop *at = &tally->stop[tally->stops++];
        at->item = stop->item;
        at->place = i;
        look(at, outbox, tally->round, tally->from);
    }
    count(tally);
}

void tally_take(struct tally *tally, struct outbox *outbox, const struct item *item)
{
    for (uint32_t i = 0; i < tally->stops; i++)
        if (item_equal(&tally->stop[i].item, item))
            look(&tally->stop[i], outbox, tally->round, tally->from);
    count(tally);
}

const struct tally_stop *tally_of(const struct tally *tally, const struct item *item)
{
    for (uint32_t i = 0; i < tally->stops; i++)
        if (item_equal(&tally->stop[i].item, item))
            return &tally->stop[i];
    return NULL;
}

uint32_t tally_in_hand(const struct tally *tally, uint32_t i)
{
    for (uint32_t at = 0; at < tally->stops; at++) {
        enum tally_state state = tally->stop[at].state;
        if ((state == TALLY_OPEN || state == TALLY_FAILED) && i-- == 0)
            return at;
    }
    return tally->stops;
}

/* ------------------------------------------------------------------ cash */

static void add_cash(struct tally_cash *cash, const char *office, const struct tally_stop *stop)
{
    uint32_t i = 0;
    while (i < cash->offices && strcmp(cash->row[i].office, office) != 0)
        i++;
    if (i == TALLY_OFFICES_MAX) {
        i--;
        strcpy(cash->row[i].office, "…");
    } else if (i == cash->offices) {
        snprintf(cash->row[i].office, sizeof cash->row[i].office, "%s", office);
        cash->offices++;
    }
    cash->row[i].fees_vnd += stop->fees_vnd;
    cash->row[i].postage_vnd += stop->postage_vnd;
    cash->fees_vnd += stop->fees_vnd;
    cash->postage_vnd += stop->postage_vnd;
}

void tally_cash(const struct tally *tally, const struct day *day, struct tally_cash *ret_cash)
{
    memset(ret_cash, 0, sizeof *ret_cash);
    for (uint32_t i = 0; i < tally->stops; i++) {
        const struct tally_stop *at = &tally->stop[i];
        if (at->fees_vnd == 0 && at->postage_vnd == 0)
            continue;
        const struct stop *stop = day->stop_at(day->ctx, at->place);
        add_cash(ret_cash, stop != NULL ? stop->office : "?", at);
    }
}
