/* communes.h - the units addresses are in, as they were and are: a table that is loaded, since
 * units change [domain.md section 3]. A row with a successor is an old unit, or a part of one; its
 * area lies in the successor's now. Rows, not facts: the fact COMMUNES_LOADED says who loaded how
 * many, from which file. Until a table is loaded: the communes of Hà Tĩnh since 1/7/2025. Same
 * threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_COMMUNES_H
#define TRAO_SERVER_RECORD_COMMUNES_H

#include "server/record/record.h"

#define COMMUNE_TEXT_MAX 63

struct commune {
    uint32_t code; /* GSO; 0 an old unit whose code nobody wrote down */
    char kind[16]; /* "xã", "phường", "huyện" ... */
    char name[COMMUNE_TEXT_MAX + 1], folded[COMMUNE_TEXT_MAX + 1];
    char district[COMMUNE_TEXT_MAX + 1], district_folded[COMMUNE_TEXT_MAX + 1]; /* may be empty */
    uint32_t postal_code;                                                       /* 0 unknown */
    uint32_t successor; /* GSO code, 0 none */
    struct instant from, to;
};

/* These rows in place of all; `fact` has count and evidence. */
bool communes_replace(struct record *record, const struct commune *communes, size_t n,
                      struct office_fact *fact, struct error *err) must_use;
/* Puts the built-in table in when there is none. */
bool communes_seed(struct record *record, struct error *err) must_use;

/* The units of this folded name at `at`: those in force, and the successors of those that are not;
 * each once, by code. `district_folded` empty: of any district. `each` returns false to stop. */
bool communes_find(struct record *record, const char *folded, const char *district_folded,
                   struct instant at, bool (*each)(void *ctx, const struct commune *commune),
                   void *ctx, struct error *err) must_use;
/* The unit of a code in force at `at`. NOT_FOUND. */
bool commune_get(struct record *record, uint32_t code, struct instant at,
                 struct commune *ret_commune, struct error *err) must_use;
/* All in force at `at`, by code. */
bool communes_each(struct record *record, struct instant at,
                   bool (*each)(void *ctx, const struct commune *commune), void *ctx,
                   struct error *err) must_use;

#endif
