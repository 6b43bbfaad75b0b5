#include "handheld/wedge.h"

void wedge_init(struct wedge *wedge)
{
    *wedge = (struct wedge){.n = 0};
    scanner_init(&wedge->scanner, ENTRY_WEDGE);
}

static void end_burst(struct wedge *wedge, const struct wedge_out *out)
{
    size_t n = wedge->n;
    wedge->n = 0;
    wedge->scanning = false;
    for (size_t i = 0; i < n; i++)
        out->typed(out->ctx, wedge->held[i]);
}

void wedge_tick(struct wedge *wedge, struct tick now, const struct wedge_out *out)
{
    if (now.ms - wedge->last.ms < WEDGE_GAP_MS)
        return;
    scanner_tick(&wedge->scanner, now, out->scan, out->ctx);
    end_burst(wedge, out);
}

void wedge_feed(struct wedge *wedge, uint8_t byte, struct tick now, const struct wedge_out *out)
{
    wedge_tick(wedge, now, out);
    wedge->last = now;
    if (!wedge->scanning) {
        wedge->held[wedge->n++] = byte;
        if (wedge->n < WEDGE_CHARS)
            return;
        wedge->scanning = true;
        wedge->n = 0;
        scanner_feed(&wedge->scanner, wedge->held, WEDGE_CHARS, now, out->scan, out->ctx);
        return;
    }
    scanner_feed(&wedge->scanner, &byte, 1, now, out->scan, out->ctx);
}

struct tick wedge_due(const struct wedge *wedge)
{
    bool waits = wedge->n > 0 || wedge->scanning;
    return (struct tick){waits ? wedge->last.ms + WEDGE_GAP_MS : INT64_MAX};
}
