/* map_chosen.c - how many stops there are of each kind, and which of them are listed: each number
 * opens exactly what it counts.
 */
#include <string.h>

#include "server/record/postmen.h"
#include "server/web/english.h"
#include "server/web/map_inside.h"

#define NOBODY "khong" /* the=: where nobody had signed in */

/* As an address names it, and as people read it. */
static const struct {
    unsigned kind;
    const char *key, *words, *sign;
} kinds[] = {
    {STOP_DELIVERED, "giao", "đã phát", "<i class=\"diem giao\">✓</i> "},
    {STOP_FAILED, "chua", "chưa phát được", "<i class=\"diem chua\">!</i> "},
    {STOP_AT_POST_OFFICE, "buu-cuc", "ghi ngay tại bưu cục", "<i class=\"diem ngo\">?</i> "},
    {STOP_ELSEWHERE, "ngoai-xa", "ngoài xã của địa chỉ", ""},
    {STOP_COARSE | STOP_JUMPED, "khong-chac", "vị trí không chắc", ""},
    {STOP_WITHOUT, "khong-vi-tri", "không có vị trí", ""},
};
#define KINDS (sizeof kinds / sizeof *kinds)

void map_chosen_read(const struct http_request *request, struct map *map)
{
    const char *key = http_query(request, "hoi"), *badge = http_query(request, "the");
    struct error none;
    map->kinds = map->one = 0;
    for (size_t i = 0; key != NULL && i < KINDS; i++)
        if (strcmp(kinds[i].key, key) == 0)
            map->kinds = kinds[i].kind;
    bool read =
        badge != NULL && (strcmp(badge, NOBODY) == 0 || badge_read(badge, &map->one, &none));
    map->badge = read ? &map->one : NULL;
}

static void begin_link(const struct map *map, const char *key, const uint32_t *badge,
                       struct html *html)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX], text[BADGE_TEXT_MAX];
    html_format(html, "<a href=\"/quay/ban-do?tu=%.10s&amp;den=%.10s",
                clock_iso_local(day_minute(map->ask.asked.from_day, 0), from, sizeof from),
                clock_iso_local(day_minute(map->ask.asked.to_day, 0), to, sizeof to));
    if (key != NULL)
        html_format(html, "&amp;hoi=%s", key);
    if (badge != NULL)
        html_format(html, "&amp;the=%s", *badge != 0 ? badge_text(*badge, text) : NOBODY);
    html_put(html, "\">");
}

void map_number_put(const struct map *map, const char *key, const uint32_t *badge, uint64_t n,
                    struct html *html)
{
    if (n > 0)
        begin_link(map, key, badge, html);
    html_format(html, "%llu%s", (unsigned long long)n, n > 0 ? "</a>" : "");
}

static uint64_t count_of(const struct stops_sums *sums, unsigned kind)
{
    return kind == STOP_DELIVERED ? sums->delivered
           : kind == STOP_FAILED  ? sums->failed
           : kind == STOP_WITHOUT ? sums->without
                                  : stops_sum_of(sums, kind);
}

void map_counts_put(const struct map *map, struct html *html)
{
    html_put(html, "<p class=\"dem chu-giai\">");
    for (size_t i = 0; i < KINDS; i++) {
        html_format(html, "<span>%s%s <b>", kinds[i].sign,
                    english_say(html->english, kinds[i].words));
        map_number_put(map, kinds[i].key, map->badge, count_of(&map->stops.sums, kinds[i].kind),
                       html);
        html_put(html, "</b></span> ");
    }
    html_put(html, "</p>");
}

void map_chosen_put(const struct map *map, struct html *html)
{
    char badge[BADGE_TEXT_MAX];
    const char *key = NULL; /* of all */
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].kind == map->kinds) {
            key = kinds[i].key;
            html_format(html, "<p>Chỉ những lượt %s. ", english_say(html->english, kinds[i].words));
            begin_link(map, NULL, map->badge, html);
            html_put(html, "Xem tất cả</a></p>");
        }
    if (map->badge == NULL)
        return;
    if (map->one != 0)
        html_format(html, "<p>Chỉ của bưu tá <b>%s</b>. ", badge_text(map->one, badge));
    else
        html_put(html, "<p>Chỉ những lượt không ai đăng nhập máy. ");
    begin_link(map, key, NULL, html);
    html_put(html, "Xem của mọi bưu tá</a></p>");
}
