/* walk_inside.h - what the files of the walk share: walk.c takes each fact in its turn, walk_door.c
 * what happens at doors, walk_notes.c what a fact says beside the status. For them alone. */
#ifndef TRAO_SERVER_DELIVERY_WALK_INSIDE_H
#define TRAO_SERVER_DELIVERY_WALK_INSIDE_H

#include "server/delivery/walk.h"

struct walk {
    struct fact *facts;
    size_t n;
    const struct rules *rules;
    struct state *state;
    enum status status;
    int64_t picked_up_by;    /* device of the first pickup, 0 none */
    bool went_out;           /* the holder took it out for delivery */
    const struct fact *door; /* the counted door outcome in force */
    bool door_outcome, any_pickup, any_scan, voided;
    bool money_elsewhere; /* taken, as a scan says that does not count */
    int64_t issued_ms;    /* INT64_MIN: never */
};

/* ------------------------------------------------------------------ walk.c */

bool walk_is_custody(uint32_t event); /* whoever scans it has the envelope */
bool walk_counted(enum effect effect);
bool walk_has_money(const struct act *act);
void walk_set_status(struct walk *walk, enum status status, const struct fact *fact,
                     const struct act *act);
struct schedule walk_schedule(const struct walk *walk, const struct fact *fact);

/* ------------------------------------------------------------------ walk_door.c */

/* A door outcome that counts: an attempt, an invitation, money, who delivered. */
void walk_took_door(struct walk *walk, const struct fact *fact, const struct act *act);
/* The same outcome once more: a next attempt, the label read twice, or two stories. */
enum effect walk_take_again(struct walk *walk, const struct fact *fact, const struct act *act);
void walk_invite(struct state *state, struct instant at);

/* ------------------------------------------------------------------ walk_notes.c */

void walk_note_hand(struct state *state, const struct act *act, enum status status);
void walk_note_clock(struct walk *walk, const struct fact *fact, const struct act *act);
void walk_note_field(struct walk *walk, const struct fact *fact, const struct act *act);
void walk_note_office(struct walk *walk, const struct fact *fact);

#endif
