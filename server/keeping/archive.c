#include "server/keeping/archive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST_MAX 8192

static void put_be(uint8_t *out, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(value >> 8 * (n - 1 - i));
}

static uint64_t get_be(const uint8_t *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* ------------------------------------------------------------------ out */

static bool put_head(struct stream_out *out, enum archive_kind kind, size_t n, struct error *err)
{
    uint8_t head[5] = {(uint8_t)kind};
    put_be(head + 1, n, 4);
    return stream_put(out, head, sizeof head, err);
}

bool archive_put_file(struct stream_out *out, const char *name, struct error *err)
{
    if (!archive_name_is_good(name))
        return error_set(err, ERROR_BAD_INPUT, "%.80s: no name that a backup can hold", name);
    return put_head(out, ARCHIVE_FILE, strlen(name), err) &&
           stream_put(out, name, strlen(name), err);
}

bool archive_put_data(struct stream_out *out, const void *bytes, size_t n, struct error *err)
{
    invariant(n <= ARCHIVE_DATA_MAX);
    return put_head(out, ARCHIVE_DATA, n, err) && stream_put(out, bytes, n, err);
}

bool archive_put_block(struct stream_out *out, uint64_t at, const uint8_t *bytes, struct error *err)
{
    uint8_t number[8];
    put_be(number, at, sizeof number);
    return put_head(out, ARCHIVE_BLOCK, sizeof number + PAGES_BLOCK_BYTES, err) &&
           stream_put(out, number, sizeof number, err) &&
           stream_put(out, bytes, PAGES_BLOCK_BYTES, err);
}

/* ------------------------------------------------------------------ the manifest */

/* Its numbers, in the order in which they stand. */
#define NUMBERS(X)                                                                                 \
    X(set, set)                                                                                    \
    X(part, part)                                                                                  \
    X(record_bytes, record_bytes)                                                                  \
    X(files, files)                                                                                \
    X(blocks, blocks)                                                                              \
    X(layout, census.layout)                                                                       \
    X(generation, census.generation)                                                               \
    X(generation_serial, census.generation_serial)                                                 \
    X(batches, census.batches)                                                                     \
    X(office_facts, census.office_facts)                                                           \
    X(epochs, census.epochs)                                                                       \
    X(through, census.through)                                                                     \
    X(devices, census.devices)                                                                     \
    X(people, census.people)                                                                       \
    X(attachments, census.attachments)                                                             \
    X(set_aside, census.set_aside)

static bool bytes_of(const char *hex, uint8_t *out, size_t n)
{
    if (strlen(hex) != 2 * n || strspn(hex, "0123456789abcdef") != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return true;
}

bool archive_put_manifest(struct stream_out *out, const struct manifest *manifest,
                          struct error *err)
{
    char text[MANIFEST_MAX], head[2 * CHAIN_LINK_BYTES + 1], server[2 * CHAIN_PUBLIC_BYTES + 1];
    chain_hex(manifest->census.office_head.bytes, CHAIN_LINK_BYTES, head);
    chain_hex(manifest->server, CHAIN_PUBLIC_BYTES, server);
    int n = snprintf(text, sizeof text,
                     "program %s\nfolder %s\nmade_ms %" PRId64 "\noffice_head %s\nserver %s\n",
                     manifest->program, manifest->folder, manifest->made.ms, head, server);
#define NUMBER(key, field)                                                                         \
    n += snprintf(text + n, sizeof text - (size_t)n, #key " %" PRIu64 "\n", manifest->field);
    NUMBERS(NUMBER)
#undef NUMBER
    return put_head(out, ARCHIVE_MANIFEST, (size_t)n, err) &&
           stream_put(out, text, (size_t)n, err) && stream_end(out, err);
}

static bool read_number(const char *value, uint64_t *out)
{
    if (*value == '\0' || strlen(value) > 20 || strspn(value, "0123456789") != strlen(value))
        return false;
    *out = strtoull(value, NULL, 10);
    return true;
}

static bool copy_text(const char *value, char *out, size_t size)
{
    return snprintf(out, size, "%s", value) < (int)size;
}

/* Keys that this version does not know were added later, and are passed over. */
static bool read_value(struct manifest *manifest, const char *key, const char *value)
{
    uint64_t made;
    if (strcmp(key, "program") == 0)
        return copy_text(value, manifest->program, sizeof manifest->program);
    if (strcmp(key, "folder") == 0)
        return copy_text(value, manifest->folder, sizeof manifest->folder);
    if (strcmp(key, "office_head") == 0)
        return bytes_of(value, manifest->census.office_head.bytes, CHAIN_LINK_BYTES);
    if (strcmp(key, "server") == 0)
        return bytes_of(value, manifest->server, CHAIN_PUBLIC_BYTES);
    if (strcmp(key, "made_ms") == 0) {
        bool good = read_number(value, &made) && made <= INT64_MAX;
        manifest->made.ms = good ? (int64_t)made : 0;
        return good;
    }
#define NUMBER(name, field)                                                                        \
    if (strcmp(key, #name) == 0)                                                                   \
        return read_number(value, &manifest->field);
    NUMBERS(NUMBER)
#undef NUMBER
    return true;
}

bool manifest_read(const char *text, struct manifest *ret_manifest, struct error *err)
{
    struct manifest manifest = {.program = ""};
    char line[ARCHIVE_FOLDER_MAX + 64];
    for (const char *at = text; *at != '\0';) {
        size_t n = strcspn(at, "\n");
        if (at[n] == '\0' || n >= sizeof line)
            return error_set(err, ERROR_BROKEN, "manifest: a line without its end");
        memcpy(line, at, n);
        line[n] = '\0';
        at += n + 1;
        char *blank = strchr(line, ' ');
        if (blank == NULL)
            return error_set(err, ERROR_BROKEN, "manifest: %.40s has no value", line);
        *blank = '\0';
        if (!read_value(&manifest, line, blank + 1))
            return error_set(err, ERROR_BROKEN, "manifest: %.40s: %.40s", line, blank + 1);
    }
    if (manifest.census.layout == 0 || manifest.set == 0)
        return error_set(err, ERROR_BROKEN, "manifest: it says too little");
    *ret_manifest = manifest;
    return true;
}

/* ------------------------------------------------------------------ in */

/* At most four parts, none of which begins with a dot or holds what moves a cursor. */
bool archive_name_is_good(const char *name)
{
    size_t parts = 0, n = strlen(name);
    if (n == 0 || n > ARCHIVE_NAME_MAX)
        return false;
    for (const char *at = name;; at++) {
        size_t part = strcspn(at, "/");
        if (part == 0 || ++parts > 4 || at[0] == '.')
            return false;
        for (size_t i = 0; i < part; i++)
            if ((unsigned char)at[i] < ' ' || at[i] == 0x7F)
                return false;
        at += part;
        if (*at == '\0')
            return true;
    }
}

static bool odd_frame(struct error *err)
{
    return error_set(err, ERROR_BROKEN,
                     "khung lạ, phiên bản khác? / a frame this version does not "
                     "know");
}

static bool get_name(struct stream_in *in, size_t n, struct archive_frame *frame, struct error *err)
{
    if (n > ARCHIVE_NAME_MAX || !stream_get(in, frame->name, n, err))
        return n > ARCHIVE_NAME_MAX ? odd_frame(err) : false;
    frame->name[n] = '\0';
    return (strlen(frame->name) == n && archive_name_is_good(frame->name)) || odd_frame(err);
}

static bool get_block(struct stream_in *in, size_t n, struct archive_frame *frame,
                      struct error *err)
{
    uint8_t number[8];
    if (n != sizeof number + PAGES_BLOCK_BYTES)
        return odd_frame(err);
    if (!stream_get(in, number, sizeof number, err) ||
        !stream_get(in, frame->data, PAGES_BLOCK_BYTES, err))
        return false;
    frame->block = get_be(number, sizeof number);
    frame->n = PAGES_BLOCK_BYTES;
    return frame->block < UINT64_C(1) << 40 || odd_frame(err);
}

static bool get_data(struct stream_in *in, size_t n, struct archive_frame *frame, struct error *err)
{
    if (n > ARCHIVE_DATA_MAX)
        return odd_frame(err);
    frame->n = n;
    return stream_get(in, frame->data, n, err);
}

static bool get_manifest(struct stream_in *in, size_t n, struct archive_frame *frame,
                         struct error *err)
{
    char text[MANIFEST_MAX + 1];
    if (n > MANIFEST_MAX)
        return odd_frame(err);
    if (!stream_get(in, text, n, err) || !stream_done(in, err))
        return false;
    text[n] = '\0';
    return strlen(text) == n ? manifest_read(text, &frame->manifest, err) : odd_frame(err);
}

bool archive_next(struct stream_in *in, struct archive_frame *ret_frame, struct error *err)
{
    uint8_t head[5];
    if (!stream_get(in, head, sizeof head, err))
        return false;
    size_t n = (size_t)get_be(head + 1, 4);
    ret_frame->kind = head[0];
    switch (head[0]) {
    case ARCHIVE_FILE:
        return get_name(in, n, ret_frame, err);
    case ARCHIVE_DATA:
        return get_data(in, n, ret_frame, err);
    case ARCHIVE_BLOCK:
        return get_block(in, n, ret_frame, err);
    case ARCHIVE_MANIFEST:
        return get_manifest(in, n, ret_frame, err);
    }
    return odd_frame(err);
}
