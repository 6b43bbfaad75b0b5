/* witness.h - record.mark, a small file beside record.db that says how far the record went: a
 * witness against a record that was put back to an older state. Written after each commit without
 * waiting for the disk: it may be behind the record, and is never ahead of what was committed.
 * Private to this folder. */
#ifndef TRAO_SERVER_RECORD_WITNESS_H
#define TRAO_SERVER_RECORD_WITNESS_H

#include <stdint.h>

#include "protocol/error.h"

struct witness {
    uint64_t generation, serial;
    int64_t batch;     /* the record's end */
    uint64_t office;   /* the record's end */
    uint64_t counters; /* no counter ever stood higher */
};

/* Opens or makes the mark of `record_path`: ".mark" in place of ".db". */
bool witness_open(const char *record_path, int *ret_fd, struct error *err) must_use;
/* False if nothing readable is there. */
bool witness_read(int fd, struct witness *ret_witness);
/* A mark that cannot be written is behind: the next start then begins a new generation for
 * nothing, which costs every device one answer. */
void witness_write(int fd, const struct witness *witness);

#endif
