/* message.h - the text of one message to a citizen: from an item's state to GSM-7. Pure, any
 * thread. No person, office or procedure is named (ux.md section 2). */
#ifndef TRAO_SERVER_NOTIFY_MESSAGE_H
#define TRAO_SERVER_NOTIFY_MESSAGE_H

#include "server/config.h"
#include "server/notify/notify.h"
#include "server/text/words.h"
#include "server/views/views.h"

/* Whose words: the office and post office of `config`, and the word their postmen know today. */
struct sender {
    const struct config *config;
    const uint8_t *secret; /* DOOR_SECRET_BYTES; NULL: no word of the day */
    struct instant now;
};

/* What is said when an item stands like this, in these words of an administrator (kinds.h) or, "",
 * in the program's. `out` is GSM-7 throughout. */
char *message_text(const struct view *view, const struct sender *sender, const char *own,
                   bool english, char out[WORDS_MAX]);
/* The program's words of a kind. */
const char *message_words(uint32_t status, bool correction, bool english);
/* Such words with invented values, usual ones or the longest there are. */
char *message_try(const char *words, const struct config *config, bool longest,
                  char out[WORDS_MAX]);
/* The same for Zalo, from the words of that slot. False: a value is not known, so it cannot go. */
bool message_zns(const struct view *view, const struct sender *sender, const char *words,
                 struct zns *ret_zns);
/* To the manager: how many are near this term, when the first one ends, and the first numbers. */
char *message_alert(const struct view *views, size_t n, enum view_clock clock, char out[WORDS_MAX]);
/* "Trao {number}: " and a sentence, unaccented. */
char *message_reply(const struct item *item, const char *sentence, char out[WORDS_MAX]);
/* The status and its day, to somebody who knows no more than the number. */
char *message_masked(const struct view *view, bool english, char out[WORDS_MAX]);
/* Takes back "delivered". */
char *message_correction(const struct item *item, const struct config *config, const char *own,
                         char out[WORDS_MAX]);

#endif
