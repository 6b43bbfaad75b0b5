/* Whatever a scanner, a keyboard or a file gives: a number in its normal form, or a sentence. */
#include "fuzz.h"
#include "protocol/item.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct item item, again;
    struct error err;
    char text[ITEM_PRETTY_MAX];
    enum item_kind kind = item_kind_of((const char *)bytes, n);
    if (!item_parse((const char *)bytes, n, &item, &err)) {
        invariant(kind != ITEM_KIND_ITEM);
        check_refusal(&err);
        return 0;
    }
    invariant(kind == ITEM_KIND_ITEM);
    invariant(strlen(item.text) == ITEM_CHARS);
    invariant(item_parse(item.text, ITEM_CHARS, &again, &err) && item_equal(&item, &again));
    invariant(strlen(item_pretty(&item, text)) == ITEM_PRETTY_MAX - 1);
    invariant(item_parse(text, strlen(text), &again, &err) && item_equal(&item, &again));
    return 0;
}
