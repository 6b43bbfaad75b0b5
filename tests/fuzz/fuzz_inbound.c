/* Whatever a phone sends: a verb with what it needs, or not understood; and the same again when it
 * is written in capitals with signs between. */
#include <string.h>

#include "fuzz.h"
#include "server/notify/inbound.h"

static void check(const struct inbound *inbound)
{
    struct item again;
    struct error err;
    switch (inbound->verb) {
    case VERB_DAY:
        invariant(inbound->day >= 1 && inbound->day <= 31);
        invariant(inbound->month >= 1 && inbound->month <= 12);
        break;
    case VERB_STATUS:
        invariant(inbound->named != inbound->misnamed);
        break;
    case VERB_STOP:
    case VERB_START:
        invariant(!inbound->named);
        break;
    case VERB_NONE:
    case VERB_NOT_RECEIVED:
        break;
    }
    invariant(!inbound->named || !inbound->misnamed);
    if (inbound->named) {
        invariant(strlen(inbound->item.text) == ITEM_CHARS);
        invariant(item_parse(inbound->item.text, ITEM_CHARS, &again, &err) &&
                  item_equal(&inbound->item, &again));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char other[2 * INBOUND_BYTES_MAX];
    struct inbound inbound = inbound_read((const char *)bytes, n);
    check(&inbound);
    if (n + 4 >= INBOUND_BYTES_MAX)
        return 0;
    other[0] = '.';
    for (size_t i = 0; i < n; i++)
        other[1 + i] = (char)(bytes[i] >= 'a' && bytes[i] <= 'z' ? bytes[i] - 'a' + 'A' : bytes[i]);
    memcpy(other + 1 + n, " !", 2);
    struct inbound again = inbound_read(other, n + 3);
    check(&again);
    invariant(again.verb == inbound.verb && again.named == inbound.named);
    return 0;
}
