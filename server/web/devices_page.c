/* The handhelds: enrolled by a code that is shown once, heard of, taken out of force, found again;
 * what a revoked one still hands in. */
#include <string.h>

#include "server/web/code_picture.h"
#include "server/web/device_mark.h"
#include "server/web/panel.h"

#define DEVICE "required maxlength=32 autocapitalize=characters spellcheck=false"
#define DEVICE_LISTED DEVICE " list=may"

static const struct panel_form forms[] = {
    {"enrol",
     "Thêm máy",
     "Tạo mã",
     true,
     {{PANEL_WORD, "may", "Tên máy, như HH-042", DEVICE, NULL}}},
    {"spare",
     "Máy thay máy hỏng",
     "Thay",
     false,
     {{PANEL_WORD, "cu", "Máy hỏng", DEVICE_LISTED, NULL},
      {PANEL_WORD, "moi", "Máy thay", DEVICE_LISTED, NULL},
      {PANEL_OPTION, "badge", "Bưu tá (thẻ)", "list=the required", NULL}}},
    {"assign",
     "Giao máy cho bưu tá",
     "Giao",
     false,
     {{PANEL_WORD, "giao", "Máy", DEVICE_LISTED, NULL},
      {PANEL_WORD, "badge", "Bưu tá (thẻ); - : cất vào tủ", "list=the required", NULL}}},
    {"revoke",
     "Mất máy: khóa",
     "Khóa máy này",
     false,
     {{PANEL_WORD, "khoa", "Gõ tên máy để khóa; khóa rồi không mở lại được", DEVICE, NULL}}},
    {"admit",
     "Nhận lượt quét để riêng",
     "Nhận",
     false,
     {{PANEL_WORD, "may", "Máy đã khóa", DEVICE_LISTED, NULL},
      {PANEL_WORD, "ly-do", "Vì sao tin được", "required maxlength=200", NULL},
      {PANEL_OPTION, "scan", "Một lượt (trống: tất cả)", "maxlength=40", NULL}}},
    {"bar",
     "Chặn máy đã khóa ở cổng kết nối",
     "Chặn",
     false,
     {{PANEL_WORD, "chan", "Máy đã khóa, lượt quét đã về đủ", DEVICE_LISTED, NULL}}},
    {.verb = NULL},
};

static const struct panel_column columns[] = {
    {"device", "Máy", PANEL_LINK, "may"},
    {"state", "Tình trạng", PANEL_CHOICE, "active|đang dùng;revoked|đã khóa"},
    {"assigned", "Giao cho", PANEL_TEXT, NULL},
    {"badge", "Đang đăng nhập", PANEL_TEXT, NULL},
    {"heard", "Nghe lần cuối", PANEL_TIME, NULL},
    {"unsent", "Chưa gửi", PANEL_NUMBER, NULL},
    {"oldest_unsent", "Lâu nhất từ", PANEL_TIME, NULL},
    {"mark", "Dấu máy", PANEL_TEXT, NULL},
    {"certificate_until", "Chứng thư đến", PANEL_DAY, NULL},
    {"certificate", "Số chứng thư", PANEL_CODE, NULL},
    {"skew_ms", "Lệch giờ, ms", PANEL_NUMBER, NULL},
    {"battery_percent", "Pin, %", PANEL_NUMBER, NULL},
    {"damaged", "Hỏng", PANEL_NUMBER, NULL},
    {"program", "Bản", PANEL_NUMBER, NULL},
    {"enrolled", "Cấp ngày", PANEL_DAY, NULL},
    {.key = NULL}};
static const struct panel_column aside_columns[] = {
    {"device", "Máy", PANEL_LINK, "may"},
    {"scan", "Lượt", PANEL_LINK, "scan"},
    {"item", "Số phong bì", PANEL_TEXT, NULL},
    {"event", "Việc", PANEL_EVENT, NULL},
    {"at", "Lúc quét", PANEL_TIME, NULL},
    {"arrived", "Lúc đến", PANEL_TIME, NULL},
    {"admitted", "Tình trạng", PANEL_CHOICE, "true|đã nhận;false|để riêng"},
    {.key = NULL}};

/* The code of a new handheld: once, with the minute it ends. */
static void put_code(struct panel *panel)
{
    struct html *html = &panel->html;
    const char *code = json_string_value(json_object_get(panel->said, "code"));
    const char *address = json_string_value(json_object_get(panel->said, "address"));
    struct instant until = panel->web->config.clock.now(panel->web->config.clock.self);
    char time[CLOCK_TEXT_MAX];
    struct error err;
    if (!code || !address)
        return;
    until.ms += ENROL_CODE_LIFE_MS;
    html_put(html, "<section class=muc role=status><h2>Mã cấp máy, chỉ hiện một lần</h2>");
    if (!code_picture(code, "Mã cấp máy", html, &err))
        html_put(html, "<p class=loi>Không vẽ được mã vuông; gõ mã ở dưới.</p>");
    html_format(html, "<p>Mã: <code class=ma-chu>%s</code></p><p>Máy chủ: <code>", code);
    html_text(html, address);
    html_format(html,
                "</code></p><p>Dùng một lần, đến %s. Trên máy: <code>trao-handheld enrol --server "
                "…</code>, rồi quét mã vuông.</p>",
                clock_time_vi(until, time, sizeof time));
    device_mark_link(panel);
    html_put(html, "</section>");
}

/* A row is found by any of its texts: name, badge, mark, number of the certificate. */
static bool row_holds(const json_t *row, const char *wanted)
{
    static const char *const keys[] = {"device", "badge", "assigned", "mark", "certificate"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = json_string_value(json_object_get(row, keys[i]));
        if (text != NULL && strcasestr(text, wanted) != NULL)
            return true;
    }
    return false;
}

static json_t *new_found(const json_t *rows, const char *wanted)
{
    json_t *found = json_array(), *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        if (row_holds(row, wanted))
            (void)json_array_append(found, row);
    }
    return found;
}

static void put_find(struct panel *panel, const char *wanted)
{
    struct html *html = &panel->html;
    html_put(html, "<form class=chon action=\"/quay/may\"><label>F8 Tìm máy: tên, thẻ, "
                   "dấu, số chứng thư <input id=tim name=tim data-phim=F8 maxlength=40 "
                   "autocomplete=off spellcheck=false value=\"");
    html_text(html, wanted);
    html_put(html, "\"></label><button>Tìm</button></form>");
    if (*wanted != '\0')
        html_put(html, "<p><a href=\"/quay/may\">Mọi máy</a></p>");
}

static void put_devices(struct panel *panel)
{
    const char *asked = http_query(panel->request, "tim"), *wanted = asked != NULL ? asked : "";
    json_t *devices = panel_ask(panel, "devices", NULL);
    const json_t *rows = json_object_get(devices, "devices");
    if (devices != NULL) {
        json_t *found = new_found(rows, wanted);
        put_find(panel, wanted);
        panel_table(panel, "Máy cầm tay", found, columns,
                    *wanted != '\0' ? "Không có máy nào như vậy." : "Chưa có máy.");
        json_decref(found);
    }
    panel_list(panel, "may", rows, "device", "state");
    json_decref(devices);
}

static void put_tables(struct panel *panel)
{
    put_devices(panel);
    json_t *aside = panel_ask(panel, "setaside", NULL);
    if (aside) {
        html_put(&panel->html, "<h2>Lượt quét để riêng</h2>");
        panel_table(panel, "Lượt quét để riêng", json_object_get(aside, "scans"), aside_columns,
                    "Không có lượt nào để riêng.");
    }
    json_t *postmen =
        act_offered(&panel->seat, "postmen") ? panel_ask(panel, "postmen", NULL) : NULL;
    panel_list(panel, "the", json_object_get(postmen, "postmen"), "badge", "name");
    json_decref(postmen);
    json_decref(aside);
}

void desk_devices(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    if (!panel_open_with(&panel, web, request, RIGHT_DEVICES, "/quay/may", "Máy cầm tay · Trao",
                         "ban.js", forms, answer))
        return;
    const char *fresh = request->is_post ? NULL : http_query(request, "vua");
    if (fresh != NULL)
        device_mark_put(&panel, fresh);
    put_code(&panel);
    put_tables(&panel);
    html_put(&panel.html, "<div class=cac-muc>");
    for (const struct panel_form *form = forms; form->verb != NULL; form++)
        panel_form(&panel, form);
    html_put(&panel.html, "</div>");
    panel_close(&panel);
}
