#include "server/views/packed.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static_assert(sizeof(struct scan) % sizeof(uint64_t) == 0 &&
                  sizeof(struct office_fact) % sizeof(uint64_t) == 0,
              "whole words");
#define SCAN_WORDS (sizeof(struct scan) / sizeof(uint64_t))
#define OFFICE_WORDS (sizeof(struct office_fact) / sizeof(uint64_t))
static_assert(SCAN_WORDS <= 64 && OFFICE_WORDS > 64 && OFFICE_WORDS <= 128,
              "one number has a bit for each word of a scan, two for those of an office fact");

/* ------------------------------------------------------------------ words that are not zero */

#define RUN 8 /* words that are passed over at once when all of them are zero */

static bool is_zero_run(const uint8_t *bytes)
{
    uint64_t words[RUN];
    memcpy(words, bytes, sizeof words);
    return (words[0] | words[1] | words[2] | words[3] | words[4] | words[5] | words[6] |
            words[7]) == 0;
}

/* Up to 64 words, and before them which those are; word by word without a branch, for zeros come
 * as they like, but most of an office fact is long runs of them, in the same places each time. */
static uint64_t *pack_words(const void *from, size_t words, uint64_t *out)
{
    const uint8_t *bytes = from;
    uint64_t bits = 0, *mask = out++;
    for (size_t run = 0; run < words; run += RUN) {
        size_t end = run + RUN < words ? run + RUN : words;
        if (end == run + RUN && is_zero_run(bytes + run * sizeof(uint64_t)))
            continue;
        for (size_t i = run; i < end; i++) {
            uint64_t word;
            memcpy(&word, bytes + i * sizeof word, sizeof word);
            *out = word;
            out += word != 0;
            bits |= (uint64_t)(word != 0) << i;
        }
    }
    *mask = bits;
    return out;
}

static const uint64_t *unpack_words(const uint64_t *from, void *to)
{
    uint8_t *bytes = to;
    for (uint64_t bits = *from++; bits != 0; bits &= bits - 1)
        memcpy(bytes + (size_t)__builtin_ctzll(bits) * sizeof *from, from++, sizeof *from);
    return from;
}

/* ------------------------------------------------------------------ what stands before them */

/* The first word: these, and the verdict above. */
enum {
    IS_SCAN = 1,
    CLOCK_OFF = 2,
    BOUNDS_ONLY = 4,
    HAS_SOURCE = 8,  /* device, epoch */
    HAS_DATES = 16,  /* arrival, estimate; else both are the office fact's own time */
    HAS_BOUNDS = 32, /* earliest, latest; else both are the estimate */
    NAMES_DEVICE = 64
};
#define VERDICT_AT 32

static uint64_t flags_of(const struct fact *fact)
{
    const struct when *when = &fact->when;
    int64_t at_ms = when->estimate.ms;
    bool own = !fact->is_scan && at_ms == fact->office.at.ms && at_ms == fact->arrival.ms;
    bool bounds = when->earliest.ms != at_ms || when->latest.ms != at_ms;
    return (fact->is_scan ? IS_SCAN : 0u) | (when->clock_off ? CLOCK_OFF : 0u) |
           (when->bounds_only ? BOUNDS_ONLY : 0u) |
           (fact->device != 0 || fact->epoch != 0 ? HAS_SOURCE : 0u) | (own ? 0u : HAS_DATES) |
           (bounds ? HAS_BOUNDS : 0u) | (fact->of_device != 0 ? NAMES_DEVICE : 0u) |
           (uint64_t)fact->verdict << VERDICT_AT;
}

static uint64_t *pack_head(const struct fact *fact, uint64_t *out)
{
    uint64_t flags = *out++ = flags_of(fact);
    if (flags & HAS_SOURCE) {
        *out++ = (uint64_t)fact->device;
        *out++ = fact->epoch;
    }
    if (flags & HAS_DATES) {
        *out++ = (uint64_t)fact->arrival.ms;
        *out++ = (uint64_t)fact->when.estimate.ms;
    }
    if (flags & HAS_BOUNDS) {
        *out++ = (uint64_t)fact->when.earliest.ms;
        *out++ = (uint64_t)fact->when.latest.ms;
    }
    if (flags & NAMES_DEVICE)
        *out++ = (uint64_t)fact->of_device;
    return out;
}

static const uint64_t *unpack_head(const uint64_t *from, struct fact *fact)
{
    uint64_t flags = *from++;
    bool source = (flags & HAS_SOURCE) != 0;
    fact->device = source ? (int64_t)from[0] : 0;
    fact->epoch = source ? from[1] : 0;
    from += source ? 2 : 0;
    fact->verdict = (uint32_t)(flags >> VERDICT_AT);
    fact->is_scan = (flags & IS_SCAN) != 0;
    fact->when = (struct when){.clock_off = (flags & CLOCK_OFF) != 0,
                               .bounds_only = (flags & BOUNDS_ONLY) != 0};
    if (flags & HAS_DATES) {
        fact->arrival.ms = (int64_t)*from++;
        fact->when.estimate.ms = (int64_t)*from++;
    }
    fact->when.earliest = fact->when.latest = fact->when.estimate;
    if (flags & HAS_BOUNDS) {
        fact->when.earliest.ms = (int64_t)*from++;
        fact->when.latest.ms = (int64_t)*from++;
    }
    fact->of_device = flags & NAMES_DEVICE ? (int64_t)*from++ : 0;
    fact->order = (struct instant){0};
    fact->effect = EFFECT_NONE;
    fact->status_after = STATUS_NONE;
    return from;
}

/* ------------------------------------------------------------------ both */

size_t fact_pack(const struct fact *fact, uint64_t *out)
{
    uint64_t *end = pack_head(fact, out);
    if (fact->is_scan) {
        end = pack_words(&fact->scan, SCAN_WORDS, end);
    } else {
        end = pack_words(&fact->office, 64, end);
        end = pack_words((const uint64_t *)&fact->office + 64, OFFICE_WORDS - 64, end);
    }
    return (size_t)(end - out) * sizeof *out;
}

/* Of a scan's fact what is beyond the scan is nobody's, and is not touched. */
void fact_unpack(const uint64_t *packed, struct fact *ret_fact)
{
    struct fact *fact = ret_fact;
    const uint64_t *rest = unpack_head(packed, fact);
    if (fact->is_scan) {
        memset(&fact->scan, 0, sizeof fact->scan);
        unpack_words(rest, &fact->scan);
        fact->seq = fact->scan.seq;
        return;
    }
    memset(&fact->office, 0, sizeof fact->office);
    rest = unpack_words(rest, &fact->office);
    unpack_words(rest, (uint64_t *)&fact->office + 64);
    fact->seq = fact->office.seq;
    if ((packed[0] & HAS_DATES) == 0)
        fact->arrival = fact->when.estimate = fact->office.at;
    if ((packed[0] & (HAS_DATES | HAS_BOUNDS)) == 0)
        fact->when.earliest = fact->when.latest = fact->office.at;
}

/* ------------------------------------------------------------------ a view */

static_assert(sizeof(struct view) % sizeof(uint64_t) == 0, "whole words");
#define VIEW_WORDS (sizeof(struct view) / sizeof(uint64_t))
#define MASKED 64 /* words of a mask */

size_t view_pack(const struct view *view, uint64_t *out)
{
    const uint8_t *bytes = (const uint8_t *)view;
    uint64_t *end = out;
    for (size_t at = 0; at < VIEW_WORDS; at += MASKED) {
        size_t left = VIEW_WORDS - at;
        end = pack_words(bytes + at * sizeof *out, left < MASKED ? left : MASKED, end);
    }
    return (size_t)(end - out) * sizeof *out;
}

void view_unpack(const uint64_t *packed, struct view *ret_view)
{
    uint8_t *bytes = (uint8_t *)ret_view;
    memset(ret_view, 0, sizeof *ret_view);
    for (size_t at = 0; at < VIEW_WORDS; at += MASKED)
        packed = unpack_words(packed, bytes + at * sizeof *packed);
}
