/* buffer.h - bytes that grow. A failed growth is remembered (`failed`) and later additions do
 * nothing, so that a writer checks once at the end. Owner: whoever called the first add calls
 * buffer_done. Not for sharing between threads. */
#ifndef TRAO_LABELS_BUFFER_H
#define TRAO_LABELS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    unsigned char *bytes;
    size_t n;
    size_t capacity;
    bool failed;
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t n);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Decimal digits and a space: what most of a content stream is made of. */
void buffer_int(struct buffer *buffer, int64_t value);
/* Four hex digits. */
void buffer_hex16(struct buffer *buffer, unsigned value);
/* Makes room for n more bytes without adding them; NULL when there is no memory. */
unsigned char *buffer_room(struct buffer *buffer, size_t n);
/* Empties it and forgets a failure; the memory stays for the next use. */
void buffer_clear(struct buffer *buffer);
void buffer_done(struct buffer *buffer);

/* The same growth for arrays of anything: makes *items hold at least `wanted` items of item_bytes.
 * False leaves everything as it was. */
bool buffer_grow(void **items, size_t *capacity, size_t wanted, size_t item_bytes);

#endif
