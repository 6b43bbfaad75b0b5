/* lookups.h - small tables beside the office chain, kept in step with it fact by fact, so that a
 * desk is answered without reading the chain. They hold nothing the chain does not say. Same
 * threads as record.h; readers see what is committed.
 */
#ifndef TRAO_SERVER_RECORD_LOOKUPS_H
#define TRAO_SERVER_RECORD_LOOKUPS_H

#include "server/record/record.h"

/* What was chosen for a dossier [QĐ 45/2016: by the citizen, free to withdraw]. All false when
 * nothing was ever said: never an error. */
struct choice {
    bool opted_in, opted_out; /* the last word counts; both false: none recorded */
    bool electronic;          /* the result is electronic: there is no envelope */
};
/* For an office: what who is bound to another one says of a dossier counts for that one alone. */
bool record_choice(struct record *record, const char *dossier, uint32_t office,
                   struct choice *ret_choice, struct error *err) must_use;

/* Office seqs of the last RECEIVED_FROM_DEPARTMENT and of the PAIRED after it; 0 none. */
struct content {
    uint64_t received, paired;
};
bool record_content(struct record *record, const struct item *item, struct content *ret_content,
                    struct error *err) must_use;

/* Office seq of HANDOVER_SEALED of a handover BG-, 0 when it went unsealed. NOT_FOUND when there is
 * no such handover. */
bool record_handover(struct record *record, uint64_t handover, uint64_t *ret_sealed,
                     struct error *err) must_use;
/* The handover an item last went with; 0 none. */
bool record_handover_of(struct record *record, const struct item *item, uint64_t *ret_handover,
                        struct error *err) must_use;
/* Its items in order of number. `each` returns false to stop. */
bool record_handover_items(struct record *record, uint64_t handover,
                           bool (*each)(void *ctx, const struct item *item), void *ctx,
                           struct error *err) must_use;
/* The highest number there is; 0 for none. */
bool record_handover_last(struct record *record, uint64_t *ret_handover,
                          struct error *err) must_use;
/* Handovers after a serial, oldest first. */
bool record_handovers(struct record *record, uint64_t after,
                      bool (*each)(void *ctx, uint64_t handover, uint64_t sealed), void *ctx,
                      struct error *err) must_use;

/* Numbers given to dossiers whose code begins so, voided ones too, issued before fact `before` (0:
 * all), newest first: of a beginning that names a day these are hundreds. `each` returns false to
 * stop. */
bool record_issued_like(struct record *record, const char *beginning, uint64_t before,
                        bool (*each)(void *ctx, const struct item *item, uint64_t seq), void *ctx,
                        struct error *err) must_use;

/* Live numbers in order of issue, those of facts after `after_seq`, at most `max`; `ret_last` is
 * the fact of the last one. */
bool record_issued_page(struct record *record, uint64_t after_seq, struct item *out, size_t max,
                        size_t *ret_n, uint64_t *ret_last, struct error *err) must_use;

/* False (NOT_FOUND) when the number was never given out; `ret_live` is false once it was voided or
 * recalled. */
bool record_item_live(struct record *record, const struct item *item, bool *ret_live,
                      struct error *err) must_use;

#endif
