/* words.h - words.def as code. */
#ifndef TRAO_HANDHELD_WORDS_H
#define TRAO_HANDHELD_WORDS_H

#include <stdbool.h>

enum word {
#define WORD(KEY, vi, en) WORD_##KEY,
#include "handheld/words.def"
#undef WORD
    WORDS
};

/* Vietnamese first; a constant. */
const char *word(enum word word, bool english);

#endif
