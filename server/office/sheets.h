/* sheets.h - the list of a handover (bảng kê giao nhận) out of the record, as rows for labels: what
 * its sheets show. Same threads as the record that is given. */
#ifndef TRAO_SERVER_OFFICE_SHEETS_H
#define TRAO_SERVER_OFFICE_SHEETS_H

#include "labels/labels.h"
#include "server/office/print.h"

struct sheets;

/* NOT_FOUND: no such handover. Close with sheets_close, which accepts NULL. */
bool sheets_open(const struct print_config *config, uint64_t handover, struct sheets **ret_sheets,
                 struct error *err) must_use;
void sheets_close(struct sheets *sheets);

/* Of its first envelope. */
uint32_t sheets_post_office(const struct sheets *sheets);

/* How many sheets it takes in this layout. */
bool sheets_count(const struct sheets *sheets, const struct labels *labels, size_t *ret_n,
                  struct error *err) must_use;
/* Adds one, from 0, to the open job. */
bool sheets_draw(const struct sheets *sheets, struct labels *labels, size_t sheet, uint32_t copy,
                 struct error *err) must_use;

#endif
