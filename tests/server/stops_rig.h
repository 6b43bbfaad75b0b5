/* stops_rig.h - door outcomes with places, before a browser with the map open. One thread. */
#ifndef TRAO_TESTS_SERVER_STOPS_RIG_H
#define TRAO_TESTS_SERVER_STOPS_RIG_H

#include "tests/server/browser.h"

#define MAP "/quay/ban-do"

extern const struct place exact, coarse, none;
extern uint32_t badge; /* who signed in, 0 nobody */

bool says(const struct browser *browser, const char *text);
/* Logs in anew, as this one. */
void as(struct browser *browser, const char *name);
uint32_t office_of(struct browser *browser);
/* A door outcome with a place, made `ago_ms` before it arrives. */
void outcome(struct browser *browser, const struct item *item, uint32_t event,
             const struct place *place, int64_t ago_ms);
/* Registers one 56 m north of `exact`. */
void open_post_office(struct browser *browser);

#endif
