#include "server/web/face.h"

#include <stdio.h>
#include <string.h>

#include "server/text/words.h"
#include "server/text/text.h"
#include "server/web/face_inside.h"

#define STATUS_ROWS 32  /* above every number of status.def */
#define SHORT_HISTORY 3 /* lines shown before "more" */

/* ------------------------------------------------------------------ words */

/* English headlines; the Vietnamese ones stand in status.def. */
static const char *const headlines[STATUS_ROWS] = {
    [STATUS_ISSUED] = "READY",
    [STATUS_PRINTED] = "WAITING FOR THE POST",
    [STATUS_HANDED_OVER] = "HANDED TO THE POST",
    [STATUS_PICKED_UP] = "THE POST HAS IT",
    [STATUS_IN_TRANSIT] = "ON ITS WAY",
    [STATUS_AT_OFFICE] = "AT THE POST OFFICE",
    [STATUS_OUT] = "OUT FOR DELIVERY",
    [STATUS_FAILED] = "NOT DELIVERED YET",
    [STATUS_WAITING] = "COLLECT AT THE POST OFFICE",
    [STATUS_DELIVERED] = "DELIVERED",
    [STATUS_RETURNING] = "GOING BACK TO THE OFFICE",
    [STATUS_RETURNED] = "BACK AT THE OFFICE",
    [STATUS_RECALLED] = "TAKEN BACK BY THE OFFICE",
    [STATUS_LOST] = "MISSING",
    [STATUS_UNCLAIMED] = "HOLDING TIME OVER",
    [STATUS_VOID] = "NUMBER NO LONGER USED",
};

/* Events in the words of citizens; others are shown in those of staff. */
static const struct {
    enum event event;
    const char *vi, *en;
} events[] = {
    {EVENT_ISSUED, "Có kết quả", "Result ready"},
    {EVENT_PRINTED, "Phong bì đã sẵn sàng", "Envelope ready"},
    {EVENT_HANDED_OVER, "Cơ quan giao cho bưu điện", "Handed to the post"},
    {EVENT_PICKED_UP, "Bưu điện nhận", "Taken by the post"},
    {EVENT_ARRIVED_DELIVERY_OFFICE, "Đến bưu cục", "At the post office"},
    {EVENT_OUT_FOR_DELIVERY, "Bưu tá mang đi giao", "Out for delivery"},
    {EVENT_DELIVERY_FAILED, "Chưa giao được", "Not delivered"},
    {EVENT_DELIVERED, "Đã giao", "Delivered"},
    {EVENT_RETURN_STARTED, "Chuyển về cơ quan", "On its way back"},
    {EVENT_RETURNED, "Đã về cơ quan", "Back at the office"},
};

static const char *event_words(uint32_t wire, bool english)
{
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if ((uint32_t)events[i].event == wire)
            return english ? events[i].en : events[i].vi;
    const struct event_info *info = event_info(wire);
    if (!info)
        return english ? "On its way" : "Đang xử lý";
    return english ? info->en : info->vi;
}

bool face_is_disputed(const struct state *state)
{
    return state->disputed && state->status == STATUS_DELIVERED;
}

const char *face_headline(const struct face *face)
{
    enum status status = face->view->state.status;
    const struct status_info *info = status_info(status);
    if (face_is_disputed(&face->view->state))
        return face->english ? "REPORTED AS NOT RECEIVED" : "BÁO CHƯA NHẬN ĐƯỢC";
    if (!info)
        return face->english ? "NO NEWS YET" : "CHƯA CÓ TIN";
    const char *en = (size_t)status < STATUS_ROWS ? headlines[status] : NULL;
    return face->english && en ? en : info->headline;
}

char *face_amount(uint64_t vnd, bool english, char *out, size_t size)
{
    char grouped[28];
    text_group(vnd, english ? ',' : '.', grouped, sizeof grouped);
    (void)snprintf(out, size, english ? "VND %s" : "%s đ", grouped);
    return out;
}

/* ------------------------------------------------------------------ the sentence */

static const char *reason_words(const struct face *face, uint32_t wire)
{
    const struct reason_info *reason = reason_info(wire);
    if (!reason)
        return "";
    return face->english ? reason->citizen_en : reason->citizen_vi;
}

static const char *relation_words(const struct face *face)
{
    const struct relation_info *relation = relation_info(face->view->state.relation);
    if (!relation || face->proof != PROOF_FULL)
        return "";
    return face->english ? relation->en : relation->vi;
}

/* {ngày} is the day of the event for what has happened at a door; everywhere else it is a day to
 * come: expected, last to collect, answer by. */
static bool date_is_of_event(const struct state *state)
{
    return state->status == STATUS_FAILED ||
           (state->status == STATUS_DELIVERED && !face_is_disputed(state));
}

/* .ms 0 when it has passed: what was not kept is no longer promised. */
static struct instant day_to_come(const struct view *view, struct instant now)
{
    struct instant day = clocks_promised(&view->state, &view->clocks);
    return day.ms > now.ms ? day : (struct instant){0};
}

static const char *disputed_words(bool english)
{
    return english ? "You report non-receipt. Answer by {date}."
                   : "Ông/bà báo chưa nhận được. Chúng tôi xác minh, trả lời trước {ngày}.";
}

char *face_disputed_sentence(const struct view *view, struct instant now, bool english, char *out,
                             size_t size)
{
    char date[CLOCK_TEXT_MAX] = "", filled[WORDS_MAX];
    struct instant day = day_to_come(view, now);
    if (day.ms != 0)
        (english ? clock_date_en : clock_date_vi)(day, date, sizeof date);
    const struct word words[] = {{"ngày", date}, {"date", date}};
    (void)text_copy(words_fill(disputed_words(english), words, 2, "", filled), out, size);
    return out;
}

/* With gaps: of the status, or of the receiver's own word against it. */
static const char *sentence_of(const struct face *face)
{
    const struct status_info *info = status_info(face->view->state.status);
    if (face_is_disputed(&face->view->state))
        return disputed_words(face->english);
    return face->english ? info->en : info->vi;
}

static void put_sentence(const struct face *face, struct html *html)
{
    const struct state *state = &face->view->state;
    const struct action_info *next = action_info(state->action);
    char time[CLOCK_TEXT_MAX] = "", date[CLOCK_TEXT_MAX] = "", instead[128], out[WORDS_MAX];
    bool en = face->english, known = date_is_of_event(state) && !state->since.bounds_only;
    struct instant day = known ? state->since.estimate : day_to_come(face->view, face->now);
    if (known)
        clock_time_vi(day, time, sizeof time);
    if (day.ms != 0)
        (en ? clock_date_en : clock_date_vi)(day, date, sizeof date);
    const char *next_words = next ? (en ? next->citizen_en : next->citizen_vi) : "";
    const char *office = face->config->office_name, *phone = face->config->office_phone;
    const struct word words[] = {
        {"giờ", time},
        {"time", time},
        {"ngày", date},
        {"date", date},
        {"bc", face_post_office(face)},
        {"po", face_post_office(face)},
        {"cq", office},
        {"office", office},
        {"sđt", phone},
        {"phone", phone},
        {"lý do", reason_words(face, state->reason)},
        {"reason", reason_words(face, state->reason)},
        {"việc tiếp", next_words},
        {"next", next_words},
        {"quan hệ", relation_words(face)},
        {"relation", relation_words(face)},
    };
    text_sentence_case(face_headline(face), instead, sizeof instead);
    words_fill(sentence_of(face), words, sizeof words / sizeof *words, instead, out);
    char said[WORDS_MAX], headline[WORDS_MAX];
    if (strcmp(text_fold(out, said, sizeof said), text_fold(instead, headline, sizeof headline)) ==
        0)
        return; /* the headline says it */
    html_put(html, "<p class=cau>");
    html_text(html, out);
    html_put(html, "</p>");
}

/* ------------------------------------------------------------------ the five steps */

static int step_of(enum status status)
{
    switch (status) {
    case STATUS_ISSUED:
    case STATUS_PRINTED:
    case STATUS_HANDED_OVER:
        return 1;
    case STATUS_PICKED_UP:
    case STATUS_IN_TRANSIT:
        return 2;
    case STATUS_AT_OFFICE:
    case STATUS_WAITING:
        return 3;
    case STATUS_OUT:
    case STATUS_FAILED:
        return 4;
    case STATUS_DELIVERED:
        return 5;
    case STATUS_NONE:
    case STATUS_RETURNING:
    case STATUS_RETURNED:
    case STATUS_RECALLED:
    case STATUS_LOST:
    case STATUS_UNCLAIMED:
    case STATUS_VOID:
        break;
    }
    return 0;
}

static const char *step_name(int step, bool failed, bool english)
{
    if (failed && step == 5)
        return english ? "Not received" : "Báo chưa nhận";
    static const char *const vi[] = {"Có kết quả", "Bưu điện nhận", "Đến bưu cục", "Đang giao",
                                     "Đã giao"};
    static const char *const en[] = {"Ready", "With the post", "At post office", "Out",
                                     "Delivered"};
    if (failed)
        return english ? "Not delivered" : "Chưa giao được";
    return (english ? en : vi)[step - 1];
}

static void put_steps(const struct face *face, struct html *html)
{
    enum status status = face->view->state.status;
    int step = step_of(status);
    bool disputed = face_is_disputed(&face->view->state);
    bool failed = status == STATUS_FAILED || disputed; /* the last did not end as it should */
    if (step == 0)
        return;
    html_put(html, "<ol class=buoc>");
    for (int i = 1; i <= 5; i++) {
        const char *kind = i < step ? "qua" : (i == step ? (failed ? "hong" : "nay") : "sau");
        html_format(html, "<li class=%s%s><span class=so aria-hidden=true>", kind,
                    i == step ? " aria-current=step" : "");
        html_format(html, i == step && failed ? "!" : (i < step || step == 5 ? "✓" : "%d"), i);
        html_format(html, "</span><span class=ten>%s</span></li>",
                    step_name(i, i == step && failed, face->english));
    }
    html_format(html, "</ol><p class=bac aria-hidden=true>%d/5 <b>%s</b></p>", step,
                step_name(step, failed, face->english));
}

/* ------------------------------------------------------------------ age and history */

static void put_age(const struct face *face, struct html *html)
{
    const struct state *state = &face->view->state;
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX], iso[CLOCK_TEXT_MAX];
    bool en = face->english;
    struct instant news = face_is_disputed(state) ? state->disputed_at : state->since_arrival;
    int64_t minutes = (face->now.ms - news.ms) / 60000;
    (en ? clock_date_en : clock_date_vi)(news, date, sizeof date);
    if (face->proof == PROOF_NUMBER) {
        html_format(html, "<p class=tuoi>%s %s</p>", en ? "news of" : "tin ngày", date);
        return;
    }
    clock_time_vi(news, time, sizeof time);
    clock_iso_utc(news, iso, sizeof iso);
    html_format(html, "<p class=tuoi>%s %s, %s", en ? "news of" : "tin lúc", time, date);
    if (minutes < 0 || minutes >= INT64_C(24) * 60) {
        html_put(html, "</p>");
        return;
    }
    html_format(html, " (<time datetime=\"%s\">", iso);
    if (minutes < 1)
        html_put(html, en ? "just now" : "vừa xong");
    else if (minutes < 60)
        html_format(html, en ? "%d min ago" : "%d phút trước", (int)minutes);
    else
        html_format(html, en ? "%d h ago" : "%d giờ trước", (int)(minutes / 60));
    html_put(html, "</time>)</p>");
}

/* "13:20" today, "25/11 13:20" before. */
static void put_when(const struct face *face, const struct fact *fact, struct html *html)
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX], today[CLOCK_TEXT_MAX];
    if (fact->when.bounds_only) {
        html_put(html, "–");
        return;
    }
    clock_time_vi(fact->when.estimate, time, sizeof time);
    clock_date_vi(fact->when.estimate, date, sizeof date);
    clock_date_vi(face->now, today, sizeof today);
    if (strcmp(date, today) != 0)
        html_format(html, "%.5s ", date);
    html_put(html, time);
}

static void put_event(const struct face *face, const struct fact *fact, struct html *html)
{
    uint32_t event = fact->is_scan ? fact->scan.event : fact->office.event;
    if (!fact->is_scan && event == EVENT_PAPER_ENTRY) /* what stands on the paper */
        event = fact->office.paper.event;
    html_put(html, "<li><b>");
    put_when(face, fact, html);
    html_put(html, "</b><span>");
    html_text(html, event_words(event, face->english));
    const char *reason =
        event == EVENT_DELIVERY_FAILED
            ? reason_words(face, fact->is_scan ? fact->scan.reason : fact->office.paper.reason)
            : "";
    if (*reason) {
        html_put(html, ": ");
        html_text(html, reason);
    }
    html_put(html, "</span></li>");
}

static size_t shown_events(const struct face *face)
{
    size_t n = 0;
    for (size_t i = 0; i < face->history_n; i++)
        n += face->history[i].effect == EFFECT_MOVED;
    return n;
}

static void put_history(const struct face *face, struct html *html)
{
    bool en = face->english;
    size_t all = shown_events(face), shown = 0;
    html_format(html, "<h2>%s</h2>", en ? "What happened" : "Đã qua");
    if (all == 0) {
        html_format(html, "<p>%s</p>",
                    en ? "No news yet, waiting for the post."
                       : "Chưa có tin, đang chờ bưu điện nhận.");
        return;
    }
    html_put(html, "<ul class=su>");
    for (size_t i = face->history_n; i-- > 0;) {
        if (face->history[i].effect != EFFECT_MOVED)
            continue;
        if (shown++ == SHORT_HISTORY)
            html_format(html, "</ul><details><summary>%s %zu</summary><ul class=su>",
                        en ? "more:" : "xem thêm", all - SHORT_HISTORY);
        put_event(face, &face->history[i], html);
    }
    html_put(html, all > SHORT_HISTORY ? "</ul></details>" : "</ul>");
}

/* What is still to be paid at the door; nothing more once it was delivered. */
static void put_amount(const struct face *face, struct html *html)
{
    const struct state *state = &face->view->state;
    uint64_t due = face->view->due.postage_vnd + face->view->due.fees_vnd;
    uint64_t paid = state->collected_postage_vnd + state->collected_fees_vnd;
    char text[48];
    bool en = face->english, delivered = state->status == STATUS_DELIVERED;
    if (delivered ? paid == 0 : due == 0)
        return;
    const char *words = delivered ? (en ? "Paid at the door:" : "Đã thu:")
                                  : (en ? "To pay at the door, no more:" : "Trả đúng, không thêm:");
    html_format(html, "<p class=tien>%s <strong>%s</strong></p>", words,
                face_amount(delivered ? paid : due, en, text, sizeof text));
}

/* ------------------------------------------------------------------ all of it */

const char *face_tone(const struct status_info *info)
{
    if (!info)
        return "xam";
    switch (info->tone) {
    case TONE_GREY:
        return "xam";
    case TONE_BLUE:
        return "xanh";
    case TONE_AMBER:
        return "vang";
    case TONE_GREEN:
        return "luc";
    case TONE_RED:
        return "do";
    }
    return "xam";
}

/* One sign a tone, so that colour never stands alone. */
static const char *tone_sign(const struct status_info *info)
{
    switch (info->tone) {
    case TONE_GREY:
        return "●";
    case TONE_BLUE:
        return "→";
    case TONE_AMBER:
        return "!";
    case TONE_GREEN:
        return "✓";
    case TONE_RED:
        return "?";
    }
    return "●";
}

void face_render(const struct face *face, struct html *html)
{
    const struct status_info *info = status_info(face->view->state.status);
    bool disputed = face_is_disputed(&face->view->state);
    html_format(html, "<div class=\"dau %s\"><h1 id=dau tabindex=-1>",
                disputed ? "do" : face_tone(info));
    html_format(html, "<span class=hieu aria-hidden=true>%s</span> ",
                disputed ? "!" : (info ? tone_sign(info) : "●"));
    html_text(html, face_headline(face));
    html_put(html, "</h1>");
    if (info && face->proof != PROOF_NUMBER)
        put_sentence(face, html);
    face_put_expected(face, html);
    put_age(face, html);
    html_put(html, "</div>");
    put_steps(face, html);
    face_put_wish(face, html);
    face_put_ways(face, html);
    if (face->proof == PROOF_FULL)
        put_amount(face, html);
    if (face->proof != PROOF_NUMBER)
        put_history(face, html);
}
