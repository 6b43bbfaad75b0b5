/* practice.h - a round that is none, for learning the screens: every envelope is on it, for a
 * receiver who does not exist, with money and a card to ask for. */
#ifndef TRAO_HANDHELD_PRACTICE_H
#define TRAO_HANDHELD_PRACTICE_H

#include "handheld/day.h"
#include "handheld/face.h"

/* A constant. */
const struct day *practice_day(void);
/* Written all round the screen, so that nobody takes it for the real one. */
void practice_frame(struct face *face, const char *word, const char *not_real);

#endif
