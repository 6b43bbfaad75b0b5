/* sms_file.h - the file driver: one line a message, for demonstrations, tests and offices that have
 * no gateway yet.
 *     ISO-8601+07:00 TAB request_id TAB +84... TAB text
 * The file may be moved away at any time, a new one is begun. What was sent stands beside it too
 * (sms.txt: sms.sent, sms_sent.h). A line torn by a crash is cut off at open, so that its message
 * is written again.
 *
 * Texts from phones are files of the folder beside it (sms.txt: sms.in/), each a phone, a TAB and
 * the text; write it under a name that begins with a dot, then rename it. One thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_FILE_H
#define TRAO_SERVER_NOTIFY_SMS_FILE_H

#include "server/notify/notify.h"

struct sms_file;

bool sms_file_open(const char *path, struct clock clock, struct sms_file **ret_file,
                   struct error *err) must_use;
struct sms_driver sms_file_driver(struct sms_file *file);
void sms_file_close(struct sms_file *file); /* NULL is fine */

#endif
