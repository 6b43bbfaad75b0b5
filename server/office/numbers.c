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
bool number_draw(struct record *record, const struct numbers *numbers, struct item *ret_item,
                 struct error *err)
{
    struct item item;
    uint32_t place = 0;
    bool known = true;
    while (known)
        if (!pool_take(record, numbers->post_office, numbers->prefix, numbers->country, &place,
                       err) ||
            !number_of(numbers, place, &item, err) ||
            !is_known(record, numbers, &item, &known, err))
            return false;
    *ret_item = item;
    return true;
}
