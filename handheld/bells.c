#include "handheld/bells.h"

#define SHORT_GAP_MS 160 /* apart enough to be counted by ear */
#define QUICK_GAP_MS 40  /* six of them are heard as one long tone */

void bells_start(struct bells *bells, enum sound sound, struct tick now)
{
    static const struct bells patterns[] = {
        [SOUND_NONE] = {0, 0, {0}},
        [SOUND_OK] = {1, SHORT_GAP_MS, {0}},
        [SOUND_REPEATED] = {2, SHORT_GAP_MS, {0}},
        [SOUND_LOOK] = {3, SHORT_GAP_MS, {0}},
        [SOUND_REFUSED] = {6, QUICK_GAP_MS, {0}},
    };
    *bells = patterns[sound];
    bells->next = now;
}

bool bells_ring(struct bells *bells, struct tick now)
{
    if (bells->left == 0 || now.ms < bells->next.ms)
        return false;
    bells->left--;
    bells->next.ms = now.ms + bells->gap_ms;
    return true;
}

struct tick bells_due(const struct bells *bells)
{
    return bells->left > 0 ? bells->next : (struct tick){INT64_MAX};
}
