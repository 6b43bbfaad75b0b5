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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes it the engine's default. */
void memory_install(void);

/* The files whose path begins with `start`, in no order; `each` calls nothing of these. */
void memory_each(const char *start, void (*each)(void *ctx, const char *path, size_t n), void *ctx);
/* False when there is no such file. */
bool memory_size(const char *path, size_t *ret_n);
/* Of a file that is there. What is read is there; what is gained is zeros. */
void memory_read(const char *path, size_t at, void *out, size_t n);
void memory_write(const char *path, size_t at, const void *bytes, size_t n);
void memory_resize(const char *path, size_t n);
/* Makes a file be these bytes; who has it open still has what was there before. */
void memory_put(const char *path, const void *bytes, size_t n);
/* Removes the files whose path begins with `start`, for those who open them later. */
void memory_remove(const char *start);

#endif
