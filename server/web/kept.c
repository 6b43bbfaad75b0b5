#include "server/web/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct entry {
    int fd; /* -1: free */
    struct link login;
    char name[KEPT_NAME_CHARS + 1], file_name[128];
    struct instant at;
};

struct kept {
    pthread_mutex_t lock;
    struct entry entries[KEPT_MAX];
};

struct kept *kept_open(void)
{
    struct kept *kept = calloc(1, sizeof *kept);
    if (!kept)
        return NULL;
    pthread_mutex_init(&kept->lock, NULL);
    for (size_t i = 0; i < KEPT_MAX; i++)
        kept->entries[i].fd = -1;
    return kept;
}

static void let_go(struct entry *entry)
{
    if (entry->fd >= 0)
        close(entry->fd);
    *entry = (struct entry){.fd = -1};
}

void kept_close(struct kept *kept)
{
    if (!kept)
        return;
    for (size_t i = 0; i < KEPT_MAX; i++)
        let_go(&kept->entries[i]);
    pthread_mutex_destroy(&kept->lock);
    free(kept);
}

static bool is_over(const struct entry *entry, struct instant now)
{
    return entry->fd >= 0 && (now.ms > entry->at.ms + KEPT_MS || now.ms < entry->at.ms);
}

void kept_tick(struct kept *kept, struct instant now)
{
    pthread_mutex_lock(&kept->lock);
    for (size_t i = 0; i < KEPT_MAX; i++)
        if (is_over(&kept->entries[i], now))
            let_go(&kept->entries[i]);
    pthread_mutex_unlock(&kept->lock);
}

/* The same file with a place of its own in it. */
static int again(int fd)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

bool kept_hash(const struct http_request *request, struct link *ret_hash, struct error *err)
{
    size_t n = (size_t)request->file_n;
    void *bytes = mmap(NULL, n, PROT_READ, MAP_PRIVATE, request->file, 0);
    if (bytes == MAP_FAILED)
        return error_set(err, ERROR_LATER, "upload: %s", strerror(errno));
    *ret_hash = chain_hash(bytes, n);
    (void)munmap(bytes, n);
    return true;
}

/* This login's own place, a free one, or the oldest. */
static struct entry *place_for(struct kept *kept, const struct link *login)
{
    struct entry *best = &kept->entries[0];
    for (size_t i = 0; i < KEPT_MAX; i++) {
        struct entry *entry = &kept->entries[i];
        if (entry->fd >= 0 && link_equal(&entry->login, login))
            return entry;
        if (best->fd >= 0 && (entry->fd < 0 || entry->at.ms < best->at.ms))
            best = entry;
    }
    return best;
}

bool kept_put(struct kept *kept, const struct link *login, const struct http_request *request,
              struct instant now, char ret_name[KEPT_NAME_CHARS + 1], struct error *err)
{
    if (request->file < 0)
        return error_set(err, ERROR_BAD_INPUT,
                         *request->file_name ? "Tệp trống. / the file is empty"
                                             : "Chưa chọn tệp. / no file was chosen");
    struct link hash;
    if (!kept_hash(request, &hash, err))
        return false;
    chain_hex(hash.bytes, sizeof hash.bytes, ret_name);
    int fd = again(request->file);
    if (fd < 0)
        return error_set(err, ERROR_LATER, "upload: %s", strerror(errno));
    pthread_mutex_lock(&kept->lock);
    struct entry *entry = place_for(kept, login);
    let_go(entry);
    *entry = (struct entry){.fd = fd, .login = *login, .at = now};
    memcpy(entry->name, ret_name, sizeof entry->name);
    memcpy(entry->file_name, request->file_name, sizeof entry->file_name);
    pthread_mutex_unlock(&kept->lock);
    return true;
}

static struct entry *find(struct kept *kept, const struct link *login, const char *name)
{
    for (size_t i = 0; i < KEPT_MAX; i++) {
        struct entry *entry = &kept->entries[i];
        if (entry->fd >= 0 && link_equal(&entry->login, login) && strcmp(entry->name, name) == 0)
            return entry;
    }
    return NULL;
}

bool kept_get(struct kept *kept, const struct link *login, const char *name, struct instant now,
              int *ret_fd, char ret_file_name[128], struct error *err)
{
    int fd = -1;
    pthread_mutex_lock(&kept->lock);
    const struct entry *entry = find(kept, login, name);
    if (entry && !is_over(entry, now)) {
        fd = again(entry->fd);
        memcpy(ret_file_name, entry->file_name, sizeof entry->file_name);
    }
    pthread_mutex_unlock(&kept->lock);
    if (fd < 0)
        return error_set(err, ERROR_NOT_FOUND,
                         "Tệp đã xem không còn giữ ở đây; chọn lại tệp. / choose the file again");
    *ret_fd = fd;
    return true;
}

void kept_drop(struct kept *kept, const struct link *login, const char *name)
{
    pthread_mutex_lock(&kept->lock);
    struct entry *entry = find(kept, login, name);
    if (entry)
        let_go(entry);
    pthread_mutex_unlock(&kept->lock);
}
