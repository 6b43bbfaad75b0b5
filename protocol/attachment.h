/* attachment.h - what is gathered at a door beside the scan: named by the hash of its encrypted
 * bytes, closed for the server on the device the moment it is made (settled point 1; trao.proto
 * AttachmentChunk, AttachmentState, AttachmentList, IdCheck).
 *
 * Inside the box stand a version, the kind, a salt and the content, so that neither the name nor
 * the length of two equal contents tells more than their length. A scan names one list; the list
 * names the rest. A peer's bytes are checked field by field. Pure but for `chance`; any thread.
 */
#ifndef TRAO_PROTOCOL_ATTACHMENT_H
#define TRAO_PROTOCOL_ATTACHMENT_H

#include "protocol/batch.h"
#include "protocol/box.h"
#include "protocol/chain.h"
#include "protocol/error.h"

/* Wire values (trao.proto AttachmentChunk.kind). */
enum paper {
    PAPER_LIST = 1, /* names the others; made when the scan is about to be committed */
    PAPER_RECEIVER = 2,
    PAPER_NOTE = 3,
    PAPER_SIGNATURE = 4,
    PAPER_PHOTO = 5,
    PAPER_ID_CHECK = 6 /* of a card or of a delivery code: match, last 4, keyed hash */
};

#define ATTACHMENT_SALT_BYTES 16
#define ATTACHMENT_HEAD_BYTES (2 + ATTACHMENT_SALT_BYTES) /* version, kind, salt */
#define ATTACHMENT_OVERHEAD (ATTACHMENT_HEAD_BYTES + BOX_OVERHEAD)

/* Caps of the content, bytes. A photo of 12 megapixels is 3 to 5 MB as JPEG. */
#define ATTACHMENT_TEXT_MAX 1024
#define ATTACHMENT_SIGNATURE_MAX ((size_t)256 * 1024)
#define ATTACHMENT_PHOTO_MAX ((size_t)8 * 1024 * 1024)
#define ATTACHMENT_CLOSED_MAX (ATTACHMENT_PHOTO_MAX + ATTACHMENT_OVERHEAD)
#define ATTACHMENT_CHUNK_MAX 16384 /* bytes of one message: half of the broker's limit */

/* True for the kinds above. */
bool paper_is_known(uint32_t kind);
/* "chữ ký" / "signature", for people. */
const char *paper_words_vi(enum paper kind);
const char *paper_words_en(enum paper kind);
/* The most content a kind may have. */
size_t paper_bytes_max(enum paper kind);
/* BAD_INPUT names what is wrong: too large, or not what the kind may hold: a text that is not UTF-8
 * or holds control characters (a note may hold line feeds), a picture that is neither JPEG nor PNG,
 * a signature that is none of these and no strokes, a list or a check that cannot be read. */
bool paper_check(enum paper kind, const void *bytes, size_t n, struct error *err) must_use;

/* A signature as strokes is text: "trao-strokes 1 WIDTH HEIGHT", then one line a stroke, points
 * "x,y" separated by blanks, 0 <= x < WIDTH <= 10000, likewise y. */
bool strokes_check(const char *bytes, size_t n, struct error *err) must_use;

/* Closes `n` bytes of content for the server: n + ATTACHMENT_OVERHEAD bytes in *new_bytes, which
 * the caller frees, and the name. BAD_INPUT as paper_check; LATER: no memory. */
bool attachment_close(enum paper kind, const void *bytes, size_t n, const struct box_public *to,
                      const struct chance *chance, uint8_t **new_bytes, size_t *ret_n,
                      struct link *ret_name, struct error *err) must_use;

/* What stood in the box, in *new_bytes, which the caller wipes and frees. BAD_INPUT: it cannot be
 * opened, or what is inside breaks paper_check. */
bool attachment_open(const uint8_t *bytes, size_t n, const struct box_public *to,
                     const struct box_secret *secret, enum paper *ret_kind, uint8_t **new_bytes,
                     size_t *ret_n, struct error *err) must_use;

/* ------------------------------------------------------------------ a piece of one, and what of it
 * has come */

struct attachment_chunk {
    struct link hash;
    uint32_t total_bytes; /* 1..ATTACHMENT_CLOSED_MAX */
    uint32_t offset;      /* offset + data.n <= total_bytes */
    struct slice data;    /* borrowed; 0..ATTACHMENT_CHUNK_MAX bytes: none asks what has come */
    enum paper kind;      /* of later versions: any other number */
    uint64_t
        generation; /* of the record whose receipts the device had for all scans; 0: not said */
};

/* Wire values. */
enum attachment_stand {
    ATTACHMENT_WANTED = 1,  /* the next piece begins at have_bytes */
    ATTACHMENT_KEPT = 2,    /* whole, on the server's disk: the device may forget it */
    ATTACHMENT_REFUSED = 3, /* no scan names it, or it cannot be opened: sent no more */
    ATTACHMENT_LATER = 4    /* not now: asked again after a while */
};

struct attachment_state {
    struct link hash;
    uint32_t have_bytes; /* from the front */
    enum attachment_stand stand;
    uint64_t generation; /* of the record that says so, never 0 */
};

/* ------------------------------------------------------------------ a list */

#define ATTACHMENT_LIST_MAX 16
#define ATTACHMENT_LIST_BYTES_MAX ((size_t)ATTACHMENT_LIST_MAX * (CHAIN_LINK_BYTES + 2))

struct attachment_list {
    struct link hash[ATTACHMENT_LIST_MAX];
    size_t n; /* 1..ATTACHMENT_LIST_MAX */
};
bool attachment_list_write(const struct attachment_list *list,
                           uint8_t out[ATTACHMENT_LIST_BYTES_MAX], size_t *ret_n,
                           struct error *err) must_use;
bool attachment_list_read(const uint8_t *bytes, size_t n, struct attachment_list *ret_list,
                          struct error *err) must_use;

/* ------------------------------------------------------------------ what a card or a code said */

enum id_check_source { ID_CHECK_CARD = 1, ID_CHECK_CODE = 2 };
enum id_check_match { ID_CHECK_YES = 1, ID_CHECK_NO = 2, ID_CHECK_UNKNOWN = 3 };

/* Nothing else of the card is kept [domain.md section 3]. */
struct id_check {
    enum id_check_source source;
    enum id_check_match match;
    char last4[5]; /* of the card's number; "" for a code */
    bool has_hash;
    struct link hash; /* idcard_hash of the number under the round's key */
};
#define ID_CHECK_BYTES_MAX 64
bool id_check_write(const struct id_check *check, uint8_t out[ID_CHECK_BYTES_MAX], size_t *ret_n,
                    struct error *err) must_use;
bool id_check_read(const uint8_t *bytes, size_t n, struct id_check *ret_check,
                   struct error *err) must_use;

#endif
