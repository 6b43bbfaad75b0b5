/* item.h - the number of an envelope: UPU S10, two letters, eight digits, a check digit, two
 * letters of a country [UPU S10; domain.md section 2].
 *
 * An item is a value of 13 characters and a terminating zero, always in its normal form: upper case
 * ASCII, right check digit. It is text everywhere: never compared or stored as a number.
 */
#ifndef TRAO_PROTOCOL_ITEM_H
#define TRAO_PROTOCOL_ITEM_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

#define ITEM_CHARS 13
#define ITEM_SERIALS UINT32_C(100000000) /* serials of one prefix: 00000000..99999999 */

struct item {
    char text[ITEM_CHARS + 1];
};

/* The check digit, 0..9, of a serial 0..99999999: weights 8 6 4 2 3 5 9 7, 11 - sum mod 11, where
 * 10 becomes 0 and 11 becomes 5. */
int item_check_digit(uint32_t serial);

/* Builds a number from service letters ("RA"), a serial below ITEM_SERIALS and a country ("VN").
 * BAD_INPUT if the letters are not two of A..Z or the serial is too large. */
bool item_make(const char *service, uint32_t serial, const char *country, struct item *ret_item,
               struct error *err) must_use;

/* Normalises what a scanner, a keyboard or a file gave (UTF-8, any length): strips one AIM prefix
 * (']' letter digit), then at most one ECI marker (backslash, six digits), blanks (the printed
 * grouping), U+FEFF and U+200B, and repairs lower case only when the check digit holds (cases S01,
 * S06). BAD_INPUT otherwise; the sentence is Vietnamese, because a postman reads it, and says how
 * many characters there are if not 13, else the first that is wrong and its place, counted from 1
 * in the number: "RA12345678SVN: ký tự 11 là S, phải là số. Quét lại." It repeats what was read, so
 * it belongs on a screen and in no log; an ID card is never repeated. */
bool item_parse(const char *bytes, size_t n, struct item *ret_item, struct error *err) must_use;

/* Takes the ITEM_CHARS characters of a number as it stands in records: in normal form, and nothing
 * else. False otherwise, without a word: item_parse says what is wrong. */
bool item_read(const char *bytes, struct item *ret_item) must_use;

/* What a text in an item field is, when it is no item: each has its own words (ux.md section 4). */
enum item_kind {
    ITEM_KIND_ITEM,
    ITEM_KIND_GOODS,    /* 8, 13 or 14 digits, or an AIM ]E.. prefix: a retail article */
    ITEM_KIND_ID_CARD,  /* bars between fields, or 12 digits: a citizen card; never logged */
    ITEM_KIND_HANDOVER, /* BG-... */
    ITEM_KIND_SLIP,     /* GM-... */
    ITEM_KIND_BADGE,    /* TH-... */
    ITEM_KIND_DAMAGED   /* anything else: read again */
};
enum item_kind item_kind_of(const char *bytes, size_t n);

/* "RA 123 456 785 VN" for people; `out` holds at least ITEM_PRETTY_MAX bytes. */
#define ITEM_PRETTY_MAX 18
char *item_pretty(const struct item *item, char *out);
/* "...785 VN", the short form of ux.md (with U+2026); `out` holds at least ITEM_PRETTY_MAX. */
char *item_tail(const struct item *item, char *out);

bool item_equal(const struct item *a, const struct item *b);

/* The n-th serial of a prefix's whole space under a 32-byte secret key: a keyed permutation of
 * 0..99999999 (a Feistel network walked until it lands inside), so that numbers handed out one
 * after another cannot be counted on from one to the next (settled point 17; case W01).
 * `n` below ITEM_SERIALS. Pure; the same key and n always give the same serial. */
uint32_t item_draw(const uint8_t key[32], uint32_t n);
/* The same for many numbers of one key: what the key makes of a half in a round is worked out once,
 * 2^14 halves in 8 rounds, 256 KB; a draw needs some twenty. Secret as the key is, whose it is:
 * wipe both. All zeros but for the key at first. */
struct item_draws {
    uint8_t key[32];
    uint16_t mixed[8][1 << 14]; /* 1 more than it is; 0 not yet known */
};
uint32_t item_draws_next(struct item_draws *draws, uint32_t n);
/* item_draw over 0..size-1, size at most 4^half_bits, half_bits 1..15: item_draw is this with 14
 * and ITEM_SERIALS. */
uint32_t item_permute(const uint8_t key[32], unsigned half_bits, uint32_t size, uint32_t n);

#endif
