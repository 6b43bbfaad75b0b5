/* callbox.h - what gateways called in, kept in a folder until the thread that ticks takes it: a
 * call is answered once its file is on the disk, however slow another gateway is just then. Each
 * file goes when its call was taken, within seconds as a rule; it holds a phone and what it texted.
 *
 * Handed over in the order they came, a report once it is CALLBOX_WAIT_MS old: the notice that it
 * is about is in the views by then. Private to this folder and to the program; callbox_keep and
 * callbox_counts on any thread, the rest on the one that ticks.
 */
#ifndef TRAO_SERVER_NOTIFY_CALLBOX_H
#define TRAO_SERVER_NOTIFY_CALLBOX_H

#include "server/notify/notify.h"

#define CALLBOX_MAX 10000 /* calls that may wait; more are LATER */
#define CALLBOX_WAIT_MS 1000
#define CALLBOX_GATEWAY_MAX 15

struct callbox_call {
    char gateway[CALLBOX_GATEWAY_MAX + 1]; /* a-z */
    bool is_text;                          /* else a report */
    char id[NOTICE_REQUEST_MAX + 1]; /* of the message it is about, or the text's own; no blank */
    enum sms_end end;                /* report */
    char from[NOTIFY_FROM_MAX + 1];  /* text; no blank */
    char text[SMS_TEXT_MAX + 1];     /* UTF-8 */
};

struct callbox;

/* `folder` is made when it is not there; what a crash left half written in it goes. */
bool callbox_open(const char *folder, struct clock clock, struct callbox **ret_box,
                  struct error *err) must_use;
void callbox_close(struct callbox *box); /* NULL is fine */

/* LATER: it cannot be kept, say it again. */
bool callbox_keep(struct callbox *box, const struct callbox_call *call, struct error *err) must_use;
/* Hands over what this gateway called in, until `take` says no (LATER). What cannot be read just
 * now stays, and is LATER too, when the others are handed over. */
bool callbox_reports(struct callbox *box, const char *gateway, sms_take_report *take, void *ctx,
                     struct error *err) must_use;
bool callbox_texts(struct callbox *box, const char *gateway, sms_take_text *take, void *ctx,
                   struct error *err) must_use;

#endif
