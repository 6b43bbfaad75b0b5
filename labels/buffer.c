#include "labels/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool buffer_grow(void **items, size_t *capacity, size_t wanted, size_t item_bytes)
{
    if (wanted <= *capacity)
        return true;
    size_t next = *capacity == 0 ? 64 : *capacity;
    while (next < wanted)
        next *= 2;
    void *grown = realloc(*items, next * item_bytes);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = next;
    return true;
}

unsigned char *buffer_room(struct buffer *buffer, size_t n)
{
    if (buffer->failed)
        return NULL;
    void *bytes = buffer->bytes;
    size_t wanted = buffer->n + (n > 0 ? n : 1); /* even room for nothing has an address */
    if (!buffer_grow(&bytes, &buffer->capacity, wanted, 1)) {
        buffer->failed = true;
        return NULL;
    }
    buffer->bytes = bytes;
    return buffer->bytes + buffer->n;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t n)
{
    unsigned char *room = buffer_room(buffer, n);
    if (room == NULL || n == 0)
        return;
    memcpy(room, bytes, n);
    buffer->n += n;
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    char text[512]; /* our own short phrases of PDF */
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        buffer->failed = true;
    else
        buffer_add(buffer, text, (size_t)n);
}

void buffer_int(struct buffer *buffer, int64_t value)
{
    char text[24];
    char *at = text + sizeof text;
    *--at = ' ';
    uint64_t left = value < 0 ? (uint64_t)(-(value + 1)) + 1 : (uint64_t)value;
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (value < 0)
        *--at = '-';
    buffer_add(buffer, at, (size_t)(text + sizeof text - at));
}

void buffer_hex16(struct buffer *buffer, unsigned value)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[4] = {digits[value >> 12 & 15], digits[value >> 8 & 15], digits[value >> 4 & 15],
                    digits[value & 15]};
    buffer_add(buffer, text, sizeof text);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->n = 0;
    buffer->failed = false;
}

void buffer_done(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}
