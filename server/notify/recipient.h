/* recipient.h - who an item's messages go to, and in whose words. Private to this folder; any
 * thread that owns the reader.
 */
#ifndef TRAO_SERVER_NOTIFY_RECIPIENT_H
#define TRAO_SERVER_NOTIFY_RECIPIENT_H

#include "server/notify/message.h"
#include "server/notify/notify.h"
#include "server/text/phone.h"
#include "server/text/words.h"
#include "server/views/views.h"

/* The phone an SMS may go to; "" when there is none, or the attachment was deleted. */
bool recipient_phone(struct record *record, const struct view *view, char out[PHONE_MAX],
                     struct error *err) must_use;
/* How a message to him is said. */
struct wording {
    bool correction, english;
};
/* How it stands, in the words of its own office and post office, and an administrator's where he
 * gave some (kinds.h). */
bool recipient_text(struct record *record, const struct sender *sender, const struct view *view,
                    struct wording wording, char out[WORDS_MAX], struct error *err) must_use;
/* The same for Zalo; false in ret_there: no template, or a value of it is not known. */
bool recipient_zns(struct record *record, const struct sender *sender, const struct view *view,
                   struct wording wording, struct zns *ret_zns, bool *ret_there,
                   struct error *err) must_use;

#endif
