/* fuzz.h - the one function a fuzzer calls. It aborts on a broken promise; refusing is fine. */
#ifndef TRAO_TESTS_FUZZ_FUZZ_H
#define TRAO_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "protocol/error.h"
#include "protocol/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* A refusal says why in whole characters, whatever the peer sent. */
static inline void check_refusal(const struct error *err)
{
    invariant(err->code == ERROR_BAD_INPUT || err->code == ERROR_REFUSED);
    invariant(err->text[0] != '\0' && utf8_is_text(err->text, strlen(err->text)));
}

#endif
