#include "tests/sim/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/error.h"
#include "tests/sim/memory.h"

/* What lies in folders of its own stays as it is. */
static bool is_file(DIR *folder, const char *name)
{
    struct stat info;
    return fstatat(dirfd(folder), name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode);
}

static void add(struct files *files, const char *name, uint8_t *bytes, size_t n, bool in_memory)
{
    invariant(files->count < FILES_MAX);
    snprintf(files->file[files->count].name, sizeof files->file[0].name, "%s", name);
    files->file[files->count].bytes = bytes;
    files->file[files->count].in_memory = in_memory;
    files->file[files->count++].n = n;
}

static void read_file(struct files *files, const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *in = fopen(path, "rb");
    invariant(in != NULL);
    struct stat info;
    invariant(fstat(fileno(in), &info) == 0);
    size_t size = (size_t)info.st_size;
    uint8_t *bytes = malloc(size + 1);
    invariant(bytes != NULL && fread(bytes, 1, size, in) == size && fclose(in) == 0);
    add(files, name, bytes, size, false);
}

struct saving {
    struct files *files;
    size_t dir_n;
};

static void note_file(void *ctx, const char *path, size_t n)
{
    struct saving *saving = ctx;
    const char *name = path + saving->dir_n;
    if (strchr(name, '/') == NULL)
        add(saving->files, name, NULL, n, true);
}

/* Those that were noted, of which nothing is read yet. */
static void read_memory(struct files *files, const char *dir)
{
    char path[512];
    for (size_t at = 0; at < files->count; at++) {
        struct file_saved *file = &files->file[at];
        if (!file->in_memory)
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, file->name);
        file->bytes = malloc(file->n + 1);
        invariant(file->bytes != NULL);
        memory_read(path, 0, file->bytes, file->n);
    }
}

static int by_name(const void *a, const void *b)
{
    const struct file_saved *x = a, *y = b;
    int names = strcmp(x->name, y->name);
    return names != 0 ? names : x->in_memory - y->in_memory;
}

void files_save(struct files *files, const char *dir, const char *prefix)
{
    files_free(files);
    DIR *folder = opendir(dir);
    invariant(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && entry->d_name[0] != '.' &&
            is_file(folder, entry->d_name))
            read_file(files, dir, entry->d_name);
    closedir(folder);
    char start[512];
    snprintf(start, sizeof start, "%s/%s", dir, prefix);
    memory_each(start, note_file, &(struct saving){files, strlen(dir) + 1});
    read_memory(files, dir);
    qsort(files->file, files->count, sizeof files->file[0], by_name); /* in a seed's own order */
}

static void remove_all(const char *dir, const char *prefix)
{
    DIR *folder = opendir(dir);
    invariant(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && entry->d_name[0] != '.')
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    char start[512];
    snprintf(start, sizeof start, "%s/%s", dir, prefix);
    memory_remove(start);
}

void files_put_back(const struct files *files, const char *dir, const char *prefix)
{
    remove_all(dir, prefix);
    for (size_t at = 0; at < files->count; at++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", dir, files->file[at].name);
        if (files->file[at].in_memory) {
            memory_put(path, files->file[at].bytes, files->file[at].n);
            continue;
        }
        FILE *out = fopen(path, "wb");
        invariant(out != NULL);
        size_t n = files->file[at].n;
        invariant(fwrite(files->file[at].bytes, 1, n, out) == n && fclose(out) == 0);
    }
}

void files_free(struct files *files)
{
    for (size_t at = 0; at < files->count; at++)
        free(files->file[at].bytes);
    files->count = 0;
}
