/* whole.h - all bytes or none that count, over what the kernel takes in parts. No state, any
 * thread. */
#ifndef TRAO_PROTOCOL_WHOLE_H
#define TRAO_PROTOCOL_WHOLE_H

#include <stddef.h>

#include "protocol/error.h"

/* Writes all `n` bytes, over short writes and signals. False with errno set. */
bool whole_write(int fd, const void *bytes, size_t n) must_use;

#endif
