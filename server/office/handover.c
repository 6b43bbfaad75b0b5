#include "server/office/handover.h"

#include <stdio.h>
#include <string.h>

#include "server/office/choices.h"
#include "server/office/rounds.h"
#include "server/record/lookups.h"
#include "server/text/text.h"

struct handover {
    const struct item *items;
    size_t n;
    const struct handover_seal *seal; /* NULL: unsealed */
    uint64_t serial;
    struct office_fact sealed;
};

char *handover_text(uint64_t serial, char out[HANDOVER_TEXT_MAX])
{
    (void)snprintf(out, HANDOVER_TEXT_MAX, "BG-%06llu", (unsigned long long)serial);
    return out;
}

bool handover_read(const char *text, uint64_t *ret_serial, struct error *err)
{
    return serial_read("BG", text, ret_serial, err);
}

/* ------------------------------------------------------------------ one envelope */

/* Its papers, if they were counted, are added to the sums of the batch. */
static bool add_contents(struct record *record, struct handover *handover,
                         const struct content *content, struct error *err)
{
    struct office_fact received;
    if (content->received == 0)
        return true;
    if (!record_office_get(record, content->received, &received, err))
        return false;
    handover->sealed.originals += received.originals;
    handover->sealed.certified += received.certified;
    handover->sealed.pages += received.pages;
    return true;
}

static bool may_go(struct record *record, struct handover *handover, const struct item *item,
                   struct error *err)
{
    struct content content;
    uint64_t before = 0;
    if (!record_content(record, item, &content, err) ||
        !record_handover_of(record, item, &before, err))
        return false;
    if (before != 0)
        return error_set(err, ERROR_REFUSED, "đã bàn giao rồi. / handed over already");
    if (content.paired == 0 && (content.received != 0 || handover->seal != NULL))
        return error_set(err, ERROR_REFUSED,
                         "kết quả chưa vào phong bì. / its papers are not in the envelope");
    return add_contents(record, handover, &content, err);
}

static bool hand_over(struct record *record, struct handover *handover, const struct item *item,
                      struct error *err)
{
    struct office_fact fact = {.item = *item,
                               .event = EVENT_HANDED_OVER,
                               .handover = handover->serial,
                               .user = handover->seal ? handover->seal->user : 0,
                               .badge = handover->seal ? handover->seal->badge : 0};
    return may_go(record, handover, item, err) && record_office_add(record, &fact, NULL, err);
}

/* ------------------------------------------------------------------ the batch */

static bool seal_batch(struct record *record, struct handover *handover, struct error *err)
{
    const struct handover_seal *seal = handover->seal;
    struct testimony testimony = {.text = ""};
    struct office_fact *fact = &handover->sealed;
    fact->event = EVENT_HANDOVER_SEALED;
    fact->handover = handover->serial;
    fact->count = seal->count;
    fact->badge = seal->badge;
    fact->user = seal->user;
    text_copy(seal->number, fact->seal_number, sizeof fact->seal_number);
    text_copy(seal->giver, testimony.giver, sizeof testimony.giver);
    text_copy(seal->taker, testimony.taker, sizeof testimony.taker);
    return testimony_add(record, &testimony, fact, err) &&
           record_office_add(record, fact, NULL, err);
}

static bool handover_act(struct record *record, void *arg, struct error *err)
{
    struct handover *handover = arg;
    uint64_t before = 0;
    if (!record_counter_next(record, "handover", 1, &before, err))
        return false;
    handover->serial = before + 1;
    for (size_t i = 0; i < handover->n; i++)
        if (!hand_over(record, handover, &handover->items[i], err))
            return error_add(err, "%s", handover->items[i].text);
    return handover->seal == NULL || seal_batch(record, handover, err);
}

static bool check_seal(const struct handover_seal *seal, size_t n, struct error *err)
{
    char giver[256], taker[256];
    text_fold(seal->giver, giver, sizeof giver);
    text_fold(seal->taker, taker, sizeof taker);
    if (*giver == '\0' || *taker == '\0' || strcmp(giver, taker) == 0)
        return error_set(err, ERROR_BAD_INPUT,
                         "Cần tên bên giao và bên nhận, hai người. / name both sides, two people");
    if (*seal->number == '\0' || strlen(seal->number) > SEAL_NUMBER_MAX)
        return error_set(err, ERROR_BAD_INPUT,
                         "Cần số niêm phong, nhiều nhất %d chữ. / the seal's number, at most %d "
                         "characters",
                         SEAL_NUMBER_MAX, SEAL_NUMBER_MAX);
    return seal->count == n ||
           error_set(err, ERROR_REFUSED,
                     "Đếm được %u bì, danh sách có %zu; đếm lại. / counted %u, listed %zu",
                     seal->count, n, seal->count, n);
}

static bool is_printed(struct views *views, const struct item *item, struct error *err)
{
    struct view view;
    bool known = views_item(views, item, &view);
    return (known && view.state.status == STATUS_PRINTED) ||
           error_set(err, ERROR_REFUSED, "%s: không chờ bàn giao (%s)", item->text,
                     known && status_info(view.state.status)
                         ? status_info(view.state.status)->handheld
                         : "chưa cấp số");
}

bool handover_run(struct acts acts, struct views *views, const struct item *items, size_t n,
                  const struct handover_seal *seal, uint64_t *ret_serial, struct error *err)
{
    struct handover handover = {.items = items, .n = n, .seal = seal};
    invariant(n > 0);
    if (seal != NULL && !check_seal(seal, n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_printed(views, &items[i], err))
            return false;
    if (!acts.run(acts.self, handover_act, &handover, err))
        return false;
    *ret_serial = handover.serial;
    return true;
}
