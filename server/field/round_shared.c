#include "server/field/round_shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/lookups.h"
#include "server/record/postmen.h"
#include "server/record/rounds.h"

#define NEIGHBOURS_MAX 2000 /* of one post office, that one handheld is told */
#define HANDOVERS_BACK 20   /* handovers that may still wait to be picked up */

struct neighbourhood {
    uint32_t post_office;
    struct pieces pieces;
    uint32_t *badge; /* of each piece: whose round it is on */
    size_t room;
};

void shared_wipe(struct shared *shared)
{
    pieces_wipe(&shared->handovers);
    for (size_t i = 0; i < shared->around_n; i++) {
        pieces_wipe(&shared->around[i].pieces);
        free(shared->around[i].badge);
    }
    free(shared->around);
    *shared = (struct shared){.around = NULL};
}

static bool out_of_memory(struct error *err)
{
    return error_set(err, ERROR_LATER, "out of memory");
}

/* ------------------------------------------------------------------ handovers */

struct holding {
    const struct dispatch_config *config;
    struct record *record;
    struct pieces *pieces;
    struct handover_list *list;
    struct error *err;
    bool waits; /* something of it was not picked up yet */
    bool good;
};

static bool each_held(void *ctx, const struct item *item)
{
    struct holding *holding = ctx;
    struct handover_list *list = holding->list;
    struct view_brief brief;
    if (list->count == ROUND_HANDOVER_MAX)
        return false;
    if (!views_brief(holding->config->views, item, &brief))
        return true;
    enum status status = brief.status;
    holding->waits |= status == STATUS_HANDED_OVER || status == STATUS_PICKED_UP;
    list->voided[list->count] = status == STATUS_VOID || status == STATUS_RECALLED;
    list->item[list->count++] = *item;
    return true;
}

static bool each_handover(void *ctx, uint64_t handover, uint64_t sealed)
{
    struct holding *holding = ctx;
    struct round_piece piece = {.kind = ROUND_PIECE_HANDOVER};
    (void)sealed;
    piece.u.handover.handover = handover;
    holding->list = &piece.u.handover;
    holding->waits = false;
    holding->good =
        record_handover_items(holding->record, handover, each_held, holding, holding->err) &&
        (!holding->waits || piece.u.handover.count == 0 ||
         pieces_add(holding->pieces, &piece, holding->err));
    return holding->good;
}

static bool read_handovers(const struct dispatch_config *config, struct record *record,
                           struct pieces *pieces, struct error *err)
{
    struct holding holding = {
        .config = config, .record = record, .pieces = pieces, .err = err, .good = true};
    uint64_t last = 0;
    if (!record_handover_last(record, &last, err))
        return false;
    uint64_t after = last > HANDOVERS_BACK ? last - HANDOVERS_BACK : 0;
    return record_handovers(record, after, each_handover, &holding, err) && holding.good;
}

bool shared_handovers(struct shared *shared, const struct dispatch_config *config,
                      struct record *record, struct pieces *pieces, struct error *err)
{
    if (!shared->handovers_known) {
        pieces_wipe(&shared->handovers);
        if (!read_handovers(config, record, &shared->handovers, err))
            return false;
        shared->handovers_known = true;
    }
    for (size_t i = 0; i < shared->handovers.count; i++)
        if (!pieces_copy(pieces, &shared->handovers, i, err))
            return false;
    return true;
}

/* ------------------------------------------------------------------ the others' rounds */

struct looking {
    struct record *record;
    struct neighbourhood *around;
    struct round_piece piece; /* of the round being read; its item is filled in */
    uint32_t badge;
    struct error *err;
    bool good;
};

static bool note_badge(struct neighbourhood *around, uint32_t badge)
{
    size_t at = around->pieces.count - 1;
    if (at >= around->room) {
        size_t room = around->room == 0 ? 128 : around->room * 2;
        uint32_t *grown = realloc(around->badge, room * sizeof *grown);
        if (grown == NULL)
            return false;
        around->badge = grown;
        around->room = room;
    }
    around->badge[at] = badge;
    return true;
}

static bool each_item(void *ctx, const struct item *item)
{
    struct looking *looking = ctx;
    looking->piece.u.neighbour.item = *item;
    looking->good = pieces_add(&looking->around->pieces, &looking->piece, looking->err) &&
                    (note_badge(looking->around, looking->badge) || out_of_memory(looking->err));
    return looking->good;
}

static bool each_round(void *ctx, const struct round *round)
{
    struct looking *looking = ctx;
    struct postman other;
    struct error none;
    looking->piece = (struct round_piece){.kind = ROUND_PIECE_NEIGHBOUR};
    looking->badge = round->badge;
    pieces_name(round->id, looking->piece.u.neighbour.round);
    if (postman_get(looking->record, round->badge, &other, &none)) {
        const char *first = strrchr(other.name, ' '); /* the given name stands last */
        pieces_text(first == NULL ? other.name : first + 1, looking->piece.u.neighbour.postman,
                    sizeof looking->piece.u.neighbour.postman);
    }
    if (!round_items(looking->record, round->id, each_item, looking, looking->err))
        looking->good = false;
    return looking->good;
}

static bool read_around(struct record *record, struct neighbourhood *around, struct error *err)
{
    struct looking looking = {.record = record, .around = around, .err = err, .good = true};
    return rounds_of_office(record, around->post_office, each_round, &looking, err) && looking.good;
}

/* NULL with the error. */
static struct neighbourhood *find_around(struct shared *shared, struct record *record,
                                         uint32_t post_office, struct error *err)
{
    for (size_t i = 0; i < shared->around_n; i++)
        if (shared->around[i].post_office == post_office)
            return &shared->around[i];
    if (shared->around_n == shared->around_room) {
        size_t room = shared->around_room == 0 ? 16 : shared->around_room * 2;
        struct neighbourhood *grown = realloc(shared->around, room * sizeof *grown);
        if (grown == NULL) {
            (void)out_of_memory(err);
            return NULL;
        }
        shared->around = grown;
        shared->around_room = room;
    }
    struct neighbourhood *around = &shared->around[shared->around_n];
    *around = (struct neighbourhood){.post_office = post_office};
    if (!read_around(record, around, err)) {
        pieces_wipe(&around->pieces);
        free(around->badge);
        return NULL;
    }
    shared->around_n++;
    return around;
}

bool shared_neighbours(struct shared *shared, struct record *record, uint32_t post_office,
                       uint32_t badge, struct pieces *pieces, struct error *err)
{
    const struct neighbourhood *around = find_around(shared, record, post_office, err);
    size_t told = 0;
    if (around == NULL)
        return false;
    for (size_t i = 0; i < around->pieces.count && told < NEIGHBOURS_MAX; i++) {
        if (around->badge[i] == badge)
            continue;
        if (!pieces_copy(pieces, &around->pieces, i, err))
            return false;
        told++;
    }
    return true;
}
