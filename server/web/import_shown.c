/* import_shown.c - what the import page shows: the file's form, what of it is right and what is to
 * be looked at, and the forms that go on from there. */
#include "server/web/import_page.h"

#include <string.h>

#include "server/office/import.h"
#include "server/record/premises.h"

/* Nothing is chosen by a list shorter than two. */
#define OFFICES_MAX 512

static struct instant now(const struct web *web)
{
    return web->config.clock.now(web->config.clock.self);
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
static void put_offices(struct import_page *page, const char *id)
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

static void put_charsets(struct import_page *page, const char *id)
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

void import_put_choosing(struct import_page *page)
{
    struct html *html = &page->panel.html;
    html_put(html, "<form class=the method=post action=\"" IMPORT_PATH
                   "\" enctype=\"multipart/form-data\">");
    seat_put_csrf(&page->panel.seat, html);
    html_put(html, "<input type=hidden name=viec value=xem>"
                   "<label for=tep>Danh sách (CSV, Excel .xlsx)</label>"
                   "<input type=file id=tep name=tep required autofocus "
                   "accept=\".csv,.xlsx,.txt,.tsv,text/csv\">");
    put_offices(page, "cua");
    put_charsets(page, "bm");
    html_put(html, "<button>Xem trước</button></form>");
}

/* What a form about the kept file carries along. */
static void begin_kept(struct import_page *page, const char *what, bool with_choices)
{
    struct html *html = &page->panel.html;
    html_put(html, "<form class=the method=post action=\"" IMPORT_PATH "\">");
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

/* The English of a sentence stands set in below it. */
static bool is_english(const char *line)
{
    return strncmp(line, "    ", 4) == 0;
}

/* Lines about what was skipped, or all others. */
static size_t lines_of(const json_t *lines, size_t n, bool skipped)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        const char *line = json_string_value(json_array_get(lines, i));
        found += line && !is_english(line) && tells_of_skipped(line) == skipped;
    }
    return found;
}

/* The sentences of one kind, in the language that is read. */
static void put_some(struct html *html, const json_t *lines, size_t n, bool skipped)
{
    html_put(html, "<ul class=cau-loi>");
    for (size_t i = 0; i < n; i++) {
        const char *line = json_string_value(json_array_get(lines, i));
        const char *next = i + 1 < n ? json_string_value(json_array_get(lines, i + 1)) : NULL;
        if (!line || is_english(line) || tells_of_skipped(line) != skipped)
            continue;
        html_put(html, "<li>");
        html_text(html, html->english && next && is_english(next) ? next + 4 : line);
        html_put(html, "</li>");
    }
    html_put(html, "</ul>");
}

void import_put_kept_lines(struct html *html, const char *lines)
{
    html_put(html, "<ul class=cau-loi>");
    for (const char *at = lines; *at != '\0'; at += *at == '\n') {
        size_t n = strcspn(at, "\n");
        const char *end = at + n, *next = *end == '\n' ? end + 1 : end;
        if (n > 0 && !is_english(at)) {
            bool other = html->english && is_english(next);
            const char *from = other ? next + 4 : at;
            html_put(html, "<li>");
            html_text_n(html, from, other ? strcspn(from, "\n") : n);
            html_put(html, "</li>");
        }
        at = end;
    }
    html_put(html, "</ul>");
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
void import_put_mapping(struct import_page *page)
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

static void put_take(struct import_page *page)
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

void import_put_preview(struct import_page *page)
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
    import_put_mapping(page);
    html_put(html, "<details class=muc><summary>Chữ đọc sai? Đọc lại bằng bảng mã "
                   "khác</summary>");
    begin_kept(page, "lai", false);
    put_offices(page, "cua-lai");
    put_charsets(page, "bm-lai");
    html_put(html, "<button>Đọc lại</button></form></details>");
}

void import_put_result(struct import_page *page)
{
    struct html *html = &page->panel.html;
    html_format(html, "<p class=xong role=status>Đã nhập %lld kết quả từ ",
                (long long)number(page->said, "added"));
    html_text(html, page->file_name);
    html_put(html, ".</p>");
    put_counts(html, page->said);
    html_put(html, "<p><a class=nut autofocus href=\"/quay/in\">In phong bì</a></p>");
    put_lines(html, page->said);
}
