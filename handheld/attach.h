/* attach.h - what is gathered at a door (papers.h), closed for the server the moment it is made and
 * put into the store of attachments: nothing personal is ever on the disk in the clear but for what
 * a camera or a signature pad left in its folder, and that is removed as soon as it is taken in.
 * One thread.
 */
#ifndef TRAO_HANDHELD_ATTACH_H
#define TRAO_HANDHELD_ATTACH_H

#include "handheld/attach_store.h"
#include "handheld/papers.h"

struct attach;

struct attach_config {
    struct attach_store *store; /* borrowed for the life of it; NULL: nothing can be kept */
    struct box_public server;   /* what is gathered is closed for this key */
    struct chance chance;
    const char *photos;     /* folder into which a camera writes; copied */
    const char *signatures; /* folder into which a signature pad writes; copied */
};

/* BAD_INPUT: a folder's name is too long; LATER: no memory. A folder need not exist. */
bool attach_new(const struct attach_config *config, struct attach **ret_attach,
                struct error *err) must_use;
void attach_free(struct attach *attach); /* NULL is fine */

/* What papers.h says of each. */
void attach_begin(struct attach *attach);
bool attach_add(struct attach *attach, enum paper kind, const void *bytes, size_t n,
                struct error *err) must_use;
bool attach_fetch(struct attach *attach, enum paper kind, struct error *err) must_use;
bool attach_take(struct attach *attach, struct link *ret_list, struct error *err) must_use;

/* What a stop knows of its owner's number or of its code: by hash alone. */
struct attach_secret {
    bool known;
    const uint8_t *key;  /* 16 bytes: the key of the number's hash, the salt of the code's */
    const uint8_t *hash; /* 32 bytes */
};
enum papers_match attach_card(struct attach *attach, const struct attach_secret *owner,
                              const char *text, size_t n);
enum papers_match attach_code(struct attach *attach, const struct attach_secret *code,
                              const char *digits);

#endif
