/* The manager's page: what is late or about to be, first; whether terms are kept, as first known
 * and as known now; how attempts went, how long the open ones have waited, and the same by office,
 * post office, round and postman. Every number opens the items behind it (board_rows.c).
 *
 * Who is bound to offices sees the sum of his own, and their lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/postmen.h"
#include "server/delivery/share.h"
#include "server/web/act.h"
#include "server/web/board.h"
#include "server/web/english.h"

#define RISK_SHOWN 10
#define RISK_READ 400 /* of which some may be another office's */

/* ------------------------------------------------------------------ numbers */

void board_number_put(struct html *html, const struct board_ask *ask, const char *number,
                      const uint64_t *key, uint64_t n)
{
    if (n == 0) {
        html_put(html, "0");
        return;
    }
    html_format(html, "<a href=\"/quay/bang/bi?so=%s&amp;", number);
    board_ask_put(ask, html);
    if (key != NULL)
        html_format(html, "&amp;khoa=%llu", (unsigned long long)*key);
    html_format(html, "\">%llu</a>", (unsigned long long)n);
}

void board_share_put(struct html *html, uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        html_put(html, "–");
        return;
    }
    unsigned long long hundredths = share_hundredths(part, whole);
    html_format(html, "%llu,%02llu %%", hundredths / 100, hundredths % 100);
}

void board_few_put(struct html *html, uint64_t n)
{
    if (n > 0 && n < SHARE_FEW)
        html_put(html, " <small class=it>ít số liệu</small>");
}

/* ------------------------------------------------------------------ what is late or soon */

static void put_left(struct html *html, int64_t ms)
{
    int64_t minutes = (ms < 0 ? -ms : ms) / 60000;
    const char *word = english_say(html->english, ms < 0 ? "trễ" : "còn");
    if (minutes < 60)
        html_format(html, "%s %lld phút", word, (long long)minutes);
    else if (minutes < INT64_C(48) * 60)
        html_format(html, "%s %lld giờ", word, (long long)(minutes / 60));
    else
        html_format(html, "%s %lld ngày", word, (long long)(minutes / 60 / 24));
}

static void put_risk_row(struct web *web, struct html *html, const struct view *view,
                         struct instant now)
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX], text[BADGE_TEXT_MAX];
    const struct status_info *info = status_info(view->state.status);
    int64_t left = view->clocks.post.due.ms - now.ms;
    html_format(html, "<tr><td class=%s>", left < 0 ? "tre" : "vang");
    put_left(html, left);
    html_put(html, "</td><td class=so-bi>");
    desk_put_item(html, &view->state.item);
    html_put(html, "</td><td data-ten=\"Mã hồ sơ\">");
    html_text(html, view->state.office.dossier);
    html_put(html, "</td><td data-ten=\"Trong tay\">");
    if (view->marks.badge != 0)
        html_put(html, badge_text(view->marks.badge, text));
    else
        board_key_put(web, VIEW_GROUP_POST_OFFICE, view->marks.post_office, html);
    html_format(
        html, "</td><td data-ten=\"Trạng thái\">%s</td><td data-ten=\"Đến hạn\">%s %.5s</td></tr>",
        info != NULL ? info->handheld : "–",
        clock_time_vi(view->clocks.post.due, time, sizeof time),
        clock_date_vi(view->clocks.post.due, date, sizeof date));
}

static void put_risk_rows(struct web *web, struct html *html, const struct board_ask *ask,
                          const struct view *list, size_t n)
{
    size_t shown = 0;
    html_put(html, "<div class=cuon><table><thead><tr><th>Hạn</th><th>Số phong bì</th>"
                   "<th>Mã hồ sơ</th><th>Trong tay</th><th>Trạng thái</th><th>Đến hạn</th></tr>"
                   "</thead><tbody>");
    for (size_t i = 0; i < n && shown < RISK_SHOWN; i++)
        if (person_sees(&ask->person, list[i].marks.office)) {
            put_risk_row(web, html, &list[i], ask->asked.now);
            shown++;
        }
    html_put(html, "</tbody></table></div>");
}

static void put_risk(struct web *web, const struct board_ask *ask, struct html *html)
{
    struct view *list = calloc(RISK_READ, sizeof *list);
    struct instant now = ask->asked.now;
    struct instant soon;
    size_t n = 0, seen = 0;
    if (!views_at_risk_until(web->config.views, web->config.config->post_office, now, &soon))
        soon = now; /* what is late already */
    if (list != NULL)
        n = views_open_between(web->config.views, VIEW_CLOCK_POST, (struct instant){0}, soon, list,
                               RISK_READ);
    for (size_t i = 0; i < n; i++)
        seen += person_sees(&ask->person, list[i].marks.office);
    html_format(html, "<h2>Trễ và sắp trễ <b>%zu%s</b></h2>", seen, n == RISK_READ ? "+" : "");
    if (seen == 0)
        html_put(html, "<p>Không có bì nào trễ hay sắp trễ.</p>");
    else
        put_risk_rows(web, html, ask, list, n);
    if (seen > RISK_SHOWN)
        html_format(html,
                    "<p>%d bì gấp nhất. Tất cả: <a href=\"/quay/ket-qua/bi?o=tre\">trễ</a>, <a "
                    "href=\"/quay/ket-qua/bi?o=sap-tre\">sắp trễ</a></p>",
                    RISK_SHOWN);
    free(list);
}

/* ------------------------------------------------------------------ whether terms are kept */

static void put_board(const struct board_ask *ask, enum view_clock clock, const char *name,
                      const struct board *board, struct html *html)
{
    struct board_ask one = *ask;
    one.asked.clock = clock;
    html_format(html, "<div class=o><h3>%s</h3><p class=lon>", name);
    if (board->kept_at_first != board->kept) {
        board_share_put(html, board->kept_at_first, board->due);
        html_put(html, " → ");
    }
    board_share_put(html, board->kept, board->due);
    board_few_put(html, board->due);
    html_put(html, "</p><p>đến hạn ");
    board_number_put(html, &one, "due", NULL, board->due);
    html_put(html, ", đúng hạn ");
    board_number_put(html, &one, "kept", NULL, board->kept);
    html_put(html, ", trễ ");
    board_number_put(html, &one, "late", NULL, board->due - board->kept);
    html_put(html, "<br>tin đến muộn ");
    board_number_put(html, &one, "came-late", NULL, board->kept - board->kept_at_first);
    html_put(html, ", tạm dừng ");
    board_number_put(html, &one, "paused", NULL, board->paused);
    html_put(html, ", chưa hết ngày ");
    board_number_put(html, &one, "not-yet", NULL, board->not_yet);
    html_put(html, "</p></div>");
}

static void put_attempts(const struct board_ask *ask, const struct view_figure *figure,
                         struct html *html)
{
    html_put(html, "<div class=o><h3>Phát được lần đầu</h3><p class=lon>");
    board_share_put(html, figure->at_first, figure->attempted);
    board_few_put(html, figure->attempted);
    html_put(html, "</p><p>đã đi phát ");
    board_number_put(html, ask, "attempted", NULL, figure->attempted);
    html_put(html, ", lần đầu ");
    board_number_put(html, ask, "at-first-attempt", NULL, figure->at_first);
    html_put(html, ", không được ");
    board_number_put(html, ask, "not-at-first-attempt", NULL, figure->attempted - figure->at_first);
    html_put(html, "</p></div>");
}

/* ------------------------------------------------------------------ what receivers say */

/* Mean and shares of those who said something; no name stands behind them. */
static void put_stars(const struct board_ask *ask, const struct view_figure *figure,
                      struct html *html)
{
    uint64_t rated = 0, sum = 0;
    for (unsigned stars = 1; stars < MARKS_STARS; stars++) {
        rated += figure->stars[stars];
        sum += stars * figure->stars[stars];
    }
    html_put(html, "<h2>Người nhận đánh giá</h2>");
    if (rated == 0) {
        html_put(html, "<p>Chưa ai đánh giá.</p>");
        return;
    }
    unsigned long long tenths = (sum * 20 + rated) / (2 * rated);
    html_format(html, "<p class=lon>%llu,%llu/5 ", tenths / 10, tenths % 10);
    board_few_put(html, rated);
    html_put(html, "</p><p>đã đánh giá ");
    board_number_put(html, ask, "rated", NULL, rated);
    html_format(html,
                " trong %llu bì đến hạn trong kỳ</p><table class=\"it sao\"><thead><tr>"
                "<th>Sao</th><th class=so>Lượt</th><th class=so>%%</th></tr></thead><tbody>",
                (unsigned long long)figure->sent);
    for (unsigned stars = MARKS_STARS - 1; stars > 0; stars--) {
        char number[16];
        (void)snprintf(number, sizeof number, "stars-%u", stars);
        html_format(html, "<tr><td>%u sao</td><td class=so>", stars);
        board_number_put(html, ask, number, NULL, figure->stars[stars]);
        html_put(html, "</td><td class=so>");
        board_share_put(html, figure->stars[stars], rated);
        html_put(html, "</td></tr>");
    }
    html_put(html, "</tbody></table>");
}

/* ------------------------------------------------------------------ by what they have in common */

static void put_line(struct web *web, const struct board_ask *ask, const struct view_figure *figure,
                     struct html *html)
{
    uint64_t key = figure->key, open = 0;
    for (int age = 0; age < VIEW_AGES; age++)
        open += figure->open[age];
    html_format(html, "<tr><td data-ten=\"%s\">", board_group_word(ask->asked.group));
    board_key_put(web, ask->asked.group, key, html);
    html_put(html, "</td><td class=so data-ten=\"Đúng hạn\"><span>");
    board_share_put(html, figure->board.kept, figure->board.due);
    board_few_put(html, figure->board.due);
    html_put(html, "</span></td><td class=thanh data-ten=\"Khoảng 95 %\">");
    board_dot_put(figure->board.kept, figure->board.due, ask->target_percent, html);
    html_put(html, "</td><td class=so data-ten=\"Đến hạn\">");
    board_number_put(html, ask, "due", &key, figure->board.due);
    html_put(html, "</td><td class=so data-ten=\"Trễ\">");
    board_number_put(html, ask, "late", &key, figure->board.due - figure->board.kept);
    html_put(html, "</td><td class=so data-ten=\"Lần đầu được\"><span>");
    board_share_put(html, figure->at_first, figure->attempted);
    html_put(html, " (");
    board_number_put(html, ask, "attempted", &key, figure->attempted);
    html_put(html, ")</span></td><td class=so data-ten=\"Chưa xong\">");
    board_number_put(html, ask, "open", &key, open);
    html_put(html, "</td></tr>");
}

static void put_lines(struct web *web, const struct board_ask *ask,
                      const struct view_figure *figures, size_t n, struct html *html)
{
    html_format(html, "<h2>Theo %s</h2>",
                english_say(html->english, board_group_word(ask->asked.group)));
    if (n == 0) {
        html_put(html, "<p>Chưa bì nào đến hạn.</p>");
        return;
    }
    html_format(html,
                "<div class=cuon><table class=\"it bang so-lieu\"><thead><tr><th>%s</th><th "
                "class=so>Đúng hạn</th><th>Khoảng 95 %%</th><th class=so>Đến hạn</th><th "
                "class=so>Trễ</th><th class=so>Lần đầu được</th><th class=so>Chưa xong</th></tr>"
                "</thead><tbody>",
                board_group_word(ask->asked.group));
    for (size_t i = 0; i < n && i < BOARD_LINES_MAX; i++)
        put_line(web, ask, &figures[i], html);
    html_put(html, "</tbody></table></div><p><small>Chấm là tỷ lệ, vạch là khoảng tin cậy 95 phần "
                   "trăm. Hai vạch chồng nhau thì chưa nói được ai hơn ai.</small></p>");
    if (n > BOARD_LINES_MAX)
        html_format(html, "<p>%d dòng đầu trong %zu.</p>", BOARD_LINES_MAX, n);
}

/* ------------------------------------------------------------------ the page */

static void put_form(const struct board_ask *ask, struct html *html)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    html_format(html,
                "<form class=chon action=\"/quay/bang\"><label>Đến hạn từ <input type=date name=tu "
                "value=%.10s></label><label>đến <input type=date name=den value=%.10s></label>",
                clock_iso_local(day_minute(ask->asked.from_day, 0), from, sizeof from),
                clock_iso_local(day_minute(ask->asked.to_day, 0), to, sizeof to));
    if (ask->person.offices_n == 0) {
        html_put(html, "<label>theo <select name=nhom>");
        for (int group = VIEW_GROUP_ZONE; group < VIEW_GROUPS; group++)
            html_format(html, "<option value=%s%s>%s</option>",
                        view_group_key((enum view_group)group),
                        group == (int)ask->asked.group ? " selected" : "",
                        board_group_word((enum view_group)group));
        html_put(html, "</select></label>");
    }
    html_put(html, "<button>Xem</button></form>");
}

static void put_figures(struct web *web, const struct seat *seat, const struct board_ask *ask,
                        const struct board_sums *sums, const struct json_t *heard,
                        struct html *html)
{
    html_put(html, "<h2>Đúng hạn</h2><div class=hang>");
    put_board(ask, VIEW_CLOCK_POST, "Bưu điện", &sums->post, html);
    put_board(ask, VIEW_CLOCK_OFFICE, "Cơ quan", &sums->office, html);
    put_attempts(ask, &sums->all, html);
    html_put(html, "</div>");
    board_ages_put(ask, &sums->all, html);
    board_reasons_put(ask, &sums->all, html);
    put_stars(ask, &sums->all, html);
    board_days_put(web, ask, html);
    put_lines(web, ask, sums->lines, sums->n, html);
    board_fresh_put(web, seat, ask, heard, html);
}

void desk_board(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct board_ask ask;
    struct board_sums sums;
    struct seat seat;
    struct html html = {.n = 0};
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX];
    if (!seat_may(web, request, RIGHT_BOARD, &seat, answer) ||
        !board_ask_read(web, request, &seat.person, &ask, answer))
        return;
    struct page_head head = {
        .title = "Đúng hạn · Trao", .wide = "rong", .here = "/quay/bang", .script = board_script()};
    seat_begin(&html, &seat, &head);
    struct json_t *heard = board_heard(web, &seat);
    html_format(&html, "<h1 id=dau tabindex=-1>Đúng hạn</h1><p class=tuoi>Số liệu đến %s, %s.",
                clock_time_vi(ask.asked.now, time, sizeof time),
                clock_date_vi(ask.asked.now, date, sizeof date));
    board_silent_put(heard, &html);
    html_put(&html, "</p>");
    put_risk(web, &ask, &html);
    put_form(&ask, &html);
    if (board_sums_take(web, &ask, &sums)) {
        put_figures(web, &seat, &ask, &sums, heard, &html);
        board_sums_done(&sums);
    } else {
        html_put(&html, "<p class=loi>Chưa tải được, xin mở lại.</p>");
    }
    json_decref(heard);
    page_end(&html, web, &head);
    page_give(&html, 200, answer);
}
