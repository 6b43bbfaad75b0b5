/* before.c - the record as an older program left it, kept beside the new one: each step to another
 * layout is all or nothing, but whether it was right is seen by people, later. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/record/inside.h"

static bool cannot(const char *path, struct error *err)
{
    return error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
}

/* The engine takes an empty file as it takes none, and leaves its mode. */
static bool make_empty(const char *path, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return cannot(path, err);
    close(fd);
    return true;
}

static bool copy_into(struct db *db, const char *path, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(db, "VACUUM INTO ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, path);
    return stmt_done(stmt, err);
}

/* The engine leaves that to whoever wants it. */
static bool sync_path(const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (!good)
        (void)cannot(path, err);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool folder_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    int n = slash == NULL ? 1 : (int)(slash - path) + 1;
    return snprintf(out, PATH_MAX, "%.*s", n, slash == NULL ? "." : path) < PATH_MAX;
}

bool before_keep(struct record *record, const char *path, uint64_t version, struct error *err)
{
    char kept[PATH_MAX], part[PATH_MAX], folder[PATH_MAX];
    size_t n = strlen(path);
    if (n > 3 && strcmp(path + n - 3, ".db") == 0)
        n -= 3;
    if (snprintf(kept, sizeof kept, "%.*s-layout-%llu.db", (int)n, path,
                 (unsigned long long)version) >= (int)sizeof kept ||
        snprintf(part, sizeof part, "%s.part", kept) >= (int)sizeof part ||
        !folder_of(path, folder))
        return error_set(err, ERROR_BAD_INPUT, "%s: the path is too long", path);
    if (access(kept, F_OK) == 0)
        return true; /* of a start that ended between this and the first step */
    if (!make_empty(part, err) || !copy_into(record->db, part, err) || !sync_path(part, err) ||
        (rename(part, kept) != 0 && !cannot(kept, err)) || !sync_path(folder, err)) {
        unlink(part);
        return error_add(err, "no copy before the layout changes");
    }
    return true;
}
