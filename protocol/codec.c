#include "protocol/codec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec_plain.h"
#include "protocol/utf8.h"

#define WIRE_VARINT 0
#define WIRE_64_BITS 1
#define WIRE_BYTES 2
#define WIRE_32_BITS 5

/* ----------------------------------------------------------------------- fields on the wire */

static bool take_varint(struct slice *rest, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < rest->n && i < 10; i++) {
        value |= (uint64_t)(rest->bytes[i] & 0x7F) << (7 * i);
        if (rest->bytes[i] < 0x80) {
            *rest = (struct slice){rest->bytes + i + 1, rest->n - i - 1};
            *ret_value = value;
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct slice *rest, uint64_t n, struct slice *ret_bytes)
{
    if (n > rest->n)
        return false;
    *ret_bytes = (struct slice){rest->bytes, (size_t)n};
    *rest = (struct slice){rest->bytes + n, rest->n - (size_t)n};
    return true;
}

static bool take_value(struct slice *rest, struct codec_field *field)
{
    uint64_t n;
    struct slice skipped;
    field->bytes = (struct slice){NULL, 0};
    field->value = 0;
    switch (field->wire_type) {
    case WIRE_VARINT:
        return take_varint(rest, &field->value);
    case WIRE_64_BITS:
        return take_bytes(rest, 8, &skipped);
    case WIRE_BYTES:
        return take_varint(rest, &n) && take_bytes(rest, n, &field->bytes);
    case WIRE_32_BITS:
        return take_bytes(rest, 4, &skipped);
    }
    return false; /* groups: proto3 has none */
}

bool codec_next(struct slice *rest, struct codec_field *ret_field, struct error *err)
{
    struct slice at = *rest;
    struct codec_field field;
    uint64_t tag;
    if (!take_varint(&at, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
        return error_set(err, ERROR_BAD_INPUT, "a field's tag is cut or malformed");
    field.number = (uint32_t)(tag >> 3);
    field.wire_type = (unsigned)(tag & 7);
    if (!take_value(&at, &field))
        return error_set(err, ERROR_BAD_INPUT, "field %u is cut or malformed", field.number);
    *rest = at;
    *ret_field = field;
    return true;
}

struct slice codec_find(struct slice message, uint32_t number)
{
    struct codec_field field;
    while (message.n > 0 && codec_next(&message, &field, NULL))
        if (field.number == number)
            return field.bytes;
    return (struct slice){NULL, 0};
}

/* ---------------------------------------------------------------------------- checking */

/* What protobuf-c does not check: repeats, UTF-8, zeros in strings; down through the messages
 * inside. The schema is not recursive, so neither depth nor stack can be driven by a peer. */
static bool check_message(const ProtobufCMessageDescriptor *type, struct slice rest,
                          struct error *err)
{
    uint64_t seen = 0;
    invariant(type->n_fields <= 64);
    while (rest.n > 0) {
        struct codec_field field;
        if (!codec_next(&rest, &field, err))
            return false;
        const ProtobufCFieldDescriptor *known =
            protobuf_c_message_descriptor_get_field(type, field.number);
        if (known == NULL)
            continue;
        uint64_t bit = UINT64_C(1) << (known - type->fields);
        if (known->label != PROTOBUF_C_LABEL_REPEATED && (seen & bit) != 0)
            return error_set(err, ERROR_BAD_INPUT, "%s: given twice", known->name);
        seen |= bit;
        if (known->type == PROTOBUF_C_TYPE_STRING &&
            !utf8_is_text((const char *)field.bytes.bytes, field.bytes.n))
            return error_set(err, ERROR_BAD_INPUT, "%s: not UTF-8", known->name);
        if (known->type == PROTOBUF_C_TYPE_MESSAGE &&
            !check_message(known->descriptor, field.bytes, err))
            return error_add(err, "%s", known->name);
    }
    return true;
}

/* -------------------------------------------------------------------------- unpacking */

void *codec_block_take(struct codec_block *block, size_t n)
{
    size_t aligned = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (aligned < n || aligned > block->size - block->used)
        return NULL;
    void *taken = block->bytes + block->used;
    block->used += aligned;
    return taken;
}

/* protobuf-c's allocator over one block: taken from the front, given back all at once. */
static void *block_take(void *self, size_t n)
{
    return codec_block_take(self, n);
}

static void block_keep(void *self, void *taken)
{
    (void)self;
    (void)taken;
}

/* Room for our largest struct, and for each byte of the message what our own messages need at most
 * (seen: 15, a list of verdicts). A flood of unknown fields would need 54, and is refused. */
static size_t block_size(size_t n)
{
    size_t size = 8192 + 16 * n;
    return size < CODEC_BLOCK_MAX ? size : CODEC_BLOCK_MAX;
}

static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *type, struct slice bytes,
                                struct codec_block *block, struct error *err)
{
    ProtobufCAllocator allocator = {block_take, block_keep, block};
    if (!check_message(type, bytes, err))
        return NULL;
    block->used = 0;
    ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, bytes.n, bytes.bytes);
    if (message == NULL)
        error_set(err, ERROR_BAD_INPUT, "not a %s, or too many unknown fields", type->short_name);
    return message;
}

bool codec_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t n,
                  struct codec_message *ret_message, struct error *err)
{
    if (n > CODEC_BLOCK_MAX / 16)
        return error_set(err, ERROR_BAD_INPUT, "%zu bytes are too many for any message", n);
    struct codec_block block = {.size = block_size(n)};
    struct slice slice = {bytes, n};
    bool is_near = block.size <= sizeof ret_message->near;
    ret_message->block = is_near ? NULL : malloc(block.size);
    block.bytes = is_near ? ret_message->near : ret_message->block;
    if (block.bytes == NULL)
        return error_set(err, ERROR_LATER, "no memory");
    ret_message->base = codec_plain(type, slice, &block);
    if (ret_message->base == NULL)
        ret_message->base = unpack(type, slice, &block, err);
    if (ret_message->base == NULL)
        codec_free(ret_message);
    return ret_message->base != NULL;
}

void codec_free(struct codec_message *message)
{
    free(message->block);
    message->block = NULL;
    message->base = NULL;
}

bool codec_pack(const ProtobufCMessage *message, uint8_t *out, size_t max, size_t *ret_n,
                struct error *err)
{
    size_t n = protobuf_c_message_get_packed_size(message);
    if (n > max)
        return error_set(err, ERROR_BAD_INPUT, "%zu bytes encoded, at most %zu are allowed", n,
                         max);
    protobuf_c_message_pack(message, out);
    if (!check_message(message->descriptor, (struct slice){out, n}, err))
        return false;
    *ret_n = n;
    return true;
}

/* ------------------------------------------------------------------------- single values */

bool codec_range(const char *field, uint64_t value, uint64_t least, uint64_t most,
                 struct error *err)
{
    if (value < least || value > most)
        return error_set(err, ERROR_BAD_INPUT,
                         "%s: %" PRIu64 " is not within %" PRIu64 "..%" PRIu64, field, value, least,
                         most);
    return true;
}

bool codec_time(const char *field, int64_t ms, struct error *err)
{
    if (ms < -CODEC_TIME_MAX || ms > CODEC_TIME_MAX)
        return error_set(err, ERROR_BAD_INPUT, "%s: %" PRId64 " ms is beyond any clock", field, ms);
    return true;
}

bool codec_tick(const char *field, uint64_t ms, struct tick *ret_tick, struct error *err)
{
    if (!codec_range(field, ms, 0, (uint64_t)CODEC_TIME_MAX, err))
        return false;
    *ret_tick = (struct tick){(int64_t)ms};
    return true;
}

bool codec_fixed(const char *field, ProtobufCBinaryData data, size_t n, uint8_t *ret_bytes,
                 struct error *err)
{
    if (data.len != n)
        return error_set(err, ERROR_BAD_INPUT, "%s: %zu bytes, not %zu", field, data.len, n);
    memcpy(ret_bytes, data.data, n);
    return true;
}

bool codec_size(const char *field, struct slice bytes, size_t least, size_t most, struct error *err)
{
    if (bytes.n < least || bytes.n > most)
        return error_set(err, ERROR_BAD_INPUT, "%s: %zu bytes, not %zu..%zu", field, bytes.n, least,
                         most);
    return true;
}

static bool take_text(const char *field, const char *text, bool lines, char *ret_text, size_t size,
                      struct error *err)
{
    size_t n = strlen(text);
    if (n >= size)
        return error_set(err, ERROR_BAD_INPUT, "%s: %zu bytes, at most %zu are allowed", field, n,
                         size - 1);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && !(lines && c == '\n')) || c == 0x7F)
            return error_set(err, ERROR_BAD_INPUT, "%s: control character %02X at byte %zu", field,
                             c, i + 1);
    }
    memcpy(ret_text, text, n + 1);
    return true;
}

bool codec_text(const char *field, const char *text, char *ret_text, size_t size, struct error *err)
{
    return take_text(field, text, false, ret_text, size, err);
}

bool codec_lines(const char *field, const char *text, char *ret_text, size_t size,
                 struct error *err)
{
    return take_text(field, text, true, ret_text, size, err);
}

bool codec_device(const char *text, char ret_device[DEVICE_NAME_MAX + 1], struct error *err)
{
    if (!device_name_is_good(text))
        return error_set(err, ERROR_BAD_INPUT, "device: not 1..%d of A-Z, 0-9 and '-'",
                         DEVICE_NAME_MAX);
    memcpy(ret_device, text, strlen(text) + 1);
    return true;
}

bool codec_item(const char *text, struct item *ret_item, struct error *err)
{
    struct item item;
    if (!item_parse(text, strlen(text), &item, NULL) || strcmp(item.text, text) != 0)
        return error_set(err, ERROR_BAD_INPUT, "item: not an S10 number in normal form");
    *ret_item = item;
    return true;
}

enum time_source codec_time_source(uint32_t wire)
{
    return wire <= TIME_SOURCE_GPS ? (enum time_source)wire : TIME_SOURCE_UNKNOWN;
}

ProtobufCBinaryData codec_bytes(const void *bytes, size_t n)
{
    return (ProtobufCBinaryData){n, (uint8_t *)bytes};
}
