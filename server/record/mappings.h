/* mappings.h - how an office names the columns of its lists, where it names
 * them otherwise than the lists everybody knows. Rows, not facts: they say how
 * a file is read, nothing of an item. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_MAPPINGS_H
#define TRAO_SERVER_RECORD_MAPPINGS_H

#include "server/record/record.h"

#define MAPPING_KEY_MAX 23
#define MAPPING_NAME_MAX 127 /* bytes, UTF-8 */

struct mapping {
    char key[MAPPING_KEY_MAX + 1];     /* of the column */
    char name[MAPPING_NAME_MAX + 1];   /* as the office writes it */
    char folded[MAPPING_NAME_MAX + 1]; /* for comparing */
};

/* In place of what the office (number of premises.h) called that column; an
 * empty name takes it out. */
bool mapping_put(struct record *record, uint32_t office, const struct mapping *mapping,
                 struct error *err) must_use;
/* All of an office, by key. `each` returns false to stop. */
bool mappings_each(struct record *record, uint32_t office,
                   bool (*each)(void *ctx, const struct mapping *mapping), void *ctx,
                   struct error *err) must_use;

#endif
