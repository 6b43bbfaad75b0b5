/* sms_gammu.h - messages through a modem: the folders of gammu-smsd's FILES service
 * (gammu-smsd(1)), outbox/ inbox/ sent/ error/ under one.
 *
 * A message is one file of the outbox, whole at once:
 *     OUTC20261125_080000_00_+84912000001_REQUEST-ID.txt     local time, receiver, request id
 * The daemon moves it to sent/ or error/ under the same name, so that a message of an earlier run
 * is known by its name, wherever it stands. A file in error/ is a message that never went. Both are
 * removed once that is recorded, for they hold a phone number and what it was told.
 *
 * What comes is a file of inbox/, in UTF-16 (`inboxformat = unicode`) or UTF-8, a long text one for
 * each of its parts (sms_folder.h); they are removed once it is taken.
 *
 * A message that stays in the outbox for SMS_GAMMU_STUCK_MS says that nobody takes them: the daemon
 * or its modem is dead, and send is LATER. One that stays for NOTIFY_AGE_MAX_MS is news of
 * yesterday: it is taken back and counts as one that never went.
 *
 * What the daemon does between the modem's answer and moving the file is its own: killed just there
 * it sends once more. One thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_GAMMU_H
#define TRAO_SERVER_NOTIFY_SMS_GAMMU_H

#include "server/notify/notify.h"

/* A modem sends one part in 3 to 6 s and retries within a minute. */
#define SMS_GAMMU_STUCK_MS (INT64_C(1000) * 120)

struct sms_gammu;

/* `folder` holds the four, `sent_path` the list of what was handed on (sms_sent.h). NOT_FOUND: one
 * of the four is not there. */
bool sms_gammu_open(const char *folder, const char *sent_path, struct clock clock,
                    struct sms_gammu **ret_gammu, struct error *err) must_use;
struct sms_driver sms_gammu_driver(struct sms_gammu *gammu);
void sms_gammu_close(struct sms_gammu *gammu); /* NULL is fine */

#endif
