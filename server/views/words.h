/* words.h - the words by which boards are asked for, in commands and addresses alike: "office",
 * "post", "late", "reason-3", "open-6-10". For ever, as they stand in people's bookmarks. Pure. */
#ifndef TRAO_SERVER_VIEWS_WORDS_H
#define TRAO_SERVER_VIEWS_WORDS_H

#include "server/views/views.h"

const char *view_clock_key(enum view_clock clock);
const char *view_group_key(enum view_group group);
const char *view_age_key(int age);

/* What the fold did with a fact; one doubt: "moved", "no-pickup". */
const char *effect_key(enum effect effect);
const char *doubt_key(enum doubt doubt);

/* BAD_INPUT; `what` names the word's place in the sentence. */
bool view_clock_named(const char *what, const char *text, enum view_clock *ret_clock,
                      struct error *err) must_use;
bool view_group_named(const char *what, const char *text, enum view_group *ret_group,
                      struct error *err) must_use;
/* Sets number and which. */
bool view_number_named(const char *what, const char *text, struct view_behind *behind,
                       struct error *err) must_use;

#endif
