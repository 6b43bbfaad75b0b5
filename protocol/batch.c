#include "protocol/batch.h"

#include <string.h>

#include "protocol/codec.h"
#include "protocol/scan.h"
#include "trao.pb-c.h"

#define HEAD_VERSION 1
#define HEAD_BYTES_MAX 256

bool device_name_is_good(const char *name)
{
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    return n >= 1 && n <= DEVICE_NAME_MAX && name[n] == '\0';
}

/* ------------------------------------------------------------------------------------- head */

static bool check_head(const struct head *head, struct error *err)
{
    return codec_range("epoch", head->epoch, 1, UINT64_MAX, err) &&
           codec_range("count", head->count, 1, BATCH_SCANS_MAX, err) &&
           codec_range("first_seq", head->first_seq, 1, UINT64_MAX - BATCH_SCANS_MAX, err);
}

static bool head_encode(const struct head *head, uint8_t out[HEAD_BYTES_MAX], size_t *ret_n,
                        struct error *err)
{
    char device[DEVICE_NAME_MAX + 1];
    if (!codec_device(head->device, device, err) || !check_head(head, err))
        return false;
    Trao__V1__Head wire = TRAO__V1__HEAD__INIT;
    wire.version = HEAD_VERSION;
    wire.device = device;
    wire.epoch = head->epoch;
    wire.first_seq = head->first_seq;
    wire.count = head->count;
    wire.link_before = codec_bytes(head->before.bytes, CHAIN_LINK_BYTES);
    wire.link_after = codec_bytes(head->after.bytes, CHAIN_LINK_BYTES);
    return codec_pack(&wire.base, out, HEAD_BYTES_MAX, ret_n, err);
}

static bool head_from_wire(const Trao__V1__Head *wire, struct head *ret_head, struct error *err)
{
    struct head head = {.epoch = wire->epoch, .first_seq = wire->first_seq, .count = wire->count};
    if (wire->version != HEAD_VERSION)
        return error_set(err, ERROR_BAD_INPUT, "version: %u is not known here", wire->version);
    if (!codec_device(wire->device, head.device, err) || !check_head(&head, err) ||
        !codec_fixed("link_before", wire->link_before, CHAIN_LINK_BYTES, head.before.bytes, err) ||
        !codec_fixed("link_after", wire->link_after, CHAIN_LINK_BYTES, head.after.bytes, err))
        return false;
    *ret_head = head;
    return true;
}

static bool head_decode(struct slice bytes, struct head *ret_head, struct error *err)
{
    struct codec_message message;
    if (!codec_size("bytes", bytes, 1, HEAD_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__head__descriptor, bytes.bytes, bytes.n, &message, err))
        return error_add(err, "head");
    bool good = head_from_wire((const Trao__V1__Head *)message.base, ret_head, err);
    codec_free(&message);
    return good || error_add(err, "head");
}

/* ---------------------------------------------------------------------------------- cutting */

static struct link link_through(struct link link, const struct slice *scans, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        link = chain_next(&link, scans[i].bytes, scans[i].n);
    return link;
}

static bool batch_pack(const uint8_t *head, size_t head_n, const struct seal *seal,
                       const struct slice *scans, uint32_t count, uint8_t *out, size_t *ret_n,
                       struct error *err)
{
    ProtobufCBinaryData scan[BATCH_SCANS_MAX];
    for (uint32_t i = 0; i < count; i++)
        scan[i] = codec_bytes(scans[i].bytes, scans[i].n);
    Trao__V1__Batch wire = TRAO__V1__BATCH__INIT;
    wire.head = codec_bytes(head, head_n);
    wire.seal = codec_bytes(seal->bytes, CHAIN_SEAL_BYTES);
    wire.n_scan = count;
    wire.scan = scan;
    return codec_pack(&wire.base, out, BATCH_BYTES_MAX, ret_n, err);
}

static bool check_scans(const struct slice *scans, uint32_t count, struct error *err)
{
    for (uint32_t i = 0; i < count; i++)
        if (!codec_size("bytes", scans[i], 1, SCAN_BYTES_MAX, err))
            return error_add(err, "scan %u", i);
    return true;
}

bool batch_seal(struct head *head, const struct slice *scans, const struct seal_secret *key,
                uint8_t out[BATCH_BYTES_MAX], size_t *ret_n, struct error *err)
{
    uint8_t head_bytes[HEAD_BYTES_MAX];
    size_t head_n;
    struct head sealed = *head;
    if (!check_head(head, err) || !check_scans(scans, head->count, err))
        return error_add(err, "batch");
    sealed.after = link_through(head->before, scans, head->count);
    if (!head_encode(&sealed, head_bytes, &head_n, err))
        return error_add(err, "batch");
    struct seal seal = chain_seal(key, SEAL_BATCH, head_bytes, head_n);
    if (!batch_pack(head_bytes, head_n, &seal, scans, head->count, out, ret_n, err))
        return error_add(err, "batch");
    *head = sealed;
    return true;
}

/* ---------------------------------------------------------------------------------- reading */

/* Read in place rather than through protobuf-c, which would copy every scan: a batch is three
 * kinds of byte strings. Scans longer than they may be are let through here: whoever decodes them
 * says so in a verdict, and what follows is not blocked. */
struct batch_fields {
    struct slice head, seal, scan[BATCH_SCANS_MAX];
    uint32_t scans;
};

static bool take_field(const struct codec_field *field, struct batch_fields *fields,
                       struct error *err)
{
    if (field->number < 1 || field->number > 3)
        return true; /* a later version's */
    if (field->bytes.bytes == NULL)
        return error_set(err, ERROR_BAD_INPUT, "field %u is not bytes", field->number);
    if (field->number == 3) {
        if (fields->scans == BATCH_SCANS_MAX)
            return error_set(err, ERROR_BAD_INPUT, "more than %d scans", BATCH_SCANS_MAX);
        fields->scan[fields->scans++] = field->bytes;
        return true;
    }
    struct slice *once = field->number == 1 ? &fields->head : &fields->seal;
    if (once->bytes != NULL)
        return error_set(err, ERROR_BAD_INPUT, "field %u is given twice", field->number);
    *once = field->bytes;
    return true;
}

static bool read_fields(const uint8_t *bytes, size_t n, struct batch_fields *ret_fields,
                        struct error *err)
{
    struct slice rest = {bytes, n};
    struct codec_field field;
    if (!codec_size("bytes", rest, 1, BATCH_BYTES_MAX, err))
        return false;
    while (rest.n > 0)
        if (!codec_next(&rest, &field, err) || !take_field(&field, ret_fields, err))
            return false;
    return true;
}

bool batch_read(const uint8_t *bytes, size_t n, struct batch *ret_batch, struct error *err)
{
    struct batch_fields fields = {.scans = 0};
    struct head head;
    struct seal seal;
    if (!read_fields(bytes, n, &fields, err) ||
        !codec_fixed("seal", codec_bytes(fields.seal.bytes, fields.seal.n), CHAIN_SEAL_BYTES,
                     seal.bytes, err) ||
        !head_decode(fields.head, &head, err))
        return error_add(err, "batch");
    if (fields.scans != head.count)
        return error_set(err, ERROR_BAD_INPUT, "batch: %u scans, its head says %u", fields.scans,
                         head.count);
    ret_batch->head = head;
    ret_batch->head_bytes = fields.head;
    ret_batch->seal = seal;
    memcpy(ret_batch->scan, fields.scan, sizeof fields.scan);
    return true;
}

bool batch_holds(const struct batch *batch, const struct seal_public *key)
{
    if (!chain_seal_holds(key, SEAL_BATCH, &batch->seal, batch->head_bytes.bytes,
                          batch->head_bytes.n))
        return false;
    struct link after = link_through(batch->head.before, batch->scan, batch->head.count);
    return link_equal(&after, &batch->head.after);
}
