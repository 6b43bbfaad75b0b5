/* pages.h - what a copy of the record needs while the record is being written: which parts of its
 * file changed since the last copy, and moments at which the file stands still.
 *
 * In WAL mode only a checkpoint writes into the file itself. After one that moved the whole log,
 * and until the next, the file alone is the record as it was at one commit [SQLite: "Write-Ahead
 * Logging", checkpointing]. So nobody is kept from writing while a copy is read: only checkpoints
 * wait, a few milliseconds at a time, and the log grows meanwhile. What checkpoints write is noted
 * block by block, so that a later copy takes only that (decision 0102).
 *
 * Connections that may checkpoint are opened with it (db_open_watched); in another process nobody
 * checkpoints while the server's connections are open. Any thread; a watch belongs to one.
 */
#ifndef TRAO_SERVER_RECORD_PAGES_H
#define TRAO_SERVER_RECORD_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"
#include "server/record/db.h"

#define PAGES_BLOCK_BYTES 4096 /* of the file; SQLite's own pages are as long, or need not be */

struct pages;
struct pages_watch;

/* For the file at `path`, which need not be there yet. LATER without memory. */
bool pages_open(const char *path, struct pages **ret_pages, struct error *err) must_use;
/* After all connections and watches of it; NULL is fine. */
void pages_close(struct pages *pages);
const char *pages_path(const struct pages *pages);
/* The engine's name of the layer that notes; for db.c. */
const char *pages_layer(const struct pages *pages);

/* For db_checkpoint: false while somebody holds the file, which is then left as it is. */
bool pages_may_write(struct pages *pages);
void pages_written(struct pages *pages);

/* For db_checkpoint and db_relieve: whether the last one left little of the log to be moved. */
void pages_set_moved(struct pages *pages, bool moved);
bool pages_moved(struct pages *pages);

/* What was deleted is to be gone from the log too, old parts of it that will be written over one
 * day among them: the next checkpoints empty it until one did. True at the start, for a server that
 * was killed may have left such a log. */
void pages_scrub(struct pages *pages);
bool pages_scrub_is_due(struct pages *pages);
void pages_scrubbed(struct pages *pages); /* for db_checkpoint */

/* The file stands still from here to pages_release: holds off checkpoints, and makes one over
 * `own`, a watched connection of the caller, that moves the whole log. LATER when readers kept it
 * from that for PAGES_HOLD_MS. Hold it for milliseconds. */
#define PAGES_HOLD_MS 10000 /* readers hold a snapshot at most 5 s (reliability.md (c) 40) */
bool pages_hold(struct pages *pages, struct db *own, struct error *err) must_use;
void pages_release(struct pages *pages);

/* Notes from now on what changes; with `all`, everything there is counts as changed. */
bool pages_watch_new(struct pages *pages, bool all, struct pages_watch **ret_watch,
                     struct error *err) must_use;
void pages_watch_free(struct pages_watch *watch); /* NULL is fine */

/* While the file is held, through `own`, never through a descriptor beside the engine's: closing
 * one would drop the engine's locks [SQLite: "How To Corrupt", POSIX advisory locks]. Up to `most`
 * changed blocks into `out` and their places into `at`, each PAGES_BLOCK_BYTES, zeros beyond the
 * file's end; they no longer count as changed. *ret_n 0: there is none left, the copy is whole. */
bool pages_read(struct pages_watch *watch, struct db *own, size_t most, uint8_t *out, uint64_t *at,
                size_t *ret_n, uint64_t *ret_file_bytes, struct error *err) must_use;
/* Whether anything counts as changed. */
bool pages_changed(struct pages_watch *watch);
/* The copy of what was read is safe; or not, and all of it counts as changed again. */
void pages_settle(struct pages_watch *watch, bool safe);

#endif
