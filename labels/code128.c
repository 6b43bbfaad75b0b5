#include "labels/code128.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* ISO/IEC 15417, table 1: the modules of each symbol character, 1 is dark, the first module in the
 * highest of 11 bits. The stop character has two modules more. */
#define MODULES 11
#define STOP_MODULES 13
static const uint16_t characters[] = {
    0x6CC, 0x66C, 0x666, 0x498, 0x48C, 0x44C, 0x4C8, 0x4C4, 0x464, 0x648, 0x644, 0x624,
    0x59C, 0x4DC, 0x4CE, 0x5CC, 0x4EC, 0x4E6, 0x672, 0x65C, 0x64E, 0x6E4, 0x674, 0x76E,
    0x74C, 0x72C, 0x726, 0x764, 0x734, 0x732, 0x6D8, 0x6C6, 0x636, 0x518, 0x458, 0x446,
    0x588, 0x468, 0x462, 0x688, 0x628, 0x622, 0x5B8, 0x58E, 0x46E, 0x5D8, 0x5C6, 0x476,
    0x776, 0x68E, 0x62E, 0x6E8, 0x6E2, 0x6EE, 0x758, 0x746, 0x716, 0x768, 0x762, 0x71A,
    0x77A, 0x642, 0x78A, 0x530, 0x50C, 0x4B0, 0x486, 0x42C, 0x426, 0x590, 0x584, 0x4D0,
    0x4C2, 0x434, 0x432, 0x612, 0x650, 0x7BA, 0x614, 0x47A, 0x53C, 0x4BC, 0x49E, 0x5E4,
    0x4F4, 0x4F2, 0x7A4, 0x794, 0x792, 0x6DE, 0x6F6, 0x7B6, 0x578, 0x51E, 0x45E, 0x5E8,
    0x5E2, 0x7A8, 0x7A2, 0x5DE, 0x5EE, 0x75E, 0x7AE, 0x684, 0x690, 0x69C};
#define STOP 0x18EB

/* Values of table 1 in code set B and C. */
enum { CODE_C = 99, CODE_B = 100, START_B = 104, CHECK_MODULUS = 103 };

#define S10_CHARS 13
#define S10_VALUES 13 /* start, 2 letters, 1 digit, to C, 4 pairs, to B, 2 letters, check */

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_s10(const char *text)
{
    for (size_t i = 0; i < S10_CHARS; i++)
        if (i < 2 || i > 10 ? !is_capital(text[i]) : text[i] < '0' || text[i] > '9')
            return false;
    return text[S10_CHARS] == '\0';
}

static int in_b(char c)
{
    return c - ' ';
}

static int in_c(const char *pair)
{
    return 10 * (pair[0] - '0') + pair[1] - '0';
}

/* Modules as they are appended: 64 columns a word, the first in the highest bit. */
struct bits {
    uint64_t words[3];
    unsigned n;
};

static void append(struct bits *bits, uint64_t modules, unsigned n)
{
    unsigned word = bits->n / 64;
    unsigned room = 64 - bits->n % 64;
    if (n <= room) {
        bits->words[word] |= modules << (room - n);
    } else {
        bits->words[word] |= modules >> (n - room);
        bits->words[word + 1] |= modules << (64 - (n - room));
    }
    bits->n += n;
}

/* The first column from the highest bit to the lowest, as a symbol has it. */
static uint64_t reversed(uint64_t word)
{
    word = (word >> 1 & 0x5555555555555555u) | (word & 0x5555555555555555u) << 1;
    word = (word >> 2 & 0x3333333333333333u) | (word & 0x3333333333333333u) << 2;
    word = (word >> 4 & 0x0F0F0F0F0F0F0F0Fu) | (word & 0x0F0F0F0F0F0F0F0Fu) << 4;
    return __builtin_bswap64(word);
}

bool code128_s10(const char *text, struct symbol *symbol)
{
    if (!is_s10(text))
        return false;
    int values[S10_VALUES] = {START_B,        in_b(text[0]),  in_b(text[1]),  in_b(text[2]),
                              CODE_C,         in_c(text + 3), in_c(text + 5), in_c(text + 7),
                              in_c(text + 9), CODE_B,         in_b(text[11]), in_b(text[12])};
    int sum = START_B;
    for (int i = 1; i < S10_VALUES - 1; i++)
        sum += i * values[i];
    values[S10_VALUES - 1] = sum % CHECK_MODULUS;
    struct bits bits = {0};
    for (int i = 0; i < S10_VALUES; i++)
        append(&bits, characters[values[i]], MODULES);
    append(&bits, STOP, STOP_MODULES);
    symbol->kind = SYMBOL_CODE128;
    symbol->columns = (int)bits.n;
    symbol->rows = 1;
    memset(symbol->dark[0], 0, sizeof symbol->dark[0]);
    for (size_t i = 0; i < sizeof bits.words / sizeof *bits.words; i++)
        bits.words[i] = htole64(reversed(bits.words[i]));
    memcpy(symbol->dark[0], bits.words, sizeof bits.words);
    return true;
}
