/* erased_list.h - the numbers of all items that were erased, in a file beside the record and in the
 * folder of its backups: an older copy that is put back holds people who are to be forgotten, and
 * no fact in it says so. Whatever starts on such a record erases them again. Numbers only, one a
 * line; a line that is none is passed over. Any thread, one writer at a time.
 */
#ifndef TRAO_SERVER_KEEPING_ERASED_LIST_H
#define TRAO_SERVER_KEEPING_ERASED_LIST_H

#include "server/record/record.h"

#define ERASED_LIST_NAME "erased.txt"

struct erased_list {
    struct item *items; /* sorted, each once */
    size_t n, room;
};
void erased_list_done(struct erased_list *list);
/* Adds what the file in `folder` says; a file that is not there says nothing. LATER. */
bool erased_list_read(struct erased_list *list, const char *folder, struct error *err) must_use;
/* Appends to the file in `folder`, and syncs it. LATER. */
bool erased_list_append(const char *folder, const struct item *items, size_t n,
                        struct error *err) must_use;

/* Of the list what this record knows and still holds, by way of `run`, some at a time: there it is
 * to be erased. */
bool erased_list_again(struct record *record, const struct erased_list *list,
                       bool (*run)(void *ctx, const struct item *items, size_t n,
                                   struct error *err),
                       void *ctx, struct error *err) must_use;

/* For where no server runs: erases them in the opened record, by a fact that says why. The files of
 * attachments are the caller's (restore_forget). */
bool erased_list_apply(struct record *record, const struct erased_list *list, size_t *ret_items,
                       struct error *err) must_use;
#define ERASED_AGAIN "Erased before; the record was put back to an older copy"

#endif
