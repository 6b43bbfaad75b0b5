/* codec.h - the plumbing between plain structs and protobuf: the only way in and out of
 * protobuf-c, whose headers nothing outside scan, batch, wire, enrol and fact includes.
 *
 * What protobuf-c leaves open is closed here, for every message: strings are UTF-8 without U+0000
 * (it takes any bytes and cuts at a zero), a field that may stand once stands once, and unpacking
 * a peer's bytes uses one block of at most CODEC_BLOCK_MAX. Private to protocol/; pure but for
 * that block.
 */
#ifndef TRAO_PROTOCOL_CODEC_H
#define TRAO_PROTOCOL_CODEC_H

#include <protobuf-c/protobuf-c.h>
#include <stdalign.h>
#include <stddef.h>

#include "protocol/batch.h"
#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/item.h"

/* ----------------------------------------------------------------------- fields on the wire */

/* One field as it stands on the wire; `bytes` points into the message for wire type 2, and is
 * empty for the others; `value` is that of a varint. */
struct codec_field {
    uint32_t number;
    unsigned wire_type;
    uint64_t value;
    struct slice bytes;
};

/* Takes the next field off the front of *rest, which is not empty. BAD_INPUT if cut or malformed.
 */
bool codec_next(struct slice *rest, struct codec_field *ret_field, struct error *err) must_use;

/* Finds a length-delimited field of a message that codec_unpack has taken, without a copy; an
 * absent one gives an empty slice. */
struct slice codec_find(struct slice message, uint32_t number);

/* ------------------------------------------------------------------------- whole messages */

#define CODEC_BLOCK_MAX ((size_t)1024 * 1024)

/* Messages up to so many bytes are unpacked without asking for memory: scans, heads, most facts. */
#define CODEC_NEAR_BYTES 256

/* An unpacked message: lives, with all it points to, until codec_free, where it is: it must not be
 * copied. */
struct codec_message {
    ProtobufCMessage *base;
    void *block; /* NULL: `near` holds it */
    alignas(max_align_t) uint8_t near[8192 + 16 * CODEC_NEAR_BYTES];
};

/* Unpacks a peer's bytes. BAD_INPUT names the field where it can. */
bool codec_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t n,
                  struct codec_message *ret_message, struct error *err) must_use;
void codec_free(struct codec_message *message);

/* Packs into `out`; the same message always gives the same bytes. BAD_INPUT if it would be longer
 * than `max` or a string is not UTF-8; `out` may then hold part of it. */
bool codec_pack(const ProtobufCMessage *message, uint8_t *out, size_t max, size_t *ret_n,
                struct error *err) must_use;

/* ------------------------------------------------------------------------- single values */

/* Each is BAD_INPUT with "<field>: ..." if the value is outside its range. */

bool codec_range(const char *field, uint64_t value, uint64_t least, uint64_t most,
                 struct error *err) must_use;

/* Times are kept within +-2^60 ms, some 36 million years, so that the difference of two plus a
 * third never overflows 64 bits. */
#define CODEC_TIME_MAX (INT64_C(1) << 60)
bool codec_time(const char *field, int64_t ms, struct error *err) must_use;
bool codec_tick(const char *field, uint64_t ms, struct tick *ret_tick, struct error *err) must_use;

/* Exactly `n` bytes, or for a slice `least` to `most`. */
bool codec_fixed(const char *field, ProtobufCBinaryData data, size_t n, uint8_t *ret_bytes,
                 struct error *err) must_use;
bool codec_size(const char *field, struct slice bytes, size_t least, size_t most,
                struct error *err) must_use;

/* A text shorter than `size` without control characters, or with none but line feeds. */
bool codec_text(const char *field, const char *text, char *ret_text, size_t size,
                struct error *err) must_use;
bool codec_lines(const char *field, const char *text, char *ret_text, size_t size,
                 struct error *err) must_use;
bool codec_device(const char *text, char ret_device[DEVICE_NAME_MAX + 1],
                  struct error *err) must_use;

/* An S10 number in its normal form already: a receiver repairs nothing. */
bool codec_item(const char *text, struct item *ret_item, struct error *err) must_use;

/* A number this version does not know reads as unknown. */
enum time_source codec_time_source(uint32_t wire);

/* Borrowed bytes as protobuf-c wants them: it never writes to a message it packs. */
ProtobufCBinaryData codec_bytes(const void *bytes, size_t n);

#endif
