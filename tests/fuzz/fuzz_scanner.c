/* A scanner's bytes, alone and between typing: no text is longer than may be, and typed bytes and
 * scans together are never more than what came. The first byte is the gap between two. */
#include "fuzz.h"
#include "handheld/wedge.h"

struct came {
    size_t bytes;
};

static void on_scan(void *ctx, const struct reading *reading)
{
    struct came *came = ctx;
    invariant(reading->n <= SCANNER_TEXT_MAX);
    came->bytes += reading->n;
}

static void on_typed(void *ctx, uint8_t byte)
{
    struct came *came = ctx;
    (void)byte;
    came->bytes++;
}

static void feed_wedge(const uint8_t *bytes, size_t n)
{
    static struct wedge wedge;
    struct came came = {0};
    struct wedge_out out = {on_scan, on_typed, &came};
    struct tick now = {0};
    wedge_init(&wedge);
    for (size_t i = 1; i < n; i++) {
        now.ms += bytes[0];
        wedge_feed(&wedge, bytes[i], now, &out);
        invariant(came.bytes <= i);
    }
    now.ms += 10000;
    wedge_tick(&wedge, now, &out);
    invariant(came.bytes <= n && wedge_due(&wedge).ms == INT64_MAX);
}

static void feed_serial(const uint8_t *bytes, size_t n)
{
    static struct scanner scanner;
    struct came came = {0};
    struct tick now = {0};
    scanner_init(&scanner, ENTRY_SERIAL);
    for (size_t at = 1; at < n; at += 1 + bytes[0] % 7u) {
        size_t piece = 1 + bytes[0] % 7u;
        now.ms += bytes[0];
        scanner_tick(&scanner, now, on_scan, &came);
        scanner_feed(&scanner, bytes + at, piece < n - at ? piece : n - at, now, on_scan, &came);
    }
    now.ms += 10000;
    scanner_tick(&scanner, now, on_scan, &came);
    invariant(came.bytes <= n && scanner_due(&scanner).ms == INT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n == 0)
        return 0;
    feed_wedge(bytes, n);
    feed_serial(bytes, n);
    return 0;
}
