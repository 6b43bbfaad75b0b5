/* charset_written.c - what stood in a file of an old encoding, kept as text and shown to people. */
#include <stdio.h>
#include <string.h>

#include "protocol/utf8.h"
#include "server/office/charset.h"

char *charset_write(enum charset charset, const char *bytes, size_t n, char *out, size_t size)
{
    size_t at = (size_t)snprintf(out, size, "%s ", charset_name(charset));
    invariant(at < size);
    for (size_t i = 0; i < n && at + 3 <= size; i++)
        at += (size_t)snprintf(out + at, size - at, "%02X", (unsigned)(uint8_t)bytes[i]);
    return out;
}

static int digit(char sign)
{
    const char *digits = "0123456789ABCDEF", *at = sign != '\0' ? strchr(digits, sign) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

char *charset_show(const char *written, char *out, size_t size)
{
    const char *hex = strchr(written, ' ');
    size_t n = 0;
    *out = '\0';
    for (hex = hex != NULL ? hex + 1 : ""; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
        int high = digit(hex[0]), low = digit(hex[1]);
        char sign[8];
        if (high < 0 || low < 0)
            break;
        uint32_t byte = (uint32_t)(high << 4 | low);
        if (byte < 0x20 || (byte >= 0x7F && byte < 0xA0))
            (void)snprintf(sign, sizeof sign, "\\x%02X", byte);
        else
            utf8_write(byte, sign);
        if (n + strlen(sign) >= size)
            break;
        memcpy(out + n, sign, strlen(sign) + 1);
        n += strlen(sign);
    }
    return out;
}
