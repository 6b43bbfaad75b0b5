/* A citizen's live stream over real sockets: what it tells and whom, across a restart, framed for
 * every kind of client, and what becomes of one that does not read. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/server/web_rig.h"

/* ------------------------------------------------------------------ what is told */

static void listen_path(const struct web_rig *rig, uint64_t version, char out[512])
{
    (void)snprintf(out, 512, "%s/song?ban=%llu", rig->link, (unsigned long long)version);
}

static uint64_t version_now(struct web_rig *rig)
{
    struct view view;
    assert_true(views_item(rig->desk.rig.views, &rig->item, &view));
    return view.version;
}

static void a_change_is_heard_within_a_second(void **state)
{
    struct web_rig *rig = *state;
    char path[512], id[32];
    listen_path(rig, version_now(rig), path);
    int fd = web_rig_listen(rig, path, "");
    assert_true(fd >= 0);
    assert_true(web_rig_says(rig, "text/event-stream"));
    assert_true(web_rig_says(rig, "X-Accel-Buffering: no"));
    assert_false(web_rig_says(rig, "event: tin")); /* the page has this version */
    web_rig_scan(rig, EVENT_PICKED_UP);
    assert_true(web_rig_hears(rig, fd, "BƯU ĐIỆN ĐÃ NHẬN", 1000));
    (void)snprintf(id, sizeof id, "id: %llu\n", (unsigned long long)version_now(rig));
    assert_true(web_rig_says(rig, id));
    close(fd);
}

static void a_page_that_is_behind_hears_at_once(void **state)
{
    struct web_rig *rig = *state;
    char path[512], last[64];
    uint64_t before = version_now(rig);
    web_rig_scan(rig, EVENT_PICKED_UP);
    listen_path(rig, before, path);
    int fd = web_rig_listen(rig, path, "");
    assert_true(web_rig_hears(rig, fd, "BƯU ĐIỆN ĐÃ NHẬN", 1000));
    close(fd);
    (void)snprintf(last, sizeof last, "Last-Event-ID: %llu\r\n",
                   (unsigned long long)version_now(rig));
    fd = web_rig_listen(rig, path, last); /* the event's id beats the page's version */
    assert_false(web_rig_hears(rig, fd, "event: tin", 300));
    close(fd);
}

static void a_restart_loses_no_news(void **state)
{
    struct web_rig *rig = *state;
    char path[512], last[64];
    listen_path(rig, version_now(rig), path);
    int fd = web_rig_listen(rig, path, "");
    web_rig_scan(rig, EVENT_PICKED_UP);
    assert_true(web_rig_hears(rig, fd, "BƯU ĐIỆN ĐÃ NHẬN", 1000));
    (void)snprintf(last, sizeof last, "Last-Event-ID: %llu\r\n",
                   (unsigned long long)version_now(rig));
    web_rig_stop(rig);
    struct pollfd gone = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&gone, 1, 1000), 1); /* the stream ended */
    close(fd);
    rig_stop(&rig->desk.rig);
    rig_start(&rig->desk.rig);
    web_rig_scan(rig, EVENT_OUT_FOR_DELIVERY); /* arrives while no page is served */
    web_rig_start(rig);
    fd = web_rig_listen(rig, path, last);
    assert_true(web_rig_hears(rig, fd, "BƯU TÁ ĐANG ĐI GIAO", 1000));
    web_rig_scan(rig, EVENT_DELIVERED);
    assert_true(web_rig_hears(rig, fd, "ĐÃ GIAO</h1>", 1000));
    close(fd);
}

static void look(struct web_rig *rig, const char *last4)
{
    char form[256];
    (void)snprintf(form, sizeof form, "so=%s&duoi=%s", rig->item.text, last4);
    assert_int_equal(web_rig_post(rig, "/tra-cuu", "", form), 200);
}

/* The address of the stream in a page. */
static void stream_of_page(const struct web_rig *rig, char out[512])
{
    const char *at = strstr(rig->answer, "data-song=\"");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "data-song=\"%500[^\"]\"", out), 1);
}

static void a_stream_shows_what_was_proven(void **state)
{
    struct web_rig *rig = *state;
    char number_only[512], all[512], forged[512];
    look(rig, "");
    stream_of_page(rig, number_only);
    look(rig, "0001");
    stream_of_page(rig, all);
    int fd = web_rig_listen(rig, number_only, "");
    web_rig_scan(rig, EVENT_OUT_FOR_DELIVERY);
    assert_true(web_rig_hears(rig, fd, "BƯU TÁ ĐANG ĐI GIAO", 1000));
    assert_false(web_rig_hears(rig, fd, "mang đi giao", 200)); /* no history */
    close(fd);
    fd = web_rig_listen(rig, all, "");
    assert_true(web_rig_hears(rig, fd, "33.000 đ", 1000));
    close(fd);
    (void)snprintf(forged, sizeof forged, "%s", number_only);
    char *level = strstr(forged, ".N.");
    assert_non_null(level);
    level[1] = 'F';
    assert_int_equal(web_rig_listen(rig, forged, ""), -1);
    assert_true(web_rig_says(rig, "404"));
    desk_rig_pass(&rig->desk, INT64_C(1000) * 13 * 3600);
    assert_int_equal(web_rig_listen(rig, all, ""), -1);
    assert_true(web_rig_says(rig, "204"));
}

static void a_stream_beats(void **state)
{
    struct web_rig *rig = *state;
    char path[512];
    listen_path(rig, version_now(rig), path);
    int fd = web_rig_listen(rig, path, "");
    desk_rig_pass(&rig->desk, INT64_C(1000) * 15);
    assert_true(web_rig_hears(rig, fd, ":\n\n", 1000));
    close(fd);
}

#define CROWD 520 /* so many that a second thread tells half of them */

static void many_streams_do_not_block_a_page(void **state)
{
    struct web_rig *rig = *state;
    int fds[CROWD];
    char path[512];
    listen_path(rig, version_now(rig), path);
    for (int i = 0; i < CROWD; i++) {
        fds[i] = web_rig_listen(rig, path, "");
        assert_true(fds[i] >= 0);
    }
    assert_int_equal(web_rig_get(rig, "/", ""), 200);
    web_rig_scan(rig, EVENT_PICKED_UP);
    for (int i = 0; i < CROWD; i++) {
        memset(rig->answer, 0, sizeof rig->answer);
        assert_true(web_rig_hears(rig, fds[i], "BƯU ĐIỆN ĐÃ NHẬN", 1000));
        close(fds[i]);
    }
}

/* Pages in two languages and of three proofs hear the same change, each in its own words, once. */
static void every_kind_of_page_hears_its_own(void **state)
{
    struct web_rig *rig = *state;
    char path[512], english[520];
    listen_path(rig, version_now(rig), path);
    (void)snprintf(english, sizeof english, "%s&en", path);
    int vi = web_rig_listen(rig, path, ""), en = web_rig_listen(rig, english, "");
    web_rig_scan(rig, EVENT_PICKED_UP);
    assert_true(web_rig_hears(rig, vi, "BƯU ĐIỆN ĐÃ NHẬN", 1000));
    memset(rig->answer, 0, sizeof rig->answer);
    assert_true(web_rig_hears(rig, en, "THE POST HAS IT", 1000));
    memset(rig->answer, 0, sizeof rig->answer);
    assert_false(web_rig_hears(rig, vi, "event: tin", 200));
    close(vi);
    close(en);
}

static void streams_of_one_client_are_bounded(void **state)
{
    struct web_rig *rig = *state;
    static const char from[] = "X-Forwarded-For: 10.0.3.1\r\n";
    int fds[200];
    char path[512];
    listen_path(rig, version_now(rig), path);
    for (int i = 0; i < 200; i++) {
        fds[i] = web_rig_listen(rig, path, from);
        assert_true(fds[i] >= 0);
    }
    assert_int_equal(web_rig_listen(rig, path, from), -1);
    assert_true(web_rig_says(rig, " 503 "));
    int other = web_rig_listen(rig, path, "X-Forwarded-For: 10.0.3.2\r\n");
    assert_true(other >= 0);
    close(other);
    for (int i = 0; i < 200; i++)
        close(fds[i]);
}

/* A subscriber has 2^64 addresses of IPv6. */
static void streams_of_one_network_are_bounded(void **state)
{
    struct web_rig *rig = *state;
    int fds[200];
    char path[512], from[80];
    listen_path(rig, version_now(rig), path);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(from, sizeof from, "X-Forwarded-For: 2001:db8:1:2::%x\r\n", i + 1);
        fds[i] = web_rig_listen(rig, path, from);
        assert_true(fds[i] >= 0);
    }
    assert_int_equal(web_rig_listen(rig, path, "X-Forwarded-For: 2001:db8:1:2:3::1\r\n"), -1);
    int other = web_rig_listen(rig, path, "X-Forwarded-For: 2001:db8:1:3::1\r\n");
    assert_true(other >= 0);
    close(other);
    for (int i = 0; i < 200; i++)
        close(fds[i]);
}

/* ------------------------------------------------------------------ how it is framed */

/* What follows the head, unpacked by RFC 9112, 7.1; fails on anything else than whole chunks. */
static void unpack(const char *chunks, char *out)
{
    size_t n = 0;
    while (*chunks != '\0') {
        char *end = NULL;
        size_t size = strtoul(chunks, &end, 16);
        assert_true(end > chunks && size > 0 && strncmp(end, "\r\n", 2) == 0);
        assert_true(strlen(end + 2) >= size + 2);
        memcpy(out + n, end + 2, size);
        n += size;
        chunks = end + 2 + size;
        assert_true(strncmp(chunks, "\r\n", 2) == 0);
        chunks += 2;
    }
    out[n] = '\0';
}

/* Each event and beat whole, in order, and nothing else. */
static void is_all_that_was_told(const char *bytes)
{
    static const char *const parts[] = {"retry: 1000\n\n", "BƯU ĐIỆN ĐÃ NHẬN", ":\n\n",
                                        "BƯU TÁ ĐANG ĐI GIAO", "ĐÃ GIAO</h1>"};
    const char *at = bytes;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        at = strstr(at, parts[i]);
        assert_non_null(at);
    }
    size_t events = 0;
    for (at = bytes; (at = strstr(at, "event: tin\n")); at++)
        events++;
    assert_int_equal(events, 3);
    for (at = bytes; *at != '\0'; at = strchr(at, '\n') + 1) /* a line is of the format */
        assert_true(*at == '\n' || *at == ':' || strncmp(at, "id: ", 4) == 0 ||
                    strncmp(at, "event: tin", 10) == 0 || strncmp(at, "data: ", 6) == 0 ||
                    strncmp(at, "retry: ", 7) == 0);
}

static int ask_for_stream(struct web_rig *rig, const char *path, const char *version,
                          const char *headers)
{
    char bytes[1024];
    int fd = web_rig_connect(rig);
    int n = snprintf(bytes, sizeof bytes, "GET %s HTTP/%s\r\nHost: 127.0.0.1\r\n%s\r\n", path,
                     version, headers);
    assert_int_equal(send(fd, bytes, (size_t)n, MSG_NOSIGNAL), n);
    memset(rig->answer, 0, sizeof rig->answer);
    assert_true(web_rig_hears(rig, fd, "retry: 1000\n\n", 2000));
    return fd;
}

static void clients_of_every_kind_hear_whole_events(void **state)
{
    struct web_rig *rig = *state;
    static const struct {
        const char *version, *headers;
        bool chunked;
    } clients[] = {{"1.1", "", true}, {"1.1", "Connection: close\r\n", true}, {"1.0", "", false}};
    enum { CLIENTS = sizeof clients / sizeof *clients };
    static char heard[CLIENTS][ANSWER_MAX], plain[ANSWER_MAX];
    int fds[CLIENTS];
    char path[512];
    listen_path(rig, version_now(rig), path);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = ask_for_stream(rig, path, clients[i].version, clients[i].headers);
        memcpy(heard[i], rig->answer, ANSWER_MAX);
    }
    web_rig_scan(rig, EVENT_PICKED_UP);
    desk_rig_pass(&rig->desk, INT64_C(1000) * 16);
    usleep(300 * 1000); /* a beat */
    web_rig_scan(rig, EVENT_OUT_FOR_DELIVERY);
    web_rig_scan(rig, EVENT_DELIVERED);
    for (int i = 0; i < CLIENTS; i++) {
        memcpy(rig->answer, heard[i], ANSWER_MAX);
        assert_true(web_rig_hears(rig, fds[i], "ĐÃ GIAO</h1>", 2000));
        (void)web_rig_hears(rig, fds[i], "nothing more", 200);
        assert_true(web_rig_says(rig, "Transfer-Encoding: chunked") == clients[i].chunked);
        if (clients[i].chunked)
            unpack(web_rig_body(rig), plain);
        else
            (void)snprintf(plain, sizeof plain, "%s", web_rig_body(rig));
        is_all_that_was_told(plain);
        close(fds[i]);
    }
}

/* It lets the socket fill up, and is cut off; who reads beside it hears all, and nobody waits. */
static void who_does_not_read_is_cut_off(void **state)
{
    struct web_rig *rig = *state;
    char path[512];
    listen_path(rig, version_now(rig), path);
    int deaf = ask_for_stream(rig, path, "1.1", ""), hears = ask_for_stream(rig, path, "1.1", "");
    size_t told = 0;
    (void)setsockopt(deaf, SOL_SOCKET, SO_RCVBUF, &(int){4096}, sizeof(int));
    for (int i = 0; i < 4000 && web_streams(rig->web) == 2; i++) {
        static const uint32_t events[] = {EVENT_OUT_FOR_DELIVERY, EVENT_ARRIVED_DELIVERY_OFFICE};
        web_rig_scan(rig, events[i % 2]);
        memset(rig->answer, 0, sizeof rig->answer);
        assert_true(web_rig_hears(rig, hears, "event: tin", 2000));
        told += strlen(rig->answer);
    }
    print_message("cut off after %zu bytes\n", told);
    assert_int_equal(web_streams(rig->web), 1);
    web_rig_scan(rig, EVENT_DELIVERED);
    assert_true(web_rig_hears(rig, hears, "ĐÃ GIAO</h1>", 2000));
    close(deaf);
    close(hears);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define WEB(name) cmocka_unit_test_setup_teardown(name, web_rig_setup, web_rig_teardown)
    const struct CMUnitTest tests[] = {
        WEB(a_change_is_heard_within_a_second),
        WEB(a_page_that_is_behind_hears_at_once),
        WEB(a_restart_loses_no_news),
        WEB(a_stream_shows_what_was_proven),
        WEB(a_stream_beats),
        WEB(many_streams_do_not_block_a_page),
        WEB(every_kind_of_page_hears_its_own),
        WEB(streams_of_one_client_are_bounded),
        WEB(streams_of_one_network_are_bounded),
        WEB(clients_of_every_kind_hear_whole_events),
        WEB(who_does_not_read_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
