#include "server/keeping/sets.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/files.h"

#define SET_CHARS 38                       /* "trao-", 16 of the time, "-", 16 of the number */
#define PART_CHARS (SET_CHARS + 1 + 6 + 4) /* "-000000.bak" */
#define BASE_END "-000000.bak"

struct set_name set_name_of(struct instant made, uint64_t set)
{
    struct set_name name;
    struct tm utc;
    char when[20] = "00000000T000000Z";
    time_t seconds = (time_t)(made.ms / 1000);
    if (gmtime_r(&seconds, &utc) != NULL)
        (void)strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc);
    (void)snprintf(name.text, sizeof name.text, "trao-%.16s-%016" PRIx64, when, set);
    return name;
}

void set_part_name(const struct set_name *set, uint64_t part, char out[SETS_NAME_MAX])
{
    (void)snprintf(out, SETS_NAME_MAX, "%s-%06" PRIu64 ".bak", set->text, part);
}

/* ------------------------------------------------------------------ names in a folder */

static bool is_part(const char *name)
{
    return strlen(name) == PART_CHARS && strncmp(name, "trao-", 5) == 0 && name[SET_CHARS] == '-' &&
           strspn(name + SET_CHARS + 1, "0123456789") == 6 &&
           strcmp(name + PART_CHARS - 4, ".bak") == 0;
}

static bool each_name(const char *folder,
                      bool (*each)(void *ctx, const char *name, struct error *err), void *ctx,
                      struct error *err)
{
    const struct dirent *entry;
    bool good = true;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_LATER, "%s: %s", folder,
                         strerror(errno));
    errno = 0;
    while (good && (entry = readdir(dir)) != NULL)
        good = each(ctx, entry->d_name, err);
    if (good && errno != 0)
        good = error_set(err, ERROR_LATER, "%s: %s", folder, strerror(errno));
    closedir(dir);
    return good;
}

/* ------------------------------------------------------------------ sets */

struct found {
    struct set_name *sets;
    size_t n, room;
};

static bool take_base(void *ctx, const char *name, struct error *err)
{
    struct found *found = ctx;
    if (!is_part(name) || strcmp(name + SET_CHARS, BASE_END) != 0)
        return true;
    if (found->n == found->room) {
        size_t room = found->room ? 2 * found->room : 16;
        struct set_name *more = realloc(found->sets, room * sizeof *more);
        if (more == NULL)
            return error_set(err, ERROR_LATER, "out of memory");
        found->sets = more;
        found->room = room;
    }
    (void)snprintf(found->sets[found->n++].text, sizeof found->sets->text, "%.*s", SET_CHARS, name);
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct set_name *one = a, *two = b;
    return strcmp(one->text, two->text);
}

bool sets_list(const char *folder, struct set_name **new_sets, size_t *ret_n, struct error *err)
{
    struct found found = {.sets = NULL};
    if (!each_name(folder, take_base, &found, err)) {
        free(found.sets);
        return false;
    }
    if (found.n > 1)
        qsort(found.sets, found.n, sizeof *found.sets, by_name);
    *new_sets = found.sets;
    *ret_n = found.n;
    return true;
}

/* ------------------------------------------------------------------ parts */

struct parts {
    const struct set_name *set;
    uint64_t n, last;
};

static bool count_part(void *ctx, const char *name, struct error *err)
{
    struct parts *parts = ctx;
    (void)err;
    if (!is_part(name) || strncmp(name, parts->set->text, SET_CHARS) != 0)
        return true;
    uint64_t part = strtoull(name + SET_CHARS + 1, NULL, 10);
    parts->n++;
    if (part > parts->last)
        parts->last = part;
    return true;
}

bool set_parts(const char *folder, const struct set_name *set, uint64_t *ret_parts,
               bool *ret_beyond, struct error *err)
{
    struct parts parts = {.set = set};
    char name[SETS_NAME_MAX], path[PATH_MAX];
    uint64_t whole = 0;
    if (!each_name(folder, count_part, &parts, err))
        return false;
    do
        set_part_name(set, whole, name);
    while (files_join(folder, name, path, sizeof path, err) && access(path, R_OK) == 0 &&
           ++whole <= SETS_PARTS_MAX);
    *ret_parts = whole;
    *ret_beyond = parts.n > 0 && parts.last + 1 > whole;
    return true;
}

bool set_remove(const char *folder, const struct set_name *set, struct error *err)
{
    struct parts parts = {.set = set};
    char name[SETS_NAME_MAX], path[PATH_MAX];
    if (!each_name(folder, count_part, &parts, err))
        return false;
    for (uint64_t part = parts.last + 1; part-- > 0;) {
        set_part_name(set, part, name);
        if (!files_join(folder, name, path, sizeof path, err))
            return false;
        if (unlink(path) != 0 && errno != ENOENT)
            return error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(errno));
    }
    return true;
}

static bool remove_unfinished(void *ctx, const char *name, struct error *err)
{
    const char *folder = ctx;
    char path[PATH_MAX];
    size_t n = strlen(name);
    if (strncmp(name, "trao-", 5) != 0 || n != PART_CHARS + 5 ||
        strcmp(name + n - 9, ".bak.part") != 0 || !files_join(folder, name, path, sizeof path, err))
        return true;
    return unlink(path) == 0 || errno == ENOENT ||
           error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(errno));
}

bool sets_tidy(const char *folder, struct error *err)
{
    char copy[PATH_MAX];
    (void)snprintf(copy, sizeof copy, "%s", folder);
    return each_name(folder, remove_unfinished, copy, err);
}
