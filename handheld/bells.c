#include "handheld/bells.h"

#define SHORT_GAP_MS 160 /* apart enough to be counted by ear */
#define QUICK_GAP_MS 40  /* six of them are heard as one long tone */
#define LONG_BELLS 6
#define PAUSE_MS 320 /* between the short one and the long one */

void bells_start(struct bells *bells, enum sound sound, struct tick now)
{
    static const struct bells patterns[] = {
        [SOUND_NONE] = {0, 0, 0, {0}},
        [SOUND_OK] = {1, SHORT_GAP_MS, 0, {0}},
        [SOUND_REPEATED] = {2, SHORT_GAP_MS, 0, {0}},
        [SOUND_LOOK] = {3, SHORT_GAP_MS, 0, {0}},
        [SOUND_REFUSED] = {LONG_BELLS, QUICK_GAP_MS, 0, {0}},
        [SOUND_CLOSED] = {1, PAUSE_MS, LONG_BELLS, {0}},
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
    if (bells->left == 0 && bells->then > 0) {
        bells->left = bells->then;
        bells->then = 0;
        bells->gap_ms = QUICK_GAP_MS;
    }
    return true;
}

struct tick bells_due(const struct bells *bells)
{
    return bells->left > 0 ? bells->next : (struct tick){INT64_MAX};
}
