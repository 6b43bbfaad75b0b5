/* What a receiver says on his pages: another day, that he collects, who receives for him, that
 * nothing came, how it went; and whether this postman is a real one. Forms that work without a
 * script; what is said needs the last four digits of the phone, what is asked does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/wishes.h"
#include "server/record/postmen.h"
#include "server/web/citizen_form.h"
#include "server/web/face.h"
#include "server/web/form.h"

/* ------------------------------------------------------------------ the pages */

static const struct citizen_form choose = {FORM_CHOOSE,
                                           "/chon",
                                           "Chọn cách nhận",
                                           "Choose how to receive it",
                                           "Gửi lựa chọn",
                                           "Send",
                                           "Đã ghi lựa chọn của ông/bà.",
                                           "Your choice is noted.",
                                           true,
                                           NULL,
                                           NULL};
static const struct citizen_form points = {FORM_POINTS,
                                           "/chon",
                                           "Chọn điểm nhận",
                                           "Choose a pickup point",
                                           "Gửi lựa chọn",
                                           "Send",
                                           NULL,
                                           NULL,
                                           false,
                                           NULL,
                                           NULL};
static const struct citizen_form missing = {FORM_MISSING,
                                            "/chua-nhan",
                                            "Tôi chưa nhận được",
                                            "I have not received it",
                                            "Báo chưa nhận được",
                                            "Report it",
                                            "Đã ghi: ông/bà chưa nhận được phong bì.",
                                            "Noted: you have not received it.",
                                            true,
                                            NULL,
                                            NULL};
static const struct citizen_form rating = {FORM_RATING,
                                           "/danh-gia",
                                           "Giao có tốt không?",
                                           "How was the delivery?",
                                           "Gửi đánh giá",
                                           "Send",
                                           "Cảm ơn ông/bà đã đánh giá.",
                                           "Thank you for rating it.",
                                           true,
                                           NULL,
                                           NULL};
static const struct citizen_form postman = {FORM_POSTMAN,
                                            "/buu-ta",
                                            "Bưu tá này có thật không?",
                                            "Is this postman real?",
                                            "Kiểm tra",
                                            "Check",
                                            NULL,
                                            NULL,
                                            false,
                                            NULL,
                                            NULL};

static struct instant now_of(struct web *web)
{
    return web->config.clock.now(web->config.clock.self);
}

static void show(struct web *web, const struct http_request *request,
                 const struct citizen_form *page, struct http_answer *answer)
{
    struct view view;
    const char *number = http_query(request, "so");
    bool en = http_query(request, "en") != NULL;
    if (citizen_finds(web, request, number ? number : "", en, &view, answer))
        citizen_form_give(web, page, &view, en, 200, "", "", answer);
}

void citizen_choose_page(struct web *web, const struct http_request *request,
                         struct http_answer *answer)
{
    show(web, request, &choose, answer);
}

void citizen_missing_page(struct web *web, const struct http_request *request,
                          struct http_answer *answer)
{
    struct view view;
    char sentence[256] = "";
    const char *number = http_query(request, "so");
    bool en = http_query(request, "en") != NULL;
    if (!citizen_finds(web, request, number ? number : "", en, &view, answer))
        return;
    if (face_is_disputed(&view.state))
        face_disputed_sentence(&view, now_of(web), en, sentence, sizeof sentence);
    citizen_form_give(web, &missing, &view, en, 200, "ngo", sentence, answer);
}

void citizen_rating_page(struct web *web, const struct http_request *request,
                         struct http_answer *answer)
{
    show(web, request, &rating, answer);
}

void citizen_postman_page(struct web *web, const struct http_request *request,
                          struct http_answer *answer)
{
    show(web, request, &postman, answer);
}

/* ------------------------------------------------------------------ what is said */

/* "Đã ghi. / Noted.": the half of one language. */
static void half_of(const char *both, bool en, char *out, size_t size)
{
    const char *cut = strstr(both, " / ");
    if (!cut)
        (void)snprintf(out, size, "%s", both);
    else if (en)
        (void)snprintf(out, size, "%s", cut + 3);
    else
        (void)snprintf(out, size, "%.*s", (int)(cut - both), both);
}

static bool field(const struct http_request *request, const char *key, char *out, size_t size)
{
    return form_value(request->body, request->body_n, key, out, size);
}

static void keep(const struct http_request *request, struct citizen_kept *ret_kept)
{
    *ret_kept = (struct citizen_kept){.wrong = ""};
    field(request, "cach", ret_kept->way, sizeof ret_kept->way);
    field(request, "ten", ret_kept->name, sizeof ret_kept->name);
    field(request, "sao", ret_kept->stars, sizeof ret_kept->stars);
    field(request, "the", ret_kept->badge, sizeof ret_kept->badge);
}

/* One to six. */
static bool is_digits(const char *text)
{
    size_t n = strlen(text);
    return n > 0 && n <= 6 && strspn(text, "0123456789") == n;
}

static bool choose_act(const struct receiver *receiver, const struct http_request *request,
                       struct error *err)
{
    char way[24], name[4 * RECEIVER_NAME_MAX + 1];
    field(request, "cach", way, sizeof way);
    field(request, "ten", name, sizeof name);
    if (strcmp(way, "bc") == 0)
        return receiver_collects(receiver, 0, err);
    if (strncmp(way, "dn", 2) == 0 && is_digits(way + 2) && strtoul(way + 2, NULL, 10) != 0)
        return receiver_collects(receiver, (uint32_t)strtoul(way + 2, NULL, 10), err);
    if (strcmp(way, "nguoi") == 0)
        return receiver_names(receiver, name, err);
    if (!is_digits(way))
        return error_set(err, ERROR_BAD_INPUT, "Xin chọn một cách. / Please choose one.");
    return receiver_day(receiver, day_minute(strtol(way, NULL, 10), 0), err);
}

static bool missing_act(const struct receiver *receiver, const struct http_request *request,
                        struct error *err)
{
    (void)request;
    return receiver_disputes(receiver, err);
}

static bool rating_act(const struct receiver *receiver, const struct http_request *request,
                       struct error *err)
{
    char stars[4];
    field(request, "sao", stars, sizeof stars);
    return receiver_rates(receiver, (uint32_t)strtoul(stars, NULL, 10), err);
}

static void say(struct web *web, const struct http_request *request,
                const struct citizen_form *page,
                bool (*said)(const struct receiver *receiver, const struct http_request *request,
                             struct error *err),
                struct http_answer *answer)
{
    struct view view;
    struct error err;
    char number[128], last4[8], en_text[4], sentence[256];
    bool en = field(request, "en", en_text, sizeof en_text);
    struct citizen_kept kept;
    struct citizen_form again = *page;
    again.kept = &kept;
    keep(request, &kept);
    field(request, "so", number, sizeof number);
    field(request, "duoi", last4, sizeof last4);
    enum proven proven = citizen_proves(web, request, number, last4, en, &view, kept.wrong, answer);
    if (proven == PROVEN_WRONG)
        citizen_form_give(web, &again, &view, en, 403, "", "", answer);
    if (proven != PROVEN_YES)
        return;
    struct receiver receiver = {web->config.acts, web->config.views,
                                web->config.clock.now(web->config.clock.self), &view.state.item};
    if (said(&receiver, request, &err)) {
        (void)views_item(web->config.views, &view.state.item, &view);
        citizen_show(web, &view, en, last4, en ? page->done_en : page->done_vi, answer);
        return;
    }
    half_of(err.text, en, sentence, sizeof sentence);
    if (err.code != ERROR_REFUSED && err.code != ERROR_BAD_INPUT)
        (void)snprintf(sentence, sizeof sentence, "%s",
                       en ? "Cannot be noted just now, please try again in a few minutes."
                          : "Chưa ghi được lúc này, xin thử lại sau ít phút.");
    citizen_form_give(web, &again, &view, en,
                      err.code == ERROR_REFUSED ? 409 : (err.code == ERROR_BAD_INPUT ? 400 : 503),
                      "loi", sentence, answer);
}

/* Who receives it is proven: which points there are, to choose one of. */
static void offer_points(struct web *web, const struct http_request *request,
                         struct http_answer *answer)
{
    struct view view;
    struct pickup point[PICKUPS_MAX];
    struct citizen_form page = points, again = choose;
    struct citizen_kept kept;
    char number[128], last4[8], en_text[4];
    bool en = field(request, "en", en_text, sizeof en_text);
    field(request, "so", number, sizeof number);
    field(request, "duoi", last4, sizeof last4);
    keep(request, &kept);
    again.kept = &kept;
    enum proven proven = citizen_proves(web, request, number, last4, en, &view, kept.wrong, answer);
    if (proven == PROVEN_WRONG)
        citizen_form_give(web, &again, &view, en, 403, "", "", answer);
    if (proven != PROVEN_YES)
        return;
    page.digits = last4;
    if (citizen_points(web, &view, point) > 0)
        citizen_form_give(web, &page, &view, en, 200, "", "", answer);
    else
        citizen_form_give(
            web, &choose, &view, en, 409, "loi",
            en ? "The post office that has your envelope has no other points. Please choose "
                 "another way."
               : "Bưu cục giữ phong bì này không có điểm nhận khác. Xin chọn cách khác.",
            answer);
}

void citizen_choose(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    char way[24];
    field(request, "cach", way, sizeof way);
    if (strcmp(way, "dn") == 0)
        offer_points(web, request, answer);
    else
        say(web, request, &choose, choose_act, answer);
}

void citizen_missing(struct web *web, const struct http_request *request,
                     struct http_answer *answer)
{
    say(web, request, &missing, missing_act, answer);
}

void citizen_rate(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    say(web, request, &rating, rating_act, answer);
}

/* ------------------------------------------------------------------ a real postman? */

enum real { REAL_YES, REAL_NO, REAL_UNSURE };

/* Never a false no: scans may still be on their way, an envelope may have changed hands without
 * one. Only a badge that nobody has, or has no longer, is a no. */
static enum real is_real(struct web *web, const struct view *view, uint32_t badge)
{
    struct postman who;
    struct error err = {ERROR_NONE, ""};
    struct record *record = readers_take(web->readers);
    bool known =
        postman_at(record, badge, web->config.clock.now(web->config.clock.self), &who, &err);
    readers_give(web->readers, record);
    if (!known)
        return err.code == ERROR_NOT_FOUND || err.code == ERROR_REFUSED ? REAL_NO : REAL_UNSURE;
    bool holds = view->state.hand == HAND_POSTMAN && view->state.hand_badge == badge;
    return holds ? REAL_YES : REAL_UNSURE;
}

static void tell_real(struct web *web, const struct citizen_form *page, const struct view *view,
                      enum real real, bool en, struct http_answer *answer)
{
    struct config config = readers_config(web->readers, web->config.config, &view->state,
                                          web->config.clock.now(web->config.clock.self));
    const char *phone = *config.office_phone ? config.office_phone : "–";
    char sentence[400];
    if (real == REAL_YES)
        (void)snprintf(sentence, sizeof sentence, "%s",
                       en ? "YES. Whoever carries this badge has your envelope."
                          : "ĐÚNG. Người mang thẻ này đang giữ phong bì của ông/bà.");
    else if (real == REAL_NO)
        (void)snprintf(sentence, sizeof sentence,
                       en ? "NO MATCH. Do not pay, do not hand over papers. Call %s."
                          : "KHÔNG KHỚP. Đừng trả tiền, đừng đưa giấy tờ. Gọi %s.",
                       phone);
    else
        (void)snprintf(
            sentence, sizeof sentence,
            en ? "Cannot be confirmed just now: the badge exists. Ask for the word of the "
                 "day, or call %s."
               : "Chưa xác nhận được lúc này: thẻ này có thật. Xin hỏi từ khóa, hoặc gọi %s.",
            phone);
    citizen_form_give(web, page, view, en, 200,
                      real == REAL_YES ? "tot" : (real == REAL_NO ? "loi" : "ngo"), sentence,
                      answer);
}

void citizen_postman(struct web *web, const struct http_request *request,
                     struct http_answer *answer)
{
    struct view view;
    struct error err;
    char number[128], en_text[4];
    uint32_t badge = 0;
    struct citizen_kept kept;
    struct citizen_form page = postman;
    bool en = field(request, "en", en_text, sizeof en_text);
    page.kept = &kept;
    keep(request, &kept);
    field(request, "so", number, sizeof number);
    if (!citizen_finds(web, request, number, en, &view, answer))
        return;
    if (!badge_read(kept.badge, &badge, &err)) {
        citizen_form_give(web, &page, &view, en, 400, "loi",
                          en ? "Please type the number on the badge, such as TH-4172."
                             : "Xin gõ số trên thẻ, ví dụ TH-4172.",
                          answer);
        return;
    }
    enum real real = is_real(web, &view, badge);
    if (real != REAL_YES) /* so that badges are not tried one after the other */
        guard_wrong(web->guard, GUARD_CLIENT, request->client);
    tell_real(web, &page, &view, real, en, answer);
}
