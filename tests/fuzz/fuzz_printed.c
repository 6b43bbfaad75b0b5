/* What a printer is sent, read back by each of the three readers: labels within their bounds, or a
 * sentence; and what is text in a field is told whole. */
#include "fuzz.h"
#include "labels/printed.h"

static bool on_label(void *ctx, const struct bitmap *bitmap, struct error *err)
{
    size_t *labels = ctx;
    (void)err;
    invariant(bitmap->width >= 1 && bitmap->height >= 1);
    invariant((int64_t)bitmap->width * bitmap->height <= PRINTED_DOTS_MAX);
    struct bitmap_box all = {0, 0, bitmap->width, bitmap->height};
    invariant(bitmap_count(bitmap, all) <= (size_t)bitmap->width * (size_t)bitmap->height);
    ++*labels;
    return true;
}

static void on_text(void *ctx, int32_t x, int32_t y, const char *utf8, size_t n)
{
    (void)ctx;
    invariant(x >= 0 && y >= 0 && strlen(utf8) == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static printed_read *const readers[] = {printed_zpl, printed_tspl, printed_escpos};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        struct error err;
        size_t labels = 0;
        if (!readers[i](bytes, n, 203, (struct printed_sink){on_label, on_text, &labels}, &err))
            check_refusal(&err);
        else
            invariant(labels <= n);
    }
    return 0;
}
