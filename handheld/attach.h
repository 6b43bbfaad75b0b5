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

/* Lives as long as `attach`. */
struct door_papers attach_papers(struct attach *attach);

#endif
