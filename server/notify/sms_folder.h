/* sms_folder.h - texts from phones as files of a folder, each removed once it is taken. What a file
 * is called and says makes the id, so that a text that was taken before a crash is known. Private
 * to this folder; one thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_FOLDER_H
#define TRAO_SERVER_NOTIFY_SMS_FOLDER_H

#include "server/notify/notify.h"

/* Who it is from and what it says, from name and bytes of a file; both empty: nothing is answered.
 * `text` is UTF-8 of at most SMS_TEXT_MAX bytes. False: not a text at all, it stays. */
typedef bool sms_file_reads(const char *name, const char *bytes, size_t n,
                            char from[NOTIFY_FROM_MAX + 1], char text[SMS_TEXT_MAX + 1]);

/* `folder` is open. LATER: not all could be taken. */
bool sms_folder_take(int folder, sms_file_reads *reads, sms_take_text *take, void *ctx,
                     struct error *err) must_use;

#endif
