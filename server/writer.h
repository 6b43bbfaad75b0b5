/* writer.h - the threads between the network and the record.
 *
 * A message goes: writer_message (network thread: copy and leave) -> a reader (unpacks, verifies
 * the seal; messages of one device keep their order) -> the writer, which takes all that waits into
 * one group, commits as soon as the last commit is done, then sends receipts -> the follower, which
 * lets the views take in what was committed. A piece of an attachment goes from the reader to a
 * thread beside the writer, so that no receipt waits for it. Acts of pages and commands join the
 * same groups.
 *
 * A record that cannot be written (disk full) stops receipts: acts are refused with LATER, the
 * messages in hand are tried again each second, further ones beyond the queue are dropped, for the
 * devices send again. A record that is damaged ends the program through `broken`.
 */
#ifndef TRAO_SERVER_WRITER_H
#define TRAO_SERVER_WRITER_H

#include "server/field/intake.h"
#include "server/record/acts.h"

struct writer_config {
    struct record *record; /* from writer_start on the writer's thread's own */
    struct intake *intake;
    /* Called on a thread of its own for each piece of an attachment, which may wait for acts; and
     * with NULL at the start and whenever none came for a minute. NULL: pieces are dropped. */
    void (*piece)(void *ctx, const char *device, const struct attachment_chunk *chunk);
    /* Called by the follower after each commit: views_follow. */
    bool (*follow)(void *ctx, struct error *err);
    /* Called once, from one of the threads: the program must stop. Must not wait. */
    void (*broken)(void *ctx, const struct error *why);
    void *ctx;
};

struct writer;

/* Two steps, because the session needs the writer's door and the intake needs the session's. */
bool writer_open(struct writer **ret_writer, struct error *err) must_use;
/* LATER when a thread cannot be started: then none runs, and it cannot be started again. */
bool writer_start(struct writer *writer, const struct writer_config *config,
                  struct error *err) must_use;

/* For struct session_events. */
void writer_message(struct writer *writer, const char *topic, const void *bytes, size_t n);
/* Usable from writer_start to writer_stop; after that acts are refused with LATER. */
struct acts writer_acts(struct writer *writer);

/* What is in hand is committed and answered, what waits before it is dropped; joins. */
void writer_stop(struct writer *writer);
void writer_close(struct writer *writer); /* NULL is fine */

struct writer_counts {
    uint64_t groups, acts, dropped, failed_groups;
    uint64_t commit_us;      /* the groups took to be written and committed */
    int64_t views_behind_ms; /* age of the oldest commit that was not followed yet; 0 none */
};
void writer_counts(struct writer *writer, struct writer_counts *ret_counts);

#endif
