/* sms_utf16.h - texts of phones in UCS-2 as UTF-8. Pure, any thread. Private to this folder. */
#ifndef TRAO_SERVER_NOTIFY_SMS_UTF16_H
#define TRAO_SERVER_NOTIFY_SMS_UTF16_H

#include <stddef.h>
#include <stdint.h>

/* From big-endian units, without a mark at their beginning; ends at a zero, is cut at a whole
 * character. What is beyond the first plane (an emoji) is no word of ours and becomes a blank; half
 * a pair too. */
void sms_utf16_read(const uint8_t *bytes, size_t n, char *out, size_t size);

#endif
