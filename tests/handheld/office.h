/* office.h - the enrolment end of a server, as small as it can be: a CA, one TLS port, one answer.
 * Runs on a thread of its own until office_stop. For the tests of this folder. */
#ifndef TRAO_TESTS_HANDHELD_OFFICE_H
#define TRAO_TESTS_HANDHELD_OFFICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/wire.h"

struct office;

enum office_mood {
    OFFICE_GIVES,       /* 200 and a certificate */
    OFFICE_SAYS,        /* only `status` */
    OFFICE_CUTS,        /* half of the answer, then the connection is gone */
    OFFICE_OTHER_KEY,   /* a certificate for another device's seal key */
    OFFICE_OTHER_SIGNER /* an authority that did not sign it */
};

/* Listens on a free port of the loopback. */
struct office *office_start(uint16_t broker_port);
void office_stop(struct office *office);
void office_mood(struct office *office, enum office_mood mood, int status);
/* "https://127.0.0.1:PORT" */
const char *office_url(const struct office *office);
/* The code as it would be typed; `wrong_pin`: of another server. */
void office_code(const struct office *office, bool wrong_pin, char out[ENROL_CODE_TEXT_MAX]);
/* How many requests came in whole, and how many bytes of any. */
int office_requests(const struct office *office);
size_t office_bytes(const struct office *office);

#endif
