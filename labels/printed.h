/* printed.h - what a thermal printer puts on paper, worked out again from the bytes that go to it.
 *
 * The other side of write_zpl.c, write_tspl.c and write_escpos.c, and none of their code: it
 * follows the printers' manuals and is strict. What it does not know it refuses, naming command and
 * byte, since it could not vouch for the paper. Bytes may come from a stranger: bounded, never
 * trusted.
 *
 * Symbols that the printer draws itself are drawn here; text in the printer's own fonts leaves no
 * dots here, it is only told.
 * Threads: any number, each call for itself.
 */
#ifndef TRAO_LABELS_PRINTED_H
#define TRAO_LABELS_PRINTED_H

#include "labels/bitmap.h"
#include "protocol/error.h"

#define PRINTED_DOTS_MAX 67108864 /* of one label: a C4 envelope at 600 dpi has 41 million */

struct printed_sink {
    /* A label has left the printer; the bitmap is borrowed. False, with `err` set, ends the
     * reading. */
    bool (*label)(void *ctx, const struct bitmap *bitmap, struct error *err);
    /* A line in the printer's own font, where its origin stands; may be NULL. */
    void (*text)(void *ctx, int32_t x, int32_t y, const char *utf8, size_t n);
    void *ctx;
};

/* ERROR_BAD_INPUT: a command that is unknown, broken or not in its place. */
typedef bool printed_read(const void *bytes, size_t n, unsigned dpi, struct printed_sink sink,
                          struct error *err);
must_use printed_read printed_zpl;
must_use printed_read printed_tspl;
must_use printed_read printed_escpos;

#endif
