/* The items behind one number of the manager's page: whose it is, where it stands, when it was due
 * and when it was done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/rounds.h"
#include "server/web/board.h"

#define ROWS_A_PAGE 100

struct rows_ask {
    struct board_ask board;
    struct view_behind behind;
    const char *number; /* as it came */
    size_t page;
};

static const char *const star_words[MARKS_STARS] = {
    "–", "Đánh giá 1 sao", "Đánh giá 2 sao", "Đánh giá 3 sao", "Đánh giá 4 sao", "Đánh giá 5 sao"};

static const char *number_word(const struct view_behind *behind)
{
    const struct reason_info *info;
    switch (behind->number) {
    case VIEW_BEHIND_DUE:
        return "Đến hạn";
    case VIEW_BEHIND_KEPT:
        return "Đúng hạn";
    case VIEW_BEHIND_LATE:
        return "Trễ";
    case VIEW_BEHIND_CAME_LATE:
        return "Đúng hạn, tin đến muộn";
    case VIEW_BEHIND_PAUSED:
        return "Tạm dừng tính hạn";
    case VIEW_BEHIND_NOT_YET:
        return "Chưa hết ngày đến hạn";
    case VIEW_BEHIND_ATTEMPTED:
        return "Đã đi phát";
    case VIEW_BEHIND_AT_FIRST:
        return "Phát được lần đầu";
    case VIEW_BEHIND_NOT_AT_FIRST:
        return "Lần đầu không được";
    case VIEW_BEHIND_SENT:
        return "Đã gửi";
    case VIEW_BEHIND_SCANNED:
        return "Có lượt quét";
    case VIEW_BEHIND_NOT_SCANNED:
        return "Chưa có lượt quét nào";
    case VIEW_BEHIND_RATED:
        return "Người nhận đã đánh giá";
    case VIEW_BEHIND_STARS:
        return star_words[behind->which < MARKS_STARS ? behind->which : 0];
    case VIEW_BEHIND_REASON:
        info = reason_info(behind->which);
        return info != NULL ? info->vi : "–";
    case VIEW_BEHIND_OPEN:
        return "Chưa xong";
    }
    return "";
}

static bool refuse(struct web *web, unsigned status, const char *vi, const char *en,
                   struct http_answer *answer)
{
    page_sentence(web, status, vi, en, answer);
    return false;
}

/* Who is bound to offices sees what those sent, one line or all of his. */
static bool read_key(struct web *web, const struct http_request *request, struct rows_ask *ask,
                     struct http_answer *answer)
{
    const char *text = http_query(request, "khoa");
    const struct person *person = &ask->board.person;
    char *end;
    ask->behind.all_keys = text == NULL;
    if (text != NULL) {
        ask->behind.key = strtoull(text, &end, 10);
        if (end == text || *end != '\0')
            return refuse(web, 400, "Địa chỉ chưa đọc được.", "The address cannot be read.",
                          answer);
    }
    ask->board.asked.offices = person->offices;
    ask->board.asked.offices_n = person->offices_n;
    if (person->offices_n == 0 || ask->behind.all_keys ||
        person_sees(person, (uint32_t)ask->behind.key))
        return true;
    return refuse(web, 403, "Cơ quan đó không phải của tài khoản này.",
                  "That office is not this account's.", answer);
}

static bool read_rows_ask(struct web *web, const struct http_request *request,
                          const struct person *person, struct rows_ask *ask,
                          struct http_answer *answer)
{
    struct error none;
    const char *page = http_query(request, "trang");
    ask->number = http_query(request, "so");
    if (!board_ask_read(web, request, person, &ask->board, answer))
        return false;
    if (ask->number == NULL || !view_number_named("so", ask->number, &ask->behind, &none))
        return refuse(web, 400, "Địa chỉ chưa đọc được.", "The address cannot be read.", answer);
    unsigned long n = page != NULL ? strtoul(page, NULL, 10) : 1;
    ask->page = n > 0 && n < 100000 ? n - 1 : 0;
    return read_key(web, request, ask, answer);
}

/* A cell and its column's name: on a phone a row is a card, and leaves out what says nothing. */
static void put_cell(struct html *html, const char *name, const char *text)
{
    html_format(html, "<td data-ten=\"%s\"%s>%s</td>", name, *text == '\0' ? " class=trong" : "",
                *text == '\0' ? "–" : text);
}

static void put_time(struct html *html, const char *name, struct instant at)
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX], text[2 * CLOCK_TEXT_MAX] = "";
    if (at.ms != 0)
        (void)snprintf(text, sizeof text, "%s %s", clock_time_vi(at, time, sizeof time),
                       clock_date_vi(at, date, sizeof date));
    put_cell(html, name, text);
}

static void put_item(const struct rows_ask *ask, const struct view *view, struct html *html)
{
    const struct leg *leg =
        ask->board.asked.clock == VIEW_CLOCK_OFFICE ? &view->clocks.office : &view->clocks.post;
    const struct status_info *info = status_info(view->state.status);
    char round[ROUND_TEXT_MAX], badge[BADGE_TEXT_MAX];
    html_put(html, "<tr><td>");
    desk_put_item(html, &view->state.item);
    html_put(html, "</td><td data-ten=\"Mã hồ sơ\">");
    html_text(html, view->state.office.dossier);
    html_put(html, "</td>");
    put_time(html, "Đến hạn", leg->due);
    put_time(html, "Xong lúc", leg->end);
    put_cell(html, "Tuyến", view->marks.round != 0 ? round_text(view->marks.round, round) : "");
    put_cell(html, "Bưu tá", view->marks.badge != 0 ? badge_text(view->marks.badge, badge) : "");
    html_format(html, "<td class=%s>%s</td></tr>", face_tone(info),
                info != NULL ? info->handheld : "–");
}

static void put_way(const struct rows_ask *ask, size_t page, const char *words, struct html *html)
{
    html_format(html, "<a href=\"/quay/bang/bi?so=%s&amp;", ask->number);
    board_ask_put(&ask->board, html);
    if (!ask->behind.all_keys)
        html_format(html, "&amp;khoa=%llu", (unsigned long long)ask->behind.key);
    html_format(html, "&amp;trang=%zu\">%s</a> ", page + 1, words);
}

static void put_items(struct web *web, const struct rows_ask *ask, struct html *html)
{
    struct view *views = calloc(ROWS_A_PAGE + 1, sizeof *views);
    size_t n = views == NULL ? 0
                             : views_behind(web->config.views, &ask->board.asked, &ask->behind,
                                            ask->page * ROWS_A_PAGE, views, ROWS_A_PAGE + 1);
    html_put(html, "<div class=cuon><table><thead><tr><th>Số phong bì</th><th>Mã hồ sơ</th>"
                   "<th>Đến hạn</th><th>Xong lúc</th><th>Tuyến</th><th>Bưu tá</th>"
                   "<th>Trạng thái</th></tr></thead><tbody>");
    for (size_t i = 0; i < n && i < ROWS_A_PAGE; i++)
        put_item(ask, &views[i], html);
    html_put(html, "</tbody></table></div><p class=trang>");
    if (ask->page > 0)
        put_way(ask, ask->page - 1, "← Trước", html);
    if (n > ROWS_A_PAGE)
        put_way(ask, ask->page + 1, "Sau →", html);
    html_put(html, "</p>");
    free(views);
}

void desk_board_rows(struct web *web, const struct http_request *request,
                     struct http_answer *answer)
{
    struct rows_ask ask = {.page = 0};
    struct seat seat;
    struct html html = {.n = 0};
    if (!seat_may(web, request, RIGHT_BOARD, &seat, answer) ||
        !read_rows_ask(web, request, &seat.person, &ask, answer))
        return;
    struct page_head head = {.title = "Từng bì · Trao", .wide = "rong"};
    seat_begin(&html, &seat, &head);
    html_format(&html, "<h1 id=dau tabindex=-1>%s</h1><p>", number_word(&ask.behind));
    if (!ask.behind.all_keys)
        board_key_put(web, ask.board.asked.group, ask.behind.key, &html);
    html_put(&html, " <a href=\"/quay/bang?");
    board_ask_put(&ask.board, &html);
    html_put(&html, "\">Về bảng</a></p>");
    put_items(web, &ask, &html);
    page_end(&html, web, &head);
    page_give(&html, 200, answer);
}
