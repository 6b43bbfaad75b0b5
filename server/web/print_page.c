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
#include "server/web/print_jobs.h"
#include "server/web/queue.h"
#include "server/web/english.h"

#define PATH "/quay/in"
#define ROWS_A_PAGE 500 /* as many as a form of 16 KB can mark */

/* ------------------------------------------------------------------ printed */

struct words {
    const char *argv[ROWS_A_PAGE + 5];
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
    char reason[12], printer[40], *copy = malloc(HTTP_BODY_MAX + 1);
    add(words, "", "print");
    form_value(request->body, request->body_n, "may", printer, sizeof printer);
    if (*printer)
        add(words, "printer=", printer);
    form_value(request->body, request->body_n, "reason", reason, sizeof reason);
    if (*reason)
        add(words, "reason=", reason);
    int before = words->argc;
    if (copy)
        add_items(words, request, copy);
    free(copy);
    if (words->argc == before)
        return error_set(err, ERROR_BAD_INPUT, "Chưa chọn bì nào. / nothing is marked");
    int fd = panel->seat.person.offices_n > 0 && *printer == '\0'
                 ? memfd_create("print", MFD_CLOEXEC)
                 : -1;
    bool good =
        act_run(panel->web, request, &panel->seat, words->argc, words->argv, fd, &panel->said, err);
    if (good && fd >= 0)
        give_file(fd, panel->answer);
    else if (fd >= 0)
        close(fd);
    return good;
}

/* ------------------------------------------------------------------ the page */

struct showing {
    struct panel *panel;
    const struct queue *queue;
    struct print_jobs jobs;
    const char *printer; /* the first that may be chosen; "" none */
    struct instant now, risk;
};

/* One that a printer has is not offered again. */
static void put_mark(struct html *html, const struct showing *showing, const struct item *item)
{
    char pretty[ITEM_PRETTY_MAX];
    long long job = print_jobs_hold(&showing->jobs, item->text);
    if (job != 0)
        html_format(html, "<tr><td data-ten=\"In\">lệnh %lld</td>", job);
    else
        html_format(html,
                    "<tr><td data-ten=\"In\"><input type=checkbox class=dau-bi name=b-%s value=1 "
                    "checked aria-label=\"In %s\"></td>",
                    item->text, item_pretty(item, pretty));
}

static void put_row(const struct showing *showing, const struct view *view)
{
    struct panel *panel = showing->panel;
    struct html *html = &panel->html;
    const struct office_fact *office = &view->state.office;
    struct addressee who = {.name = ""};
    struct error none;
    char pretty[ITEM_PRETTY_MAX];
    if (office->has_addressee && !readers_addressee(panel->web->readers, office, &who, &none))
        (void)snprintf(who.name, sizeof who.name, "%s", english_say(html->english, "(đã xóa)"));
    item_pretty(&view->state.item, pretty);
    put_mark(html, showing, &view->state.item);
    html_format(html,
                "<td data-ten=\"Số phong bì\"><a href=\"/quay/bi?bi=%s\">%s</a></td><td "
                "data-ten=\"Mã hồ sơ\">",
                view->state.item.text, pretty);
    html_text(html, view->state.office.dossier);
    html_put(html, "</td><td data-ten=\"Người nhận\">");
    desk_put_short_name(html, who.name);
    html_format(html, "</td><td data-ten=\"Thu\">%s%s</td>",
                view->due.postage_vnd + view->due.fees_vnd > 0 ? "thu" : "",
                office->owner_only ? " đúng người" : "");
    queue_put_due(view, showing->now, showing->risk, html);
    html_format(html,
                "<td data-ten=\"Xem\"><a href=\"" PATH "?xem=%s&amp;may=%s\">Xem cỡ thật<span "
                "class=an> %s</span></a></td></tr>",
                view->state.item.text, showing->printer, pretty);
    chain_wipe(&who, sizeof who);
}

/* Those that F2 prints: in no job yet. */
static size_t count_free(const struct showing *showing)
{
    size_t seen = 0, free = 0;
    for (size_t i = 0; i < showing->queue->n && seen < ROWS_A_PAGE; i++) {
        const struct queue_row *row = &showing->queue->rows[i];
        if (row->step != QUEUE_PRINT)
            continue;
        seen++;
        free += print_jobs_hold(&showing->jobs, row->view.state.item.text) == 0;
    }
    return free;
}

static size_t put_rows(const struct showing *showing)
{
    size_t shown = 0;
    for (size_t i = 0; i < showing->queue->n && shown < ROWS_A_PAGE; i++) {
        if (showing->queue->rows[i].step != QUEUE_PRINT)
            continue;
        put_row(showing, &showing->queue->rows[i].view);
        shown++;
    }
    return shown;
}

static size_t put_list(const struct showing *showing)
{
    struct panel *panel = showing->panel;
    struct html *html = &panel->html;
    size_t n = count_free(showing), shown = 0;
    html_put(html, "<section id=cho>");
    if (showing->queue->counts[QUEUE_PRINT] == 0) {
        size_t printed = showing->queue->counts[QUEUE_RECEIVE] +
                         showing->queue->counts[QUEUE_PAIR] +
                         showing->queue->counts[QUEUE_HANDOVER];
        html_put(html, "<p>Hết bì chờ in. <a href=\"/quay/nhap\">Nhập danh sách mới</a>.</p>");
        if (printed > 0)
            html_format(html,
                        "<p>Việc tiếp: <a href=\"/quay/viec\">%zu bì đã in, chưa bàn giao</a>.</p>",
                        printed);
        html_put(html, "</section>");
        return 0;
    }
    html_put(html, "<form method=post action=\"" PATH "\"><div class=chon>");
    seat_put_csrf(&panel->seat, html);
    if (n > 0)
        (void)print_jobs_choice(panel, &showing->jobs, "may", false);
    if (n > 0)
        html_format(html, "<button data-phim=F2 data-dem=\"F2 In %%n bì\">F2 In %zu bì</button>",
                    n);
    html_put(html, "</div><div class=cuon role=region tabindex=0 aria-label=\"Bì chờ in\"><table "
                   "class=\"it bang\"><caption class=an>Bì chờ in</caption><thead><tr><th "
                   "scope=col>In<th scope=col>Số phong bì<th scope=col>Mã hồ sơ<th scope=col>Người "
                   "nhận<th scope=col>Thu<th scope=col>Hạn<th scope=col>Xem</tr></thead><tbody>");
    shown = put_rows(showing);
    html_put(html, "</tbody></table></div></form></section>");
    return shown;
}

static void put_again(const struct showing *showing)
{
    struct panel *panel = showing->panel;
    struct html *html = &panel->html;
    html_put(html,
             "<section class=muc><h2>In lại</h2><form class=the method=post action=\"" PATH "\">");
    seat_put_csrf(&panel->seat, html);
    html_put(html, "<label for=bi>Quét bì, mỗi bì một dòng</label><textarea id=bi name=bi rows=3 "
                   "required spellcheck=false data-phim=F9></textarea>");
    print_jobs_reasons(html, "ly", NULL);
    (void)print_jobs_choice(panel, &showing->jobs, "may-lai", false);
    html_put(html,
             "<button>In lại</button></form><p>Bì in lại mang dấu «BẢN IN LẠI». Kẹt giấy khi "
             "in từ tệp PDF: mở lại tệp, chọn in từ tờ đang dở; bì chưa ra giấy không phải in "
             "lại.</p></section>");
}

/* The same envelope as each printer would print it, or smooth in the layout of letters. */
static void put_ways(const struct showing *showing, const char *number, const char *chosen)
{
    struct html *html = &showing->panel->html;
    json_t *row;
    size_t i;
    html_put(html, "<p class=che-do>");
    json_array_foreach(showing->jobs.printers, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "printer"));
        if (!name || json_is_true(json_object_get(row, "lists")))
            continue;
        html_format(html, "<a href=\"" PATH "?xem=%s&amp;may=%s\"%s>%s</a> ", number, name,
                    strcmp(name, chosen) == 0 ? " aria-current=page" : "", name);
    }
    html_format(html, "<a href=\"" PATH "?xem=%s\"%s>Tệp PDF</a></p>", number,
                *chosen ? "" : " aria-current=page");
}

/* On a screen a millimetre has 96/25.4 dots. */
static long long dots_of(const json_t *row, const char *key)
{
    return (json_integer_value(json_object_get(row, key)) * 96 + 12700) / 25400;
}

static const json_t *printer_named_in(const struct showing *showing, const char *name)
{
    json_t *row;
    size_t i;
    json_array_foreach(showing->jobs.printers, i, row)
    {
        const char *known = json_string_value(json_object_get(row, "printer"));
        if (known && strcmp(known, name) == 0 && !json_is_true(json_object_get(row, "lists")))
            return row;
    }
    return NULL;
}

static void put_picture(const struct showing *showing, const char *number, const char *wanted)
{
    struct html *html = &showing->panel->html;
    struct item item;
    struct error none;
    const json_t *printer = wanted ? printer_named_in(showing, wanted) : NULL;
    const char *name = printer ? wanted : "";
    if (!item_parse(number, strlen(number), &item, &none))
        return;
    html_put(html, "<section class=muc><h2>Cỡ thật, ");
    if (printer)
        html_format(html, "%s ở máy in %s, %lld dpi",
                    json_string_value(json_object_get(printer, "layout")), name,
                    (long long)json_integer_value(json_object_get(printer, "dpi")));
    else
        html_put(html, "khổ DL 220 × 110 mm");
    html_put(html, "</h2>");
    put_ways(showing, item.text, name);
    html_format(
        html,
        "<div class=cuon role=region tabindex=0 aria-label=\"Phong bì\"><img class=co-that "
        "width=%lld height=%lld src=\"/quay/xem/%s.png?may=%s\" alt=\"Phong bì %s như sẽ "
        "in\"></div><p>Vạch 50 mm trên phong bì phải đo đúng 50 mm trên giấy.</p></section>",
        printer ? dots_of(printer, "width_um") : 831LL,
        printer ? dots_of(printer, "height_um") : 416LL, item.text, name, item.text);
}

static const char *first_printer(const struct print_jobs *jobs)
{
    json_t *row;
    size_t i;
    json_array_foreach(jobs->printers, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "printer"));
        if (name && !json_is_true(json_object_get(row, "lists")))
            return name;
    }
    return "";
}

static void put_sentence(struct panel *panel)
{
    struct html *html = &panel->html;
    const char *job = http_query(panel->request, "xong");
    unsigned long long number = job ? strtoull(job, NULL, 10) : 0;
    if (panel->failed) {
        html_put(html, "<p class=loi role=alert data-tieng=sai>");
        html_sentence(html, panel->why.text);
        html_put(html, "</p>");
    }
    if (!panel->request->is_post && number > 0)
        html_format(html,
                    "<p class=xong role=status>Đã in. <a class=nut autofocus "
                    "href=\"" PATH "/%llu.pdf\">Mở tệp in lần %llu</a></p>",
                    number, number);
}

/* False: the answer is given. */
static bool put_page(struct panel *panel, const struct queue *queue)
{
    const struct web *web = panel->web;
    struct showing showing = {
        .panel = panel, .queue = queue, .now = web->config.clock.now(web->config.clock.self)};
    const char *look = http_query(panel->request, "xem");
    showing.risk = queue_risk(panel->web, showing.now);
    panel_begin(panel);
    print_jobs_read(panel, queue, &showing.jobs);
    showing.printer = first_printer(&showing.jobs);
    put_sentence(panel);
    print_jobs_put(panel, &showing.jobs, NULL);
    if (!panel->request->is_post && look)
        put_picture(&showing, look, http_query(panel->request, "may"));
    size_t named = put_list(&showing);
    put_again(&showing);
    print_jobs_done(&showing.jobs);
    if (panel->seat.person.offices_n == 0)
        desk_put_jobs(panel->web, &panel->html);
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
    if (print_jobs_post(panel)) {
        free(words);
        return panel->failed != NULL;
    }
    bool good = run(panel, words, &panel->why);
    free(words);
    if (!good) {
        panel->failed = &form;
        return true;
    }
    bool printer = json_object_get(panel->said, "job") != NULL;
    if (panel->answer->file < 0) {
        (void)snprintf(to, sizeof to, PATH "?xong=%llu", job_of(panel->said));
        page_redirect(printer ? PATH "#lenh" : to, panel->answer);
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
    char printer[48] = "printer=";
    const char *wanted = http_query(request, "may");
    const char *argv[] = {"preview", number, printer};
    if (wanted && *wanted)
        (void)snprintf(printer + 8, sizeof printer - 8, "%s", wanted);
    int fd = memfd_create("preview", MFD_CLOEXEC);
    json_t *said = NULL;
    if (fd >= 0 && act_run(web, request, &panel.seat, printer[8] ? 3 : 2, argv, fd, &said, &err) &&
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
