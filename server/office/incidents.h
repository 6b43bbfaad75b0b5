/* incidents.h - the register of breaches of personal data: what happened, when it was found, until
 * when the authority must know (rule incident_hours), what was done. Facts of the office's chain,
 * by the number of the one that opened it; their words are attachments. [domain.md section 6: 72 h
 * to the authority, unverified against the decree] Any thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_INCIDENTS_H
#define TRAO_SERVER_OFFICE_INCIDENTS_H

#include "server/delivery/rules.h"
#include "server/record/acts.h"

#define INCIDENT_WORDS_MAX 1024

struct incident {
    uint64_t number;
    struct instant found;
    struct instant due;          /* the authority is to know by then */
    struct instant told, closed; /* .ms 0: not yet */
    uint32_t notes;              /* all entries, the first too */
};
#define INCIDENTS_MAX 1000 /* the newest ones */

/* What happened; `found` 0: now. BAD_INPUT: no words, or found in the future. */
bool incident_open(struct acts acts, struct instant found, const char *words, uint32_t user,
                   uint64_t *ret_number, struct error *err) must_use;
enum incident_step { INCIDENT_NOTE, INCIDENT_TOLD, INCIDENT_CLOSE };
/* NOT_FOUND; REFUSED: it is closed, or is to be closed and the authority was never told. REPEATED:
 * told already. `record` is a reader. */
bool incident_go_on(struct acts acts, struct record *record, const struct rules *rules,
                    uint64_t number, enum incident_step step, const char *words, uint32_t user,
                    struct error *err) must_use;

/* Oldest first; free(*new_incidents). */
bool incidents_read(struct record *record, const struct rules *rules,
                    struct incident **new_incidents, size_t *ret_n, struct error *err) must_use;
/* What was written about one, in order. */
bool incident_words(struct record *record, uint64_t number,
                    bool (*each)(void *ctx, const struct office_fact *fact, const char *words),
                    void *ctx, struct error *err) must_use;

#endif
