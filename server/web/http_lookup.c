/* http_lookup.c - what a request says: headers, query, cookies, and who sent it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "server/web/http_inside.h"

static struct MHD_Connection *connection_of(const struct http_request *request)
{
    return (struct MHD_Connection *)request->connection;
}

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(connection_of(request), MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_request *request, const char *key)
{
    const char *value = NULL;
    enum MHD_Result there = MHD_lookup_connection_value_n(
        connection_of(request), MHD_GET_ARGUMENT_KIND, key, strlen(key), &value, NULL);
    return there == MHD_YES && !value ? "" : value; /* "?en" has no value, yet it is there */
}

struct each_query {
    bool (*each)(void *ctx, const char *key, const char *value);
    void *ctx;
};

static enum MHD_Result tell_query(void *cls, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    const struct each_query *query = cls;
    (void)kind;
    return query->each(query->ctx, key, value ? value : "") ? MHD_YES : MHD_NO;
}

void http_query_each(const struct http_request *request,
                     bool (*each)(void *ctx, const char *key, const char *value), void *ctx)
{
    struct each_query query = {each, ctx};
    MHD_get_connection_values(connection_of(request), MHD_GET_ARGUMENT_KIND, tell_query, &query);
}

const char *http_cookie(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(connection_of(request), MHD_COOKIE_KIND, name);
}

/* ------------------------------------------------------------------ the client */

/* Headers come in order; of several the last is the one our own proxy wrote. */
static enum MHD_Result note_forwarded(void *cls, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    const char **last = cls;
    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0 && value)
        *last = value;
    return MHD_YES;
}

/* The client's address; behind the proxy, what it says of its client: whoever came before the last
 * element of the last header may have written the rest. */
void http_note_client(struct exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *said = NULL;
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, note_forwarded, &said);
    const char *last = said ? strrchr(said, ',') : NULL;
    char *out = exchange->request.client;
    unsigned char address[16];
    (void)snprintf(out, HTTP_CLIENT_MAX, "%.45s",
                   said ? (last ? last + 1 + strspn(last + 1, " ") : said) : "");
    bool good = inet_pton(AF_INET, out, address) == 1 || inet_pton(AF_INET6, out, address) == 1;
    if (!exchange->request.tls && good)
        return;
    const struct sockaddr *peer = info ? info->client_addr : NULL;
    *out = '\0';
    if (peer && peer->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)peer)->sin_addr, out, HTTP_CLIENT_MAX);
    else if (peer && peer->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)peer)->sin6_addr, out, HTTP_CLIENT_MAX);
}
