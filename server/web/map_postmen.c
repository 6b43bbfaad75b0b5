/* map_postmen.c - of whose outcomes there is something to ask, by postman: what such systems fail
 * by is "delivered" recorded at the post office. Numbers open their stops; few are marked as few.
 */
#include "server/record/postmen.h"
#include "server/web/map_inside.h"

#define POSTMEN_SHOWN 50

static void put_number(const struct map *map, const struct stops_postman *postman, const char *key,
                       uint64_t n, struct html *html)
{
    html_put(html, "<td class=so>");
    map_number_put(map, key, &postman->badge, n, html);
    html_put(html, "</td>");
}

static void put_postman_row(const struct map *map, const struct stops_postman *postman,
                            struct html *html)
{
    char badge[BADGE_TEXT_MAX];
    const struct stops_sums *sums = &postman->sums;
    uint64_t all = sums->delivered + sums->failed, there = stops_sum_of(sums, STOP_AT_POST_OFFICE);
    html_put(html, "<tr><td>");
    html_put(html, postman->badge != 0 ? badge_text(postman->badge, badge) : "không ai đăng nhập");
    html_put(html, "</td>");
    put_number(map, postman, NULL, all, html);
    put_number(map, postman, "buu-cuc", there, html);
    html_put(html, "<td class=so>");
    board_share_put(html, there, all);
    board_few_put(html, all);
    html_put(html, "</td>");
    put_number(map, postman, "ngoai-xa", stops_sum_of(sums, STOP_ELSEWHERE), html);
    put_number(map, postman, "khong-vi-tri", sums->without, html);
    html_put(html, "</tr>");
}

/* Whoever has something to be asked about, or no places; a month at most, as the days are. */
void map_postmen_put(const struct map *map, struct html *html)
{
    size_t shown = 0;
    for (size_t i = 0; i < map->stops.postmen_n && shown < POSTMEN_SHOWN; i++) {
        const struct stops_postman *postman = &map->stops.postmen[i];
        if (stops_sum_of(&postman->sums, STOP_ANY_QUESTION) + postman->sums.without == 0)
            continue;
        if (shown++ == 0)
            html_put(html, "<h2>Hỏi lại theo bưu tá</h2><div class=cuon tabindex=0 role=region "
                           "aria-label=\"Hỏi lại theo bưu tá\"><table class=it id=theo-buu-ta>"
                           "<thead><tr><th>Bưu tá</th><th class=so>Lượt</th><th class=so>Ghi tại "
                           "bưu cục</th><th class=so>Phần</th><th class=so>Ngoài xã</th><th "
                           "class=so>Không có vị trí</th></tr></thead><tbody>");
        put_postman_row(map, postman, html);
    }
    if (shown > 0)
        html_put(html, "</tbody></table></div>");
}
