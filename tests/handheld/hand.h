/* hand.h - a postman's hand on the program without its wires: scans, keys, time, what was heard,
 * and screens compared with captures that were looked at (golden/NAME.txt, 40 by 20). GOLDEN=write
 * makes them anew: look at each before committing it.
 */
#ifndef TRAO_TESTS_HANDHELD_HAND_H
#define TRAO_TESTS_HANDHELD_HAND_H

#include "handheld/app.h"
#include "tests/handheld/rig.h"

#define HOUR INT64_C(3600000)

/* One at a time, as a postman has two hands. */
extern struct rig rig;
extern struct app app;
extern struct fix fix;
extern struct face face;
extern char said[16][96];
extern size_t n_said;

int hand_setup(void **state);
/* With a day and papers of the test's own; either may be NULL. */
void hand_begin(const struct day *day, const struct door_papers *papers);
int hand_teardown(void **state);
void pass(int64_t ms);
void scan(const char *text);
/* Digits as they stand on the keys, F for F1, "<" "^" "v" ">" for the arrows, "\r" Enter. */
void keys(const char *pressed);
void type(const char *text); /* slowly, by hand */
void heard(const char *line);
void looks_like(const char *name);
/* What this device did to the item last; fails the test when nothing. */
struct scan last_of(const char *text);

#endif
