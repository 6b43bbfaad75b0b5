/* inbound.h - what a text from a phone asks for [ux.md section 2]. Accents, case, blanks and signs
 * do not matter: "Hẹn 27-11", "HEN27/11" and "hen 27 . 11" are one. Pure, any thread. Private to
 * this folder.
 *
 *     TRAO RA123456785VN        how it stands; TRACK RA...: in English
 *     HEN 27/11 [RA...]         come on that day
 *     KHONG [RA...]             it says delivered, and I have nothing
 *     DUNG, TC, STOP, HUY       no more messages;  NHAN: messages again
 *
 * The number is looked for among all that is written behind the word, "TRAO so RA 123 456 785 VN
 * cam on"; its VN may be missing. What was meant to be a number and is none names no envelope: it
 * must not be taken for another one.
 */
#ifndef TRAO_SERVER_NOTIFY_INBOUND_H
#define TRAO_SERVER_NOTIFY_INBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/item.h"

#define INBOUND_BYTES_MAX 1024 /* three parts of UCS-2 are 600 bytes of UTF-8 */

enum verb {
    VERB_NONE, /* not understood */
    VERB_STATUS,
    VERB_DAY,
    VERB_NOT_RECEIVED,
    VERB_STOP,
    VERB_START
};

struct inbound {
    enum verb verb;
    bool english;        /* it is to be answered so */
    bool named;          /* by a number, which is right */
    bool misnamed;       /* by one that is not */
    struct item item;    /* when named */
    uint32_t day, month; /* VERB_DAY: 1..31, 1..12, together not always a day */
};

/* Any bytes are read; what is no UTF-8 or too long is VERB_NONE. */
struct inbound inbound_read(const char *bytes, size_t n);

#endif
