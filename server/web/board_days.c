/* The board day by day: how many were due, how many were in time, as first known and as known now.
 * The bars are drawn here, so that they are there without JavaScript; assets/bang.js reads the
 * table and draws trend and bars with uPlot over them. */
#include <stdlib.h>
#include <string.h>

#include "server/delivery/days.h"
#include "server/web/board.h"

#define DAYS_DRAWN 62

struct days {
    int64_t from, n;
    uint64_t most; /* due on one day, 1 at least */
    struct board boards[DAYS_DRAWN];
    uint64_t attempted[DAYS_DRAWN], at_first[DAYS_DRAWN]; /* of the items due on that day */
};

/* Of one day, of all offices: the cells of that day alone are read. */
static void take_attempts(struct web *web, const struct board_ask *ask, struct days *days,
                          int64_t i)
{
    struct view_asked asked = ask->asked;
    struct view_figure *figures;
    size_t n = 0;
    asked.group = VIEW_GROUP_ALL;
    asked.from_day = asked.to_day = days->from + i;
    if (!views_figures(web->config.views, &asked, &figures, &n))
        return;
    for (size_t at = 0; at < n; at++) {
        days->attempted[i] += figures[at].attempted;
        days->at_first[i] += figures[at].at_first;
    }
    free(figures);
}

const char *board_script(void)
{
    return asset_named("uPlot.iife.min.js") != NULL ? "bang.js" : NULL;
}

static bool take_days(struct web *web, const struct board_ask *ask, struct days *days)
{
    *days = (struct days){
        .from = ask->asked.from_day, .n = ask->asked.to_day - ask->asked.from_day + 1, .most = 1};
    if (days->n < 2 || days->n > DAYS_DRAWN || ask->person.offices_n > 0)
        return false;
    for (int64_t i = 0; i < days->n; i++) {
        int64_t day = days->from + i;
        struct board *board = &days->boards[i];
        *board = views_board(web->config.views, ask->asked.clock, day, day, ask->asked.now);
        days->most = board->due > days->most ? board->due : days->most;
        take_attempts(web, ask, days, i);
    }
    return true;
}

/* Bars: how many were due; the filled part: how many were in time. */
static void put_bars(const struct days *days, struct html *html)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    html_format(html,
                "<svg class=ngay viewBox=\"0 0 %lld 100\" preserveAspectRatio=none role=img "
                "aria-label=\"Số bì đến hạn và đúng hạn từng ngày; bảng dưới đây ghi đủ số.\">",
                (long long)days->n * 10);
    for (int64_t i = 0; i < days->n; i++) {
        const struct board *board = &days->boards[i];
        unsigned long long due = board->due * 100 / days->most;
        unsigned long long kept = board->kept * 100 / days->most;
        html_format(html,
                    "<rect class=han x=%lld y=%llu width=8 height=%llu></rect>"
                    "<rect class=dung x=%lld y=%llu width=8 height=%llu></rect>",
                    (long long)i * 10 + 1, 100 - due, due, (long long)i * 10 + 1, 100 - kept, kept);
    }
    html_format(html, "</svg><p class=truc><span>%.5s</span><span>%.5s</span></p>",
                clock_date_vi(day_minute(days->from, 0), from, sizeof from),
                clock_date_vi(day_minute(days->from + days->n - 1, 0), to, sizeof to));
    html_put(html, "<p class=chu><span class=dung>đúng hạn</span> <span class=han>đến hạn, "
                   "không đúng hạn</span></p>");
}

static void put_row(const struct days *days, int64_t i, struct html *html)
{
    const struct board *board = &days->boards[i];
    int64_t day = days->from + i;
    char date[CLOCK_TEXT_MAX], iso[CLOCK_TEXT_MAX];
    html_format(html,
                "<tr><td><time datetime=%.10s>%s</time></td><td class=so>%llu</td>"
                "<td class=so>%llu</td><td class=so>%llu</td><td class=so>",
                clock_iso_local(day_minute(day, 0), iso, sizeof iso),
                clock_date_vi(day_minute(day, 0), date, sizeof date),
                (unsigned long long)board->due, (unsigned long long)board->kept_at_first,
                (unsigned long long)board->kept);
    board_share_put(html, board->kept, board->due);
    html_format(html, "</td><td class=so>%llu</td><td class=so>%llu</td></tr>",
                (unsigned long long)days->attempted[i], (unsigned long long)days->at_first[i]);
}

static void put_table(const struct days *days, struct html *html)
{
    html_put(html, "<details><summary>Bảng từng ngày</summary><div class=cuon>"
                   "<table class=it id=tung-ngay><thead><tr><th>Ngày</th><th class=so>Đến hạn</th>"
                   "<th class=so>Đúng hạn, số đầu</th><th class=so>Đúng hạn, nay</th>"
                   "<th class=so>%</th><th class=so>Đã đi phát</th><th class=so>Lần đầu được</th>"
                   "</tr></thead><tbody>");
    for (int64_t i = 0; i < days->n; i++)
        if (days->boards[i].due > 0)
            put_row(days, i, html);
    html_put(html, "</tbody></table></div></details>");
}

void board_days_put(struct web *web, const struct board_ask *ask, struct html *html)
{
    struct days days;
    if (!take_days(web, ask, &days))
        return;
    html_format(html, "<h2>Từng ngày đến hạn</h2><div id=bieu-do data-dich=%u>",
                ask->target_percent);
    put_bars(&days, html);
    html_put(html, "</div>");
    put_table(&days, html);
}
