/* range.h - one byte range of a request [RFC 9110, 14.1.2]. Pure, any thread. */
#ifndef TRAO_SERVER_WEB_RANGE_H
#define TRAO_SERVER_WEB_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* "bytes=first-last", "bytes=first-", "bytes=-last n"; false when it is no such single range and is
 * to be left alone. `ret_first` beyond the end: nothing of it is there. `size` > 0. */
bool range_read(const char *text, uint64_t size, uint64_t *ret_first, uint64_t *ret_last);

#endif
