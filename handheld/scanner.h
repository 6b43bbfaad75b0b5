/* scanner.h - a stream of bytes becomes texts, one a scan: pure (case S03).
 *
 * A scan ends with CR, LF, CR LF (also over two reads), TAB or ETX, or with SCANNER_IDLE_MS of
 * silence; STX begins one. Chunks that come sooner than that are joined. Endings without text
 * before them are no scan. What a device leaves behind when it goes away is dropped.
 */
#ifndef TRAO_HANDHELD_SCANNER_H
#define TRAO_HANDHELD_SCANNER_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/clock.h"
#include "protocol/scan.h"

#define SCANNER_IDLE_MS 100
#define SCANNER_TEXT_MAX 512 /* an ID card's QR has some 200 bytes; what is longer is cut there */

/* What a scan gave; `text` lives during the call. */
struct reading {
    const char *text;
    size_t n;
    enum entry entry; /* how it came in */
};
typedef void scanner_each(void *ctx, const struct reading *reading);

struct scanner {
    enum entry entry;
    char text[SCANNER_TEXT_MAX];
    size_t n;
    struct tick last; /* when its last byte came */
};

void scanner_init(struct scanner *scanner, enum entry entry);
/* One read's bytes, arriving at `now`. */
void scanner_feed(struct scanner *scanner, const void *bytes, size_t n, struct tick now,
                  scanner_each *each, void *ctx);
/* Ends a scan that silence has ended. */
void scanner_tick(struct scanner *scanner, struct tick now, scanner_each *each, void *ctx);
struct tick scanner_due(const struct scanner *scanner); /* INT64_MAX: nothing begun */
void scanner_gone(struct scanner *scanner);

#endif
