/* What reads as a batch points into its own bytes, within the limits; only the vector's holds. */
#include "fuzz.h"
#include "protocol/batch.h"

static void check_inside(struct slice slice, const uint8_t *bytes, size_t n)
{
    invariant(slice.bytes >= bytes && slice.n <= (size_t)(bytes + n - slice.bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct seal_public nobody;
    struct batch batch;
    struct error err;
    if (!batch_read(bytes, n, &batch, &err)) {
        check_refusal(&err);
        return 0;
    }
    invariant(device_name_is_good(batch.head.device));
    invariant(batch.head.count >= 1 && batch.head.count <= BATCH_SCANS_MAX);
    invariant(batch.head.first_seq >= 1 && batch.head.epoch != 0);
    check_inside(batch.head_bytes, bytes, n);
    for (uint32_t i = 0; i < batch.head.count; i++)
        check_inside(batch.scan[i], bytes, n);
    invariant(!batch_holds(&batch, &nobody));
    return 0;
}
