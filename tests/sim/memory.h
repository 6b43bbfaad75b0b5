/* memory.h - a disk that is memory: SQLite's files by name, with the locks and the shared index its
 * log needs, for connections of one process. It takes the place of the engine's door to the system
 * (its default VFS); tests/sim/tear.h stands above it and knows what is not synced.
 *
 * Other files (marks, attachments) lie in a real folder. What the programs themselves do to a
 * database's file by its name - move it aside, remove it - is led here by the linker (`--wrap`), as
 * is the question for room: this disk is never full.
 * May be used by several threads.
 */
#ifndef TRAO_TESTS_SIM_MEMORY_H
#define TRAO_TESTS_SIM_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Makes it the engine's default. */
void memory_install(void);

/* The bytes are borrowed until the file is next written. */
struct memory_file {
    const char *path;
    const uint8_t *bytes;
    size_t n;
};
/* The files whose path begins with `start`, in no order. */
void memory_each(const char *start, void (*each)(void *ctx, const struct memory_file *file),
                 void *ctx);
/* Makes a file be these bytes; who has it open still has what was there before. */
void memory_put(const char *path, const void *bytes, size_t n);
/* Removes the files whose path begins with `start`, for those who open them later. */
void memory_remove(const char *start);

#endif
