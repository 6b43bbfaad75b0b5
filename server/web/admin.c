/* The administrator's pages (admin_pages.c), and the page that leads to them. */
#include <stdio.h>
#include <string.h>

#include "server/delivery/rules.h"
#include "server/web/admin_pages.h"

/* ------------------------------------------------------------------ one of them */

static const struct admin_page *page_at(const char *path)
{
    const struct admin_page *page;
    for (size_t i = 0; (page = admin_page(i)) != NULL; i++)
        if (strcmp(page->path, path) == 0)
            return page;
    return NULL;
}

/* The word a reading command is asked with; this year's digits stand in `room`. */
static const char *word_of(const struct panel *panel, const struct admin_section *section,
                           char room[CLOCK_TEXT_MAX])
{
    if (!section->word || strcmp(section->word, "*year") != 0)
        return section->word && *section->word != '*' ? section->word : NULL;
    const char *asked = http_query(panel->request, "nam");
    if (asked && strlen(asked) == 4 && strspn(asked, "0123456789") == 4)
        return asked;
    clock_iso_local(panel->web->config.clock.now(panel->web->config.clock.self), room,
                    CLOCK_TEXT_MAX);
    room[4] = '\0';
    return room;
}

#define MONTH_DAYS 30

/* "*days": a month up to today, or from `tu` to `den` of the address. */
static json_t *ask_days(struct panel *panel, const struct admin_section *section)
{
    struct instant now = panel->web->config.clock.now(panel->web->config.clock.self);
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    const char *asked_from = http_query(panel->request, "tu");
    const char *asked_to = http_query(panel->request, "den");
    clock_iso_local(day_minute(day_of(now) - MONTH_DAYS, 0), from, sizeof from);
    clock_iso_local(now, to, sizeof to);
    from[10] = to[10] = '\0';
    if (asked_from && *asked_from)
        (void)snprintf(from, sizeof from, "%.10s", asked_from);
    if (asked_to && *asked_to)
        (void)snprintf(to, sizeof to, "%.10s", asked_to);
    html_format(&panel->html,
                "<form class=chon action=\"%s\"><label>Từ ngày <input type=date name=tu value=\"",
                panel->path);
    html_text(&panel->html, from);
    html_put(&panel->html, "\"></label><label>đến <input type=date name=den value=\"");
    html_text(&panel->html, to);
    html_put(&panel->html, "\"></label><button>Xem</button></form>");
    return panel_ask(panel, section->verb, from, to, NULL);
}

static json_t *ask(struct panel *panel, const struct admin_section *section, const char *word)
{
    bool days = section->word != NULL && strcmp(section->word, "*days") == 0;
    return days ? ask_days(panel, section) : panel_ask(panel, section->verb, word, NULL);
}

/* The year before and after, for what is asked by year. */
static void put_years(struct panel *panel, const struct admin_section *section, const char *year)
{
    int now = 0;
    /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
    if (!section->word || sscanf(year, "%4d", &now) != 1)
        return;
    html_format(&panel->html,
                "<p class=trang><a href=\"%s?nam=%d\">← %d</a> <b>%d</b> <a "
                "href=\"%s?nam=%d\">%d →</a></p>",
                panel->path, now - 1, now - 1, now, panel->path, now + 1, now + 1);
}

static void put_section(struct panel *panel, const struct admin_section *section)
{
    char room[CLOCK_TEXT_MAX];
    const char *word = word_of(panel, section, room);
    if (!act_offered(&panel->seat, section->verb))
        return;
    char title[96];
    const char *end = strstr(panel->head.title, " · ");
    (void)snprintf(title, sizeof title, "%.*s",
                   end != NULL ? (int)(end - panel->head.title) : (int)sizeof title - 1,
                   panel->head.title);
    json_t *said = ask(panel, section, word);
    const json_t *rows = json_object_get(said, section->list);
    if (*section->title)
        html_format(&panel->html, "<h2>%s</h2>", section->title);
    if (word)
        put_years(panel, section, word);
    if (said && json_is_true(json_object_get(said, "low")))
        html_format(&panel->html, "<p class=loi role=status>Sắp hết số: còn %lld. Cấp dải mới.</p>",
                    (long long)json_integer_value(json_object_get(said, "left")));
    if (said)
        panel_table(panel, *section->title ? section->title : title, rows, section->columns,
                    section->empty);
    if (section->id)
        panel_list(panel, section->id, rows, section->key, section->beside);
    json_decref(said);
}

/* What is shown once: a password, a PIN, what a webhook answered to a test. */
static void put_shown(struct panel *panel)
{
    static const struct {
        const char *key, *word;
    } rows[] = {{"password", "Mật khẩu một lần"}, {"pin", "PIN"}, {"secret", "Khóa bí mật"}};
    if (!panel->said)
        return;
    const json_t *answered = json_object_get(panel->said, "answered");
    html_put(&panel->html, "<section class=xong role=status>");
    if (json_is_integer(answered))
        html_format(&panel->html, "<p>Máy nhận trả lời %lld: đã nhận tin thử.</p>",
                    (long long)json_integer_value(answered));
    else
        html_put(&panel->html, "<p>Đã ghi.</p>");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *value = json_string_value(json_object_get(panel->said, rows[i].key));
        if (!value)
            continue;
        html_format(&panel->html, "<p>%s, chỉ hiện lần này: <code class=ma-chu>", rows[i].word);
        html_text(&panel->html, value);
        html_put(&panel->html, "</code></p>");
    }
    html_put(&panel->html, "</section>");
}

void desk_admin(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    const struct admin_page *page = page_at(request->path);
    struct panel panel;
    if (!page) {
        page_sentence(web, 404, "Không có trang này.", "No such page.", answer);
        return;
    }
    if (!panel_open(&panel, web, request, page->right, page->path, page->title, page->forms,
                    answer))
        return;
    put_shown(&panel);
    if (*page->about)
        html_format(&panel.html, "<p>%s</p>", page->about);
    for (size_t i = 0; i < ADMIN_SECTIONS_MAX && page->sections[i].verb; i++)
        put_section(&panel, &page->sections[i]);
    html_put(&panel.html, "<div class=cac-muc>");
    for (const struct panel_form *form = page->forms; form->verb != NULL; form++)
        panel_form(&panel, form);
    html_put(&panel.html, "</div>");
    panel_close(&panel);
}

/* ------------------------------------------------------------------ the way to them */

struct way {
    enum right right;
    const char *path, *title, *about;
};

/* Those beside the pages that are data. */
static const struct way ways[] = {
    {RIGHT_SETTINGS, "/quay/bat-dau", "Bắt đầu, bảy bước",
     "Máy chủ mới: từ cơ quan, bưu cục đến lượt quét đầu tiên."},
    {RIGHT_ROUNDS, "/quay/dieu-phoi", "Điều phối", "Bản kê của bưu tá, ai đang giữ gì, chốt ca."},
    {RIGHT_DEVICES, "/quay/may", "Máy cầm tay", "Cấp mã cho máy mới, máy nào im, khóa máy mất."},
    {RIGHT_LAW_READ, "/quay/du-lieu", "Dữ liệu cá nhân",
     "Ai hỏi về dữ liệu của mình, xóa gì, giữ gì, sự cố."},
    {RIGHT_SETTINGS, "/quay/mau-tin", "Lời tin nhắn",
     "Tin gửi công dân nói gì; xem trước, đếm phần, tính giá."},
    {RIGHT_SETTINGS, "/quay/ranh-gioi", "Ranh giới xã, phường",
     "Đường ranh giới để tô bản đồ, nạp từ tệp GeoJSON."},
    {RIGHT_AUDIT, "/quay/nhat-ky", "Nhật ký, kiểm chuỗi",
     "Ai đã xem, đã làm gì; hồ sơ gốc còn nguyên không."},
};
#define WAYS (sizeof ways / sizeof *ways)

static bool leads(const struct seat *seat, enum right right)
{
    return seat->person.offices_n == 0 && person_may(&seat->person, right);
}

bool admin_leads(const struct seat *seat)
{
    const struct admin_page *page;
    for (size_t i = 0; i < WAYS; i++)
        if (leads(seat, ways[i].right))
            return true;
    for (size_t i = 0; (page = admin_page(i)) != NULL; i++)
        if (!page->daily && leads(seat, page->right))
            return true;
    return false;
}

static void put_way(struct html *html, const struct seat *seat, enum right right, const char *path,
                    const char *title, const char *about)
{
    const char *end = strstr(title, " · ");
    if (leads(seat, right))
        html_format(html, "<li><a href=\"%s\">%.*s</a><br><small>%s</small></li>", path,
                    (int)(end ? (size_t)(end - title) : strlen(title)), title, about);
}

static void put_ways(struct html *html, const struct seat *seat)
{
    const struct admin_page *page;
    html_put(html, "<h1 id=dau tabindex=-1>Quản trị</h1><ul class=loi-vao>");
    for (size_t i = 0; i + 1 < WAYS; i++)
        put_way(html, seat, ways[i].right, ways[i].path, ways[i].title, ways[i].about);
    for (size_t i = 0; (page = admin_page(i)) != NULL; i++)
        if (!page->daily)
            put_way(html, seat, page->right, page->path, page->title, page->about);
    put_way(html, seat, ways[WAYS - 1].right, ways[WAYS - 1].path, ways[WAYS - 1].title,
            ways[WAYS - 1].about);
    html_put(html, "</ul>");
}

/* Nothing is here for him: where his own work is. */
static void put_elsewhere(struct html *html, const struct seat *seat)
{
    const struct role_info *role = role_info(seat->person.role);
    html_format(html,
                "<h1 id=dau tabindex=-1>Quản trị không có việc cho tài khoản này</h1><p>Vai trò: "
                "%s. Cần thêm quyền, xin hỏi người quản trị.</p><p>Việc của tài khoản này:</p>"
                "<ul class=loi-vao>",
                role != NULL ? role->vi : "–");
    if (person_may(&seat->person, RIGHT_DESK))
        html_put(html, "<li><a href=\"/quay/viec\">Việc quầy</a></li>");
    if (person_may(&seat->person, RIGHT_BOARD))
        html_put(html, "<li><a href=\"/quay/bang\">Đúng hạn</a></li>");
    html_put(html, "<li><a href=\"/quay/ket-qua\">Kết quả</a></li>"
                   "<li><a href=\"/quay\">Phong bì</a></li></ul>");
}

void desk_admin_home(struct web *web, const struct http_request *request,
                     struct http_answer *answer)
{
    struct seat seat;
    struct html html = {.n = 0};
    struct page_head head = {.title = "Quản trị · Trao", .wide = "rong", .here = "/quay/quan-tri"};
    if (!seat_may(web, request, RIGHT_ITEMS, &seat, answer))
        return;
    bool leads_on = admin_leads(&seat);
    seat_begin(&html, &seat, &head);
    if (leads_on)
        put_ways(&html, &seat);
    else
        put_elsewhere(&html, &seat);
    page_end(&html, web, &head);
    page_give(&html, leads_on ? 200 : 403, answer);
}
