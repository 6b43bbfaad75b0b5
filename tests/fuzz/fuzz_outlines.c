/* Outlines of communes as an administrator hands them in: all features or a sentence; what is
 * written holds numbers, commas and brackets alone. */
#include <string.h>

#include "fuzz.h"
#include "server/delivery/border.h"
#include "server/office/outlines.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct outlines outlines;
    struct error err;
    if (!outlines_read((const char *)bytes, n, &outlines, &err)) {
        check_refusal(&err);
        return 0;
    }
    invariant(outlines.n > 0 && outlines.points >= 4 * outlines.n);
    for (size_t i = 0; i < outlines.n; i++) {
        const char *shape = outlines.rows[i].shape;
        invariant(outlines.rows[i].code > 0 && outlines.rows[i].code <= 99999);
        struct border border;
        invariant(border_read(shape, &border) && border.n >= 3);
        (void)border_metres_outside(&border, 183000000, 1059000000);
        border_done(&border);
        invariant(strspn(shape, "[],.0123456789") == strlen(shape));
    }
    outlines_done(&outlines);
    return 0;
}
