/* rounds.h - rounds, and pads of invitations: look-ups kept in step with the office chain as those
 * of lookups.h. Same threads.
 */
#ifndef TRAO_SERVER_RECORD_ROUNDS_H
#define TRAO_SERVER_RECORD_ROUNDS_H

#include "server/record/record.h"

struct round {
    uint64_t id; /* BD- */
    uint32_t badge, post_office;
    uint32_t commune; /* GSO code, 0 mixed */
    struct instant built;
    bool closed;
};
bool round_get(struct record *record, uint64_t id, struct round *ret_round,
               struct error *err) must_use;
/* Those not closed, oldest first; of one badge, or of all with 0. */
bool rounds_open(struct record *record, uint32_t badge,
                 bool (*each)(void *ctx, const struct round *round), void *ctx,
                 struct error *err) must_use;
/* The same, of one post office. */
bool rounds_of_office(struct record *record, uint32_t post_office,
                      bool (*each)(void *ctx, const struct round *round), void *ctx,
                      struct error *err) must_use;
bool round_items(struct record *record, uint64_t id,
                 bool (*each)(void *ctx, const struct item *item), void *ctx,
                 struct error *err) must_use;
/* The round an item was last put on, also when closed; `*ret_round` has id 0 when on none. */
bool round_of(struct record *record, const struct item *item, struct round *ret_round,
              struct error *err) must_use;

/* The badge a slip GM- was issued to; NOT_FOUND when it is of no pad. */
bool slip_badge(struct record *record, uint64_t slip, uint32_t *ret_badge,
                struct error *err) must_use;
#endif
