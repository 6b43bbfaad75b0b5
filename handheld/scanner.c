#include "handheld/scanner.h"

#define STX 0x02
#define ETX 0x03

void scanner_init(struct scanner *scanner, enum entry entry)
{
    *scanner = (struct scanner){.entry = entry};
}

static void end(struct scanner *scanner, scanner_each *each, void *ctx)
{
    struct reading reading = {scanner->text, scanner->n, scanner->entry};
    scanner->n = 0;
    if (reading.n > 0)
        each(ctx, &reading);
}

static bool silent(const struct scanner *scanner, struct tick now)
{
    return scanner->n > 0 && now.ms - scanner->last.ms >= SCANNER_IDLE_MS;
}

void scanner_feed(struct scanner *scanner, const void *bytes, size_t n, struct tick now,
                  scanner_each *each, void *ctx)
{
    if (silent(scanner, now))
        end(scanner, each, ctx);
    scanner->last = now;
    for (const char *at = bytes; n > 0; at++, n--) {
        switch (*at) {
        case STX:
            scanner->n = 0;
            break;
        case '\r':
        case '\n':
        case '\t':
        case ETX:
            end(scanner, each, ctx);
            break;
        default:
            if (scanner->n < sizeof scanner->text)
                scanner->text[scanner->n++] = *at;
        }
    }
}

void scanner_tick(struct scanner *scanner, struct tick now, scanner_each *each, void *ctx)
{
    if (silent(scanner, now))
        end(scanner, each, ctx);
}

struct tick scanner_due(const struct scanner *scanner)
{
    return (struct tick){scanner->n > 0 ? scanner->last.ms + SCANNER_IDLE_MS : INT64_MAX};
}

void scanner_gone(struct scanner *scanner)
{
    scanner->n = 0;
}
