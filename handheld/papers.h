/* papers.h - what is gathered at one door beside the scan: the receiver's name, a note, a
 * signature, photos, what an ID card or a delivery code said. A small struct of functions between
 * the screens, which ask, and the store of attachments, which encrypts each thing the moment it is
 * made (settled point 1), so that the screens hold nothing of a person and know nothing of files.
 *
 * One door at a time: `begin`, then any of the others in any order, then `take` for the scan that
 * is about to be committed. Nothing here ever stops a scan: on false the postman is told and goes
 * on, and the scan names what could be kept. One thread; called from the screens' own.
 */
#ifndef TRAO_HANDHELD_PAPERS_H
#define TRAO_HANDHELD_PAPERS_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/attachment.h"
#include "protocol/error.h"

struct stop; /* protocol/round.h */

#define PAPERS_TEXT_MAX                                                                            \
    ATTACHMENT_TEXT_MAX /* bytes of a receiver's name or a note, UTF-8 NFC, not terminated */

enum papers_match {
    PAPERS_MATCH,     /* the card is the owner's; the code is the right one */
    PAPERS_OTHER,     /* somebody else's card; a wrong code */
    PAPERS_UNKNOWN,   /* read, but the round does not say whose it should be */
    PAPERS_UNREADABLE /* no ID card's text, no six digits */
};

struct door_papers {
    /* Another door: what was gathered and not taken is forgotten. */
    void (*begin)(void *ctx);
    /* Keeps `n` bytes: a text in UTF-8 NFC (PAPER_RECEIVER, PAPER_NOTE; at most PAPERS_TEXT_MAX),
     * or the bytes of a file. Adding a text again replaces the one before. LATER: no room left for
     * attachments; BAD_INPUT: not of that kind, too large. */
    bool (*add)(void *ctx, enum paper kind, const void *bytes, size_t n, struct error *err);
    /* Adds the newest file of that kind (PAPER_SIGNATURE, PAPER_PHOTO) that has come into its
     * folder since `begin` and was not fetched yet. NOT_FOUND: none has come yet, ask again; else
     * as `add`.
     */
    bool (*fetch)(void *ctx, enum paper kind, struct error *err);
    /* The text of an ID card's QR against the owner's of `stop` (never NULL); nothing of it is kept
     * but the result. What it says is added as PAPER_ID_CHECK except when it is UNREADABLE. */
    enum papers_match (*id_card)(void *ctx, const struct stop *stop, const char *text, size_t n);
    /* The delivery code that the receiver says, as typed; added as PAPER_ID_CHECK likewise. */
    enum papers_match (*code)(void *ctx, const struct stop *stop, const char *digits);
    /* On disk before it returns: the hash that names all that was gathered, for scan->attachments.
     * NOT_FOUND: nothing was gathered. May be called again for the next envelope of the same door:
     * the same papers, the same hash. */
    bool (*take)(void *ctx, struct link *ret_list, struct error *err);
    void *ctx;
};

#endif
