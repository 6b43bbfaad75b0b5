/* The desk's search: one box, and what it found. By POST, so that no name stands in an address. */
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/office/fields.h"
#include "server/office/finder.h"
#include "server/web/face.h"
#include "server/web/form.h"
#include "server/web/seat.h"

#define FOUND_MOST 50

void desk_search_put(const struct seat *seat, const char *text, struct html *html)
{
    html_put(html, "<form class=chon method=post action=\"/quay/tim\" role=search>");
    seat_put_csrf(seat, html);
    html_put(html, "<label>Tìm <input name=q type=search maxlength=100 autocomplete=off "
                   "placeholder=\"số bì, mã hồ sơ, tên, 4 số cuối\" value=\"");
    html_text(html, text);
    html_put(html, "\"></label><button>Tìm</button></form>");
}

static void put_found(struct web *web, const struct person *person, const struct view *view,
                      struct html *html)
{
    struct addressee who = {.name = ""};
    struct error none;
    char commune[64];
    const struct state *state = &view->state;
    const struct status_info *info = status_info(state->status);
    if (person_may(person, RIGHT_NAMES))
        (void)!readers_addressee(web->readers, &state->office, &who, &none);
    html_put(html, "<tr><td>");
    desk_put_item(html, &state->item);
    html_put(html, "</td><td data-ten=\"Mã hồ sơ\">");
    html_text(html, state->office.dossier);
    html_put(html, "</td><td data-ten=\"Người nhận\">");
    html_text(html, who.name);
    html_put(html, "</td><td data-ten=\"Xã, phường\">");
    html_text(html, field_commune_name(state->office.commune, commune, sizeof commune));
    html_format(html, "</td><td class=%s>%s</td></tr>", face_tone(info),
                info ? info->handheld : "–");
    chain_wipe(&who, sizeof who);
}

/* What was found and is his to see; how many. */
static size_t views_of(struct web *web, const struct person *person,
                       const struct finder_found *found, struct view *views)
{
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++)
        n += views_item(web->config.views, &found->items[i], &views[n]) &&
             person_sees(person, views[n].marks.office);
    return n;
}

static void put_all(struct web *web, const struct person *person, const struct finder_found *found,
                    const struct view *views, size_t n, struct html *html)
{
    if (n == 0)
        html_put(html, "<p role=status>Không thấy bì nào.</p>");
    else
        html_format(html,
                    "<p role=status>Thấy %zu bì.</p><div class=cuon><table><thead><tr><th>Số phong "
                    "bì</th><th>Mã hồ sơ</th><th>Người nhận</th><th>Xã, phường</th><th>Trạng "
                    "thái</th></tr></thead><tbody>",
                    n);
    for (size_t i = 0; i < n; i++)
        put_found(web, person, &views[i], html);
    if (n > 0)
        html_put(html, "</tbody></table></div>");
    if (found->next != 0)
        html_put(html, "<p>Còn nữa; xin thêm chữ hoặc số.</p>");
    if (!found->taken_in)
        html_put(html, "<p>Danh mục tìm đang lập, kết quả chưa đủ.</p>");
}

static void give(struct web *web, const struct http_request *request, const struct seat *seat,
                 const char *text, struct http_answer *answer)
{
    const struct person *person = &seat->person;
    struct finder_asked asked = {.text = text,
                                 .names = person_may(person, RIGHT_NAMES),
                                 .offices = person->offices,
                                 .offices_n = person->offices_n};
    struct finder_found *found = calloc(1, sizeof *found);
    struct error err = {ERROR_NONE, ""};
    struct html html = {.n = 0};
    struct page_head head = {.title = "Tìm · Trao", .wide = "rong"};
    bool good = found && web->config.finder &&
                finder_find(web->config.finder, &asked, FOUND_MOST, found, &err);
    struct view *views = calloc(FOUND_MOST, sizeof *views);
    size_t n = good && views ? views_of(web, person, found, views) : 0;
    if (good && asked.names && (n > 0 || found->by_person) &&
        !seat_looked_at(web, request, person->id, LOOK_SEARCH, views, n, answer)) {
        free(views);
        free(found);
        return;
    }
    seat_begin(&html, seat, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>Tìm phong bì</h1>");
    desk_search_put(seat, text, &html);
    if (good) {
        put_all(web, person, found, views, n, &html);
    } else {
        html_put(&html, "<p class=loi role=alert>");
        html_sentence(&html, *err.text ? err.text : "Chưa tìm được lúc này.");
        html_put(&html, "</p>");
    }
    free(views);
    free(found);
    page_end(&html, web, &head);
    page_give(&html,
              good                          ? 200
              : err.code == ERROR_BAD_INPUT ? 400
              : err.code == ERROR_REFUSED   ? 403
                                            : 503,
              answer);
}

void desk_search(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat;
    char text[256];
    if (!seat_may(web, request, RIGHT_ITEMS, &seat, answer))
        return;
    if (!seat_sent(web, request, &seat)) {
        page_sentence(web, 403, "Trang này đã cũ. Mở lại rồi gửi lại.",
                      "This page is too old. Open it again, then send again.", answer);
        return;
    }
    form_value(request->body, request->body_n, "q", text, sizeof text);
    give(web, request, &seat, text, answer);
    chain_wipe(text, sizeof text);
}
