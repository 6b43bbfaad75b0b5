/* files.h - what every part of the server does with paths and descriptors. No state, any thread. */
#ifndef TRAO_SERVER_FILES_H
#define TRAO_SERVER_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

/* "FOLDER/NAME" with its zero in `size` bytes. BAD_INPUT when it is too long: `out` is then left as
 * it was. */
bool files_join(const char *folder, const char *name, char *out, size_t size,
                struct error *err) must_use;

/* A file without a name in `folder`, to write and to read: gone with its descriptor. -1 with errno
 * set. */
int files_nameless(const char *folder) must_use;

/* Left free for the record, whatever strangers send: a day of scans and its log [case: disk full].
 */
#define FILES_LEAVE_BYTES (UINT64_C(64) << 20)
/* So much more of a stranger's may be written to `fd`; true, too, when its file system does not
 * say. */
bool files_has_room(int fd, uint64_t more) must_use;

#endif
