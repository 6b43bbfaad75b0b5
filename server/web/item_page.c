/* One envelope at the desk: where it stands, what happened to it, and what may be done with its
 * label; and what a postman wrote on paper, entered late. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "server/office/charset.h"
#include "server/record/postmen.h"
#include "server/web/board.h"
#include "server/web/face.h"
#include "server/web/form.h"
#include "server/web/panel.h"
#include "server/web/print_jobs.h"
#include "server/web/queue.h"
#include "server/web/english.h"

#define ITEM "required maxlength=40 autocapitalize=characters spellcheck=false"
#define REASONS "|(chọn);1|Nhãn rách, bẩn;2|In mờ, lệch;3|Sai thông tin;4|Mất phong bì;9|Khác"

#define NUMBER                                                                                     \
    {                                                                                              \
        PANEL_WORD, "bi", "Số phong bì", ITEM, NULL                                                \
    }
#define PAPER(label)                                                                               \
    {                                                                                              \
        PANEL_WORD, "chung-cu", label, "required maxlength=160", NULL                              \
    }

/* What is done with a label stands first; the rest, each for whoever may, behind one line. */
#define LABEL_FORMS 3
static const struct panel_form forms[] = {
    {"reissue",
     "Cấp lại số, sửa người nhận",
     "Cấp lại",
     false,
     {{PANEL_WORD, "bi", "Số phong bì", ITEM, NULL},
      {PANEL_OPTION, "name", "Người nhận (nếu đổi)", "maxlength=255", NULL},
      {PANEL_OPTION, "address", "Địa chỉ (nếu đổi)", "maxlength=500", NULL},
      {PANEL_OPTION, "phone", "Điện thoại (nếu đổi)", "maxlength=20 inputmode=tel", NULL},
      {PANEL_OPTION, "office", "Cơ quan (nếu nhập sai cơ quan)", "maxlength=32", NULL},
      {PANEL_OPTION, "reason", "Vì sao", "required", REASONS}}},
    {"void",
     "Hủy nhãn",
     "Hủy nhãn",
     false,
     {{PANEL_WORD, "bi", "Số phong bì", ITEM, NULL},
      {PANEL_OPTION, "reason", "Vì sao", "required", REASONS}}},
    {"recall",
     "Thu hồi bì",
     "Thu hồi bì",
     false,
     {{PANEL_WORD, "bi", "Số phong bì", ITEM, NULL},
      {PANEL_OPTION, "reason", "Vì sao", "required", REASONS}}},
    {"sendback",
     "Yêu cầu hoàn bì không phát được",
     "Yêu cầu hoàn",
     false,
     {NUMBER, PAPER("Văn bản yêu cầu, ngày")}},
    {"charge",
     "Định cước: cân, miễn giảm, ai trả",
     "Ghi cước",
     false,
     {NUMBER,
      PAPER("Vì sao: giấy nào"),
      {PANEL_OPTION, "weight", "Cân được, gam", "inputmode=numeric maxlength=5", NULL},
      {PANEL_OPTION, "exemption", "Miễn, giảm, như ho-ngheo", "maxlength=24 autocapitalize=none",
       NULL},
      {PANEL_OPTION, "payer", "Ai trả cước", NULL,
       "|(giữ nguyên);citizen|Người dân;office|Cơ quan;post|Bưu điện"}}},
    {"paid",
     "Thu tiền sau khi đã phát",
     "Ghi đã thu",
     false,
     {NUMBER,
      PAPER("Phiếu thu"),
      {PANEL_OPTION, "postage", "Cước, đồng", "inputmode=numeric", NULL},
      {PANEL_OPTION, "fees", "Phí, lệ phí, đồng", "inputmode=numeric", NULL}}},
    {"pause",
     "Dừng đồng hồ của bưu điện",
     "Dừng đồng hồ",
     false,
     {NUMBER, PAPER("Vì sao: bão lũ, người nhận hẹn")}},
    {"resume", "Chạy lại đồng hồ của bưu điện", "Chạy lại", false, {NUMBER}},
    {"lost", "Báo thất lạc", "Báo thất lạc", false, {NUMBER, PAPER("Biên bản, ngày")}},
    {"unclaimed",
     "Không ai nhận, hết hạn giữ",
     "Ghi không ai nhận",
     false,
     {NUMBER, PAPER("Biên bản, ngày")}},
    {"correct",
     "Rút một việc ghi nhầm",
     "Rút việc này",
     false,
     {NUMBER,
      {PANEL_WORD, "nguon", "Nguồn, chép ở cột Nguồn",
       "required maxlength=40 placeholder=office/219 autocapitalize=none spellcheck=false", NULL},
      PAPER("Nhầm thế nào")}},
    {.verb = NULL},
};

/* Of a list in an old encoding: what was read, and what stands in the file, to be compared. */
static void put_written(struct html *html, const struct addressee *who)
{
    const char *const pairs[][3] = {{"Tên", who->name, who->written_name},
                                    {"Địa chỉ", who->address, who->written_address}};
    char shown[1200];
    if (*who->written_name == '\0' && *who->written_address == '\0')
        return;
    html_put(html, "<details><summary>Đọc từ bảng mã cũ, xem lại với tệp</summary><ul>");
    for (size_t i = 0; i < 2; i++) {
        if (*pairs[i][2] == '\0')
            continue;
        html_format(html, "<li>%s: <b>", pairs[i][0]);
        html_text(html, pairs[i][1]);
        html_put(html, "</b><br>trong tệp: <code>");
        html_text(html, charset_show(pairs[i][2], shown, sizeof shown));
        html_put(html, "</code><br><small>");
        html_text(html, pairs[i][2]);
        html_put(html, "</small></li>");
    }
    html_put(html, "</ul></details>");
}

/* By when, in whose hand, and why it failed last. */
static void put_terms(struct web *web, struct html *html, const struct view *view)
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX], badge[BADGE_TEXT_MAX], amount[48];
    const struct leg *post = &view->clocks.post;
    const struct reason_info *reason = reason_info(view->marks.reason);
    html_put(html, "<p class=dem>");
    if (post->due.ms != 0)
        html_format(html, "<span>hạn của bưu điện <b>%s %s</b></span> ",
                    clock_time_vi(post->due, time, sizeof time),
                    clock_date_vi(post->due, date, sizeof date));
    if (view->marks.post_office != 0) {
        html_put(html, "<span>bưu cục <b>");
        board_key_put(web, VIEW_GROUP_POST_OFFICE, view->marks.post_office, html);
        html_put(html, "</b></span> ");
    }
    if (view->due.postage_vnd + view->due.fees_vnd > 0 && view->state.status != STATUS_DELIVERED)
        html_format(html, "<span>thu tại cửa <b>%s</b></span> ",
                    face_amount(view->due.postage_vnd + view->due.fees_vnd, html->english, amount,
                                sizeof amount));
    if (view->marks.badge != 0)
        html_format(html, "<span>bưu tá <b>%s</b></span> ", badge_text(view->marks.badge, badge));
    if (view->marks.reason != 0 && reason != NULL)
        html_format(html, "<span>chưa phát được vì <b>%s</b></span>", reason->vi);
    html_put(html, "</p>");
}

static void put_state(struct panel *panel, const struct view *view)
{
    struct html *html = &panel->html;
    const struct office_fact *office = &view->state.office;
    struct addressee who = {.name = ""};
    struct error none;
    char pretty[ITEM_PRETTY_MAX];
    const struct status_info *status = status_info(view->state.status);
    bool named = person_may(&panel->seat.person, RIGHT_NAMES);
    if (named && office->has_addressee &&
        !readers_addressee(panel->web->readers, office, &who, &none))
        (void)snprintf(who.name, sizeof who.name, "%s", english_say(html->english, "(đã xóa)"));
    html_format(html, "<p class=ma>%s</p><p class=dem><span><b>%s</b></span> <span>hồ sơ <b>",
                item_pretty(&view->state.item, pretty), status ? status->handheld : "–");
    html_text(html, office->dossier);
    html_put(html, "</b></span> ");
    if (named) {
        html_put(html, "<span>người nhận <b>");
        desk_put_short_name(html, who.name);
        html_put(html, "</b></span> ");
    }
    html_format(html, "<span>đã in <b>%u</b> lần</span></p>", view->state.copies);
    put_terms(panel->web, html, view);
    put_written(html, &who);
    chain_wipe(&who, sizeof who);
}

/* What is the next thing to do with it, as a link or a button. */
static void put_next(struct panel *panel, const struct view *view)
{
    struct html *html = &panel->html;
    enum queue_step step;
    struct error none;
    struct record *record = readers_take(panel->web->readers);
    bool good = queue_step_of(record, view, &step, &none);
    readers_give(panel->web->readers, record);
    static const char *const to[] = {
        NULL, "in?xem=", "viec?che-do=nhan&ma=", "viec?che-do=ghep&ma=", "ban-giao?ma="};
    if (good && step != QUEUE_NONE)
        html_format(html, "<p><a class=nut href=\"/quay/%s%s\">%s</a></p>", to[step],
                    view->state.item.text, queue_step_words(step));
}

static void put_print(struct panel *panel, const struct view *view)
{
    struct html *html = &panel->html;
    html_put(html, "<section class=muc><h2>In lại</h2><form class=the method=post "
                   "action=\"/quay/in\">");
    seat_put_csrf(&panel->seat, html);
    html_format(html, "<input type=hidden name=bi value=%s>", view->state.item.text);
    struct print_jobs jobs;
    print_jobs_read(panel, NULL, &jobs);
    print_jobs_reasons(html, "ly", view->state.copies > 0 ? NULL : "Lần đầu");
    (void)print_jobs_choice(panel, &jobs, "may", false);
    print_jobs_done(&jobs);
    html_format(html,
                "<button data-phim=F9>F9 In</button></form><p><a href=\"/quay/in?xem=%s\">Xem cỡ "
                "thật</a></p></section>",
                view->state.item.text);
}

static const struct panel_column history_columns[] = {
    {"at", "Lúc", PANEL_TIME, NULL},
    {"event", "Việc", PANEL_EVENT, NULL},
    {"source", "Nguồn", PANEL_TEXT, NULL},
    {"effect", "Tính", PANEL_CHOICE,
     "none|–;moved|đổi trạng thái;noted|ghi nhận;out-of-order|trái thứ tự, không tính;unknown|việc "
     "lạ, không tính;struck|đã rút, đính chính;repeated|lặp lại;set-aside|để riêng"},
    {"why", "Chi tiết", PANEL_OURS, NULL},
    {.key = NULL}};

/* What was done is seen at the envelope it was done to. NULL: none was named. */
static const char *item_sent(const struct http_request *request, char *out, size_t size)
{
    char text[64];
    struct item item;
    if (!request->is_post)
        return NULL;
    form_value(request->body, request->body_n, "bi", text, sizeof text);
    if (!item_parse(text, strlen(text), &item, NULL))
        return NULL;
    (void)snprintf(out, size, "bi=%s", item.text);
    return out;
}

static bool may_more(const struct panel *panel)
{
    for (const struct panel_form *form = forms + LABEL_FORMS; form->verb != NULL; form++)
        if (act_offered(&panel->seat, form->verb))
            return true;
    return false;
}

static void put_forms(struct panel *panel)
{
    struct html *html = &panel->html;
    html_put(html, "<div class=cac-muc>");
    for (const struct panel_form *form = forms; form < forms + LABEL_FORMS; form++)
        panel_form(panel, form);
    html_put(html, "</div>");
    if (!may_more(panel))
        return;
    html_format(html,
                "<details%s><summary>Việc khác với bì này: hoàn, cước, đồng hồ, thất lạc, ghi "
                "nhầm</summary><div class=cac-muc>",
                panel->failed != NULL && panel->failed >= forms + LABEL_FORMS ? " open" : "");
    for (const struct panel_form *form = forms + LABEL_FORMS; form->verb != NULL; form++)
        panel_form(panel, form);
    html_put(html, "</div></details>");
}

void desk_item(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    struct view view;
    struct error err;
    if (!panel_sit(&panel, web, request, RIGHT_ITEMS, "/quay/bi", "Phong bì · Trao", answer))
        return;
    char carry[sizeof "bi=" + ITEM_CHARS];
    panel.carry = item_sent(request, carry, sizeof carry);
    if (request->is_post && !panel_post(&panel, forms)) {
        json_decref(panel.said);
        return;
    }
    panel.head.script = "ban.js";
    const char *asked = request->is_post ? NULL : http_query(request, "bi");
    panel_begin(&panel);
    if (!request->is_post && http_query(request, "xong"))
        html_put(&panel.html, "<p class=xong role=status>Đã ghi.</p>");
    if (asked && queue_find(web, &panel.seat.person, asked, &view, &err)) {
        if (person_may(&panel.seat.person, RIGHT_NAMES) &&
            !seat_looked_at(web, request, panel.seat.person.id, LOOK_NAMES, &view, 1, answer)) {
            html_done(&panel.html);
            return;
        }
        put_state(&panel, &view);
        if (person_may(&panel.seat.person, RIGHT_DESK))
            put_next(&panel, &view);
        json_t *said = panel_ask(&panel, "status", view.state.item.text, NULL);
        html_put(&panel.html, "<h2>Việc đã qua</h2>");
        panel_table(&panel, "Việc đã qua", json_object_get(said, "history"), history_columns,
                    "Chưa có gì.");
        json_decref(said);
        if (person_may(&panel.seat.person, RIGHT_DESK) && view.state.status != STATUS_VOID)
            put_print(&panel, &view);
    } else if (asked) {
        panel.status = act_status(err.code);
        html_put(&panel.html, "<p class=loi role=alert>");
        html_sentence(&panel.html, err.text);
        html_put(&panel.html, "</p>");
    }
    put_forms(&panel);
    panel_close(&panel);
}

/* ------------------------------------------------------------------ late paper */

static const char door_relations[] = "|–"
#define RELATION(KEY, wire, vi, en) ";" #wire "|" vi
#include "protocol/reason.def"
    ;
static const char door_reasons[] = "|–"
#define REASON(KEY, wire, vi, en, acts, citizen_vi, citizen_en, article) ";" #wire "|" vi
#include "protocol/reason.def"
    ;

static const struct panel_form paper_forms[] = {
    {"paper",
     "Bưu tá ghi trên giấy",
     "Ghi",
     false,
     {{PANEL_WORD, "bi", "Số phong bì", ITEM, NULL},
      {PANEL_WORD, "viec-gi", "Việc", NULL,
       "picked_up|Bưu điện nhận;arrived|Đến bưu cục;out_for_delivery|Mang đi phát;"
       "delivered|Đã phát;delivery_failed|Chưa phát được"},
      {PANEL_WORD, "luc", "Lúc nào, như đã ghi", "type=datetime-local required", NULL},
      {PANEL_OPTION, "badge", "Bưu tá (thẻ)", "required placeholder=TH-12", NULL},
      {PANEL_OPTION, "note", "Giấy nào: sổ, trang", "required maxlength=200", NULL},
      {PANEL_OPTION, "relation", "Ai nhận (khi đã phát)", NULL, door_relations},
      {PANEL_OPTION, "reason", "Vì sao chưa phát", NULL, door_reasons},
      {PANEL_OPTION, "action", "Việc tiếp", NULL,
       "|–;L|Phát lại;C|Chờ tại bưu cục;D|Đổi địa chỉ;B|Báo cơ quan;H|Chuyển hoàn"},
      {PANEL_OPTION, "postage", "Cước đã thu, đồng", "inputmode=numeric", NULL},
      {PANEL_OPTION, "fees", "Phí, lệ phí đã thu, đồng", "inputmode=numeric", NULL}}},
    {.verb = NULL},
};

/* "&name=value" behind `to`, unless it is too long. */
static void carry_field(const struct http_request *request, const char *name, char *to, size_t size)
{
    char value[256], piece[200];
    size_t n = (size_t)snprintf(piece, sizeof piece, "&%s=", name), had = strlen(to);
    form_value(request->body, request->body_n, name, value, sizeof value);
    for (const unsigned char *at = (const unsigned char *)value; *at && n < sizeof piece; at++)
        n += (size_t)snprintf(piece + n, sizeof piece - n,
                              isalnum(*at) || strchr("-_.", *at) ? "%c" : "%%%02X", *at);
    if (*value != '\0' && n < sizeof piece && had + n < size)
        memcpy(to + had, piece, n + 1);
}

/* A sheet has many lines: the next one begins with whose it is, what and about when. */
static const char *carry_paper(const struct http_request *request, char *to, size_t size)
{
    static const char *const names[] = {"badge", "viec-gi", "luc", "note"};
    if (!request->is_post || item_sent(request, to, size) == NULL)
        return NULL;
    to[0] = 'v'; /* of the one just written */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        carry_field(request, names[i], to, size);
    return to;
}

static void put_written_line(struct panel *panel)
{
    const char *text = http_query(panel->request, "vi");
    struct item item;
    if (panel->request->is_post || !http_query(panel->request, "xong"))
        return;
    html_put(&panel->html, "<p class=xong role=status>Đã ghi.");
    if (text != NULL && item_parse(text, strlen(text), &item, NULL)) {
        html_put(&panel->html, " ");
        desk_put_item(&panel->html, &item);
    }
    html_put(&panel->html, "</p>");
}

void desk_paper(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    char carry[200];
    if (!panel_sit_all(&panel, web, request, RIGHT_DESK, "/quay/giay", "Nhập từ giấy · Trao",
                       answer))
        return;
    panel.carry = carry_paper(request, carry, sizeof carry);
    if (request->is_post && !panel_post(&panel, paper_forms)) {
        json_decref(panel.said);
        return;
    }
    panel_begin(&panel);
    put_written_line(&panel);
    html_put(&panel.html,
             "<p>Khi máy cầm tay hỏng giữa ca: ghi lại đúng như trên giấy, kèm sổ, trang. Mỗi dòng "
             "một lần ghi; thẻ, việc, giờ, sổ của dòng trước còn sẵn.</p>");
    panel.first = &paper_forms[0];
    panel_form(&panel, &paper_forms[0]);
    panel_close(&panel);
}
