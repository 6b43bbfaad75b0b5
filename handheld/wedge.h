/* wedge.h - a keyboard scanner told from typing by its speed: pure.
 *
 * Both come through one terminal. WEDGE_CHARS characters or more, each less than WEDGE_GAP_MS after
 * the one before, are a scan; fewer are keys. Nobody types four keys in a row at more than ten a
 * second; the slowest wedge is faster. An ending right behind a scan belongs to it and is no key,
 * also one that comes late: a wedge that is slow with its last key by as much as WEDGE_LATE_MS
 * would press Enter on what its own scan has put on the screen; nobody reads and answers that in so
 * short a time.
 */
#ifndef TRAO_HANDHELD_WEDGE_H
#define TRAO_HANDHELD_WEDGE_H

#include "handheld/scanner.h"

#define WEDGE_CHARS 4
#define WEDGE_GAP_MS SCANNER_IDLE_MS
#define WEDGE_LATE_MS 300

struct wedge {
    struct scanner scanner;
    uint8_t held[WEDGE_CHARS]; /* not yet known to be a scan */
    size_t n;
    enum { WEDGE_UNSURE, WEDGE_SCANNING, WEDGE_ENDED } state; /* ended: a scan, just now */
    bool bare; /* silence ended the last scan, without an ending */
    struct tick last;
};

/* Called for each character that was typed: its byte. */
typedef void wedge_typed(void *ctx, uint8_t byte);

struct wedge_out {
    scanner_each *scan;
    wedge_typed *typed;
    void *ctx;
};

void wedge_init(struct wedge *wedge);
void wedge_feed(struct wedge *wedge, uint8_t byte, struct tick now, const struct wedge_out *out);
/* Decides what silence has ended. */
void wedge_tick(struct wedge *wedge, struct tick now, const struct wedge_out *out);
struct tick wedge_due(const struct wedge *wedge); /* INT64_MAX: nothing held */

#endif
