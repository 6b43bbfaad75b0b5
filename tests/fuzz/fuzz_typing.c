/* What a keyboard, an input method and a scanner send through one line: whatever the bytes, the
 * text is whole UTF-8, bounded, and typed at any speed. The first byte is the gap between two. */
#include "fuzz.h"
#include "handheld/typing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct typing typing;
    struct tick now = {0};
    if (n == 0)
        return 0;
    typing_init(&typing);
    for (size_t i = 1; i < n; i++) {
        now.ms += bytes[0];
        enum typing_act act = typing_feed(&typing, bytes[i], now);
        invariant(typing.n <= TYPING_MAX && typing.burst <= typing.n);
        if (act == TYPING_SCANNED)
            invariant(typing.scan_n >= TYPING_SCAN_MIN && typing.scan_n <= TYPING_MAX);
    }
    const char *text = typing_text(&typing);
    invariant(strlen(text) == typing.n && utf8_is_text(text, typing.n));
    return 0;
}
