#include "server/keeping/copies.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/files.h"
#include "server/keeping/sets.h"

#define SINCE_MARGIN_MS 10000 /* files are told by the kernel's coarse clock */
#define CLOCK_BACK_MS 5000    /* of that margin */

/* One set as it grows. */
struct series {
    struct pages_watch *watch; /* NULL: there is none */
    uint64_t number, parts;
    struct set_name name;
    struct tick began, step_at; /* of the base, of the last part */
    struct instant since;       /* files from here on go into the next part */
    int64_t offset_ms;          /* wall less monotonic, when it began */
    uint64_t base_bytes, parts_bytes;
};

struct copies {
    struct copies_config config;
    struct db *own;
    struct series now, next; /* `next` while its base is written */
    atomic_llong safe_ms;    /* monotonic: all that was committed then is in the folder */
    struct tick told_at;
    bool told;
    struct error why;       /* of the last failure */
    struct tick rest_until; /* after one */
};

static struct tick tick_of(const struct copies *copies)
{
    const struct clock *clock = &copies->config.source.clock;
    return clock->tick(clock->self);
}

static struct instant now_of(const struct copies *copies)
{
    const struct clock *clock = &copies->config.source.clock;
    return clock->now(clock->self);
}

/* ------------------------------------------------------------------ open, close */

bool copies_open(const struct copies_config *config, struct copies **ret_copies, struct error *err)
{
    struct copies *copies = calloc(1, sizeof *copies);
    if (copies == NULL)
        return error_set(err, ERROR_LATER, "copies: out of memory");
    copies->config = *config;
    atomic_store(&copies->safe_ms, tick_of(copies).ms);
    struct pages *pages = config->source.pages;
    if (!db_open_watched(pages_path(pages), DB_DURABLE, pages, &copies->own, err)) {
        copies_close(copies);
        return error_add(err, "copies");
    }
    *ret_copies = copies;
    return true;
}

void copies_close(struct copies *copies)
{
    if (copies == NULL)
        return;
    pages_watch_free(copies->now.watch);
    pages_watch_free(copies->next.watch);
    db_close(copies->own);
    free(copies);
}

int64_t copies_behind(struct copies *copies)
{
    int64_t behind_ms = tick_of(copies).ms - atomic_load(&copies->safe_ms);
    return behind_ms < 0 ? 0 : behind_ms / 1000;
}

/* ------------------------------------------------------------------ one file */

static bool cannot(const char *path, struct error *err)
{
    return error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
}

static bool sync_folder(const char *folder, struct error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (!good)
        (void)cannot(folder, err);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool path_of(const struct copies *copies, const struct series *series, uint64_t part,
                    const char *end, char out[PATH_MAX], struct error *err)
{
    char name[SETS_NAME_MAX], whole[SETS_NAME_MAX + 8];
    set_part_name(&series->name, part, name);
    (void)snprintf(whole, sizeof whole, "%s%s", name, end);
    return files_join(copies->config.folder, whole, out, PATH_MAX, err);
}

static bool write_file(struct copies *copies, struct series *series, const char *path,
                       const struct backup_source *source, uint64_t *ret_bytes, struct error *err)
{
    const struct backup_part part = {.watch = series->watch,
                                     .own = copies->own,
                                     .set = series->number,
                                     .part = series->parts,
                                     .since = series->since};
    struct manifest manifest;
    struct stat about;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return cannot(path, err);
    bool good = backup_write_part(source, &part, fd, &manifest, err) &&
                ((fsync(fd) == 0 && fstat(fd, &about) == 0) || cannot(path, err));
    if (close(fd) != 0 && good)
        good = cannot(path, err);
    if (good)
        *ret_bytes = (uint64_t)about.st_size;
    return good;
}

/* A long base ends behind parts of the old set that began later. */
static void safe_from(struct copies *copies, struct tick began)
{
    if (began.ms > atomic_load(&copies->safe_ms))
        atomic_store(&copies->safe_ms, began.ms);
}

/* The next part takes its name when it is whole and on the disk; else all of it is changed still.
 */
static bool add_part(struct copies *copies, struct series *series,
                     const struct backup_source *source, struct error *err)
{
    char path[PATH_MAX], aside[PATH_MAX];
    struct tick began = tick_of(copies);
    struct instant from = now_of(copies);
    uint64_t bytes = 0;
    if (!path_of(copies, series, series->parts, "", path, err) ||
        !path_of(copies, series, series->parts, ".part", aside, err))
        return false;
    bool good = write_file(copies, series, aside, source, &bytes, err) &&
                (rename(aside, path) == 0 || cannot(path, err)) &&
                sync_folder(copies->config.folder, err);
    pages_settle(series->watch, good);
    if (!good) {
        unlink(aside);
        return false;
    }
    *(series->parts == 0 ? &series->base_bytes : &series->parts_bytes) += bytes;
    series->parts++;
    series->since.ms = from.ms - SINCE_MARGIN_MS;
    series->step_at = began;
    safe_from(copies, began);
    return true;
}

/* ------------------------------------------------------------------ a part that is due */

static bool is_time(const struct copies *copies, const struct series *series)
{
    return tick_of(copies).ms - series->step_at.ms >= (int64_t)copies->config.every_s * 500;
}

/* Half the time that may pass, so that writing has the other half. */
static bool follow(struct copies *copies, struct error *err)
{
    struct series *series = &copies->now;
    bool due = false;
    if (!is_time(copies, series))
        return true;
    const struct backup_part part = {
        .watch = series->watch, .own = copies->own, .since = series->since};
    struct backup_source source = copies->config.source;
    struct tick began = tick_of(copies);
    if (!backup_is_due(&source, &part, &due, err))
        return false;
    if (due)
        return add_part(copies, series, &source, err);
    series->step_at = began;
    safe_from(copies, began);
    return true;
}

/* ------------------------------------------------------------------ a new set */

/* The last part is not there any more: another disk, or somebody tidied. */
static bool is_gone(const struct copies *copies, const struct series *series)
{
    char path[PATH_MAX];
    struct error none;
    return path_of(copies, series, series->parts - 1, "", path, &none) && access(path, F_OK) != 0 &&
           access(copies->config.folder, F_OK) == 0;
}

/* A clock that was put back hides what changed since. */
static bool clock_went_back(const struct copies *copies, const struct series *series)
{
    return now_of(copies).ms - tick_of(copies).ms < series->offset_ms - CLOCK_BACK_MS;
}

static bool wants_new_set(const struct copies *copies)
{
    const struct series *series = &copies->now;
    uint64_t most =
        series->base_bytes > COPIES_PARTS_BYTES ? series->base_bytes : COPIES_PARTS_BYTES;
    return series->watch == NULL || tick_of(copies).ms - series->began.ms > COPIES_SET_MS ||
           series->parts_bytes > most || series->parts > SETS_PARTS_MAX ||
           clock_went_back(copies, series) || is_gone(copies, series);
}

static void tell(struct copies *copies)
{
    int64_t behind_s = copies_behind(copies);
    struct tick now = tick_of(copies);
    bool late = behind_s > copies->config.every_s;
    if (late && (!copies->told || now.ms - copies->told_at.ms > COPIES_TOLD_MS)) {
        copies->config.tell(copies->config.ctx, behind_s,
                            copies->why.code ? copies->why.text : "it takes too long");
        copies->told_at = now;
        copies->told = true;
    } else if (!late && copies->told) {
        copies->config.tell(copies->config.ctx, behind_s, NULL);
        copies->told = false;
    }
}

/* Between two steps of a long base: whether it goes on, and what is due of the old set. */
static bool between_steps(void *ctx, struct error *err)
{
    struct copies *copies = ctx;
    const struct backup_source *source = &copies->config.source;
    struct error why;
    if (source->wanted != NULL && !source->wanted(source->ctx, err))
        return false;
    if (copies->now.watch != NULL && !follow(copies, &why))
        tell(copies); /* its own trouble, not the base's */
    return true;
}

static bool remove_old(const struct copies *copies, struct error *err)
{
    struct set_name *sets = NULL;
    size_t n = 0, keep = copies->config.keep;
    if (keep == 0)
        return true;
    bool good = sets_list(copies->config.folder, &sets, &n, err);
    for (size_t i = 0; good && i + keep < n; i++)
        good = set_remove(copies->config.folder, &sets[i], err);
    free(sets);
    return good;
}

static bool begin_set(struct copies *copies, struct error *err)
{
    struct backup_source source = copies->config.source;
    struct series *next = &copies->next;
    *next = (struct series){.began = tick_of(copies)};
    struct instant now = now_of(copies);
    next->offset_ms = now.ms - next->began.ms;
    next->number = chance_u64(&source.chance) | 1;
    next->name = set_name_of(now, next->number);
    source.wanted = between_steps;
    source.ctx = copies;
    if (!pages_watch_new(source.pages, true, &next->watch, err))
        return false;
    bool good = sets_tidy(copies->config.folder, err) && add_part(copies, next, &source, err);
    if (good) {
        pages_watch_free(copies->now.watch);
        copies->now = *next;
    } else {
        pages_watch_free(next->watch);
    }
    *next = (struct series){.watch = NULL};
    return good && remove_old(copies, err);
}

/* ------------------------------------------------------------------ at each step */

void copies_work(struct copies *copies)
{
    struct error why = {.code = ERROR_NONE};
    if (tick_of(copies).ms >= copies->rest_until.ms) {
        bool good = wants_new_set(copies) ? begin_set(copies, &why) : follow(copies, &why);
        if (!good) /* not at once: a base that fails near its end is a long read */
            copies->rest_until.ms = tick_of(copies).ms + (int64_t)copies->config.every_s * 500;
        copies->why = why;
    }
    tell(copies);
}
