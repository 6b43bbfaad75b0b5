/* world.h - everything real, private and on this machine: a mosquitto with TLS, a gpsd with a
 * receiver, the server, and handhelds enrolled by one-time code, in one throw-away folder under
 * $TMPDIR. For tests that drive what users drive. One thread. Anything that cannot be set up fails
 * the test with a sentence and the ends of the logs.
 */
#ifndef TRAO_TESTS_LIB_WORLD_H
#define TRAO_TESTS_LIB_WORLD_H

#include <stdarg.h>
#include <stdint.h>

#include "tests/lib/proc.h"

struct world {
    char dir[200];  /* of this world; removed by world_end */
    char data[240]; /* the server's data folder */
    char log[240];  /* of all programs */
    int plain, tls, mqtt, gps, nmea;
    char host[16]; /* of the broker */
    struct proc broker, server, gpsd, feed;
};

/* An initialised data folder and free ports; nothing runs yet. The broker is to listen on
 * 127.0.0.1, or on `host`, an IPv4 address. */
void world_begin(struct world *world);
void world_begin_at(struct world *world, const char *host);
/* Ends the server by this signal, in order: anything but status 0 (a sanitizer's report, say) fails
 * the test and is shown. */
void world_stop_server(struct world *world, int signal);
/* Ends all programs, a running server in order; removes the folder, or keeps it and says where when
 * `failed`. */
void world_end(struct world *world, bool failed);

void world_start_broker(struct world *world);
/* Until it answers over HTTP. */
void world_start_server(struct world *world);
void world_start_server_within(struct world *world, long ms); /* one that has much to read */
/* gpsd, and its receiver: "fix" or "nofix" as nmea_feed says, or NULL for one that is silent. */
void world_start_gpsd(struct world *world, const char *receiver);
void world_start_feed(struct world *world, const char *receiver);

/* trao-admin with these words (ended by NULL); its output, when wanted; its exit status. */
int world_admin(struct world *world, char *out, size_t size, ...);
/* The same, where anything but success fails the test. */
void world_do(struct world *world, char *out, size_t size, ...);

/* Name and one-time password of the first login, from the file that init wrote; 64 bytes each. */
void world_first_login(struct world *world, char user[64], char password[64]);

/* A list of `rows` good rows into `path`. */
void world_write_list(const char *path, unsigned first, unsigned rows);
/* Imports `rows` good rows, prints and hands over: writes their numbers to `items`, 16 bytes each.
 */
void world_issue(struct world *world, unsigned rows, char (*items)[16]);

/* A round of these items for a badge that is registered. */
void world_round(struct world *world, const char *badge, unsigned rows, char (*items)[16]);

/* GET over the plain listener: the HTTP status and the body. */
int world_get(struct world *world, const char *path, char *out, size_t size);

/* ---------------------------------------------------------------- a handheld */

#define HAND_ROWS 20 /* of the screen a script sees */

struct hand {
    struct world *world;
    char name[33];
    char dir[280];
    const char *const *through; /* NULL, or the words (ended by NULL) that its start begins with */
    struct proc proc;
};

/* Enrols it: the code from trao-admin, the rest by the handheld program. */
void hand_enrol(struct hand *hand, struct world *world, const char *name);
/* Starts the program with its screen and scanner led by lines (trao-handheld(1), script). */
void hand_start(struct hand *hand);
void hand_say(struct hand *hand, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Hears lines until one begins with `begin`; fails the test after `timeout_ms`. */
void hand_expect(struct hand *hand, const char *begin, char out[PROC_LINE_MAX], int timeout_ms);
/* Changes the mode: 1 pick up, 2 arrive, 3 go out, 4 deliver. */
void hand_mode(struct hand *hand, int digit);
/* Scans one item in a mode that records at once, and hears the beep; its sequence. */
uint64_t hand_beep(struct hand *hand, const char *item);
/* Until the screen says that everything is sent; fails the test after so long. */
void hand_drain(struct hand *hand, int seconds);
/* Ends the script, and with it the program: status 0 or the test fails. */
void hand_end(struct hand *hand);

/* Fails the test with a sentence and the end of the log. */
_Noreturn void world_fail(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
