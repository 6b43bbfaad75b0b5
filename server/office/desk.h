/* desk.h - the desk's own steps before the post comes: a result is received from its department,
 * put in its own envelope, and what a recount finds is written down [TT 17/2017 Art 5, mirrored:
 * domain.md section 1, rule 3]. What is scanned comes as the scanner gave it. Any thread but the
 * writer's.
 */
#ifndef TRAO_SERVER_OFFICE_DESK_H
#define TRAO_SERVER_OFFICE_DESK_H

#include "server/record/acts.h"

/* What is in an envelope, counted; at most CONTENTS_MAX of each. */
#define CONTENTS_MAX 9999
struct contents {
    uint32_t originals, certified, pages; /* certified copies */
};

/* The dossier's own Code 128 was scanned and its papers counted. A second receipt before the
 * handover is a recount: it counts, and the envelope must be paired again. NOT_FOUND when the
 * dossier has no live number, BAD_INPUT when nothing was counted or the code is none, REFUSED once
 * the envelope has left the office. */
bool desk_receive(struct acts acts, const char *dossier, const struct contents *contents,
                  uint32_t user, struct item *ret_item, struct error *err) must_use;

/* First the dossier's code, then the number on the envelope. REFUSED, loudly, when the envelope is
 * another's: nothing is paired, and the near miss is kept as a DIFFERENCE. Also REFUSED when the
 * papers were not received, REPEATED when they are in already. */
bool desk_pair(struct acts acts, const char *dossier, const char *envelope, uint32_t user,
               struct item *ret_item, struct error *err) must_use;

/* What a recount of a handover found about one envelope. NOT_FOUND without such a handover; REFUSED
 * when a missing, damaged or otherwise filled envelope is not of it, or an extra one is. */
struct found {
    uint64_t handover;
    struct item item;
    enum difference kind;
    struct contents contents; /* with DIFFERENCE_CONTENTS: what was counted */
    const char *note;         /* words, may be NULL */
    uint32_t user;
};
bool desk_difference(struct acts acts, const struct found *found, struct error *err) must_use;

/* "missing", "extra", "contents", "damaged"; DIFFERENCE_NONE for other words. */
enum difference difference_of(const char *word);
const char *difference_word(enum difference kind);

#endif
