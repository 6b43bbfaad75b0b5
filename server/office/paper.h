/* paper.h - a handheld died in mid-shift: what the postman wrote on paper is typed by the desk, and
 * another handheld is given out. An entry from paper is its own kind of fact, PAPER_ENTRY: it says
 * who wrote, who typed, when it happened as written and when it was typed, and it never stands in
 * a handheld's chain. Any thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_PAPER_H
#define TRAO_SERVER_OFFICE_PAPER_H

#include "server/record/acts.h"

struct paper_entry {
    struct item item;
    struct paper_scan paper; /* what, and when as written */
    uint32_t badge;          /* who wrote: a postman whose badge was in force then */
    uint32_t user;           /* who typed: a person of the record, never 0 */
    const char *note;        /* the sheet it stands on: "sổ tay 3, trang 12"; required */
};

/* A paper older than this is no late entry but a case for people: 14 days is the longest a
 * handheld may be away (settled point 7). */
#define PAPER_AGE_MAX_MS (INT64_C(14) * 24 * 3600 * 1000)

/* BAD_INPUT when a field does not fit the event (a failed delivery needs a reason and an act that
 * goes with it, a delivered one a relation, others neither), when it lies in the future or too far
 * back, or when somebody or the sheet is not named. NOT_FOUND when nobody issued the item or the
 * badge is unknown; REPEATED when the very same was typed before. */
bool paper_enter(struct acts acts, const struct paper_entry *entry, struct error *err) must_use;

/* Another handheld stands in for one that died. Both must be enrolled, the new one not revoked; the
 * old one keeps its keys, for what it holds may still be brought in. */
bool device_spare(struct acts acts, const char *old_device, const char *device, uint32_t badge,
                  uint32_t user, struct error *err) must_use;

#endif
