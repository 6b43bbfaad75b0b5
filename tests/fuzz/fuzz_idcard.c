/* The QR of an ID card, as scanners send it: twelve digits or a refusal that repeats nothing. */
#include "fuzz.h"
#include "protocol/idcard.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct idcard card;
    struct error err;
    if (!idcard_read((const char *)bytes, n, &card, &err)) {
        check_refusal(&err);
        return 0;
    }
    invariant(strlen(card.number) == IDCARD_DIGITS);
    invariant(strspn(card.number, "0123456789") == IDCARD_DIGITS);
    return 0;
}
