#include "handheld/vault_opened.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"

#define NEIGHBOURS_MAX 8192
#define HANDOVERS_MAX 64

static void wipe_free(void *bytes, size_t n)
{
    if (bytes != NULL)
        chain_wipe(bytes, n);
    free(bytes);
}

void vault_opened_wipe(struct vault_opened *o)
{
    wipe_free(o->stop, o->stops * sizeof *o->stop);
    wipe_free(o->neighbour, o->neighbours * sizeof *o->neighbour);
    wipe_free(o->handover, o->handovers * sizeof *o->handover);
    chain_wipe(o, sizeof *o);
    memset(o, 0, sizeof *o);
}

static bool grow(void **array, uint32_t n, size_t size, const void *element)
{
    if ((n & (n - 1)) == 0) { /* full at each power of two */
        size_t room = n == 0 ? 1 : (size_t)n * 2;
        void *grown = calloc(room, size);
        if (grown == NULL)
            return false;
        if (n > 0)
            memcpy(grown, *array, n * size);
        wipe_free(*array, n * size);
        *array = grown;
    }
    memcpy((char *)*array + n * size, element, size);
    return true;
}

#define KEEP(array, count, most, element)                                                          \
    do {                                                                                           \
        void *kept = (array);                                                                      \
        if ((count) < (most) && grow(&kept, (count), sizeof *(array), (element))) {                \
            (array) = kept;                                                                        \
            (count)++;                                                                             \
        }                                                                                          \
    } while (0)

void vault_opened_keep(struct vault_opened *o, const struct round_piece *piece)
{
    switch (piece->kind) {
    case ROUND_PIECE_LIST:
        o->list = piece->u.list;
        o->has_list = true;
        break;
    case ROUND_PIECE_LOGIN:
        o->login = piece->u.login;
        o->has_login = true;
        break;
    case ROUND_PIECE_STOP:
        KEEP(o->stop, o->stops, ROUND_STOPS_MAX, &piece->u.stop);
        break;
    case ROUND_PIECE_NEIGHBOUR:
        KEEP(o->neighbour, o->neighbours, NEIGHBOURS_MAX, &piece->u.neighbour);
        break;
    case ROUND_PIECE_HANDOVER:
        KEEP(o->handover, o->handovers, HANDOVERS_MAX, &piece->u.handover);
        break;
    case ROUND_PIECE_OTHER:
        break;
    }
}

static int by_place(const void *a, const void *b)
{
    uint32_t x = ((const struct stop *)a)->place, y = ((const struct stop *)b)->place;
    return (x > y) - (x < y);
}

void vault_opened_sort(struct vault_opened *o)
{
    if (o->stops > 0)
        qsort(o->stop, o->stops, sizeof *o->stop, by_place);
}

const struct stop *vault_opened_stop(const struct vault_opened *o, const struct item *item)
{
    for (uint32_t i = 0; i < o->stops; i++)
        if (strcmp(o->stop[i].item.text, item->text) == 0)
            return &o->stop[i];
    return NULL;
}

const struct neighbour *vault_opened_neighbour(const struct vault_opened *o,
                                               const struct item *item)
{
    for (uint32_t i = 0; i < o->neighbours; i++)
        if (strcmp(o->neighbour[i].item.text, item->text) == 0)
            return &o->neighbour[i];
    return NULL;
}

const struct handover_list *vault_opened_handover(const struct vault_opened *o, uint64_t serial)
{
    for (uint32_t i = 0; i < o->handovers; i++)
        if (o->handover[i].handover == serial)
            return &o->handover[i];
    return NULL;
}
