/* mailbox.h - what the session's thread hands to the main loop: a bounded queue and a descriptor to
 * poll. The thread copies and leaves; when the queue is full a message is dropped, for whatever
 * comes down is sent again until it is answered.
 */
#ifndef TRAO_HANDHELD_MAILBOX_H
#define TRAO_HANDHELD_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/error.h"

#define MAILBOX_LETTERS 64
#define MAILBOX_BYTES_MAX 32768 /* one message [settled point 1: broker's limit] */

enum letter_kind { LETTER_UP, LETTER_DOWN, LETTER_MESSAGE, LETTER_ACKNOWLEDGED };

struct letter {
    enum letter_kind kind;
    int code;    /* LETTER_ACKNOWLEDGED */
    void *bytes; /* LETTER_MESSAGE; free it */
    size_t n;
};

struct mailbox;
bool mailbox_new(struct mailbox **ret_mailbox, struct error *err) must_use;
void mailbox_free(struct mailbox *mailbox);
int mailbox_fd(const struct mailbox *mailbox); /* readable while something is in it */
/* Any thread. Copies `bytes`. */
void mailbox_put(struct mailbox *mailbox, enum letter_kind kind, int code, const void *bytes,
                 size_t n);
/* The main loop; false when it is empty. */
bool mailbox_take(struct mailbox *mailbox, struct letter *ret_letter);

#endif
