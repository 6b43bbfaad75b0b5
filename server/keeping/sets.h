/* sets.h - a folder with backups that a server writes by itself: sets, each a base and the parts
 * that follow it. A name says what it is, for people and for finding; what counts stands inside.
 *
 *     trao-20261127T003028Z-5f3a9c0d11e2b477-000000.bak      the base, made at that time (UTC)
 *     trao-20261127T003028Z-5f3a9c0d11e2b477-000001.bak      what changed since
 * Any thread.
 */
#ifndef TRAO_SERVER_KEEPING_SETS_H
#define TRAO_SERVER_KEEPING_SETS_H

#include "protocol/clock.h"
#include "protocol/error.h"

#include <limits.h>

#define SETS_NAME_MAX 64
#define SETS_PARTS_MAX 999999

struct set_name {
    char text[40]; /* "trao-20261127T003028Z-5f3a9c0d11e2b477": sorts by time */
};
struct set_name set_name_of(struct instant made, uint64_t set);
void set_part_name(const struct set_name *set, uint64_t part, char out[SETS_NAME_MAX]);

/* The sets of a folder that have a base, oldest first; free(*new_sets). LATER, NOT_FOUND. */
bool sets_list(const char *folder, struct set_name **new_sets, size_t *ret_n,
               struct error *err) must_use;
/* How many parts a set has, its base among them, up to the first that is missing; *ret_beyond says
 * whether there are some beyond that. */
bool set_parts(const char *folder, const struct set_name *set, uint64_t *ret_parts,
               bool *ret_beyond, struct error *err) must_use;
/* Removes a set, its base last: what is half removed is no set any more only at the end. */
bool set_remove(const char *folder, const struct set_name *set, struct error *err) must_use;
/* Removes what was begun and not ended: NAME.part. */
bool sets_tidy(const char *folder, struct error *err) must_use;

#endif
