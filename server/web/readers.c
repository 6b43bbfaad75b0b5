#include "server/web/readers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/wishes.h"

#define READERS 4 /* as many as threads that answer on the plain listener */

struct readers {
    pthread_mutex_t lock;
    pthread_cond_t free;
    struct record *all[READERS];
    struct record *idle[READERS];
    size_t idle_n;
};

bool readers_open(const char *record_path, struct readers **ret_readers, struct error *err)
{
    struct readers *readers = calloc(1, sizeof *readers);
    if (!readers)
        return error_set(err, ERROR_LATER, "out of memory");
    pthread_mutex_init(&readers->lock, NULL);
    pthread_cond_init(&readers->free, NULL);
    for (size_t i = 0; i < READERS; i++) {
        if (!record_open_reader(record_path, &readers->all[i], err)) {
            readers_close(readers);
            return false;
        }
        readers->idle[readers->idle_n++] = readers->all[i];
    }
    *ret_readers = readers;
    return true;
}

void readers_close(struct readers *readers)
{
    if (!readers)
        return;
    for (size_t i = 0; i < READERS; i++)
        record_close(readers->all[i]);
    pthread_cond_destroy(&readers->free);
    pthread_mutex_destroy(&readers->lock);
    free(readers);
}

struct record *readers_take(struct readers *readers)
{
    pthread_mutex_lock(&readers->lock);
    while (readers->idle_n == 0)
        pthread_cond_wait(&readers->free, &readers->lock);
    struct record *record = readers->idle[--readers->idle_n];
    pthread_mutex_unlock(&readers->lock);
    return record;
}

void readers_give(struct readers *readers, struct record *record)
{
    pthread_mutex_lock(&readers->lock);
    readers->idle[readers->idle_n++] = record;
    pthread_cond_signal(&readers->free);
    pthread_mutex_unlock(&readers->lock);
}

bool readers_addressee(struct readers *readers, const struct office_fact *issued,
                       struct addressee *ret_who, struct error *err)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    struct record *record = readers_take(readers);
    bool ok = record_attachment_get(record, &issued->addressee, bytes, sizeof bytes, &n, err);
    readers_give(readers, record);
    ok = ok && addressee_decode(bytes, n, ret_who, err);
    chain_wipe(bytes, sizeof bytes);
    return ok;
}

struct pickups {
    struct pickup *out;
    size_t n;
    uint32_t post_office;
};

static bool each_pickup(void *ctx, const struct premises *point)
{
    struct pickups *pickups = ctx;
    if (point->post_office != pickups->post_office)
        return true;
    struct pickup *pickup = &pickups->out[pickups->n++];
    pickup->number = point->number;
    memcpy(pickup->name, point->name, sizeof pickup->name);
    memcpy(pickup->address, point->address, sizeof pickup->address);
    return pickups->n < PICKUPS_MAX;
}

size_t readers_pickups(struct readers *readers, uint32_t post_office, struct instant at,
                       struct pickup out[PICKUPS_MAX])
{
    struct pickups pickups = {.out = out, .post_office = post_office};
    struct error err;
    if (post_office == 0)
        return 0;
    struct record *record = readers_take(readers);
    bool good = premises_each(record, PREMISES_PICKUP, at, each_pickup, &pickups, &err);
    readers_give(readers, record);
    return good ? pickups.n : 0;
}

static bool one_is_enough(void *ctx, const struct premises *point)
{
    (void)point;
    *(bool *)ctx = true;
    return false;
}

bool readers_any_pickup(struct readers *readers, struct instant at)
{
    struct error err;
    bool any = false;
    struct record *record = readers_take(readers);
    bool good = premises_each(record, PREMISES_PICKUP, at, one_is_enough, &any, &err);
    readers_give(readers, record);
    return good && any;
}

bool readers_pickup(struct readers *readers, uint32_t number, struct instant at,
                    struct pickup *ret_pickup)
{
    struct sign sign;
    struct error err;
    struct record *record = readers_take(readers);
    bool good = premises_sign_pickup(record, number, at, &sign, &err) && *sign.pickup;
    readers_give(readers, record);
    if (!good)
        return false;
    ret_pickup->number = number;
    memcpy(ret_pickup->name, sign.pickup, sizeof ret_pickup->name);
    memcpy(ret_pickup->address, sign.pickup_address, sizeof ret_pickup->address);
    return true;
}

struct config readers_config(struct readers *readers, const struct config *config,
                             const struct state *state, struct instant at)
{
    struct sign sign;
    struct error err;
    uint32_t where = wish_post_office(state);
    struct record *record = readers_take(readers);
    bool good = premises_sign(record, state->office.office, where, at, &sign, &err);
    readers_give(readers, record);
    if (!good)
        return *config;
    struct config signed_by =
        config_signed(config, sign.office, sign.address, sign.phone, sign.post_office);
    if (*sign.post_office)
        signed_by.post_office = where;
    return signed_by;
}
