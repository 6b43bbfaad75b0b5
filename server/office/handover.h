/* handover.h - printed envelopes go to the post: one HANDED_OVER fact each, under one serial BG-
 * that is unique on this server (settled point 17). Sealed, it is counted, its contents are summed,
 * and both sides are named [TT 17/2017 Art 5: list, seal, both sign; domain.md section 1, rule 3].
 */
#ifndef TRAO_SERVER_OFFICE_HANDOVER_H
#define TRAO_SERVER_OFFICE_HANDOVER_H

#include "server/record/acts.h"
#include "server/views/views.h"

#define HANDOVER_TEXT_MAX 24
/* "BG-000007". */
char *handover_text(uint64_t serial, char out[HANDOVER_TEXT_MAX]);
/* The other way; BAD_INPUT. */
bool handover_read(const char *text, uint64_t *ret_serial, struct error *err) must_use;

struct handover_seal {
    const char *number;        /* on the seal, at most SEAL_NUMBER_MAX bytes */
    const char *giver, *taker; /* names: kept as evidence beside the chain, never in it */
    uint32_t badge; /* of the postman who takes, 0 when it is somebody else of the post */
    uint32_t count; /* envelopes counted by hand */
    uint32_t user;
};

/* All items given must be printed and not yet handed over, and none may wait with its papers beside
 * it (received, not paired): REFUSED names the first, and nothing is handed over. n > 0.
 * With a seal every envelope must be paired, the count must be n, and both sides named and
 * different. */
bool handover_run(struct acts acts, struct views *views, const struct item *items, size_t n,
                  const struct handover_seal *seal, uint64_t *ret_serial,
                  struct error *err) must_use;

#endif
