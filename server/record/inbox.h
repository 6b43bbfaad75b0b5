/* inbox.h - texts that came from phones, each taken once however often it is handed over; replies
 * that are owed; who wants no messages; which numbers were told of what. Rows beside the chain, for
 * they are people's phones: a text's phone and reply go after two days, its id after thirty, who
 * was told of what after thirty. Whoever wants no messages stays. Same threads and groups as
 * record.h.
 */
#ifndef TRAO_SERVER_RECORD_INBOX_H
#define TRAO_SERVER_RECORD_INBOX_H

#include "server/record/record.h"

#define INBOX_ID_MAX 32
#define INBOX_PHONE_MAX 23
#define INBOX_REPLY_MAX 639

struct inbox_text {
    char id[INBOX_ID_MAX + 1]; /* the same for the same text */
    struct instant at;
    char phone[INBOX_PHONE_MAX + 1]; /* +84... */
    uint32_t kind;                   /* what it asked for, for inbox_count */
    char reply[INBOX_REPLY_MAX + 1]; /* owed to it; "" none */
};

/* REPEATED: it was taken before. */
bool inbox_add(struct record *record, const struct inbox_text *text, struct error *err) must_use;
/* How many came from this phone since, of one kind or (0) of all. */
bool inbox_count(struct record *record, const char *phone, uint32_t kind, struct instant since,
                 uint64_t *ret_n, struct error *err) must_use;
/* Replies that are owed, oldest first, `most` of them. */
bool inbox_owed(struct record *record, struct inbox_text *ret_texts, size_t most, size_t *ret_n,
                struct error *err) must_use;
bool inbox_answered(struct record *record, const char *id, struct error *err) must_use;

/* No more messages to this phone, or messages again. */
bool phone_stop(struct record *record, const char *phone, bool stop, struct error *err) must_use;
bool phone_is_stopped(struct record *record, const char *phone, bool *ret_stopped,
                      struct error *err) must_use;

/* A message about this item goes to this phone. Nothing is kept of an item that was erased. */
bool phone_told(struct record *record, const char *phone, const struct item *item,
                struct error *err) must_use;
/* Writes the index of those phones anew: pages that were balanced keep bytes of deleted rows in
 * their slack, secure_delete or not (decision 0129). Half a second of 600,000 rows. */
bool phone_told_scrub(struct record *record, struct error *err) must_use;
/* Items that this phone was told of within thirty days, the last first, `most` of them. */
bool phone_items(struct record *record, const char *phone, struct item *ret_items, size_t most,
                 size_t *ret_n, struct error *err) must_use;
/* Messages that went to it since. */
bool phone_count(struct record *record, const char *phone, struct instant since, uint64_t *ret_n,
                 struct error *err) must_use;

#endif
