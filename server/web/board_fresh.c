/* How far the board's figures can be trusted: when a scan was last heard, what waits on handhelds,
 * which of those on a round are silent, and how many scans there are for what was sent, by post
 * office. Whoever is bound to offices sees of this only the scans of what those sent.
 */
#include <stdlib.h>
#include <string.h>

#include "server/web/act.h"
#include "server/web/board.h"

/* ------------------------------------------------------------------ what was heard */

/* "2026-11-25T09:41:05+07:00" as people read it; a dash for none. */
static void put_time(const json_t *row, const char *key, struct html *html)
{
    const char *text = json_string_value(json_object_get(row, key));
    if (text == NULL || strlen(text) < 16)
        html_put(html, "–");
    else
        html_format(html, "%.5s %.2s/%.2s", text + 11, text + 8, text + 5);
}

static long long number_of(const json_t *row, const char *key)
{
    return (long long)json_integer_value(json_object_get(row, key));
}

static void put_tile(struct html *html, const char *name)
{
    html_format(html, "<div class=o><h3>%s</h3><p class=lon>", name);
}

/* The number opens the table below it. */
static void put_opening(struct html *html, long long n, const char *id)
{
    if (n == 0)
        html_put(html, "0");
    else
        html_format(html, "<a href=\"#%s\">%lld</a>", id, n);
}

static void put_tiles(const json_t *said, struct html *html)
{
    long long behind_ms = number_of(said, "views_behind_ms");
    html_put(html, "<div class=hang>");
    put_tile(html, "Lượt quét nghe lần cuối");
    put_time(said, "last_scan", html);
    html_put(html, "</p><p>");
    if (json_object_get(said, "views_behind_ms") == NULL)
        html_put(html, "bảng chậm hơn sổ: chưa rõ");
    else if (behind_ms < 1000)
        html_put(html, "bảng đã kể cả lượt đó");
    else
        html_format(html, "bảng chậm hơn sổ %lld giây", behind_ms / 1000);
    html_put(html, "</p></div>");
    put_tile(html, "Còn trên máy, chưa gửi");
    put_opening(html, number_of(said, "unsent"), "cho-gui");
    html_put(html, "</p><p>lượt quét");
    if (number_of(said, "unsent") > 0) {
        html_put(html, ", lâu nhất từ ");
        put_time(said, "oldest_unsent", html);
    }
    html_put(html, "</p></div>");
    put_tile(html, "Máy im lặng trên tuyến");
    put_opening(html, number_of(said, "silent_devices"), "im-lang");
    html_put(html, "</p><p>đang có bản kê, quá giờ không nghe</p></div></div>");
}

/* ------------------------------------------------------------------ the rows behind */

static void put_cell(const json_t *row, const char *key, struct html *html)
{
    const char *text = json_string_value(json_object_get(row, key));
    html_put(html, "<td>");
    html_text(html, text != NULL ? text : "–");
    html_put(html, "</td>");
}

/* The dispatcher's page of that handheld, for whoever may open it. */
static void put_device(const json_t *row, const struct seat *seat, struct html *html)
{
    const char *device = json_string_value(json_object_get(row, "device"));
    html_put(html, "<td>");
    if (device != NULL && person_may(&seat->person, RIGHT_DEVICES)) {
        html_put(html, "<a href=\"/quay/may?may=");
        html_text(html, device);
        html_put(html, "\">");
    }
    html_text(html, device != NULL ? device : "–");
    html_put(html,
             device != NULL && person_may(&seat->person, RIGHT_DEVICES) ? "</a></td>" : "</td>");
}

static void put_silent(const json_t *said, const struct seat *seat, struct html *html)
{
    const json_t *rows = json_object_get(said, "silent"), *row;
    size_t i;
    if (json_array_size(rows) == 0)
        return;
    html_put(html, "<h3 id=im-lang>Máy im lặng trên tuyến</h3><div class=cuon tabindex=0 "
                   "role=region aria-label=\"Máy im lặng trên tuyến\"><table class=it>"
                   "<thead><tr><th>Máy</th><th>Bưu tá</th><th>Bản kê</th><th>Bưu cục</th>"
                   "<th>Nghe lần cuối</th></tr></thead><tbody>");
    json_array_foreach(rows, i, row)
    {
        html_put(html, "<tr>");
        put_device(row, seat, html);
        put_cell(row, "badge", html);
        put_cell(row, "round", html);
        put_cell(row, "post_office", html);
        html_put(html, "<td>");
        put_time(row, "heard", html);
        html_put(html, "</td></tr>");
    }
    html_put(html, "</tbody></table></div>");
}

static void put_queues(const json_t *said, const struct seat *seat, struct html *html)
{
    const json_t *rows = json_object_get(said, "queues"), *row;
    size_t i;
    if (json_array_size(rows) == 0)
        return;
    html_put(html, "<h3 id=cho-gui>Còn trên máy, chưa gửi</h3><div class=cuon tabindex=0 "
                   "role=region aria-label=\"Còn trên máy, chưa gửi\"><table class=it>"
                   "<thead><tr><th>Máy</th><th class=so>Chưa gửi</th><th>Lâu nhất từ</th>"
                   "<th>Nghe lần cuối</th></tr></thead><tbody>");
    json_array_foreach(rows, i, row)
    {
        html_put(html, "<tr>");
        put_device(row, seat, html);
        html_format(html, "<td class=so>%lld</td><td>", number_of(row, "unsent"));
        put_time(row, "oldest_unsent", html);
        html_put(html, "</td><td>");
        put_time(row, "heard", html);
        html_put(html, "</td></tr>");
    }
    html_put(html, "</tbody></table></div>");
}

struct json_t *board_heard(struct web *web, const struct seat *seat)
{
    json_t *said = NULL;
    struct error err;
    bool whole = seat->person.offices_n == 0;
    return whole && act_read(web, seat, 1, (const char *const[]){"freshness"}, &said, &err) ? said
                                                                                            : NULL;
}

void board_silent_put(const struct json_t *heard, struct html *html)
{
    long long silent = number_of(heard, "silent_devices");
    if (silent > 0)
        html_format(html, " <a href=\"#im-lang\">%lld máy im lặng trên tuyến</a>, số còn đổi.",
                    silent);
}

static void put_heard(const json_t *said, const struct seat *seat, struct html *html)
{
    if (said == NULL) {
        html_put(html, "<p class=loi>Chưa tải được, xin mở lại.</p>");
        return;
    }
    put_tiles(said, html);
    put_silent(said, seat, html);
    put_queues(said, seat, html);
}

/* ------------------------------------------------------------------ scans for what was sent */

/* "3,2": scans an item, in tenths. */
static void put_rate(struct html *html, const struct view_figure *figure)
{
    if (figure->sent == 0) {
        html_put(html, "–");
        return;
    }
    unsigned long long tenths = (figure->scans * 20 + figure->sent) / (2 * figure->sent);
    html_format(html, "%llu,%llu", tenths / 10, tenths % 10);
}

static void put_scans(struct web *web, const struct board_ask *ask,
                      const struct view_figure *figure, struct html *html)
{
    html_put(html, "<tr><td>");
    board_key_put(web, ask->asked.group, figure->key, html);
    html_put(html, "</td><td class=so>");
    board_number_put(html, ask, "sent", &figure->key, figure->sent);
    html_format(html, "</td><td class=so>%llu</td><td class=so>",
                (unsigned long long)figure->scans);
    put_rate(html, figure);
    html_put(html, "</td><td class=so>");
    board_share_put(html, figure->scanned, figure->sent);
    board_few_put(html, figure->sent);
    html_put(html, "</td><td class=so>");
    board_number_put(html, ask, "not-scanned", &figure->key, figure->sent - figure->scanned);
    html_put(html, "</td></tr>");
}

static void put_scans_table(struct web *web, const struct board_ask *ask, struct html *html)
{
    struct board_ask by = *ask;
    struct view_figure *figures;
    size_t n;
    bool any = false;
    by.asked.group = ask->person.offices_n > 0 ? VIEW_GROUP_OFFICE : VIEW_GROUP_POST_OFFICE;
    if (!board_lines_take(web, &by, by.asked.clock, &figures, &n)) {
        html_put(html, "<p class=loi>Chưa tải được, xin mở lại.</p>");
        return;
    }
    html_format(html,
                "<h3>Lượt quét trên số bì đã gửi</h3><div class=cuon tabindex=0 role=region "
                "aria-label=\"Lượt quét trên số bì đã gửi\"><table class=it><thead><tr>"
                "<th>%s</th><th class=so>Đã gửi</th><th class=so>Lượt quét</th>"
                "<th class=so>Lượt một bì</th><th class=so>Có quét</th>"
                "<th class=so>Chưa quét</th></tr></thead><tbody>",
                board_group_word(by.asked.group));
    for (size_t i = 0; i < n && i < BOARD_LINES_MAX; i++)
        if (figures[i].sent > 0) {
            put_scans(web, &by, &figures[i], html);
            any = true;
        }
    html_put(html, any ? "" : "<tr><td colspan=6>Chưa bì nào đến hạn trong kỳ.</td></tr>");
    html_put(html, "</tbody></table></div>");
    free(figures);
}

void board_fresh_put(struct web *web, const struct seat *seat, const struct board_ask *ask,
                     const struct json_t *heard, struct html *html)
{
    html_put(html, "<h2>Số liệu có đủ không</h2>");
    if (seat->person.offices_n == 0)
        put_heard(heard, seat, html);
    put_scans_table(web, ask, html);
    if (person_may(&seat->person, RIGHT_MAP))
        html_put(html, "<p>Phát ở đâu mà ghi: <a href=\"/quay/ban-do?hoi=buu-cuc\">những lượt "
                       "hôm nay ghi ngay tại bưu cục</a></p>");
}
