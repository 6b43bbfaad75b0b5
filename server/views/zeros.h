/* zeros.h - bytes without their zeros: of each eight a tag, whose bits say which of them are not
 * zero, and those; behind a tag of zero how many words of zeros more there are, 255 at most. It is
 * the packing of Cap'n Proto (capnproto.org/encoding.html#packing) but for its runs without zeros.
 * A row of views.db, small numbers in wide fields, takes a quarter of its room
 * (docs/decisions/0169). Private to this folder. */
#ifndef TRAO_SERVER_VIEWS_ZEROS_H
#define TRAO_SERVER_VIEWS_ZEROS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZEROS_WORD 8
/* The most that `n` bytes, a multiple of ZEROS_WORD, can become. */
#define ZEROS_ROOM(n) ((n) / ZEROS_WORD * (ZEROS_WORD + 1) + 1)

/* `n`: a multiple of ZEROS_WORD; `to` has room for ZEROS_ROOM of them, and is no part of `from`.
 * Returns how many were written. */
size_t zeros_out(const uint8_t *from, size_t n, uint8_t *to);
/* How many bytes these were; false if they are cut. */
bool zeros_length(const uint8_t *bytes, size_t n, size_t *ret_length);
/* Into the room that zeros_length asked for, of bytes it said yes to. */
void zeros_in(const uint8_t *bytes, size_t n, uint8_t *to);

#endif
