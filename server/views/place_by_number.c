#include "server/views/place_by_number.h"

#include <string.h>

size_t place_by_number(const void *rows, size_t n, size_t each, uint32_t number)
{
    size_t from = 0, to = n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        uint32_t there;
        memcpy(&there, (const char *)rows + middle * each, sizeof there);
        if (there < number)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}
