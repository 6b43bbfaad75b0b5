#include "server/delivery/moves.h"

#define S(KEY) (UINT32_C(1) << STATUS_##KEY)
#define BEFORE_POST (S(NONE) | S(ISSUED) | S(PRINTED) | S(HANDED_OVER))
#define WITH_POST                                                                                  \
    (S(PICKED_UP) | S(IN_TRANSIT) | S(AT_OFFICE) | S(OUT) | S(FAILED) | S(WAITING) | S(RETURNING))
#define FOUND_AGAIN (S(LOST) | S(UNCLAIMED)) /* declared so, and a scan says otherwise */
#define MAY_TRAVEL                                                                                 \
    (BEFORE_POST | S(PICKED_UP) | S(AT_OFFICE) | S(OUT) | S(FAILED) | S(WAITING) | FOUND_AGAIN)
#define TRAVELS (S(IN_TRANSIT) | S(RETURNING))
#define FINAL (S(DELIVERED) | S(RETURNED) | S(RECALLED) | S(VOID))
#define ANY (BEFORE_POST | WITH_POST | FOUND_AGAIN | FINAL)

static const struct move moves[] = {
#define MOVE(EVENT, FROM, TO)                                                                      \
    {                                                                                              \
        EVENT_##EVENT                                                                              \
        , (FROM), (TO)                                                                             \
    }                                                                                              \
    ,
#include "server/delivery/moves.def"
#undef MOVE
};

#define MOVES (sizeof moves / sizeof *moves)

const struct move *move_find(uint32_t event, enum status from)
{
    for (size_t i = 0; i < MOVES; i++)
        if (moves[i].event == event && (moves[i].from >> from & 1) != 0)
            return &moves[i];
    return NULL;
}

bool status_is_final(enum status status)
{
    return (FINAL >> status & 1) != 0;
}
