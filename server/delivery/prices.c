#include "server/delivery/prices.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/scan.h"

/* ------------------------------------------------------------------ rows */

void prices_done(struct prices *prices)
{
    free(prices->rows);
    *prices = (struct prices){0};
}

bool prices_copy(const struct prices *prices, struct prices *ret_copy)
{
    struct prices copy = {.n = prices->n, .room = prices->n};
    if (prices->n > 0) {
        copy.rows = malloc(prices->n * sizeof *copy.rows);
        if (copy.rows == NULL)
            return false;
        memcpy(copy.rows, prices->rows, prices->n * sizeof *copy.rows);
    }
    *ret_copy = copy;
    return true;
}

/* A word that is typed: "ho-ngheo". */
static bool is_key(const char *key)
{
    return *key != '\0' && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(key);
}

static bool read_price(const struct office_fact *fact, struct price *row, struct error *err)
{
    if (fact->weight_g == 0 || fact->weight_g > WEIGHT_MAX_G)
        return error_set(err, ERROR_BAD_INPUT, "«%u»: nấc cân từ 1 đến %d gam. / weight band",
                         fact->weight_g, WEIGHT_MAX_G);
    if (fact->zone > ZONES)
        return error_set(err, ERROR_BAD_INPUT, "vùng %u: không có. / no such zone", fact->zone);
    if (fact->postage_vnd > SCAN_MONEY_MAX_VND)
        return error_set(err, ERROR_BAD_INPUT, "giá: quá lớn. / price too high");
    row->weight_to_g = fact->weight_g;
    row->zone = fact->zone;
    row->price_vnd = fact->postage_vnd;
    return true;
}

static bool read_exemption(const struct office_fact *fact, struct price *row, struct error *err)
{
    if (!is_key(fact->key))
        return error_set(err, ERROR_BAD_INPUT,
                         "«%.48s»: mã miễn giảm chỉ gồm a-z, 0-9, '-'. / exemption", fact->key);
    if (fact->value < 1 || fact->value > 100)
        return error_set(err, ERROR_BAD_INPUT, "«%lld»: giảm từ 1 đến 100 phần trăm. / percent off",
                         (long long)fact->value);
    row->is_exemption = true;
    memcpy(row->key, fact->key, sizeof row->key);
    row->percent_off = (uint32_t)fact->value;
    return true;
}

static bool read_row(const struct office_fact *fact, struct price *ret_row, struct error *err)
{
    *ret_row = (struct price){.seq = fact->seq,
                              .post_office = fact->post_office,
                              .from = fact->from.ms == 0 ? fact->at : fact->from,
                              .to = fact->to,
                              .entered = fact->at};
    memcpy(ret_row->citation, fact->citation, sizeof ret_row->citation);
    if (fact->citation[0] == '\0')
        return error_set(err, ERROR_BAD_INPUT, "căn cứ: xin ghi văn bản. / citation is wanted");
    if (fact->event == EVENT_PRICE_SET)
        return read_price(fact, ret_row, err);
    if (fact->event == EVENT_EXEMPTION_SET)
        return read_exemption(fact, ret_row, err);
    return error_set(err, ERROR_BAD_INPUT, "event %u sets no price", fact->event);
}

bool prices_check(const struct office_fact *fact, struct error *err)
{
    struct price row;
    return read_row(fact, &row, err);
}

bool prices_take(struct prices *prices, const struct office_fact *fact)
{
    struct price row;
    if (!read_row(fact, &row, NULL))
        return true;
    size_t at = prices->n;
    while (at > 0 && prices->rows[at - 1].seq >= row.seq)
        at--;
    if (at < prices->n && prices->rows[at].seq == row.seq)
        return true;
    if (prices->n == prices->room) {
        size_t room = prices->room == 0 ? 16 : prices->room * 2;
        struct price *grown = realloc(prices->rows, room * sizeof *grown);
        if (grown == NULL)
            return false;
        prices->rows = grown;
        prices->room = room;
    }
    memmove(&prices->rows[at + 1], &prices->rows[at], (prices->n - at) * sizeof *prices->rows);
    prices->rows[at] = row;
    prices->n++;
    return true;
}

/* ------------------------------------------------------------------ asking */

static bool applies(const struct tariff *tariff, const struct price *row)
{
    bool ours = row->post_office == 0 || row->post_office == tariff->post_office;
    return ours && row->entered.ms <= tariff->as_of.ms && row->from.ms <= tariff->at.ms &&
           (row->to.ms == 0 || tariff->at.ms < row->to.ms);
}

/* True if `a` goes before `b`: rows of one band and zone, or of one exemption. */
static bool beats(const struct price *a, const struct price *b)
{
    if ((a->post_office != 0) != (b->post_office != 0))
        return a->post_office != 0;
    if (a->from.ms != b->from.ms)
        return a->from.ms > b->from.ms;
    if (a->entered.ms != b->entered.ms)
        return a->entered.ms > b->entered.ms;
    return a->seq > b->seq;
}

static const struct price *best_in_zone(const struct tariff *tariff, uint32_t zone,
                                        uint32_t weight_g)
{
    const struct price *best = NULL;
    for (size_t i = 0; i < tariff->prices->n; i++) {
        const struct price *row = &tariff->prices->rows[i];
        if (row->is_exemption || row->zone != zone || row->weight_to_g < weight_g ||
            !applies(tariff, row))
            continue;
        if (best == NULL || row->weight_to_g < best->weight_to_g ||
            (row->weight_to_g == best->weight_to_g && beats(row, best)))
            best = row;
    }
    return best;
}

const struct price *price_of(const struct tariff *tariff, enum zone zone, uint32_t weight_g)
{
    const struct price *own = best_in_zone(tariff, (uint32_t)zone + 1, weight_g);
    return own != NULL ? own : best_in_zone(tariff, 0, weight_g);
}

const struct price *exemption_of(const struct tariff *tariff, const char *key)
{
    const struct price *best = NULL;
    for (size_t i = 0; i < tariff->prices->n; i++) {
        const struct price *row = &tariff->prices->rows[i];
        if (row->is_exemption && strcmp(row->key, key) == 0 && applies(tariff, row) &&
            (best == NULL || beats(row, best)))
            best = row;
    }
    return best;
}
