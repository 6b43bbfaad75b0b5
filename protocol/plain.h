/* plain.h - a message read straight into a struct: one pass by a table, for the two kinds of which
 * a record holds millions, scans and office facts (docs/decisions/0143). What is not written as our
 * own programs write it is refused without a word, and judged by protobuf-c and its sentences; so
 * this may refuse what it likes, but what it takes must be what the long way would have made of it.
 * For scan.c and fact.c only. */
#ifndef TRAO_PROTOCOL_PLAIN_H
#define TRAO_PROTOCOL_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/batch.h"

enum plain_kind {
    PLAIN_UNKNOWN = 0, /* no such field: not plain */
    PLAIN_U32,
    PLAIN_U64,
    PLAIN_S32,
    PLAIN_S64,
    PLAIN_BOOL,
    PLAIN_FIXED64,
    PLAIN_TEXT,  /* printable ASCII, shorter than `size` */
    PLAIN_ITEM,  /* a struct item in normal form; an empty one stays empty */
    PLAIN_LINK,  /* a struct link, and true at `has` */
    PLAIN_INSIDE /* a message of type `inside` into the same struct, and true at `has` */
};

struct plain_type;
struct plain_field {
    uint8_t kind;
    uint16_t at;   /* offset in the struct */
    uint16_t has;  /* offset of a bool */
    uint16_t size; /* bytes at `at` */
    const struct plain_type *inside;
};

/* Fields by their number. */
struct plain_type {
    const struct plain_field *fields;
    uint32_t last; /* the highest number */
};

/* Reads into `base`, which is zeroed. False: not plain, and `base` may hold part of it. Each field
 * stands at most once, in the order of their numbers. */
bool plain_read(const struct plain_type *type, struct slice bytes, void *base);

#endif
