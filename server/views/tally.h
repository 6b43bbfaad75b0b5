/* tally.h - how many items of an office stand where, so that who is bound to offices is answered
 * without a walk over all items. Items that nobody issued belong to no office and are not in it.
 * Private to this folder; no lock inside. */
#ifndef TRAO_SERVER_VIEWS_TALLY_H
#define TRAO_SERVER_VIEWS_TALLY_H

#include "protocol/event.h"
#include "server/views/views.h"

struct tally_row;

/* Zeroed: empty. Rows by office. */
struct tally {
    struct tally_row *rows;
    size_t n, room;
};

void tally_done(struct tally *tally);
/* So that tally_move cannot fail for that office; 0 is none. False without memory. */
bool tally_reserve(struct tally *tally, uint32_t office);
/* One more (1) or one less (-1). */
void tally_move(struct tally *tally, uint32_t office, enum status status, int by);
/* Adds those of an office to `out`. */
void tally_add(const struct tally *tally, uint32_t office, uint64_t out[VIEW_STATUSES]);

#endif
