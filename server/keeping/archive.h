/* archive.h - what stands in a backup: frames in a stream (stream.h), read and written one by one.
 *
 * A frame is a kind of one byte, a length of 4 bytes, big end first, and so many bytes:
 *     'F'  a file begins: its path in the data folder, "keys/ca.key"
 *     'D'  the next bytes of that file, at most ARCHIVE_DATA_MAX
 *     'B'  a block of record.db: its number (8 bytes), PAGES_BLOCK_BYTES bytes; a later one of the
 *          same number counts
 *     'M'  the manifest, lines "key value", the last frame
 * A backup is one archive with all blocks, or a set: such a base and parts that hold what changed
 * since the part before (decision 0102). Values only; files and folders are for backup.c and
 * restore.c.
 */
#ifndef TRAO_SERVER_KEEPING_ARCHIVE_H
#define TRAO_SERVER_KEEPING_ARCHIVE_H

#include "protocol/clock.h"
#include "server/keeping/stream.h"
#include "server/record/pages.h"
#include "server/record/record.h"

#define ARCHIVE_DATA_MAX 65536
#define ARCHIVE_NAME_MAX 200
#define ARCHIVE_FOLDER_MAX 1024 /* of the data folder's own path */

enum archive_kind {
    ARCHIVE_FILE = 'F',
    ARCHIVE_DATA = 'D',
    ARCHIVE_BLOCK = 'B',
    ARCHIVE_MANIFEST = 'M'
};

/* What the copy holds. */
struct manifest {
    char program[32];                   /* version that wrote it */
    char folder[ARCHIVE_FOLDER_MAX];    /* where it stood */
    struct instant made;                /* the moment of the record's state */
    uint64_t set, part;                 /* parts of a set share a random number; 0 is the base */
    uint64_t record_bytes;              /* of record.db */
    uint64_t files, blocks;             /* in this part */
    uint8_t server[CHAIN_PUBLIC_BYTES]; /* the server's seal key: whose record it is */
    struct record_census census;
};

bool archive_put_file(struct stream_out *out, const char *name, struct error *err) must_use;
bool archive_put_data(struct stream_out *out, const void *bytes, size_t n,
                      struct error *err) must_use;
bool archive_put_block(struct stream_out *out, uint64_t at, const uint8_t *bytes,
                       struct error *err) must_use;
/* The end, with the stream's own. */
bool archive_put_manifest(struct stream_out *out, const struct manifest *manifest,
                          struct error *err) must_use;

/* One frame as it was read. */
struct archive_frame {
    enum archive_kind kind;
    size_t n;       /* of `data`, for ARCHIVE_DATA and ARCHIVE_BLOCK */
    uint64_t block; /* its number */
    char name[ARCHIVE_NAME_MAX + 1];
    struct manifest manifest;
    uint8_t data[ARCHIVE_DATA_MAX];
};
/* A name is one that a data folder may have: no way leads out of the folder. After the manifest the
 * stream is done. BROKEN. */
bool archive_next(struct stream_in *in, struct archive_frame *ret_frame,
                  struct error *err) must_use;

/* For archive_next and the fuzzer: BROKEN names the line. */
bool manifest_read(const char *text, struct manifest *ret_manifest, struct error *err) must_use;
bool archive_name_is_good(const char *name);

#endif
