/* A drawing from a stranger: refused with a sentence, or a layout whose parts lie on its page. */
#include "fuzz.h"
#include "labels/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct layout *layout = NULL;
    struct error err;
    if (!layout_parse("fuzz", (const char *)bytes, n, &layout, &err)) {
        check_refusal(&err);
        return 0;
    }
    for (size_t i = 0; i < layout->n_boxes; i++) {
        const struct page_rect *r = &layout->boxes[i].rect;
        invariant(r->x_um >= 0 && r->x_um + r->width_um <= layout->width_um);
        invariant(r->y_um >= 0 && r->y_um + r->height_um <= layout->height_um);
        invariant(layout_field_may(layout->boxes[i].field, 1u << layout->use));
    }
    layout_close(layout);
    return 0;
}
