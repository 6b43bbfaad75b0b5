/* The page of the data law: an answer to a person about his data, erasing, what is held, breaches
 * with their terms, what went by itself and what will. Everything is a command (acts.def); who was
 * asked about comes in a form's body, never in an address. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "server/web/form.h"
#include "server/web/panel.h"

#define PATH "/quay/du-lieu"
#define PERSON_PATH "/quay/du-lieu/nguoi"
#define WORDS "required maxlength=1000"
#define CITATION "required maxlength=200"

/* ------------------------------------------------------------------ the register's forms */

#define INCIDENT_NUMBER                                                                            \
    {                                                                                              \
        PANEL_WORD, "so", "Sự cố số", "required inputmode=numeric maxlength=12", NULL              \
    }
#define ITEM_FIELD                                                                                 \
    {                                                                                              \
        PANEL_WORD, "bi", "Số phong bì", "required maxlength=20 autocapitalize=characters", NULL   \
    }

enum { FORM_OPEN, FORM_GO_ON, FORM_HOLD, FORM_UNHOLD };

static const struct panel_form forms[] = {
    [FORM_OPEN] = {"incident",
                   "Ghi sự cố mới",
                   "Ghi sự cố",
                   false,
                   {{PANEL_FIXED, "mo", NULL, NULL, "open"},
                    {PANEL_WORD, "chuyen", "Chuyện gì, dữ liệu của ai, bao nhiêu người", WORDS,
                     NULL},
                    {PANEL_OPTION, "hours-ago", "Phát hiện cách đây mấy giờ (trống: vừa xong)",
                     "inputmode=numeric maxlength=4", NULL}}},
    [FORM_GO_ON] = {"incident",
                    "Ghi tiếp về sự cố",
                    "Ghi",
                    false,
                    {{PANEL_WORD, "buoc", "Bước", NULL,
                      "note|Ghi thêm;told|Đã báo cơ quan chức năng;close|Đóng sự cố"},
                     INCIDENT_NUMBER,
                     {PANEL_WORD, "loi", "Lời ghi: đã làm gì, số công văn", WORDS, NULL}}},
    [FORM_HOLD] = {"hold",
                   "Giữ lại dữ liệu của một bì",
                   "Giữ",
                   false,
                   {ITEM_FIELD, {PANEL_WORD, "can-cu", "Ai yêu cầu, văn bản nào", CITATION, NULL}}},
    [FORM_UNHOLD] = {"unhold",
                     "Thôi giữ",
                     "Thôi giữ",
                     false,
                     {ITEM_FIELD, {PANEL_WORD, "can-cu", "Văn bản nào", CITATION, NULL}}},
    {.verb = NULL},
};

/* ------------------------------------------------------------------ the register's tables */

static const struct panel_column incident_columns[] = {
    {"incident", "Số", PANEL_LINK, "so"},
    {"found", "Phát hiện", PANEL_TIME, NULL},
    {"due", "Hạn báo", PANEL_TIME, NULL},
    {"told", "Đã báo", PANEL_TIME, NULL},
    {"late", "Hạn", PANEL_CHOICE, "true|QUÁ HẠN BÁO;false|trong hạn"},
    {"closed", "Đóng", PANEL_TIME, NULL},
    {"entries", "Lời ghi", PANEL_NUMBER, NULL},
    {.key = NULL}};

static const struct panel_column entry_columns[] = {
    {"at", "Lúc", PANEL_TIME, NULL},
    {"entry", "Việc", PANEL_CHOICE, "open|phát hiện;note|ghi thêm;told|đã báo;close|đóng"},
    {"words", "Lời ghi", PANEL_TEXT, NULL},
    {.key = NULL}};

static const struct panel_column hold_columns[] = {{"item", "Số phong bì", PANEL_LINK, "bi"},
                                                   {"since", "Từ", PANEL_TIME, NULL},
                                                   {"by", "Ai ghi", PANEL_TEXT, NULL},
                                                   {"why", "Căn cứ", PANEL_TEXT, NULL},
                                                   {.key = NULL}};

static const struct panel_column erasure_columns[] = {
    {"at", "Lúc", PANEL_TIME, NULL},
    {"items", "Hồ sơ", PANEL_NUMBER, NULL},
    {"attachments", "Tệp đính kèm", PANEL_NUMBER, NULL},
    {"by", "Ai", PANEL_TEXT, NULL},
    {"why", "Căn cứ", PANEL_TEXT, NULL},
    {.key = NULL}};

static void put_table(struct panel *panel, const char *title, const char *verb, const char *list,
                      const struct panel_column *columns, const char *empty)
{
    json_t *said = panel_ask(panel, verb, NULL);
    html_format(&panel->html, "<h2>%s</h2>", title);
    if (said)
        panel_table(panel, title, json_object_get(said, list), columns, empty);
    json_decref(said);
}

/* What was written about the breach that the address names. */
static void put_entries(struct panel *panel)
{
    const char *number = panel->request->is_post ? NULL : http_query(panel->request, "so");
    if (!number || *number == '\0' || strspn(number, "0123456789") != strlen(number))
        return;
    json_t *said = panel_ask(panel, "incidents", number, NULL);
    html_format(&panel->html, "<h3>Sự cố số %.18s</h3>", number);
    if (said)
        panel_table(panel, "Lời ghi", json_object_get(said, "entries"), entry_columns,
                    "Không có sự cố này.");
    json_decref(said);
}

static void put_ask_person(struct panel *panel)
{
    if (!act_offered(&panel->seat, "persondata"))
        return;
    html_put(
        &panel->html,
        "<section class=muc><h2>Một người hỏi về dữ liệu của mình</h2>"
        "<p>Trả lời trong hai ngày làm việc. Hỏi giấy tờ để biết đúng là người ấy. Mỗi lần xem "
        "được ghi vào nhật ký, kèm số từng bì.</p>"
        "<form class=the method=post action=\"" PERSON_PATH "\">");
    seat_put_csrf(&panel->seat, &panel->html);
    html_put(&panel->html,
             "<label for=ai>Số điện thoại, số CCCD, mã hồ sơ hoặc số phong bì</label>"
             "<input id=ai name=ai required maxlength=60 autocomplete=off spellcheck=false>"
             "<input type=hidden name=viec value=xem><button>Xem đang giữ gì</button>"
             "</form></section>");
}

static void put_register(struct panel *panel)
{
    struct html *html = &panel->html;
    put_table(panel, "Sự cố dữ liệu", "incidents", "incidents", incident_columns,
              "Chưa có sự cố nào.");
    put_entries(panel);
    html_put(html, "<div class=cac-muc>");
    panel_form(panel, &forms[FORM_GO_ON]);
    panel_form(panel, &forms[FORM_OPEN]);
    html_put(html, "</div>");
    put_table(panel, "Đang giữ theo yêu cầu", "holds", "holds", hold_columns,
              "Không bì nào đang giữ.");
    html_put(html, "<div class=cac-muc>");
    panel_form(panel, &forms[FORM_HOLD]);
    panel_form(panel, &forms[FORM_UNHOLD]);
    html_put(html, "</div>");
    put_table(panel, "Đã xóa", "erasures", "erasures", erasure_columns, "Chưa xóa gì.");
}

void desk_law(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    if (!panel_open(&panel, web, request, RIGHT_LAW_READ, PATH, "Dữ liệu cá nhân · Trao", forms,
                    answer))
        return;
    put_ask_person(&panel);
    html_put(&panel.html, "<ul class=loi-vao><li><a href=\"/quay/du-lieu/truong\">Giữ gì, để làm "
                          "gì, bao lâu</a></li><li><a href=\"/quay/du-lieu/ke-hoach\">Sắp đến "
                          "hạn xóa</a></li></ul>");
    put_register(&panel);
    panel_close(&panel);
}

/* ------------------------------------------------------------------ one person */

static const struct panel_column item_columns[] = {
    {"item", "Số phong bì", PANEL_TEXT, NULL},
    {"dossier", "Mã hồ sơ", PANEL_TEXT, NULL},
    {"said", "Trạng thái", PANEL_TEXT, NULL},
    {"since", "Từ", PANEL_DAY, NULL},
    {"kept_until", "Giữ đến", PANEL_DAY, NULL},
    {"erasing", "Xóa", PANEL_CHOICE,
     "may be erased|xóa được;no such item|không có;erased before|đã xóa;held|đang giữ theo yêu "
     "cầu;still under way|chưa kết thúc;a case is open|còn vụ việc mở;complaints may still "
     "come|còn hạn khiếu nại"},
    {.key = NULL}};

static const struct panel_column who_columns[] = {
    {"item", "Số phong bì", PANEL_TEXT, NULL},  {"name", "Họ tên", PANEL_TEXT, NULL},
    {"address", "Địa chỉ", PANEL_TEXT, NULL},   {"phone", "Điện thoại", PANEL_TEXT, NULL},
    {"id_number", "Số CCCD", PANEL_TEXT, NULL}, {"procedure", "Thủ tục", PANEL_TEXT, NULL},
    {"result", "Kết quả số", PANEL_TEXT, NULL}, {.key = NULL}};

static const struct panel_column paper_columns[] = {{"item", "Số phong bì", PANEL_TEXT, NULL},
                                                    {"kind", "Loại", PANEL_TEXT, NULL},
                                                    {"at", "Lúc", PANEL_TIME, NULL},
                                                    {"words", "Nội dung", PANEL_TEXT, NULL},
                                                    {.key = NULL}};

static const struct panel_column event_columns[] = {{"item", "Số phong bì", PANEL_TEXT, NULL},
                                                    {"at", "Lúc", PANEL_TIME, NULL},
                                                    {"said", "Việc", PANEL_TEXT, NULL},
                                                    {.key = NULL}};

static const struct panel_column look_columns[] = {{"item", "Số phong bì", PANEL_TEXT, NULL},
                                                   {"at", "Lúc", PANEL_TIME, NULL},
                                                   {"kind", "Việc", PANEL_TEXT, NULL},
                                                   {.key = NULL}};

static const struct panel_column message_columns[] = {
    {"phone", "Số điện thoại", PANEL_TEXT, NULL},
    {"told_within_30_days", "Tin đã gửi trong 30 ngày", PANEL_NUMBER, NULL},
    {"stopped", "Ý muốn", PANEL_CHOICE, "true|không nhận tin;false|nhận tin"},
    {.key = NULL}};

static const struct panel_column kept_columns[] = {{"item", "Số phong bì", PANEL_TEXT, NULL},
                                                   {"why", "Vì sao", PANEL_TEXT, NULL},
                                                   {"until", "Giữ đến", PANEL_DAY, NULL},
                                                   {.key = NULL}};

struct asked_person {
    char who[128], what[8], citation[256], early[8];
};

static bool read_asked(const struct http_request *request, struct asked_person *asked)
{
    const char *body = request->body;
    size_t n = request->body_n;
    bool said = form_value(body, n, "ai", asked->who, sizeof asked->who);
    form_value(body, n, "viec", asked->what, sizeof asked->what);
    form_value(body, n, "can-cu", asked->citation, sizeof asked->citation);
    form_value(body, n, "som", asked->early, sizeof asked->early);
    return said && *asked->who != '\0';
}

/* The command's file, in memory: all that is held. -1 with a sentence. */
static int fetch(struct panel *panel, const struct asked_person *asked, bool json,
                 struct error *err)
{
    const char *const argv[] = {"persondata", asked->who, json ? "form=json" : "form=text"};
    int fd = memfd_create("person", MFD_CLOEXEC);
    json_t *said = NULL;
    if (fd < 0) {
        error_set(err, ERROR_LATER, "Chưa có chỗ cho tệp này. / no room for this file now");
        return -1;
    }
    if (act_run(panel->web, panel->request, &panel->seat, 3, argv, fd, &said, err)) {
        json_decref(said);
        return fd;
    }
    close(fd);
    return -1;
}

static void put_hidden(struct panel *panel, const struct asked_person *asked)
{
    struct html *html = &panel->html;
    seat_put_csrf(&panel->seat, html);
    html_put(html, "<input type=hidden name=ai value=\"");
    html_text(html, asked->who);
    html_put(html, "\">");
}

static void put_downloads(struct panel *panel, const struct asked_person *asked)
{
    struct html *html = &panel->html;
    html_put(html, "<form class=hang-nut method=post action=\"" PERSON_PATH "\">");
    put_hidden(panel, asked);
    html_put(html, "<button name=viec value=tep>Tải tệp để đưa cho người ấy</button> "
                   "<button name=viec value=json>Tải tệp JSON</button></form>");
}

static void put_erase_form(struct panel *panel, const struct asked_person *asked)
{
    struct html *html = &panel->html;
    html_put(html, "<section class=muc><h2>Xóa theo yêu cầu</h2><p>Xóa là mất hẳn, bản sao lưu cũ "
                   "khôi phục lại cũng xóa. Cái nào còn phải giữ thì ở lại, có nêu lý do.</p>"
                   "<form class=the method=post action=\"" PERSON_PATH "\">");
    put_hidden(panel, asked);
    html_put(html, "<label for=can-cu>Căn cứ: đơn nào, ngày nào</label>"
                   "<input id=can-cu name=can-cu " CITATION " value=\"");
    html_text(html, asked->citation);
    html_put(html,
             "\"><label for=som>Còn hạn khiếu nại</label><select id=som name=som>"
             "<option value=\"\">Để lại đến hết hạn</option>"
             "<option value=yes>Xóa luôn: người ấy biết sẽ mất chứng cứ của mình</option>"
             "</select><button class=nguy name=viec value=xoa>Xóa dữ liệu của người này</button>"
             "</form></section>");
}

/* Of a long list a person reads on when he wants to. */
static void put_folded(struct panel *panel, const json_t *document, const char *list,
                       const char *title, const struct panel_column *columns)
{
    const json_t *rows = json_object_get(document, list);
    html_format(&panel->html, "<details><summary>%s (%zu)</summary>", title, json_array_size(rows));
    panel_table(panel, title, rows, columns, "Không có.");
    html_put(&panel->html, "</details>");
}

static void put_person(struct panel *panel, const struct asked_person *asked)
{
    struct error err = {ERROR_NONE, ""};
    int fd = fetch(panel, asked, true, &err);
    json_t *document = fd >= 0 ? act_document(fd) : NULL;
    if (fd >= 0)
        close(fd);
    if (!document) {
        panel->why = err;
        html_put(&panel->html, "<p class=loi role=alert>");
        html_sentence(&panel->html, *err.text ? err.text : "Chưa đọc được lúc này. / not just now");
        html_put(&panel->html, "</p>");
        return;
    }
    html_put(&panel->html, "<h2>Hồ sơ của người này</h2>");
    panel_table(panel, "Hồ sơ", json_object_get(document, "items"), item_columns, "Không có.");
    put_downloads(panel, asked);
    html_put(&panel->html, "<h2>Đang giữ gì</h2>");
    panel_table(panel, "Người nhận", json_object_get(document, "addressees"), who_columns,
                "Tên, địa chỉ, số điện thoại đã xóa.");
    panel_table(panel, "Tin nhắn", json_object_get(document, "messages"), message_columns, "");
    put_folded(panel, document, "papers", "Tệp đính kèm của các lượt phát", paper_columns);
    put_folded(panel, document, "history", "Lịch sử", event_columns);
    put_folded(panel, document, "looks", "Ai đã xem", look_columns);
    put_erase_form(panel, asked);
    json_decref(document);
}

static bool erase(struct panel *panel, const struct asked_person *asked)
{
    const char *argv[] = {"erase", asked->who, asked->citation, "early=yes"};
    int argc = strcmp(asked->early, "yes") == 0 ? 4 : 3;
    return act_run(panel->web, panel->request, &panel->seat, argc, argv, -1, &panel->said,
                   &panel->why);
}

static void put_erased(struct panel *panel)
{
    html_format(&panel->html,
                "<p class=xong role=status>Đã xóa %lld hồ sơ. Chuỗi dữ kiện vẫn nguyên.</p>",
                (long long)json_integer_value(json_object_get(panel->said, "erased")));
    if (json_array_size(json_object_get(panel->said, "kept")) > 0) {
        html_put(&panel->html, "<h2>Còn phải giữ</h2>");
        panel_table(panel, "Còn phải giữ", json_object_get(panel->said, "kept"), kept_columns, "");
    }
}

static void give_download(struct panel *panel, const struct asked_person *asked)
{
    bool json = strcmp(asked->what, "json") == 0;
    struct error err = {ERROR_NONE, ""};
    int fd = fetch(panel, asked, json, &err);
    if (fd < 0) {
        page_sentence(panel->web, act_status(err.code), err.text, "", panel->answer);
        return;
    }
    panel->answer->status = 200;
    panel->answer->type = json ? "application/json" : "text/plain; charset=utf-8";
    panel->answer->file = fd;
    panel->answer->file_n = (uint64_t)lseek(fd, 0, SEEK_END);
    http_answer_add(panel->answer, "Content-Disposition",
                    json ? "attachment; filename=\"du-lieu-ca-nhan.json\""
                         : "attachment; filename=\"du-lieu-ca-nhan.txt\"");
}

static void give_person(struct panel *panel, const struct asked_person *asked)
{
    bool erases = strcmp(asked->what, "xoa") == 0, erased = erases && erase(panel, asked);
    panel_begin(panel);
    html_put(&panel->html, "<p><a href=\"" PATH "\">Về trang dữ liệu</a></p>");
    if (erased) {
        put_erased(panel);
    } else {
        if (erases) {
            html_put(&panel->html, "<p class=loi role=alert>");
            html_sentence(&panel->html, panel->why.text);
            html_put(&panel->html, "</p>");
        }
        enum error_code code = panel->why.code;
        put_person(panel, asked);
        panel->why.code = erases ? code : panel->why.code;
        panel->failed = panel->why.code != ERROR_NONE ? &forms[FORM_OPEN] : NULL; /* its status */
    }
    panel_close(panel);
}

void desk_law_person(struct web *web, const struct http_request *request,
                     struct http_answer *answer)
{
    struct panel panel;
    struct asked_person asked = {.who = ""};
    if (!request->is_post) {
        page_redirect(PATH, answer);
        return;
    }
    if (!panel_sit(&panel, web, request, RIGHT_LAW, PERSON_PATH, "Dữ liệu của một người · Trao",
                   answer))
        return;
    if (panel.seat.person.offices_n > 0 || !seat_sent(web, request, &panel.seat))
        seat_old_form(web, answer);
    else if (!read_asked(request, &asked))
        page_redirect(PATH, answer);
    else if (strcmp(asked.what, "tep") == 0 || strcmp(asked.what, "json") == 0)
        give_download(&panel, &asked);
    else
        give_person(&panel, &asked);
    chain_wipe(&asked, sizeof asked);
}
