/* run.h - the program's loop: wires scanner, keys, GPS, outbox and link to the app, on a terminal
 * or led by a script. The only place where everything meets. */
#ifndef TRAO_HANDHELD_RUN_H
#define TRAO_HANDHELD_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/error.h"

#define RUN_KEEPALIVE_S                                                                            \
    20 /* a dead connection is noticed within 30 s [reliability.md, fault 23]                      \
        */
#define RUN_INFLIGHT_MAX 20

/* Ten thousand handhelds that lost one broker come back over five minutes; who has something to
 * send within half a one [reliability.md, fault 39]. Sooner, and those that fail keep the broker
 * from the others (docs/decisions/0170). */
#define RUN_BACKOFF_MAX_MS 300000
#define RUN_HURRY_MS 30000

struct run_options {
    const char *data;           /* folder */
    const char *gpsd;           /* "[HOST:]PORT[:DEVICE]" or "off" */
    const char *scanner;        /* path, or NULL */
    const char *script;         /* file, "-", or NULL: the terminal */
    const char *photos;         /* folder a camera writes into; NULL: DATA/photos */
    const char *signatures;     /* folder a signature pad writes into; NULL: DATA/signatures */
    uint64_t attachments_bytes; /* budget; 0: ATTACH_BUDGET_BYTES */
    bool dark;                  /* white on black from the start */
};

/* Returns the program's exit status: 0, 1, 2 or 3; what went wrong is said on standard error. */
int run(const struct run_options *options);

#endif
