#include "server/web/queue.h"

#include <stdlib.h>
#include <string.h>

#include "server/record/lookups.h"
#include "server/web/face.h"

void queue_done(struct queue *queue)
{
    free(queue->rows);
    *queue = (struct queue){.rows = NULL};
}

bool queue_step_of(struct record *record, const struct view *view, enum queue_step *ret_step,
                   struct error *err)
{
    struct content content;
    *ret_step = QUEUE_NONE;
    if (view->state.status == STATUS_ISSUED)
        *ret_step = QUEUE_PRINT;
    if (view->state.status != STATUS_PRINTED)
        return true;
    if (!record_content(record, &view->state.item, &content, err))
        return false;
    *ret_step = content.paired ? QUEUE_HANDOVER : content.received ? QUEUE_PAIR : QUEUE_RECEIVE;
    return true;
}

const char *queue_step_words(enum queue_step step)
{
    static const char *const words[] = {"–", "In phong bì", "Nhận kết quả", "Ghép vào bì",
                                        "Bàn giao"};
    return words[step];
}

static int by_due(const void *a, const void *b)
{
    const struct queue_row *x = a, *y = b;
    int64_t left = x->view.clocks.office.due.ms, right = y->view.clocks.office.due.ms;
    left = left ? left : INT64_MAX;
    right = right ? right : INT64_MAX;
    if (left != right)
        return left < right ? -1 : 1;
    return strcmp(x->view.state.item.text, y->view.state.item.text);
}

static bool add_status(struct web *web, const struct person *person, enum status status,
                       struct view *views, struct queue *queue)
{
    struct view_filter filter = {
        .status = status, .offices = person->offices, .offices_n = person->offices_n};
    size_t n = views_list(web->config.views, &filter, views, QUEUE_MAX + 1);
    queue->more = queue->more || n > QUEUE_MAX;
    n = n < QUEUE_MAX ? n : QUEUE_MAX;
    struct queue_row *rows = realloc(queue->rows, (queue->n + n + 1) * sizeof *rows);
    if (!rows)
        return false;
    queue->rows = rows;
    for (size_t i = 0; i < n; i++)
        rows[queue->n++].view = views[i];
    return true;
}

struct instant queue_risk(struct web *web, struct instant now)
{
    struct instant risk;
    uint32_t post_office = web->config.config->post_office;
    return views_at_risk_until(web->config.views, post_office, now, &risk) ? risk : now;
}

static bool read_steps(struct web *web, struct queue *queue, struct error *err)
{
    struct instant now = web->config.clock.now(web->config.clock.self), risk = queue_risk(web, now);
    struct record *record = readers_take(web->readers);
    bool good = true;
    for (size_t i = 0; i < queue->n && good; i++) {
        struct queue_row *row = &queue->rows[i];
        int64_t due = row->view.clocks.office.due.ms;
        good = queue_step_of(record, &row->view, &row->step, err);
        queue->counts[good ? row->step : QUEUE_NONE]++;
        queue->at_risk += due != 0 && due < risk.ms;
    }
    readers_give(web->readers, record);
    return good;
}

bool queue_read(struct web *web, const struct person *person, struct queue *ret_queue,
                struct error *err)
{
    struct queue queue = {.rows = NULL};
    struct view *views = calloc(QUEUE_MAX + 1, sizeof *views);
    bool good = (views && add_status(web, person, STATUS_ISSUED, views, &queue) &&
                 add_status(web, person, STATUS_PRINTED, views, &queue)) ||
                error_set(err, ERROR_LATER, "out of memory");
    free(views);
    good = good && read_steps(web, &queue, err);
    if (!good) {
        queue_done(&queue);
        return false;
    }
    if (queue.n > 0)
        qsort(queue.rows, queue.n, sizeof *queue.rows, by_due);
    *ret_queue = queue;
    return true;
}

/* ------------------------------------------------------------------ one of them */

bool queue_is_item(const char *text)
{
    struct item item;
    struct error none;
    return item_parse(text, strlen(text), &item, &none);
}

bool queue_find(struct web *web, const struct person *person, const char *text,
                struct view *ret_view, struct error *err)
{
    struct item item;
    bool good = item_parse(text, strlen(text), &item, err);
    if (!good) {
        struct record *record = readers_take(web->readers);
        good = record_item_of_dossier(record, text, &item, err);
        readers_give(web->readers, record);
    }
    if (good && views_item(web->config.views, &item, ret_view) && ret_view->state.issued &&
        person_sees(person, ret_view->marks.office))
        return true;
    return error_set(err, ERROR_NOT_FOUND,
                     "«%.40s»: không thấy hồ sơ hay phong bì này. Xem bộ gõ đã tắt chưa, quét lại. "
                     "/ neither a dossier nor an envelope known here",
                     text);
}

void queue_put_due(const struct view *view, struct instant now, struct instant risk,
                   struct html *html)
{
    char date[CLOCK_TEXT_MAX];
    struct instant due = view->clocks.office.due;
    if (due.ms == 0) {
        html_put(html, "<td data-ten=\"Hạn\" class=trong>–</td>");
        return;
    }
    clock_date_vi(due, date, sizeof date);
    html_format(html, "<td data-ten=\"Hạn\"%s>%.5s%s</td>", due.ms < risk.ms ? " class=tre" : "",
                date,
                due.ms < now.ms    ? " trễ"
                : due.ms < risk.ms ? " sắp trễ"
                                   : "");
}
