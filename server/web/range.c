#include "server/web/range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Digits of a range; false when there are none, or more than 64 bits hold. */
static bool read_position(const char **at, uint64_t *ret_value)
{
    char *end = NULL;
    errno = 0;
    if (**at < '0' || **at > '9')
        return false;
    *ret_value = strtoull(*at, &end, 10);
    *at = end;
    return errno == 0;
}

bool range_read(const char *text, uint64_t size, uint64_t *ret_first, uint64_t *ret_last)
{
    uint64_t first = 0, last = 0;
    if (strncmp(text, "bytes=", 6) != 0)
        return false;
    const char *at = text + 6;
    bool from_end = *at == '-';
    if (!from_end && !read_position(&at, &first))
        return false;
    if (*at++ != '-')
        return false;
    bool has_last = *at != '\0';
    if ((has_last && !read_position(&at, &last)) || *at != '\0' || (from_end && !has_last))
        return false;
    if (!from_end && has_last && last < first)
        return false;
    if (from_end) {
        *ret_first = last < size ? size - last : 0;
        *ret_first = last == 0 ? size : *ret_first;
    } else {
        *ret_first = first;
    }
    *ret_last = !from_end && has_last && last < size ? last : size - 1;
    return true;
}
