/* vault_opened.h - the round while it is open: in memory only, wiped when it is locked. For the
 * vault alone. One thread. */
#ifndef TRAO_HANDHELD_VAULT_OPENED_H
#define TRAO_HANDHELD_VAULT_OPENED_H

#include "protocol/box.h"
#include "protocol/round.h"

struct vault_opened {
    bool open, has_list, has_login;
    struct box_secret secret;
    struct round_login login;
    struct round_list list;
    struct stop *stop; /* and what follows: on the heap, its own */
    struct neighbour *neighbour;
    struct handover_list *handover;
    uint32_t stops, neighbours, handovers;
};

/* Nothing is open, and no byte of it left. */
void vault_opened_wipe(struct vault_opened *o);
/* Takes a piece in; one too many, or without memory, is left out. */
void vault_opened_keep(struct vault_opened *o, const struct round_piece *piece);
/* Stops in the order of their places. */
void vault_opened_sort(struct vault_opened *o);

/* Borrowed until it is wiped or changed; NULL: there is none. */
const struct stop *vault_opened_stop(const struct vault_opened *o, const struct item *item);
const struct neighbour *vault_opened_neighbour(const struct vault_opened *o,
                                               const struct item *item);
const struct handover_list *vault_opened_handover(const struct vault_opened *o, uint64_t serial);

#endif
