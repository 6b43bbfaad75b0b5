#include "server/keeping/erased_list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/whole.h"
#include "server/files.h"
#include "server/record/erasures.h"
#include "server/record/lookups.h"

#define LINE_MAX_BYTES 64

void erased_list_done(struct erased_list *list)
{
    free(list->items);
    *list = (struct erased_list){NULL, 0, 0};
}

/* ------------------------------------------------------------------ the file */

static bool add(struct erased_list *list, const char *line)
{
    struct item item;
    if (!item_parse(line, strcspn(line, "\r\n"), &item, NULL))
        return true;
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 256;
        struct item *more = realloc(list->items, room * sizeof *more);
        if (more == NULL)
            return false;
        list->items = more;
        list->room = room;
    }
    list->items[list->n++] = item;
    return true;
}

static int by_number(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->text, ((const struct item *)b)->text);
}

static void sort_once(struct erased_list *list)
{
    size_t kept = 0;
    if (list->n == 0)
        return;
    qsort(list->items, list->n, sizeof *list->items, by_number);
    for (size_t i = 0; i < list->n; i++)
        if (kept == 0 || strcmp(list->items[kept - 1].text, list->items[i].text) != 0)
            list->items[kept++] = list->items[i];
    list->n = kept;
}

bool erased_list_read(struct erased_list *list, const char *folder, struct error *err)
{
    char path[PATH_MAX], line[LINE_MAX_BYTES];
    bool good = true;
    if (!files_join(folder, ERASED_LIST_NAME, path, sizeof path, err))
        return false;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT || error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
    while (good && fgets(line, sizeof line, file) != NULL)
        good = add(list, line);
    good = good && !ferror(file);
    (void)fclose(file);
    sort_once(list);
    return good || error_set(err, ERROR_LATER, "%s: cannot be read", path);
}

bool erased_list_append(const char *folder, const struct item *items, size_t n, struct error *err)
{
    char path[PATH_MAX], line[LINE_MAX_BYTES];
    if (!files_join(folder, ERASED_LIST_NAME, path, sizeof path, err))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    bool good = fd >= 0;
    for (size_t i = 0; good && i < n; i++) {
        int length = snprintf(line, sizeof line, "%s\n", items[i].text);
        good = whole_write(fd, line, (size_t)length);
    }
    good = good && fsync(fd) == 0;
    if (!good)
        error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return good;
}

/* ------------------------------------------------------------------ again */

static bool is_still_here(struct record *record, const struct item *item, bool *ret_here,
                          struct error *err)
{
    uint64_t seq = 0;
    bool live;
    struct error none = {.code = ERROR_NONE};
    *ret_here = record_item_live(record, item, &live, &none);
    if (!*ret_here)
        return none.code == ERROR_NOT_FOUND || error_set(err, none.code, "%s", none.text);
    if (!erasure_of(record, item, &seq, err))
        return false;
    *ret_here = seq == 0;
    return true;
}

bool erased_list_again(struct record *record, const struct erased_list *list,
                       bool (*run)(void *ctx, const struct item *items, size_t n,
                                   struct error *err),
                       void *ctx, struct error *err)
{
    struct item items[ERASE_ITEMS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        bool here;
        if (!is_still_here(record, &list->items[i], &here, err))
            return false;
        if (here)
            items[n++] = list->items[i];
        if (n > 0 && (n == ERASE_ITEMS_MAX || i + 1 == list->n)) {
            if (!run(ctx, items, n, err))
                return false;
            n = 0;
        }
    }
    return n == 0 || run(ctx, items, n, err);
}

struct applying {
    struct record *record;
    size_t items;
};

static bool apply(void *ctx, const struct item *items, size_t n, struct error *err)
{
    struct applying *applying = ctx;
    struct erasure *erasure = calloc(1, sizeof *erasure);
    struct office_fact fact = {.citation = ERASED_AGAIN};
    size_t done = 0;
    if (erasure == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    memcpy(erasure->items, items, n * sizeof *items);
    erasure->n = n;
    bool good =
        erasure_gather(applying->record, erasure, err) && record_begin(applying->record, err);
    if (good && !erasure_run(applying->record, erasure, &fact, &done, err)) {
        record_rollback(applying->record);
        good = false;
    }
    good = good && record_commit(applying->record, err);
    applying->items += done;
    erasure_done(erasure);
    free(erasure);
    return good;
}

bool erased_list_apply(struct record *record, const struct erased_list *list, size_t *ret_items,
                       struct error *err)
{
    struct applying applying = {record, 0};
    if (!erased_list_again(record, list, apply, &applying, err))
        return false;
    *ret_items = applying.items;
    return true;
}
