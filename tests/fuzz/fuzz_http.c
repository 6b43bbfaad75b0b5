/* Bytes on the plain listener's socket, through libmicrohttpd to the pages and back: request line,
 * headers, cookies, query, Last-Event-ID, forms, uploads. Some bytes stand for what a stranger
 * cannot guess: 1 the cookie of a login, 2 the citizen's link, 3 the number, 4 a key of the API.
 *
 * What comes back is an answer, a page is UTF-8, JSON is JSON, and what was asked never comes back
 * as markup (<zq>) or as a header (Zq:). */
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "tests/server/api_rig.h"
#include "tests/server/browser.h"

#define REQUEST_MAX 16384
#define WAITS_MS 60 /* longer than an answer takes on a quiet machine */
#define HOUR_MS (INT64_C(61) * 60 * 1000)
#define TURN 200 /* requests until another hour begins, in which guesses count anew */

static struct browser *browser;
static struct rig_device hand;
static char api_key[160];

/* A list is read by a child of this very program, before any main. */
__attribute__((constructor)) static void be_child(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--read-list") == 0)
        exit(desk_rig_child(argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : NULL));
}

static void open_once(void)
{
    void *state = NULL;
    if (browser != NULL)
        return;
    invariant(browser_open(&state) == 0);
    browser = state;
    rig_device(&hand, &browser->rig.desk.rig, "HH-042");
    desk_rig_scan(&browser->rig.desk, &hand, &browser->rig.item, EVENT_PICKED_UP, 60000);
    browser_log_in(browser);
    api_rig_key(&browser->rig, "cong scope=items:read office=all", api_key);
}

static void let_hours_pass(void)
{
    static unsigned runs;
    if (++runs % TURN != 0)
        return;
    desk_rig_pass(&browser->rig.desk, HOUR_MS);
    if (!browser_is_logged_in(browser))
        browser_log_in(browser);
}

static size_t put(char *out, size_t at, const char *words)
{
    size_t n = strlen(words);
    if (at + n > REQUEST_MAX)
        return at;
    memcpy(out + at, words, n);
    return at + n;
}

static size_t request_of(const uint8_t *bytes, size_t n, char out[REQUEST_MAX])
{
    const struct web_rig *rig = &browser->rig;
    size_t at = 0;
    for (size_t i = 0; i < n && at < REQUEST_MAX; i++)
        switch (bytes[i]) {
        case 1:
            at = put(out, at, browser->cookie);
            break;
        case 2:
            at = put(out, at, rig->link);
            break;
        case 3:
            at = put(out, at, rig->item.text);
            break;
        case 4:
            at = put(out, at, api_key);
            break;
        default:
            out[at++] = (char)bytes[i];
        }
    return at;
}

/* The answer is there whole, as its own head says; of a stream its beginning. */
static bool is_whole(const char *answer, size_t n)
{
    const char *body = strstr(answer, "\r\n\r\n");
    const char *length = strstr(answer, "Content-Length: ");
    if (body == NULL)
        return false;
    if (strstr(answer, "text/event-stream") != NULL)
        return true;
    return length != NULL && length < body &&
           n >= (size_t)(body + 4 - answer) + strtoul(length + 16, NULL, 10);
}

/* What comes, until it is whole, the other side closes, or nothing more comes: the request was cut,
 * and is waited for. */
static size_t ask(const char *request, size_t n, char *answer, size_t size)
{
    int fd = web_rig_connect(&browser->rig);
    size_t got_n = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    answer[0] = '\0';
    (void)!send(fd, request, n, MSG_NOSIGNAL);
    (void)!send(fd, "\r\n\r\n", 4, MSG_NOSIGNAL);
    while (got_n + 1 < size && !is_whole(answer, got_n) && poll(&wait, 1, WAITS_MS) == 1) {
        ssize_t got = read(fd, answer + got_n, size - 1 - got_n);
        if (got <= 0)
            break;
        got_n += (size_t)got;
        answer[got_n] = '\0';
    }
    close(fd);
    return got_n;
}

static bool says_json(const char *head)
{
    return strstr(head, "Content-Type: application/json") != NULL ||
           strstr(head, "Content-Type: application/problem+json") != NULL;
}

static void check_answer(char *answer, size_t n)
{
    char *body = strstr(answer, "\r\n\r\n");
    if (n == 0)
        return;
    invariant(strncmp(answer, "HTTP/1.", 7) == 0);
    if (body == NULL)
        return;
    *body = '\0';
    body += 4;
    size_t body_n = n - (size_t)(body - answer);
    long status = strtol(answer + 9, NULL, 10);
    invariant(status >= 100 && status < 600);
    invariant(strstr(answer, "\nZq:") == NULL && strstr(answer, "\nzq:") == NULL);
    const char *length = strstr(answer, "Content-Length: ");
    bool whole = length != NULL && strtoul(length + 16, NULL, 10) == body_n;
    if (!whole || strstr(answer, "Content-Encoding") != NULL)
        return; /* HEAD, more than one answer, or longer than is read */
    if (strstr(answer, "Content-Type: text/html") != NULL)
        invariant(utf8_is_text(body, body_n) && strstr(body, "<zq") == NULL);
    if (says_json(answer)) {
        json_t *json = json_loadb(body, body_n, 0, NULL);
        invariant(json != NULL);
        json_decref(json);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static char request[REQUEST_MAX], answer[1 << 20];
    open_once();
    let_hours_pass();
    size_t request_n = request_of(bytes, n, request);
    check_answer(answer, ask(request, request_n, answer, sizeof answer));
    return 0;
}
