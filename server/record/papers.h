/* papers.h - which attachments the scans name, and which of them have come: look-ups beside the
 * scans, kept in step with what is stored. They hold hashes, kinds and sizes; what the attachments
 * say lies in files of their own (server/field/attachments.h), as encrypted as it came. Deleting
 * one leaves the chain as it is. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_PAPERS_H
#define TRAO_SERVER_RECORD_PAPERS_H

#include "protocol/attachment.h"
#include "server/record/record.h"

/* Stored values. */
enum paper_stand {
    PAPER_AWAITED = 0, /* named by a scan or by a list, not here yet */
    PAPER_KEPT = 1,    /* here */
    PAPER_DELETED = 2, /* was here; removed by an office */
    PAPER_UNUSABLE = 3 /* came whole, but nobody can open it, or it is not what it was named for */
};

struct paper_row {
    struct link hash;
    int64_t device; /* that named it: no other may bring it */
    uint32_t kind;  /* enum paper; 0 while it is not known */
    enum paper_stand stand;
    uint32_t bytes;    /* of the content, once it is here */
    struct instant at; /* when it was named, then when it came */
};

/* A stored scan names this list. May be said again. */
bool paper_named(struct record *record, const struct link *list, const struct item *item,
                 int64_t device, uint64_t seq, struct error *err) must_use;
/* NOT_FOUND: no scan and no list names it. */
bool paper_find(struct record *record, const struct link *hash, struct paper_row *ret_row,
                struct error *err) must_use;
/* It is here; a list awaits what it names. `bytes` counts the content. */
bool paper_came(struct record *record, const struct link *hash, enum paper kind, uint32_t bytes,
                const struct attachment_list *list, struct error *err) must_use;
bool paper_set(struct record *record, const struct link *hash, enum paper_stand stand,
               struct error *err) must_use;

/* What a device has brought since; attachments as they are stored, bytes. */
bool papers_bytes_since(struct record *record, int64_t device, struct instant since,
                        uint64_t *ret_bytes, struct error *err) must_use;

/* What the scans of an item name, in the order in which it was named; lists first. `each` returns
 * false to stop. */
bool papers_of_item(struct record *record, const struct item *item,
                    bool (*each)(void *ctx, const struct paper_row *row), void *ctx,
                    struct error *err) must_use;
/* Items of which a scan names something that is not here, each once, by number. */
bool papers_missing(struct record *record, bool (*each)(void *ctx, const struct item *item),
                    void *ctx, struct error *err) must_use;
/* All that is awaited, newest first, at most `limit`. */
bool papers_awaited(struct record *record, uint32_t limit,
                    bool (*each)(void *ctx, const struct paper_row *row), void *ctx,
                    struct error *err) must_use;
/* Lists of one device that are awaited, likewise: until one is read, what it names is unknown. */
bool papers_awaited_lists(struct record *record, int64_t device, uint32_t limit,
                          bool (*each)(void *ctx, const struct paper_row *row), void *ctx,
                          struct error *err) must_use;

#endif
