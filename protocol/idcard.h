/* idcard.h - the text of a citizen card's QR: the number, and nothing else [domain.md section 3;
 * case S10]; and the two secrets of a door that are compared by hash alone: the owner's number, the
 * delivery code. Pure; any thread. What is read here belongs on no screen and in no log.
 */
#ifndef TRAO_PROTOCOL_IDCARD_H
#define TRAO_PROTOCOL_IDCARD_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/chain.h"
#include "protocol/error.h"

#define IDCARD_DIGITS 12
#define IDCARD_KEY_BYTES 16
#define IDCARD_TEXT_MAX 1024 /* bytes of a QR; a card's has some 150 */
#define DELIVERY_CODE_DIGITS 6

struct idcard {
    char number[IDCARD_DIGITS + 1]; /* wipe when done */
};

/* Takes "number|old|name|birth|sex|address|issued" with at least five bars' worth of fields behind
 * the number, the old number empty or left out, further fields ignored; also the twelve digits
 * alone, as typed. The names around it may be in any state: a keyboard scanner drops letters.
 * BAD_INPUT: no such text. The sentence repeats nothing of it. */
bool idcard_read(const char *text, size_t n, struct idcard *ret_card, struct error *err) must_use;

/* BLAKE2b-256 keyed with `key` over the purpose "trao id 1" and the twelve digits. */
struct link idcard_hash(const uint8_t key[IDCARD_KEY_BYTES], const char number[IDCARD_DIGITS + 1]);

/* BLAKE2b-256( salt || the six digits ). */
struct link delivery_code_hash(const uint8_t salt[16], const char digits[DELIVERY_CODE_DIGITS + 1]);
/* True for exactly six digits. */
bool delivery_code_is_good(const char *digits);

#endif
