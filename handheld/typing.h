/* typing.h - a line of text as it is typed: UTF-8 from a keyboard or an input method, and barcode
 * scans that come through the same line told from it: pure.
 *
 * Letters are text, whatever they are elsewhere: input methods (Telex, VNI) send letters, erase
 * them with backspace and send composed ones, all in one burst, so bursts alone say nothing. A
 * burst of TYPING_SCAN_MIN characters or more that ends like a scan and reads as a known code is a
 * scan; it is taken out of the text again.
 */
#ifndef TRAO_HANDHELD_TYPING_H
#define TRAO_HANDHELD_TYPING_H

#include "handheld/scanner.h"

#define TYPING_MAX 240 /* bytes: a name, an address */
#define TYPING_SCAN_MIN 8

enum typing_act {
    TYPING_GOES_ON,
    TYPING_ENDED,  /* Enter: `text` is what was typed */
    TYPING_SCANNED /* `scan` holds what a scanner sent */
};

struct typing {
    char text[TYPING_MAX + 1];
    size_t n;
    size_t burst; /* where in `text` the running burst began */
    struct tick last;
    char scan[TYPING_MAX + 1];
    size_t scan_n;
};

void typing_init(struct typing *typing);
/* One byte at `now`. What is no text is dropped; what is too long is, too. */
enum typing_act typing_feed(struct typing *typing, uint8_t byte, struct tick now);
/* The text with combining marks composed where Vietnamese has one character for it, blanks around
 * it cut; whole UTF-8 always. */
const char *typing_text(struct typing *typing);

#endif
