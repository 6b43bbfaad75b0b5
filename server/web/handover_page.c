/* The handover: envelopes are scanned in, counted, sealed, and signed for by two; then the list to
 * print and sign, and what a recount found. What was scanned so far goes along in the form. */
#include <stdlib.h>
#include <string.h>

#include "server/office/handover.h"
#include "server/record/lookups.h"
#include "server/web/face.h"
#include "server/web/form.h"
#include "server/web/panel.h"
#include "server/web/print_jobs.h"
#include "server/web/queue.h"
#include "server/web/english.h"

#define PATH "/quay/ban-giao"
#define ITEMS_MAX 800 /* numbers that go along in a form of 16 KB */

struct page {
    struct panel panel;
    char items[ITEMS_MAX][ITEM_CHARS + 1];
    size_t n;
    unsigned waiting; /* on the desk, ready, not yet scanned in */
    unsigned wrong;   /* scans that were refused, of this batch */
    char last[160];
    bool refused; /* the seal, not a scan: what is to be mended is among its fields */
    bool shows;   /* the handover of `last`, whose list could not be printed */
    const char *argv[ITEMS_MAX + 8];
    char options[6][200];
    char text[HTTP_BODY_MAX];
};

static void read_list(struct page *page)
{
    const struct http_request *request = page->panel.request;
    char *rest = NULL, number[12];
    form_value(request->body, request->body_n, "da", page->text, sizeof page->text);
    for (char *word = strtok_r(page->text, " ", &rest); word && page->n < ITEMS_MAX;
         word = strtok_r(NULL, " ", &rest))
        if (queue_is_item(word))
            (void)snprintf(page->items[page->n++], ITEM_CHARS + 1, "%s", word);
    form_value(request->body, request->body_n, "sai", number, sizeof number);
    page->wrong = (unsigned)strtoul(number, NULL, 10);
}

static bool is_in(const struct page *page, const char *number)
{
    for (size_t i = 0; i < page->n; i++)
        if (strcmp(page->items[i], number) == 0)
            return true;
    return false;
}

static bool add(struct page *page, const char *text, struct error *err)
{
    struct web *web = page->panel.web;
    struct view view;
    enum queue_step step;
    if (!queue_find(web, &page->panel.seat.person, text, &view, err))
        return error_add(err, "chưa thêm");
    const char *number = view.state.item.text;
    if (is_in(page, number)) {
        (void)snprintf(page->last, sizeof page->last,
                       english_say(page->panel.seat.english, "%s đã quét rồi, không thêm."),
                       number);
        return true;
    }
    struct record *record = readers_take(web->readers);
    bool good = queue_step_of(record, &view, &step, err);
    readers_give(web->readers, record);
    if (!good)
        return false;
    if (step == QUEUE_NONE)
        return error_set(
            err, ERROR_REFUSED,
            "%s đã rời quầy hoặc là nhãn hủy. Chưa thêm. / has left the desk or is void", number);
    if (step != QUEUE_HANDOVER)
        return error_set(err, ERROR_REFUSED,
                         "%s chưa bàn giao được, việc tiếp: %s. Chưa thêm. / not added", number,
                         queue_step_words(step));
    if (page->n == ITEMS_MAX)
        return error_set(err, ERROR_REFUSED, "Đủ %d bì; chốt rồi mở lần khác. / full", ITEMS_MAX);
    (void)snprintf(page->items[page->n++], ITEM_CHARS + 1, "%s", number);
    (void)snprintf(page->last, sizeof page->last,
                   english_say(page->panel.seat.english, "Đã thêm %s."), number);
    return true;
}

static bool seal(struct page *page, struct error *err)
{
    static const char *const names[] = {"seal", "giver", "taker", "badge", "count"};
    const struct http_request *request = page->panel.request;
    char value[160], to[64];
    int argc = 1;
    json_t *said = NULL;
    page->argv[0] = "handover";
    if (page->n == 0)
        return error_set(err, ERROR_BAD_INPUT, "Quét bì đầu tiên. / scan the first envelope");
    for (int i = 0; i < 5; i++) {
        form_value(request->body, request->body_n, names[i], value, sizeof value);
        if (*value == '\0' && i == 3)
            continue;
        (void)snprintf(page->options[i], sizeof page->options[i], "%s=%s", names[i], value);
        page->argv[argc++] = page->options[i];
    }
    for (size_t i = 0; i < page->n; i++)
        page->argv[argc++] = page->items[i];
    if (!act_run(page->panel.web, request, &page->panel.seat, argc, page->argv, -1, &said, err))
        return false;
    const char *serial = json_string_value(json_object_get(said, "handover"));
    (void)snprintf(to, sizeof to, PATH "?so=%.24s", serial ? serial : "");
    json_decref(said);
    page_redirect(to, page->panel.answer);
    return true;
}

static bool differ(struct page *page, struct error *err)
{
    static const char *const names[] = {"so", "bi", "loai", "note"};
    const struct http_request *request = page->panel.request;
    const char *argv[5] = {"difference"};
    char values[4][160], to[64];
    int argc = 1;
    json_t *said = NULL;
    for (int i = 0; i < 4; i++) {
        size_t at = i == 3 ? (size_t)snprintf(values[i], 8, "note=") : 0;
        form_value(request->body, request->body_n, names[i], values[i] + at, sizeof values[i] - at);
        if (i < 3 || values[i][at] != '\0')
            argv[argc++] = values[i];
    }
    if (!act_run(page->panel.web, request, &page->panel.seat, argc, argv, -1, &said, err))
        return false;
    json_decref(said);
    (void)snprintf(to, sizeof to, PATH "?so=%.24s", values[0]);
    page_redirect(to, page->panel.answer);
    return true;
}

/* The list to a printer; `page->last` is the handover that is shown again. */
static bool print_list(struct page *page, struct error *err)
{
    const struct http_request *request = page->panel.request;
    char printer[48] = "printer=", reason[24] = "reason=", to[64];
    json_t *said = NULL;
    form_value(request->body, request->body_n, "so", page->last, 24);
    form_value(request->body, request->body_n, "may", printer + 8, sizeof printer - 8);
    form_value(request->body, request->body_n, "reason", reason + 7, sizeof reason - 7);
    const char *argv[] = {"printlist", page->last, printer, reason};
    if (!act_run(page->panel.web, request, &page->panel.seat, reason[7] ? 4 : 3, argv, -1, &said,
                 err))
        return false;
    json_decref(said);
    (void)snprintf(to, sizeof to, PATH "?so=%.24s", page->last);
    page_redirect(to, page->panel.answer);
    return true;
}

/* ------------------------------------------------------------------ scanned in */

/* What was sent with a refused seal, or with a scan, stands in its field again. */
static void put_signed(struct page *page, const char *name, const char *label, const char *input)
{
    struct panel *panel = &page->panel;
    struct html *html = &panel->html;
    char value[160] = "";
    html_format(html, "<label for=%s>%s</label><input id=%s name=%s autocomplete=off %s value=\"",
                name, label, name, name, input);
    bool again = panel->request->is_post && form_value(panel->request->body, panel->request->body_n,
                                                       name, value, sizeof value);
    if (!again && strcmp(name, "giver") == 0)
        html_text(html, panel->seat.person.name);
    else
        html_text(html, again ? value : "");
    html_put(html, "\">");
}

static void put_scanning(struct page *page)
{
    struct panel *panel = &page->panel;
    struct html *html = &panel->html;
    unsigned in = (unsigned)page->n, all = page->waiting > in ? page->waiting : in;
    html_format(html,
                "<p class=dem><span>đã quét <b>%u/%u</b></span> <span>thiếu <b>%u</b></span> <span>"
                "sai <b>%u</b></span></p><div id=ket aria-live=assertive>",
                in, all, all - in, page->wrong);
    if (panel->failed) {
        html_put(html, "<p class=loi role=alert data-tieng=sai>");
        html_sentence(html, panel->why.text);
        html_put(html, "</p>");
    } else if (*page->last) {
        html_format(html, "<p class=xong role=status data-tieng=duoc>%s</p>", page->last);
    }
    html_put(html, "</div><form id=quet class=the method=post action=\"" PATH "\">");
    seat_put_csrf(&panel->seat, html);
    html_put(html, "<input type=hidden name=da value=\"");
    for (size_t i = 0; i < page->n; i++)
        html_format(html, "%s%s", i ? " " : "", page->items[i]);
    html_format(
        html,
        "\"><input type=hidden name=sai value=%u><label for=ma>Quét phong bì để thêm</label>"
        "<input id=ma name=ma%s maxlength=64 autocomplete=off spellcheck=false "
        "autocapitalize=characters><button name=viec value=them>Thêm</button>",
        page->wrong, page->refused ? "" : " autofocus");
    html_put(html, "<h2>Niêm phong, hai bên ký</h2>");
    put_signed(page, "count", "Đếm được bao nhiêu bì",
               page->refused ? "inputmode=numeric maxlength=4 autofocus"
                             : "inputmode=numeric maxlength=4");
    put_signed(page, "seal", "Số niêm phong", "maxlength=32");
    put_signed(page, "giver", "Bên giao", "maxlength=100");
    put_signed(page, "taker", "Bên nhận", "maxlength=100");
    put_signed(page, "badge", "Thẻ bưu tá (nếu bưu tá nhận)", "inputmode=numeric maxlength=9");
    html_put(html, "<button name=viec value=chot data-phim=F4>F4 Chốt, in bảng kê</button></form>");
    if (page->n > 0)
        html_put(html, "<h2>Đã quét</h2><ol class=ds>");
    for (size_t i = page->n; i > 0; i--)
        html_format(html, "<li value=%zu>%s</li>", i, page->items[i - 1]);
    html_put(html, page->n > 0 ? "</ol>" : "<p>Quét bì đầu tiên.</p>");
}

/* ------------------------------------------------------------------ the list */

struct listing {
    struct page *page;
    size_t n, hidden;
};

static bool put_envelope(void *ctx, const struct item *item)
{
    struct listing *listing = ctx;
    struct panel *panel = &listing->page->panel;
    struct html *html = &panel->html;
    struct view view;
    struct addressee who = {.name = ""};
    struct error none;
    char pretty[ITEM_PRETTY_MAX];
    if (!views_item(panel->web->config.views, item, &view) ||
        !person_sees(&panel->seat.person, view.marks.office)) {
        listing->hidden++;
        return true;
    }
    if (view.state.office.has_addressee &&
        !readers_addressee(panel->web->readers, &view.state.office, &who, &none))
        (void)snprintf(who.name, sizeof who.name, "%s",
                       english_say(panel->html.english, "(đã xóa)"));
    html_format(html,
                "<tr><td data-ten=STT>%zu</td><td data-ten=\"Số phong bì\">%s</td><td "
                "data-ten=\"Mã hồ sơ\">",
                ++listing->n, item_pretty(item, pretty));
    html_text(html, view.state.office.dossier);
    html_put(html, "</td><td data-ten=\"Người nhận\">");
    html_text(html, who.name);
    char fees[48], postage[48];
    html_format(html,
                "</td><td class=so data-ten=\"Lệ phí thu hộ\">%s</td><td class=so "
                "data-ten=\"Cước\">%s</td></tr>",
                face_amount(view.due.fees_vnd, panel->html.english, fees, sizeof fees),
                face_amount(view.due.postage_vnd, panel->html.english, postage, sizeof postage));
    chain_wipe(&who, sizeof who);
    return true;
}

static const struct panel_column difference_columns[] = {
    {"item", "Số phong bì", PANEL_TEXT, NULL},
    {"difference", "Chênh", PANEL_CHOICE,
     "missing|thiếu;extra|thừa;contents|khác giấy tờ;damaged|hư hỏng"},
    {.key = NULL}};

static void put_seal(struct page *page, const char *text)
{
    struct panel *panel = &page->panel;
    struct html *html = &panel->html;
    bool bound = panel->seat.person.offices_n > 0; /* the seal speaks of all it holds */
    if (bound && !act_sees_handover(panel->web, &panel->seat, text, false))
        return;
    json_t *said = panel_ask(panel, "batch", text, NULL);
    static const char *const rows[][2] = {
        {"seal", "Niêm phong"}, {"giver", "Bên giao"}, {"taker", "Bên nhận"}};
    html_put(html, "<p class=dem>");
    for (int i = 0; i < 3; i++) {
        const char *value = json_string_value(json_object_get(said, rows[i][0]));
        html_format(html, "<span>%s <b>", rows[i][1]);
        html_text(html, value ? value : "–");
        html_put(html, "</b></span> ");
    }
    const char *sealed = json_string_value(json_object_get(said, "sealed"));
    html_put(html, "<span>niêm phong lúc <b>");
    panel_put_time(html, sealed != NULL ? sealed : "–", true);
    html_put(html, "</b></span> ");
    html_format(html, "<span>đếm <b>%lld</b></span></p>",
                (long long)json_integer_value(json_object_get(said, "count")));
    const json_t *found = json_object_get(said, "differences");
    if (json_array_size(found) > 0) {
        html_put(html, "<h2>Chênh khi đếm lại</h2>");
        panel_table(panel, "Chênh khi đếm lại", found, difference_columns, "Không chênh.");
    }
    json_decref(said);
}

static void put_recount(struct page *page, const char *text)
{
    struct html *html = &page->panel.html;
    html_put(html, "<section class=\"muc khong-in\"><h2>Đếm lại thấy chênh</h2><form class=the "
                   "method=post action=\"" PATH "\">");
    seat_put_csrf(&page->panel.seat, html);
    html_format(
        html,
        "<input type=hidden name=viec value=chenh><input type=hidden name=so value=%s><label "
        "for=bi>Quét phong bì</label><input id=bi name=bi required maxlength=40 "
        "autocomplete=off><label for=loai>Thấy gì</label><select id=loai name=loai><option "
        "value=missing>Thiếu<option value=extra>Thừa<option value=contents>Khác giấy tờ<option "
        "value=damaged>Hư hỏng</select><label for=note>Ghi chú</label><input id=note name=note "
        "maxlength=150><button>Ghi chênh</button></form></section>",
        text);
}

/* By a printer that has A4 in it, whose job is followed; or by the browser. */
static void put_printing(struct page *page, const char *text)
{
    struct panel *panel = &page->panel;
    struct html *html = &panel->html;
    struct print_jobs jobs;
    print_jobs_read(panel, NULL, &jobs);
    if (panel->failed) {
        html_put(html, "<p class=\"loi khong-in\" role=alert data-tieng=sai>");
        html_sentence(html, panel->why.text);
        html_put(html, "</p>");
    }
    print_jobs_put(panel, &jobs, text);
    html_put(html, "<form class=\"chon khong-in\" method=post action=\"" PATH "\">");
    seat_put_csrf(&panel->seat, html);
    html_format(html, "<input type=hidden name=so value=%s>", text);
    bool printer = print_jobs_choice(panel, &jobs, "may", true);
    if (printer) {
        print_jobs_reasons(html, "ly", "Lần đầu");
        html_put(html, "<button name=viec value=in data-phim=F2>F2 In bảng kê</button>");
    }
    html_format(html,
                "<button type=button class=\"%s\" data-in%s>%s</button> <a href=\"" PATH
                "\">Lần bàn giao mới</a></form>",
                printer ? "nhe" : "", printer ? "" : " data-phim=F2",
                printer ? "In từ trình duyệt" : "F2 In bảng kê");
    print_jobs_done(&jobs);
}

/* False: the answer is given. */
static bool put_batch(struct page *page, const char *text)
{
    struct panel *panel = &page->panel;
    struct html *html = &panel->html;
    struct listing listing = {.page = page};
    char serial[HANDOVER_TEXT_MAX];
    uint64_t handover;
    if (!handover_read(text, &handover, &panel->why)) {
        html_put(html, "<p class=loi role=alert>Không có lần bàn giao này.</p>");
        return true;
    }
    handover_text(handover, serial);
    html_format(html, "<h2>Bảng kê giao nhận %s</h2>", serial);
    put_seal(page, serial);
    html_put(html, "<div class=cuon role=region tabindex=0 aria-label=\"Bảng kê\"><table "
                   "class=\"it bang\"><caption class=an>Bảng kê</caption>"
                   "<thead><tr><th scope=col>STT<th scope=col>Số phong bì<th scope=col>Mã hồ sơ<th "
                   "scope=col>Người nhận<th scope=col class=so>Lệ phí thu hộ<th scope=col "
                   "class=so>Cước</tr></thead><tbody>");
    struct record *record = readers_take(panel->web->readers);
    bool good = record_handover_items(record, handover, put_envelope, &listing, &panel->why);
    readers_give(panel->web->readers, record);
    html_put(html, "</tbody></table></div>");
    html->failed = html->failed || !good;
    html_format(html,
                "<p><b>Cộng %zu bì.</b></p><div class=ky><p>Bên giao (ký, họ tên, giờ)</p><p>Bên "
                "nhận (ký, họ tên, giờ)</p></div>",
                listing.n);
    put_printing(page, serial);
    put_recount(page, serial);
    return listing.n == 0 || seat_looked(panel->web, panel->request, panel->seat.person.id,
                                         LOOK_NAMES, listing.n, panel->answer);
}

/* ------------------------------------------------------------------ the page */

/* False: the answer is given. */
static bool do_post(struct page *page)
{
    static const struct panel_form form = {.verb = "handover"};
    struct panel *panel = &page->panel;
    const struct http_request *request = panel->request;
    char what[12], scan[80];
    if (!seat_sent(panel->web, request, &panel->seat)) {
        page_sentence(panel->web, 403, "Trang này đã cũ. Mở lại rồi gửi lại.",
                      "This page is too old. Open it again, then send again.", panel->answer);
        return false;
    }
    form_value(request->body, request->body_n, "viec", what, sizeof what);
    form_value(request->body, request->body_n, "ma", scan, sizeof scan);
    read_list(page);
    bool differs = strcmp(what, "chenh") == 0, prints = strcmp(what, "in") == 0;
    bool adds = !differs && !prints && (*scan != '\0' || strcmp(what, "chot") != 0);
    bool good = adds      ? add(page, scan, &panel->why)
                : prints  ? print_list(page, &panel->why)
                : differs ? differ(page, &panel->why)
                          : seal(page, &panel->why);
    page->shows = prints && !good;
    page->refused = !good && !adds && !prints && !differs && page->n > 0;
    if (good && !adds)
        return false;
    page->wrong += adds && !good;
    panel->failed = good ? NULL : &form;
    return true;
}

static bool count_waiting(struct page *page)
{
    struct queue queue;
    struct error none;
    if (!queue_read(page->panel.web, &page->panel.seat.person, &queue, &none))
        return false;
    page->waiting = (unsigned)queue.counts[QUEUE_HANDOVER];
    queue_done(&queue);
    return true;
}

void desk_handover(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct page *page = calloc(1, sizeof *page);
    if (!page)
        return;
    struct panel *panel = &page->panel;
    if (!panel_sit(panel, web, request, RIGHT_DESK, PATH, "Bàn giao · Trao", answer) ||
        (request->is_post && !do_post(page)) || !count_waiting(page)) {
        free(page);
        return;
    }
    panel->head.script = "ban.js";
    const char *batch = page->shows        ? page->last
                        : request->is_post ? NULL
                                           : http_query(request, "so"),
               *first = request->is_post ? NULL : http_query(request, "ma");
    if (first && !add(page, first, &panel->why))
        page->last[0] = '\0';
    panel_begin(panel);
    bool shown = true;
    if (batch)
        shown = put_batch(page, batch);
    else
        put_scanning(page);
    if (shown)
        panel_close(panel);
    else
        html_done(&panel->html);
    free(page);
}
