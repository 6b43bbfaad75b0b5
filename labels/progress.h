/* progress.h - how far a long work is: on a terminal a bar, elsewhere a line at each tenth; when
 * the end is not known, a line every ten thousand. To standard error. */
#ifndef TRAO_LABELS_PROGRESS_H
#define TRAO_LABELS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRESS_LONG_BYTES 262144 /* a list of this size takes long enough to be told of */

struct progress {
    size_t all; /* 0: not known */
    bool terminal;
    size_t told; /* tenths or hundredths, or tens of thousands */
};

/* `all`: bytes of the list, 0 when not known. */
struct progress progress_begin(size_t all);

/* `done` bytes are worked off, which were n labels. */
void progress_tell(struct progress *progress, size_t done, size_t n);
void progress_end(const struct progress *progress);

#endif
