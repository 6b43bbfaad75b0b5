#include "handheld/words.h"

#include <stddef.h>

#include "protocol/error.h"

static const char *const words[WORDS][2] = {
#define WORD(KEY, vi, en) [WORD_##KEY] = {vi, en},
#include "handheld/words.def"
#undef WORD
};

const char *word(enum word word, bool english)
{
    invariant(word < WORDS);
    return words[word][english ? 1 : 0];
}
