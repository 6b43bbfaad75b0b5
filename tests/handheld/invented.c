#include "tests/handheld/invented.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)

/* ------------------------------------------------------------------ the round */

struct round_list list;
struct stop stops[8];
static struct handover_list handover;
static struct neighbour neighbour;
bool open_day, has_round;
uint32_t tries;

static const struct round_list *round_of(void *ctx)
{
    (void)ctx;
    return open_day && has_round ? &list : NULL;
}

static const struct stop *stop_at(void *ctx, uint32_t i)
{
    static struct stop lent; /* one at a time, as the vault does */
    (void)ctx;
    if (!open_day || i >= list.stops)
        return NULL;
    lent = stops[i];
    return &lent;
}

static const struct stop *stop_of(void *ctx, const struct item *item)
{
    for (uint32_t i = 0; i < list.stops; i++)
        if (item_equal(&stops[i].item, item))
            return stop_at(ctx, i);
    return NULL;
}

static const struct neighbour *neighbour_of(void *ctx, const struct item *item)
{
    (void)ctx;
    return item_equal(&neighbour.item, item) ? &neighbour : NULL;
}

static const struct handover_list *handover_of(void *ctx, uint64_t serial)
{
    (void)ctx;
    return serial == handover.handover ? &handover : NULL;
}

static enum day_unlocked unlock(void *ctx, uint32_t badge, const char *pin, uint32_t *ret_left)
{
    (void)ctx;
    if (badge != 4172)
        return DAY_NEEDS_SERVER;
    if (strcmp(pin, PIN) != 0) {
        *ret_left = 10 - ++tries;
        return tries == 10 ? DAY_ERASED : DAY_WRONG_PIN;
    }
    tries = 0;
    open_day = true;
    return has_round ? DAY_OPEN : DAY_NO_ROUND;
}

static void lock(void *ctx)
{
    (void)ctx;
    open_day = false;
}

const struct day invented_day = {.round = round_of,
                                 .stop = stop_of,
                                 .stop_at = stop_at,
                                 .neighbour = neighbour_of,
                                 .handover = handover_of,
                                 .unlock = unlock,
                                 .lock = lock};

/* ------------------------------------------------------------------ the papers */

char kept[16][PAPERS_TEXT_MAX + 16];
uint32_t kept_n;
enum papers_match card_is, code_is;
struct item checked_of;
bool file_came, papers_full;

static void begin(void *ctx)
{
    (void)ctx;
    kept_n = 0;
}

static bool add(void *ctx, enum paper kind, const void *bytes, size_t n, struct error *err)
{
    (void)ctx;
    if (papers_full)
        return error_set(err, ERROR_LATER, "full");
    snprintf(kept[kept_n++], sizeof kept[0], "%d: %.*s", (int)kind, (int)n, (const char *)bytes);
    return true;
}

static bool fetch(void *ctx, enum paper kind, struct error *err)
{
    if (papers_full)
        return error_set(err, ERROR_LATER, "full");
    if (!file_came)
        return error_set(err, ERROR_NOT_FOUND, "none");
    file_came = false;
    return add(ctx, kind, "file", 4, err);
}

static enum papers_match id_card(void *ctx, const struct stop *stop, const char *text, size_t n)
{
    assert_non_null(stop);
    assert_true(n > 0);
    (void)text;
    checked_of = stop->item;
    if (card_is != PAPERS_UNREADABLE)
        (void)add(ctx, PAPER_ID_CHECK, "card", 4, NULL);
    return card_is;
}

static enum papers_match code(void *ctx, const struct stop *stop, const char *digits)
{
    assert_non_null(stop);
    assert_int_equal(strlen(digits), 6);
    checked_of = stop->item;
    (void)add(ctx, PAPER_ID_CHECK, digits, 6, NULL);
    return code_is;
}

static bool take(void *ctx, struct link *ret_list, struct error *err)
{
    (void)ctx;
    if (kept_n == 0)
        return error_set(err, ERROR_NOT_FOUND, "nothing");
    memset(ret_list, (int)kept_n, sizeof *ret_list);
    return true;
}

const struct door_papers invented_papers = {
    .begin = begin, .add = add, .fetch = fetch, .id_card = id_card, .code = code, .take = take};

/* ------------------------------------------------------------------ setting the scene */

static void set(struct stop *stop, uint32_t place, const char *number, const char *name,
                const char *address, const char *office)
{
    *stop = (struct stop){.place = place};
    assert_true(item_parse(number, 13, &stop->item, NULL));
    snprintf(stop->name, sizeof stop->name, "%s", name);
    snprintf(stop->address, sizeof stop->address, "%s", address);
    snprintf(stop->office, sizeof stop->office, "%s", office);
}

void invented_round(struct instant now)
{
    list = (struct round_list){.round = 77,
                               .badge = 4172,
                               .postman = "Phạm Văn Dũng",
                               .revision = 1,
                               .name = "TS-03",
                               .keyword = "SEN",
                               .from = {now.ms - 2 * HOUR},
                               .until = {now.ms + 8 * HOUR},
                               .stops = 4};
    set(&stops[0], 1, A, "Nguyễn Văn An", "Thôn Đông Tiến, X. Cẩm Trung", "UBND X. Cẩm Trung");
    stops[0].fees_vnd = 135000;
    stops[0].postage_vnd = 33000;
    snprintf(stops[0].phone, sizeof stops[0].phone, "+84912000111");
    snprintf(stops[0].note, sizeof stops[0].note, "Gọi trước khi đến");
    set(&stops[1], 2, B, "Trần Thị Bình", "Số 12, ngõ 3, TDP Bắc Hải, P. Thành Sen", "Sở Xây dựng");
    stops[1].owner_only = stops[1].has_id = stops[1].has_code = true;
    stops[1].code = PROOF_REQUIRED;
    stops[1].signature = PROOF_WARN;
    set(&stops[2], 3, C, "Võ Thị Hoa", "Thôn 2, X. Cẩm Trung", "UBND X. Cẩm Trung");
    set(&stops[3], 4, D, "Võ Thị Hoa", "Thôn 2, X. Cẩm Trung", "Sở Xây dựng");
    stops[2].postage_vnd = 33000;
    neighbour = (struct neighbour){.round = "TS-05", .postman = "chị Hạnh"};
    assert_true(item_parse(N, 13, &neighbour.item, NULL));
    handover = (struct handover_list){.handover = 26112507, .count = 4};
    for (uint32_t i = 0; i < 3; i++)
        handover.item[i] = stops[i].item;
    handover.item[3] = neighbour.item;
    handover.voided[3] = true;
}
