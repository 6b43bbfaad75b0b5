/* small_disk.h - a small tmpfs over a folder, seen by this test and its children alone: however the
 * test ends, no mount is left behind. Root has a mount namespace of its own for it; anybody else a
 * user namespace too, where the system allows that. */
#ifndef TRAO_TESTS_LIB_SMALL_DISK_H
#define TRAO_TESTS_LIB_SMALL_DISK_H

#include <stdbool.h>

/* `size` as mount(8) takes it: "2m". False where neither is allowed: SKIPPED and the reason are on
 * standard error, and the caller skips. While the process has one thread. */
bool small_disk_mount(const char *dir, const char *size);
void small_disk_unmount(const char *dir);
/* Fills it to the last byte with DIR/filler. */
void small_disk_fill(const char *dir);

#endif
