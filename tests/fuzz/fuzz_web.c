/* What a browser sends that we read ourselves: a form's body and a byte range. */
#include "fuzz.h"
#include "server/web/form.h"
#include "server/web/range.h"

static void read_form(const uint8_t *bytes, size_t n)
{
    char out[64];
    if (form_value((const char *)bytes, n, "number", out, sizeof out))
        invariant(utf8_is_text(out, strlen(out)));
    else
        invariant(out[0] == '\0');
}

static void read_range(const uint8_t *bytes, size_t n)
{
    char text[128];
    uint64_t first, last;
    if (n >= sizeof text)
        return;
    memcpy(text, bytes, n);
    text[n] = '\0';
    if (range_read(text, 1000, &first, &last) && first < 1000)
        invariant(first <= last && last < 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    read_form(bytes, n);
    read_range(bytes, n);
    return 0;
}
