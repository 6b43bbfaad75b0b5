/* ca.h - the small certificate authority of a data folder (settled point 8): the only door to
 * OpenSSL. It certifies the web listener, the broker, the server and each device; a device's
 * certificate also binds its seal key, as the name urn:trao:seal:<64 hex digits>.
 *
 * The authority and the web listener have ECDSA P-256 keys, because browsers take no other that is
 * as small; everything else has Ed25519. Keys are PEM files of mode 0600, certificates 0644.
 * Threads: a struct ca belongs to one thread at a time; the rest keeps no state.
 */
#ifndef TRAO_SERVER_FIELD_CA_H
#define TRAO_SERVER_FIELD_CA_H

#include "protocol/batch.h"
#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/error.h"

#define CA_DER_MAX 4096

struct ca;

/* Makes a new authority: key and self-signed certificate, for 20 years. REPEATED if one of the
 * files is there already. */
bool ca_make(const char *key_path, const char *certificate_path, const char *name,
             struct error *err) must_use;
bool ca_open(const char *key_path, const char *certificate_path, struct ca **ret_ca,
             struct error *err) must_use;
void ca_close(struct ca *ca); /* NULL is fine */
/* The authority's certificate; lives as long as the ca. */
struct slice ca_authority(const struct ca *ca);

enum ca_use {
    CA_USE_WEB,    /* server authentication, ECDSA P-256 */
    CA_USE_BROKER, /* server authentication, Ed25519 */
    CA_USE_CLIENT  /* client authentication, Ed25519 */
};

/* Makes a key and certifies it, both as files, for 5 years. `hosts`: names or IP addresses the
 * certificate is good for, ended by NULL; the whole may be NULL for clients. `name` is the common
 * name: what mosquitto takes as user name. Files that are there already are replaced: rotation. */
bool ca_issue(struct ca *ca, enum ca_use use, const char *name, const char *const *hosts,
              const char *key_path, const char *certificate_path, struct error *err) must_use;

/* True if the bytes are a PKCS#10 request for an Ed25519 key, signed with it; what it asks for
 * besides is not looked at. BAD_INPUT otherwise. */
bool ca_request_holds(const void *request, size_t n, struct error *err) must_use;

/* Certifies a device's own TLS key, for CA_DEVICE_DAYS from `not_before` (whole seconds) on, under
 * the number that follows from its seal key (seal_number). */
#define CA_DEVICE_DAYS (INT64_C(5) * 365)
bool ca_issue_device(struct ca *ca, const void *request, size_t request_n, const char *device,
                     const struct seal_public *seal_key, struct instant not_before,
                     uint8_t out[CA_DER_MAX], size_t *ret_n, struct error *err) must_use;

/* Writes the authority's revocation list (PEM, whole or not at all) of the devices that hold these
 * seal keys; in force as long as the authority. n may be 0. Names no certificate that was made
 * before serials followed from seal keys. */
bool ca_write_crl(struct ca *ca, const struct seal_public *devices, size_t n, const char *path,
                  struct error *err) must_use;

/* What a device's certificate says, when this authority signed it for a client and it is in force
 * at `now`. REFUSED if not, BAD_INPUT if it cannot be read. */
struct ca_device {
    char name[DEVICE_NAME_MAX + 1];
    struct seal_public seal_key;
    struct instant not_before;
};
bool ca_device_read(struct slice authority, struct slice certificate, struct instant now,
                    struct ca_device *ret_device, struct error *err) must_use;

/* When the certificate of a PEM file ends. NOT_FOUND, BROKEN. */
bool ca_certificate_until(const char *path, struct instant *ret_at, struct error *err) must_use;

/* A PEM certificate file as DER. */
bool ca_certificate_der(const char *path, uint8_t out[CA_DER_MAX], size_t *ret_n,
                        struct error *err) must_use;
/* The X25519 public key of a secret one. */
bool ca_box_public(const uint8_t secret[32], uint8_t ret_public[32], struct error *err) must_use;
/* SHA-256, whose first bytes are the pin in a one-time code. */
void ca_fingerprint(const void *der, size_t n, uint8_t out[32]);

#endif
