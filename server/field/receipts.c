#include "server/field/receipts.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/topic.h"

struct due_receipt {
    char device[DEVICE_NAME_MAX + 1];
    struct receipt receipt;
};

struct due_standing {
    char device[DEVICE_NAME_MAX + 1];
    struct standing standing;
};

struct receipts {
    struct due_receipt *receipt;
    size_t receipts, receipts_room;
    struct due_standing *standing;
    size_t standings, standings_room;
    uint8_t out[WIRE_BYTES_MAX];
};

bool receipts_new(struct receipts **ret_receipts, struct error *err)
{
    struct receipts *receipts = calloc(1, sizeof *receipts);
    if (receipts == NULL)
        return error_set(err, ERROR_LATER, "receipts: out of memory");
    *ret_receipts = receipts;
    return true;
}

void receipts_free(struct receipts *receipts)
{
    if (receipts == NULL)
        return;
    free(receipts->receipt);
    free(receipts->standing);
    free(receipts);
}

void receipts_clear(struct receipts *receipts)
{
    receipts->receipts = receipts->standings = 0;
}

/* ------------------------------------------------------------------ gathering */

static bool make_room(void **array, size_t used, size_t *room, size_t each, struct error *err)
{
    if (used < *room)
        return true;
    size_t more = *room == 0 ? 16 : *room * 2;
    void *grown = realloc(*array, more * each);
    if (grown == NULL)
        return error_set(err, ERROR_LATER, "receipts: out of memory");
    *array = grown;
    *room = more;
    return true;
}

/* The newest entry of this epoch that still has room for `n` verdicts. */
static struct due_receipt *find_due(struct receipts *receipts, const char *device, uint64_t epoch,
                                    size_t n)
{
    for (size_t i = receipts->receipts; i-- > 0;) {
        struct due_receipt *due = &receipts->receipt[i];
        if (due->receipt.epoch == epoch && strcmp(due->device, device) == 0)
            return due->receipt.verdicts + n <= WIRE_VERDICTS_MAX ? due : NULL;
    }
    return NULL;
}

static struct due_receipt *add_due(struct receipts *receipts, const char *device, uint64_t epoch,
                                   struct error *err)
{
    void *array = receipts->receipt;
    if (!make_room(&array, receipts->receipts, &receipts->receipts_room, sizeof *receipts->receipt,
                   err))
        return NULL;
    receipts->receipt = array;
    struct due_receipt *due = &receipts->receipt[receipts->receipts++];
    *due = (struct due_receipt){.receipt = {.epoch = epoch}};
    memcpy(due->device, device, strlen(device) + 1);
    return due;
}

bool receipts_due(struct receipts *receipts, const char *device, const struct record_epoch *epoch,
                  const struct verdict *verdicts, size_t n, struct error *err)
{
    invariant(n <= WIRE_VERDICTS_MAX);
    struct due_receipt *due = find_due(receipts, device, epoch->epoch, n);
    if (due == NULL)
        due = add_due(receipts, device, epoch->epoch, err);
    if (due == NULL)
        return false;
    due->receipt.through = epoch->through;
    due->receipt.link = epoch->link;
    for (size_t i = 0; i < n; i++)
        due->receipt.verdict[due->receipt.verdicts++] = verdicts[i];
    return true;
}

bool receipts_standing(struct receipts *receipts, const char *device,
                       const struct standing *standing, struct error *err)
{
    void *array = receipts->standing;
    if (!make_room(&array, receipts->standings, &receipts->standings_room,
                   sizeof *receipts->standing, err))
        return false;
    receipts->standing = array;
    struct due_standing *due = &receipts->standing[receipts->standings++];
    *due = (struct due_standing){.standing = *standing};
    memcpy(due->device, device, strlen(device) + 1);
    return true;
}

/* ------------------------------------------------------------------ sending */

static void stamp(const struct receipts_seal *seal, uint64_t *generation, uint64_t *serial,
                  struct instant *server_wall)
{
    *generation = seal->generation;
    *serial = seal->generation_serial;
    *server_wall = seal->now;
}

static void publish(struct receipts *receipts, const char *device, size_t n,
                    const struct link_out *out)
{
    char topic[TOPIC_MAX];
    (void)out->publish(out->self, topic_down(device, topic), receipts->out, n, NULL);
}

static void send_receipt(struct receipts *receipts, struct due_receipt *due,
                         const struct receipts_seal *seal, const struct link_out *out)
{
    size_t n;
    struct receipt *receipt = &due->receipt;
    stamp(seal, &receipt->generation, &receipt->generation_serial, &receipt->server_wall);
    invariant(wire_receipt(due->device, receipt, seal->key, receipts->out, &n, NULL));
    publish(receipts, due->device, n, out);
}

static void send_standing(struct receipts *receipts, struct due_standing *due,
                          const struct receipts_seal *seal, const struct link_out *out)
{
    size_t n;
    struct standing *standing = &due->standing;
    stamp(seal, &standing->generation, &standing->generation_serial, &standing->server_wall);
    invariant(wire_standing(due->device, standing, seal->key, receipts->out, &n, NULL));
    publish(receipts, due->device, n, out);
}

void receipts_send(struct receipts *receipts, const struct receipts_seal *seal,
                   const struct link_out *out)
{
    for (size_t i = 0; i < receipts->receipts; i++)
        send_receipt(receipts, &receipts->receipt[i], seal, out);
    for (size_t i = 0; i < receipts->standings; i++)
        send_standing(receipts, &receipts->standing[i], seal, out);
    receipts_clear(receipts);
}
