/* stream.h - a file that only the holder of a secret key can read: made while it is written, read
 * from front to back, of any length in the memory of one piece.
 *
 * On disk: STREAM_MAGIC, 8 bytes that name the key (key_mark), a sealed box (protocol/box.h) with a
 * fresh key of 32 bytes, the head of libsodium's secretstream (XChaCha20-Poly1305), then pieces: a
 * length of 4 bytes, big end first, and so many bytes. Pieces that are missing, moved, repeated or
 * altered are found, and so is an end that was cut off: the last piece says that it is the last
 * [libsodium: "Encrypted streams and file encryption"]. Who writes proves nothing about himself:
 * anybody with the public key can write such a file.
 * One thread at a time.
 */
#ifndef TRAO_SERVER_KEEPING_STREAM_H
#define TRAO_SERVER_KEEPING_STREAM_H

#include "protocol/box.h"

#define STREAM_MAGIC "TRAOBAK1"
#define STREAM_PIECE_BYTES 65536

/* Eight digits that name a public key where people look: the first of its BLAKE2b. */
#define STREAM_MARK_BYTES 8
void stream_mark(const struct box_public *key, uint8_t out[STREAM_MARK_BYTES]);

struct stream_out;
/* Borrows `fd`. LATER (disk full, out of memory), BAD_INPUT: `to` is no good key. */
bool stream_out_open(int fd, const struct box_public *to, const struct chance *chance,
                     struct stream_out **ret_out, struct error *err) must_use;
bool stream_put(struct stream_out *out, const void *bytes, size_t n, struct error *err) must_use;
/* The last piece; what was put is whole only now. Not synced. */
bool stream_end(struct stream_out *out, struct error *err) must_use;
uint64_t stream_out_bytes(const struct stream_out *out); /* written to the file so far */
void stream_out_free(struct stream_out *out);            /* NULL is fine; wipes */

struct stream_in;
/* Borrows `fd`. BAD_INPUT: no such file, or closed for another key. */
bool stream_in_open(int fd, const struct box_public *key, const struct box_secret *secret,
                    struct stream_in **ret_in, struct error *err) must_use;
/* Exactly `n` bytes. BROKEN: altered, or cut off. */
bool stream_get(struct stream_in *in, void *out, size_t n, struct error *err) must_use;
/* Nothing more may come: the last piece was the last of the file. */
bool stream_done(struct stream_in *in, struct error *err) must_use;
void stream_in_free(struct stream_in *in); /* NULL is fine; wipes */

#endif
