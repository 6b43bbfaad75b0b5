/* enrol.h - makes this device known to a server, once, over HTTPS (settled point 8): the only file
 * of the handheld that knows libcurl and OpenSSL.
 *
 * The one-time code holds 40 bits of secret and 80 bits of the SHA-256 of the server's certificate;
 * nothing is sent before the certificate shown has that digest, so no authority is needed. Two keys
 * are made here: TLS and seal, both Ed25519. The request's extension names the seal key as
 * urn:trao:seal:<hex>, and the certificate that comes back must carry it, belong to the TLS key and
 * be signed by the authority that comes with it.
 */
#ifndef TRAO_HANDHELD_ENROL_H
#define TRAO_HANDHELD_ENROL_H

#include <stddef.h>

#include "protocol/clock.h"
#include "protocol/error.h"

/* Reads the code from `code_file`, or standard input when NULL; stores DIR/identity; says the
 * device's name on standard output. REFUSED: used or too old code, or another server's certificate.
 * LATER: no connection; try again with the same code unless it was used. */
bool enrol_device(const char *dir, const char *server, const char *code_file,
                  struct error *err) must_use;

/* The last moment of a certificate in DER; 0 when it cannot be read. */
struct instant enrol_certificate_until(const void *der, size_t n);

#endif
