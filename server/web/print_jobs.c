#include "server/web/print_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "server/web/form.h"

#define PATH "/quay/in"
#define ENDED_SHOWN 3

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static long long number_of(const json_t *row, const char *key)
{
    return (long long)json_integer_value(json_object_get(row, key));
}

static bool is_state(const json_t *job, const char *state)
{
    return strcmp(text_of(job, "state"), state) == 0;
}

/* Of its own life, not of the printer's: "finished" and "cancelled" end it. */
static bool has_ended(const json_t *job)
{
    return is_state(job, "finished") || is_state(job, "cancelled");
}

/* ------------------------------------------------------------------ read */

/* Printers of a post office serve what it sends: who is bound to offices chooses among those that
 * serve what lies on his desk. */
static bool serves(const struct panel *panel, const struct queue *queue, const json_t *printer)
{
    unsigned long post_office = strtoul(text_of(printer, "post_office"), NULL, 10);
    if (post_office == 0 || panel->seat.person.offices_n == 0)
        return true;
    for (size_t i = 0; i < queue->n; i++)
        if (queue->rows[i].view.state.office.post_office == post_office)
            return true;
    return false;
}

static json_t *read_printers(struct panel *panel, const struct queue *queue)
{
    json_t *said = panel_ask(panel, "printers", NULL), *chosen = json_array(), *row;
    size_t i;
    json_array_foreach(json_object_get(said, "printers"), i, row)
    {
        if (json_is_true(json_object_get(row, "on")) && serves(panel, queue, row))
            (void)json_array_append(chosen, row);
    }
    json_decref(said);
    return chosen;
}

static json_t *read_job(struct panel *panel, long long number)
{
    char text[24];
    const char *argv[] = {"printjobs", text};
    json_t *said = NULL;
    struct error ended; /* meanwhile */
    (void)snprintf(text, sizeof text, "%lld", number);
    return act_read(panel->web, &panel->seat, 2, argv, &said, &ended) ? said : NULL;
}

static json_t *read_jobs(struct panel *panel)
{
    const char *argv[] = {"printjobs"};
    json_t *said = NULL, *jobs = json_array(), *row;
    struct error none; /* no printers here */
    size_t i, ended = 0;
    if (!act_read(panel->web, &panel->seat, 1, argv, &said, &none))
        return jobs;
    json_array_foreach(json_object_get(said, "jobs"), i, row)
    {
        if (has_ended(row) && ended >= ENDED_SHOWN)
            continue;
        json_t *job = read_job(panel, number_of(row, "job"));
        if (job && act_sees_job(panel->web, &panel->seat, job)) {
            (void)json_array_append(jobs, job);
            ended += has_ended(row);
        }
        json_decref(job);
    }
    json_decref(said);
    return jobs;
}

void print_jobs_read(struct panel *panel, const struct queue *queue, struct print_jobs *ret_jobs)
{
    struct queue own = {.n = 0};
    struct error none;
    ret_jobs->known = live_number(panel->web->live);
    bool read = !queue && queue_read(panel->web, &panel->seat.person, &own, &none);
    ret_jobs->printers = read_printers(panel, queue ? queue : &own);
    ret_jobs->jobs = read_jobs(panel);
    if (read)
        queue_done(&own);
}

void print_jobs_done(struct print_jobs *jobs)
{
    json_decref(jobs->printers);
    json_decref(jobs->jobs);
}

long long print_jobs_hold(const struct print_jobs *jobs, const char *item)
{
    json_t *job, *row;
    size_t i, k;
    json_array_foreach(jobs->jobs, i, job)
    {
        const json_t *about = json_array_get(json_object_get(job, "jobs"), 0);
        if (has_ended(about))
            continue;
        json_array_foreach(json_object_get(job, "items"), k, row)
        {
            if (strcmp(text_of(row, "item"), item) == 0)
                return number_of(about, "job");
        }
    }
    return 0;
}

/* ------------------------------------------------------------------ shown */

/* What to press: on, from the sheet that is said, or no more. */
static void put_stopped(struct panel *panel, const json_t *job)
{
    struct html *html = &panel->html;
    long long number = number_of(job, "job"), next = number_of(job, "done") + 1,
              of = number_of(job, "of");
    if (next > of)
        next = of;
    html_format(html, "<form class=\"the in-tiep\" method=post action=\"" PATH "\">");
    seat_put_csrf(&panel->seat, html);
    html_format(
        html,
        "<input type=hidden name=lenh value=%lld><label for=tu-%lld>Từ tờ</label><input "
        "id=tu-%lld name=tu value=%lld required inputmode=numeric maxlength=5 "
        "autocomplete=off><button name=viec value=tiep autofocus data-nhan=\"In tiếp tờ "
        "%%n\">In tiếp tờ %lld</button> <button class=nhe name=viec value=huy>Hủy "
        "lệnh</button></form><p>Nạp giấy, gỡ kẹt rồi Enter. Tờ dở dang in lại mang dấu «BẢN "
        "IN LẠI».</p>",
        number, number, number, next, next);
}

static void put_cancel(struct panel *panel, const json_t *job)
{
    struct html *html = &panel->html;
    html_put(html, "<form class=in-tiep method=post action=\"" PATH "\">");
    seat_put_csrf(&panel->seat, html);
    html_format(html,
                "<input type=hidden name=lenh value=%lld><button class=nhe name=viec value=huy>Hủy "
                "lệnh</button></form>",
                number_of(job, "job"));
}

static bool wants_somebody(const json_t *job)
{
    return is_state(job, "stopped") || is_state(job, "held") || is_state(job, "no-paper") ||
           is_state(job, "halted");
}

static void put_job(struct panel *panel, const json_t *job)
{
    struct html *html = &panel->html;
    bool ended = has_ended(job), wanted = wants_somebody(job);
    html_format(html, "<article class=lenh><h3>%s, lệnh %lld</h3><p class=\"%s\" role=%s>",
                text_of(job, "printer"), number_of(job, "job"),
                wanted                                 ? "loi"
                : ended && !is_state(job, "cancelled") ? "xong"
                                                       : "dem",
                wanted ? "alert" : "status");
    html_sentence(html, text_of(job, "words"));
    html_format(html, ", <b>%lld/%lld</b> tờ%s", number_of(job, "done"), number_of(job, "of"),
                *text_of(job, "handover") ? " bảng kê " : "");
    html_text(html, text_of(job, "handover"));
    html_put(html, "</p>");
    if (!ended)
        html_format(html,
                    "<progress max=%lld value=%lld aria-label=\"Lệnh %lld đã in\"></progress>",
                    number_of(job, "of"), number_of(job, "done"), number_of(job, "job"));
    if (is_state(job, "stopped")) {
        put_stopped(panel, job);
        html_put(html, "<details><summary>Máy in nói gì</summary><p><small>");
        html_sentence(html, text_of(job, "why"));
        html_put(html, "</small></p></details>");
    } else if (!ended) {
        put_cancel(panel, job);
    }
    html_put(html, "</article>");
}

void print_jobs_put(struct panel *panel, const struct print_jobs *jobs, const char *handover)
{
    struct html *html = &panel->html;
    json_t *job;
    size_t i, n = 0;
    html_format(html, "<section id=lenh class=khong-in data-song=%llu aria-live=polite>",
                (unsigned long long)jobs->known);
    json_array_foreach(jobs->jobs, i, job)
    {
        const json_t *about = json_array_get(json_object_get(job, "jobs"), 0);
        if (handover && strcmp(text_of(about, "handover"), handover) != 0)
            continue;
        if (n++ == 0)
            html_put(html, "<h2>Máy in đang làm gì</h2>");
        put_job(panel, about);
    }
    if (n > 0)
        html_put(html, "<noscript><p><a href=\"\">Tải lại</a> để xem tiếp.</p></noscript>");
    html_put(html, "</section>");
}

/* ------------------------------------------------------------------ chosen */

bool print_jobs_choice(struct panel *panel, const struct print_jobs *jobs, const char *id,
                       bool lists)
{
    struct html *html = &panel->html;
    json_t *row;
    size_t i, n = 0;
    json_array_foreach(jobs->printers, i, row)
    {
        if (json_is_true(json_object_get(row, "lists")) != lists)
            continue;
        if (n++ == 0)
            html_format(html, "<label for=%s>Máy in</label><select id=%s name=may>", id, id);
        html_format(html, "<option value=\"%s\">%s, %s %lld dpi</option>", text_of(row, "printer"),
                    text_of(row, "printer"), text_of(row, "layout"), number_of(row, "dpi"));
    }
    if (n > 0 && !lists)
        html_put(html, "<option value=\"\">Tệp PDF, tự mở và in</option>");
    if (n > 0)
        html_put(html, "</select>");
    return n > 0;
}

void print_jobs_reasons(struct html *html, const char *id, const char *first)
{
    html_format(html, "<label for=%s>Vì sao in lại</label><select id=%s name=reason>", id, id);
    if (first)
        html_format(html, "<option value=\"\">%s</option>", first);
    html_put(html, "<option value=1>Nhãn rách, bẩn</option><option value=2>In mờ, lệch</option>"
                   "<option value=3>Kẹt giấy</option><option value=4>Mất tờ đã in</option><option "
                   "value=9>Khác</option></select>");
}

/* ------------------------------------------------------------------ pressed */

bool print_jobs_post(struct panel *panel)
{
    static const struct panel_form form = {.verb = "printresume"};
    const struct http_request *request = panel->request;
    char job[24], what[8], from[32] = "from=";
    json_t *said = NULL;
    form_value(request->body, request->body_n, "lenh", job, sizeof job);
    form_value(request->body, request->body_n, "viec", what, sizeof what);
    form_value(request->body, request->body_n, "tu", from + 5, sizeof from - 5);
    if (*job == '\0')
        return false;
    bool cancel = strcmp(what, "huy") == 0;
    const char *argv[] = {cancel ? "printcancel" : "printresume", job, from};
    int argc = cancel || from[5] == '\0' ? 2 : 3;
    if (act_run(panel->web, request, &panel->seat, argc, argv, -1, &said, &panel->why))
        page_redirect(PATH "#lenh", panel->answer);
    else
        panel->failed = &form;
    json_decref(said);
    return true;
}
