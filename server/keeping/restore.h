/* restore.h - the way back: from a backup, or a base and the parts that follow it, to a data folder
 * that a server starts on. Written into a folder that holds nothing yet; nothing counts before the
 * whole backup was read and the record's chains verified; trao.conf takes its name last
 * (restore_finish), so that no server starts on half a folder. One thread.
 */
#ifndef TRAO_SERVER_KEEPING_RESTORE_H
#define TRAO_SERVER_KEEPING_RESTORE_H

#include "server/keeping/archive.h"
#include "server/keeping/backup_key.h"

#define RESTORE_PATH_MAX 4096

struct restore;

/* Makes the folder. REFUSED when something is in it. `record_only`: the files are read and passed
 * over. */
bool restore_open(const char *folder, bool record_only, struct restore **ret_restore,
                  struct error *err) must_use;
void restore_close(struct restore *restore); /* NULL is fine; what was written stays */

/* `path` is a file, or a folder of sets (sets.h), of which `set` (NULL: the newest) is taken, all
 * parts or those up to `upto` (UINT64_MAX). REFUSED when one in the middle is missing. BAD_INPUT,
 * NOT_FOUND, BROKEN name the file. */
bool restore_read(struct restore *restore, const char *path, const char *set, uint64_t upto,
                  const struct backup_key *key, struct error *err) must_use;
/* Of the last part; `files` and `blocks` are of all. */
const struct manifest *restore_manifest(const struct restore *restore);
uint64_t restore_parts(const struct restore *restore);

/* Opens what was written as it lies there: it counts what the manifest counts, and its chains hold
 * from the first link under the server's own key. BROKEN. */
bool restore_verify(const struct restore *restore, struct record_proof *ret_proof,
                    struct error *err) must_use;

/* What the record says was deleted is deleted here too: a part that was written before may have
 * brought it back. `record` is the restored one, opened. */
bool restore_forget(const struct restore *restore, struct record *record, uint64_t *ret_forgotten,
                    struct error *err) must_use;
/* Paths in the broker's settings follow the folder; all is synced; trao.conf takes its name. */
bool restore_finish(struct restore *restore, struct error *err) must_use;

#endif
