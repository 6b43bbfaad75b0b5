#include "server/field/dispatch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/topic.h"
#include "server/field/round_shared.h"
#include "server/record/rounds.h"

#define PART_BYTES_MAX                                                                             \
    ((size_t)24 * 1024)  /* of closed pieces in one message (trao.proto Round)                     \
                          */
#define AGAIN_MS 60000   /* looked at anew although nothing seems to have changed */
#define RESEND_MS 30000  /* sent and not held: the next hello asks, this is the floor */
#define REVOKED_MS 5000  /* how often the record is asked for new revocations */
#define CHANGED_MAX 4096 /* items remembered between two turns; beyond: all rounds */

/* A device, as its last hello and report said. */
struct machine {
    struct device device;
    struct machine_word word;
    bool has_vault;
    struct box_public vault_key;
    uint32_t held_revision;
    bool due;            /* to be looked at now */
    struct tick looked;  /* when it was last */
    uint64_t sent_round; /* what was sent last, and when */
    uint32_t sent_revision;
    struct tick sent;
    bool told_revoked;
    struct item *items; /* on the list that was sent */
    size_t items_n;
};

struct dispatch {
    struct dispatch_config config;
    struct record *record; /* the working thread's own reader */
    pthread_mutex_t lock;  /* over all below */
    struct slot {
        struct machine *machine; /* stays where it is while the table grows */
    } * slots;
    size_t n, room;
    struct item changed[CHANGED_MAX];
    size_t changed_n;
    bool changed_all;
    struct tick revoked_asked;
};

/* ------------------------------------------------------------------ open, close */

bool dispatch_open(const struct dispatch_config *config, struct dispatch **ret_dispatch,
                   struct error *err)
{
    struct dispatch *dispatch = calloc(1, sizeof *dispatch);
    if (dispatch == NULL)
        return error_set(err, ERROR_LATER, "dispatch: out of memory");
    dispatch->config = *config;
    dispatch->revoked_asked.ms = INT64_MIN / 2;
    pthread_mutex_init(&dispatch->lock, NULL);
    if (!record_open_reader(config->record_path, &dispatch->record, err)) {
        dispatch_close(dispatch);
        return false;
    }
    *ret_dispatch = dispatch;
    return true;
}

void dispatch_close(struct dispatch *dispatch)
{
    if (dispatch == NULL)
        return;
    for (size_t i = 0; i < dispatch->n; i++) {
        free(dispatch->slots[i].machine->items);
        free(dispatch->slots[i].machine);
    }
    free(dispatch->slots);
    record_close(dispatch->record);
    pthread_mutex_destroy(&dispatch->lock);
    free(dispatch);
}

static struct tick now(const struct dispatch *dispatch)
{
    return dispatch->config.clock.tick(dispatch->config.clock.self);
}

/* ------------------------------------------------------------------ what devices say */

static struct machine *find(const struct dispatch *dispatch, const char *name)
{
    for (size_t i = 0; i < dispatch->n; i++)
        if (strcmp(dispatch->slots[i].machine->device.name, name) == 0)
            return dispatch->slots[i].machine;
    return NULL;
}

/* NULL without memory: the device says hello again. */
static struct machine *find_or_add(struct dispatch *dispatch, const char *name)
{
    struct machine *machine = find(dispatch, name);
    if (machine != NULL)
        return machine;
    if (dispatch->n == dispatch->room) {
        size_t room = dispatch->room == 0 ? 64 : dispatch->room * 2;
        struct slot *more = realloc(dispatch->slots, room * sizeof *more);
        if (more == NULL)
            return NULL;
        dispatch->slots = more;
        dispatch->room = room;
    }
    machine = calloc(1, sizeof *machine);
    if (machine == NULL)
        return NULL;
    (void)snprintf(machine->device.name, sizeof machine->device.name, "%s", name);
    machine->looked.ms = machine->sent.ms = INT64_MIN / 2;
    dispatch->slots[dispatch->n++].machine = machine;
    return machine;
}

static void take_hello(struct machine *machine, const struct device *device,
                       const struct hello *hello)
{
    bool holds = device->state == DEVICE_ACTIVE && hello->badge != 0 &&
                 hello_vault_holds(hello, &device->seal_key);
    machine->device = *device;
    machine->has_vault = holds;
    machine->vault_key = hello->vault_key;
    machine->word.badge = holds ? hello->badge : 0;
    machine->word.held_round = hello->held_round;
    machine->held_revision = hello->held_revision;
    machine->sent_revision = 0; /* what was on its way when the line broke is lost */
    machine->told_revoked = false;
    machine->due = true;
}

void dispatch_hello(struct dispatch *dispatch, const struct device *device,
                    const struct hello *hello)
{
    pthread_mutex_lock(&dispatch->lock);
    struct machine *machine = find_or_add(dispatch, device->name);
    if (machine != NULL) {
        take_hello(machine, device, hello);
        machine->word.heard = dispatch->config.clock.now(dispatch->config.clock.self);
    }
    pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_report(struct dispatch *dispatch, const char *device,
                     const struct device_report *report, struct instant arrival)
{
    pthread_mutex_lock(&dispatch->lock);
    struct machine *machine = find(dispatch, device); /* who never said hello is nobody */
    if (machine != NULL) {
        machine->word.reported = true;
        machine->word.report = *report;
        machine->word.heard = arrival;
    }
    pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_changed(struct dispatch *dispatch, const struct item *item)
{
    pthread_mutex_lock(&dispatch->lock);
    if (dispatch->n > 0 && dispatch->changed_n < CHANGED_MAX)
        dispatch->changed[dispatch->changed_n++] = *item;
    else
        dispatch->changed_all |= dispatch->n > 0;
    pthread_mutex_unlock(&dispatch->lock);
}

bool dispatch_machine(struct dispatch *dispatch, const char *device, struct machine_word *ret_word,
                      struct error *err)
{
    pthread_mutex_lock(&dispatch->lock);
    const struct machine *machine = find(dispatch, device);
    if (machine != NULL)
        *ret_word = machine->word;
    pthread_mutex_unlock(&dispatch->lock);
    return machine != NULL || error_set(err, ERROR_NOT_FOUND, "%s: silent so far", device);
}

/* ------------------------------------------------------------------ sending */

static bool send(const struct dispatch *dispatch, const char *device, const uint8_t *bytes,
                 size_t n)
{
    char topic[TOPIC_MAX];
    const struct link_out *out = &dispatch->config.out;
    return out->publish(out->self, topic_down(device, topic), bytes, n, NULL);
}

/* One message being filled. */
struct filling {
    struct round_part part;
    uint8_t closed[PART_BYTES_MAX + ROUND_PIECE_BYTES_MAX + BOX_OVERHEAD];
    size_t n;
};

static size_t piece_at(const struct pieces *pieces, size_t i, const uint8_t **ret_bytes)
{
    size_t from = i == 0 ? 0 : pieces->end[i - 1];
    *ret_bytes = pieces->bytes + from;
    return pieces->end[i] - from;
}

/* Closes pieces from `first` on into one part; returns the first that did not fit, `first` itself
 * when the key is no good. */
static size_t fill(const struct dispatch *dispatch, const struct machine *machine,
                   const struct pieces *pieces, size_t first, struct filling *filling)
{
    size_t i = first;
    filling->n = 0;
    filling->part.pieces = 0;
    for (; i < pieces->count && filling->part.pieces < WIRE_PIECES_MAX; i++) {
        const uint8_t *plain;
        size_t n = piece_at(pieces, i, &plain);
        if (i > first && filling->n + n + BOX_OVERHEAD > PART_BYTES_MAX)
            break;
        uint8_t *out = filling->closed + filling->n;
        if (!box_close(&machine->vault_key, &dispatch->config.chance, plain, n, out, NULL))
            return first;
        filling->part.piece[filling->part.pieces++] = (struct slice){out, n + BOX_OVERHEAD};
        filling->n += n + BOX_OVERHEAD;
    }
    return i;
}

/* How many parts these pieces make: cut as `fill` cuts. */
static uint32_t parts_of(const struct pieces *pieces)
{
    uint32_t parts = 0;
    for (size_t i = 0; i < pieces->count;) {
        size_t n = 0, taken = 0;
        const uint8_t *plain;
        for (; i < pieces->count && taken < WIRE_PIECES_MAX; i++, taken++) {
            size_t more = piece_at(pieces, i, &plain) + BOX_OVERHEAD;
            if (taken > 0 && n + more > PART_BYTES_MAX)
                break;
            n += more;
        }
        parts++;
    }
    return parts;
}

static bool send_pieces(const struct dispatch *dispatch, const struct machine *machine,
                        const struct pieces *pieces)
{
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n, next = 0;
    uint32_t parts = parts_of(pieces);
    struct filling *filling = calloc(1, sizeof *filling);
    bool good = filling != NULL && parts <= WIRE_PARTS_MAX;
    for (uint32_t i = 1; good && i <= parts; i++) {
        size_t first = next;
        filling->part = (struct round_part){.round = pieces->round,
                                            .badge = machine->word.badge,
                                            .revision = pieces->revision,
                                            .part = i,
                                            .parts = parts,
                                            .until = pieces->until,
                                            .vault_key = machine->vault_key};
        next = fill(dispatch, machine, pieces, first, filling);
        good = next > first &&
               wire_round(machine->device.name, &filling->part, dispatch->config.seal_key, bytes,
                          &n, NULL) &&
               send(dispatch, machine->device.name, bytes, n);
    }
    free(filling);
    return good;
}

static void send_revocation(struct dispatch *dispatch, const struct device *device)
{
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    struct revoke revoke = {.since = dispatch->config.clock.now(dispatch->config.clock.self),
                            .reason = REVOKE_LOST};
    pthread_mutex_lock(&dispatch->lock);
    struct machine *machine = find_or_add(dispatch, device->name);
    bool told = machine == NULL || machine->told_revoked;
    pthread_mutex_unlock(&dispatch->lock);
    if (told || !wire_revoke(device->name, &revoke, dispatch->config.seal_key, bytes, &n, NULL) ||
        !send(dispatch, device->name, bytes, n))
        return;
    pthread_mutex_lock(&dispatch->lock);
    machine->told_revoked = true; /* until its next hello, which is answered again */
    machine->has_vault = false;
    pthread_mutex_unlock(&dispatch->lock);
}

/* ------------------------------------------------------------------ what is due */

static bool each_device(void *ctx, const struct device *device)
{
    if (device->state == DEVICE_REVOKED)
        send_revocation(ctx, device);
    return true;
}

static bool look_for_revoked(struct dispatch *dispatch, struct error *err)
{
    if (now(dispatch).ms - dispatch->revoked_asked.ms < REVOKED_MS)
        return true;
    dispatch->revoked_asked = now(dispatch);
    return devices_each(dispatch->record, each_device, dispatch, err);
}

static bool is_on(const struct machine *machine, const struct item *item)
{
    for (size_t i = 0; i < machine->items_n; i++)
        if (strcmp(machine->items[i].text, item->text) == 0)
            return true;
    return false;
}

/* Whose list an item is on, or was on when it was sent. */
static bool mark_item(struct dispatch *dispatch, const struct item *item, struct error *err)
{
    struct round round;
    if (!round_of(dispatch->record, item, &round, err))
        return false;
    pthread_mutex_lock(&dispatch->lock);
    for (size_t i = 0; i < dispatch->n; i++) {
        struct machine *machine = dispatch->slots[i].machine;
        machine->due |= machine->has_vault &&
                        ((round.id != 0 && !round.closed && round.badge == machine->word.badge) ||
                         is_on(machine, item));
    }
    pthread_mutex_unlock(&dispatch->lock);
    return true;
}

static bool mark_changed(struct dispatch *dispatch, struct error *err)
{
    pthread_mutex_lock(&dispatch->lock);
    size_t n = dispatch->changed_n;
    bool all = dispatch->changed_all;
    struct item *items = n > 0 ? malloc(n * sizeof *items) : NULL;
    if (items != NULL)
        memcpy(items, dispatch->changed, n * sizeof *items);
    all |= n > 0 && items == NULL;
    dispatch->changed_n = 0;
    dispatch->changed_all = false;
    for (size_t i = 0; all && i < dispatch->n; i++)
        dispatch->slots[i].machine->due |= dispatch->slots[i].machine->has_vault;
    pthread_mutex_unlock(&dispatch->lock);
    bool good = true;
    for (size_t i = 0; good && !all && i < n; i++)
        good = mark_item(dispatch, &items[i], err);
    free(items);
    return good;
}

/* A copy of one that is due; it is looked at without the lock. */
static bool take_due(struct dispatch *dispatch, size_t i, struct machine *ret_machine)
{
    pthread_mutex_lock(&dispatch->lock);
    struct machine *machine = dispatch->slots[i].machine;
    int64_t idle_ms = now(dispatch).ms - machine->looked.ms;
    bool due = machine->has_vault && (machine->due || idle_ms >= AGAIN_MS);
    if (due) {
        machine->due = false;
        machine->looked = now(dispatch);
        *ret_machine = *machine;
    }
    pthread_mutex_unlock(&dispatch->lock);
    return due;
}

/* Held, or on its way since a moment. */
static bool is_there(const struct dispatch *dispatch, const struct machine *machine,
                     const struct pieces *pieces)
{
    if (machine->word.held_round == pieces->round && machine->held_revision == pieces->revision)
        return true;
    return machine->sent_round == pieces->round && machine->sent_revision == pieces->revision &&
           now(dispatch).ms - machine->sent.ms < RESEND_MS;
}

static void note_sent(struct dispatch *dispatch, size_t i, struct pieces *pieces)
{
    pthread_mutex_lock(&dispatch->lock);
    struct machine *machine = dispatch->slots[i].machine;
    machine->sent_round = pieces->round;
    machine->sent_revision = pieces->revision;
    machine->sent = now(dispatch);
    free(machine->items);
    machine->items = pieces->items;
    machine->items_n = pieces->items_n;
    pieces->items = NULL;
    pthread_mutex_unlock(&dispatch->lock);
}

static void mark_due(struct dispatch *dispatch, size_t i)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->slots[i].machine->due = true;
    pthread_mutex_unlock(&dispatch->lock);
}

static bool serve(struct dispatch *dispatch, size_t i, const struct machine *machine,
                  struct shared *shared, struct error *err)
{
    struct pieces pieces;
    if (!pieces_gather(&dispatch->config, dispatch->record, machine->word.badge, &machine->device,
                       shared, &pieces, err)) {
        mark_due(dispatch, i);
        return error_add(err, "round for %s", machine->device.name);
    }
    if (pieces.count > 0 && !is_there(dispatch, machine, &pieces)) {
        if (send_pieces(dispatch, machine, &pieces))
            note_sent(dispatch, i, &pieces);
        else
            mark_due(dispatch, i);
    }
    pieces_wipe(&pieces);
    return true;
}

bool dispatch_work(struct dispatch *dispatch, struct error *err)
{
    if (!look_for_revoked(dispatch, err) || !mark_changed(dispatch, err))
        return false;
    pthread_mutex_lock(&dispatch->lock);
    size_t n = dispatch->n; /* it only grows */
    pthread_mutex_unlock(&dispatch->lock);
    struct shared shared = {.around = NULL};
    bool good = true;
    for (size_t i = 0; good && i < n; i++) {
        struct machine machine;
        if (take_due(dispatch, i, &machine))
            good = serve(dispatch, i, &machine, &shared, err);
    }
    shared_wipe(&shared);
    return good;
}
