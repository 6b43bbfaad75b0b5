#include "server/views/tally.h"

#include "server/views/place_by_number.h"

#include <stdlib.h>
#include <string.h>

struct tally_row {
    uint32_t office;
    uint64_t counts[VIEW_STATUSES];
};

void tally_done(struct tally *tally)
{
    free(tally->rows);
    *tally = (struct tally){0};
}

static size_t place_of(const struct tally *tally, uint32_t office)
{
    return place_by_number(tally->rows, tally->n, sizeof *tally->rows, office);
}

static bool is_at(const struct tally *tally, size_t place, uint32_t office)
{
    return place < tally->n && tally->rows[place].office == office;
}

bool tally_reserve(struct tally *tally, uint32_t office)
{
    size_t place = place_of(tally, office);
    if (office == 0 || is_at(tally, place, office))
        return true;
    if (tally->n == tally->room) {
        size_t room = tally->room == 0 ? 16 : 2 * tally->room;
        struct tally_row *wider = realloc(tally->rows, room * sizeof *wider);
        if (wider == NULL)
            return false;
        tally->rows = wider;
        tally->room = room;
    }
    memmove(&tally->rows[place + 1], &tally->rows[place], (tally->n - place) * sizeof *tally->rows);
    tally->rows[place] = (struct tally_row){.office = office};
    tally->n++;
    return true;
}

void tally_move(struct tally *tally, uint32_t office, enum status status, int by)
{
    size_t place = place_of(tally, office);
    if (office != 0 && is_at(tally, place, office))
        tally->rows[place].counts[status] += (uint64_t)by;
}

void tally_add(const struct tally *tally, uint32_t office, uint64_t out[VIEW_STATUSES])
{
    size_t place = place_of(tally, office);
    for (size_t i = 0; is_at(tally, place, office) && i < VIEW_STATUSES; i++)
        out[i] += tally->rows[place].counts[i];
}
