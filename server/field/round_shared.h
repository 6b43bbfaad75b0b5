/* round_shared.h - what several handhelds' rounds have in common, read once for all that are served
 * in one turn: handovers that may still wait to be picked up, and who of a post office carries
 * what. Private to this folder.
 */
#ifndef TRAO_SERVER_FIELD_ROUND_SHARED_H
#define TRAO_SERVER_FIELD_ROUND_SHARED_H

#include "server/field/round_pieces.h"

struct neighbourhood;

/* {0} is empty; a turn long, personal: wipe. */
struct shared {
    bool handovers_known;
    struct pieces handovers;
    struct neighbourhood *around; /* by post office, as they were asked for */
    size_t around_n, around_room;
};
void shared_wipe(struct shared *shared); /* and free; {0} again */

/* Each adds its pieces to a handheld's. LATER without memory; else the record's error. */
bool shared_handovers(struct shared *shared, const struct dispatch_config *config,
                      struct record *record, struct pieces *pieces, struct error *err) must_use;
/* The rounds of a post office but those of `badge`. */
bool shared_neighbours(struct shared *shared, struct record *record, uint32_t post_office,
                       uint32_t badge, struct pieces *pieces, struct error *err) must_use;

#endif
