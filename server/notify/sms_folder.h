/* sms_folder.h - texts from phones as files of a folder, each removed once it is taken. What a file
 * is called and says makes the id, so that a text that was taken before a crash is known.
 *
 * A long text comes as several files, one after the other. What may be one is taken when no further
 * part of it came since the last look; its parts make one text, in their order. A part whose first
 * is gone says nothing. Private to this folder; one thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_FOLDER_H
#define TRAO_SERVER_NOTIFY_SMS_FOLDER_H

#include <limits.h>

#include "server/notify/notify.h"

/* Who it is from and what it says, from name and bytes of a file; both empty: nothing is answered.
 * `text` is UTF-8 of at most SMS_TEXT_MAX bytes. False: not a text at all, it stays. */
typedef bool sms_file_reads(const char *name, const char *bytes, size_t n,
                            char from[NOTIFY_FROM_MAX + 1], char text[SMS_TEXT_MAX + 1]);
/* What the k-th part of the same text is called, the first being 0. False: it is no such name. */
typedef bool sms_file_part(const char *name, unsigned k, char out[NAME_MAX + 1]);

#define SMS_PARTS_MAX 10    /* of a text; what is behind them says nothing */
#define SMS_LONG_BYTES 60   /* a first part of several is longer: 66 characters or more */
#define SMS_FOLDER_WAITS 32 /* long texts at a time; of more none is waited for */

struct sms_folder {
    int fd;
    sms_file_reads *reads;
    sms_file_part *part; /* NULL: a text is a file */
    struct {
        uint64_t name; /* hash of the first one's */
        size_t parts;
    } waits[SMS_FOLDER_WAITS];
    size_t waits_n;
};

/* LATER: not all could be taken. */
bool sms_folder_take(struct sms_folder *folder, sms_take_text *take, void *ctx,
                     struct error *err) must_use;

#endif
