/* replay.c - runs a fuzz target without a fuzzer: every file of the folders named, whole, cut at
 * every length and with every single bit turned; behind "coarse", for targets that take long, at
 * each eighth length and one bit of each byte. A file that ends in .hex holds hexadecimal. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "tests/protocol/hex.h"

#define FILE_MAX 65536

static uint8_t bytes[FILE_MAX];
static bool coarse;

static size_t read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    size_t length = strlen(path);
    bool hex = length > 4 && strcmp(path + length - 4, ".hex") == 0;
    size_t n = hex ? hex_read(f, bytes, sizeof bytes) : fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    return n;
}

/* In a heap block of just that size, so that a read beyond the end is seen. */
static void run(size_t n)
{
    uint8_t *exact = malloc(n > 0 ? n : 1);
    invariant(exact != NULL);
    memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static void replay(const char *path)
{
    size_t n = read_file(path);
    for (size_t cut = 0; cut <= n; cut += coarse ? 8 : 1)
        run(cut);
    run(n);
    for (size_t bit = 0; bit < 8 * n; bit += coarse ? 9 : 1) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        run(n);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static int replay_folder(const char *folder)
{
    int files = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        (void)fprintf(stderr, "%s: %s\n", folder, strerror(errno));
        exit(1);
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        replay(path);
        files++;
    }
    closedir(dir);
    return files;
}

int main(int argc, char **argv)
{
    coarse = argc > 1 && strcmp(argv[1], "coarse") == 0;
    for (int i = 1 + coarse; i < argc; i++) {
        int files = replay_folder(argv[i]);
        printf("%s: %d files\n", argv[i], files);
        if (files == 0)
            return 1;
    }
    return argc > 1 ? 0 : 1;
}
