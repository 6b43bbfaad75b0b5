/* rounds.h - a postman's list for the day (BD13, bản kê đi phát): built by commune or from named
 * items, given to another postman, items put on another list; and pads of numbered invitations
 * (giấy mời GM-), each slip bound to one item. Any thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_ROUNDS_H
#define TRAO_SERVER_OFFICE_ROUNDS_H

#include "server/office/link.h"
#include "server/record/acts.h"
#include "server/record/rounds.h"
#include "server/views/views.h"

#define ROUND_TEXT_MAX 24
char *round_text(uint64_t round, char out[ROUND_TEXT_MAX]); /* "BD-000005" */
char *slip_text(uint64_t slip, char out[ROUND_TEXT_MAX]);   /* "GM-000041" */
/* Reads either, by its two letters; BAD_INPUT. */
bool serial_read(const char *letters, const char *text, uint64_t *ret_serial,
                 struct error *err) must_use;

/* A new round of a postman whose badge is in force. Without items it takes all of a commune (GSO
 * code) that wait for delivery and are on no open round. REFUSED when a named item has ended or is
 * on an open round, BAD_INPUT when nothing is left to carry. */
struct round_plan {
    uint32_t badge, post_office, commune, user;
    const struct item *items;
    size_t n;
};
bool round_build(struct acts acts, struct views *views, const struct round_plan *plan,
                 uint64_t *ret_round, size_t *ret_n, struct error *err) must_use;

/* How many envelopes of a commune wait for delivery and are on no open round: what such a round
 * would take. */
struct waiting {
    uint32_t commune; /* GSO code, 0 unknown */
    size_t n;
};
/* In order of code; free(*new_waiting). */
bool rounds_waiting(struct views *views, struct record *record, struct waiting **new_waiting,
                    size_t *ret_n, struct error *err) must_use;

/* Another postman walks it; what the first has in hand is handed on by hand_move, one by one.
 * REFUSED when it is closed or his already. */
bool round_give(struct acts acts, uint64_t round, uint32_t badge, uint32_t user,
                struct error *err) must_use;

/* Puts one item on another open round. */
bool round_put(struct acts acts, struct views *views, uint64_t round, const struct item *item,
               uint32_t user, struct error *err) must_use;

/* Issues the next `count` slips (1..SLIPS_MAX) to a postman. */
#define SLIPS_MAX 500
bool pad_issue(struct acts acts, uint32_t badge, uint32_t count, uint32_t user, uint64_t *ret_first,
               struct error *err) must_use;
/* The code under a slip's fold: stands for the last digits of a phone (settled point 11). Six
 * digits of a keyed hash, so that the number printed outside does not tell it. */
#define SLIP_CODE_CHARS 6
void slip_code(const uint8_t secret[LINK_SECRET_BYTES], uint64_t slip,
               char ret_code[SLIP_CODE_CHARS + 1]);
/* The slip was left for this item. NOT_FOUND when it is of no pad or the item unknown, REPEATED
 * when it is bound already. */
bool slip_bind(struct acts acts, uint64_t slip, const struct item *item, uint32_t user,
               struct error *err) must_use;

#endif
