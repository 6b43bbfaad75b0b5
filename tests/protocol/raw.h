/* raw.h - protobuf written by hand, so that a test can say what no encoder would. */
#ifndef TRAO_TESTS_PROTOCOL_RAW_H
#define TRAO_TESTS_PROTOCOL_RAW_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "protocol/error.h"

struct raw {
    uint8_t bytes[40000];
    size_t n;
};

static inline void raw_number(struct raw *raw, uint64_t value)
{
    do {
        invariant(raw->n < sizeof raw->bytes);
        raw->bytes[raw->n++] = (uint8_t)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        value >>= 7;
    } while (value > 0);
}

static inline void raw_varint(struct raw *raw, uint32_t field, uint64_t value)
{
    raw_number(raw, (uint64_t)field << 3);
    raw_number(raw, value);
}

static inline void raw_bytes(struct raw *raw, uint32_t field, const void *bytes, size_t n)
{
    raw_number(raw, (uint64_t)field << 3 | 2);
    raw_number(raw, n);
    invariant(n <= sizeof raw->bytes - raw->n);
    memcpy(raw->bytes + raw->n, bytes, n);
    raw->n += n;
}

static inline void raw_fixed64(struct raw *raw, uint32_t field, uint64_t value)
{
    raw_number(raw, (uint64_t)field << 3 | 1);
    for (int i = 0; i < 8; i++, value >>= 8)
        raw->bytes[raw->n++] = (uint8_t)value;
}

#endif
