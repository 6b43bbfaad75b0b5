/* web_rig.h - the pages of a desk_rig behind real sockets, and a client that sends bytes of the
 * test's own. */
#ifndef TRAO_TESTS_SERVER_WEB_RIG_H
#define TRAO_TESTS_SERVER_WEB_RIG_H

#include "server/keys.h"
#include "server/lanes.h"
#include "server/office/finder.h"
#include "server/web/web.h"
#include "tests/server/desk_rig.h"

#define ANSWER_MAX (256 * 1024)

struct web_rig {
    struct desk_rig desk;
    struct rig_device device;
    struct keys *keys;
    struct enrol_desk enrol;
    struct record *short_reader, *long_reader;
    struct commands for_short, for_long;
    struct spooler *spooler;
    struct lanes *lanes;
    struct finder *finder;
    struct web *web;
    pthread_t worker, ticker;
    atomic_bool ticking;
    struct item item; /* issued to +84912000001, 33,000 to pay */
    char link[LINK_URL_MAX];
    char answer[ANSWER_MAX]; /* of the last ask */
};

void web_rig_open(struct web_rig *rig);
void web_rig_close(struct web_rig *rig);
/* The same for cmocka: *state is a struct web_rig. */
int web_rig_setup(void **state);
int web_rig_teardown(void **state);
/* The rig's device scans its item, now. */
void web_rig_scan(struct web_rig *rig, uint32_t event);
/* Stops and starts web and views on the same ports, as a restart of the server does. */
void web_rig_stop(struct web_rig *rig);
void web_rig_start(struct web_rig *rig);

int web_rig_connect(const struct web_rig *rig);
/* Sends bytes, reads until the peer closes or `ms` passed without a byte; returns the status of the
 * first answer, 0 for none. The answer is in rig->answer. */
int web_rig_raw(struct web_rig *rig, const char *bytes, size_t n, int ms);
/* One request on a connection of its own. `headers` are whole lines, or "". */
int web_rig_get(struct web_rig *rig, const char *path, const char *headers);
int web_rig_post(struct web_rig *rig, const char *path, const char *headers, const char *form);
/* The body of the last answer. */
const char *web_rig_body(const struct web_rig *rig);
bool web_rig_says(const struct web_rig *rig, const char *text);

/* Waits up to `ms` for `text` on an open stream; what came is in rig->answer. */
bool web_rig_hears(struct web_rig *rig, int fd, const char *text, int ms);
/* Opens a stream and reads its head; -1 when the answer is not 200. */
int web_rig_listen(struct web_rig *rig, const char *path, const char *headers);

#endif
