/* A new server's first hours, in seven steps [ux.md section 5]. Which are done is worked out from
 * what is recorded (office/setup.h): whoever leaves goes on where the facts are, on any machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/log.h"
#include "server/files.h"
#include "server/office/setup.h"
#include "server/web/code_picture.h"
#include "server/web/device_mark.h"
#include "server/web/panel.h"

#define PATH "/quay/bat-dau"

static const struct panel_form forms[] = {
    {"office",
     "Cơ quan trả kết quả",
     "Tiếp",
     false,
     {{PANEL_WORD, "ma", "Mã cơ quan", "required maxlength=32 placeholder=H27.15", NULL},
      {PANEL_OPTION, "name", "Tên", "required maxlength=120", NULL},
      {PANEL_OPTION, "neutral", "Tên in trên phong bì (không lộ thủ tục)",
       "maxlength=120 placeholder=\"Trung tâm Phục vụ hành chính công\"", NULL},
      {PANEL_OPTION, "address", "Địa chỉ", "required maxlength=160", NULL},
      {PANEL_OPTION, "phone", "Số cho người dân gọi", "required inputmode=tel maxlength=30", NULL},
      {PANEL_OPTION, "commune", "Xã, phường (mã 5 số)", "inputmode=numeric maxlength=5", NULL}}},
    {"postoffice",
     "Bưu cục",
     "Tiếp",
     false,
     {{PANEL_WORD, "bc", "Mã bưu cục (6 số)", "required inputmode=numeric maxlength=6", NULL},
      {PANEL_OPTION, "name", "Tên", "required maxlength=120 placeholder=\"Cẩm Trung\"", NULL},
      {PANEL_OPTION, "address", "Địa chỉ", "required maxlength=160", NULL},
      {PANEL_OPTION, "phone", "Điện thoại", "inputmode=tel maxlength=30", NULL}}},
    {"range",
     "Dải số của bưu cục",
     "Tiếp",
     false,
     {{PANEL_WORD, "bc", "Bưu cục (6 số)", "required inputmode=numeric maxlength=6", NULL},
      {PANEL_WORD, "so", "Bao nhiêu số (cả năm)",
       "required inputmode=numeric maxlength=8 "
       "placeholder=100000",
       NULL}}},
    {"days",
     "Lịch nghỉ",
     "Tiếp",
     false,
     {{PANEL_FIXED, "f", NULL, NULL, "lich.csv"},
      {PANEL_FILE, "ngay", "Mỗi ngày một dòng: ngày,off (nghỉ) hoặc work (làm bù),văn bản",
       "required", NULL}}},
    {"person",
     "Người dùng",
     "Thêm",
     true,
     {{PANEL_WORD, "moi", "Tên đăng nhập",
       "required maxlength=32 autocapitalize=none "
       "placeholder=lan",
       NULL},
      {PANEL_OPTION, "role", "Vai trò", NULL,
       "clerk|Nhân viên quầy;reader|Cơ quan theo dõi;dispatcher|Điều phối;manager|Quản "
       "lý;auditor|Kiểm tra;"
       "administrator|Quản trị"},
      {PANEL_OPTION, "office", "Mã cơ quan; all: tất cả", "required maxlength=200", NULL},
      {PANEL_FIXED, "chua-co", NULL, NULL, "new=yes"}}},
    {"measured",
     "Vạch này đo đúng 50 mm?",
     "Tiếp",
     false,
     {{PANEL_WORD, "mau", "Mẫu đã in", NULL, "dl|Phong bì DL;c5|Phong bì C5;c4|Phong bì C4"},
      {PANEL_WORD, "mm", "Thước đo được, mm",
       "required inputmode=decimal maxlength=5 "
       "placeholder=50",
       NULL}}},
    {"enrol",
     "Máy cầm tay",
     "Tạo mã",
     true,
     {{PANEL_WORD, "may", "Tên máy",
       "required maxlength=32 autocapitalize=characters "
       "placeholder=HH-001",
       NULL}}},
    {.verb = NULL},
};

/* ------------------------------------------------------------------ what stands in the fields */

static void set(json_t *values, const char *name, const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    if (text && *text)
        (void)json_object_set_new(values, name, json_string(text));
}

/* What trao.conf said of the first office, or what was entered already. */
static void office_values(struct panel *panel, const char *verb, const char *code)
{
    json_t *said = panel_ask(panel, verb, NULL);
    const json_t *row = json_array_get(json_object_get(said, "premises"), 0);
    static const char *const keys[] = {"name", "neutral", "address", "phone", "commune"};
    set(panel->values, code, row, "code");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        set(panel->values, keys[i], row, keys[i]);
    if (strcmp("00000", json_string_value(json_object_get(panel->values, "commune"))
                            ? json_string_value(json_object_get(panel->values, "commune"))
                            : "") == 0)
        (void)json_object_del(panel->values, "commune");
    json_decref(said);
}

/* This year's and the next one's days as they are known, to be looked through and confirmed. */
static void calendar_values(struct panel *panel, struct instant now)
{
    char year[CLOCK_TEXT_MAX];
    struct html lines = {.n = 0};
    clock_iso_local(now, year, sizeof year);
    int first = (int)strtol(year, NULL, 10);
    for (int at = first; at <= first + 1; at++) {
        (void)snprintf(year, sizeof year, "%d", at);
        json_t *said = panel_ask(panel, "calendar", year, NULL), *row;
        size_t i;
        json_array_foreach(json_object_get(said, "days"), i, row)
        {
            const char *day = json_string_value(json_object_get(row, "day"));
            const char *note = json_string_value(json_object_get(row, "note"));
            html_put(&lines, day ? day : "");
            html_put(&lines, json_is_true(json_object_get(row, "works")) ? ",work," : ",off,");
            html_put(&lines, note ? note : "");
            html_put(&lines, "\n");
        }
        json_decref(said);
    }
    if (lines.bytes)
        (void)json_object_set_new(panel->values, "ngay", json_string(lines.bytes));
    html_done(&lines);
}

/* ------------------------------------------------------------------ the steps */

static const char *const names[SETUP_STEPS] = {
    [SETUP_OFFICE] = "Cơ quan",     [SETUP_POST_OFFICE] = "Bưu cục",
    [SETUP_CALENDAR] = "Lịch nghỉ", [SETUP_PEOPLE] = "Người dùng",
    [SETUP_PRINTER] = "Máy in",     [SETUP_HANDHELD] = "Máy cầm tay",
    [SETUP_SCAN] = "Quét thử",
};

static void put_steps(struct html *html, const struct setup *setup, enum setup_step shown)
{
    html_put(html, "<ol class=bay-buoc>");
    for (int step = 0; step < SETUP_STEPS; step++)
        html_format(html, "<li%s><a href=\"" PATH "?buoc=%d\"%s>%s</a> %s%s</li>",
                    setup->done[step] ? " class=xong-roi" : "", step + 1,
                    step == (int)shown ? " aria-current=step" : "", names[step],
                    setup->done[step] ? "✓ " : "", setup->done[step] ? "xong" : "chưa");
    html_put(html, "</ol>");
}

static const struct panel_form *form_of(const char *verb)
{
    const struct panel_form *form = forms;
    while (strcmp(form->verb, verb) != 0)
        form++;
    return form;
}

static void put_measured(struct panel *panel)
{
    struct measured measured;
    struct error err;
    struct record *record = readers_take(panel->web->readers);
    bool found = line_last(record, &measured, &err);
    readers_give(panel->web->readers, record);
    if (found && !line_is_right(&measured))
        html_format(
            &panel->html,
            "<p class=loi role=alert>Lần đo trước: %lld,%lld mm. Máy in đang co giãn trang: "
            "chọn 100 %% (Actual size), in lại, đo lại.</p>",
            (long long)(measured.tenths_mm / 10), (long long)(measured.tenths_mm % 10));
}

/* Once shown: a password, a handheld's code. */
static void put_shown(struct panel *panel)
{
    const char *password = json_string_value(json_object_get(panel->said, "password"));
    const char *code = json_string_value(json_object_get(panel->said, "code"));
    const char *address = json_string_value(json_object_get(panel->said, "address"));
    struct error err;
    if (!password && !(code && address))
        return;
    html_put(&panel->html, "<section class=xong role=status>");
    if (code && !code_picture(code, "Mã cấp máy", &panel->html, &err))
        log_line(LOG_LEVEL_ERROR, "no QR code", "why=\"%s\"", err.text);
    html_format(&panel->html, "<p>%s, chỉ hiện lần này: <code class=ma-chu>",
                password ? "Mật khẩu một lần" : "Mã cấp máy, 15 phút");
    html_text(&panel->html, password ? password : code);
    html_put(&panel->html, "</code></p>");
    if (code) {
        html_put(&panel->html, "<p>Trên máy: <code>trao-handheld enrol --server ");
        html_text(&panel->html, address);
        html_put(&panel->html, "</code>, rồi quét mã vuông.</p>");
        device_mark_link(panel);
    }
    html_put(&panel->html, "</section>");
}

static void put_form(struct panel *panel, const struct panel_form *form)
{
    panel->first = panel->said == NULL ? form : NULL; /* what is shown once is read first */
    panel_form(panel, form);
}

static void put_handheld(struct panel *panel)
{
    html_put(&panel->html, "<p>Máy hiện mã thì quét; cấp xong máy tự kết nối. <a href=\"" PATH
                           "\">Xem máy đã vào chưa</a></p>");
    put_form(panel, form_of("enrol"));
}

static void put_scan(struct panel *panel, const struct setup *setup)
{
    struct html *html = &panel->html;
    if (setup->done[SETUP_SCAN]) {
        html_put(html, "<p class=xong role=status>Đã nhận lượt quét. Từ máy đến đây là thông.</p>");
        return;
    }
    html_put(html, "<ol><li>Nhập danh sách đầu tiên, in một phong bì ở <a href=\"/quay\">quầy</a>."
                   "</li><li>Trên máy, chọn 1 Nhận, quét phong bì ấy: nghe một tiếng ngắn, cao."
                   "</li><li><a href=\"" PATH "?buoc=7\">Xem đã đến chưa</a>: trong vòng một giây "
                   "khi có mạng.</li></ol>");
}

/* One thing at a time: which one it is, then its numbers; later the first again, to be mended. */
static void put_post_office(struct panel *panel, const struct setup *setup)
{
    office_values(panel, "postoffices", "bc");
    bool entered = json_object_get(panel->values, "address") != NULL;
    bool asks_numbers =
        entered && !setup->done[SETUP_POST_OFFICE] && http_query(panel->request, "sua") == NULL;
    if (panel->failed != NULL)
        asks_numbers = panel->failed == form_of("range");
    if (!asks_numbers) {
        put_form(panel, form_of("postoffice"));
        return;
    }
    html_put(&panel->html, "<p>Đã ghi bưu cục <strong>");
    html_text(&panel->html, json_string_value(json_object_get(panel->values, "name")));
    html_put(&panel->html, "</strong></p><p>Còn số cho phong bì của bưu cục, đủ dùng cả năm. <a "
                           "href=\"" PATH "?buoc=2&amp;sua=1\">Sửa bưu cục</a></p>");
    put_form(panel, form_of("range"));
}

static void put_step(struct panel *panel, const struct setup *setup, enum setup_step step)
{
    struct instant now = panel->web->config.clock.now(panel->web->config.clock.self);
    switch (step) {
    case SETUP_OFFICE:
        office_values(panel, "offices", "ma");
        put_form(panel, form_of("office"));
        return;
    case SETUP_POST_OFFICE:
        put_post_office(panel, setup);
        return;
    case SETUP_CALENDAR:
        html_put(&panel->html, "<p>Đối chiếu với thông báo nghỉ lễ của năm; sửa, thêm, rồi Tiếp. "
                               "Hạn giao tính theo lịch này.</p>");
        calendar_values(panel, now);
        put_form(panel, form_of("days"));
        return;
    case SETUP_PEOPLE:
        html_put(&panel->html, "<p>Ít nhất một nhân viên quầy. Thêm nữa ở <a "
                               "href=\"/quay/nguoi\">Người dùng</a>.</p>");
        put_form(panel, form_of("person"));
        return;
    case SETUP_PRINTER:
        html_put(&panel->html, "<p><a class=nut href=\"/quay/to-thu.pdf\">Mở tờ in thử</a></p>"
                               "<p>In ở 100 %, không «vừa trang», rồi đo vạch ở mép dưới.</p>"
                               "<p>Muốn quầy bấm một phím là in, không qua tệp: <a "
                               "href=\"/quay/may-in\">ghi máy in</a>, in thử ở đó.</p>");
        put_measured(panel);
        put_form(panel, form_of("measured"));
        return;
    case SETUP_HANDHELD:
        put_handheld(panel);
        return;
    case SETUP_SCAN:
        put_scan(panel, setup);
        return;
    case SETUP_STEPS:
        html_put(&panel->html, "<p class=xong role=status>Xong cả bảy bước.</p><p><a class=nut "
                               "href=\"/quay\">Vào quầy</a></p>");
        return;
    }
}

static const enum setup_step steps_of_forms[] = {
    SETUP_OFFICE, SETUP_POST_OFFICE, SETUP_POST_OFFICE, SETUP_CALENDAR,
    SETUP_PEOPLE, SETUP_PRINTER,     SETUP_HANDHELD};

/* The step of a form that was refused or shows something, the one asked for, or the next one. */
static enum setup_step shown_of(const struct panel *panel, const struct setup *setup)
{
    const char *asked = http_query(panel->request, "buoc");
    if (panel->failed)
        return steps_of_forms[panel->failed - forms];
    if (json_object_get(panel->said, "password"))
        return SETUP_PEOPLE;
    if (panel->said)
        return SETUP_HANDHELD;
    if (asked && asked[0] >= '1' && asked[0] < '1' + SETUP_STEPS && asked[1] == '\0')
        return (enum setup_step)(asked[0] - '1');
    return setup->next;
}

void desk_first_run(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    struct setup setup;
    struct error err;
    if (!panel_open(&panel, web, request, RIGHT_SETTINGS, PATH, "Bắt đầu · Trao", forms, answer))
        return;
    panel.values = json_object();
    struct record *record = readers_take(web->readers);
    bool read = setup_read(record, web->config.clock.now(web->config.clock.self), &setup, &err);
    readers_give(web->readers, record);
    if (read) {
        enum setup_step shown = shown_of(&panel, &setup);
        put_steps(&panel.html, &setup, shown);
        if (!request->is_post && http_query(request, "vua") != NULL)
            device_mark_put(&panel, http_query(request, "vua"));
        put_shown(&panel);
        put_step(&panel, &setup, shown);
    } else {
        log_line(LOG_LEVEL_ERROR, "first run", "why=\"%s\"", err.text);
        html_put(&panel.html, "<p class=loi role=alert>Chưa đọc được lúc này.</p>");
    }
    panel_close(&panel);
}

/* ------------------------------------------------------------------ the trial sheet */

void desk_trial(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat;
    struct error err;
    json_t *said = NULL;
    struct stat about;
    if (!seat_may_all(web, request, RIGHT_SETTINGS, &seat, answer))
        return;
    int fd = files_nameless(web->config.folder);
    bool drawn = fd >= 0 || error_set(&err, ERROR_LATER, "%s", strerror(errno));
    drawn = drawn &&
            act_run(web, request, &seat, 1, (const char *const[]){"trial"}, fd, &said, &err) &&
            (fstat(fd, &about) == 0 || error_set(&err, ERROR_LATER, "%s", strerror(errno)));
    json_decref(said);
    if (!drawn) {
        log_line(LOG_LEVEL_ERROR, "no trial sheet", "why=\"%s\"", err.text);
        if (fd >= 0)
            close(fd);
        page_sentence(web, 503, "Chưa vẽ được tờ in thử.", "The trial sheet cannot be drawn.",
                      answer);
        return;
    }
    answer->status = 200;
    answer->type = "application/pdf";
    answer->file = fd;
    answer->file_n = (uint64_t)about.st_size;
}
