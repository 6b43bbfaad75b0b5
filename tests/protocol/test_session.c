/* The session against a real mosquitto: each trap of an unreliable pipe brought about. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "broker.h"
#include "protocol/session.h"
#include "protocol/topic.h"
#include "protocol/wire.h"

/* What a session told, behind a lock: its thread writes, the test reads. */
struct seen {
    pthread_mutex_t lock;
    int ups, downs, messages, acknowledged, last_code;
    bool present;
    char why[160], topic[64], text[64];
};

static void seen_up(void *ctx, bool present)
{
    struct seen *seen = ctx;
    pthread_mutex_lock(&seen->lock);
    seen->ups++;
    seen->present = present;
    pthread_mutex_unlock(&seen->lock);
}

static void seen_down(void *ctx, const char *why)
{
    struct seen *seen = ctx;
    pthread_mutex_lock(&seen->lock);
    seen->downs++;
    snprintf(seen->why, sizeof seen->why, "%s", why);
    pthread_mutex_unlock(&seen->lock);
}

static void seen_message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    struct seen *seen = ctx;
    pthread_mutex_lock(&seen->lock);
    seen->messages++;
    snprintf(seen->topic, sizeof seen->topic, "%s", topic);
    snprintf(seen->text, sizeof seen->text, "%.*s", (int)(n < 60 ? n : 60), (const char *)bytes);
    pthread_mutex_unlock(&seen->lock);
}

static void seen_acknowledged(void *ctx, int code)
{
    struct seen *seen = ctx;
    pthread_mutex_lock(&seen->lock);
    seen->acknowledged++;
    seen->last_code = code;
    pthread_mutex_unlock(&seen->lock);
}

static int get(struct seen *seen, const int *what)
{
    pthread_mutex_lock(&seen->lock);
    int value = *what;
    pthread_mutex_unlock(&seen->lock);
    return value;
}

/* Waits until *what reaches `want`; fails with what it is after `seconds`. */
static void wait_for(struct seen *seen, const int *what, int want, int seconds)
{
    for (int i = 0; i < seconds * 50; i++) {
        if (get(seen, what) >= want)
            return;
        poll(NULL, 0, 20);
    }
    fail_msg("waited %d s for %d, have %d (down: %s)", seconds, want, get(seen, what), seen->why);
}

static struct session *open_session(const struct broker *broker, const char *id,
                                    const char *subscribe, struct seen *seen)
{
    struct session_config config = {.host = "127.0.0.1",
                                    .port = broker->port,
                                    .client_id = id,
                                    .subscribe = subscribe,
                                    .keepalive_s = 5,
                                    .inflight_max = 20,
                                    .session_expiry_s = SESSION_EXPIRY_S};
    if (broker->tls) {
        config.ca_file = broker_file(broker, "ca.pem");
        config.cert_file = broker_file(broker, "device.pem");
        config.key_file = broker_file(broker, "device.key");
    }
    struct session_events events = {seen_up, seen_down, seen_message, seen_acknowledged, seen};
    struct session *session;
    struct error err;
    memset(seen, 0, sizeof *seen);
    pthread_mutex_init(&seen->lock, NULL);
    if (!session_open(&config, &events, &session, &err))
        fail_msg("%s", err.text);
    return session;
}

static bool say(struct session *session, const char *topic, const char *text, struct error *err)
{
    struct link_out out = session_out(session);
    return out.publish(out.self, topic, text, strlen(text), err);
}

static int start(void **state)
{
    static struct broker broker;
    broker_init(&broker, false);
    *state = &broker;
    return 0;
}

static int start_tls(void **state)
{
    static struct broker broker;
    broker_init(&broker, true);
    *state = &broker;
    return 0;
}

static int stop(void **state)
{
    broker_done(*state);
    return 0;
}

static void carries_messages_both_ways(void **state)
{
    struct broker *broker = *state;
    struct seen server, device;
    struct error err;
    broker_start(broker);
    struct session *s = open_session(broker, "server", TOPIC_ALL_UP, &server);
    struct session *d = open_session(broker, "HH-TEST", "trao/1/HH-TEST/down", &device);
    wait_for(&server, &server.ups, 1, 10);
    wait_for(&device, &device.ups, 1, 10);
    assert_true(session_is_up(s));
    assert_true(say(d, "trao/1/HH-TEST/up", "beep", &err));
    wait_for(&server, &server.messages, 1, 10);
    assert_string_equal(server.topic, "trao/1/HH-TEST/up");
    assert_string_equal(server.text, "beep");
    assert_true(say(s, "trao/1/HH-TEST/down", "receipt", &err));
    wait_for(&device, &device.messages, 1, 10);
    assert_string_equal(device.text, "receipt");
    wait_for(&device, &device.acknowledged, 1, 10);
    assert_int_equal(device.last_code, 0);
    session_close(d);
    session_close(s);
    assert_int_equal(device.downs, 1);
    assert_string_equal(device.why, "closed");
}

/* A publish from another thread must not wait for the session's next turn (500 ms). */
static void publishes_at_once(void **state)
{
    struct broker *broker = *state;
    struct seen server;
    struct error err;
    struct timespec before, after;
    broker_start(broker);
    struct session *s = open_session(broker, "server", "trao/1/+/+", &server);
    wait_for(&server, &server.ups, 1, 10);
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (int i = 1; i <= 20; i++) {
        assert_true(say(s, "trao/1/HH-TEST/down", "x", &err));
        for (int k = 0; k < 10000 && get(&server, &server.messages) < i; k++)
            poll(NULL, 0, 1);
        assert_int_equal(get(&server, &server.messages), i);
    }
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_in_range(after.tv_sec - before.tv_sec, 0, 4); /* 20 turns would be 10 s */
    session_close(s);
}

static void connects_when_the_broker_comes_late(void **state)
{
    struct broker *broker = *state;
    struct seen seen;
    struct error err;
    struct session *session = open_session(broker, "HH-TEST", "trao/1/HH-TEST/down", &seen);
    wait_for(&seen, &seen.downs, 1, 10);
    assert_string_equal(seen.why, "Connection refused");
    poll(NULL, 0, 3000); /* several attempts, one telling */
    assert_int_equal(get(&seen, &seen.downs), 1);
    assert_false(session_is_up(session));
    assert_false(say(session, "trao/1/HH-TEST/up", "early", &err));
    assert_int_equal(err.code, ERROR_LATER);
    broker_start(broker);
    session_hurry(session, 0); /* the rest at hand would go on for seconds */
    wait_for(&seen, &seen.ups, 1, 1);
    session_hurry(session, 0); /* nothing while connected */
    assert_true(say(session, "trao/1/HH-TEST/up", "late", &err));
    wait_for(&seen, &seen.acknowledged, 1, 10);
    session_close(session);
}

static void subscribes_again_when_the_broker_forgot(void **state)
{
    struct broker *broker = *state;
    struct seen server, device;
    struct error err;
    broker_start(broker);
    struct session *s = open_session(broker, "server", TOPIC_ALL_UP, &server);
    struct session *d = open_session(broker, "HH-TEST", "trao/1/HH-TEST/down", &device);
    wait_for(&server, &server.ups, 1, 10);
    wait_for(&device, &device.ups, 1, 10);
    broker_kill(broker, true);
    wait_for(&server, &server.downs, 1, 10);
    wait_for(&device, &device.downs, 1, 10);
    assert_false(session_is_up(s));
    broker_start(broker);
    wait_for(&server, &server.ups, 2, 60);
    wait_for(&device, &device.ups, 2, 60);
    assert_false(server.present);
    assert_true(say(d, "trao/1/HH-TEST/up", "again", &err));
    wait_for(&server, &server.messages, 1, 10);
    assert_string_equal(server.text, "again");
    session_close(d);
    session_close(s);
}

/* Without the session expiry property the broker would forget at the disconnect. */
static void finds_its_session_again(void **state)
{
    struct broker *broker = *state;
    struct seen server, device;
    struct error err;
    broker_start(broker);
    struct session *s = open_session(broker, "server", TOPIC_ALL_UP, &server);
    struct session *d = open_session(broker, "HH-TEST", "trao/1/HH-TEST/down", &device);
    wait_for(&server, &server.ups, 1, 10);
    wait_for(&device, &device.ups, 1, 10);
    assert_false(device.present);
    session_close(d);
    assert_true(say(s, "trao/1/HH-TEST/down", "kept", &err));
    wait_for(&server, &server.acknowledged, 1, 10);
    assert_int_equal(server.last_code, 0);
    d = open_session(broker, "HH-TEST", "trao/1/HH-TEST/down", &device);
    wait_for(&device, &device.messages, 1, 10);
    wait_for(&device, &device.ups, 1, 10); /* what was kept comes before the subscription answers */
    assert_true(device.present);
    assert_string_equal(device.text, "kept");
    session_close(d);
    session_close(s);
}

static void says_when_nobody_listens(void **state)
{
    struct broker *broker = *state;
    struct seen device;
    struct error err;
    broker_start(broker);
    struct session *d = open_session(broker, "HH-TEST", "trao/1/HH-TEST/down", &device);
    wait_for(&device, &device.ups, 1, 10);
    assert_true(say(d, "trao/1/HH-TEST/up", "anybody?", &err));
    wait_for(&device, &device.acknowledged, 1, 10);
    assert_int_equal(device.last_code, 16);
    session_close(d);
}

static void refuses_what_is_too_big(void **state)
{
    struct broker *broker = *state;
    struct seen device;
    struct error err;
    static char big[32769];
    broker_start(broker);
    struct session *d = open_session(broker, "HH-TEST", "trao/1/HH-TEST/down", &device);
    struct link_out out = session_out(d);
    wait_for(&device, &device.ups, 1, 10);
    assert_false(out.publish(out.self, "trao/1/HH-TEST/up", big, sizeof big, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_true(out.publish(out.self, "trao/1/HH-TEST/up", big, sizeof big - 1, &err));
    wait_for(&device, &device.acknowledged, 1, 10);
    assert_int_equal(get(&device, &device.downs), 0);
    session_close(d);
}

/* A frozen broker acknowledges nothing: the window fills and says LATER instead of growing; when it
 * thaws everything accepted is answered. Then thousands pass through the same window. */
static void keeps_the_window(void **state)
{
    struct broker *broker = *state;
    struct seen server;
    struct error err;
    broker_start(broker);
    struct session *s = open_session(broker, "server", TOPIC_ALL_UP, &server);
    wait_for(&server, &server.ups, 1, 10);
    broker_freeze(broker, true);
    int accepted = 0;
    while (accepted < 1000 && say(s, "trao/1/HH-TEST/up", "x", &err))
        accepted++;
    assert_int_equal(accepted, SESSION_WINDOW(20));
    assert_int_equal(err.code, ERROR_LATER);
    broker_freeze(broker, false);
    wait_for(&server, &server.acknowledged, accepted, 10);
    for (int i = 0; i < 100000 && accepted < 5000; i++) {
        if (say(s, "trao/1/HH-TEST/up", "x", &err))
            accepted++;
        else
            poll(NULL, 0, 1);
    }
    wait_for(&server, &server.messages, 5000, 30);
    wait_for(&server, &server.acknowledged, 5000, 10);
    assert_int_equal(get(&server, &server.downs), 0);
    session_close(s);
}

/* A broker that keeps its socket and answers nothing is left within 1.5 keepalives. */
static void leaves_a_broker_that_is_stuck(void **state)
{
    struct broker *broker = *state;
    struct seen seen;
    broker_start(broker);
    struct session *session = open_session(broker, "HH-TEST", "trao/1/HH-TEST/down", &seen);
    wait_for(&seen, &seen.ups, 1, 10);
    broker_freeze(broker, true);
    wait_for(&seen, &seen.downs, 1, 15);
    broker_freeze(broker, false);
    wait_for(&seen, &seen.ups, 2, 60);
    session_close(session);
}

static void closes_while_the_broker_is_away(void **state)
{
    struct seen seen;
    struct session *session = open_session(*state, "HH-TEST", "trao/1/HH-TEST/down", &seen);
    session_close(session);
    session_close(NULL);
}

static void refuses_a_configuration_that_cannot_work(void **state)
{
    (void)state;
    struct session_events events = {seen_up, seen_down, seen_message, seen_acknowledged, NULL};
    struct session_config good = {.host = "127.0.0.1",
                                  .port = 1883,
                                  .client_id = "x",
                                  .subscribe = "a/+",
                                  .keepalive_s = 5,
                                  .inflight_max = 1};
    struct session_config config;
    struct session *session;
    struct error err;
    config = good, config.keepalive_s = 4;
    assert_false(session_open(&config, &events, &session, &err));
    config = good, config.inflight_max = 0;
    assert_false(session_open(&config, &events, &session, &err));
    config = good, config.subscribe = "a/+b";
    assert_false(session_open(&config, &events, &session, &err));
    config = good, config.ca_file = "/nowhere/ca.pem";
    assert_false(session_open(&config, &events, &session, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    config.cert_file = config.key_file = config.ca_file;
    assert_false(session_open(&config, &events, &session, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_string_equal(err.text, "session: /nowhere/ca.pem: No such file or directory");
}

/* ------------------------------------------------------------------------------------- TLS */

static void speaks_tls_under_the_certificate_s_name(void **state)
{
    struct broker *broker = *state;
    struct seen seen;
    struct error err;
    broker_start(broker);
    struct session *session = open_session(broker, NULL, "trao/1/HH-TEST/down", &seen);
    wait_for(&seen, &seen.ups, 1, 10);
    assert_true(say(session, "trao/1/HH-TEST/up", "mine", &err));
    wait_for(&seen, &seen.acknowledged, 1, 10);
    assert_int_equal(seen.last_code, 16);
    assert_true(say(session, "trao/1/HH-OTHER/up", "not mine", &err));
    wait_for(&seen, &seen.acknowledged, 2, 10);
    assert_int_equal(seen.last_code, 135);
    broker_kill(broker, true);
    wait_for(&seen, &seen.downs, 1, 10);
    broker_start(broker);
    wait_for(&seen, &seen.ups, 2, 60);
    session_close(session);
}

/* As many as go until `most`, of `n` bytes; returns how many went. */
static int say_big(struct session *session, size_t n, int most)
{
    static const uint8_t bytes[WIRE_BYTES_MAX];
    struct link_out out = session_out(session);
    int said = 0;
    while (said < most && out.publish(out.self, "trao/1/HH-TEST/echo", bytes, n, NULL))
        said++;
    return said;
}

/* All of them lie in the socket when the session's thread, held in a callback, reads again. */
static int come_at_once(struct broker *broker, struct session *session, struct seen *seen, int n)
{
    broker_freeze(broker, true);
    assert_int_equal(say_big(session, 10, n), n);
    poll(NULL, 0, 100);
    pthread_mutex_lock(&seen->lock);
    broker_freeze(broker, false);
    poll(NULL, 0, 300);
    pthread_mutex_unlock(&seen->lock);
    return n;
}

/* More than the socket holds while the broker is frozen, larger than what is gathered and smaller;
 * it all comes back, and nothing of it lies unread until something else comes. */
static void loses_nothing_that_it_gathers(void **state)
{
    struct broker *broker = *state;
    struct seen seen;
    broker_start(broker);
    struct session *session = open_session(broker, NULL, "trao/1/HH-TEST/echo", &seen);
    wait_for(&seen, &seen.ups, 1, 10);
    broker_freeze(broker, true);
    int said = say_big(session, WIRE_BYTES_MAX, 1000);
    assert_int_equal(said, SESSION_WINDOW(20));
    poll(NULL, 0, 300);
    broker_freeze(broker, false);
    wait_for(&seen, &seen.messages, said, 30);
    said += come_at_once(broker, session, &seen, 40);
    wait_for(&seen, &seen.messages, said, 4);
    for (int i = 0; i < 100000 && said < 4000; i++)
        if (say_big(session, (size_t)i * 37 % 700, 1) == 1)
            said++;
        else
            poll(NULL, 0, 1);
    wait_for(&seen, &seen.acknowledged, 4000, 30);
    wait_for(&seen, &seen.messages, 4000, 10);
    assert_int_equal(get(&seen, &seen.downs), 0);
    session_close(session);
}

/* Opens towards `host` with `ca` and waits for the refusal. */
static void expect_disbelief(const struct broker *broker, const char *host, const char *ca,
                             const char *why)
{
    struct seen seen;
    struct session_events events = {seen_up, seen_down, seen_message, seen_acknowledged, &seen};
    struct session_config config = {.host = host,
                                    .port = broker->port,
                                    .subscribe = "trao/1/HH-TEST/down",
                                    .ca_file = broker_file(broker, ca),
                                    .cert_file = broker_file(broker, "device.pem"),
                                    .key_file = broker_file(broker, "device.key"),
                                    .keepalive_s = 5,
                                    .inflight_max = 20};
    struct session *session;
    struct error err;
    memset(&seen, 0, sizeof seen);
    pthread_mutex_init(&seen.lock, NULL);
    assert_true(session_open(&config, &events, &session, &err));
    wait_for(&seen, &seen.downs, 1, 10);
    session_close(session);
    assert_int_equal(seen.ups, 0);
    if (strstr(seen.why, why) == NULL)
        fail_msg("down: %s", seen.why);
}

/* Under TLS the library takes the refusal for a handshake that is still to come: neither spinning
 * on the dead socket, nor 15 s for a refusal. */
static void a_refusal_is_seen_at_once_under_tls(void **state)
{
    struct broker *broker = *state; /* not started: nobody listens */
    struct seen seen;
    struct timespec before, after, cpu_before, cpu_after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_before);
    struct session *session = open_session(broker, NULL, "trao/1/HH-TEST/down", &seen);
    wait_for(&seen, &seen.downs, 1, 10);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_in_range(after.tv_sec - before.tv_sec, 0, 3);
    poll(NULL, 0, 500);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_after);
    assert_in_range(cpu_after.tv_sec - cpu_before.tv_sec, 0, 1);
    assert_string_equal(seen.why, "Connection refused");
    session_close(session);
}

static void believes_only_its_own_authority(void **state)
{
    broker_start(*state);
    expect_disbelief(*state, "127.0.0.1", "other.pem", "certificate verify failed");
}

/* "127.1" is the same machine under a name that is not in the broker's certificate. */
static void believes_only_the_right_host(void **state)
{
    broker_start(*state);
    expect_disbelief(*state, "127.1", "ca.pem", "host name verification failed");
}

static void takes_up_again_after_a_tls_broker_froze(void **state)
{
    struct broker *broker = *state;
    struct seen seen;
    broker_start(broker);
    broker_freeze(broker, true); /* the kernel accepts, nobody shakes hands */
    struct session *session = open_session(broker, NULL, "trao/1/HH-TEST/down", &seen);
    wait_for(&seen, &seen.downs, 1, 30);
    broker_freeze(broker, false);
    wait_for(&seen, &seen.ups, 1, 60);
    session_close(session);
}

/* ---------------------------------------------------------------- a link that takes its time */

static int listen_full(uint16_t *ret_port, int *ret_filler)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    *ret_port = ntohs(at.sin_port);
    *ret_filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(*ret_filler, (struct sockaddr *)&at, size), 0);
    return fd;
}

static bool pass_on(int from, int to)
{
    char bytes[4096];
    ssize_t n = read(from, bytes, sizeof bytes);
    return n > 0 && write(to, bytes, (size_t)n) == n;
}

/* Accepts nobody for a while: the first packet of the next one falls away, and comes again after a
 * second. Then carries him to the broker. */
static _Noreturn void be_slow(int listener, uint16_t port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    poll(NULL, 0, 200);
    close(accept(listener, NULL, NULL));
    int in = accept(listener, NULL, NULL), out = socket(AF_INET, SOCK_STREAM, 0);
    struct pollfd polled[2] = {{in, POLLIN, 0}, {out, POLLIN, 0}};
    bool good = connect(out, (struct sockaddr *)&at, sizeof at) == 0;
    while (good && poll(polled, 2, -1) > 0)
        good = (polled[0].revents == 0 || pass_on(in, out)) &&
               (polled[1].revents == 0 || pass_on(out, in));
    _exit(0);
}

static long cpu_ms(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

/* On loopback a connection stands before connect returns; everywhere else it does not. */
static void connects_over_a_link_that_takes_its_time(void **state)
{
    struct broker *broker = *state, via;
    struct seen seen;
    int filler;
    broker_start(broker);
    via = *broker;
    int listener = listen_full(&via.port, &filler);
    pid_t slow = fork();
    if (slow == 0)
        be_slow(listener, broker->port);
    close(listener);
    long before = cpu_ms();
    struct session *session = open_session(&via, NULL, "trao/1/HH-TEST/down", &seen);
    wait_for(&seen, &seen.ups, 1, 10);
    assert_int_equal(get(&seen, &seen.downs), 0);
    assert_true(cpu_ms() - before < 300); /* it waited, and did not spin */
    session_close(session);
    close(filler);
    kill(slow, SIGKILL);
    waitpid(slow, NULL, 0);
}

int main(void)
{
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, start, stop)
#define TLS(test) cmocka_unit_test_setup_teardown(test, start_tls, stop)
    const struct CMUnitTest tests[] = {
        PLAIN(carries_messages_both_ways),
        PLAIN(publishes_at_once),
        PLAIN(connects_when_the_broker_comes_late),
        PLAIN(connects_over_a_link_that_takes_its_time),
        PLAIN(subscribes_again_when_the_broker_forgot),
        PLAIN(finds_its_session_again),
        PLAIN(says_when_nobody_listens),
        PLAIN(refuses_what_is_too_big),
        PLAIN(keeps_the_window),
        PLAIN(leaves_a_broker_that_is_stuck),
        PLAIN(closes_while_the_broker_is_away),
        cmocka_unit_test(refuses_a_configuration_that_cannot_work),
        TLS(speaks_tls_under_the_certificate_s_name),
        TLS(loses_nothing_that_it_gathers),
        TLS(connects_over_a_link_that_takes_its_time),
        TLS(a_refusal_is_seen_at_once_under_tls),
        TLS(believes_only_its_own_authority),
        TLS(believes_only_the_right_host),
        TLS(takes_up_again_after_a_tls_broker_froze),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
