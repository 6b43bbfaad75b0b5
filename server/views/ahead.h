/* ahead.h - rows read ahead by threads of their own, scans by one and office facts by another,
 * while the feeding thread takes in those before them: a long catching up uses two cores
 * (docs/decisions/0080). Private to this folder. */
#ifndef TRAO_SERVER_VIEWS_AHEAD_H
#define TRAO_SERVER_VIEWS_AHEAD_H

#include "server/views/rows.h"

struct ahead;

/* Reads on from `mark` through a reader for each kind (rows_kind), theirs until ahead_end. LATER
 * when there is no memory or no thread. */
bool ahead_begin(struct facts *const facts[2], const struct mark *mark, struct ahead **ret_ahead,
                 struct error *err) must_use;
/* The next rows, of the kind that is behind, the caller's to read until it gives them back; NULL
 * after the last. */
bool ahead_next(struct ahead *ahead, const struct rows **ret_rows, struct error *err) must_use;
void ahead_give_back(struct ahead *ahead);
void ahead_end(struct ahead *ahead); /* NULL is fine */

#endif
