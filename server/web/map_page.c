/* The map: where envelopes were delivered, or could not be, on some days; the outlines of communes
 * that an administrator loaded, shaded by terms kept. assets/ban-do.js draws it with Leaflet out of
 * the two tables below it, which say the same and stay; without scripts they are the page.
 *
 * Where somebody received is personal data: the look is written down first. Who is bound to offices
 * sees the stops of what those sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/days.h"
#include "server/delivery/share.h"
#include "server/record/outlines.h"
#include "server/record/postmen.h"
#include "server/web/english.h"
#include "server/web/map_inside.h"

#define DAYS_MAX 31

/* ------------------------------------------------------------------ what is asked */

static bool ask_days(struct web *web, const struct http_request *request, struct map *map,
                     struct http_answer *answer)
{
    struct view_asked *asked = &map->ask.asked;
    int64_t today = day_of(asked->now);
    const char *from = http_query(request, "tu"), *to = http_query(request, "den");
    bool given = from != NULL && *from != '\0';
    asked->from_day = given ? asked->from_day : today;
    asked->to_day = to != NULL && *to != '\0' ? asked->to_day : given ? asked->from_day : today;
    if (asked->from_day <= asked->to_day && asked->to_day - asked->from_day < DAYS_MAX)
        return true;
    page_sentence(web, 400, "Chọn từ ngày đến ngày, nhiều nhất 31 ngày.",
                  "Choose from a day to a day, 31 days at most.", answer);
    return false;
}

static bool take_stops(struct map *map, struct error *err)
{
    const struct view_asked *asked = &map->ask.asked;
    const struct person *person = &map->ask.person;
    struct stops_asked stops = {asked->from_day,   asked->to_day, person->offices,
                                person->offices_n, map->kinds,    map->badge};
    struct record *record = readers_take(map->web->readers);
    bool good = outlines_version(record, &map->outlines, err) &&
                views_stops(map->web->config.views, record, &stops, &map->stops, err);
    readers_give(map->web->readers, record);
    return good;
}

static const struct item *item_of_stop(const void *rows, size_t i)
{
    return &((const struct stop *)rows)[i].item;
}

/* ------------------------------------------------------------------ stops */

enum kind { DELIVERED, FAILED, KINDS };

static enum kind kind_of(const struct stop *stop)
{
    return stop->event == EVENT_DELIVERED ? DELIVERED : FAILED;
}

static const char *no_place_words(const struct place *place)
{
    switch (place->why_none) {
    case NO_PLACE_NONE:
        return place_is_outside(place) ? "ngoài Việt Nam" : "";
    case NO_PLACE_OFF:
        return "máy không có GPS";
    case NO_PLACE_NO_GPSD:
        return "GPS không chạy";
    case NO_PLACE_NO_FIX:
        return "GPS chưa bắt được";
    case NO_PLACE_STALE:
        return "vị trí đã cũ";
    case NO_PLACE_UNBELIEVABLE:
        return "vị trí không tin được";
    }
    return "không rõ";
}

static void put_degrees(struct html *html, int32_t e7)
{
    int64_t e5 = e7 / 100;
    html_format(html, "%lld.%05lld", (long long)(e5 / 100000), (long long)(e5 % 100000));
}

/* What there is to ask, after the place. */
static void put_questions(const struct map *map, const struct stop *stop, struct html *html)
{
    if (stop->place.jumped)
        html_put(html, ", nhảy xa so với điểm trước");
    if ((stop->questions & STOP_AT_POST_OFFICE) != 0) {
        html_put(html, "<br>ghi ngay tại bưu cục ");
        board_key_put(map->web, VIEW_GROUP_POST_OFFICE, stop->near, html);
        html_put(html, "?");
    }
    if ((stop->questions & STOP_ELSEWHERE) != 0) {
        html_put(html, "<br>ngoài ");
        board_key_put(map->web, VIEW_GROUP_COMMUNE, stop->commune, html);
        html_put(html, ", nơi ghi trên bì?");
    }
}

/* "18.34281, 105.90512 ±8 m"; why it is doubtful, or why there is none. */
static void put_place(const struct map *map, const struct stop *stop, struct html *html)
{
    const struct place *place = &stop->place;
    if (!stop_has_place(stop)) {
        html_format(html, "<td class=xam>không có: %s</td>",
                    english_say(html->english, no_place_words(place)));
        return;
    }
    html_format(html, "<td class=%s>", stop->questions != 0 ? "do" : "co");
    put_degrees(html, place->lat_e7);
    html_put(html, ", ");
    put_degrees(html, place->lon_e7);
    if (place->accuracy_mm == PLACE_ACCURACY_UNKNOWN)
        html_put(html, ", sai số không rõ");
    else
        html_format(html, " ±%u m", (unsigned)((place->accuracy_mm + 999) / 1000));
    put_questions(map, stop, html);
    html_put(html, "</td>");
}

static void put_postman(const struct stop *stop, struct html *html)
{
    char badge[BADGE_TEXT_MAX];
    html_put(html, "<td>");
    html_put(html, stop->badge != 0 ? badge_text(stop->badge, badge) : "–");
    html_put(html, "</td>");
}

static void put_stop(const struct map *map, const struct stop *stop, struct html *html)
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX], item[ITEM_PRETTY_MAX];
    const struct reason_info *reason = reason_info(stop->reason);
    bool delivered = kind_of(stop) == DELIVERED;
    html_put(html, "<tr");
    if (stop_has_place(stop)) {
        html_put(html, " data-lat=");
        put_degrees(html, stop->place.lat_e7);
        html_put(html, " data-lon=");
        put_degrees(html, stop->place.lon_e7);
        html_format(html, " data-loai=%s%s", delivered ? "giao" : "chua",
                    stop->questions != 0 ? " data-ngo" : "");
    }
    html_put(html, "><td>");
    if (map->items)
        html_format(html, "<a href=\"/quay/bi?bi=%s\">", stop->item.text);
    html_put(html, item_pretty(&stop->item, item));
    html_put(html, map->items ? "</a>" : "");
    html_format(html, "</td><td>%s %.5s</td><td class=%s>%s</td>",
                clock_time_vi(stop->at, time, sizeof time),
                clock_date_vi(stop->at, date, sizeof date), delivered ? "luc" : "vang",
                delivered                             ? "Đã phát"
                : reason != NULL && stop->reason != 0 ? reason->vi
                                                      : "Chưa phát được");
    put_postman(stop, html);
    put_place(map, stop, html);
    html_put(html, "</tr>");
}

static void put_stops(const struct map *map, struct html *html)
{
    html_put(html, "<h2>Từng lượt</h2>");
    map_chosen_put(map, html);
    if (map->stops.n == 0) {
        html_put(html, "<p>Không có lượt phát nào trong những ngày này.</p>");
        return;
    }
    if (map->stops.more)
        html_format(html,
                    "<p class=loi role=status>Chỉ có %zu lượt; còn nữa. Chọn ít ngày hơn.</p>",
                    map->stops.n);
    html_put(html,
             "<div class=cuon tabindex=0 role=region aria-label=\"Từng lượt\"><table "
             "class=it id=luot><thead><tr><th>Số phong bì</th>"
             "<th>Lúc</th><th>Kết quả</th><th>Bưu tá</th><th>Vị trí</th></tr></thead><tbody>");
    for (size_t i = 0; i < map->stops.n; i++)
        put_stop(map, &map->stops.rows[i], html);
    html_put(html, "</tbody></table></div><p><small>Lượt quét về muộn hơn 14 ngày không có ở đây. "
                   "Dấu hỏi là để hỏi lại, không phải kết luận: người nhận có khi ở cạnh bưu cục. "
                   "Không chắc: sai số trên 100 m hay không rõ, hoặc nhảy xa.</small></p>");
}

/* ------------------------------------------------------------------ communes */

/* One day says little of terms: the month so far, when no more was asked for. */
static struct board_ask terms_of(const struct map *map)
{
    struct board_ask terms = map->ask;
    char text[CLOCK_TEXT_MAX];
    int64_t to = terms.asked.to_day;
    clock_iso_local(day_minute(to, 0), text, sizeof text);
    int64_t first = to - (strtol(text + 8, NULL, 10) - 1);
    terms.asked.from_day = terms.asked.from_day < first ? terms.asked.from_day : first;
    terms.asked.group = VIEW_GROUP_COMMUNE;
    terms.asked.clock = VIEW_CLOCK_POST;
    terms.asked.offices = terms.person.offices_n > 0 ? map->ask.person.offices : NULL;
    terms.asked.offices_n = terms.person.offices_n;
    return terms;
}

static void put_commune(const struct map *map, const struct board_ask *terms,
                        const struct view_figure *figure, struct html *html)
{
    const struct board *board = &figure->board;
    bool links = map->ask.person.offices_n == 0; /* a board of his knows no communes */
    html_format(html, "<tr data-ma=%05u data-phan=%llu%s><td>", (unsigned)figure->key,
                (unsigned long long)share_hundredths(board->kept, board->due),
                board->due < SHARE_FEW ? " data-it" : "");
    board_key_put(map->web, VIEW_GROUP_COMMUNE, figure->key, html);
    html_put(html, "</td><td class=so>");
    board_share_put(html, board->kept, board->due);
    board_few_put(html, board->due);
    html_put(html, "</td><td class=so>");
    if (links)
        board_number_put(html, terms, "due", &figure->key, board->due);
    else
        html_format(html, "%llu", (unsigned long long)board->due);
    html_put(html, "</td><td class=so>");
    if (links)
        board_number_put(html, terms, "late", &figure->key, board->due - board->kept);
    else
        html_format(html, "%llu", (unsigned long long)(board->due - board->kept));
    html_put(html, "</td></tr>");
}

static void put_communes(const struct map *map, struct html *html)
{
    struct board_ask terms = terms_of(map);
    struct view_figure *figures;
    size_t n;
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    if (!views_figures(map->web->config.views, &terms.asked, &figures, &n)) {
        html_put(html, "<p class=loi>Chưa tải được, xin mở lại.</p>");
        return;
    }
    html_format(html,
                "<h2>Đúng hạn theo xã, phường</h2><p>Đến hạn từ %s đến %s, hạn của bưu "
                "điện.</p>",
                clock_date_vi(day_minute(terms.asked.from_day, 0), from, sizeof from),
                clock_date_vi(day_minute(terms.asked.to_day, 0), to, sizeof to));
    html_put(html, "<div class=cuon tabindex=0 role=region aria-label=\"Đúng hạn theo xã, "
                   "phường\"><table class=it id=theo-xa><thead><tr><th>Xã, phường</th>"
                   "<th class=so>Đúng hạn</th><th class=so>Đến hạn</th><th class=so>Trễ</th></tr>"
                   "</thead><tbody>");
    bool any = false;
    for (size_t i = 0; i < n; i++)
        if (figures[i].board.due > 0) {
            put_commune(map, &terms, &figures[i], html);
            any = true;
        }
    if (!any)
        html_put(html, "<tr><td colspan=4>Chưa bì nào đến hạn.</td></tr>");
    html_put(html, "</tbody></table></div>");
    free(figures);
}

/* ------------------------------------------------------------------ the page */

static void put_form(const struct map *map, struct html *html)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    html_format(html,
                "<form class=chon action=\"/quay/ban-do\"><label>Từ ngày <input type=date name=tu "
                "value=%.10s></label><label>đến <input type=date name=den value=%.10s></label>"
                "<button>Xem</button></form>",
                clock_iso_local(day_minute(map->ask.asked.from_day, 0), from, sizeof from),
                clock_iso_local(day_minute(map->ask.asked.to_day, 0), to, sizeof to));
}

static void put_attribute(struct html *html, const char *name, const char *asset)
{
    html_format(html, " data-%s=\"", name);
    asset_put(html, asset);
    html_put(html, "\"");
}

/* Hidden until the script has drawn it: without one there is nothing to look at. */
static void put_map(const struct map *map, struct html *html)
{
    const struct config *config = map->web->config.config;
    if (asset_named("leaflet.js") == NULL) {
        html_put(html, "<p>Máy chủ này dựng không có Leaflet nên không vẽ bản đồ; hai bảng dưới "
                       "đây ghi đủ.</p>");
        return;
    }
    html_put(html, "<div id=ban-do class=ban-do hidden role=region "
                   "aria-label=\"Bản đồ; hai bảng dưới đây ghi đủ.\"");
    put_attribute(html, "leaflet", "leaflet.js");
    put_attribute(html, "css", "leaflet.css");
    if (map->outlines != 0)
        html_format(html, " data-ranh=\"/quay/ban-do/ranh-gioi?v=%llu\"",
                    (unsigned long long)map->outlines);
    if (*config->tiles) {
        html_put(html, " data-nen=\"");
        html_text(html, config->tiles);
        html_put(html, "\" data-nguon=\"");
        html_text(html, config->tiles_credit);
        html_put(html, "\"");
    }
    html_put(html, "></div>");
}

static void put_no_outlines(const struct map *map, struct html *html)
{
    if (map->outlines != 0 || asset_named("leaflet.js") == NULL)
        return;
    html_put(html, "<p>Chưa nạp ranh giới xã, phường nên bản đồ chỉ có các điểm. ");
    if (person_may(&map->ask.person, RIGHT_SETTINGS) && map->ask.person.offices_n == 0)
        html_put(html, "<a href=\"/quay/ranh-gioi\">Nạp ranh giới</a>");
    else
        html_put(html, "Người quản trị nạp được.");
    html_put(html, "</p>");
}

/* The host of the background's pictures, as the policy names it. */
static void allow_images(const struct config *config, struct http_answer *answer)
{
    size_t begins = strlen("https://");
    if (*config->tiles)
        (void)snprintf(answer->images, sizeof answer->images, "%.*s",
                       (int)(begins + strcspn(config->tiles + begins, "/")), config->tiles);
}

static void put_page(struct map *map, const struct seat *seat, struct html *html)
{
    struct page_head head = {.title = "Bản đồ · Trao", .wide = "rong", .script = "ban-do.js"};
    seat_begin(html, seat, &head);
    html_put(html, "<h1 id=dau tabindex=-1>Bản đồ</h1>");
    put_form(map, html);
    map_counts_put(map, html);
    put_no_outlines(map, html);
    put_map(map, html);
    if (map->board && map->ask.person.offices_n == 0)
        map_postmen_put(map, html);
    put_stops(map, html);
    if (map->board)
        put_communes(map, html);
    page_end(html, map->web, &head);
}

void desk_map(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct map map = {.web = web};
    struct seat seat;
    struct html html = {.n = 0};
    struct error err;
    if (!seat_may(web, request, RIGHT_MAP, &seat, answer) ||
        !board_ask_read(web, request, &seat.person, &map.ask, answer) ||
        !ask_days(web, request, &map, answer))
        return;
    map.board = person_may(&seat.person, RIGHT_BOARD);
    map.items = person_may(&seat.person, RIGHT_ITEMS);
    map_chosen_read(request, &map);
    if (!take_stops(&map, &err)) {
        page_sentence(web, 503, "Chưa tải được, xin mở lại.", "Not just now; open it again.",
                      answer);
        return;
    }
    if (map.stops.n == 0 || seat_looked_items(web, request, seat.person.id, LOOK_STOPS,
                                              item_of_stop, map.stops.rows, map.stops.n, answer)) {
        put_page(&map, &seat, &html);
        allow_images(web->config.config, answer);
        page_give(&html, 200, answer);
    }
    stops_done(&map.stops);
}

/* ------------------------------------------------------------------ outlines, for the script */

struct giving {
    struct html *html;
    struct web *web;
    bool any;
};

static bool give_outline(void *ctx, const struct outline *outline)
{
    struct giving *giving = ctx;
    html_format(giving->html, "%s{\"type\":\"Feature\",\"id\":\"%05u\",\"properties\":{},",
                giving->any ? ",\n" : "", (unsigned)outline->code);
    html_put(giving->html, "\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":");
    html_put(giving->html, outline->shape);
    html_put(giving->html, "}}");
    giving->any = true;
    return true;
}

void desk_map_outlines(struct web *web, const struct http_request *request,
                       struct http_answer *answer)
{
    struct seat seat;
    struct html html = {.n = 0};
    struct error err;
    uint64_t version = 0;
    char word[24];
    if (!seat_may(web, request, RIGHT_MAP, &seat, answer))
        return;
    struct giving giving = {.html = &html, .web = web};
    html_put(&html, "{\"type\":\"FeatureCollection\",\"features\":[");
    struct record *record = readers_take(web->readers);
    bool good = outlines_version(record, &version, &err) &&
                outlines_each(record, give_outline, &giving, &err);
    readers_give(web->readers, record);
    html_put(&html, "]}\n");
    html.failed = html.failed || !good;
    page_give(&html, 200, answer);
    answer->type = "application/geo+json";
    (void)snprintf(word, sizeof word, "%llu", (unsigned long long)version);
    const char *asked = http_query(request, "v");
    if (asked != NULL && strcmp(asked, word) == 0)
        http_answer_add(answer, "Cache-Control", "private, max-age=86400");
}
