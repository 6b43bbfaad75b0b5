/* small_disk.h - a tmpfs of 2 MB over a folder, seen by this test and its children alone: however
 * the test ends, no mount is left behind. */
#ifndef TRAO_TESTS_HANDHELD_SMALL_DISK_H
#define TRAO_TESTS_HANDHELD_SMALL_DISK_H

#include <stdbool.h>

/* False without the right to mount (needs root): the caller skips and says so. */
bool small_disk_mount(const char *dir);
void small_disk_unmount(const char *dir);
/* Fills it to the last byte with DIR/filler. */
void small_disk_fill(const char *dir);

#endif
