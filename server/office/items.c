#include "server/office/items.h"

#include <string.h>

#include "server/office/locality.h"
#include "server/record/lookups.h"
#include "server/text/phone.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ may it be ended? */

static bool not_ended(struct views *views, const struct item *item, struct error *err)
{
    struct view view;
    if (!views_item(views, item, &view) || !view.state.issued)
        return error_set(err, ERROR_NOT_FOUND, "%s: chưa cấp số này. / nobody issued it",
                         item->text);
    const struct status_info *info = status_info(view.state.status);
    return !status_is_final(view.state.status) ||
           error_set(err, ERROR_REFUSED, "%s: đã kết thúc (%s). / it has ended", item->text,
                     info ? info->handheld : "?");
}

struct ending {
    uint32_t event;
    const struct item *item;
    const struct because *because;
};

/* Again inside the group: of two desks that end one number the second is told so. */
static bool end_act(struct record *record, void *arg, struct error *err)
{
    const struct ending *ending = arg;
    bool live;
    if (!record_item_live(record, ending->item, &live, err))
        return false;
    if (!live)
        return error_set(err, ERROR_REFUSED, "%s: đã hủy hoặc thu hồi. / voided or recalled",
                         ending->item->text);
    struct office_fact fact = {.item = *ending->item,
                               .event = ending->event,
                               .user = ending->because->user,
                               .reason = ending->because->reason};
    return record_office_add(record, &fact, NULL, err);
}

static bool end_item(struct acts acts, struct views *views, uint32_t event, const struct item *item,
                     const struct because *because, struct error *err)
{
    struct ending ending = {event, item, because};
    return not_ended(views, item, err) && acts.run(acts.self, end_act, &ending, err);
}

bool item_void(struct acts acts, struct views *views, const struct item *item,
               const struct because *because, struct error *err)
{
    return end_item(acts, views, EVENT_VOIDED, item, because, err);
}

bool item_recall(struct acts acts, struct views *views, const struct item *item,
                 const struct because *because, struct error *err)
{
    return end_item(acts, views, EVENT_RECALLED, item, because, err);
}

/* ------------------------------------------------------------------ another number */

struct reissue {
    const struct numbers *numbers;
    const struct item *item;
    const struct correction *correction;
    const struct because *because;
    struct office_fact fact; /* the new ISSUED */
    struct addressee who;
};

static bool refuse(const struct complaint *complaint, struct error *err)
{
    return error_set(err, ERROR_BAD_INPUT, "%s / %s", complaint->vi, complaint->en);
}

static bool correct_address(struct record *record, struct reissue *reissue, struct error *err)
{
    struct locality locality = {0};
    struct complaint complaint;
    bool doubt = false;
    const char *address = reissue->correction->address;
    if (!address)
        return true;
    if (!text_clean(address, strlen(address), reissue->who.address, sizeof reissue->who.address))
        return error_set(err, ERROR_BAD_INPUT, "địa chỉ: không đọc được. / address");
    if (!field_address(reissue->who.address, &complaint))
        return refuse(&complaint, err);
    if (!locality_find(record, NULL, reissue->who.address, record_now(record), &locality, &doubt,
                       &complaint, err))
        return false;
    *reissue->who.written_address = '\0';
    reissue->fact.postal_code = locality.postal_code;
    reissue->fact.commune = locality.commune;
    return true;
}

static bool correct(struct record *record, struct reissue *reissue, struct error *err)
{
    struct complaint complaint;
    const char *name = reissue->correction->name, *phone = reissue->correction->phone;
    if (name && !text_clean(name, strlen(name), reissue->who.name, sizeof reissue->who.name))
        return error_set(err, ERROR_BAD_INPUT, "tên: không đọc được. / name");
    if (name && !field_name(reissue->who.name, &complaint))
        return refuse(&complaint, err);
    if (name)
        *reissue->who.written_name = '\0'; /* it is no longer of the list */
    if (phone) {
        struct phone read = phone_read(phone);
        if (!field_phone(&read, &complaint) && read.kind == PHONE_BAD)
            return refuse(&complaint, err);
        text_copy(read.e164, reissue->who.phone, sizeof reissue->who.phone);
    }
    return correct_address(record, reissue, err);
}

static bool read_old(struct record *record, struct reissue *reissue, struct error *err)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    struct office_fact old;
    if (!record_issued(record, reissue->item, &old, err) ||
        !record_attachment_get(record, &old.addressee, bytes, sizeof bytes, &n, err))
        return error_add(err, "%s", reissue->item->text);
    reissue->fact = old;
    reissue->fact.user = reissue->because->user;
    reissue->fact.other_item = *reissue->item;
    if (reissue->correction->office != 0)
        reissue->fact.office = reissue->correction->office;
    return addressee_decode(bytes, n, &reissue->who, err);
}

static bool void_old(struct record *record, const struct reissue *reissue, struct error *err)
{
    struct ending ending = {EVENT_VOIDED, reissue->item, reissue->because};
    bool live;
    if (!record_item_live(record, reissue->item, &live, err))
        return false;
    return !live || end_act(record, &ending, err);
}

static bool reissue_act(struct record *record, void *arg, struct error *err)
{
    struct reissue *reissue = arg;
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    return read_old(record, reissue, err) && correct(record, reissue, err) &&
           void_old(record, reissue, err) &&
           number_draw(record, reissue->numbers, &reissue->fact.item, err) &&
           addressee_encode(&reissue->who, bytes, &n, err) &&
           record_attachment_add(record, bytes, n, &reissue->fact.addressee, err) &&
           record_office_add(record, &reissue->fact, NULL, err);
}

bool item_reissue(struct acts acts, struct views *views, const struct numbers *numbers,
                  const struct item *item, const struct correction *correction,
                  const struct because *because, struct item *ret_item, struct error *err)
{
    struct reissue reissue = {
        .numbers = numbers, .item = item, .correction = correction, .because = because};
    struct view view;
    bool is_void = views_item(views, item, &view) && view.state.status == STATUS_VOID;
    if ((!is_void && !not_ended(views, item, err)) ||
        !acts.run(acts.self, reissue_act, &reissue, err))
        return false;
    *ret_item = reissue.fact.item;
    return true;
}

/* ------------------------------------------------------------------ the same number, corrected */

bool item_readdress(struct record *record, const struct item *item, const struct addressee *who,
                    uint32_t commune, uint32_t postal_code, struct error *err)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    struct office_fact fact = {.item = *item,
                               .event = EVENT_READDRESSED,
                               .has_addressee = true,
                               .commune = commune,
                               .postal_code = postal_code};
    return addressee_encode(who, bytes, &n, err) &&
           record_attachment_add(record, bytes, n, &fact.addressee, err) &&
           record_office_add(record, &fact, NULL, err);
}
