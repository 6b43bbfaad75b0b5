#include "handheld/attach.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/idcard.h"
#include "protocol/round.h"

/* One thing of this door. */
struct gathered {
    struct attach_file file;
    int source; /* of an ID check: one of a card and one of a code; else 0 */
};

/* The folder of a camera or a pad. A file counts once it has stopped growing between two looks. */
struct spool {
    char folder[PATH_MAX];
    struct timespec before; /* nothing older is of this door */
    char name[NAME_MAX + 1];
    struct stat seen;
};

struct attach {
    struct attach_store *store;
    struct box_public server;
    struct chance chance;
    struct gathered gathered[ATTACHMENT_LIST_MAX];
    size_t n;
    bool listed; /* all of it, under `list` */
    struct link list;
    struct spool photos, signatures;
};

/* ------------------------------------------------------------------ the folders */

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* The newest file behind `before`; false when there is none. */
static bool newest(const struct spool *spool, const struct timespec *before,
                   char ret_name[NAME_MAX + 1], struct stat *ret_info)
{
    DIR *dir = opendir(spool->folder);
    bool any = false;
    struct timespec best = *before;
    if (dir == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct stat info;
        if (entry->d_name[0] == '.' ||
            fstatat(dirfd(dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(info.st_mode) || !is_newer(&info.st_mtim, &best))
            continue;
        best = info.st_mtim;
        *ret_info = info;
        snprintf(ret_name, NAME_MAX + 1, "%s", entry->d_name);
        any = true;
    }
    closedir(dir);
    return any;
}

static void spool_begin(struct spool *spool)
{
    const struct timespec long_ago = {.tv_sec = 0};
    struct stat info;
    char name[NAME_MAX + 1];
    spool->name[0] = '\0';
    spool->before = long_ago;
    if (newest(spool, &long_ago, name, &info))
        spool->before = info.st_mtim;
}

static bool has_stopped_growing(const struct spool *spool, const char *name,
                                const struct stat *info)
{
    return strcmp(spool->name, name) == 0 && spool->seen.st_size == info->st_size &&
           !is_newer(&info->st_mtim, &spool->seen.st_mtim) && info->st_size > 0;
}

/* Reads at most `max` bytes and one, so that a file that is too large is seen to be. */
static bool read_file(const char *path, size_t max, uint8_t **new_bytes, size_t *ret_n,
                      struct error *err)
{
    uint8_t *bytes = malloc(max + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    size_t n = 0;
    ssize_t got = 0;
    while (bytes != NULL && fd >= 0 && n < max + 1 && (got = read(fd, bytes + n, max + 1 - n)) > 0)
        n += (size_t)got;
    bool good = bytes != NULL && fd >= 0 && got >= 0;
    if (!good)
        error_set(err, ERROR_LATER, "không đọc được tệp: %m. / the file cannot be read");
    if (fd >= 0)
        close(fd);
    if (!good) {
        free(bytes);
        return false;
    }
    *new_bytes = bytes;
    *ret_n = n;
    return true;
}

/* ------------------------------------------------------------------ gathering */

static void begin(void *ctx)
{
    struct attach *attach = ctx;
    attach->n = 0;
    attach->listed = false;
    if (attach->store != NULL)
        attach_store_clear_door(attach->store);
    spool_begin(&attach->photos);
    spool_begin(&attach->signatures);
}

/* What said the same before. */
static void take_out(struct attach *attach, enum paper kind, int source)
{
    for (size_t i = 0; i < attach->n; i++) {
        struct gathered *old = &attach->gathered[i];
        if (old->file.kind != kind || old->source != source)
            continue;
        attach_store_drop(attach->store, &old->file);
        *old = attach->gathered[--attach->n];
        return;
    }
}

static bool keep(struct attach *attach, enum paper kind, int source, const void *bytes, size_t n,
                 struct error *err)
{
    uint8_t *closed;
    size_t closed_n;
    struct gathered thing = {.file = {.kind = kind}, .source = source};
    if (attach->store == NULL)
        return error_set(err, ERROR_LATER,
                         "máy không có chỗ lưu chứng từ. / no store of attachments");
    if (!attachment_close(kind, bytes, n, &attach->server, &attach->chance, &closed, &closed_n,
                          &thing.file.hash, err))
        return false;
    bool replaces = kind != PAPER_PHOTO;
    bool kept = attach_store_put(attach->store, kind, &thing.file.hash, closed, closed_n, err);
    free(closed);
    if (!kept)
        return false;
    if (replaces)
        take_out(attach, kind, source);
    if (attach->n == ATTACHMENT_LIST_MAX) {
        attach_store_drop(attach->store, &thing.file);
        return error_set(err, ERROR_BAD_INPUT, "đủ %d chứng từ cho một lần phát. / no more",
                         ATTACHMENT_LIST_MAX);
    }
    attach->gathered[attach->n++] = thing;
    attach->listed = false;
    return true;
}

static bool add(void *ctx, enum paper kind, const void *bytes, size_t n, struct error *err)
{
    if (kind == PAPER_LIST || kind == PAPER_ID_CHECK)
        return error_set(err, ERROR_BAD_INPUT, "kind %d is made here alone", (int)kind);
    return keep(ctx, kind, 0, bytes, n, err);
}

/* Taken in, it is removed from the folder: it was in the clear there. */
static bool take_in(struct attach *attach, enum paper kind, const char *path, struct error *err)
{
    uint8_t *bytes;
    size_t n;
    if (!read_file(path, paper_bytes_max(kind), &bytes, &n, err))
        return false;
    bool good = keep(attach, kind, 0, bytes, n, err);
    chain_wipe(bytes, n);
    free(bytes);
    if (good)
        unlink(path);
    return good;
}

static bool fetch(void *ctx, enum paper kind, struct error *err)
{
    struct attach *attach = ctx;
    struct spool *spool = kind == PAPER_PHOTO ? &attach->photos : &attach->signatures;
    char name[NAME_MAX + 1], path[PATH_MAX + NAME_MAX + 2];
    struct stat info;
    if (kind != PAPER_PHOTO && kind != PAPER_SIGNATURE)
        return error_set(err, ERROR_BAD_INPUT, "kind %d comes from no folder", (int)kind);
    if (!newest(spool, &spool->before, name, &info))
        return error_set(err, ERROR_NOT_FOUND, "chưa có tệp mới. / none has come");
    if (!has_stopped_growing(spool, name, &info)) {
        snprintf(spool->name, sizeof spool->name, "%s", name);
        spool->seen = info;
        return error_set(err, ERROR_NOT_FOUND, "tệp đang ghi. / it is still being written");
    }
    snprintf(path, sizeof path, "%s/%s", spool->folder, name);
    bool good = take_in(attach, kind, path, err);
    if (good || err->code == ERROR_BAD_INPUT)
        spool->before = info.st_mtim; /* not offered again */
    return good;
}

/* ------------------------------------------------------------------ who it is */

static enum papers_match match_of(enum id_check_match match)
{
    switch (match) {
    case ID_CHECK_YES:
        return PAPERS_MATCH;
    case ID_CHECK_NO:
        return PAPERS_OTHER;
    case ID_CHECK_UNKNOWN:
        break;
    }
    return PAPERS_UNKNOWN;
}

static bool keep_check(struct attach *attach, const struct id_check *check)
{
    uint8_t bytes[ID_CHECK_BYTES_MAX];
    size_t n;
    return id_check_write(check, bytes, &n, NULL) &&
           keep(attach, PAPER_ID_CHECK, (int)check->source, bytes, n, NULL);
}

static enum id_check_match compare(bool known, const struct link *found, const uint8_t expected[32])
{
    if (!known)
        return ID_CHECK_UNKNOWN;
    return chain_equal(found->bytes, expected, CHAIN_LINK_BYTES) ? ID_CHECK_YES : ID_CHECK_NO;
}

/* Whether or not it can be kept, the postman is told what the card says. */
static enum papers_match id_card(void *ctx, const struct stop *stop, const char *text, size_t n)
{
    struct idcard card;
    if (!idcard_read(text, n, &card, NULL))
        return PAPERS_UNREADABLE;
    struct id_check check = {.source = ID_CHECK_CARD, .has_hash = stop->has_id};
    if (stop->has_id)
        check.hash = idcard_hash(stop->id_key, card.number);
    check.match = compare(stop->has_id, &check.hash, stop->id_hash);
    memcpy(check.last4, card.number + IDCARD_DIGITS - 4, 5);
    chain_wipe(&card, sizeof card);
    (void)keep_check(ctx, &check);
    return match_of(check.match);
}

static enum papers_match code(void *ctx, const struct stop *stop, const char *digits)
{
    if (!delivery_code_is_good(digits))
        return PAPERS_UNREADABLE;
    struct link hash = delivery_code_hash(stop->code_salt, digits);
    struct id_check check = {.source = ID_CHECK_CODE,
                             .match = compare(stop->has_code, &hash, stop->code_hash)};
    (void)keep_check(ctx, &check);
    return match_of(check.match);
}

/* ------------------------------------------------------------------ the list */

static bool make_list(struct attach *attach, struct error *err)
{
    struct attachment_list list = {.n = attach->n};
    struct attach_file files[ATTACHMENT_LIST_MAX];
    uint8_t bytes[ATTACHMENT_LIST_BYTES_MAX], *closed;
    size_t n, closed_n;
    struct link name;
    for (size_t i = 0; i < attach->n; i++) {
        files[i] = attach->gathered[i].file;
        list.hash[i] = files[i].hash;
    }
    if (!attachment_list_write(&list, bytes, &n, err) ||
        !attachment_close(PAPER_LIST, bytes, n, &attach->server, &attach->chance, &closed,
                          &closed_n, &name, err))
        return false;
    bool good = attach_store_put(attach->store, PAPER_LIST, &name, closed, closed_n, err) &&
                attach_store_queue(attach->store, &name, files, attach->n, err);
    free(closed);
    if (good)
        attach->list = name;
    return good;
}

static bool take(void *ctx, struct link *ret_list, struct error *err)
{
    struct attach *attach = ctx;
    if (attach->n == 0)
        return error_set(err, ERROR_NOT_FOUND, "chưa có chứng từ nào. / nothing was gathered");
    attach->listed = attach->listed || make_list(attach, err);
    if (attach->listed)
        *ret_list = attach->list;
    return attach->listed;
}

/* ------------------------------------------------------------------ new, free */

static bool copy_folder(const char *folder, struct spool *spool, struct error *err)
{
    if (strlen(folder) >= sizeof spool->folder)
        return error_set(err, ERROR_BAD_INPUT, "%.40s...: the folder's name is too long", folder);
    memcpy(spool->folder, folder, strlen(folder) + 1);
    return true;
}

bool attach_new(const struct attach_config *config, struct attach **ret_attach, struct error *err)
{
    struct attach *attach = calloc(1, sizeof *attach);
    if (attach == NULL)
        return error_set(err, ERROR_LATER, "attachments: no memory");
    attach->store = config->store;
    attach->server = config->server;
    attach->chance = config->chance;
    if (!copy_folder(config->photos, &attach->photos, err) ||
        !copy_folder(config->signatures, &attach->signatures, err)) {
        attach_free(attach);
        return false;
    }
    *ret_attach = attach;
    return true;
}

void attach_free(struct attach *attach)
{
    free(attach);
}

struct door_papers attach_papers(struct attach *attach)
{
    return (struct door_papers){.begin = begin,
                                .add = add,
                                .fetch = fetch,
                                .id_card = id_card,
                                .code = code,
                                .take = take,
                                .ctx = attach};
}
