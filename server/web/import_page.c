/* The import page: a file is chosen, read once without keeping anything, shown with what is wrong
 * in it, and taken in as the very bytes that were shown. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/office/import.h"
#include "server/office/list.h"
#include "server/record/imports.h"
#include "server/record/premises.h"
#include "server/text/text.h"
#include "server/web/form.h"
#include "server/web/panel.h"

#define PATH "/quay/nhap"
#define WORDS_MAX (LIST_COLUMNS + 4)
#define WORD_MAX 192

/* Nothing is chosen by a list shorter than two. */
#define OFFICES_MAX 512

struct page {
    struct panel panel;
    char office[36], charset[16]; /* as chosen, "" none */
    char kept[KEPT_NAME_CHARS + 1], file_name[128];
    json_t *said; /* of the preview or the import */
    bool taken;   /* it was the import */
    bool failed;
    bool unnamed; /* no header was found: the kept file waits for names of its columns */
};

/* ------------------------------------------------------------------ the commands */

static bool import(struct page *page, int fd, bool dry, struct error *err)
{
    char office[48], charset[32];
    const char *argv[6] = {"import", page->file_name};
    int argc = 2;
    (void)snprintf(office, sizeof office, "office=%s", page->office);
    (void)snprintf(charset, sizeof charset, "charset=%s", page->charset);
    if (*page->office)
        argv[argc++] = office;
    if (*page->charset)
        argv[argc++] = charset;
    if (dry)
        argv[argc++] = "dry=yes";
    return act_run(page->panel.web, page->panel.request, &page->panel.seat, argc, argv, fd,
                   &page->said, err);
}

/* Only what the form says anew: an empty field forgets the office's own name. */
static bool map(struct page *page, struct error *err)
{
    static const size_t room = WORD_MAX;
    const struct http_request *request = page->panel.request;
    char words[WORDS_MAX][WORD_MAX], key[48], field[64], value[LIST_NAME_MAX + 1];
    const char *argv[WORDS_MAX + 1] = {"mapping"};
    int argc = 1;
    if (*page->office) {
        (void)snprintf(words[0], room, "office=%s", page->office);
        argv[argc++] = words[0];
    }
    for (int i = 0; i < LIST_COLUMNS; i++) {
        list_column_key((enum list_column)i, key, sizeof key);
        (void)snprintf(field, sizeof field, "cot-%s", key);
        if (!form_value(request->body, request->body_n, field, value, sizeof value))
            continue;
        (void)snprintf(words[argc], room, "%s=%s", key, value);
        argv[argc] = words[argc];
        argc++;
    }
    json_t *said = NULL;
    bool good = act_run(page->panel.web, request, &page->panel.seat, argc, argv, -1, &said, err);
    json_decref(said);
    return good;
}

/* ------------------------------------------------------------------ what was sent */

static struct instant now(const struct web *web)
{
    return web->config.clock.now(web->config.clock.self);
}

static bool look(struct page *page, int fd, struct error *err)
{
    bool good = import(page, fd, true, err);
    page->unnamed = !good && *page->kept != '\0' && list_has_no_header(err);
    return good;
}

static bool choose(struct page *page, struct error *err)
{
    struct web *web = page->panel.web;
    const struct http_request *request = page->panel.request;
    struct link login = seat_hash(&page->panel.seat);
    if (!kept_put(web->kept, &login, request, now(web), page->kept, err))
        return false;
    bool words = text_is_utf8(request->file_name, strlen(request->file_name));
    (void)snprintf(page->file_name, sizeof page->file_name, "%s",
                   words ? request->file_name : "danh-sach");
    return look(page, request->file, err);
}

/* What was kept at the preview, looked at again or taken in. */
static bool go_on(struct page *page, const char *what, struct error *err)
{
    struct web *web = page->panel.web;
    struct link login = seat_hash(&page->panel.seat);
    int fd;
    if (!kept_get(web->kept, &login, page->kept, now(web), &fd, page->file_name, err))
        return false;
    page->taken = strcmp(what, "nhan") == 0;
    bool good = page->taken ? import(page, fd, false, err) : look(page, fd, err);
    close(fd);
    if (good && page->taken)
        kept_drop(web->kept, &login, page->kept);
    page->taken = page->taken && good;
    return good;
}

static void read_fields(struct page *page, char *what, size_t size)
{
    const struct http_request *request = page->panel.request;
    const char *body = request->body;
    size_t n = request->body_n;
    form_value(body, n, "viec", what, size);
    form_value(body, n, "office", page->office, sizeof page->office);
    form_value(body, n, "charset", page->charset, sizeof page->charset);
    form_value(body, n, "giu", page->kept, sizeof page->kept);
}

static bool run(struct page *page, struct error *err)
{
    char what[16];
    read_fields(page, what, sizeof what);
    if (strcmp(what, "xem") == 0)
        return choose(page, err);
    if (strcmp(what, "cot") == 0)
        return map(page, err) && (*page->kept == '\0' || go_on(page, "xem", err));
    return go_on(page, what, err);
}

/* ------------------------------------------------------------------ forms */

struct offices {
    const struct person *person;
    const char *chosen;
    struct html *html;
    size_t n;
    bool count; /* first they are only counted */
};

static bool put_office(void *ctx, const struct premises *premises)
{
    struct offices *offices = ctx;
    if (!person_sees(offices->person, premises->number))
        return true;
    offices->n++;
    if (!offices->count) {
        html_put(offices->html, "<option value=\"");
        html_text(offices->html, premises->code);
        html_put(offices->html,
                 strcmp(premises->code, offices->chosen) == 0 ? "\" selected>" : "\">");
        html_text(offices->html, premises->name);
        html_put(offices->html, "</option>");
    }
    return offices->n < OFFICES_MAX;
}

/* Whoever is bound to offices names one; else only where there are several. */
static void put_offices(struct page *page, const char *id)
{
    struct web *web = page->panel.web;
    struct html *html = &page->panel.html;
    struct offices offices = {&page->panel.seat.person, page->office, html, 0, true};
    struct error err;
    struct record *record = readers_take(web->readers);
    bool good = premises_each(record, PREMISES_OFFICE, now(web), put_office, &offices, &err);
    if (good && (offices.n > 1 || page->panel.seat.person.offices_n > 0)) {
        html_format(html, "<label for=%s>Của cơ quan</label><select id=%s name=office>", id, id);
        offices = (struct offices){&page->panel.seat.person, page->office, html, 0, false};
        good = premises_each(record, PREMISES_OFFICE, now(web), put_office, &offices, &err);
        html_put(html, "</select>");
    }
    readers_give(web->readers, record);
    html->failed = html->failed || !good;
}

static void put_charsets(struct page *page, const char *id)
{
    struct html *html = &page->panel.html;
    static const char *const names[][2] = {{"", "Tự nhận ra"},
                                           {"utf-8", "Unicode UTF-8"},
                                           {"utf-16le", "Unicode UTF-16 LE"},
                                           {"utf-16be", "Unicode UTF-16 BE"},
                                           {"windows-1258", "Windows 1258"},
                                           {"tcvn3", "TCVN3 (ABC)"},
                                           {"vni", "VNI"}};
    html_format(html, "<label for=%s>Bảng mã</label><select id=%s name=charset>", id, id);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        html_format(html, "<option value=\"%s\"%s>%s</option>", names[i][0],
                    strcmp(page->charset, names[i][0]) == 0 ? " selected" : "", names[i][1]);
    html_put(html, "</select>");
}

static void put_choosing(struct page *page)
{
    struct html *html = &page->panel.html;
    html_put(html,
             "<form class=the method=post action=\"" PATH "\" enctype=\"multipart/form-data\">");
    seat_put_csrf(&page->panel.seat, html);
    html_put(html, "<input type=hidden name=viec value=xem>"
                   "<label for=tep>Danh sách (CSV, Excel .xlsx)</label>"
                   "<input type=file id=tep name=tep required "
                   "accept=\".csv,.xlsx,.txt,.tsv,text/csv\">");
    put_offices(page, "cua");
    put_charsets(page, "bm");
    html_put(html, "<button>Xem trước</button></form>");
}

/* What a form about the kept file carries along. */
static void begin_kept(struct page *page, const char *what, bool with_choices)
{
    struct html *html = &page->panel.html;
    html_put(html, "<form class=the method=post action=\"" PATH "\">");
    seat_put_csrf(&page->panel.seat, html);
    html_format(html, "<input type=hidden name=viec value=%s><input type=hidden name=giu value=\"",
                what);
    html_text(html, page->kept);
    html_put(html, "\">");
    if (!with_choices)
        return;
    html_put(html, "<input type=hidden name=office value=\"");
    html_text(html, page->office);
    html_put(html, "\"><input type=hidden name=charset value=\"");
    html_text(html, page->charset);
    html_put(html, "\">");
}

/* ------------------------------------------------------------------ the preview */

static json_int_t number(const json_t *said, const char *key)
{
    return json_integer_value(json_object_get(said, key));
}

static void put_counts(struct html *html, const json_t *said)
{
    static const char *const rows[][2] = {
        {"rows", "hồ sơ"},        {"added", "nhập mới"}, {"present", "đã có"}, {"changed", "đổi"},
        {"refused", "chưa nhập"}, {"warned", "cần xem"}, {"skipped", "bỏ qua"}};
    html_put(html, "<p class=dem>");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        html_format(html, "<span>%s <b>%lld</b></span> ", rows[i][1],
                    (long long)number(said, rows[i][0]));
    html_put(html, "</p>");
}

/* A total or a signature below the list, as row_check words it. */
static bool tells_of_skipped(const char *line)
{
    return strstr(line, IMPORT_SKIPPED) != NULL;
}

/* Lines about what was skipped, or all others. */
static size_t lines_of(const json_t *lines, size_t n, bool skipped)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        const char *line = json_string_value(json_array_get(lines, i));
        found += line && strncmp(line, "    ", 4) != 0 && tells_of_skipped(line) == skipped;
    }
    return found;
}

/* The sentences of one kind in both languages, the English one set in behind its own. */
static void put_some(struct html *html, const json_t *lines, size_t n, bool skipped)
{
    bool open = false, wanted = false;
    html_put(html, "<ul class=cau-loi>");
    for (size_t i = 0; i < n; i++) {
        const char *line = json_string_value(json_array_get(lines, i));
        bool english = line && strncmp(line, "    ", 4) == 0;
        if (line && !english)
            wanted = tells_of_skipped(line) == skipped;
        if (!line || !wanted)
            continue;
        if (english && html->english) {
            html_put(html, "<br>");
            html_text(html, line + 4);
            continue;
        }
        html_put(html, english ? "<br><small lang=en>" : open ? "</li><li>" : "<li>");
        html_put(html, html->english ? "<small lang=vi>" : "");
        html_text(html, line + (english ? 4 : 0));
        html_put(html, english || html->english ? "</small>" : "");
        open = true;
    }
    html_put(html, "</li></ul>");
}

/* The last two lines of a report sum up. What is skipped is no work for anybody: it is closed, and
 * counted by itself. */
static void put_lines(struct html *html, const json_t *said)
{
    const json_t *lines = json_object_get(said, "said");
    size_t n = json_array_size(lines);
    n = n < 2 ? 0 : n - 2;
    size_t skipped = lines_of(lines, n, true);
    if (lines_of(lines, n, false) > 0) {
        html_put(html, "<h2>Cần xem lại</h2>");
        put_some(html, lines, n, false);
    }
    if (skipped == 0)
        return;
    html_format(html, "<details class=muc><summary>Dòng không phải hồ sơ, bỏ qua: %zu</summary>",
                skipped);
    put_some(html, lines, n, true);
    html_put(html, "</details>");
}

static const struct panel_column first_columns[] = {
    {"row", "Dòng", PANEL_NUMBER, NULL},          {"dossier", "Mã hồ sơ", PANEL_TEXT, NULL},
    {"name", "Người nhận", PANEL_TEXT, NULL},     {"address", "Địa chỉ", PANEL_TEXT, NULL},
    {"phone", "Số điện thoại", PANEL_TEXT, NULL}, {.key = NULL}};

/* Of an old encoding: what was read, beside what stands in the file. */
static const struct panel_column old_columns[] = {
    {"row", "Dòng", PANEL_NUMBER, NULL},
    {"dossier", "Mã hồ sơ", PANEL_TEXT, NULL},
    {"name", "Người nhận", PANEL_TEXT, NULL},
    {"written_name", "Tên trong tệp", PANEL_TEXT, NULL},
    {"address", "Địa chỉ", PANEL_TEXT, NULL},
    {"phone", "Số điện thoại", PANEL_TEXT, NULL},
    {.key = NULL}};

static bool is_old(const json_t *said)
{
    const char *charset = json_string_value(json_object_get(said, "charset"));
    return charset != NULL && charset_is_old(charset_named(charset));
}

static void put_form_found(struct html *html, const json_t *said)
{
    const char *charset = json_string_value(json_object_get(said, "charset")),
               *separator = json_string_value(json_object_get(said, "separator")),
               *sheet = json_string_value(json_object_get(said, "sheet"));
    if (!charset && !sheet)
        return;
    html_put(html, "<p>");
    html_put(html, sheet ? "Trang tính «" : "Bảng mã ");
    html_text(html, sheet ? sheet : charset);
    html_put(html, sheet ? "»." : "");
    if (!sheet && separator) {
        html_put(html, ", dấu phân cách «");
        html_text(html, separator);
        html_put(html, "».");
    }
    html_put(html, "</p>");
}

/* The name an office gives a column, where it has one of its own. */
static const char *own_name(const json_t *names, const char *key)
{
    size_t i;
    json_t *row;
    json_array_foreach(names, i, row)
    {
        const char *column = json_string_value(json_object_get(row, "column"));
        const char *name = json_string_value(json_object_get(row, "name"));
        if (column && strcmp(column, key) == 0)
            return name ? name : "";
    }
    return "";
}

static void put_column(struct html *html, const json_t *column, const json_t *names, bool found)
{
    const char *key = json_string_value(json_object_get(column, "column")),
               *means = json_string_value(json_object_get(column, "means"));
    json_int_t place = number(column, "place");
    if (!key || !means)
        return;
    html_format(html, "<label for=\"cot-%s\">%s ", key, means);
    if (place > 0)
        html_format(html, "<small>(cột %lld)</small>", (long long)place);
    else if (found)
        html_put(html, "<small>(không có)</small>");
    html_format(html, "</label><input id=\"cot-%s\" name=\"cot-%s\" maxlength=127 value=\"", key,
                key);
    html_text(html, own_name(names, key));
    html_put(html, "\">");
}

/* Open where the header was not found: naming the columns is what is left to do. */
static void put_mapping(struct page *page)
{
    struct html *html = &page->panel.html;
    char office[48];
    size_t i;
    json_t *column, *columns, *names;
    (void)snprintf(office, sizeof office, "office=%s", page->office);
    names = *page->office ? panel_ask(&page->panel, "mapping", office, NULL)
                          : panel_ask(&page->panel, "mapping", NULL);
    if (!names)
        return;
    html_put(html, page->said ? "<details class=muc><summary>Cột đã nhận ra; đổi tên cột"
                              : "<details class=muc open><summary>Đặt tên cột");
    html_put(html, "</summary><p>Ghi tên "
                   "cột đúng như trong tệp của cơ quan này. Để trống: tìm theo tên thường "
                   "gặp.</p>");
    begin_kept(page, "cot", true);
    columns = json_object_get(page->said ? page->said : names, "columns");
    json_array_foreach(columns, i, column)
        put_column(html, column, json_object_get(names, "columns"), page->said != NULL);
    html_put(html, "<button>Ghi tên cột, xem lại</button></form></details>");
    json_decref(names);
}

static void put_take(struct page *page)
{
    struct html *html = &page->panel.html;
    json_int_t added = number(page->said, "added"), changed = number(page->said, "changed");
    if (added + changed == 0) {
        html_put(html, "<p><b>Không có gì mới để nhận.</b></p>");
        return;
    }
    begin_kept(page, "nhan", true);
    if (added > 0)
        html_format(html, "<button autofocus>Nhận %lld kết quả</button></form>", (long long)added);
    else
        html_format(html, "<button autofocus>Ghi %lld thay đổi</button></form>",
                    (long long)changed);
}

static void put_preview(struct page *page)
{
    struct html *html = &page->panel.html;
    html_put(html, "<h2>Xem trước, chưa nhập gì: ");
    html_text(html, page->file_name);
    html_put(html, "</h2>");
    put_counts(html, page->said);
    put_take(page);
    put_lines(html, page->said);
    html_put(html, "<h2>Những dòng đầu, như đã đọc</h2>");
    put_form_found(html, page->said);
    panel_table(&page->panel, "Những dòng đầu, như đã đọc", json_object_get(page->said, "first"),
                is_old(page->said) ? old_columns : first_columns, "Không đọc được dòng nào.");
    put_mapping(page);
    html_put(html, "<details class=muc><summary>Chữ đọc sai? Đọc lại bằng bảng mã "
                   "khác</summary>");
    begin_kept(page, "lai", false);
    put_offices(page, "cua-lai");
    put_charsets(page, "bm-lai");
    html_put(html, "<button>Đọc lại</button></form></details>");
}

static void put_result(struct page *page)
{
    struct html *html = &page->panel.html;
    html_format(html, "<p class=xong role=status>Đã nhập %lld kết quả từ ",
                (long long)number(page->said, "added"));
    html_text(html, page->file_name);
    html_put(html, ".</p>");
    put_counts(html, page->said);
    html_put(html, "<p><a class=nut href=\"/quay/in\">In phong bì</a></p>");
    put_lines(html, page->said);
}

/* ------------------------------------------------------------------ the last one */

static void put_report(struct html *html, const struct import_report *report, const char *lines)
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX];
    html_put(html, "<p>");
    html_text(html, report->file);
    html_format(html, ", %s, %s</p>", clock_time_vi(report->at, time, sizeof time),
                clock_date_vi(report->at, date, sizeof date));
    html_format(html,
                "<p class=dem><span>hồ sơ <b>%u</b></span> <span>nhập mới <b>%u</b></span> "
                "<span>đã có <b>%u</b></span> <span>đổi <b>%u</b></span> <span>chưa nhập "
                "<b>%u</b></span> <span>cần xem <b>%u</b></span> <span>bỏ qua <b>%u</b> "
                "dòng</span></p>",
                report->rows, report->added, report->present, report->changed, report->refused,
                report->warned, report->skipped);
    html_put(html, *lines ? "<pre tabindex=0>" : "<p>Không có dòng nào phải sửa.</p>");
    html_text(html, lines);
    html_put(html, *lines ? "</pre>" : "");
}

/* Not kept by office: for who is bound to none. */
static bool put_last(struct page *page)
{
    struct panel *panel = &page->panel;
    struct import_report report;
    struct error err;
    char *lines = NULL;
    if (panel->seat.person.offices_n > 0)
        return true;
    if (!seat_looked(panel->web, panel->request, panel->seat.person.id, LOOK_IMPORT, 0,
                     panel->answer))
        return false;
    struct record *record = readers_take(panel->web->readers);
    bool there = import_last(record, &report, &lines, &err);
    readers_give(panel->web->readers, record);
    html_put(&panel->html, "<section class=muc><h2>Lần nhập cuối</h2>");
    if (there)
        put_report(&panel->html, &report, lines);
    else
        html_put(&panel->html, "<p>Chưa nhập danh sách nào.</p>");
    html_put(&panel->html, "</section>");
    free(lines);
    return true;
}

/* ------------------------------------------------------------------ the page */

/* False: the answer is given. */
static bool put_page(struct page *page)
{
    struct panel *panel = &page->panel;
    panel_begin(panel);
    if (page->failed) {
        html_put(&panel->html, "<p class=loi role=alert>");
        html_sentence(&panel->html, panel->why.text);
        html_put(&panel->html, "</p>");
        if (page->unnamed)
            put_mapping(page);
    }
    if (page->said && page->taken) {
        put_result(page);
        return true;
    }
    if (page->said) {
        put_preview(page);
        return true;
    }
    put_choosing(page);
    return panel->request->is_post || put_last(page);
}

void desk_import(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    static const struct panel_form none = {.verb = "import"};
    struct page *page = calloc(1, sizeof *page);
    if (!page)
        return;
    struct panel *panel = &page->panel;
    if (!panel_sit(panel, web, request, RIGHT_IMPORTS, PATH, "Nhập kết quả · Trao", answer)) {
        free(page);
        return;
    }
    if (request->is_post && !seat_sent(web, request, &panel->seat)) {
        page_sentence(web, 403, "Trang này đã cũ. Mở lại rồi gửi lại.",
                      "This page is too old. Open it again, then send again.", answer);
        free(page);
        return;
    }
    page->failed = request->is_post && !run(page, &panel->why);
    panel->failed = page->failed ? &none : NULL;
    if (put_page(page))
        panel_close(panel);
    else
        html_done(&panel->html);
    json_decref(page->said);
    free(page);
}
