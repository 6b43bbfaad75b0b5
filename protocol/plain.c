#include "protocol/plain.h"

#include <string.h>

#include "protocol/item.h"

#define WIRE_VARINT 0
#define WIRE_64_BITS 1
#define WIRE_BYTES 2

static const uint8_t wire_of[] = {
    [PLAIN_U32] = WIRE_VARINT,   [PLAIN_U64] = WIRE_VARINT,  [PLAIN_S32] = WIRE_VARINT,
    [PLAIN_S64] = WIRE_VARINT,   [PLAIN_BOOL] = WIRE_VARINT, [PLAIN_FIXED64] = WIRE_64_BITS,
    [PLAIN_TEXT] = WIRE_BYTES,   [PLAIN_ITEM] = WIRE_BYTES,  [PLAIN_LINK] = WIRE_BYTES,
    [PLAIN_INSIDE] = WIRE_BYTES,
};

/* ------------------------------------------------------------------ numbers */

static uint64_t load(const uint8_t *b)
{
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

/* Byte by byte: near the end, and what has more than eight. */
static bool slow_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    const uint8_t *byte = *at;
    for (unsigned shift = 0; byte < end && shift < 64; shift += 7, byte++) {
        if (shift == 63 && *byte > 1)
            return false;
        value |= (uint64_t)(*byte & 0x7F) << shift;
        if (*byte < 0x80) {
            *at = byte + 1;
            *ret_value = value;
            return true;
        }
    }
    return false;
}

#define TOPS UINT64_C(0x8080808080808080)

/* Eight bytes at once: those up to the first without its top bit, then sevens are pushed together
 * in pairs, fours and eights. */
static bool long_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
    if (end - *at < 8)
        return slow_varint(at, end, ret_value);
    uint64_t word = load(*at), stops = ~word & TOPS;
    if (stops == 0)
        return slow_varint(at, end, ret_value);
    *at += (__builtin_ctzll(stops) + 1) / 8;
    word &= (stops ^ (stops - 1)) & ~TOPS;
    word = (word & UINT64_C(0x007F007F007F007F)) | (word & UINT64_C(0x7F007F007F007F00)) >> 1;
    word = (word & UINT64_C(0x00003FFF00003FFF)) | (word & UINT64_C(0x3FFF00003FFF0000)) >> 2;
    word = (word & UINT64_C(0x000000000FFFFFFF)) | (word & UINT64_C(0x0FFFFFFF00000000)) >> 4;
    *ret_value = word;
    return true;
}

static inline bool varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
    if (*at < end && **at < 0x80) {
        *ret_value = *(*at)++;
        return true;
    }
    return long_varint(at, end, ret_value);
}

static bool put_number(enum plain_kind kind, uint64_t value, void *member)
{
    uint32_t low = (uint32_t)value;
    if (kind == PLAIN_U32)
        *(uint32_t *)member = low;
    else if (kind == PLAIN_S64)
        *(int64_t *)member = (int64_t)(value >> 1 ^ (0 - (value & 1)));
    else if (kind == PLAIN_U64)
        *(uint64_t *)member = value;
    else if (kind == PLAIN_S32)
        *(int32_t *)member = (int32_t)(low >> 1 ^ (0 - (low & 1)));
    else if (value <= 1)
        *(bool *)member = value == 1;
    else
        return false;
    return true;
}

/* ------------------------------------------------------------------ bytes */

static bool put_text(struct slice bytes, const struct plain_field *field, char *member)
{
    if (bytes.n >= field->size)
        return false;
    for (size_t i = 0; i < bytes.n; i++)
        if ((uint8_t)(bytes.bytes[i] - 0x20) > 0x7E - 0x20)
            return false;
    memcpy(member, bytes.bytes, bytes.n);
    return true;
}

static bool put_bytes(struct slice bytes, const struct plain_field *field, uint8_t *base)
{
    switch (field->kind) {
    case PLAIN_TEXT:
        return put_text(bytes, field, (char *)base + field->at);
    case PLAIN_ITEM:
        return bytes.n == 0 ||
               (bytes.n == ITEM_CHARS &&
                item_read((const char *)bytes.bytes, (struct item *)(base + field->at)));
    case PLAIN_LINK:
        if (bytes.n != CHAIN_LINK_BYTES)
            return false;
        memcpy(base + field->at, bytes.bytes, CHAIN_LINK_BYTES);
        break;
    default:
        if (!plain_read(field->inside, bytes, base))
            return false;
    }
    *(bool *)(base + field->has) = true;
    return true;
}

/* ------------------------------------------------------------------ all of them */

static bool put_field(const uint8_t **at, const uint8_t *end, const struct plain_field *field,
                      unsigned wire, uint8_t *base)
{
    uint64_t value;
    if (wire == WIRE_VARINT)
        return varint(at, end, &value) &&
               put_number((enum plain_kind)field->kind, value, base + field->at);
    if (wire == WIRE_64_BITS) {
        if (end - *at < 8)
            return false;
        *(uint64_t *)(void *)(base + field->at) = load(*at);
        *at += 8;
        return true;
    }
    if (!varint(at, end, &value) || value > (size_t)(end - *at))
        return false;
    struct slice bytes = {*at, (size_t)value};
    *at += value;
    return put_bytes(bytes, field, base);
}

bool plain_read(const struct plain_type *type, struct slice bytes, void *base)
{
    const uint8_t *at = bytes.bytes, *end = at + bytes.n;
    uint64_t tag, before = 0;
    while (at < end) {
        if (!varint(&at, end, &tag))
            return false;
        uint64_t number = tag >> 3;
        if (number <= before || number > type->last)
            return false;
        const struct plain_field *field = &type->fields[number];
        unsigned wire = tag & 7;
        if (field->kind == PLAIN_UNKNOWN || wire != wire_of[field->kind] ||
            !put_field(&at, end, field, wire, base))
            return false;
        before = number;
    }
    return true;
}
