/* smsd.h - the tables that gammu-smsd keeps in SQLite (gammu-smsd-sql(7), layout 17), as whoever
 * sends by it sees them: the outbox, what became of messages, texts that came. Not the record's
 * file. WAL is switched on in it, so that the daemon and this server do not wait for each other.
 * One thread.
 */
#ifndef TRAO_SERVER_RECORD_SMSD_H
#define TRAO_SERVER_RECORD_SMSD_H

#include "protocol/clock.h"
#include "protocol/error.h"

#define SMSD_PARTS_MAX 6
#define SMSD_PART_MAX 161 /* bytes with its zero: septets, as GSM-7 of ASCII */
#define SMSD_LAYOUT 17

struct smsd;

/* NOT_FOUND: no such file, or it has not the tables of that layout. */
bool smsd_open(const char *path, struct smsd **ret_smsd, struct error *err) must_use;
void smsd_close(struct smsd *smsd); /* NULL is fine */

/* In the outbox, or sent. Ours are those whose CreatorID is "trao:" and an id, as it was put;
 * others' rows are left alone. A time that is none, or days ahead, counts as long ago. */
bool smsd_has(struct smsd *smsd, const char *id, bool *ret_has, struct error *err) must_use;
struct smsd_message {
    const char *id, *to;
    char parts[SMSD_PARTS_MAX][SMSD_PART_MAX];
    size_t n;
    uint8_t reference; /* that its parts share */
};
bool smsd_put(struct smsd *smsd, const struct smsd_message *message, struct instant now,
              struct error *err) must_use;
/* When the oldest that still waits was put; .ms 0: none waits. */
bool smsd_oldest(struct smsd *smsd, struct instant *ret_put, struct error *err) must_use;

enum smsd_end { SMSD_END_SENT, SMSD_END_DELIVERED, SMSD_END_FAILED };
/* What became of each, its parts together: failed when one is, delivered when all are. What is sent
 * and may still be reported is left out until it is older than `patience`. `each` is called with
 * the id; true: it is taken, and its rows go, for they hold a phone and what it was told. */
bool smsd_ends(struct smsd *smsd, struct instant patience,
               bool (*each)(void *ctx, const char *id, enum smsd_end end, struct error *err),
               void *ctx, struct error *err) must_use;
/* What waits since before is taken out of the outbox, and counts as failed. */
bool smsd_take_back(struct smsd *smsd, struct instant before, struct error *err) must_use;
/* Each text that came, put together by the daemon; true: it is taken, and its row goes. `at` is
 * when, as the daemon wrote it; `from` and `text` are UTF-8. */
bool smsd_texts(struct smsd *smsd,
                bool (*each)(void *ctx, int64_t row, const char *at, const char *from,
                             const char *text, struct error *err),
                void *ctx, struct error *err) must_use;

#endif
