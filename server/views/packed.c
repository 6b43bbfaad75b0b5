#include "server/views/packed.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static_assert(sizeof(struct fact) % sizeof(uint64_t) == 0, "whole words");
static_assert(PACKED_WORDS <= 128, "two numbers have a bit for each word");

#define RUN 8 /* words that are passed over at once when all of them are zero */

static bool is_zero_run(const uint8_t *bytes)
{
    uint64_t words[RUN], any = 0;
    memcpy(words, bytes, sizeof words);
    for (size_t i = 0; i < RUN; i++)
        any |= words[i];
    return any == 0;
}

/* Words `from` to `to` behind those of `out` already there; word by word without a branch, for
 * zeros come as they like, but most of a fact is long runs of them, in the same places each time.
 */
static size_t pack_words(const uint8_t *bytes, size_t from, size_t to, uint64_t *out, size_t n,
                         uint64_t *ret_bits)
{
    uint64_t bits = 0;
    for (size_t run = from; run < to; run += RUN) {
        size_t end = run + RUN < to ? run + RUN : to;
        if (end == run + RUN && is_zero_run(bytes + run * sizeof(uint64_t)))
            continue;
        for (size_t i = run; i < end; i++) {
            uint64_t word;
            memcpy(&word, bytes + i * sizeof word, sizeof word);
            out[n] = word;
            n += word != 0;
            bits |= (uint64_t)(word != 0) << (i - from);
        }
    }
    *ret_bits = bits;
    return n;
}

/* A scan is short: behind it is nothing until the fact's own end. */
#define SCAN_END ((offsetof(struct fact, scan) + sizeof(struct scan)) / sizeof(uint64_t))
#define TAIL (offsetof(struct fact, of_device) / sizeof(uint64_t))
static_assert((offsetof(struct fact, scan) + sizeof(struct scan)) % sizeof(uint64_t) == 0 &&
                  offsetof(struct fact, of_device) % sizeof(uint64_t) == 0 && SCAN_END <= 64 &&
                  TAIL >= 64,
              "scans are cut between words");

size_t fact_pack(const struct fact *fact, uint64_t *out)
{
    const uint8_t *bytes = (const uint8_t *)fact;
    size_t begin = fact->is_scan ? TAIL : 64;
    size_t n = pack_words(bytes, 0, fact->is_scan ? SCAN_END : 64, out, 2, &out[0]);
    n = pack_words(bytes, begin, PACKED_WORDS, out, n, &out[1]);
    out[1] <<= begin - 64;
    return n * sizeof *out;
}

static const uint64_t *unpack_words(const uint64_t *from, uint64_t bits, uint8_t *to)
{
    for (; bits != 0; bits &= bits - 1)
        memcpy(to + (size_t)__builtin_ctzll(bits) * sizeof *from, from++, sizeof *from);
    return from;
}

void fact_unpack(const uint64_t *packed, struct fact *ret_fact)
{
    memset(ret_fact, 0, sizeof *ret_fact);
    const uint64_t *rest = unpack_words(packed + 2, packed[0], (uint8_t *)ret_fact);
    unpack_words(rest, packed[1], (uint8_t *)ret_fact + 64 * sizeof *packed);
}
