/* phone.h - a phone number as people write it in a list, and what may be done with it (case I05;
 * domain.md section 2: mobile pattern, the 2018 change from eleven to ten digits).
 *
 * Pure, any thread. Stored in E.164 ("+84912000001"). A number that is not understood never stops
 * an envelope: it only means that nobody can be told by SMS.
 */
#ifndef TRAO_SERVER_TEXT_PHONE_H
#define TRAO_SERVER_TEXT_PHONE_H

#include <stdbool.h>
#include <stddef.h>

enum phone_kind {
    PHONE_NONE,     /* empty, or words ("Không có"): nothing to mend */
    PHONE_MOBILE,   /* takes SMS */
    PHONE_LANDLINE, /* valid, takes no SMS */
    PHONE_FOREIGN,  /* kept; SMS only if the office allows it */
    PHONE_BAD       /* somebody must look; `cause` says why */
};

enum phone_cause {
    PHONE_CAUSE_NONE,
    PHONE_CAUSE_DIGITS_LOST,  /* 9.12E+08 */
    PHONE_CAUSE_TOO_SHORT,    /* a digit short */
    PHONE_CAUSE_TOO_LONG,     /* a digit too many */
    PHONE_CAUSE_LETTER,       /* letter O for zero */
    PHONE_CAUSE_OTHER_DIGITS, /* not 0-9 */
    PHONE_CAUSE_NOT_A_NUMBER  /* right length, no such prefix; 113; 0 */
};

#define PHONE_MAX 24
#define PHONE_NOTE_MAX 128

struct phone {
    enum phone_kind kind;
    enum phone_cause cause;
    char e164[PHONE_MAX];      /* empty unless mobile, land line or foreign */
    bool converted;            /* an eleven-digit number of before 2018 */
    char note[PHONE_NOTE_MAX]; /* a remark, a second number, or the text as it stood */
};

/* `cell` is clean text (text_clean). */
struct phone phone_read(const char *cell);

/* True for "+84..." of a mobile network: what an SMS may be sent to. */
bool phone_takes_sms(const char *e164);

/* The last four digits, or "" when there are fewer. `e164` must outlive the answer. */
const char *phone_last4(const char *e164);

#endif
