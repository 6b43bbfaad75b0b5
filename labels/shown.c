#include "labels/shown.h"

#include "protocol/utf8.h"

#include <string.h>

char *shown(const char *word, size_t n, char to[SHOWN_BYTES])
{
    size_t used = 0;
    while (n > 0) {
        char spelt[UTF8_CHAR_MAX] = "?";
        uint32_t point = 0;
        if (!utf8_next(&word, &n, &point)) {
            word++;
            n--;
        } else if (point >= ' ' && point != 0x7F) {
            utf8_write(point, spelt);
        }
        size_t more = strlen(spelt);
        if (used + more >= SHOWN_BYTES)
            break;
        memcpy(to + used, spelt, more);
        used += more;
    }
    to[used] = '\0';
    return to;
}
