/* handover.h - printed envelopes go to the post: one HANDED_OVER fact each, under one serial BG-
 * that is unique on this server (settled point 17). */
#ifndef TRAO_SERVER_OFFICE_HANDOVER_H
#define TRAO_SERVER_OFFICE_HANDOVER_H

#include "server/record/acts.h"
#include "server/views/views.h"

#define HANDOVER_TEXT_MAX 24
/* "BG-000007". */
char *handover_text(uint64_t serial, char out[HANDOVER_TEXT_MAX]);

/* All items given must be printed and not yet handed over: REFUSED names the first that is not, and
 * nothing is handed over. n > 0. */
bool handover_run(struct acts acts, struct views *views, const struct item *items, size_t n,
                  uint64_t *ret_serial, struct error *err) must_use;

#endif
