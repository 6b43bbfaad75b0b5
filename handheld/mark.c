#include "handheld/mark.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What is in the file: written at once, in the machine's byte order (it never leaves the device).
 * The check tells a torn or foreign file from ours. */
struct stored {
    struct mark mark;
    struct link check;
};

int mark_open(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

bool mark_read(int fd, struct mark *ret_mark)
{
    struct stored stored;
    if (fd < 0 || pread(fd, &stored, sizeof stored, 0) != (ssize_t)sizeof stored)
        return false;
    struct link check = chain_hash(&stored.mark, sizeof stored.mark);
    if (!link_equal(&check, &stored.check))
        return false;
    *ret_mark = stored.mark;
    return true;
}

void mark_write(int fd, const struct mark *mark)
{
    struct stored stored = {*mark, chain_hash(mark, sizeof *mark)};
    ssize_t written = pwrite(fd, &stored, sizeof stored, 0);
    (void)written; /* no witness this time: the outbox itself is the truth */
}
