#include "server/web/readers.h"

#include <pthread.h>
#include <stdlib.h>

#include "server/record/premises.h"

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

struct config readers_config(struct readers *readers, const struct config *config,
                             const struct state *state, struct instant at)
{
    struct sign sign;
    struct error err;
    uint32_t where = state->post_office ? state->post_office : state->office.post_office;
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
