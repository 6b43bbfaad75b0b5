/* envelope.h - one item on one page: what stands on its envelope, out of the record; shared by all
 * ways of printing (print.h, press.h). What belongs to the caller's thread is in the config. */
#ifndef TRAO_SERVER_OFFICE_ENVELOPE_H
#define TRAO_SERVER_OFFICE_ENVELOPE_H

#include "labels/labels.h"
#include "server/office/print.h"

/* What belongs to an item that may be printed: its issued fact, with the sums that are due at the
 * door (money.h) in place of the list's, and which copy this is. NOT_FOUND, REFUSED: void, or
 * printed too often. */
bool envelope_ready(const struct print_config *config, const struct item *item,
                    struct office_fact *ret_issued, uint32_t *ret_copy, struct error *err) must_use;

/* Adds its page to the open job; what had to be shortened is told (config->note). */
bool envelope_draw(const struct print_config *config, struct labels *labels,
                   const struct office_fact *issued, uint32_t copy, struct error *err) must_use;

bool envelope_addressee(const struct print_config *config, const struct office_fact *issued,
                        struct addressee *ret_who, struct error *err) must_use;

/* A line for the clerk, which begins with the number. */
void envelope_note(const struct print_config *config, const struct item *item, const char *what);

#endif
