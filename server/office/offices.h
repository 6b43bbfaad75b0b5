/* offices.h - the registry of offices and places as the office keeps it: entries from words, tables
 * of communes from a file, and what trao.conf says taken over at the start. */
#ifndef TRAO_SERVER_OFFICE_OFFICES_H
#define TRAO_SERVER_OFFICE_OFFICES_H

#include "server/config.h"
#include "server/record/acts.h"
#include "server/record/communes.h"
#include "server/record/premises.h"

/* The one office and post office of trao.conf become the first of the registry, and follow
 * trao.conf as long as nobody says otherwise there; the built-in communes when there are none.
 * Inside a group of the writer's, or before it runs. */
bool offices_adopt(struct record *record, const struct config *config, struct error *err) must_use;

bool offices_put(struct acts acts, struct premises *premises, uint32_t user,
                 struct error *err) must_use;

/* "18073,phường,Thành Sen,,45122,2025-07-01,," a line: code, kind, name, district, postal code,
 * from, to, successor. Lines that begin with # or "code," are left out. All rows or none:
 * BAD_INPUT names the line. `text` is cut up. */
#define COMMUNES_MAX 20000
bool communes_load(struct acts acts, char *text, const char *citation, uint32_t user, size_t *ret_n,
                   struct error *err) must_use;

#endif
