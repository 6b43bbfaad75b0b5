#include "server/notify/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/delivery/claims.h"
#include "server/delivery/days.h"
#include "server/delivery/wishes.h"
#include "server/notify/inbound.h"
#include "server/notify/message.h"
#include "server/notify/recipient.h"
#include "server/record/inbox.h"
#include "server/text/text.h"

#define DAY_MS (INT64_C(1000) * 24 * 3600)
#define LOCAL_MS (INT64_C(1000) * 7 * 3600) /* UTC+7 */
#define ITEMS_MAX 40
#define KIND_HELPED 16 /* beside the verbs: not understood, and told how */

/* One text on its way to an act. */
struct answer_to {
    struct answers *answers;
    struct inbound inbound;
    struct inbox_text text;
    struct office_fact fact; /* .event 0: none */
    struct testimony said;   /* what the fact rests on */
    bool stops, starts;
};

static struct instant now(const struct answers *answers)
{
    return answers->clock.now(answers->clock.self);
}

static void reply(struct answer_to *it, const char *sentence)
{
    (void)text_copy(sentence, it->text.reply, sizeof it->text.reply);
}

static void reply_about(struct answer_to *it, const struct item *item, const char *sentence)
{
    char text[WORDS_MAX];
    reply(it, message_reply(item, sentence, text));
}

/* ------------------------------------------------------------------ which item */

static bool is_on_its_way(enum status status)
{
    return status == STATUS_OUT || status == STATUS_FAILED || status == STATUS_WAITING;
}

static bool is_delivered(enum status status)
{
    return status == STATUS_DELIVERED;
}

/* The item that is named, if its messages go to this phone; else the last one this phone was told
 * of that stands so. */
static bool find_own(const struct answer_to *it, bool (*stands)(enum status status),
                     struct view *ret_view, bool *ret_found, struct error *err)
{
    struct item items[ITEMS_MAX];
    size_t n = 0;
    char phone[PHONE_MAX];
    *ret_found = false;
    if (it->inbound.named)
        items[n++] = it->inbound.item;
    else if (!phone_items(it->answers->record, it->text.phone, items, ITEMS_MAX, &n, err))
        return false;
    for (size_t i = 0; i < n && !*ret_found; i++) {
        if (!views_item(it->answers->views, &items[i], ret_view) || !ret_view->state.issued ||
            !stands(ret_view->state.status))
            continue;
        if (!recipient_phone(it->answers->record, ret_view, phone, err))
            return false;
        *ret_found = strcmp(phone, it->text.phone) == 0;
    }
    return true;
}

/* ------------------------------------------------------------------ what each asks for */

static bool tell_status(struct answer_to *it, struct error *err)
{
    struct view view;
    char phone[PHONE_MAX] = "", text[WORDS_MAX];
    const struct item *item = &it->inbound.item;
    if (!views_item(it->answers->views, item, &view) || !view.state.issued) {
        reply_about(it, item,
                    it->inbound.english ? "no news of it yet, please check the number."
                                        : "chưa có thông tin, xin kiểm tra lại số.");
        return true;
    }
    if (!recipient_phone(it->answers->record, &view, phone, err))
        return false;
    if (strcmp(phone, it->text.phone) != 0) {
        reply(it, message_masked(&view, it->inbound.english, text));
        return true;
    }
    struct wording wording = {.english = it->inbound.english};
    struct sender sender = {it->answers->config, it->answers->secret, now(it->answers)};
    if (!recipient_text(it->answers->record, &sender, &view, wording, text, err))
        return false;
    reply(it, text);
    return true;
}

static void rest_on_the_text(struct answer_to *it, const char *word)
{
    (void)snprintf(it->said.text, sizeof it->said.text, "Tin nhắn từ %s: %s", it->text.phone, word);
}

/* The first minute of the next such day; .ms 0: there is none. */
static struct instant next_day(struct instant now, uint32_t day, uint32_t month)
{
    time_t local = (time_t)((now.ms + LOCAL_MS) / 1000);
    struct tm today, wanted;
    gmtime_r(&local, &today);
    for (int year = today.tm_year; year <= today.tm_year + 1; year++) {
        struct tm tm = {.tm_year = year, .tm_mon = (int)month - 1, .tm_mday = (int)day};
        struct instant at = {(int64_t)timegm(&tm) * 1000 - LOCAL_MS};
        time_t again = (time_t)((at.ms + LOCAL_MS) / 1000);
        gmtime_r(&again, &wanted);
        if (wanted.tm_mday == (int)day && wanted.tm_mon == (int)month - 1 && at.ms > now.ms)
            return at;
    }
    return (struct instant){0};
}

static bool may_choose(const struct answer_to *it, const struct view *view, struct instant day,
                       bool *ret_may, struct error *err)
{
    struct rules rules;
    if (!views_rules(it->answers->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    *ret_may = wish_day_fits(&view->state, &rules, day, now(it->answers));
    rules_done(&rules);
    return true;
}

static bool choose_day(struct answer_to *it, struct error *err)
{
    struct view view;
    char sentence[128];
    bool found = false, may = false;
    struct instant day = next_day(now(it->answers), it->inbound.day, it->inbound.month);
    if (!find_own(it, is_on_its_way, &view, &found, err))
        return false;
    if (!found) {
        reply(it, "Trao: Khong co phong bi nao cho so nay dang giao de doi ngay.");
        return true;
    }
    if (!may_choose(it, &view, day, &may, err))
        return false;
    (void)snprintf(sentence, sizeof sentence,
                   may ? "Đã ghi, giao lại ngày %02u/%02u."
                       : "Ngày %02u/%02u không chọn được, xin chọn ngày làm việc trong 14 ngày.",
                   it->inbound.day, it->inbound.month);
    reply_about(it, &view.state.item, sentence);
    if (may) {
        it->fact =
            (struct office_fact){.item = view.state.item, .event = EVENT_DAY_CHOSEN, .from = day};
        rest_on_the_text(it, "HEN");
    }
    return true;
}

/* When the case that this text opens is to be answered: 23:59 of that day. */
static bool answer_day(const struct answer_to *it, const struct view *view, struct instant *ret_day,
                       struct error *err)
{
    struct rules rules;
    struct claim claim = {.kind = CLAIM_DISPUTED, .opened = now(it->answers)};
    *ret_day = view->clocks.answer_by;
    if (view->state.disputed && ret_day->ms != 0)
        return true;
    if (!views_rules(it->answers->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    struct schedule schedule = {&rules, view->state.office.post_office, claim.opened};
    *ret_day = claim_terms_of(&claim, &schedule).answer_by;
    rules_done(&rules);
    return true;
}

static bool dispute(struct answer_to *it, struct error *err)
{
    struct view view;
    bool found = false;
    struct instant by;
    char day[CLOCK_TEXT_MAX], sentence[160];
    if (!find_own(it, is_delivered, &view, &found, err))
        return false;
    if (!found) {
        reply(it, "Trao: Khong co phong bi nao bao da giao cho so nay. Hoi: soan TRAO <so phong "
                  "bi>");
        return true;
    }
    if (!answer_day(it, &view, &by, err))
        return false;
    (void)snprintf(sentence, sizeof sentence,
                   "Đã ghi ông/bà chưa nhận được, bưu điện xác minh, trả lời chậm nhất %s.",
                   clock_date_vi(by, day, sizeof day));
    reply_about(it, &view.state.item, sentence);
    if (!view.state.disputed) {
        it->fact = (struct office_fact){.item = view.state.item, .event = EVENT_DISPUTED};
        rest_on_the_text(it, "KHONG");
    }
    return true;
}

static void stop_or_start(struct answer_to *it)
{
    it->stops = it->inbound.verb == VERB_STOP;
    it->starts = !it->stops;
    it->fact.event = it->stops ? EVENT_MESSAGES_STOPPED : EVENT_MESSAGES_RESUMED;
    rest_on_the_text(it, it->stops ? "DUNG" : "NHAN");
    reply(it, it->stops ? "Trao: Tu nay khong gui tin toi so nay. Muon nhan lai: soan NHAN"
                        : "Trao: Tin ve phong bi lai duoc gui toi so nay.");
}

static bool help(struct answer_to *it, struct error *err)
{
    uint64_t helped = 0;
    struct instant since = {now(it->answers).ms - DAY_MS};
    if (!inbox_count(it->answers->record, it->text.phone, KIND_HELPED, since, &helped, err))
        return false;
    if (helped > 0)
        return true;
    it->text.kind = KIND_HELPED;
    reply(it, "Trao: Soan TRAO <so phong bi> de hoi, HEN 30/11 de chon ngay giao, KHONG neu chua "
              "nhan duoc, DUNG de thoi nhan tin.");
    return true;
}

/* ------------------------------------------------------------------ taking */

static bool names_none(const struct answer_to *it)
{
    enum verb verb = it->inbound.verb;
    return it->inbound.misnamed &&
           (verb == VERB_STATUS || verb == VERB_DAY || verb == VERB_NOT_RECEIVED);
}

static bool decide(struct answer_to *it, struct error *err)
{
    uint64_t n = 0;
    struct instant since = {now(it->answers).ms - DAY_MS};
    if (!phone_takes_sms(it->text.phone))
        return true; /* a short code, another land: taken, and nothing said */
    if (!inbox_count(it->answers->record, it->text.phone, 0, since, &n, err))
        return false;
    if (n >= ANSWERS_PER_DAY_MAX && it->inbound.verb != VERB_STOP)
        return true;
    if (names_none(it)) {
        reply(it, it->inbound.english ? "Trao: That number is not right, please check it."
                                      : "Trao: So phong bi khong dung, xin kiem tra lai.");
        return true;
    }
    switch (it->inbound.verb) {
    case VERB_STATUS:
        return tell_status(it, err);
    case VERB_DAY:
        return choose_day(it, err);
    case VERB_NOT_RECEIVED:
        return dispute(it, err);
    case VERB_STOP:
    case VERB_START:
        stop_or_start(it);
        return true;
    case VERB_NONE:
        break;
    }
    return help(it, err);
}

static bool take_act(struct record *record, void *arg, struct error *err)
{
    struct answer_to *it = arg;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    if (!inbox_add(record, &it->text, err))
        return false;
    if ((it->stops || it->starts) && !phone_stop(record, it->text.phone, it->stops, err))
        return false;
    if (it->fact.event == 0)
        return true;
    it->fact.has_evidence = true;
    return testimony_encode(&it->said, bytes, &n, err) &&
           record_attachment_add(record, bytes, n, &it->fact.evidence, err) &&
           record_office_add(record, &it->fact, NULL, err);
}

static bool take(void *ctx, const struct sms_text *text, struct error *err)
{
    struct answers *answers = ctx;
    struct error why = {.code = ERROR_NONE};
    struct phone from = phone_read(text->from);
    struct answer_to *it = calloc(1, sizeof *it);
    if (it == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    it->answers = answers;
    it->inbound = inbound_read(text->text, strlen(text->text));
    it->text.kind = it->inbound.verb;
    (void)snprintf(it->text.id, sizeof it->text.id, "%s", text->id);
    (void)snprintf(it->text.phone, sizeof it->text.phone, "%s", from.e164);
    bool good = decide(it, &why) && answers->acts.run(answers->acts.self, take_act, it, &why);
    chain_wipe(it, sizeof *it);
    free(it);
    return good || why.code == ERROR_REPEATED || error_set(err, why.code, "%s", why.text);
}

bool answers_take(struct answers *answers, const struct sms_driver *driver, struct error *err)
{
    return driver->texts == NULL || driver->texts(driver->self, take, answers, err) ||
           error_add(err, "a text from a phone");
}

/* ------------------------------------------------------------------ replies */

static bool answered_act(struct record *record, void *arg, struct error *err)
{
    const struct inbox_text *text = arg;
    return inbox_answered(record, text->id, err);
}

/* What the gateway refuses for good is done with. */
static bool send_one(struct answers *answers, struct gateway *gateway, struct inbox_text *text,
                     struct error *err)
{
    char request_id[NOTICE_REQUEST_MAX + 1];
    struct error why = {.code = ERROR_NONE};
    (void)snprintf(request_id, sizeof request_id, "reply.%s", text->id);
    struct sms sms = {request_id, text->phone, text->reply, NULL};
    if (!gateway_has(gateway, request_id) && !gateway_send(gateway, &sms, &why) &&
        why.code == ERROR_LATER)
        return error_set(err, why.code, "a reply: %s", why.text);
    return answers->acts.run(answers->acts.self, answered_act, text, err);
}

#define REPLIES_MAX 20 /* a tick */

bool answers_send(struct answers *answers, struct gateway *gateway, struct error *err)
{
    struct inbox_text *texts = gateway_rests(gateway) ? NULL : calloc(REPLIES_MAX, sizeof *texts);
    size_t n = 0;
    if (texts == NULL)
        return true;
    bool good = inbox_owed(answers->record, texts, REPLIES_MAX, &n, err);
    for (size_t i = 0; good && i < n; i++)
        good = send_one(answers, gateway, &texts[i], err);
    chain_wipe(texts, REPLIES_MAX * sizeof *texts);
    free(texts);
    return good;
}
