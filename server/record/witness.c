#include "server/record/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/chain.h"

/* In the machine's byte order: the file never leaves the folder. The check tells a torn or foreign
 * file from ours. */
struct stored {
    struct witness witness;
    struct link check;
};

bool witness_open(const char *record_path, int *ret_fd, struct error *err)
{
    char path[PATH_MAX];
    size_t n = strlen(record_path);
    if (n > 3 && strcmp(record_path + n - 3, ".db") == 0)
        n -= 3;
    if (snprintf(path, sizeof path, "%.*s.mark", (int)n, record_path) >= (int)sizeof path)
        return error_set(err, ERROR_BAD_INPUT, "%s: the path is too long", record_path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
    *ret_fd = fd;
    return true;
}

bool witness_read(int fd, struct witness *ret_witness)
{
    struct stored stored;
    if (pread(fd, &stored, sizeof stored, 0) != (ssize_t)sizeof stored)
        return false;
    struct link check = chain_hash(&stored.witness, sizeof stored.witness);
    if (!link_equal(&check, &stored.check))
        return false;
    *ret_witness = stored.witness;
    return true;
}

void witness_write(int fd, const struct witness *witness)
{
    struct stored stored = {*witness, chain_hash(witness, sizeof *witness)};
    ssize_t written = pwrite(fd, &stored, sizeof stored, 0);
    (void)written;
}
