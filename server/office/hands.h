/* hands.h - each envelope is always in exactly one hand, and at the end of the day a postman's
 * hands are empty, or what is in them is named. Whose hand it is comes from the fold (fold.h, enum
 * hand); an envelope whose postman did not sign in counts for the one whose round it is on. Any
 * thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_HANDS_H
#define TRAO_SERVER_OFFICE_HANDS_H

#include "server/record/acts.h"
#include "server/views/views.h"

struct held {
    struct item item;
    enum status status;
    uint32_t badge; /* 0: a postman nobody can name */
    bool named;     /* the desk has written why it is still there */
};
/* What is in the hands of a postman, of all postmen with badge 0; free(*new_held). */
bool hands_list(struct views *views, struct record *record, uint32_t badge, struct held **new_held,
                size_t *ret_n, struct error *err) must_use;

/* Moves an envelope between hands of the post: to a postman, or to the post office with badge 0.
 * REFUSED when it is in no hand of the post, or there already. */
bool hand_move(struct acts acts, struct views *views, struct record *record,
               const struct item *item, uint32_t to_badge, uint32_t user,
               struct error *err) must_use;

/* Writes why an envelope stays in a postman's hand over night; BAD_INPUT without words, REFUSED
 * when it is in no postman's hand. */
bool hand_name(struct acts acts, struct views *views, struct record *record,
               const struct item *item, const char *why, uint32_t user, struct error *err) must_use;

/* Closes all open rounds of a postman. REFUSED while anything in his hands is not named: the
 * sentence tells how many and the first of them. */
bool day_end(struct acts acts, struct views *views, struct record *record, uint32_t badge,
             uint32_t user, size_t *ret_named, struct error *err) must_use;

#endif
