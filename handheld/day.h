/* day.h - what the screens ask of the vault: the round in hand, as functions. The vault answers in
 * the program; practice and tests answer with envelopes of their own.
 *
 * Everything is NULL while there is no round or it is locked: then scanning goes on without names,
 * money and places. Pointers are borrowed until the next call of any of them. One thread.
 */
#ifndef TRAO_HANDHELD_DAY_H
#define TRAO_HANDHELD_DAY_H

#include "protocol/round.h"

enum day_unlocked {
    DAY_OPEN,         /* the round is there */
    DAY_WRONG_PIN,    /* *ret_left tries remain */
    DAY_ERASED,       /* the tenth wrong PIN: names and addresses are gone, scans are not */
    DAY_NEEDS_SERVER, /* this postman was never on this device: the first time needs the network */
    DAY_NO_ROUND      /* the PIN is right, no round has come yet */
};

struct day {
    const struct round_list *(*round)(void *ctx);
    const struct stop *(*stop)(void *ctx, const struct item *item); /* NULL: not on the round */
    const struct stop *(*stop_at)(void *ctx, uint32_t i);           /* 0 .. round->stops - 1 */
    const struct neighbour *(*neighbour)(void *ctx, const struct item *item);
    const struct handover_list *(*handover)(void *ctx, uint64_t serial);
    /* `pin`: digits. Takes up to a second: a PIN is made expensive to try. */
    enum day_unlocked (*unlock)(void *ctx, uint32_t badge, const char *pin, uint32_t *ret_left);
    void (*lock)(void *ctx);
    void *ctx;
};

#endif
