/* items.h - what an office does to a number after it was given: void its label, give the dossier
 * another, take the envelope back (case T06). A voided or recalled number never comes back to life;
 * its dossier may have a new one. Any thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_ITEMS_H
#define TRAO_SERVER_OFFICE_ITEMS_H

#include "server/office/numbers.h"
#include "server/record/acts.h"
#include "server/views/views.h"

/* Who does it, and what the office says why (its own code, 0 none). */
struct because {
    uint32_t user; /* person of the record, 0 the administrator */
    uint32_t reason;
};

/* REFUSED when the item has ended (delivered, returned, void ...), NOT_FOUND when nobody issued it.
 */
bool item_void(struct acts acts, struct views *views, const struct item *item,
               const struct because *because, struct error *err) must_use;
bool item_recall(struct acts acts, struct views *views, const struct item *item,
                 const struct because *because, struct error *err) must_use;

/* What is put right on the new label; NULL keeps what was. */
struct correction {
    const char *name, *address, *phone;
    uint32_t office; /* number of premises.h; 0 keeps what was */
};
/* Voids the label and gives its dossier another number, in one act; also for a label that is void
 * already, as long as the dossier has no live number. The new fact names the old number. BAD_INPUT
 * when a corrected field is no good, REFUSED as above, NOT_FOUND when the old addressee was
 * deleted.
 */
bool item_reissue(struct acts acts, struct views *views, const struct numbers *numbers,
                  const struct item *item, const struct correction *correction,
                  const struct because *because, struct item *ret_item, struct error *err) must_use;

/* Another address, phone or result for the same person, under the same number; inside a group. What
 * is on a printed label does not change with it: that is the caller's to ask. LATER. */
bool item_readdress(struct record *record, const struct item *item, const struct addressee *who,
                    uint32_t commune, uint32_t postal_code, struct error *err) must_use;

#endif
