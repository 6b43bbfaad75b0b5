/* returns.h - may an envelope go back to the office, how long is it held, when is it nobody's
 * [Postal Law 49/2010/QH12 Art 17; domain.md section 1, rules 7-10]. Pure. The numbers are rules
 * (rule.def).
 */
#ifndef TRAO_SERVER_DELIVERY_RETURNS_H
#define TRAO_SERVER_DELIVERY_RETURNS_H

#include "server/delivery/fold.h"

/* What a return still lacks; the first that applies. */
enum lack {
    LACK_NOTHING = 0,
    LACK_GROUND,     /* none of the five of Art 17(1) */
    LACK_INVITATION, /* ground (d) without its invitations, or not far enough apart */
    LACK_INSTRUCTION /* the office has not asked for it */
};

struct returns {
    const char *ground; /* "a" "b" "c" "d" "đ" of Art 17(1), "" none */
    enum lack lack;
    struct instant invite_from; /* LACK_INVITATION: the first minute a next one counts; .ms 0 now */
    struct instant hold_until;  /* last minute at the post office; .ms 0 nobody was invited yet.
                                   A refusal is held no longer: the moment it was made */
    struct instant unclaimed_from; /* .ms 0: the post has not accepted it yet, as far as is known */
};

/* As it stands at `at`; the schedule says whose rules, as known when. */
struct returns returns_of(const struct state *state, const struct schedule *schedule,
                          struct instant at);

/* Whether a second failed attempt may be recorded at `at`; if not, from when on [domain.md section
 * 8]. A failure that arrives all the same is kept and counts as no attempt. */
bool may_fail_again(const struct state *state, const struct schedule *schedule, struct instant at,
                    struct instant *ret_from);

#endif
