/* sms_smsd.h - messages through a modem: gammu-smsd with `service = sql`, `driver = sqlite3`, whose
 * tables are in a file on this machine (record/smsd.h). The request id is in the row's CreatorID,
 * so a message of an earlier run is known wherever it stands; the operator's delivery reports come
 * back, which the folders (sms_gammu.h) do not have.
 *
 * A row that stays in the outbox for SMS_GAMMU_STUCK_MS says that nobody takes them: send is LATER.
 * One that stays for NOTIFY_AGE_MAX_MS is taken back and counts as one that never went. A message
 * that is sent is waited upon for SMS_SMSD_PATIENCE_MS, then its rows go. One thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_SMSD_H
#define TRAO_SERVER_NOTIFY_SMS_SMSD_H

#include "server/notify/notify.h"

#define SMS_SMSD_PATIENCE_MS (2 * NOTIFY_AGE_MAX_MS)

struct sms_smsd;

/* NOT_FOUND: no such file, or no such tables in it. */
bool sms_smsd_open(const char *path, const char *sent_path, struct clock clock,
                   struct sms_smsd **ret_smsd, struct error *err) must_use;
struct sms_driver sms_smsd_driver(struct sms_smsd *smsd);
void sms_smsd_close(struct sms_smsd *smsd); /* NULL is fine */

#endif
