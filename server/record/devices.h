/* devices.h - the handhelds the record knows, and one-time codes for new ones. Same threads and
 * groups as record.h. */
#ifndef TRAO_SERVER_RECORD_DEVICES_H
#define TRAO_SERVER_RECORD_DEVICES_H

#include "server/record/record.h"

enum device_state { DEVICE_ACTIVE = 1, DEVICE_REVOKED = 2 };

struct device {
    int64_t id;
    char name[DEVICE_NAME_MAX + 1];
    struct seal_public seal_key;
    enum device_state state;
    uint32_t post_office;
    struct instant enrolled;
};

bool device_find(struct record *record, const char *name, struct device *ret_device,
                 struct error *err) must_use;
bool device_get(struct record *record, int64_t id, struct device *ret_device,
                struct error *err) must_use;
/* Adds, or renews the key of a device that enrols again; the old key is kept for proof. */
bool device_put(struct record *record, struct device *device, struct error *err) must_use;

/* Keys the device ever had, newest first: what was sealed before it enrolled again still verifies.
 * A key is revoked with its device and stays so. */
#define DEVICE_KEYS_MAX 8
struct device_key {
    struct seal_public key;
    bool revoked;
};
bool device_keys(struct record *record, int64_t device, struct device_key out[DEVICE_KEYS_MAX],
                 size_t *ret_n, struct error *err) must_use;

/* Revoked for good: its keys are named to the broker too (settled point 9). All keys barred so far,
 * the oldest first; free(*new_keys). */
bool device_keys_bar(struct record *record, int64_t device, struct error *err) must_use;
bool device_keys_barred(struct record *record, struct seal_public **new_keys, size_t *ret_n,
                        struct error *err) must_use;

bool devices_each(struct record *record, bool (*each)(void *ctx, const struct device *device),
                  void *ctx, struct error *err) must_use;

/* When the last batch of a handheld arrived, or of any at all (`device` 0); .ms 0: never. */
bool device_heard(struct record *record, int64_t device, struct instant *ret_at,
                  struct error *err) must_use;

/* One-time codes: only BLAKE2b of the secret is kept; dead after use or 15 minutes (issue of codes:
 * settled point 8). `enrol_code_take` marks it used: REFUSED when unknown, used or too old, with
 * the same sentence for all three. */
#define ENROL_CODE_LIFE_MS (INT64_C(15) * 60 * 1000)
bool enrol_code_add(struct record *record, const uint8_t secret[ENROL_SECRET_BYTES],
                    const char *device, uint32_t post_office, struct error *err) must_use;
bool enrol_code_take(struct record *record, const uint8_t secret[ENROL_SECRET_BYTES],
                     char ret_device[DEVICE_NAME_MAX + 1], uint32_t *ret_post_office,
                     struct error *err) must_use;

#endif
