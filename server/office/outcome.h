/* outcome.h - what became of one item, as a row of texts for the office that sent it. No names: the
 * office knows its dossiers by their codes. Private to export*.c. */
#ifndef TRAO_SERVER_OFFICE_OUTCOME_H
#define TRAO_SERVER_OFFICE_OUTCOME_H

#include "server/views/views.h"

#define OUTCOME_COLUMNS 19
#define OUTCOME_CELL 200

extern const char *const outcome_header[OUTCOME_COLUMNS];

struct outcome {
    char cell[OUTCOME_COLUMNS][OUTCOME_CELL];
};

/* `number` from 1: the first column. Times are local, "25/11/2026 09:41"; sums whole đồng, postage
 * and State fees apart; a cell is empty where nothing is known. */
void outcome_row(const struct view *view, const struct rules *rules, struct instant now,
                 size_t number, struct outcome *ret_outcome);

#endif
