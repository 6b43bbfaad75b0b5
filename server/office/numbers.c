#include "server/office/numbers.h"

#include <stdio.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/record/lookups.h"

static bool number_of(const struct numbers *numbers, uint32_t place, struct item *ret_item,
                      struct error *err)
{
    char pool[32];
    uint8_t key[32];
    (void)snprintf(pool, sizeof pool, "serial %s %s", numbers->prefix, numbers->country);
    chain_keyed_hash(numbers->secret, LINK_SECRET_BYTES, "trao serial 1", pool, strlen(pool), key,
                     sizeof key);
    bool made = item_make(numbers->prefix, item_draw(key, place), numbers->country, ret_item, err);
    chain_wipe(key, sizeof key);
    return made;
}

/* No number twice for the life of the record: more than the 24 months that UPU S10 recommends,
 * also when a restored counter stands where it stood before. */
bool number_draw(struct record *record, const struct numbers *numbers, struct item *ret_item,
                 struct error *err)
{
    struct item item;
    uint32_t place = 0;
    bool live, known = true;
    while (known) {
        struct error fresh = {ERROR_NONE, ""};
        if (!pool_take(record, numbers->post_office, numbers->prefix, numbers->country, &place,
                       err) ||
            !number_of(numbers, place, &item, err))
            return false;
        known = record_item_live(record, &item, &live, &fresh);
        if (!known && fresh.code != ERROR_NOT_FOUND)
            return error_set(err, fresh.code, "%s", fresh.text);
    }
    *ret_item = item;
    return true;
}
