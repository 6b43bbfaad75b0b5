/* What a receiver says on his pages: another day, that he collects, who receives for him, that
 * nothing came, how it went; and whether this postman is a real one. Forms that work without a
 * script; what is said needs the last four digits of the phone, what is asked does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/wishes.h"
#include "server/office/receiver.h"
#include "server/record/postmen.h"
#include "server/web/face.h"
#include "server/web/form.h"
#include "server/web/inside.h"

/* ------------------------------------------------------------------ pages of one form */

enum form { FORM_CHOOSE, FORM_POINTS, FORM_MISSING, FORM_RATING, FORM_POSTMAN };

/* What was sent, to be sent again when the form comes back. */
struct kept {
    char way[24], name[4 * RECEIVER_NAME_MAX + 1], stars[4], badge[24];
    char wrong[CITIZEN_WRONG_MAX]; /* of the digits; "" nothing */
};

struct form_page {
    enum form form;
    const char *path, *title_vi, *title_en, *send_vi, *send_en;
    const char *done_vi, *done_en; /* once it is noted */
    bool wants_digits;
    const char *digits;      /* of points: they were right, and go along; else NULL */
    const struct kept *kept; /* NULL: nothing */
};

static const struct form_page choose = {FORM_CHOOSE,
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
static const struct form_page points = {FORM_POINTS,
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
static const struct form_page missing = {FORM_MISSING,
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
static const struct form_page rating = {FORM_RATING,
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
static const struct form_page postman = {FORM_POSTMAN,
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

/* `chosen`: the value that was, "" none. */
static void put_radio(struct html *html, const char *name, const char *value, const char *words,
                      const char *chosen)
{
    html_format(html, "<label class=lua><input type=radio name=%s value=\"%s\"%s required> <span>",
                name, value, strcmp(value, chosen) == 0 ? " checked" : "");
    html_text(html, words);
    html_put(html, "</span></label>");
}

static void put_days(struct web *web, const struct view *view, bool en, const char *chosen,
                     struct html *html)
{
    struct instant day[WISH_DAYS], now = web->config.clock.now(web->config.clock.self);
    struct rules rules;
    if (!views_rules(web->config.views, &rules))
        return;
    size_t n = wish_days(&view->state, &rules, now, day);
    rules_done(&rules);
    for (size_t i = 0; i < n; i++) {
        char value[24], date[CLOCK_TEXT_MAX], words[120];
        (void)snprintf(value, sizeof value, "%lld", (long long)day_of(day[i]));
        (en ? clock_date_en : clock_date_vi)(day[i], date, sizeof date);
        (void)snprintf(words, sizeof words, en ? "Deliver on %s" : "Giao lại ngày %s", date);
        put_radio(html, "cach", value, words, chosen);
    }
}

static struct instant now_of(struct web *web)
{
    return web->config.clock.now(web->config.clock.self);
}

static void put_post_office(bool en, const char *chosen, struct html *html)
{
    put_radio(html, "cach", "bc",
              en ? "I will collect it at the post office" : "Tôi đến bưu cục nhận", chosen);
}

/* "Tôi đến bưu cục Cẩm Trung, hạn 25/12/2026", to whom the digits opened that. */
static void put_post_office_named(struct web *web, const struct view *view, bool en,
                                  struct html *html)
{
    struct instant now = now_of(web), last = view->clocks.hold_until;
    struct config config = readers_config(web->readers, web->config.config, &view->state, now);
    char date[CLOCK_TEXT_MAX] = "", words[PREMISES_NAME_MAX + 128];
    bool here = wish_post_office(&view->state) == config.post_office;
    if (!here || *config.post_office_name == '\0') {
        put_post_office(en, "", html);
        return;
    }
    if (last.ms > now.ms)
        (en ? clock_date_en : clock_date_vi)(last, date, sizeof date);
    (void)snprintf(words, sizeof words,
                   en ? "I will collect it at the post office %s%s%s" : "Tôi đến bưu cục %s%s%s",
                   config.post_office_name, *date == '\0' ? "" : (en ? ", by " : ", hạn "), date);
    put_radio(html, "cach", "bc", words, "");
}

/* The same of every item whose number somebody knows: nothing here says how it stands, or where.
 * Which points there are is told when the digits were right. */
static void put_choices(struct web *web, const struct view *view, bool en, const struct kept *kept,
                        struct html *html)
{
    /* one of the points is chosen again on the way to them */
    const char *chosen = kept == NULL ? "" : strncmp(kept->way, "dn", 2) == 0 ? "dn" : kept->way;
    html_put(html, "<fieldset>");
    html_format(html, "<legend>%s</legend>", en ? "How?" : "Ông/bà muốn nhận thế nào?");
    put_days(web, view, en, chosen, html);
    put_post_office(en, chosen, html);
    if (readers_any_pickup(web->readers, now_of(web)))
        put_radio(html, "cach", "dn",
                  en ? "I will collect it at another point near me, chosen next"
                     : "Tôi đến một điểm nhận khác, chọn ở bước sau",
                  chosen);
    put_radio(html, "cach", "nguoi",
              en ? "Somebody else receives it, with a letter of authority"
                 : "Người khác nhận, có giấy ủy quyền",
              chosen);
    html_format(html,
                "</fieldset><label for=ten>%s</label><input id=ten name=ten maxlength=80 "
                "autocomplete=off value=\"",
                en ? "Name of who receives for you" : "Họ tên người nhận thay (nếu có)");
    html_text(html, kept == NULL ? "" : kept->name);
    html_put(html, "\">");
}

static size_t points_of(struct web *web, const struct view *view, struct pickup out[PICKUPS_MAX])
{
    return readers_pickups(web->readers, wish_post_office(&view->state), now_of(web), out);
}

/* Points of the post office that has it: "dn" and its number. */
static void put_points(struct web *web, const struct view *view, bool en, struct html *html)
{
    struct pickup point[PICKUPS_MAX];
    size_t n = points_of(web, view, point);
    html_format(html, "<fieldset><legend>%s</legend>", en ? "Where?" : "Ông/bà muốn nhận ở đâu?");
    for (size_t i = 0; i < n; i++) {
        char value[16], words[2 * PREMISES_NAME_MAX + PREMISES_ADDRESS_MAX];
        (void)snprintf(value, sizeof value, "dn%u", (unsigned)point[i].number);
        (void)snprintf(words, sizeof words, en ? "I will collect it at %s%s%s" : "Tôi đến %s%s%s",
                       point[i].name, *point[i].address ? ", " : "", point[i].address);
        put_radio(html, "cach", value, words, "");
    }
    put_post_office_named(web, view, en, html);
    html_put(html, "</fieldset>");
}

static void put_stars(bool en, const char *chosen, struct html *html)
{
    static const char *const vi[] = {"1 – rất kém", "2 – kém", "3 – được", "4 – tốt",
                                     "5 – rất tốt"};
    static const char *const english[] = {"1 – very poor", "2 – poor", "3 – fair", "4 – good",
                                          "5 – very good"};
    html_format(html, "<fieldset><legend>%s</legend>", en ? "Your rating" : "Ông/bà đánh giá");
    for (int i = 4; i >= 0; i--) {
        const char value[2] = {(char)('1' + i), '\0'};
        put_radio(html, "sao", value, (en ? english : vi)[i], chosen);
    }
    html_put(html, "</fieldset>");
}

/* `typed`: the number on the badge, as it was. */
static void put_badge(bool en, const char *typed, struct html *html)
{
    html_format(html,
                "<p>%s</p><label for=the>%s</label><input id=the name=the inputmode=numeric "
                "autocomplete=off maxlength=12 required placeholder=4172 value=\"",
                en ? "Ask the postman for his badge number and the word of the day."
                   : "Hỏi bưu tá số thẻ và từ khóa hôm nay.",
                en ? "Number on his badge (TH-)" : "Số trên thẻ (TH-)");
    html_text(html, typed);
    html_put(html, "\">");
}

/* `wrong`: what there is to say of those that were typed, beside the field; "" nothing. */
static void put_digits(const char *wrong, bool en, struct html *html)
{
    html_format(html, "<label for=duoi>%s</label>",
                en ? "Last 4 digits of the phone" : "4 số cuối điện thoại");
    if (*wrong)
        html_format(html, "<p class=loi role=alert id=duoi-loi>%s</p>", wrong);
    html_format(html,
                "<input id=duoi name=duoi inputmode=numeric autocomplete=off maxlength=4 "
                "pattern=\"[0-9]{4}\" required%s>",
                *wrong ? " aria-invalid=true aria-describedby=duoi-loi autofocus" : "");
}

static void put_fields(struct web *web, const struct form_page *page, const struct view *view,
                       bool en, struct html *html)
{
    if (page->form == FORM_CHOOSE)
        put_choices(web, view, en, page->kept, html);
    else if (page->form == FORM_POINTS)
        put_points(web, view, en, html);
    else if (page->form == FORM_RATING)
        put_stars(en, page->kept == NULL ? "" : page->kept->stars, html);
    else if (page->form == FORM_MISSING)
        html_format(html, "<p>%s</p>",
                    en ? "We open a case, ask the postman, and answer you."
                       : "Chúng tôi mở vụ việc, hỏi lại bưu tá và trả lời ông/bà.");
    else
        put_badge(en, page->kept == NULL ? "" : page->kept->badge, html);
    if (page->wants_digits)
        put_digits(page->kept == NULL ? "" : page->kept->wrong, en, html);
    if (page->digits) {
        html_put(html, "<input type=hidden name=duoi value=\"");
        html_text(html, page->digits);
        html_put(html, "\">");
    }
}

static void put_form(struct web *web, const struct form_page *page, const struct view *view,
                     bool en, struct html *html)
{
    html_format(html,
                "<form class=the method=post action=\"%s\"><input type=hidden name=so value=%s>%s",
                page->path, view->state.item.text, en ? "<input type=hidden name=en value=1>" : "");
    put_fields(web, page, view, en, html);
    html_format(html, "<button>%s</button></form>", en ? page->send_en : page->send_vi);
}

/* The form with what there is to say above it; `tone` of the sentence, a class. What is reported
 * already is not asked for again. */
static void give(struct web *web, const struct form_page *page, const struct view *view, bool en,
                 unsigned status, const char *tone, const char *sentence,
                 struct http_answer *answer)
{
    struct html html = {.n = 0};
    char other[96], title[96], pretty[ITEM_PRETTY_MAX];
    const char *number = view->state.item.text;
    (void)snprintf(other, sizeof other, "%s?so=%s%s", page->path, number, en ? "" : "&en");
    (void)snprintf(title, sizeof title, "%s · Trao", en ? page->title_en : page->title_vi);
    struct page_head head = {.title = title, .english = en, .switch_to = other, .wide = ""};
    page_begin(&html, &head);
    html_format(&html, "<p class=ma>%s</p><h1 id=dau tabindex=-1>%s</h1>",
                item_pretty(&view->state.item, pretty), en ? page->title_en : page->title_vi);
    if (*sentence) {
        html_format(&html, "<p class=%s role=alert>", tone);
        html_text(&html, sentence);
        html_put(&html, "</p>");
    }
    if (page->form != FORM_MISSING || !face_is_disputed(&view->state))
        put_form(web, page, view, en, &html);
    html_format(&html, "<p class=khac><a href=\"/%s\">%s</a></p>", en ? "?en" : "",
                en ? "Look up an envelope" : "Tra phong bì");
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

static void show(struct web *web, const struct http_request *request, const struct form_page *page,
                 struct http_answer *answer)
{
    struct view view;
    const char *number = http_query(request, "so");
    bool en = http_query(request, "en") != NULL;
    if (citizen_finds(web, request, number ? number : "", en, &view, answer))
        give(web, page, &view, en, 200, "", "", answer);
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
    give(web, &missing, &view, en, 200, "ngo", sentence, answer);
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

static void keep(const struct http_request *request, struct kept *ret_kept)
{
    *ret_kept = (struct kept){.wrong = ""};
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

static void say(struct web *web, const struct http_request *request, const struct form_page *page,
                bool (*said)(const struct receiver *receiver, const struct http_request *request,
                             struct error *err),
                struct http_answer *answer)
{
    struct view view;
    struct error err;
    char number[128], last4[8], en_text[4], sentence[256];
    bool en = field(request, "en", en_text, sizeof en_text);
    struct kept kept;
    struct form_page again = *page;
    again.kept = &kept;
    keep(request, &kept);
    field(request, "so", number, sizeof number);
    field(request, "duoi", last4, sizeof last4);
    enum proven proven = citizen_proves(web, request, number, last4, en, &view, kept.wrong, answer);
    if (proven == PROVEN_WRONG)
        give(web, &again, &view, en, 403, "", "", answer);
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
    give(web, &again, &view, en,
         err.code == ERROR_REFUSED ? 409 : (err.code == ERROR_BAD_INPUT ? 400 : 503), "loi",
         sentence, answer);
}

/* Who receives it is proven: which points there are, to choose one of. */
static void offer_points(struct web *web, const struct http_request *request,
                         struct http_answer *answer)
{
    struct view view;
    struct pickup point[PICKUPS_MAX];
    struct form_page page = points, again = choose;
    struct kept kept;
    char number[128], last4[8], en_text[4];
    bool en = field(request, "en", en_text, sizeof en_text);
    field(request, "so", number, sizeof number);
    field(request, "duoi", last4, sizeof last4);
    keep(request, &kept);
    again.kept = &kept;
    enum proven proven = citizen_proves(web, request, number, last4, en, &view, kept.wrong, answer);
    if (proven == PROVEN_WRONG)
        give(web, &again, &view, en, 403, "", "", answer);
    if (proven != PROVEN_YES)
        return;
    page.digits = last4;
    if (points_of(web, &view, point) > 0)
        give(web, &page, &view, en, 200, "", "", answer);
    else
        give(web, &choose, &view, en, 409, "loi",
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

static void tell_real(struct web *web, const struct form_page *page, const struct view *view,
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
    give(web, page, view, en, 200, real == REAL_YES ? "tot" : (real == REAL_NO ? "loi" : "ngo"),
         sentence, answer);
}

void citizen_postman(struct web *web, const struct http_request *request,
                     struct http_answer *answer)
{
    struct view view;
    struct error err;
    char number[128], en_text[4];
    uint32_t badge = 0;
    struct kept kept;
    struct form_page page = postman;
    bool en = field(request, "en", en_text, sizeof en_text);
    page.kept = &kept;
    keep(request, &kept);
    field(request, "so", number, sizeof number);
    if (!citizen_finds(web, request, number, en, &view, answer))
        return;
    if (!badge_read(kept.badge, &badge, &err)) {
        give(web, &page, &view, en, 400, "loi",
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
