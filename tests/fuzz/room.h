/* room.h - a folder of a target's own, in memory where there is such a place, removed at its end.
 * Nothing in it has to outlive a power cut: link with FUZZ_UNSYNCED and syncs cost nothing. */
#ifndef TRAO_TESTS_FUZZ_ROOM_H
#define TRAO_TESTS_FUZZ_ROOM_H

#include <stddef.h>

#define ROOM_PATH_MAX 256

/* The folder; made at the first call. */
const char *room(void);
/* ROOM/name into `out`, which is returned. */
char *room_path(const char *name, char out[ROOM_PATH_MAX]);
/* A file of just these bytes; `name` may lie in a folder that is there. */
void room_put(const char *name, const void *bytes, size_t n);
/* All that lies in ROOM/name, not the folder itself; nothing when it is not there. */
void room_clear(const char *name);

#endif
