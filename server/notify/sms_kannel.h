/* sms_kannel.h - messages over SMPP, by a Kannel that stands between: its smsbox takes them over
 * HTTP (sendsms) and says by the dlr-url, which goes along with each, what the operator's receipt
 * says.
 *
 *     GET .../cgi-bin/sendsms?username=&password=&from=&to=&text=&coding=0&charset=UTF-8
 *                             &dlr-mask=27&dlr-url=REPORTS/tin/kannel/bao?id=ID&d=%d&ky=SIGNATURE
 *
 * The signature is HMAC-SHA256(key, "bao." ID): who was not given the address cannot report. 2xx
 * takes a message. "Not routable" and a number on one of its lists are "never"; everything else (a
 * wrong password, no bearerbox, no answer) is "not now": it must not use messages up. What the
 * operator refuses for good comes as a report; what he is too busy for Kannel itself tries again.
 * Of a message of several parts Kannel reports the first one's receipt.
 *
 * Kannel knows no id of ours, so what it was asked to send is written down before it is asked
 * (sms_begun.h). After a crash, or where no answer came, nobody knows whether it went: that is said
 * (SMS_END_UNKNOWN), it is not sent again, and Kannel's report of it counts when one comes. One
 * thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_KANNEL_H
#define TRAO_SERVER_NOTIFY_SMS_KANNEL_H

#include "server/notify/notify.h"

struct sms_kannel;

struct sms_kannel_config {
    const char *url;             /* of sendsms: https://..., http:// only on this machine */
    const char *authority;       /* file of certificates that count; "" the system's */
    const char *user, *password; /* of its sendsms-user */
    const char *from;            /* sender; "" Kannel's own default */
    const char *key;             /* 64 hex digits, of what it calls (callbacks.h) */
    const char *reports;         /* base of the addresses it calls, http://127.0.0.1:8080 */
    const char *sent_path;       /* sms_sent.h */
    const char *begun_path;      /* sms_begun.h */
    struct clock clock;
};

/* BAD_INPUT: no such address or key. */
bool sms_kannel_open(const struct sms_kannel_config *config, struct sms_kannel **ret_kannel,
                     struct error *err) must_use;
struct sms_driver sms_kannel_driver(struct sms_kannel *kannel);
void sms_kannel_close(struct sms_kannel *kannel); /* NULL is fine */

#endif
