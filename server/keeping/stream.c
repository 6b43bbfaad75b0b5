#include "server/keeping/stream.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "protocol/whole.h"

#define KEY_BYTES crypto_secretstream_xchacha20poly1305_KEYBYTES
#define HEAD_BYTES crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define MORE_BYTES crypto_secretstream_xchacha20poly1305_ABYTES
#define MAGIC_BYTES (sizeof STREAM_MAGIC - 1)

/* What stands before the pieces, byte by byte. */
struct front {
    uint8_t magic[MAGIC_BYTES];
    uint8_t mark[STREAM_MARK_BYTES];
    uint8_t key[KEY_BYTES + BOX_OVERHEAD];
    uint8_t head[HEAD_BYTES];
};
static_assert(sizeof(struct front) ==
                  MAGIC_BYTES + STREAM_MARK_BYTES + KEY_BYTES + BOX_OVERHEAD + HEAD_BYTES,
              "bytes only");

void stream_mark(const struct box_public *key, uint8_t out[STREAM_MARK_BYTES])
{
    struct link hash = chain_hash(key->bytes, sizeof key->bytes);
    memcpy(out, hash.bytes, STREAM_MARK_BYTES);
}

/* ------------------------------------------------------------------ out */

struct stream_out {
    int fd;
    crypto_secretstream_xchacha20poly1305_state state;
    uint64_t written;
    size_t n;
    uint8_t plain[STREAM_PIECE_BYTES];
    uint8_t piece[4 + STREAM_PIECE_BYTES + MORE_BYTES];
};

static bool write_out(struct stream_out *out, const void *bytes, size_t n, struct error *err)
{
    if (!whole_write(out->fd, bytes, n))
        return error_set(err, ERROR_LATER, "cannot write: %s", strerror(errno));
    out->written += n;
    return true;
}

static bool write_front(struct stream_out *out, const struct box_public *to,
                        const struct chance *chance, struct error *err)
{
    struct front front;
    uint8_t key[KEY_BYTES];
    chance->fill(chance->self, key, sizeof key);
    memcpy(front.magic, STREAM_MAGIC, MAGIC_BYTES);
    stream_mark(to, front.mark);
    crypto_secretstream_xchacha20poly1305_init_push(&out->state, front.head, key);
    bool good = box_close(to, chance, key, sizeof key, front.key, err) &&
                write_out(out, &front, sizeof front, err);
    chain_wipe(key, sizeof key);
    return good;
}

bool stream_out_open(int fd, const struct box_public *to, const struct chance *chance,
                     struct stream_out **ret_out, struct error *err)
{
    struct stream_out *out = calloc(1, sizeof *out);
    if (out == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    out->fd = fd;
    if (!write_front(out, to, chance, err)) {
        stream_out_free(out);
        return false;
    }
    *ret_out = out;
    return true;
}

static bool write_piece(struct stream_out *out, bool last, struct error *err)
{
    unsigned char tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
    unsigned long long n = 0;
    crypto_secretstream_xchacha20poly1305_push(&out->state, out->piece + 4, &n, out->plain, out->n,
                                               NULL, 0, tag);
    for (int i = 0; i < 4; i++)
        out->piece[i] = (uint8_t)(n >> (24 - 8 * i));
    out->n = 0;
    return write_out(out, out->piece, 4 + (size_t)n, err);
}

bool stream_put(struct stream_out *out, const void *bytes, size_t n, struct error *err)
{
    const uint8_t *at = bytes;
    while (n > 0) {
        size_t room = sizeof out->plain - out->n, some = n < room ? n : room;
        memcpy(out->plain + out->n, at, some);
        out->n += some;
        at += some;
        n -= some;
        if (out->n == sizeof out->plain && !write_piece(out, false, err))
            return false;
    }
    return true;
}

bool stream_end(struct stream_out *out, struct error *err)
{
    return write_piece(out, true, err);
}

uint64_t stream_out_bytes(const struct stream_out *out)
{
    return out->written;
}

void stream_out_free(struct stream_out *out)
{
    if (out == NULL)
        return;
    chain_wipe(out, sizeof *out);
    free(out);
}

/* ------------------------------------------------------------------ in */

struct stream_in {
    int fd;
    crypto_secretstream_xchacha20poly1305_state state;
    size_t at, n;
    bool last;
    uint8_t plain[STREAM_PIECE_BYTES];
    uint8_t piece[STREAM_PIECE_BYTES + MORE_BYTES];
};

/* Up to n bytes, fewer only at the end of the file. */
static bool read_in(int fd, void *out, size_t n, size_t *ret_n, struct error *err)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, (uint8_t *)out + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, ERROR_LATER, "cannot read: %s", strerror(errno));
        if (got == 0)
            break;
        have += (size_t)got;
    }
    *ret_n = have;
    return true;
}

static bool cut_off(struct error *err)
{
    return error_set(err, ERROR_BROKEN, "tệp bị cắt cụt. / its end is cut off");
}

static bool read_front(struct stream_in *in, const struct box_public *key,
                       const struct box_secret *secret, struct error *err)
{
    struct front front;
    uint8_t mark[STREAM_MARK_BYTES], opened[KEY_BYTES];
    size_t n;
    if (!read_in(in->fd, &front, sizeof front, &n, err))
        return false;
    if (n < sizeof front || memcmp(front.magic, STREAM_MAGIC, MAGIC_BYTES) != 0)
        return error_set(err, ERROR_BAD_INPUT, "không phải bản sao lưu. / this is no backup");
    stream_mark(key, mark);
    if (memcmp(mark, front.mark, sizeof mark) != 0)
        return error_set(err, ERROR_BAD_INPUT,
                         "khóa khác: cần %02x%02x%02x%02x, đây là %02x%02x%02x%02x. / closed for "
                         "another key",
                         front.mark[0], front.mark[1], front.mark[2], front.mark[3], mark[0],
                         mark[1], mark[2], mark[3]);
    bool good =
        box_open(key, secret, front.key, sizeof front.key, opened, err) &&
        (crypto_secretstream_xchacha20poly1305_init_pull(&in->state, front.head, opened) == 0 ||
         error_set(err, ERROR_BROKEN, "its head is damaged"));
    chain_wipe(opened, sizeof opened);
    return good;
}

bool stream_in_open(int fd, const struct box_public *key, const struct box_secret *secret,
                    struct stream_in **ret_in, struct error *err)
{
    struct stream_in *in = calloc(1, sizeof *in);
    if (in == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    in->fd = fd;
    if (!read_front(in, key, secret, err)) {
        stream_in_free(in);
        return false;
    }
    *ret_in = in;
    return true;
}

static bool open_piece(struct stream_in *in, size_t n, struct error *err)
{
    unsigned char tag = 0;
    unsigned long long plain = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&in->state, in->plain, &plain, &tag, in->piece,
                                                   n, NULL, 0) != 0)
        return error_set(err, ERROR_BROKEN, "tệp hỏng hoặc bị sửa. / damaged or altered");
    in->at = 0;
    in->n = (size_t)plain;
    in->last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return true;
}

static bool next_piece(struct stream_in *in, struct error *err)
{
    uint8_t length[4];
    size_t got;
    if (in->last)
        return error_set(err, ERROR_BROKEN, "it ends where more should come");
    if (!read_in(in->fd, length, sizeof length, &got, err))
        return false;
    if (got < sizeof length)
        return cut_off(err);
    size_t n = (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 |
               (size_t)length[3];
    if (n < MORE_BYTES || n > sizeof in->piece)
        return error_set(err, ERROR_BROKEN, "tệp hỏng hoặc bị sửa. / damaged or altered");
    if (!read_in(in->fd, in->piece, n, &got, err))
        return false;
    return got == n ? open_piece(in, n, err) : cut_off(err);
}

bool stream_get(struct stream_in *in, void *out, size_t n, struct error *err)
{
    uint8_t *to = out;
    while (n > 0) {
        if (in->at == in->n && !next_piece(in, err))
            return false;
        size_t there = in->n - in->at, some = n < there ? n : there;
        memcpy(to, in->plain + in->at, some);
        in->at += some;
        to += some;
        n -= some;
    }
    return true;
}

bool stream_done(struct stream_in *in, struct error *err)
{
    uint8_t more;
    size_t n;
    while (!in->last && in->at == in->n)
        if (!next_piece(in, err))
            return false;
    if (in->at != in->n)
        return error_set(err, ERROR_BROKEN, "more follows its end");
    if (!read_in(in->fd, &more, 1, &n, err))
        return false;
    return n == 0 || error_set(err, ERROR_BROKEN, "more follows its end");
}

void stream_in_free(struct stream_in *in)
{
    if (in == NULL)
        return;
    chain_wipe(in, sizeof *in);
    free(in);
}
