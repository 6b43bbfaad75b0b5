/* bells.h - the sounds of a terminal that has one bell: how many, how fast [ux.md section 4]. Pure:
 * the main loop rings when a bell is due, so that a sound never holds up a scan.
 */
#ifndef TRAO_HANDHELD_BELLS_H
#define TRAO_HANDHELD_BELLS_H

#include "handheld/app.h"

struct bells {
    int left;
    int64_t gap_ms;
    int then; /* quick ones behind them, after a gap: the long tone of short-long */
    struct tick next;
};

/* A new sound takes the place of one that still rings: the last outcome counts. */
void bells_start(struct bells *bells, enum sound sound, struct tick now);
/* True when one is to be rung now. */
bool bells_ring(struct bells *bells, struct tick now);
struct tick bells_due(const struct bells *bells); /* INT64_MAX: silent */

#endif
