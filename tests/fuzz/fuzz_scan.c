/* What decodes as a scan encodes again, and the same value gives the same bytes. */
#include "fuzz.h"
#include "protocol/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct scan scan;
    struct error err;
    uint8_t once[SCAN_BYTES_MAX], twice[SCAN_BYTES_MAX];
    size_t once_n, twice_n;
    if (!scan_decode(bytes, n, &scan, &err)) {
        check_refusal(&err);
        return 0;
    }
    invariant(scan_encode(&scan, once, &once_n, &err));
    invariant(scan_decode(once, once_n, &scan, &err));
    invariant(scan_encode(&scan, twice, &twice_n, &err));
    invariant(once_n == twice_n && memcmp(once, twice, once_n) == 0);
    return 0;
}
