#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/session_config.h"
#include "protocol/session_inside.h"
#include "protocol/session_pipe.h"
#include "protocol/wire.h"

#define TURN_MS 500 /* how long one wait may last: keepalive is looked after in between */
#define REACH_TIMEOUT_MS 15000   /* to the TCP connection */
#define CONNECT_TIMEOUT_MS 60000 /* to the subscription's answer [docs/decisions/0170] */
#define ANSWER_TIMEOUT_MS 30000  /* a broker that answers no publish for so long is stuck */
#define BACKOFF_FIRST_MS 500
#define BACKOFF_MAX_MS 30000 /* back at most a minute after the broker is */
#define NO_HURRY INT64_MAX
#define COUNTED_MS 16
#define THICK_A_MS 2 /* messages: 35,000 scans a second in batches of fifty are not */
#define GATHER_MS 1
#define READS_A_TURN 64 /* then what they caused is written, and is_stuck asked */
#define STEADY_MS 10000 /* up for so long: the next loss starts at the first backoff again */

static int64_t tick_ms(void)
{
    struct clock clock = clock_system();
    return clock.tick(clock.self).ms;
}

/* -------------------------------------------------------------------------- one connection */

static bool connection_start(struct session *session)
{
    session->why[0] = '\0';
    session->reached = false;
    struct mosquitto *mosq = session_line_new(session);
    if (mosq == NULL) {
        session_blame(session, strerror(errno));
        return false;
    }
    int rc = session_line_start(mosq, &session->config);
    if (rc != MOSQ_ERR_SUCCESS) {
        session_blame(session, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
        mosquitto_destroy(mosq);
        return false;
    }
    pthread_mutex_lock(&session->lock);
    session->mosq = mosq;
    session->unanswered = 0;
    pthread_mutex_unlock(&session->lock);
    return true;
}

static void connection_end(struct session *session)
{
    pthread_mutex_lock(&session->lock);
    struct mosquitto *mosq = session->mosq;
    session->mosq = NULL;
    session->unanswered = 0;
    pthread_mutex_unlock(&session->lock);
    mosquitto_destroy(mosq);
}

/* While TLS shakes hands libmosquitto wants to write, whatever it waits for: after the first time
 * that would be a poll that never waits. */
static bool wants_write(const struct session *session)
{
    return (mosquitto_want_write(session->mosq) &&
            (atomic_load(&session->up) || !session->reached)) ||
           session_pipe_unsent(mosquitto_ssl_get(session->mosq));
}

/* Waits for the socket or a wake; returns what became of the socket. */
static short await(struct session *session, int timeout_ms)
{
    struct mosquitto *mosq = session->mosq;
    struct pollfd polled[2] = {{.fd = session->wake, .events = POLLIN}, {.fd = -1}};
    atomic_store(&session->asleep, true); /* before it is looked what there is to write */
    if (mosq != NULL) {
        polled[1].fd = mosquitto_socket(mosq);
        polled[1].events = wants_write(session) ? POLLIN | POLLOUT : POLLIN;
    }
    int woken = poll(polled, 2, timeout_ms);
    atomic_store(&session->asleep, false);
    if (woken > 0 && polled[0].revents != 0) {
        uint64_t wakes;
        ssize_t got = read(session->wake, &wakes, sizeof wakes);
        (void)got;
    }
    return polled[1].revents;
}

/* Where messages come thick, each would wake this thread, be asked for and be answered by itself:
 * they are waited for a moment, which nobody feels behind so many [docs/decisions/0171]. */
static void gather(struct session *session)
{
    const struct timespec moment = {.tv_nsec = GATHER_MS * 1000L * 1000};
    int64_t now_ms = tick_ms(), passed_ms = now_ms - session->heard_since_ms;
    if (passed_ms >= COUNTED_MS) {
        session->thick = session->heard >= THICK_A_MS * passed_ms;
        session->heard_since_ms = now_ms;
        session->heard = 0;
    }
    if (session->thick)
        nanosleep(&moment, NULL);
}

/* What came in. libmosquitto may leave after each message, and poll does not know what was read
 * ahead of it. */
static int take_in(struct session *session)
{
    int rc, reads = 0;
    gather(session);
    do
        rc = mosquitto_loop_read(session->mosq, 1);
    while (rc == MOSQ_ERR_SUCCESS && session_pipe_unread(mosquitto_ssl_get(session->mosq)) &&
           ++reads < READS_A_TURN);
    return rc;
}

/* What there is to say, in one write. */
static int give_out(struct session *session)
{
    int rc = MOSQ_ERR_SUCCESS;
    if (mosquitto_want_write(session->mosq))
        rc = mosquitto_loop_write(session->mosq, 1);
    if (rc == MOSQ_ERR_SUCCESS && !session_pipe_flush(mosquitto_ssl_get(session->mosq)))
        rc = MOSQ_ERR_CONN_LOST;
    return rc;
}

/* One wait and what it brings. poll and not mosquitto_loop: that one uses select, which is lost
 * in a process with more than 1024 descriptors. False when the connection is over. */
static bool turn(struct session *session)
{
    struct mosquitto *mosq = session->mosq;
    int rc = MOSQ_ERR_SUCCESS, failed = 0;
    socklen_t size = sizeof failed;
    bool unread = session_pipe_unread(mosquitto_ssl_get(mosq));
    short seen = await(session, unread ? 0 : TURN_MS);
    if ((seen & (POLLERR | POLLNVAL)) != 0 &&
        getsockopt(mosquitto_socket(mosq), SOL_SOCKET, SO_ERROR, &failed, &size) == 0 &&
        failed != 0) {
        session_blame(session, strerror(failed));
        return false;
    }
    /* Where the TCP handshake takes its time, TLS begins at the first POLLOUT, and libmosquitto
     * goes on with it in loop_read alone. */
    bool began = (seen & POLLOUT) != 0 && !session->reached;
    session->reached = session->reached || began;
    if ((seen & (POLLIN | POLLHUP | POLLERR)) != 0 || began || unread)
        rc = take_in(session);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = give_out(session);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_loop_misc(mosq);
    /* Under TLS the first write has taken the socket's error away, and libmosquitto goes on waiting
     * for a handshake on a socket that is gone: poll would return at once, for ever. */
    if (rc == MOSQ_ERR_SUCCESS && (seen & POLLHUP) != 0 && !atomic_load(&session->up))
        session_blame(session, "Connection refused");
    if (rc != MOSQ_ERR_SUCCESS)
        session_blame(session, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
    return session->why[0] == '\0';
}

/* A broker may keep its socket and do nothing. */
static bool is_stuck(struct session *session, int64_t started_ms)
{
    int64_t now_ms = tick_ms();
    if (!atomic_load(&session->up)) {
        if (now_ms - started_ms > (session->reached ? CONNECT_TIMEOUT_MS : REACH_TIMEOUT_MS))
            session_blame(session, "no answer to the connect");
    } else {
        pthread_mutex_lock(&session->lock);
        if (session->unanswered > 0 && now_ms - session->answered_ms > ANSWER_TIMEOUT_MS)
            session_blame(session, "no answer to a publish");
        pthread_mutex_unlock(&session->lock);
    }
    return session->why[0] != '\0';
}

/* Says goodbye so that the broker need not wait for the keepalive to run out. */
static void leave(struct session *session)
{
    if (atomic_load(&session->up) &&
        mosquitto_disconnect_v5(session->mosq, 0, NULL) == MOSQ_ERR_SUCCESS)
        (void)give_out(session);
}

/* From connect to loss; returns how long it was up. */
static int64_t live(struct session *session)
{
    int64_t started_ms = tick_ms();
    if (!connection_start(session))
        return 0;
    while (!atomic_load(&session->stopping) && turn(session) && !is_stuck(session, started_ms))
        ;
    if (atomic_load(&session->stopping))
        leave(session);
    connection_end(session);
    return atomic_load(&session->up) ? tick_ms() - started_ms : 0;
}

/* ------------------------------------------------------------------------------ the thread */

static void tell_down(struct session *session)
{
    bool was_up = atomic_exchange(&session->up, false);
    if (atomic_load(&session->stopping))
        session_blame(session, "closed");
    if (!was_up && strcmp(session->why, session->why_told) == 0)
        return;
    memcpy(session->why_told, session->why, sizeof session->why_told);
    session->events.down(session->events.ctx, session->why);
}

/* A moment of the next `ms`. */
static int64_t drawn_within(int64_t ms)
{
    struct chance chance = chance_system();
    return (int64_t)(chance_u64(&chance) % (uint64_t)(ms + 1));
}

/* Half of the backoff is certain, half is drawn: ten thousand devices must not come back at once.
 */
static void rest(struct session *session, int64_t backoff_ms)
{
    int64_t half = backoff_ms / 2, until = tick_ms() + half + drawn_within(half), left;
    atomic_store(&session->hurry_ms, NO_HURRY);
    while (!atomic_load(&session->stopping) && (left = until - tick_ms()) > 0) {
        await(session, (int)left);
        int64_t within = atomic_exchange(&session->hurry_ms, NO_HURRY);
        int64_t sooner = within == NO_HURRY ? until : tick_ms() + drawn_within(within);
        until = sooner < until ? sooner : until;
    }
}

static void *run(void *ctx)
{
    struct session *session = ctx;
    int64_t backoff_ms = BACKOFF_FIRST_MS;
    int64_t most_ms =
        session->config.backoff_max_ms != 0 ? session->config.backoff_max_ms : BACKOFF_MAX_MS;
    while (!atomic_load(&session->stopping)) {
        if (live(session) >= STEADY_MS)
            backoff_ms = BACKOFF_FIRST_MS;
        tell_down(session);
        rest(session, backoff_ms);
        backoff_ms = backoff_ms * 2 < most_ms ? backoff_ms * 2 : most_ms;
    }
    return NULL;
}

/* --------------------------------------------------------------------------- opening, closing */

static void library_init(void)
{
    invariant(mosquitto_lib_init() == MOSQ_ERR_SUCCESS);
}

static void session_free(struct session *session)
{
    session_config_free(&session->config);
    if (session->wake >= 0)
        close(session->wake);
    pthread_mutex_destroy(&session->lock);
    free(session);
}

/* The thread takes no signals: they are the program's, and a broken TLS connection must not end
 * it by SIGPIPE. */
static int start_thread(struct session *session)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&session->thread, NULL, run, session);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

bool session_open(const struct session_config *config, const struct session_events *events,
                  struct session **ret_session, struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, library_init);
    if (!session_config_check(config, err))
        return error_add(err, "session");
    if (mosquitto_sub_topic_check(config->subscribe) != MOSQ_ERR_SUCCESS)
        return error_set(err, ERROR_BAD_INPUT, "session: subscription: not a topic filter");
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return error_set(err, ERROR_LATER, "session: no memory");
    session->config = session_config_copy(config);
    session->events = *events;
    atomic_store(&session->hurry_ms, NO_HURRY);
    pthread_mutex_init(&session->lock, NULL);
    session->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int rc = session->wake < 0 ? errno : start_thread(session);
    if (rc != 0) {
        session_free(session);
        return error_set(err, ERROR_LATER, "session: no thread: %s", strerror(rc));
    }
    *ret_session = session;
    return true;
}

static void wake(struct session *session)
{
    uint64_t one = 1;
    ssize_t written = write(session->wake, &one, sizeof one);
    (void)written; /* full means that a wake is on its way already */
}

void session_hurry(struct session *session, uint32_t within_ms)
{
    if (atomic_load(&session->up))
        return;
    atomic_store(&session->hurry_ms, within_ms);
    wake(session);
}

void session_close(struct session *session)
{
    if (session == NULL)
        return;
    atomic_store(&session->stopping, true);
    wake(session);
    pthread_join(session->thread, NULL);
    session_free(session);
}

/* ------------------------------------------------------------------------------ publishing */

static int hand_on(struct session *session, const char *topic, const void *bytes, size_t n)
{
    if (session->mosq == NULL || !atomic_load(&session->up))
        return MOSQ_ERR_NO_CONN;
    if (session->unanswered >= SESSION_WINDOW(session->config.inflight_max))
        return MOSQ_ERR_CONN_PENDING;
    if (session->unanswered == 0)
        session->answered_ms = tick_ms();
    session->unanswered++; /* before the call: the answer may be faster than its return */
    int rc = mosquitto_publish_v5(session->mosq, NULL, topic, (int)n, bytes, QOS, false, NULL);
    if (rc != MOSQ_ERR_SUCCESS)
        session->unanswered--;
    return rc;
}

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *err)
{
    struct session *session = self;
    if (n > WIRE_BYTES_MAX)
        return error_set(err, ERROR_BAD_INPUT, "publish: %zu bytes, at most %d are allowed", n,
                         WIRE_BYTES_MAX);
    pthread_mutex_lock(&session->lock);
    int rc = hand_on(session, topic, bytes, n);
    pthread_mutex_unlock(&session->lock);
    if (atomic_exchange(&session->asleep, false))
        wake(session);
    if (rc == MOSQ_ERR_SUCCESS)
        return true;
    if (rc == MOSQ_ERR_CONN_PENDING)
        return error_set(err, ERROR_LATER, "publish: the window is full");
    if (rc == MOSQ_ERR_OVERSIZE_PACKET || rc == MOSQ_ERR_INVAL || rc == MOSQ_ERR_MALFORMED_UTF8)
        return error_set(err, ERROR_BAD_INPUT, "publish: %s", mosquitto_strerror(rc));
    return error_set(err, ERROR_LATER, "publish: %s", mosquitto_strerror(rc));
}

struct link_out session_out(struct session *session)
{
    return (struct link_out){publish, session};
}

bool session_is_up(const struct session *session)
{
    return atomic_load(&session->up);
}
