/* codec_plain.c - the short way to unpack: one pass over a message as our own programs write it,
 * checks and all. At anything else it gives up, and the long way through protobuf-c judges; so this
 * may refuse what it likes, but what it takes must be what the long way would have taken. */
#include <string.h>

#include "protocol/codec.h"
#include "protocol/codec_plain.h"
#include "protocol/utf8.h"

#define WIRE_VARINT 0
#define WIRE_64_BITS 1
#define WIRE_BYTES 2

struct reader {
    const uint8_t *at, *end;
    struct codec_block *block;
};

static bool read_varint(struct reader *reader, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; reader->at < reader->end && shift < 63; shift += 7) {
        uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return true;
        }
    }
    /* The tenth byte has room for one bit. */
    if (reader->at == reader->end || *reader->at > 1)
        return false;
    *ret_value = value | (uint64_t)*reader->at++ << 63;
    return true;
}

/* Tags and lengths of ours are short. */
static bool read_short(struct reader *reader, uint32_t *ret_value)
{
    const uint8_t *begin = reader->at;
    uint64_t value;
    if (!read_varint(reader, &value) || reader->at - begin > 4)
        return false;
    *ret_value = (uint32_t)value;
    return true;
}

static bool read_slice(struct reader *reader, struct slice *ret_bytes)
{
    uint32_t n;
    if (!read_short(reader, &n) || n > (size_t)(reader->end - reader->at))
        return false;
    *ret_bytes = (struct slice){reader->at, n};
    reader->at += n;
    return true;
}

/* ------------------------------------------------------------------------------- one field */

static bool put_number(struct reader *reader, ProtobufCType type, void *member)
{
    uint64_t value;
    if (!read_varint(reader, &value))
        return false;
    uint32_t low = (uint32_t)value;
    if (type == PROTOBUF_C_TYPE_UINT32)
        memcpy(member, &low, sizeof low);
    else if (type == PROTOBUF_C_TYPE_UINT64)
        memcpy(member, &value, sizeof value);
    else if (type == PROTOBUF_C_TYPE_SINT32)
        *(int32_t *)member = (int32_t)(low >> 1 ^ (0 - (low & 1)));
    else if (type == PROTOBUF_C_TYPE_SINT64)
        *(int64_t *)member = (int64_t)(value >> 1 ^ (0 - (value & 1)));
    else if (type == PROTOBUF_C_TYPE_BOOL && value <= 1)
        *(protobuf_c_boolean *)member = (protobuf_c_boolean)value;
    else
        return false;
    return true;
}

static bool put_fixed64(struct reader *reader, void *member)
{
    if (reader->end - reader->at < 8)
        return false;
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | reader->at[i];
    memcpy(member, &value, sizeof value);
    reader->at += 8;
    return true;
}

static bool put_string(struct reader *reader, struct slice bytes, void *member)
{
    if (!utf8_is_text((const char *)bytes.bytes, bytes.n))
        return false;
    char *text = codec_block_take(reader->block, bytes.n + 1);
    if (text == NULL)
        return false;
    memcpy(text, bytes.bytes, bytes.n);
    text[bytes.n] = '\0';
    memcpy(member, &text, sizeof text);
    return true;
}

static bool put_bytes(struct reader *reader, struct slice bytes, void *member)
{
    ProtobufCBinaryData data = {bytes.n, codec_block_take(reader->block, bytes.n)};
    if (bytes.n == 0 || data.data == NULL)
        return false;
    memcpy(data.data, bytes.bytes, bytes.n);
    memcpy(member, &data, sizeof data);
    return true;
}

static bool put_field(struct reader *reader, const ProtobufCFieldDescriptor *field,
                      unsigned wire_type, void *member)
{
    struct slice bytes;
    if (wire_type == WIRE_VARINT)
        return put_number(reader, field->type, member);
    if (wire_type == WIRE_64_BITS)
        return field->type == PROTOBUF_C_TYPE_FIXED64 && put_fixed64(reader, member);
    if (wire_type != WIRE_BYTES || !read_slice(reader, &bytes))
        return false;
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return put_string(reader, bytes, member);
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return put_bytes(reader, bytes, member);
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
        return false;
    ProtobufCMessage *inner = codec_plain(field->descriptor, bytes, reader->block);
    ProtobufCMessage **slot = (ProtobufCMessage **)member;
    *slot = inner;
    return inner != NULL;
}

/* ------------------------------------------------------------------------------- all of them */

/* The numbers begin at 1 and have few gaps, so that the first run of them is nearly always it. */
static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *type,
                                                  uint32_t number)
{
    const ProtobufCIntRange *run = type->field_ranges;
    unsigned run_n = type->n_field_ranges == 0 ? 0 : run[1].orig_index;
    if (run_n > 0 && run[0].start_value == 1 && number - 1 < run_n)
        return &type->fields[number - 1];
    return protobuf_c_message_descriptor_get_field(type, number);
}

/* One that may stand once, and no oneof. */
static bool is_plain(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_NONE && field->quantifier_offset == 0 &&
           (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0;
}

ProtobufCMessage *codec_plain(const ProtobufCMessageDescriptor *type, struct slice bytes,
                              struct codec_block *block)
{
    static const uint8_t
        nothing[1]; /* an empty message may come as NULL, from which nothing counts */
    const uint8_t *begin = bytes.n > 0 ? bytes.bytes : nothing;
    struct reader reader = {begin, begin + bytes.n, block};
    uint64_t seen = 0;
    ProtobufCMessage *message = codec_block_take(block, type->sizeof_message);
    if (message == NULL || type->n_fields > 64)
        return NULL;
    protobuf_c_message_init(type, message);
    while (reader.at < reader.end) {
        uint32_t tag;
        if (!read_short(&reader, &tag))
            return NULL;
        const ProtobufCFieldDescriptor *field = find_field(type, tag >> 3);
        if (field == NULL || !is_plain(field))
            return NULL;
        uint64_t bit = UINT64_C(1) << (field - type->fields);
        if ((seen & bit) != 0 ||
            !put_field(&reader, field, tag & 7, (uint8_t *)message + field->offset))
            return NULL;
        seen |= bit;
    }
    return message;
}
