/* The desk's work, led by the scanner: one field that always has the focus. What is scanned there
 * is opened (Tìm), received from its department (Nhận), or put in its own envelope (Ghép). Below
 * it, what lies on the desk and what each needs next.
 *
 * A step is a form; without JavaScript each is a page. Another's envelope fills the screen until
 * the dossier is scanned again.
 */
#include <ctype.h>
#include <string.h>

#include "server/web/form.h"
#include "server/web/panel.h"
#include "server/web/queue.h"
#include "server/web/english.h"

#define PATH "/quay/viec"
#define ROWS_SHOWN 100
#define SCAN_MAX 80

enum mode { FIND, RECEIVE, PAIR, MODES };

static const struct {
    const char *key, *word, *prompt;
} modes[MODES] = {
    {"tim", "Tìm", "Quét hồ sơ hoặc phong bì để mở"},
    {"nhan", "Nhận kết quả", "Quét mã hồ sơ của kết quả vừa nhận"},
    {"ghep", "Ghép vào bì", "Quét mã hồ sơ, rồi quét phong bì"},
};

struct work {
    struct panel panel;
    enum mode mode;
    char scan[SCAN_MAX], dossier[SCAN_MAX]; /* the dossier that waits for count or envelope */
    bool counting;                          /* what is wanted are the counts */
    bool wrong;                             /* another's envelope */
    char done[160];                         /* a sentence; "" none */
};

static enum mode mode_named(const char *key)
{
    for (int i = 0; i < MODES && key; i++)
        if (strcmp(modes[i].key, key) == 0)
            return (enum mode)i;
    return FIND;
}

/* ------------------------------------------------------------------ the steps */

static bool act_on(struct work *work, int argc, const char *const argv[], struct error *err)
{
    json_t *said = NULL;
    bool good = act_run(work->panel.web, work->panel.request, &work->panel.seat, argc, argv, -1,
                        &said, err);
    const char *item = json_string_value(json_object_get(said, "item"));
    if (good)
        (void)snprintf(work->done, sizeof work->done, "%s", item ? item : "");
    json_decref(said);
    return good;
}

/* Its own dossier code, whichever of the two was scanned. */
static bool know(struct work *work, struct error *err)
{
    struct view view;
    if (!queue_find(work->panel.web, &work->panel.seat.person, work->scan, &view, err))
        return false;
    (void)snprintf(work->dossier, sizeof work->dossier, "%s", view.state.office.dossier);
    return true;
}

static bool receive(struct work *work, struct error *err)
{
    static const char *const names[] = {"originals", "copies", "pages"};
    const struct http_request *request = work->panel.request;
    char value[16], words[3][32];
    const char *argv[5] = {"receive", work->dossier};
    int argc = 2;
    if (*work->dossier == '\0') {
        work->counting = know(work, err);
        return work->counting;
    }
    work->counting = true; /* until it is done, the counts are asked for again */
    for (int i = 0; i < 3; i++) {
        form_value(request->body, request->body_n, names[i], value, sizeof value);
        if (*value == '\0')
            continue;
        (void)snprintf(words[i], sizeof words[i], "%s=%s", names[i], value);
        argv[argc++] = words[i];
    }
    char item[sizeof work->done];
    if (!act_on(work, argc, argv, err))
        return false;
    (void)snprintf(item, sizeof item, "%s", work->done);
    (void)snprintf(
        work->done, sizeof work->done,
        english_say(work->panel.seat.english, "Đã nhận. Phong bì của kết quả này: %.32s"), item);
    work->counting = false;
    work->dossier[0] = '\0';
    return true;
}

/* A dossier that is scanned begins anew; an envelope is its own or nobody's. */
static bool pair(struct work *work, struct error *err)
{
    if (!queue_is_item(work->scan)) {
        work->dossier[0] = '\0';
        return know(work, err);
    }
    if (*work->dossier == '\0')
        return error_set(err, ERROR_BAD_INPUT,
                         "Quét mã hồ sơ trước, rồi mới quét phong bì. / "
                         "first the dossier");
    const char *argv[] = {"pair", work->dossier, work->scan};
    bool good = act_on(work, 3, argv, err);
    if (good)
        (void)snprintf(work->done, sizeof work->done, "%s",
                       english_say(work->panel.seat.english, "Đúng phong bì."));
    work->wrong = !good && strstr(err->text, "SAI PHONG BÌ") != NULL;
    work->dossier[0] = '\0';
    return good;
}

/* Scanners and hands leave blanks. */
static void trim(char *text)
{
    size_t from = strspn(text, " \t\r\n"), n = strlen(text + from);
    memmove(text, text + from, n + 1);
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        text[--n] = '\0';
}

static bool step(struct work *work, struct error *err)
{
    const struct http_request *request = work->panel.request;
    struct view view;
    form_value(request->body, request->body_n, "ma", work->scan, sizeof work->scan);
    form_value(request->body, request->body_n, "ho-so", work->dossier, sizeof work->dossier);
    trim(work->scan);
    switch (work->mode) {
    case FIND:
        return queue_find(work->panel.web, &work->panel.seat.person, work->scan, &view, err);
    case RECEIVE:
        return receive(work, err);
    case PAIR:
    case MODES:
        break;
    }
    return pair(work, err);
}

/* ------------------------------------------------------------------ the page */

static void put_modes(struct work *work)
{
    struct html *html = &work->panel.html;
    html_put(html, "<p class=che-do>");
    for (int i = 0; i < MODES; i++)
        html_format(html, "<a href=\"" PATH "?che-do=%s\"%s%s>%s%s</a> ", modes[i].key,
                    (int)work->mode == i ? " aria-current=page" : "",
                    i == FIND ? " data-phim=F8" : "", i == FIND ? "F8 " : "",
                    english_say(html->english, modes[i].word));
    html_put(html,
             "<a href=\"/quay/in\" data-phim=F2>F2 In</a> <a href=\"/quay/ban-giao\" "
             "data-phim=F4>F4 Bàn giao</a> <a href=\"/quay/in#bi\" data-phim=F9>F9 In lại</a> ");
    if (work->panel.seat.person.offices_n == 0) /* what postmen wrote is the post's */
        html_put(html, "<a href=\"/quay/giay\">Nhập từ giấy</a> ");
    html_put(html, "<a href=\"/quay/tap\">Tập</a></p>");
}

static void put_said(struct work *work)
{
    struct html *html = &work->panel.html;
    html_put(html, "<div id=ket aria-live=assertive>");
    if (work->wrong) {
        html_put(html,
                 "<div class=toan-man role=alert data-tieng=sai><p class=to>SAI PHONG BÌ</p><p>");
        html_sentence(html, work->panel.why.text);
        html_put(html, "</p><p>Lấy kết quả ra, quét lại hồ sơ.</p></div>");
    } else if (work->panel.failed) {
        html_put(html, "<p class=loi role=alert data-tieng=sai>");
        html_sentence(html, work->panel.why.text);
        html_put(html, "</p>");
    } else if (*work->done) {
        html_put(html, "<p class=xong role=status data-tieng=duoc>");
        html_text(html, work->done);
        html_put(html, "</p>");
    }
    html_put(html, "</div>");
}

/* Most results are one original. */
static void put_count(struct html *html, const char *name, const char *label, bool first)
{
    html_format(html,
                "<label for=%s>%s</label><input id=%s name=%s inputmode=numeric maxlength=4 "
                "autocomplete=off%s>",
                name, label, name, name,
                first                            ? " required autofocus"
                : strcmp(name, "originals") == 0 ? " value=1"
                                                 : "");
}

static void put_scan(struct work *work)
{
    struct html *html = &work->panel.html;
    const char *prompt = modes[work->mode].prompt;
    if (work->mode == PAIR && *work->dossier)
        prompt = "Quét phong bì";
    html_put(html, "<form id=quet class=the method=post action=\"" PATH "\">");
    seat_put_csrf(&work->panel.seat, html);
    html_format(html,
                "<input type=hidden name=che-do value=%s><input type=hidden name=ho-so value=\"",
                modes[work->mode].key);
    html_text(html, work->dossier);
    html_put(html, "\">");
    if (*work->dossier) {
        html_put(html, "<p class=ma>Hồ sơ ");
        html_text(html, work->dossier);
        html_put(html, "</p>");
    }
    if (work->counting) {
        put_count(html, "pages", "Số trang", true);
        put_count(html, "originals", "Bản chính", false);
        put_count(html, "copies", "Bản sao", false);
        html_put(html, "<button>Nhận</button></form>");
        return;
    }
    html_format(html,
                "<label for=ma>%s</label><input id=ma name=ma required autofocus maxlength=64 "
                "autocomplete=off spellcheck=false autocapitalize=characters><button>Quét</button>"
                "</form>",
                prompt);
}

static void put_queue(struct work *work, const struct queue *queue)
{
    struct html *html = &work->panel.html;
    struct web *web = work->panel.web;
    struct instant now = web->config.clock.now(web->config.clock.self), risk = queue_risk(web, now);
    char pretty[ITEM_PRETTY_MAX];
    html_format(html,
                "<p class=dem><span>chờ in <b>%zu</b></span> <span>chờ nhận <b>%zu</b></span> "
                "<span>chờ ghép <b>%zu</b></span> <span>chờ bàn giao <b>%zu</b></span> <span>sắp "
                "trễ <b>%zu</b></span>%s</p>",
                queue->counts[QUEUE_PRINT], queue->counts[QUEUE_RECEIVE], queue->counts[QUEUE_PAIR],
                queue->counts[QUEUE_HANDOVER], queue->at_risk,
                queue->more ? " <span>còn nữa</span>" : "");
    if (queue->n == 0) {
        html_put(html, "<p>Hết việc. <a href=\"/quay/nhap\">Nhập danh sách mới</a>.</p>");
        return;
    }
    html_put(html,
             "<div class=cuon role=region tabindex=0 aria-label=\"Trên quầy\"><table class=\"it "
             "bang\"><caption class=an>Trên quầy, bì gần hạn trước</caption><thead><tr><th "
             "scope=col>Số phong bì<th scope=col>Mã hồ sơ<th scope=col>Hạn<th scope=col>Việc "
             "tiếp</tr></thead><tbody>");
    for (size_t i = 0; i < queue->n && i < ROWS_SHOWN; i++) {
        const struct view *view = &queue->rows[i].view;
        html_format(html,
                    "<tr><td data-ten=\"Số phong bì\"><a href=\"/quay/bi?bi=%s\">%s</a></td><td "
                    "data-ten=\"Mã hồ sơ\">",
                    view->state.item.text, item_pretty(&view->state.item, pretty));
        html_text(html, view->state.office.dossier);
        html_put(html, "</td>");
        queue_put_due(view, now, risk, html);
        html_format(html, "<td data-ten=\"Việc tiếp\">%s</td></tr>",
                    queue_step_words(queue->rows[i].step));
    }
    html_put(html, "</tbody></table></div>");
}

/* A link of the queue's may bring what would be scanned. */
static void read_link(struct work *work)
{
    const char *text = http_query(work->panel.request, "ma");
    struct error none;
    if (!text || work->mode == FIND)
        return;
    (void)snprintf(work->scan, sizeof work->scan, "%s", text);
    work->counting = know(work, &none) && work->mode == RECEIVE;
}

static bool do_post(struct work *work)
{
    static const struct panel_form form = {.verb = "receive"};
    struct panel *panel = &work->panel;
    char key[8], to[160];
    struct view view;
    struct error none;
    if (!seat_sent(panel->web, panel->request, &panel->seat)) {
        page_sentence(panel->web, 403, "Trang này đã cũ. Mở lại rồi gửi lại.",
                      "This page is too old. Open it again, then send again.", panel->answer);
        return false;
    }
    form_value(panel->request->body, panel->request->body_n, "che-do", key, sizeof key);
    work->mode = mode_named(key);
    bool good = step(work, &panel->why);
    if (!good)
        panel->failed = &form;
    if (!good || work->mode != FIND ||
        !queue_find(panel->web, &panel->seat.person, work->scan, &view, &none))
        return true;
    (void)snprintf(to, sizeof to, "/quay/bi?bi=%s", view.state.item.text);
    page_redirect(to, panel->answer);
    return false;
}

void desk_work(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct work work = {.mode = FIND};
    struct queue queue;
    struct error err;
    if (!panel_sit(&work.panel, web, request, RIGHT_DESK, PATH, "Việc quầy · Trao", answer))
        return;
    work.panel.head.script = "ban.js";
    if (request->is_post && !do_post(&work))
        return;
    if (!request->is_post) {
        work.mode = mode_named(http_query(request, "che-do"));
        read_link(&work);
    }
    if (!queue_read(web, &work.panel.seat.person, &queue, &err))
        return;
    panel_begin(&work.panel);
    put_modes(&work);
    put_said(&work);
    put_scan(&work);
    put_queue(&work, &queue);
    queue_done(&queue);
    panel_close(&work.panel);
}
