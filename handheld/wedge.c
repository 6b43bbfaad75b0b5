#include "handheld/wedge.h"

void wedge_init(struct wedge *wedge)
{
    *wedge = (struct wedge){.n = 0};
    scanner_init(&wedge->scanner, ENTRY_WEDGE);
}

static bool is_ending(uint8_t byte)
{
    return byte == '\r' || byte == '\n' || byte == '\t' || byte == 0x03; /* ETX */
}

static void end_burst(struct wedge *wedge, const struct wedge_out *out)
{
    size_t n = wedge->n;
    wedge->n = 0;
    wedge->state = WEDGE_UNSURE;
    for (size_t i = 0; i < n; i++)
        out->typed(out->ctx, wedge->held[i]);
}

void wedge_tick(struct wedge *wedge, struct tick now, const struct wedge_out *out)
{
    if (now.ms - wedge->last.ms < WEDGE_GAP_MS)
        return;
    wedge->bare = wedge->bare || wedge->state == WEDGE_SCANNING;
    scanner_tick(&wedge->scanner, now, out->scan, out->ctx);
    end_burst(wedge, out);
}

/* The ending of a scan that silence has ended already. */
static bool is_late_ending(struct wedge *wedge, uint8_t byte, struct tick now)
{
    bool late = wedge->bare && is_ending(byte) && now.ms - wedge->last.ms < WEDGE_LATE_MS;
    wedge->bare = late && byte == '\r'; /* LF may follow */
    return late;
}

static void feed(struct wedge *wedge, const uint8_t *bytes, size_t n, struct tick now,
                 const struct wedge_out *out)
{
    wedge->state = is_ending(bytes[n - 1]) ? WEDGE_ENDED : WEDGE_SCANNING;
    scanner_feed(&wedge->scanner, bytes, n, now, out->scan, out->ctx);
}

void wedge_feed(struct wedge *wedge, uint8_t byte, struct tick now, const struct wedge_out *out)
{
    wedge_tick(wedge, now, out);
    if (is_late_ending(wedge, byte, now))
        return;
    wedge->last = now;
    if (wedge->state == WEDGE_SCANNING) {
        feed(wedge, &byte, 1, now, out);
    } else if (wedge->state == WEDGE_UNSURE || !is_ending(byte)) {
        wedge->state = WEDGE_UNSURE;
        wedge->held[wedge->n++] = byte;
        if (wedge->n < WEDGE_CHARS)
            return;
        wedge->n = 0;
        feed(wedge, wedge->held, WEDGE_CHARS, now, out);
    }
}

struct tick wedge_due(const struct wedge *wedge)
{
    bool waits = wedge->n > 0 || wedge->state != WEDGE_UNSURE;
    return (struct tick){waits ? wedge->last.ms + WEDGE_GAP_MS : INT64_MAX};
}
