#include "protocol/attachment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "protocol/utf8.h"
#include "trao.pb-c.h"

#define VERSION 1
#define STROKES_SIDE_MAX 10000

static_assert(ATTACHMENT_SIGNATURE_MAX <= ATTACHMENT_PHOTO_MAX, "a photo is the largest");

/* ------------------------------------------------------------------ kinds */

static const struct {
    const char *vi, *en;
    size_t bytes_max;
} kinds[] = {
    [PAPER_LIST] = {"danh sách", "list", ATTACHMENT_LIST_BYTES_MAX},
    [PAPER_RECEIVER] = {"người nhận", "receiver", ATTACHMENT_TEXT_MAX},
    [PAPER_NOTE] = {"ghi chú", "note", ATTACHMENT_TEXT_MAX},
    [PAPER_SIGNATURE] = {"chữ ký", "signature", ATTACHMENT_SIGNATURE_MAX},
    [PAPER_PHOTO] = {"ảnh", "photo", ATTACHMENT_PHOTO_MAX},
    [PAPER_ID_CHECK] = {"kiểm tra giấy tờ", "ID check", ID_CHECK_BYTES_MAX},
};

bool paper_is_known(uint32_t kind)
{
    return kind >= PAPER_LIST && kind <= PAPER_ID_CHECK;
}

const char *paper_words_vi(enum paper kind)
{
    return kinds[kind].vi;
}

const char *paper_words_en(enum paper kind)
{
    return kinds[kind].en;
}

size_t paper_bytes_max(enum paper kind)
{
    return kinds[kind].bytes_max;
}

/* ------------------------------------------------------------------ what a kind may hold */

static bool check_text(const char *text, size_t n, bool lines, struct error *err)
{
    if (!utf8_is_text(text, n))
        return error_set(err, ERROR_BAD_INPUT, "not UTF-8");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && !(lines && c == '\n')) || c == 0x7F)
            return error_set(err, ERROR_BAD_INPUT, "control character %02X at byte %zu", c, i + 1);
    }
    return true;
}

static bool begins(const uint8_t *bytes, size_t n, const char *with, size_t with_n)
{
    return n >= with_n && memcmp(bytes, with, with_n) == 0;
}

static bool is_picture(const uint8_t *bytes, size_t n)
{
    return begins(bytes, n, "\xFF\xD8\xFF", 3) || begins(bytes, n, "\x89PNG\r\n\x1A\n", 8);
}

/* Takes a number of at most 5 digits off the front. */
static bool take_number(const char **at, const char *end, uint32_t *ret_number)
{
    uint32_t number = 0;
    const char *from = *at;
    while (*at < end && **at >= '0' && **at <= '9' && *at - from < 5)
        number = number * 10 + (uint32_t)(*(*at)++ - '0');
    *ret_number = number;
    return *at > from;
}

static bool take_char(const char **at, const char *end, char c)
{
    if (*at == end || **at != c)
        return false;
    ++*at;
    return true;
}

struct pad {
    uint32_t width, height;
};

static bool take_pad(const char **at, const char *end, struct pad *ret_pad)
{
    static const char head[] = "trao-strokes 1 ";
    if (!begins((const uint8_t *)*at, (size_t)(end - *at), head, sizeof head - 1))
        return false;
    *at += sizeof head - 1;
    return take_number(at, end, &ret_pad->width) && take_char(at, end, ' ') &&
           take_number(at, end, &ret_pad->height) && take_char(at, end, '\n') &&
           ret_pad->width > 0 && ret_pad->width <= STROKES_SIDE_MAX && ret_pad->height > 0 &&
           ret_pad->height <= STROKES_SIDE_MAX;
}

static bool take_stroke(const char **at, const char *end, const struct pad *pad)
{
    uint32_t x, y;
    do {
        if (!take_number(at, end, &x) || !take_char(at, end, ',') || !take_number(at, end, &y) ||
            x >= pad->width || y >= pad->height)
            return false;
    } while (take_char(at, end, ' '));
    return take_char(at, end, '\n');
}

bool strokes_check(const char *bytes, size_t n, struct error *err)
{
    const char *at = bytes, *end = bytes + n;
    struct pad pad;
    size_t line = 1;
    bool good = take_pad(&at, end, &pad);
    while (good && at < end) {
        line++;
        good = take_stroke(&at, end, &pad);
    }
    if (!good)
        return error_set(err, ERROR_BAD_INPUT, "strokes: line %zu, byte %zu of the file", line,
                         (size_t)(at - bytes) + 1);
    return line > 1 || error_set(err, ERROR_BAD_INPUT, "strokes: there is none");
}

static bool check_content(enum paper kind, const uint8_t *bytes, size_t n, struct error *err)
{
    struct attachment_list list;
    struct id_check check;
    switch (kind) {
    case PAPER_LIST:
        return attachment_list_read(bytes, n, &list, err);
    case PAPER_RECEIVER:
    case PAPER_NOTE:
        return check_text((const char *)bytes, n, kind == PAPER_NOTE, err);
    case PAPER_SIGNATURE:
        return is_picture(bytes, n) || strokes_check((const char *)bytes, n, err);
    case PAPER_PHOTO:
        return is_picture(bytes, n) ||
               error_set(err, ERROR_BAD_INPUT, "không phải JPEG hay PNG. / neither JPEG nor PNG");
    case PAPER_ID_CHECK:
        return id_check_read(bytes, n, &check, err);
    }
    return error_set(err, ERROR_BAD_INPUT, "kind %d is not known", (int)kind);
}

bool paper_check(enum paper kind, const void *bytes, size_t n, struct error *err)
{
    if (!paper_is_known(kind))
        return error_set(err, ERROR_BAD_INPUT, "kind %d is not known", (int)kind);
    if (n == 0 || n > kinds[kind].bytes_max)
        return error_set(err, ERROR_BAD_INPUT, "%s: %zu byte, 1..%zu. / bytes", kinds[kind].vi, n,
                         kinds[kind].bytes_max);
    return check_content(kind, bytes, n, err) || error_add(err, "%s", kinds[kind].vi);
}

/* ------------------------------------------------------------------ closing, opening */

bool attachment_close(enum paper kind, const void *bytes, size_t n, const struct box_public *to,
                      const struct chance *chance, uint8_t **new_bytes, size_t *ret_n,
                      struct link *ret_name, struct error *err)
{
    if (!paper_check(kind, bytes, n, err))
        return false;
    size_t plain_n = ATTACHMENT_HEAD_BYTES + n, closed_n = plain_n + BOX_OVERHEAD;
    uint8_t *plain = malloc(plain_n), *closed = malloc(closed_n);
    bool good = (plain != NULL && closed != NULL) || error_set(err, ERROR_LATER, "no memory");
    if (good) {
        plain[0] = VERSION;
        plain[1] = (uint8_t)kind;
        chance->fill(chance->self, plain + 2, ATTACHMENT_SALT_BYTES);
        memcpy(plain + ATTACHMENT_HEAD_BYTES, bytes, n);
        good = box_close(to, chance, plain, plain_n, closed, err);
        chain_wipe(plain, plain_n);
    }
    free(plain);
    if (!good) {
        free(closed);
        return false;
    }
    *ret_name = chain_hash(closed, closed_n);
    *new_bytes = closed;
    *ret_n = closed_n;
    return true;
}

static bool check_plain(const uint8_t *plain, size_t n, struct error *err)
{
    if (plain[0] != VERSION)
        return error_set(err, ERROR_BAD_INPUT, "version %u is not known", plain[0]);
    return paper_check((enum paper)plain[1], plain + ATTACHMENT_HEAD_BYTES,
                       n - ATTACHMENT_HEAD_BYTES, err);
}

bool attachment_open(const uint8_t *bytes, size_t n, const struct box_public *to,
                     const struct box_secret *secret, enum paper *ret_kind, uint8_t **new_bytes,
                     size_t *ret_n, struct error *err)
{
    if (n <= ATTACHMENT_OVERHEAD || n > ATTACHMENT_CLOSED_MAX)
        return error_set(err, ERROR_BAD_INPUT, "attachment: %zu bytes", n);
    size_t plain_n = n - BOX_OVERHEAD;
    uint8_t *plain = malloc(plain_n);
    if (plain == NULL)
        return error_set(err, ERROR_LATER, "attachment: no memory");
    if (!box_open(to, secret, bytes, n, plain, err) || !check_plain(plain, plain_n, err)) {
        chain_wipe(plain, plain_n);
        free(plain);
        return error_add(err, "attachment");
    }
    *ret_kind = (enum paper)plain[1];
    *ret_n = plain_n - ATTACHMENT_HEAD_BYTES;
    memmove(plain, plain + ATTACHMENT_HEAD_BYTES, *ret_n);
    *new_bytes = plain;
    return true;
}

/* ------------------------------------------------------------------ lists */

bool attachment_list_write(const struct attachment_list *list,
                           uint8_t out[ATTACHMENT_LIST_BYTES_MAX], size_t *ret_n, struct error *err)
{
    ProtobufCBinaryData hash[ATTACHMENT_LIST_MAX];
    if (!codec_range("hash", list->n, 1, ATTACHMENT_LIST_MAX, err))
        return error_add(err, "list");
    for (size_t i = 0; i < list->n; i++)
        hash[i] = codec_bytes(list->hash[i].bytes, CHAIN_LINK_BYTES);
    Trao__V1__AttachmentList wire = TRAO__V1__ATTACHMENT_LIST__INIT;
    wire.n_hash = list->n;
    wire.hash = hash;
    return codec_pack(&wire.base, out, ATTACHMENT_LIST_BYTES_MAX, ret_n, err) ||
           error_add(err, "list");
}

static bool list_from_wire(const Trao__V1__AttachmentList *wire, struct attachment_list *list,
                           struct error *err)
{
    if (!codec_range("hash", wire->n_hash, 1, ATTACHMENT_LIST_MAX, err))
        return false;
    for (size_t i = 0; i < wire->n_hash; i++)
        if (!codec_fixed("hash", wire->hash[i], CHAIN_LINK_BYTES, list->hash[i].bytes, err))
            return error_add(err, "%zu", i);
    list->n = wire->n_hash;
    return true;
}

bool attachment_list_read(const uint8_t *bytes, size_t n, struct attachment_list *ret_list,
                          struct error *err)
{
    struct codec_message message;
    struct attachment_list list = {.n = 0};
    if (!codec_size("bytes", (struct slice){bytes, n}, 1, ATTACHMENT_LIST_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__attachment_list__descriptor, bytes, n, &message, err))
        return error_add(err, "list");
    bool good = list_from_wire((const Trao__V1__AttachmentList *)message.base, &list, err);
    codec_free(&message);
    if (!good)
        return error_add(err, "list");
    *ret_list = list;
    return true;
}

/* ------------------------------------------------------------------ checks */

static bool check_id(const struct id_check *check, struct error *err)
{
    size_t digits = strlen(check->last4);
    if (!codec_range("source", (uint64_t)check->source, ID_CHECK_CARD, ID_CHECK_CODE, err) ||
        !codec_range("match", (uint64_t)check->match, ID_CHECK_YES, ID_CHECK_UNKNOWN, err))
        return false;
    if ((digits != 0 && digits != 4) || strspn(check->last4, "0123456789") != digits)
        return error_set(err, ERROR_BAD_INPUT, "last4: not four digits");
    return true;
}

bool id_check_write(const struct id_check *check, uint8_t out[ID_CHECK_BYTES_MAX], size_t *ret_n,
                    struct error *err)
{
    char last4[sizeof check->last4];
    if (!check_id(check, err))
        return error_add(err, "ID check");
    memcpy(last4, check->last4, sizeof last4);
    Trao__V1__IdCheck wire = TRAO__V1__ID_CHECK__INIT;
    wire.source = (uint32_t)check->source;
    wire.match = (uint32_t)check->match;
    wire.last4 = last4;
    if (check->has_hash)
        wire.hash = codec_bytes(check->hash.bytes, CHAIN_LINK_BYTES);
    return codec_pack(&wire.base, out, ID_CHECK_BYTES_MAX, ret_n, err) ||
           error_add(err, "ID check");
}

static bool id_from_wire(const Trao__V1__IdCheck *wire, struct id_check *check, struct error *err)
{
    check->source = (enum id_check_source)wire->source;
    check->match = (enum id_check_match)wire->match;
    check->has_hash = wire->hash.len > 0;
    if (check->has_hash &&
        !codec_fixed("hash", wire->hash, CHAIN_LINK_BYTES, check->hash.bytes, err))
        return false;
    return codec_text("last4", wire->last4, check->last4, sizeof check->last4, err) &&
           check_id(check, err);
}

bool id_check_read(const uint8_t *bytes, size_t n, struct id_check *ret_check, struct error *err)
{
    struct codec_message message;
    struct id_check check;
    memset(&check, 0, sizeof check);
    if (!codec_size("bytes", (struct slice){bytes, n}, 1, ID_CHECK_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__id_check__descriptor, bytes, n, &message, err))
        return error_add(err, "ID check");
    bool good = id_from_wire((const Trao__V1__IdCheck *)message.base, &check, err);
    codec_free(&message);
    if (!good)
        return error_add(err, "ID check");
    *ret_check = check;
    return true;
}
