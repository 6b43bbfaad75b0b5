/* codec_plain.h - the short way to unpack a plain message; for codec.c only. */
#ifndef TRAO_PROTOCOL_CODEC_PLAIN_H
#define TRAO_PROTOCOL_CODEC_PLAIN_H

#include <protobuf-c/protobuf-c.h>

#include "protocol/chain.h"

/* Memory taken from the front and given back all at once. */
struct codec_block {
    uint8_t *bytes;
    size_t size, used;
};
/* Aligned for any type; NULL when there is not so much left. */
void *codec_block_take(struct codec_block *block, size_t n);

/* The message, in the block, or NULL: it is not plain (unknown, repeated or empty fields, lengths
 * of five bytes), or not to be taken at all. */
ProtobufCMessage *codec_plain(const ProtobufCMessageDescriptor *type, struct slice bytes,
                              struct codec_block *block);

#endif
