#include "server/office/numbers.h"

#include <stdio.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/record/lookups.h"

static void find_key(const struct numbers *numbers, struct number_run *run)
{
    char pool[32];
    if (run->has_key)
        return;
    (void)snprintf(pool, sizeof pool, "serial %s %s", numbers->prefix, numbers->country);
    chain_keyed_hash(numbers->secret, LINK_SECRET_BYTES, "trao serial 1", pool, strlen(pool),
                     run->key, sizeof run->key);
    run->has_key = true;
    if (run->draws != NULL && !chain_equal(run->draws->key, run->key, sizeof run->key)) {
        memset(run->draws, 0, sizeof *run->draws);
        memcpy(run->draws->key, run->key, sizeof run->key);
    }
}

static uint32_t serial_at(struct number_run *run, uint32_t place)
{
    return run->draws != NULL ? item_draws_next(run->draws, place) : item_draw(run->key, place);
}

/* Given out by this record, or scanned: then it stands on an envelope already, though no list here
 * knows it, because the record was put back to before it was drawn. */
static bool is_known(struct record *record, const struct numbers *numbers, const struct item *item,
                     bool *ret_known, struct error *err)
{
    struct error fresh = {ERROR_NONE, ""};
    struct view view;
    bool live, known = record_item_live(record, item, &live, &fresh);
    if (!known && fresh.code != ERROR_NOT_FOUND)
        return error_set(err, fresh.code, "%s", fresh.text);
    *ret_known = known || views_item(numbers->views, item, &view);
    return true;
}

/* No number twice for the life of the record: more than the 24 months that UPU S10 recommends. */
bool number_run_draw(struct record *record, const struct numbers *numbers, struct number_run *run,
                     struct item *ret_item, struct error *err)
{
    struct item item;
    uint32_t place = 0;
    bool known = true;
    find_key(numbers, run);
    while (known)
        if (!pool_run_take(record, numbers->post_office, numbers->prefix, numbers->country,
                           &run->places, &place, err) ||
            !item_make(numbers->prefix, serial_at(run, place), numbers->country, &item, err) ||
            !is_known(record, numbers, &item, &known, err))
            return false;
    *ret_item = item;
    return true;
}

bool number_run_end(struct record *record, const struct numbers *numbers, struct number_run *run,
                    struct error *err)
{
    chain_wipe(run->key, sizeof run->key);
    run->has_key = false;
    return pool_run_end(record, numbers->prefix, numbers->country, &run->places, err);
}

bool number_draw(struct record *record, const struct numbers *numbers, struct item *ret_item,
                 struct error *err)
{
    struct number_run run = {.has_key = false};
    struct item item;
    bool drawn = number_run_draw(record, numbers, &run, &item, err);
    struct error *why = drawn ? err : &(struct error){ERROR_NONE, ""};
    if (!number_run_end(record, numbers, &run, why) || !drawn)
        return false;
    *ret_item = item;
    return true;
}
