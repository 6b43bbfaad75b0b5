/* Enrolment: the code as it is typed, and both messages. */
#include <stdlib.h>

#include "fuzz.h"
#include "protocol/wire.h"

static void code(const uint8_t *bytes, size_t n)
{
    struct enrol_code code, again;
    struct error err;
    char written[ENROL_CODE_TEXT_MAX];
    char *text = malloc(n + 1);
    invariant(text != NULL);
    memcpy(text, bytes, n);
    text[n] = '\0';
    if (enrol_code_read(text, &code, &err)) {
        enrol_code_write(&code, written);
        invariant(enrol_code_read(written, &again, &err));
        invariant(memcmp(&code, &again, sizeof code) == 0);
    } else {
        check_refusal(&err);
    }
    free(text);
}

static void messages(const uint8_t *bytes, size_t n)
{
    static uint8_t out[WIRE_BYTES_MAX];
    struct enrol_request request;
    struct enrol_reply reply;
    struct error err;
    size_t out_n;
    if (enrol_request_read(bytes, n, &request, &err)) {
        invariant(enrol_request_write(&request, out, &out_n, &err));
        invariant(enrol_request_read(out, out_n, &request, &err));
    } else {
        check_refusal(&err);
    }
    if (enrol_reply_read(bytes, n, &reply, &err)) {
        invariant(enrol_reply_write(&reply, out, &out_n, &err));
        invariant(enrol_reply_read(out, out_n, &reply, &err));
    } else {
        check_refusal(&err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    code(bytes, n);
    messages(bytes, n);
    return 0;
}
