/* The import page: a file is chosen, read once without keeping anything, shown with what is wrong
 * in it, and taken in as the very bytes that were shown. What it shows is in import_shown.c. */
#include "server/web/import_page.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/record/imports.h"
#include "server/text/text.h"
#include "server/web/form.h"

#define PATH IMPORT_PATH
#define WORDS_MAX (LIST_COLUMNS + 4)
#define WORD_MAX 192

/* ------------------------------------------------------------------ the commands */

static bool import(struct import_page *page, int fd, bool dry, struct error *err)
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
static bool map(struct import_page *page, struct error *err)
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

static bool look(struct import_page *page, int fd, struct error *err)
{
    bool good = import(page, fd, true, err);
    page->unnamed = !good && *page->kept != '\0' && list_has_no_header(err);
    return good;
}

static bool choose(struct import_page *page, struct error *err)
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
static bool go_on(struct import_page *page, const char *what, struct error *err)
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

static void read_fields(struct import_page *page, char *what, size_t size)
{
    const struct http_request *request = page->panel.request;
    const char *body = request->body;
    size_t n = request->body_n;
    form_value(body, n, "viec", what, size);
    form_value(body, n, "office", page->office, sizeof page->office);
    form_value(body, n, "charset", page->charset, sizeof page->charset);
    form_value(body, n, "giu", page->kept, sizeof page->kept);
}

static bool run(struct import_page *page, struct error *err)
{
    char what[16];
    read_fields(page, what, sizeof what);
    if (strcmp(what, "xem") == 0)
        return choose(page, err);
    if (strcmp(what, "cot") == 0)
        return map(page, err) && (*page->kept == '\0' || go_on(page, "xem", err));
    return go_on(page, what, err);
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
    if (*lines)
        import_put_kept_lines(html, lines);
    else
        html_put(html, "<p>Không có dòng nào phải sửa.</p>");
}

/* Not kept by office: for who is bound to none. */
static bool put_last(struct import_page *page)
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
static bool put_page(struct import_page *page)
{
    struct panel *panel = &page->panel;
    panel_begin(panel);
    if (page->failed) {
        html_put(&panel->html, "<p class=loi role=alert>");
        html_sentence(&panel->html, panel->why.text);
        html_put(&panel->html, "</p>");
        if (page->unnamed)
            import_put_mapping(page);
    }
    if (page->said && page->taken) {
        import_put_result(page);
        return true;
    }
    if (page->said) {
        import_put_preview(page);
        return true;
    }
    import_put_choosing(page);
    return panel->request->is_post || put_last(page);
}

void desk_import(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    static const struct panel_form none = {.verb = "import"};
    struct import_page *page = calloc(1, sizeof *page);
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
