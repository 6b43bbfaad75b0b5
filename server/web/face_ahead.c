/* What comes next: the day it is expected, what the receiver asked for, what he may say. */
#include <stdio.h>

#include "server/delivery/wishes.h"
#include "server/web/face_inside.h"

const char *face_post_office(const struct face *face)
{
    uint32_t code = face->view->state.post_office;
    return code == 0 || code == face->config->post_office ? face->config->post_office_name : "";
}

static void put_date(const struct face *face, struct instant at, struct html *html)
{
    char date[CLOCK_TEXT_MAX];
    html_put(html, (face->english ? clock_date_en : clock_date_vi)(at, date, sizeof date));
}

/* ------------------------------------------------------------------ when */

/* Brought to a door some day, as far as the rules go. */
static bool is_under_way(enum status status)
{
    switch (status) {
    case STATUS_ISSUED:
    case STATUS_PRINTED:
    case STATUS_HANDED_OVER:
    case STATUS_PICKED_UP:
    case STATUS_IN_TRANSIT:
    case STATUS_AT_OFFICE:
    case STATUS_OUT:
    case STATUS_FAILED:
        return true;
    case STATUS_NONE:
    case STATUS_WAITING:
    case STATUS_DELIVERED:
    case STATUS_RETURNING:
    case STATUS_RETURNED:
    case STATUS_RECALLED:
    case STATUS_LOST:
    case STATUS_UNCLAIMED:
    case STATUS_VOID:
        break;
    }
    return false;
}

/* The post has it and no sentence of its own names the day. */
static bool is_expected_unsaid(enum status status)
{
    return status == STATUS_HANDED_OVER || status == STATUS_IN_TRANSIT ||
           status == STATUS_AT_OFFICE;
}

/* Who is out with it since another day says so: nothing here is "today" any more. */
static void put_out_since(const struct face *face, struct html *html)
{
    const struct state *state = &face->view->state;
    if (state->status != STATUS_OUT || face->proof == PROOF_NUMBER || state->since.bounds_only ||
        day_of(state->since.estimate) == day_of(face->now))
        return;
    html_put(html, face->english ? "<p class=cau>The postman took it out on "
                                 : "<p class=cau>Bưu tá mang đi từ ngày ");
    put_date(face, state->since.estimate, html);
    html_put(html, ".</p>");
}

void face_put_expected(const struct face *face, struct html *html)
{
    const struct state *state = &face->view->state;
    const struct leg *post = &face->view->clocks.post;
    bool en = face->english;
    put_out_since(face, html);
    if (!is_under_way(state->status) || post->stand != STAND_RUNNING)
        return;
    if (day_of(face->now) > day_of(post->due)) {
        html_format(html, "<p class=cau>%s</p>",
                    en ? "Later than expected; we are sorry."
                       : "Chậm hơn dự kiến, xin lỗi ông/bà.");
    } else if (is_expected_unsaid(state->status) && face->proof != PROOF_NUMBER) {
        html_put(html, en ? "<p class=cau>Expected " : "<p class=cau>Dự kiến giao ");
        put_date(face, post->due, html);
        html_put(html, ".</p>");
    }
}

/* ------------------------------------------------------------------ what he may say */

/* "bưu cục Cẩm Trung". */
static void put_post_office(const struct face *face, struct html *html)
{
    const char *name = face_post_office(face);
    html_put(html, face->english ? "the post office" : "bưu cục");
    if (*name) {
        html_put(html, " <strong>");
        html_text(html, name);
        html_put(html, "</strong>");
    }
}

static const char *weekday(struct instant at, bool english)
{
    static const char *const vi[] = {"thứ Hai", "thứ Ba",  "thứ Tư",  "thứ Năm",
                                     "thứ Sáu", "thứ Bảy", "Chủ nhật"};
    static const char *const en[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};
    int64_t day = ((day_of(at) + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    return (english ? en : vi)[day];
}

/* What happens when he chooses nothing [ux.md section 5]. */
static void put_unless_chosen(const struct face *face, struct html *html)
{
    struct instant again = face->view->clocks.again_by;
    bool en = face->english;
    if (again.ms <= face->now.ms)
        return;
    html_format(html, "<p class=hen>%s %s ",
                en ? "If you choose nothing: next attempt on" : "Nếu không chọn: giao lại",
                weekday(again, en));
    put_date(face, again, html);
    html_put(html, ".</p>");
}

/* Where it may be collected, and until when, as far as both are known. */
static void put_where_it_waits(const struct face *face, struct html *html)
{
    struct instant last = face->view->clocks.hold_until;
    bool en = face->english;
    if (*face_post_office(face) == '\0' || last.ms <= face->now.ms)
        return;
    html_put(html,
             en ? "<p class=hen>To collect it yourself: " : "<p class=hen>Muốn tự đến nhận: ");
    put_post_office(face, html);
    html_put(html, en ? ", by " : ", hạn ");
    put_date(face, last, html);
    html_put(html, ".</p>");
}

/* `date`: the last day, or empty. */
static void put_collecting(const struct face *face, const char *date, struct html *html)
{
    bool en = face->english;
    html_put(html, en ? "You will collect it at " : "Ông/bà sẽ đến ");
    if (!face->pickup) {
        put_post_office(face, html);
    } else {
        html_put(html, "<strong>");
        html_text(html, face->pickup->name);
        html_put(html, *face->pickup->address ? "</strong>, " : "</strong>");
        html_text(html, face->pickup->address);
    }
    html_put(html, en ? "" : " nhận");
    if (*date)
        html_format(html, en ? ", by %s" : ", chậm nhất %s", date);
    html_put(html, ".");
}

/* What was asked for; the link of the envelope or the phone's digits open it. */
void face_put_wish(const struct face *face, struct html *html)
{
    const struct state *state = &face->view->state;
    char date[CLOCK_TEXT_MAX];
    bool en = face->english;
    if (face->proof == PROOF_NUMBER)
        return;
    if (state->status == STATUS_FAILED && !wish_stands(state)) {
        put_unless_chosen(face, html);
        put_where_it_waits(face, html);
    }
    if (wish_stands(state)) {
        struct instant day =
            state->wish == WISH_DAY ? state->chosen : face->view->clocks.hold_until;
        (en ? clock_date_en : clock_date_vi)(day, date, sizeof date);
        html_put(html, "<p class=hen>");
        if (state->wish == WISH_DAY)
            html_format(html, en ? "You asked for delivery on %s." : "Ông/bà hẹn giao ngày %s.",
                        date);
        else
            put_collecting(face, day.ms == 0 ? "" : date, html);
        html_put(html, "</p>");
    }
    if (state->has_other && wish_is_open(state))
        html_format(html, "<p class=hen>%s</p>",
                    en ? "Somebody else may receive it for you, with a letter of authority."
                       : "Người khác được nhận thay, khi có giấy ủy quyền.");
}

static void put_way(const struct face *face, const char *path, const char *words, struct html *html)
{
    html_format(html, "<a class=nut href=\"%s?so=%s%s\">%s</a> ", path, face->view->state.item.text,
                face->english ? "&amp;en" : "", words);
}

void face_put_ways(const struct face *face, struct html *html)
{
    const struct state *state = &face->view->state;
    bool en = face->english, delivered = state->status == STATUS_DELIVERED;
    if (!wish_is_open(state) && state->status != STATUS_OUT && !delivered)
        return;
    html_put(html, "<p class=loi-di>");
    if (wish_is_open(state))
        put_way(face, "/chon", en ? "Choose how to receive it" : "Chọn cách nhận", html);
    if (state->status == STATUS_OUT)
        put_way(face, "/buu-ta", en ? "Is this postman real?" : "Bưu tá này có thật không?", html);
    if (delivered && !state->disputed)
        put_way(face, "/chua-nhan", en ? "I have not received it" : "Tôi chưa nhận được", html);
    if (delivered && !state->disputed && state->stars == 0)
        put_way(face, "/danh-gia", en ? "Rate it" : "Đánh giá", html);
    if (state->stars > 0 && face->proof == PROOF_FULL)
        html_format(html, en ? "You rated it %u of 5." : "Ông/bà đã đánh giá %u/5.", state->stars);
    html_put(html, "</p>");
}
