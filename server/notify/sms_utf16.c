#include "server/notify/sms_utf16.h"

void sms_utf16_read(const uint8_t *bytes, size_t n, char *out, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i + 1 < n && at + 4 <= size; i += 2) {
        uint32_t unit = (uint32_t)bytes[i] << 8 | bytes[i + 1];
        if (unit == 0)
            break;
        if (unit >= 0xD800 && unit < 0xE000)
            unit = ' ';
        if (unit < 0x80) {
            out[at++] = (char)unit;
        } else if (unit < 0x800) {
            out[at++] = (char)(0xC0 | unit >> 6);
            out[at++] = (char)(0x80 | (unit & 0x3F));
        } else {
            out[at++] = (char)(0xE0 | unit >> 12);
            out[at++] = (char)(0x80 | (unit >> 6 & 0x3F));
            out[at++] = (char)(0x80 | (unit & 0x3F));
        }
    }
    out[at] = '\0';
}
