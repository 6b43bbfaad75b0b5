#include "server/office/receiver.h"

#include <stdio.h>
#include <string.h>

#include "server/delivery/claims.h"
#include "server/delivery/wishes.h"
#include "server/office/choices.h"
#include "server/record/inbox.h"
#include "server/record/premises.h"
#include "server/text/phone.h"
#include "server/text/text.h"

#define SAID_AT "Trang tra cứu, 4 số cuối điện thoại đúng"

struct saying {
    struct office_fact fact;
    struct testimony testimony;
    uint32_t pickup, post_office; /* the point, 0 none, and whose it has to be */
    char told[160];               /* to his phone; "" nothing */
    struct inbox_text text;
    struct link addressee; /* whose phone that is */
};

/* A point of that post office, in force now. */
static bool check_pickup(struct record *record, const struct saying *saying, struct error *err)
{
    struct premises point;
    bool known = false;
    if (!premises_in_force(record, PREMISES_PICKUP, saying->pickup, record_now(record), &point,
                           &known, err))
        return false;
    return (known && point.post_office == saying->post_office) ||
           error_set(
               err, ERROR_REFUSED,
               "Không nhận được ở điểm này, xin chọn nơi khác. / It cannot be collected there, "
               "please choose another place.");
}

/* As the answer to a text is owed, once; whoever wants no messages, or has been forgotten, is sent
 * none. */
static bool owe_message(struct record *record, struct saying *saying, struct error *err)
{
    struct addressee who;
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    bool stopped = false;
    struct error why = {.code = ERROR_NONE};
    if (!record_attachment_get(record, &saying->addressee, bytes, sizeof bytes, &n, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
    bool good = addressee_decode(bytes, n, &who, err);
    bool takes = good && phone_takes_sms(who.phone);
    if (takes)
        (void)text_copy(who.phone, saying->text.phone, sizeof saying->text.phone);
    chain_wipe(&who, sizeof who);
    chain_wipe(bytes, sizeof bytes);
    if (!takes)
        return good;
    if (!phone_is_stopped(record, saying->text.phone, &stopped, err))
        return false;
    (void)text_copy(saying->told, saying->text.reply, sizeof saying->text.reply);
    saying->text.at = record_now(record);
    return stopped || inbox_add(record, &saying->text, &why) || why.code == ERROR_REPEATED ||
           error_set(err, why.code, "%s", why.text);
}

static bool say_act(struct record *record, void *arg, struct error *err)
{
    struct saying *saying = arg;
    if (saying->told[0] != '\0' && !owe_message(record, saying, err))
        return false;
    if (saying->pickup != 0 && !check_pickup(record, saying, err))
        return false;
    return testimony_add(record, &saying->testimony, &saying->fact, err) &&
           record_office_add(record, &saying->fact, NULL, err);
}

static bool say(const struct receiver *receiver, struct saying *saying, struct error *err)
{
    saying->fact.item = *receiver->item;
    if (saying->testimony.text[0] == '\0')
        (void)snprintf(saying->testimony.text, sizeof saying->testimony.text, SAID_AT);
    bool good = receiver->acts.run(receiver->acts.self, say_act, saying, err);
    chain_wipe(&saying->testimony, sizeof saying->testimony);
    chain_wipe(&saying->text, sizeof saying->text);
    return good;
}

static bool look(const struct receiver *receiver, struct view *ret_view, struct error *err)
{
    return (views_item(receiver->views, receiver->item, ret_view) && ret_view->state.issued) ||
           error_set(err, ERROR_NOT_FOUND, "%s: không thấy số này. / no such item",
                     receiver->item->text);
}

static bool look_open(const struct receiver *receiver, struct view *ret_view, struct error *err)
{
    if (!look(receiver, ret_view, err))
        return false;
    return wish_is_open(&ret_view->state) ||
           error_set(err, ERROR_REFUSED,
                     "Lúc này không còn gì để chọn. / There is nothing to choose just now.");
}

bool receiver_day(const struct receiver *receiver, struct instant day, struct error *err)
{
    struct view view;
    struct rules rules;
    struct saying saying = {.fact = {.event = EVENT_DAY_CHOSEN, .from = day}};
    if (!look_open(receiver, &view, err))
        return false;
    if (!views_rules(receiver->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    bool fits = wish_day_fits(&view.state, &rules, day, receiver->now);
    rules_done(&rules);
    if (!fits)
        return error_set(err, ERROR_REFUSED,
                         "Ngày này không giao được, xin chọn ngày làm việc khác. / No delivery on "
                         "that day, please choose another working day.");
    if (wish_stands(&view.state) && view.state.chosen.ms == day.ms)
        return true;
    return say(receiver, &saying, err);
}

bool receiver_collects(const struct receiver *receiver, uint32_t pickup, struct error *err)
{
    struct view view;
    struct saying saying = {.fact = {.event = EVENT_COLLECT_CHOSEN, .value = pickup},
                            .pickup = pickup};
    if (!look_open(receiver, &view, err))
        return false;
    if (wish_stands(&view.state) && view.state.wish == WISH_COLLECT &&
        view.state.collect_at == pickup)
        return true;
    saying.post_office = wish_post_office(&view.state);
    return say(receiver, &saying, err);
}

bool receiver_names(const struct receiver *receiver, const char *name, struct error *err)
{
    struct view view;
    struct saying saying = {.fact = {.event = EVENT_RECEIVER_NAMED}};
    char *text = saying.testimony.text;
    if (!look_open(receiver, &view, err))
        return false;
    if (view.state.office.owner_only)
        return error_set(
            err, ERROR_REFUSED,
            "Kết quả này chỉ giao cho chủ hồ sơ. / This result goes to its owner only.");
    if (!text_clean(name, strlen(name), text, RECEIVER_NAME_MAX + 1) || !text_is_visible(text) ||
        strlen(text) < 2)
        return error_set(err, ERROR_BAD_INPUT,
                         "Xin ghi họ tên người nhận thay. / Please give the name of who receives.");
    return say(receiver, &saying, err);
}

#define KIND_PAGE 32 /* of a row of the inbox that no text asked for */

/* "+disputed" [ux.md section 2], with the day the case's answer is owed. */
static bool tell_disputed(const struct receiver *receiver, const struct view *view,
                          struct saying *saying, struct error *err)
{
    struct rules rules;
    char date[CLOCK_TEXT_MAX];
    struct claim claim = {.kind = CLAIM_DISPUTED, .opened = receiver->now};
    if (!views_rules(receiver->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    struct schedule schedule = {&rules, view->state.office.post_office, receiver->now};
    clock_date_vi(claim_terms_of(&claim, &schedule).answer_by, date, sizeof date);
    rules_done(&rules);
    (void)snprintf(saying->told, sizeof saying->told,
                   "Trao %s: Ong/ba bao chua nhan duoc. Chung toi xac minh, tra loi truoc %s.",
                   receiver->item->text, date);
    (void)snprintf(saying->text.id, sizeof saying->text.id, "trang.%s.%zu", receiver->item->text,
                   view->state.claims_n);
    saying->text.kind = KIND_PAGE;
    saying->addressee = view->state.office.addressee;
    return true;
}

bool receiver_disputes(const struct receiver *receiver, struct error *err)
{
    struct view view;
    struct saying saying = {.fact = {.event = EVENT_DISPUTED}};
    if (!look(receiver, &view, err))
        return false;
    if (view.state.disputed)
        return true;
    if (view.state.status != STATUS_DELIVERED)
        return error_set(err, ERROR_REFUSED,
                         "Phong bì chưa báo đã giao. / It is not said to be delivered.");
    if (!tell_disputed(receiver, &view, &saying, err))
        return false;
    return say(receiver, &saying, err);
}

bool receiver_rates(const struct receiver *receiver, uint32_t stars, struct error *err)
{
    struct view view;
    struct saying saying = {.fact = {.event = EVENT_RATED, .value = stars}};
    if (!look(receiver, &view, err))
        return false;
    if (stars < 1 || stars > 5)
        return error_set(err, ERROR_BAD_INPUT, "1 đến 5. / 1 to 5.");
    if (view.state.status != STATUS_DELIVERED)
        return error_set(err, ERROR_REFUSED,
                         "Đánh giá sau khi nhận được. / Rate it once you have it.");
    if (view.state.stars == stars)
        return true;
    return say(receiver, &saying, err);
}
