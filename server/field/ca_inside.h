/* ca_inside.h - what ca.c and ca_read.c share. For them alone. */
#ifndef TRAO_SERVER_FIELD_CA_INSIDE_H
#define TRAO_SERVER_FIELD_CA_INSIDE_H

#include <openssl/x509.h>

#include "server/field/ca.h"

/* The name that binds a seal key to a device's certificate, before its 64 hex digits. */
#define SEAL_URI "urn:trao:seal:"
#define SEAL_URI_CHARS (sizeof SEAL_URI - 1 + (size_t)2 * CHAIN_PUBLIC_BYTES)

/* OpenSSL's first reason, in its own words behind `what`; its queue is left empty. Returns false.
 */
bool ca_failed(struct error *err, enum error_code code, const char *what);
/* Of a PEM file; X509_free(*ret_certificate). NOT_FOUND, BROKEN. */
bool ca_certificate_load(const char *path, X509 **ret_certificate, struct error *err) must_use;
/* BROKEN: longer than CA_DER_MAX. */
bool ca_to_der(X509 *certificate, uint8_t out[CA_DER_MAX], size_t *ret_n,
               struct error *err) must_use;

#endif
