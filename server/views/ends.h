/* ends.h - what has ended when: per day of arrival of an item's last word, the issued items that
 * stand at an end and whose data are still here. Who erases what was kept long enough goes through
 * the days that are due, not through all items there are. Private to this folder; no lock inside.
 */
#ifndef TRAO_SERVER_VIEWS_ENDS_H
#define TRAO_SERVER_VIEWS_ENDS_H

#include "server/views/table.h"

/* Before an entry's status or its day changes, and after: it leaves its day, and stands on the one
 * it belongs to, if to any. ends_add is false without memory. */
void ends_drop(struct table *table, struct tracked *entry);
bool ends_add(struct table *table, struct tracked *entry);
/* For good: its data are gone. */
void ends_forget(struct table *table, struct tracked *entry);
/* The first day from `place` on that has some, BOARD_DAYS without one: places of board_place. */
size_t ends_next(const struct table *table, size_t place);
/* Those of that day; free(*new_ended). False without memory. */
bool ends_copy(const struct table *table, size_t place, struct item **new_ended, size_t *ret_n);

#endif
