/* The print page: what waits for an envelope, looked at in its true size, printed by one key,
 * printed again with a reason; the files of what was printed. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/web/face.h"
#include "server/web/form.h"
#include "server/web/panel.h"
#include "server/web/queue.h"

#define PATH "/quay/in"
#define ROWS_A_PAGE 500 /* as many as a form of 16 KB can mark */
#define REASONS                                                                                         \
    "<option value=\"\">Lần đầu</option><option value=1>Nhãn rách, bẩn</option><option "       \
    "value=2>In mờ, lệch</option><option value=3>Kẹt giấy</option><option value=4>Mất phong " \
    "bì</option><option value=9>Khác</option>"

/* ------------------------------------------------------------------ printed */

struct words {
    const char *argv[ROWS_A_PAGE + 4];
    int argc;
    char bytes[(ROWS_A_PAGE + 1) * 32];
    size_t n;
};

static void add(struct words *words, const char *before, const char *text)
{
    size_t room = sizeof words->bytes - words->n;
    int n = snprintf(words->bytes + words->n, room, "%s%s", before, text);
    if (n < 0 || (size_t)n >= room || words->argc > ROWS_A_PAGE)
        return;
    words->argv[words->argc++] = words->bytes + words->n;
    words->n += (size_t)n + 1;
}

/* Fields "b-NUMBER" are what was marked in the list, "bi" what was scanned or typed. */
static void add_items(struct words *words, const struct http_request *request, char *copy)
{
    char *rest = NULL;
    memcpy(copy, request->body, request->body_n);
    copy[request->body_n] = '\0';
    for (char *field = strtok_r(copy, "&", &rest); field; field = strtok_r(NULL, "&", &rest)) {
        size_t n = strcspn(field, "=");
        field[n] = '\0';
        if (strncmp(field, "b-", 2) == 0)
            add(words, "", field + 2);
    }
    if (form_value(request->body, request->body_n, "bi", copy, HTTP_BODY_MAX))
        for (char *word = strtok_r(copy, " ,;\t\r\n", &rest); word;
             word = strtok_r(NULL, " ,;\t\r\n", &rest))
            add(words, "", word);
}

/* The number of the job whose file this is. */
static unsigned long long job_of(const json_t *said)
{
    const char *path = json_string_value(json_object_get(said, "path"));
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? strtoull(slash + 1, NULL, 10) : 0;
}

/* Whoever is bound to offices gets the file itself: the folder of jobs holds what others sent. */
static void give_file(int fd, struct http_answer *answer)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        close(fd);
        return;
    }
    answer->status = 200;
    answer->type = "application/pdf";
    answer->file = fd;
    answer->file_n = (uint64_t)about.st_size;
}

static bool run(struct panel *panel, struct words *words, struct error *err)
{
    const struct http_request *request = panel->request;
    char reason[12], *copy = malloc(HTTP_BODY_MAX + 1);
    add(words, "", "print");
    form_value(request->body, request->body_n, "reason", reason, sizeof reason);
    if (*reason)
        add(words, "reason=", reason);
    int before = words->argc;
    if (copy)
        add_items(words, request, copy);
    free(copy);
    if (words->argc == before)
        return error_set(err, ERROR_BAD_INPUT, "Chưa chọn bì nào. / nothing is marked");
    int fd = panel->seat.person.offices_n > 0 ? memfd_create("print", MFD_CLOEXEC) : -1;
    bool good =
        act_run(panel->web, request, &panel->seat, words->argc, words->argv, fd, &panel->said, err);
    if (good && fd >= 0)
        give_file(fd, panel->answer);
    else if (fd >= 0)
        close(fd);
    return good;
}

/* ------------------------------------------------------------------ the page */

static void put_row(struct panel *panel, const struct view *view, struct instant now,
                    struct instant risk)
{
    struct html *html = &panel->html;
    const struct office_fact *office = &view->state.office;
    struct addressee who = {.name = ""};
    struct error none;
    char pretty[ITEM_PRETTY_MAX];
    if (office->has_addressee && !readers_addressee(panel->web->readers, office, &who, &none))
        (void)snprintf(who.name, sizeof who.name, "(đã xóa)");
    item_pretty(&view->state.item, pretty);
    html_format(
        html,
        "<tr><td data-ten=\"In\"><input type=checkbox class=dau-bi name=b-%s value=1 checked "
        "aria-label=\"In %s\"></td><td data-ten=\"Số phong bì\"><a "
        "href=\"/quay/bi?bi=%s\">%s</a></td><td data-ten=\"Mã hồ sơ\">",
        view->state.item.text, pretty, view->state.item.text, pretty);
    html_text(html, office->dossier);
    html_put(html, "</td><td data-ten=\"Người nhận\">");
    desk_put_short_name(html, who.name);
    html_format(html, "</td><td data-ten=\"Thu\">%s%s</td>",
                office->postage_vnd + office->fees_vnd > 0 ? "thu" : "",
                office->owner_only ? " đúng người" : "");
    queue_put_due(view, now, risk, html);
    html_format(html,
                "<td data-ten=\"Xem\"><a href=\"" PATH "?xem=%s\">Xem cỡ thật<span class=an> "
                "%s</span></a></td></tr>",
                view->state.item.text, pretty);
    chain_wipe(&who, sizeof who);
}

static size_t put_rows(struct panel *panel, const struct queue *queue)
{
    struct web *web = panel->web;
    struct instant now = web->config.clock.now(web->config.clock.self), risk = queue_risk(web, now);
    size_t shown = 0;
    for (size_t i = 0; i < queue->n && shown < ROWS_A_PAGE; i++) {
        if (queue->rows[i].step != QUEUE_PRINT)
            continue;
        put_row(panel, &queue->rows[i].view, now, risk);
        shown++;
    }
    return shown;
}

static size_t put_list(struct panel *panel, const struct queue *queue)
{
    struct html *html = &panel->html;
    size_t n = queue->counts[QUEUE_PRINT];
    if (n == 0) {
        html_put(html, "<p>Hết bì chờ in. <a href=\"/quay/nhap\">Nhập danh sách mới</a>.</p>");
        return 0;
    }
    n = n < ROWS_A_PAGE ? n : ROWS_A_PAGE;
    html_put(html, "<form method=post action=\"" PATH "\">");
    seat_put_csrf(&panel->seat, html);
    html_format(html,
                "<p class=nut-hang><button data-phim=F2 data-dem=\"F2 In %%n bì\">F2 In %zu "
                "bì</button></p><div class=cuon role=region tabindex=0 aria-label=\"Bì chờ in\">"
                "<table class=\"it bang\"><caption class=an>Bì chờ in</caption><thead><tr><th "
                "scope=col>In<th scope=col>Số phong bì<th scope=col>Mã hồ sơ<th scope=col>Người "
                "nhận<th scope=col>Thu<th scope=col>Hạn<th scope=col>Xem</tr></thead><tbody>",
                n);
    size_t shown = put_rows(panel, queue);
    html_put(html, "</tbody></table></div></form>");
    return shown;
}

static void put_again(struct panel *panel)
{
    struct html *html = &panel->html;
    html_put(html,
             "<section class=muc><h2>In lại</h2><form class=the method=post action=\"" PATH "\">");
    seat_put_csrf(&panel->seat, html);
    html_put(html,
             "<label for=bi>Quét bì, mỗi bì một dòng</label><textarea id=bi name=bi rows=3 "
             "required spellcheck=false data-phim=F9></textarea><label for=ly>Vì sao in "
             "lại</label><select id=ly name=reason>" REASONS "</select><button>In lại</button>"
             "</form><p>Bì in lại mang dấu «BẢN IN LẠI». Kẹt giấy giữa chừng: mở lại tệp in, chọn "
             "in từ tờ đang dở; bì chưa ra giấy không phải in lại.</p></section>");
}

static void put_picture(struct panel *panel, const char *number)
{
    struct html *html = &panel->html;
    struct item item;
    struct error none;
    if (!item_parse(number, strlen(number), &item, &none))
        return;
    html_format(html,
                "<section class=muc><h2>Cỡ thật, khổ DL 220 × 110 mm</h2><div class=cuon "
                "role=region tabindex=0 aria-label=\"Phong bì\"><img class=co-that "
                "src=\"/quay/xem/%s.png\" alt=\"Phong bì %s như sẽ in\"></div><p>Vạch 50 mm dưới "
                "phong bì phải đo đúng 50 mm trên giấy.</p></section>",
                item.text, item.text);
}

/* False: the answer is given. */
static bool put_page(struct panel *panel, const struct queue *queue)
{
    struct html *html = &panel->html;
    const char *job = http_query(panel->request, "xong"), *look = http_query(panel->request, "xem");
    unsigned long long number = job ? strtoull(job, NULL, 10) : 0;
    panel_begin(panel);
    if (panel->failed) {
        html_put(html, "<p class=loi role=alert data-tieng=sai>");
        html_text(html, panel->why.text);
        html_put(html, "</p>");
    }
    if (!panel->request->is_post && number > 0)
        html_format(html,
                    "<p class=xong role=status>Đã in. <a class=nut autofocus "
                    "href=\"" PATH "/%llu.pdf\">Mở tệp in lần %llu</a></p>",
                    number, number);
    if (!panel->request->is_post && look)
        put_picture(panel, look);
    size_t named = put_list(panel, queue);
    put_again(panel);
    if (panel->seat.person.offices_n == 0)
        desk_put_jobs(panel->web, html);
    return named == 0 || seat_looked(panel->web, panel->request, panel->seat.person.id, LOOK_NAMES,
                                     named, panel->answer);
}

static bool do_post(struct panel *panel)
{
    static const struct panel_form form = {.verb = "print"};
    struct words *words = calloc(1, sizeof *words);
    char to[48];
    if (!words)
        return false;
    if (!seat_sent(panel->web, panel->request, &panel->seat)) {
        page_sentence(panel->web, 403, "Trang này đã cũ. Mở lại rồi gửi lại.",
                      "This page is too old. Open it again, then send again.", panel->answer);
        free(words);
        return false;
    }
    bool good = run(panel, words, &panel->why);
    free(words);
    if (!good) {
        panel->failed = &form;
        return true;
    }
    if (panel->answer->file < 0) {
        (void)snprintf(to, sizeof to, PATH "?xong=%llu", job_of(panel->said));
        page_redirect(to, panel->answer);
    }
    json_decref(panel->said);
    return false;
}

void desk_printing(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    struct queue queue;
    struct error err;
    if (!panel_sit(&panel, web, request, RIGHT_DESK, PATH, "In phong bì · Trao", answer) ||
        (request->is_post && !do_post(&panel)) ||
        !queue_read(web, &panel.seat.person, &queue, &err))
        return;
    panel.head.script = "ban.js";
    bool shown = put_page(&panel, &queue);
    queue_done(&queue);
    if (shown)
        panel_close(&panel);
    else
        html_done(&panel.html);
}

/* ------------------------------------------------------------------ the picture */

void desk_preview(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    struct error err;
    struct stat about;
    char number[40];
    if (!panel_sit(&panel, web, request, RIGHT_DESK, PATH, "Trao", answer))
        return;
    const char *name = request->path + strlen("/quay/xem/");
    (void)snprintf(number, sizeof number, "%.*s", (int)strcspn(name, "."), name);
    const char *argv[] = {"preview", number};
    int fd = memfd_create("preview", MFD_CLOEXEC);
    json_t *said = NULL;
    if (fd >= 0 && act_run(web, request, &panel.seat, 2, argv, fd, &said, &err) &&
        fstat(fd, &about) == 0) {
        answer->status = 200;
        answer->type = "image/png";
        answer->file = fd;
        answer->file_n = (uint64_t)about.st_size;
    } else {
        page_sentence(web, fd < 0 ? 503 : act_status(err.code), "Chưa xem được phong bì này.",
                      "This envelope cannot be shown.", answer);
        if (fd >= 0)
            close(fd);
    }
    json_decref(said);
}
