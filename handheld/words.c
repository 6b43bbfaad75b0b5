#include "handheld/words.h"

static const char *const words[WORDS][2] = {
#define WORD(KEY, vi, en) [WORD_##KEY] = {vi, en},
#include "handheld/words.def"
#undef WORD
};

const char *word(enum word word, bool english)
{
    return words[word][english ? 1 : 0];
}
