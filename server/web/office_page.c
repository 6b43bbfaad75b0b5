/* The office's page: what became of mine. How many stand where, what is late or soon to be, what
 * came back, what the receiver says did not come, where money is owed; each number opens its items,
 * and all of it goes out as a list. Who is bound to offices sees what those sent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/delivery/marks.h"
#include "server/files.h"
#include "server/record/premises.h"
#include "server/web/act.h"

#define ROWS_A_PAGE 50
#define OPEN_READ 1000 /* late or soon to be; more is said as "1000+" */

/* A tile: a number and the word that opens what it counts. */
enum tile { TILE_STATUS, TILE_LATE, TILE_SOON, TILE_DISPUTED, TILE_MONEY, TILE_CASE };

static const struct special {
    enum tile tile;
    const char *word, *name, *tone;
} specials[] = {
    {TILE_LATE, "tre", "Trễ", "tre"},
    {TILE_SOON, "sap-tre", "Sắp trễ", "vang"},
    {TILE_DISPUTED, "chua-nhan", "Báo chưa nhận", "do"},
    {TILE_MONEY, "tien", "Tiền chưa khớp", "vang"},
    {TILE_CASE, "vu-viec", "Vụ việc đang mở", "do"},
};
#define SPECIALS (sizeof specials / sizeof *specials)

/* ------------------------------------------------------------------ what is counted */

struct listed {
    struct view *views;
    size_t n;
    bool more; /* there are others beyond those read */
};

static bool is_mine(const struct person *person, const struct view *view)
{
    return view->state.issued && person_sees(person, view->marks.office);
}

static bool keep(struct listed *listed, const struct view *view)
{
    if (listed->n == OPEN_READ) {
        listed->more = true;
        return false;
    }
    listed->views[listed->n++] = *view;
    return true;
}

static void list_open(struct web *web, const struct person *person, bool late,
                      struct listed *listed)
{
    struct instant now = web->config.clock.now(web->config.clock.self), soon;
    struct view *all = calloc(OPEN_READ, sizeof *all);
    if (!all)
        return;
    if (!views_at_risk_until(web->config.views, web->config.config->post_office, now, &soon))
        soon = now;
    size_t n =
        views_open_between(web->config.views, VIEW_CLOCK_POST, late ? (struct instant){0} : now,
                           late ? now : soon, all, OPEN_READ);
    for (size_t i = 0; i < n; i++)
        if (is_mine(person, &all[i]))
            (void)keep(listed, &all[i]);
    listed->more = listed->more || n == OPEN_READ;
    free(all);
}

static uint32_t doubts_of(enum tile tile)
{
    switch (tile) {
    case TILE_DISPUTED:
        return DOUBT_DISPUTED;
    case TILE_MONEY:
        return DOUBT_MONEY;
    case TILE_CASE:
        return DOUBT_CASE;
    case TILE_STATUS:
    case TILE_LATE:
    case TILE_SOON:
        break;
    }
    return 0;
}

static void list_doubted(struct web *web, const struct person *person, uint32_t doubts,
                         struct listed *listed)
{
    struct view_brief *briefs;
    struct view view;
    size_t n;
    if (!views_doubted(web->config.views, doubts, &briefs, &n))
        return;
    for (size_t i = n; i-- > 0;) /* newest first */
        if ((briefs[i].doubts & doubts) && views_item(web->config.views, &briefs[i].item, &view) &&
            is_mine(person, &view) && !keep(listed, &view))
            break;
    free(briefs);
}

/* free(listed.views); without memory there are none. */
static struct listed list_of(struct web *web, const struct person *person, enum tile tile)
{
    struct listed listed = {.views = calloc(OPEN_READ, sizeof *listed.views)};
    if (!listed.views)
        return listed;
    if (tile == TILE_LATE || tile == TILE_SOON)
        list_open(web, person, tile == TILE_LATE, &listed);
    else
        list_doubted(web, person, doubts_of(tile), &listed);
    return listed;
}

/* ------------------------------------------------------------------ the page */

static void put_tile(const char *word, const char *name, const char *tone, uint64_t n, bool more,
                     struct html *html)
{
    html_format(html, "<div class=o><h3>%s</h3><p class=\"lon %s\">", name, tone);
    if (n == 0)
        html_put(html, "0");
    else
        html_format(html, "<a href=\"/quay/ket-qua/bi?o=%s\">%llu%s</a>", word,
                    (unsigned long long)n, more ? "+" : "");
    html_put(html, "</p></div>");
}

static void put_specials(struct web *web, const struct person *person, struct html *html)
{
    html_put(html, "<h2>Cần để mắt</h2><div class=\"hang o-nho\">");
    for (size_t i = 0; i < SPECIALS; i++) {
        struct listed listed = list_of(web, person, specials[i].tile);
        put_tile(specials[i].word, specials[i].name, specials[i].tone, listed.n, listed.more, html);
        free(listed.views);
    }
    html_put(html, "</div>");
}

static uint64_t put_statuses(struct web *web, const struct person *person, struct html *html)
{
    uint64_t counts[VIEW_STATUSES] = {0}, all = 0;
    const struct status_info *info;
    if (person->offices_n == 0)
        views_counts(web->config.views, counts);
    else
        views_counts_of(web->config.views, person->offices, person->offices_n, counts);
    html_put(html, "<h2>Đang ở đâu</h2><div class=\"hang o-nho\">");
    for (size_t i = 0; (info = status_row(i)) != NULL; i++)
        if (counts[info->status] > 0) {
            put_tile(info->key, info->handheld, face_tone(info), counts[info->status], false, html);
            all += counts[info->status];
        }
    html_put(html, "</div>");
    return all;
}

static bool each_name(void *ctx, const struct premises *premises)
{
    struct html *html = ctx;
    html_put(html, "<option value=\"");
    html_text(html, premises->code);
    html_put(html, "\">");
    html_text(html, premises->name);
    html_put(html, "</option>");
    return true;
}

struct own_names {
    const struct person *person;
    struct html *html;
};

static bool each_own_name(void *ctx, const struct premises *premises)
{
    const struct own_names *own = ctx;
    return !person_sees(own->person, premises->number) || each_name(own->html, premises);
}

static void put_export(struct web *web, const struct seat *seat, struct html *html)
{
    struct own_names own = {&seat->person, html};
    struct error none;
    if (!act_offered(seat, "export"))
        return;
    html_put(html, "<h2>Tải danh sách</h2><form class=chon action=\"/quay/ket-qua/xuat\">"
                   "<label>Danh sách <select name=danh-sach><option value=outcomes>Kết quả đến nay"
                   "</option><option value=intake>Hồ sơ đã nhận</option></select></label>"
                   "<label>Cơ quan <select name=co-quan>");
    struct record *record = readers_take(web->readers);
    struct instant now = web->config.clock.now(web->config.clock.self);
    if (!premises_each(record, PREMISES_OFFICE, now, each_own_name, &own, &none))
        html->failed = true;
    readers_give(web->readers, record);
    html_put(
        html,
        "</select></label><label>Từ ngày <input type=date name=tu></label>"
        "<label>Đến ngày <input type=date name=den></label>"
        "<label>Dạng <select name=dang><option>xlsx</option><option>csv</option></select>"
        "</label><button>Tải về</button></form>"
        "<p>Kết quả đến nay: từng hồ sơ đang ở đâu, hạn, tiền, vụ việc; không có tên người. Hồ "
        "sơ đã nhận: mẫu 11 cột, có tên và địa chỉ người nhận, số định danh được che.</p>");
}

void office_page(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat;
    struct html html = {.n = 0};
    if (!seat_may(web, request, RIGHT_ITEMS, &seat, answer))
        return;
    struct page_head head = {.title = "Cơ quan · Trao", .wide = "rong", .here = "/quay/ket-qua"};
    seat_begin(&html, &seat, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>Kết quả của cơ quan</h1>");
    put_specials(web, &seat.person, &html);
    if (put_statuses(web, &seat.person, &html) == 0)
        html_put(&html, "<p>Chưa gửi bì nào.</p>");
    put_export(web, &seat, &html);
    page_end(&html, web, &head);
    page_give(&html, 200, answer);
}

/* ------------------------------------------------------------------ the items of a number */

static void put_row(const struct view *view, struct html *html)
{
    const struct status_info *info = status_info(view->state.status);
    char since[CLOCK_TEXT_MAX], due[CLOCK_TEXT_MAX];
    html_put(html, "<tr><td>");
    desk_put_item(html, &view->state.item);
    html_put(html, "</td><td data-ten=\"Mã hồ sơ\">");
    html_text(html, view->state.office.dossier);
    bool known = !view->state.since.bounds_only, ends = view->clocks.post.due.ms != 0;
    html_format(html,
                "</td><td data-ten=\"Từ ngày\"%s>%s</td><td data-ten=\"Hạn giao\"%s>%s</td><td "
                "class=%s>%s</td></tr>",
                known ? "" : " class=trong",
                known ? clock_date_vi(view->state.since.estimate, since, sizeof since) : "–",
                ends ? "" : " class=trong",
                ends ? clock_date_vi(view->clocks.post.due, due, sizeof due) : "–", face_tone(info),
                info ? info->handheld : "–");
}

static void put_rows(const struct view *views, size_t n, const char *word, size_t page, bool more,
                     struct html *html)
{
    html_put(html, "<div class=cuon><table><thead><tr><th>Số phong bì</th><th>Mã hồ sơ</th>"
                   "<th>Từ ngày</th><th>Hạn giao</th><th>Trạng thái</th></tr></thead><tbody>");
    for (size_t i = 0; i < n; i++)
        put_row(&views[i], html);
    html_put(html, "</tbody></table></div><p class=trang>");
    if (page > 0)
        html_format(html, "<a href=\"/quay/ket-qua/bi?o=%s&amp;trang=%zu\">← Trước</a> ", word,
                    page);
    if (more)
        html_format(html, "<a href=\"/quay/ket-qua/bi?o=%s&amp;trang=%zu\">Sau →</a>", word,
                    page + 2);
    html_put(html, "</p>");
}

static void put_status_rows(struct web *web, const struct person *person,
                            const struct status_info *info, size_t page, struct html *html)
{
    struct view *views = calloc(ROWS_A_PAGE + 1, sizeof *views);
    struct view_filter filter = {.status = info->status,
                                 .offset = page * ROWS_A_PAGE,
                                 .offices = person->offices,
                                 .offices_n = person->offices_n};
    size_t n = views ? views_list(web->config.views, &filter, views, ROWS_A_PAGE + 1) : 0;
    put_rows(views, n < ROWS_A_PAGE ? n : ROWS_A_PAGE, info->key, page, n > ROWS_A_PAGE, html);
    free(views);
}

static void put_special_rows(struct web *web, const struct person *person,
                             const struct special *special, size_t page, struct html *html)
{
    struct listed listed = list_of(web, person, special->tile);
    size_t from = page * ROWS_A_PAGE < listed.n ? page * ROWS_A_PAGE : listed.n;
    size_t n = listed.n - from < ROWS_A_PAGE ? listed.n - from : ROWS_A_PAGE;
    put_rows(listed.views + from, n, special->word, page, from + n < listed.n, html);
    if (listed.more && from + n == listed.n)
        html_format(html, "<p>Còn nhiều hơn %d bì.</p>", OPEN_READ);
    free(listed.views);
}

void office_page_rows(struct web *web, const struct http_request *request,
                      struct http_answer *answer)
{
    struct seat seat;
    struct html html = {.n = 0};
    const struct status_info *status = NULL;
    const struct special *special = NULL;
    const char *word = http_query(request, "o"), *text = http_query(request, "trang");
    if (!seat_may(web, request, RIGHT_ITEMS, &seat, answer))
        return;
    for (size_t i = 0; word && i < SPECIALS; i++)
        if (strcmp(specials[i].word, word) == 0)
            special = &specials[i];
    for (size_t i = 0; word && !special && (status = status_row(i)) != NULL; i++)
        if (strcmp(status->key, word) == 0)
            break;
    if (!special && !status) {
        page_sentence(web, 400, "Địa chỉ chưa đọc được.", "The address cannot be read.", answer);
        return;
    }
    unsigned long n = text ? strtoul(text, NULL, 10) : 1;
    size_t page = n > 0 && n < 100000 ? n - 1 : 0;
    struct page_head head = {.title = "Từng bì · Trao", .wide = "rong"};
    seat_begin(&html, &seat, &head);
    html_format(&html,
                "<h1 id=dau tabindex=-1>%s</h1><p><a href=\"/quay/ket-qua\">Về trang cơ "
                "quan</a></p>",
                special ? special->name : status->handheld);
    if (special)
        put_special_rows(web, &seat.person, special, page, &html);
    else
        put_status_rows(web, &seat.person, status, page, &html);
    page_end(&html, web, &head);
    page_give(&html, 200, answer);
}

/* ------------------------------------------------------------------ out as a list */

/* "office=CODE" and the like; an empty day is none. */
static bool word_of(const struct http_request *request, const char *key, const char *name,
                    char out[96])
{
    const char *value = http_query(request, key);
    if (!value || *value == '\0' || strlen(value) > 64)
        return false;
    (void)snprintf(out, 96, "%s=%s", name, value);
    return true;
}

/* "_2026-11-01" of what was asked, letters and signs that any disk takes alone. */
static size_t add_asked(const struct http_request *request, const char *key, char before, char *out,
                        size_t size, size_t n)
{
    const char *value = http_query(request, key);
    if (value == NULL || *value == '\0' || n + 2 >= size)
        return n;
    out[n++] = before;
    for (; *value != '\0' && n + 1 < size; value++) {
        bool plain = (*value >= '0' && *value <= '9') ||
                     ((*value | 0x20) >= 'a' && (*value | 0x20) <= 'z') || *value == '.';
        out[n] = '-';
        if (plain)
            out[n] = *value;
        n++;
    }
    out[n] = '\0';
    return n;
}

/* The file says whose list of which days it is: "danh-sach-CQ-1_2026-11-01_2026-11-27.csv", or
 * "ket-qua-..." of what became of them. */
static void name_list(const struct http_request *request, bool xlsx, struct http_answer *answer)
{
    char asked[64] = "", name[128];
    const char *list = http_query(request, "danh-sach");
    bool outcomes = list && strcmp(list, "outcomes") == 0;
    size_t n = add_asked(request, "co-quan", '-', asked, sizeof asked, 0);
    n = add_asked(request, "tu", '_', asked, sizeof asked, n);
    (void)add_asked(request, "den", '_', asked, sizeof asked, n);
    (void)snprintf(name, sizeof name, "attachment; filename=%s%s.%s",
                   outcomes ? "ket-qua" : "danh-sach", asked, xlsx ? "xlsx" : "csv");
    http_answer_add(answer, "Content-Disposition", name);
}

static void give_list(const struct http_request *request, struct http_answer *answer, int fd,
                      bool xlsx)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        close(fd);
        return;
    }
    name_list(request, xlsx, answer);
    answer->status = 200;
    answer->type = xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                        : "text/csv; charset=utf-8";
    answer->file = fd;
    answer->file_n = (uint64_t)about.st_size;
}

/* Looks are written by the act itself; what cannot be written down is not given. */
void office_page_list(struct web *web, const struct http_request *request,
                      struct http_answer *answer)
{
    static const char *const keys[][2] = {{"co-quan", "office"},
                                          {"tu", "from"},
                                          {"den", "to"},
                                          {"dang", "form"},
                                          {"danh-sach", "list"}};
    struct seat seat;
    struct error err = {ERROR_NONE, ""};
    char words[5][96];
    const char *argv[6] = {"export"};
    int argc = 1, fd = -1;
    json_t *said = NULL;
    if (!seat_may(web, request, RIGHT_OFFICE, &seat, answer))
        return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (word_of(request, keys[i][0], keys[i][1], words[i]))
            argv[argc++] = words[i];
    const char *form = http_query(request, "dang");
    fd = files_nameless(web->config.folder);
    if (fd < 0)
        return;
    if (act_run(web, request, &seat, argc, argv, fd, &said, &err)) {
        give_list(request, answer, fd, form && strcmp(form, "xlsx") == 0);
        json_decref(said);
        return;
    }
    close(fd);
    page_sentence(web, act_status(err.code), err.text, "", answer);
}
