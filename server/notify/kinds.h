/* kinds.h - the kinds of message (kinds.def) and the words an administrator gives them: what may
 * stand in them, and what a message becomes of them before any is sent.
 *
 * A kind has three slots: "vi" and "en", sentences with gaps as words.h has them, and "zns", the
 * number of a template at Zalo and its parameters: "247890 so={so},ngay={ngay}". Sentences are kept
 * unaccented, for they travel as GSM-7. Pure, any thread. Private to the server's programs.
 */
#ifndef TRAO_SERVER_NOTIFY_KINDS_H
#define TRAO_SERVER_NOTIFY_KINDS_H

#include "protocol/event.h"
#include "server/config.h"
#include "server/record/templates.h"
#include "server/text/words.h"

#define KIND_PARTS_MAX 3 /* of a message, with the longest values */

enum slot { SLOT_VI, SLOT_EN, SLOT_ZNS, SLOTS };

struct kind {
    const char *key;
    uint32_t status; /* STATUS_NONE: a correction */
    bool correction;
    const char *gaps; /* by commas */
    const char *name; /* to people */
};

/* The i-th, NULL past the end. */
const struct kind *kind_row(size_t i);
const struct kind *kind_find(const char *key);
/* Of a message about an item that stands so; NULL: nobody is told. */
const struct kind *kind_of(uint32_t status, bool correction);
const char *slot_name(enum slot slot);
bool slot_find(const char *name, enum slot *ret_slot);
/* "out.vi". */
void kind_key(const struct kind *kind, enum slot slot, char out[FACT_KEY_MAX + 1]);

/* What is to be kept, from what somebody typed. BAD_INPUT names the gap that has no value here, the
 * sign that no telephone shows, the link, the number. */
bool kind_check(const struct kind *kind, enum slot slot, const char *typed,
                char out[TEMPLATE_WORDS_MAX + 1], struct error *err) must_use;

/* What a message becomes: with values as they may be, and how many parts with the longest. */
struct kind_preview {
    char text[WORDS_MAX];
    struct segments usual, most;
};
/* `words` as kind_check left them, or the program's own (kind_words). BAD_INPUT: more than
 * KIND_PARTS_MAX parts. */
bool kind_try(enum slot slot, const char *words, const struct config *config,
              struct kind_preview *ret_preview, struct error *err) must_use;
/* The program's own words as an administrator would write them: unaccented, with the gaps that
 * there are; "" in the slot zns. */
char *kind_shown(const struct kind *kind, enum slot slot, char out[TEMPLATE_WORDS_MAX + 1]);
/* The program's own words: of sms.def or of status.def; "" in the slot zns. */
const char *kind_words(const struct kind *kind, enum slot slot);

#endif
