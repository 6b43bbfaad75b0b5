/* Practice at the desk: the steps of a day with invented papers (TAP-..., TT...). It knows nothing
 * of the record and writes nothing: how far somebody is stands in the form alone. */
#include <stdlib.h>
#include <string.h>

#include "server/web/form.h"
#include "server/web/panel.h"
#include "server/web/english.h"

#define PATH "/quay/tap"
#define OTHER "TT000000028VN" /* the neighbour's envelope */

/* What is asked for, what is right, and what is said then. TT is no prefix that numbers are drawn
 * of. */
static const struct {
    const char *prompt, *right, *said;
} steps[] = {
    {"Nhận kết quả: quét hoặc gõ mã hồ sơ TAP-0001", "TAP-0001", "Đúng hồ sơ."},
    {"Đếm được 3 trang: gõ số trang", "3", "Đã nhận. Phong bì của kết quả này: TT000000014VN"},
    {"Ghép vào bì: quét mã hồ sơ TAP-0001", "TAP-0001", "Đúng hồ sơ. Giờ quét phong bì."},
    {"Trên bàn có hai bì, TT000000014VN và " OTHER ": quét bì của hồ sơ này", "TT000000014VN",
     "Đúng phong bì."},
    {"Bàn giao: quét phong bì để thêm", "TT000000014VN", "Đã thêm."},
    {"Đếm lại, gõ số bì", "1", "Khớp: đã chốt, in bảng kê, hai bên ký."},
};
#define STEPS (sizeof steps / sizeof *steps)

static void put_said(struct html *html, bool sent, bool good, bool other, size_t at)
{
    html_put(html, "<div id=ket aria-live=assertive>");
    if (other)
        html_put(html,
                 "<div class=toan-man role=alert data-tieng=sai><p class=to>SAI PHONG BÌ</p>"
                 "<p>" OTHER " là bì của người khác. Lấy kết quả ra, quét lại hồ sơ.</p></div>");
    else if (sent && !good)
        html_put(html, "<p class=loi role=alert data-tieng=sai>Chưa đúng, chưa ghi gì. Xem lại rồi "
                       "quét lại.</p>");
    else if (sent && at > 0)
        html_format(html, "<p class=xong role=status data-tieng=duoc>%s</p>", steps[at - 1].said);
    html_put(html, "</div>");
}

static void put_step(struct panel *panel, size_t at)
{
    struct html *html = &panel->html;
    if (at == STEPS) {
        html_put(html, "<p><b>Xong bài tập.</b></p><p><a class=nut autofocus href=\"" PATH
                       "\">Tập lại</a> <a "
                       "href=\"/quay/viec\">Thôi tập, làm việc thật</a></p>");
        return;
    }
    html_put(html, "<form id=quet class=the method=post action=\"" PATH "\">");
    seat_put_csrf(&panel->seat, html);
    html_format(html,
                "<input type=hidden name=buoc value=%zu><label for=ma>%zu/%zu. %s</label><input "
                "id=ma name=ma required autofocus maxlength=64 autocomplete=off spellcheck=false "
                "autocapitalize=characters><button>Quét thử</button></form><p><a "
                "href=\"/quay/viec\">Thôi tập</a></p>",
                at, at + 1, STEPS, english_say(html->english, steps[at].prompt));
}

void desk_practice(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    char scan[80] = "", text[8] = "";
    size_t at = 0;
    if (!panel_sit(&panel, web, request, RIGHT_DESK, PATH, "Tập · Trao", answer))
        return;
    if (request->is_post && !seat_sent(web, request, &panel.seat)) {
        page_sentence(web, 403, "Trang này đã cũ. Mở lại rồi gửi lại.",
                      "This page is too old. Open it again, then send again.", answer);
        return;
    }
    form_value(request->body, request->body_n, "ma", scan, sizeof scan);
    form_value(request->body, request->body_n, "buoc", text, sizeof text);
    at = (size_t)strtoul(text, NULL, 10);
    at = at < STEPS ? at : 0;
    bool good = request->is_post && strcasecmp(scan, steps[at].right) == 0;
    bool other = request->is_post && at == 3 && strcasecmp(scan, OTHER) == 0;
    at = other ? 2 : at + good; /* from the dossier on, anew */
    panel.head.script = "ban.js";
    panel_begin(&panel);
    html_put(&panel.html, "<p class=tap><b>TẬP · KHÔNG GHI THẬT.</b> Hồ sơ và phong bì ở đây là "
                          "bịa, không vào sổ.</p>");
    put_said(&panel.html, request->is_post, good, other, at);
    put_step(&panel, at);
    panel_close(&panel);
}
