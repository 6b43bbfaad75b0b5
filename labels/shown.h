/* shown.h - a stranger's word in a sentence of ours: whole characters only, no control characters.
 * Pure. */
#ifndef TRAO_LABELS_SHOWN_H
#define TRAO_LABELS_SHOWN_H

#include <stddef.h>

#define SHOWN_BYTES 48

/* The first characters of `word` (n bytes) that fit; '?' for what is no character. Returns `to`. */
char *shown(const char *word, size_t n, char to[SHOWN_BYTES]);

#endif
