/* citizen_form.c - a receiver's forms: days, points, stars, a badge, the digits that prove it. They
 * work without a script, and show the same of every item whose number somebody knows. */
#include <stdio.h>
#include <string.h>

#include "server/delivery/wishes.h"
#include "server/web/citizen_form.h"
#include "server/web/face.h"

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
static void put_choices(struct web *web, const struct view *view, bool en,
                        const struct citizen_kept *kept, struct html *html)
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

size_t citizen_points(struct web *web, const struct view *view, struct pickup out[PICKUPS_MAX])
{
    return readers_pickups(web->readers, wish_post_office(&view->state), now_of(web), out);
}

/* Points of the post office that has it: "dn" and its number. */
static void put_points(struct web *web, const struct view *view, bool en, struct html *html)
{
    struct pickup point[PICKUPS_MAX];
    size_t n = citizen_points(web, view, point);
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

static void put_fields(struct web *web, const struct citizen_form *page, const struct view *view,
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

static void put_form(struct web *web, const struct citizen_form *page, const struct view *view,
                     bool en, struct html *html)
{
    html_format(html,
                "<form class=the method=post action=\"%s\"><input type=hidden name=so value=%s>%s",
                page->path, view->state.item.text, en ? "<input type=hidden name=en value=1>" : "");
    put_fields(web, page, view, en, html);
    html_format(html, "<button>%s</button></form>", en ? page->send_en : page->send_vi);
}

void citizen_form_give(struct web *web, const struct citizen_form *page, const struct view *view,
                       bool en, unsigned status, const char *tone, const char *sentence,
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
