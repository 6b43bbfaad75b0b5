/* report_page.c - the evaluation of a pilot as a page of the desk: what is asked first, every table
 * with how it is counted, each number the way to its items, and all of it to take along as PDF,
 * workbook or page. Who is bound to offices asks for one of his own at a time. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/delivery/share.h"
#include "server/files.h"
#include "server/office/report.h"
#include "server/record/premises.h"
#include "server/text/text.h"
#include "server/web/act.h"
#include "server/web/board.h"

#define ROWS_A_PAGE 100
#define PATH "/quay/bao-cao"

struct report_ask {
    struct seat seat;
    struct board_ask days; /* from .. to, as on the board */
    struct report_asked asked;
    char office[PREMISES_CODE_MAX + 1]; /* "" all */
};

/* ------------------------------------------------------------------ what is asked */

struct choosing {
    const struct person *person;
    const char *wanted; /* code, or NULL: the first that is his */
    struct premises found;
    bool any;
};

static bool choose(void *ctx, const struct premises *office)
{
    struct choosing *choosing = ctx;
    bool his = person_sees(choosing->person, office->number);
    bool is_it = choosing->wanted == NULL || strcmp(choosing->wanted, office->code) == 0;
    if (choosing->any || !his || !is_it)
        return true;
    choosing->found = *office;
    choosing->any = true;
    return false;
}

/* False: the answer says that it is none of his. */
static bool read_office(struct web *web, const struct http_request *request, struct report_ask *ask,
                        struct http_answer *answer)
{
    const char *text = http_query(request, "co-quan");
    struct choosing choosing = {.person = &ask->seat.person,
                                .wanted = text != NULL && *text != '\0' ? text : NULL};
    struct error none;
    ask->asked.all_offices = choosing.wanted == NULL && ask->seat.person.offices_n == 0;
    if (ask->asked.all_offices)
        return true;
    struct record *record = readers_take(web->readers);
    bool read =
        premises_each(record, PREMISES_OFFICE, ask->days.asked.now, choose, &choosing, &none);
    readers_give(web->readers, record);
    if (!read || !choosing.any) {
        page_sentence(web, 403, "Không có cơ quan này, hoặc không phải của tài khoản này.",
                      "No such office, or not this account's.", answer);
        return false;
    }
    ask->asked.office = choosing.found.number;
    memcpy(ask->office, choosing.found.code, sizeof choosing.found.code);
    return true;
}

static bool read_ask(struct web *web, const struct http_request *request, struct report_ask *ask,
                     struct http_answer *answer)
{
    *ask = (struct report_ask){.office = ""};
    if (!seat_may(web, request, RIGHT_BOARD, &ask->seat, answer) ||
        !board_ask_read(web, request, &ask->seat.person, &ask->days, answer) ||
        !read_office(web, request, ask, answer))
        return false;
    ask->asked.from_day = ask->days.asked.from_day;
    ask->asked.to_day = ask->days.asked.to_day;
    ask->asked.post_office = web->config.config->post_office;
    ask->asked.now = ask->days.asked.now;
    if (ask->asked.from_day <= ask->asked.to_day)
        return true;
    page_sentence(web, 400, "Ngày cuối ở trước ngày đầu.", "The last day is before the first.",
                  answer);
    return false;
}

static void put_days(const struct report_ask *ask, struct html *html)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    html_format(html, "tu=%.10s&amp;den=%.10s",
                clock_iso_local(day_minute(ask->asked.from_day, 0), from, sizeof from),
                clock_iso_local(day_minute(ask->asked.to_day, 0), to, sizeof to));
}

/* The same as the end of an address. */
static void put_ask(const struct report_ask *ask, struct html *html)
{
    put_days(ask, html);
    if (*ask->office != '\0') {
        html_put(html, "&amp;co-quan=");
        html_text(html, ask->office);
    }
}

/* ------------------------------------------------------------------ the form */

struct options {
    const struct report_ask *ask;
    struct html *html;
};

static bool put_option(void *ctx, const struct premises *office)
{
    const struct options *options = ctx;
    if (!person_sees(&options->ask->seat.person, office->number))
        return true;
    html_put(options->html, "<option value=\"");
    html_text(options->html, office->code);
    html_format(options->html, "\"%s>",
                strcmp(options->ask->office, office->code) == 0 ? " selected" : "");
    html_text(options->html, *office->name != '\0' ? office->name : office->code);
    html_put(options->html, "</option>");
    return true;
}

static void put_form(struct web *web, const struct report_ask *ask, struct html *html)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    struct options options = {ask, html};
    struct error none;
    html_format(html,
                "<form class=chon action=\"" PATH "\"><label>Từ ngày <input type=date name=tu "
                "value=%.10s></label><label>đến <input type=date name=den value=%.10s></label>"
                "<label>Cơ quan <select name=co-quan>",
                clock_iso_local(day_minute(ask->asked.from_day, 0), from, sizeof from),
                clock_iso_local(day_minute(ask->asked.to_day, 0), to, sizeof to));
    if (ask->seat.person.offices_n == 0)
        html_put(html, "<option value=\"\">mọi cơ quan</option>");
    struct record *record = readers_take(web->readers);
    if (!premises_each(record, PREMISES_OFFICE, ask->days.asked.now, put_option, &options, &none))
        html->failed = true;
    readers_give(web->readers, record);
    html_put(html, "</select></label><button>Xem</button></form>");
}

static void put_files(const struct report_ask *ask, struct html *html)
{
    static const char *const forms[][2] = {
        {"pdf", "PDF"}, {"xlsx", "Excel (XLSX)"}, {"html", "Trang web (HTML)"}};
    html_put(html, "<p>Tải về:");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        html_format(html, " <a class=tep href=\"" PATH "/tep?dang=%s&amp;", forms[i][0]);
        put_ask(ask, html);
        html_format(html, "\">%s</a>", forms[i][1]);
    }
    html_put(html, "</p>");
}

/* ------------------------------------------------------------------ numbers and tables */

static void put_way(const struct report_ask *ask, const struct report_behind *behind,
                    struct html *html)
{
    if (behind->way == REPORT_WAY_BOARD) {
        html_format(html, "<a href=\"/quay/bang/bi?so=%s&amp;", behind->number);
        put_days(ask, html);
        html_format(html, "&amp;nhom=%s&amp;dongho=%s", view_group_key(behind->group),
                    view_clock_key(behind->clock));
        if (!behind->all_keys)
            html_format(html, "&amp;khoa=%llu", (unsigned long long)behind->key);
    } else {
        html_format(html, "<a href=\"" PATH "/bi?so=%s&amp;", behind->number);
        put_ask(ask, html);
        if (behind->place != REPORT_ANYWHERE)
            html_format(html, "&amp;%s=%llu", behind->place == REPORT_OFFICE ? "cq" : "xa",
                        (unsigned long long)behind->key);
    }
    html_put(html, "\">");
}

static void put_cell(const struct report_ask *ask, const struct report_cell *cell,
                     struct html *html)
{
    bool opens = cell->behind.way != REPORT_WAY_NONE;
    if (opens)
        put_way(ask, &cell->behind, html);
    html_word(html, cell->text);
    html_put(html, opens ? "</a>" : "");
}

static void put_firsts(const struct report_ask *ask, const struct report *report, struct html *html)
{
    html_put(html, "<div class=hang>");
    for (size_t i = 0; i < REPORT_FIRSTS; i++) {
        const struct report_first *first = &report->first[i];
        html_format(html, "<div class=o><h2 class=nho>%s</h2><p class=lon>", first->name);
        put_cell(ask, &first->value, html);
        html_format(html, "</p><p>%s</p></div>", first->of);
    }
    html_format(html,
                "</div><p class=tuoi>* dưới %d trường hợp: một trường hợp đã đổi tỷ lệ hơn ba phần "
                "trăm, đừng so sánh.</p>",
                SHARE_FEW);
}

/* What stands in the file in both languages. */
static void put_how(const char *how, struct html *html)
{
    const char *english = strstr(how, " / ");
    html_put(html, "<details><summary>Cách tính</summary><p>");
    if (html->english || english == NULL) {
        html_sentence(html, how);
    } else {
        char vi[1024];
        (void)snprintf(vi, sizeof vi, "%.*s", (int)(english - how), how);
        html_text(html, vi);
    }
    html_put(html, "</p></details>");
}

static void put_table(const struct report_ask *ask, const struct report_table *table,
                      struct html *html)
{
    html_format(html, "<h2 id=%s>%s</h2>", table->key, table->vi);
    put_how(table->how, html);
    if (table->n == 0) {
        html_put(html, "<p>Không có.</p>");
        return;
    }
    html_format(html,
                "<div class=cuon role=region tabindex=0 aria-label=\"%s\"><table class=it><thead>"
                "<tr>",
                table->vi);
    for (size_t k = 0; k < table->columns; k++)
        html_format(html, "<th scope=col%s>%s</th>", table->rows[0][k].is_number ? " class=so" : "",
                    table->header[k]);
    html_put(html, "</tr></thead><tbody>");
    for (size_t i = 0; i < table->n; i++) {
        html_put(html, "<tr>");
        for (size_t k = 0; k < table->columns; k++) {
            html_put(html, table->rows[0][k].is_number ? "<td class=so>" : "<td>");
            put_cell(ask, &table->rows[i][k], html);
            html_put(html, "</td>");
        }
        html_put(html, "</tr>");
    }
    html_put(html, "</tbody></table></div>");
}

/* ------------------------------------------------------------------ the page */

static bool make(struct web *web, const struct report_ask *ask, struct report *ret_report,
                 struct error *err)
{
    struct record *record = readers_take(web->readers);
    bool made = report_make(web->config.views, record, &ask->asked, ret_report, err);
    readers_give(web->readers, record);
    return made;
}

/* "Đánh giá trả kết quả qua bưu điện, mọi cơ quan": what it is, of whom. */
static void put_title(struct html *html, const char *title)
{
    const char *comma = strstr(title, ", ");
    if (html->english && comma != NULL) {
        html_put(html, "Đánh giá trả kết quả qua bưu điện");
        html_put(html, ", ");
        html_word(html, comma + 2);
    } else {
        html_text(html, title);
    }
}

static void put_report(const struct report_ask *ask, const struct report *report, struct html *html)
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX];
    html_put(html, "<p><b>");
    put_title(html, report->title);
    html_format(html, "</b><br>%s. Số liệu đến %s, %s.</p>", report->period,
                clock_time_vi(report->at, time, sizeof time),
                clock_date_vi(report->at, date, sizeof date));
    put_files(ask, html);
    put_firsts(ask, report, html);
    for (size_t i = 0; i < report->n; i++)
        put_table(ask, &report->table[i], html);
}

void desk_report(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct report_ask ask;
    struct error err = {ERROR_NONE, ""};
    struct html html = {.n = 0};
    if (!read_ask(web, request, &ask, answer))
        return;
    struct report *report = calloc(1, sizeof *report);
    bool made = report != NULL && make(web, &ask, report, &err);
    struct page_head head = {.title = "Báo cáo đánh giá · Trao", .wide = "rong"};
    seat_begin(&html, &ask.seat, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>Báo cáo đánh giá</h1>");
    put_form(web, &ask, &html);
    if (made)
        put_report(&ask, report, &html);
    else
        html_put(&html, "<p class=loi role=alert>Chưa lập được báo cáo lúc này.</p>");
    page_end(&html, web, &head);
    page_give(&html, made ? 200 : 503, answer);
    if (report != NULL)
        report_done(report);
    free(report);
}

/* ------------------------------------------------------------------ the items behind a number */

struct rows_ask {
    enum report_items items;
    struct report_behind behind;
    uint64_t before;
    const char *key; /* of the place, as it came */
};

static bool digits(const char *text, uint64_t *ret_number)
{
    char *end;
    if (text == NULL)
        return true;
    *ret_number = strtoull(text, &end, 10);
    return end != text && *end == '\0' && strchr(text, '-') == NULL;
}

static bool read_rows(struct web *web, const struct http_request *request, struct rows_ask *rows,
                      struct http_answer *answer)
{
    const char *number = http_query(request, "so"), *office = http_query(request, "cq"),
               *commune = http_query(request, "xa");
    *rows = (struct rows_ask){.key = office != NULL ? office : commune};
    rows->behind.place = office != NULL    ? REPORT_OFFICE
                         : commune != NULL ? REPORT_COMMUNE
                                           : REPORT_ANYWHERE;
    if (number != NULL && report_items_named(number, &rows->items) &&
        digits(rows->key, &rows->behind.key) && digits(http_query(request, "truoc"), &rows->before))
        return true;
    page_sentence(web, 400, "Địa chỉ chưa đọc được.", "The address cannot be read.", answer);
    return false;
}

static void put_item(const struct view *view, struct html *html)
{
    const struct status_info *info = status_info(view->state.status);
    char issued[CLOCK_TEXT_MAX], since[CLOCK_TEXT_MAX], sum[32];
    uint64_t taken = 0;
    for (size_t i = 0; i < view->state.takings_n; i++)
        taken += view->state.takings[i].postage_vnd + view->state.takings[i].fees_vnd;
    html_put(html, "<tr><td>");
    desk_put_item(html, &view->state.item);
    html_put(html, "</td><td data-ten=\"Mã hồ sơ\">");
    html_text(html, view->state.office.dossier);
    html_format(html,
                "</td><td data-ten=\"Cấp số\">%s</td><td data-ten=\"Từ ngày\">%s</td><td "
                "class=so data-ten=\"Đã thu, đồng\">%s</td><td class=%s>%s</td></tr>",
                clock_date_vi(view->state.office.at, issued, sizeof issued),
                clock_date_vi(view->state.since.estimate, since, sizeof since),
                text_group(taken, '.', sum, sizeof sum), face_tone(info),
                info != NULL ? info->handheld : "–");
}

static void put_items(struct web *web, const struct report_ask *ask, const struct rows_ask *rows,
                      struct html *html)
{
    struct view *views = calloc(ROWS_A_PAGE, sizeof *views);
    uint64_t next = 0;
    size_t n = views == NULL ? 0
                             : report_items(web->config.views, &ask->asked, rows->items,
                                            &rows->behind, rows->before, views, ROWS_A_PAGE, &next);
    html_put(html, "<div class=cuon><table><thead><tr><th>Số phong bì</th><th>Mã hồ sơ</th>"
                   "<th>Cấp số</th><th>Từ ngày</th><th class=so>Đã thu, đồng</th><th>Trạng thái"
                   "</th></tr></thead><tbody>");
    for (size_t i = 0; i < n; i++)
        put_item(&views[i], html);
    html_put(html, "</tbody></table></div>");
    html_put(html, n == 0 && next == 0 ? "<p>Không có bì nào.</p>" : "");
    free(views);
    if (next == 0)
        return;
    html_format(html, "<p class=trang><a href=\"" PATH "/bi?so=%s&amp;truoc=%llu&amp;",
                report_items_key(rows->items), (unsigned long long)next);
    put_ask(ask, html);
    if (rows->behind.place != REPORT_ANYWHERE)
        html_format(html, "&amp;%s=%llu", rows->behind.place == REPORT_OFFICE ? "cq" : "xa",
                    (unsigned long long)rows->behind.key);
    html_put(html, "\">Sau →</a></p>");
}

void desk_report_rows(struct web *web, const struct http_request *request,
                      struct http_answer *answer)
{
    struct report_ask ask;
    struct rows_ask rows;
    struct html html = {.n = 0};
    if (!read_ask(web, request, &ask, answer) || !read_rows(web, request, &rows, answer))
        return;
    struct page_head head = {.title = "Từng bì · Trao", .wide = "rong"};
    seat_begin(&html, &ask.seat, &head);
    html_format(&html, "<h1 id=dau tabindex=-1>%s</h1><p><a href=\"" PATH "?",
                report_items_word(rows.items));
    put_ask(&ask, &html);
    html_put(&html, "\">Về báo cáo</a></p>");
    put_items(web, &ask, &rows, &html);
    page_end(&html, web, &head);
    page_give(&html, 200, answer);
}

/* ------------------------------------------------------------------ to take along */

static const struct form {
    const char *key, *type;
} forms[] = {
    {"pdf", "application/pdf"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"html", "text/html; charset=utf-8"},
};

static void give_file(const struct report_ask *ask, const struct form *form, int fd,
                      struct http_answer *answer)
{
    struct stat about;
    char name[64], from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    if (fstat(fd, &about) != 0) {
        close(fd);
        return;
    }
    (void)snprintf(name, sizeof name, "attachment; filename=bao-cao-%.10s_%.10s.%s",
                   clock_iso_local(day_minute(ask->asked.from_day, 0), from, sizeof from),
                   clock_iso_local(day_minute(ask->asked.to_day, 0), to, sizeof to), form->key);
    http_answer_add(answer, "Content-Disposition", name);
    answer->status = 200;
    answer->type = form->type;
    answer->file = fd;
    answer->file_n = (uint64_t)about.st_size;
}

/* By the command, so that it is written down who took it along. */
void desk_report_file(struct web *web, const struct http_request *request,
                      struct http_answer *answer)
{
    struct report_ask ask;
    struct error err = {ERROR_NONE, ""};
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX], form_word[16], office[PREMISES_CODE_MAX + 16];
    const struct form *form = NULL;
    const char *wanted = http_query(request, "dang");
    json_t *said = NULL;
    if (!read_ask(web, request, &ask, answer))
        return;
    for (size_t i = 0; wanted != NULL && i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].key, wanted) == 0)
            form = &forms[i];
    if (form == NULL) {
        page_sentence(web, 400, "Địa chỉ chưa đọc được.", "The address cannot be read.", answer);
        return;
    }
    clock_iso_local(day_minute(ask.asked.from_day, 0), from, sizeof from)[10] = '\0';
    clock_iso_local(day_minute(ask.asked.to_day, 0), to, sizeof to)[10] = '\0';
    (void)snprintf(form_word, sizeof form_word, "form=%s", form->key);
    (void)snprintf(office, sizeof office, "office=%s", ask.office);
    const char *const argv[] = {"report", from, to, form_word, office};
    int fd = files_nameless(web->config.folder);
    bool good = fd >= 0 || error_set(&err, ERROR_LATER, "chưa có chỗ cho tệp. / no room");
    if (good &&
        act_run(web, request, &ask.seat, *ask.office != '\0' ? 5 : 4, argv, fd, &said, &err)) {
        json_decref(said);
        give_file(&ask, form, fd, answer);
        return;
    }
    if (fd >= 0)
        close(fd);
    page_sentence(web, act_status(err.code), err.text, "", answer);
}
