/* http.c - the listeners: how they are opened, which limits their sockets have, and their end. */
#include <errno.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "server/web/http_inside.h"

#define CONNECTIONS_PLAIN                                                                          \
    12000 /* a browser holds one stream: ten thousand, and pages beside them */
#define CONNECTIONS_TLS 1000
#define CONNECTIONS_IP 64 /* TLS only: on plain all come from the proxy */
#define IDLE_S 10         /* reliability.md (e): none by default */
#define CONNECTION_BYTES                                                                           \
    16384 /* headers with the cookies of a whole province, and what an answer takes */
#define THREADS_PLAIN 4
#define THREADS_TLS 2

/* ------------------------------------------------------------------ sockets */

static void on_socket(void *cls, struct MHD_Connection *connection, void **socket_context,
                      enum MHD_ConnectionNotificationCode code)
{
    const struct door *door = cls;
    struct http *http = door->http;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = watch_add(
            &http->watches,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
            !door->tls);
    } else if (*socket_context) {
        watch_remove(&http->watches, *socket_context);
        *socket_context = NULL;
    }
}

void http_tick(struct http *http)
{
    watches_cut(&http->watches, HTTP_REQUEST_S);
}

struct http_cut http_cut(struct http *http)
{
    return (struct http_cut){atomic_load(&http->watches.slow), atomic_load(&http->watches.unread)};
}

/* ------------------------------------------------------------------ open and close */

static void say_nothing(void *cls, const char *format, va_list values)
{
    (void)cls;
    (void)format;
    (void)values;
}

static bool resolve(const struct endpoint *at, struct sockaddr_storage *ret_address,
                    struct error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    char port[8];
    (void)snprintf(port, sizeof port, "%u", at->port);
    int failed = getaddrinfo(at->host, port, &hints, &found);
    if (failed)
        return error_set(err, ERROR_LATER, "%s:%s: %s", at->host, port, gai_strerror(failed));
    memcpy(ret_address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

static bool start(struct http *http, const struct http_listener *listener, struct door *door,
                  struct MHD_Daemon **ret_daemon, struct error *err)
{
    struct sockaddr_storage address;
    *door = (struct door){http, listener->key != NULL};
    if (!resolve(&listener->at, &address, err))
        return false;
    bool tls = listener->key != NULL;
    /* By epoll the library asks a connection in the middle of its handshake again and again: one
     * that stops there holds a core until it is closed. By poll it waits. */
    unsigned flags = (tls ? MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_TLS
                          : (unsigned)MHD_USE_EPOLL_INTERNAL_THREAD) |
                     MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0u);
    struct MHD_OptionItem certificate[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)listener->key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)listener->cert},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"SECURE128:-VERS-ALL:+VERS-TLS1.3"},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    errno = 0;
    *ret_daemon = MHD_start_daemon(
        flags, listener->at.port, NULL, NULL, http_on_request, door, MHD_OPTION_EXTERNAL_LOGGER,
        say_nothing, NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(tls ? CONNECTIONS_TLS : CONNECTIONS_PLAIN),
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)(tls ? CONNECTIONS_IP : 0),
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_BYTES, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)(tls ? THREADS_TLS : THREADS_PLAIN), MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, http, MHD_OPTION_NOTIFY_CONNECTION,
        on_socket, door, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY,
        tls ? certificate : none, MHD_OPTION_END);
    return *ret_daemon ||
           error_set(err, ERROR_LATER, "cannot listen on %s:%u: %s", listener->at.host,
                     listener->at.port, errno ? strerror(errno) : "the library refused");
}

/* Sockets need descriptors; the usual soft limit of 1,024 is below our own limit. */
static void allow_sockets(void)
{
    struct rlimit limit;
    const rlim_t wanted = CONNECTIONS_PLAIN + CONNECTIONS_TLS + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* then the library's limit is met earlier */
}

bool http_open(const struct http_config *config, struct http **ret_http, struct error *err)
{
    struct http *http = calloc(1, sizeof *http);
    if (!http)
        return error_set(err, ERROR_LATER, "http: out of memory");
    http->config = *config;
    pthread_mutex_init(&http->lock, NULL);
    pthread_cond_init(&http->more, NULL);
    watches_init(&http->watches);
    allow_sockets();
    if (!start(http, &config->plain, &http->plain_door, &http->plain, err) ||
        !start(http, &config->tls, &http->tls_door, &http->tls, err)) {
        http_close(http);
        return false;
    }
    *ret_http = http;
    return true;
}

uint16_t http_port(const struct http *http, bool tls)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(tls ? http->tls : http->plain, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

void http_close(struct http *http)
{
    if (!http)
        return;
    http_stop_work(http);
    http_release_jobs(http);
    if (http->plain)
        MHD_stop_daemon(http->plain);
    if (http->tls)
        MHD_stop_daemon(http->tls);
    watches_done(&http->watches);
    pthread_cond_destroy(&http->more);
    pthread_mutex_destroy(&http->lock);
    free(http);
}
