/* The page where an administrator hands in the outlines of communes: what the command says of the
 * file, and which communes it lacks. */
#include <string.h>

#include "server/record/outlines.h"
#include "server/web/form.h"
#include "server/web/panel.h"

#define PATH "/quay/ranh-gioi"

struct page {
    struct panel panel;
    json_t *said;
};

static bool load(struct page *page, struct error *err)
{
    const struct http_request *request = page->panel.request;
    char citation[200] = "citation=", name[] = "ranh-gioi";
    size_t begins = strlen(citation);
    if (request->file < 0 || request->file_n == 0)
        return error_set(err, ERROR_BAD_INPUT, "Chưa chọn tệp. / no file was chosen");
    form_value(request->body, request->body_n, "can-cu", citation + begins,
               sizeof citation - begins);
    return act_run(page->panel.web, request, &page->panel.seat, citation[begins] ? 3 : 2,
                   (const char *const[]){"outlines", name, citation}, request->file, &page->said,
                   err);
}

static const struct panel_column columns[] = {{"code", "Mã", PANEL_TEXT, NULL},
                                              {"kind", "Loại", PANEL_TEXT, NULL},
                                              {"name", "Tên", PANEL_TEXT, NULL},
                                              {.key = NULL}};

static void put_said(struct page *page)
{
    struct html *html = &page->panel.html;
    html_format(html,
                "<p class=xong role=status>Đã nạp ranh giới của %lld xã, phường (%lld điểm). "
                "<a href=\"/quay/ban-do\">Xem bản đồ</a></p><h2>Chưa có ranh giới</h2>",
                (long long)json_integer_value(json_object_get(page->said, "outlines")),
                (long long)json_integer_value(json_object_get(page->said, "points")));
    panel_table(&page->panel, "Chưa có ranh giới", json_object_get(page->said, "missing"), columns,
                "Xã, phường nào cũng có.");
}

static bool count(void *ctx, const struct outline *outline)
{
    (void)outline;
    ++*(size_t *)ctx;
    return true;
}

static void put_form(struct page *page)
{
    struct html *html = &page->panel.html;
    struct record *record = readers_take(page->panel.web->readers);
    struct error err;
    size_t n = 0;
    bool known = outlines_each(record, count, &n, &err);
    readers_give(page->panel.web->readers, record);
    html_put(html, "<p>Bản đồ tô các xã, phường theo ranh giới nạp ở đây. Tệp GeoJSON "
                   "(FeatureCollection, tọa độ WGS 84), mỗi đối tượng có thuộc tính "
                   "<code>gso_code</code> là mã xã 5 chữ số; nhiều nhất 8 MB, 200.000 điểm. Tệp có "
                   "một chỗ sai thì không nạp gì.</p>");
    if (known)
        html_format(html, "<p>Đang có: <b>%zu</b> ranh giới. Nạp tệp mới thay tất cả.</p>", n);
    html_put(html, "<div class=muc><form class=the method=post action=\"" PATH
                   "\" enctype=\"multipart/form-data\">");
    seat_put_csrf(&page->panel.seat, html);
    html_put(html, "<label for=tep>Tệp ranh giới</label><input type=file id=tep name=tep required "
                   "accept=\".geojson,.json,application/geo+json\"><label for=can-cu>Nguồn, văn "
                   "bản</label><input id=can-cu name=can-cu maxlength=160 required>"
                   "<button>Nạp</button></form></div>");
}

void desk_outlines(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    static const struct panel_form none = {.verb = "outlines"};
    struct page page = {.said = NULL};
    struct panel *panel = &page.panel;
    if (!panel_sit(panel, web, request, RIGHT_SETTINGS, PATH, "Ranh giới xã, phường · Trao",
                   answer))
        return;
    if (request->is_post && !seat_sent(web, request, &panel->seat)) {
        seat_old_form(web, answer);
        return;
    }
    bool failed = request->is_post && !load(&page, &panel->why);
    panel->failed = failed ? &none : NULL;
    panel_begin(panel);
    if (failed) {
        html_put(&panel->html, "<p class=loi role=alert>Chưa nạp. ");
        html_sentence(&panel->html, panel->why.text);
        html_put(&panel->html, "</p>");
    }
    if (page.said != NULL)
        put_said(&page);
    put_form(&page);
    panel_close(panel);
    json_decref(page.said);
}
