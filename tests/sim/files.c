#include "tests/sim/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/error.h"

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* What lies in folders of its own stays as it is. */
static bool is_file(DIR *folder, const char *name)
{
    struct stat info;
    return fstatat(dirfd(folder), name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode);
}

static void read_file(struct files *files, const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *in = fopen(path, "rb");
    invariant(in != NULL && files->count < FILES_MAX);
    struct stat info;
    invariant(fstat(fileno(in), &info) == 0);
    size_t size = (size_t)info.st_size;
    uint8_t *bytes = malloc(size + 1);
    invariant(bytes != NULL && fread(bytes, 1, size, in) == size && fclose(in) == 0);
    snprintf(files->file[files->count].name, sizeof files->file[0].name, "%s", name);
    files->file[files->count].bytes = bytes;
    files->file[files->count++].n = size;
}

void files_save(struct files *files, const char *dir, const char *prefix)
{
    files_free(files);
    DIR *folder = opendir(dir);
    invariant(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && entry->d_name[0] != '.' &&
            !ends_with(entry->d_name, "-shm") && is_file(folder, entry->d_name))
            read_file(files, dir, entry->d_name);
    closedir(folder);
}

static void remove_all(const char *dir, const char *prefix)
{
    DIR *folder = opendir(dir);
    invariant(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && entry->d_name[0] != '.')
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

void files_put_back(const struct files *files, const char *dir, const char *prefix)
{
    remove_all(dir, prefix);
    for (size_t at = 0; at < files->count; at++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", dir, files->file[at].name);
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
