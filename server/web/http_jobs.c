/* http_jobs.c - answers that take long: their connections sleep in a queue for the threads in
 * http_work. */
#include "server/web/http_inside.h"

#define JOBS_MAX 64 /* slow requests that may wait; beyond that 503 */

bool http_hand_over(struct exchange *exchange)
{
    struct http *http = exchange->http;
    pthread_mutex_lock(&http->lock);
    bool taken = !http->stopping && http->jobs < JOBS_MAX;
    if (taken) {
        MHD_suspend_connection(exchange->connection);
        exchange->stage = WAITING;
        if (http->last)
            http->last->next = exchange;
        else
            http->first = exchange;
        http->last = exchange;
        http->jobs++;
        pthread_cond_signal(&http->more);
    }
    pthread_mutex_unlock(&http->lock);
    return taken;
}

/* The next waiting exchange; NULL when work is to stop. */
static struct exchange *next_job(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    while (!http->first && !http->stopping)
        pthread_cond_wait(&http->more, &http->lock);
    struct exchange *exchange = http->stopping ? NULL : http->first;
    if (exchange) {
        http->first = exchange->next;
        http->last = http->first ? http->last : NULL;
        http->jobs--;
    }
    pthread_mutex_unlock(&http->lock);
    return exchange;
}

static void wake_with_answer(struct exchange *exchange)
{
    exchange->stage = ANSWERED;
    MHD_resume_connection(exchange->connection);
}

void http_work(struct http *http)
{
    for (struct exchange *exchange; (exchange = next_job(http)) != NULL;) {
        http->config.answer(http->config.ctx, &exchange->request, &exchange->answer);
        wake_with_answer(exchange);
    }
}

void http_stop_work(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    http->stopping = true;
    pthread_cond_broadcast(&http->more);
    pthread_mutex_unlock(&http->lock);
}

void http_release_jobs(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    struct exchange *exchange = http->first;
    http->first = http->last = NULL;
    pthread_mutex_unlock(&http->lock);
    while (exchange) {
        struct exchange *next = exchange->next;
        exchange->answer = http_refusal(exchange, 503, HTTP_BUSY);
        wake_with_answer(exchange);
        exchange = next;
    }
}
