/* The server's own chain, as a restored or tampered store may give it back. */
#include "fuzz.h"
#include "protocol/fact.h"
#include "protocol/premises.h"

static void fact(const uint8_t *bytes, size_t n)
{
    struct office_fact fact;
    struct error err;
    uint8_t out[FACT_BYTES_MAX];
    size_t out_n;
    if (!fact_decode(bytes, n, &fact, &err)) {
        check_refusal(&err);
        return;
    }
    invariant(fact_encode(&fact, out, &out_n, &err));
    invariant(fact_decode(out, out_n, &fact, &err));
}

static void addressee(const uint8_t *bytes, size_t n)
{
    struct addressee who;
    struct error err;
    uint8_t out[ADDRESSEE_BYTES_MAX];
    size_t out_n;
    if (!addressee_decode(bytes, n, &who, &err)) {
        check_refusal(&err);
        return;
    }
    invariant(addressee_encode(&who, out, &out_n, &err));
    invariant(addressee_decode(out, out_n, &who, &err));
}

static void testimony(const uint8_t *bytes, size_t n)
{
    struct testimony said;
    struct error err;
    uint8_t out[EVIDENCE_BYTES_MAX];
    size_t out_n;
    if (!testimony_decode(bytes, n, &said, &err)) {
        check_refusal(&err);
        return;
    }
    invariant(testimony_encode(&said, out, &out_n, &err));
    invariant(testimony_decode(out, out_n, &said, &err));
}

static void premises(const uint8_t *bytes, size_t n)
{
    struct premises said = {.kind = PREMISES_OFFICE};
    struct error err;
    uint8_t out[PREMISES_BYTES_MAX];
    size_t out_n;
    if (!premises_decode(bytes, n, &said, &err)) {
        check_refusal(&err);
        return;
    }
    invariant(premises_encode(&said, out, &out_n, &err));
    invariant(premises_decode(out, out_n, &said, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fact(bytes, n);
    addressee(bytes, n);
    testimony(bytes, n);
    premises(bytes, n);
    return 0;
}
