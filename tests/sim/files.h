/* files.h - the files of a folder as they are at one moment, to be put back later: what a killed
 * process leaves behind, or what a card that fell back to an older state holds. */
#ifndef TRAO_TESTS_SIM_FILES_H
#define TRAO_TESTS_SIM_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILES_MAX 64 /* each damaged store that was moved aside stays */

struct file_saved {
    char name[64];
    uint8_t *bytes;
    size_t n;
    bool in_memory; /* a database's (memory.h), else it lies in the folder */
};

struct files {
    struct file_saved file[FILES_MAX];
    size_t count;
};

/* Reads all files of `dir` whose name begins with `prefix`, those in memory too. */
void files_save(struct files *files, const char *dir, const char *prefix);
/* Makes these files, and only these under the prefix, be what they were. */
void files_put_back(const struct files *files, const char *dir, const char *prefix);
void files_free(struct files *files);

#endif
