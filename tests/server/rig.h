/* rig.h - a record, an intake and views in a throw-away folder, and handhelds that seal what a test
 * tells them to. Virtual clock, seeded chance; every failure of the rig itself fails the test. */
#ifndef TRAO_TESTS_SERVER_RIG_H
#define TRAO_TESTS_SERVER_RIG_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/scan.h"
#include "server/field/intake.h"
#include "server/record/acts.h"
#include "server/views/views.h"

#define RIG_EPOCH UINT64_C(0xE1)
#define RIG_BOOT UINT64_C(0xB001)
/* 2026-11-25T08:00:00+07:00 */
#define RIG_NOW_MS INT64_C(1795568400000)

struct rig_batch {
    struct head head;
    uint8_t bytes[BATCH_BYTES_MAX];
    size_t n;
};

struct rig_device {
    char name[DEVICE_NAME_MAX + 1];
    int64_t id;
    struct seal_public public_key;
    struct seal_secret secret_key;
    uint64_t epoch, seq; /* seq of the last scan */
    struct link link;    /* of the last batch cut */
    struct scan scans[BATCH_SCANS_MAX];
    uint32_t scans_n; /* waiting to be cut */
    uint8_t raw[SCAN_BYTES_MAX * 2];
    size_t raw_n; /* taken verbatim in place of the last scan, when not 0 */
};

struct rig_sent {
    char device[DEVICE_NAME_MAX + 1];
    struct wire_down down;
};

#define RIG_SENT_MAX 64
struct rig {
    char dir[128], record_path[160], views_path[160];
    struct instant now;
    uint64_t random;
    struct seal_secret seal_key;
    struct seal_public seal_public;
    struct record *record;
    struct intake *intake;
    struct views *views;
    pthread_mutex_t lock; /* over `sent`, for tests with a writer of its own thread */
    struct rig_sent sent[RIG_SENT_MAX];
    size_t sent_n;
    bool link_down;
    char alarms[16][160];
    size_t alarms_n;
    const void *authority;
    size_t authority_n;
};

/* Makes the folder and opens everything; rig_reopen closes and opens again. */
void rig_open(struct rig *rig);
void rig_close(struct rig *rig); /* also removes the folder */
void rig_stop(struct rig *rig);
void rig_start(struct rig *rig);

struct clock rig_clock(struct rig *rig);
struct chance rig_chance(struct rig *rig);

/* The n-th item, always the same. */
struct item rig_item(uint32_t n);

/* A key pair; enrolled when `rig` is not NULL. */
void rig_device(struct rig_device *device, struct rig *rig, const char *name);
/* Its row says so; a list of certificates is not touched. */
void rig_revoke(struct rig *rig, const struct rig_device *device);
/* One beep, now by both clocks less `ago_ms`. */
struct scan *rig_beep(struct rig *rig, struct rig_device *device, uint32_t item, uint32_t event,
                      int64_t ago_ms);
/* Cuts and seals what waits. */
void rig_cut(struct rig_device *device, struct rig_batch *ret_batch);
/* Reads, takes, commits, answers: one group of one message. Sent now. */
void rig_send(struct rig *rig, struct rig_device *device, const struct rig_batch *batch);
void rig_send_raw(struct rig *rig, const char *device, const void *bytes, size_t n);
void rig_hello(struct rig *rig, struct rig_device *device, const void *certificate, size_t n);
/* beep, cut, send in one. */
void rig_scan(struct rig *rig, struct rig_device *device, uint32_t item, uint32_t event,
              int64_t ago_ms);

/* One act at once, in a group of its own, on the caller's thread; views are not told. */
struct acts rig_acts(struct rig *rig);
/* The call in a group of its own: it and COMMIT must succeed. `record` is the rig's. */
#define rig_in_group(record, call)                                                                 \
    do {                                                                                           \
        assert_good(record_begin(record, &err));                                                   \
        assert_good(call);                                                                         \
        assert_good(record_commit(record, &err));                                                  \
    } while (0)

/* Commits one office fact as it is; its seq. */
uint64_t rig_fact(struct rig *rig, struct office_fact *fact);
/* One committed office fact about the n-th item. */
uint64_t rig_office(struct rig *rig, uint32_t item, uint32_t event);
void rig_issue(struct rig *rig, uint32_t item, const char *dossier);

/* The last receipt sent to the device; fails the test when there is none. */
const struct receipt *rig_receipt(const struct rig *rig, const struct rig_device *device);
/* How far the last receipt of the device goes, 0 without one; from any thread. */
uint64_t rig_through(struct rig *rig, const struct rig_device *device);
/* After views_follow. */
struct view rig_view(struct rig *rig, uint32_t item);
bool rig_alarmed(const struct rig *rig, const char *begin);

#define assert_good(call)                                                                          \
    do {                                                                                           \
        struct error err = {.code = ERROR_NONE};                                                   \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, err.text);                                                   \
    } while (0)
#define assert_error(call, expected)                                                               \
    do {                                                                                           \
        struct error err = {.code = ERROR_NONE};                                                   \
        if (call)                                                                                  \
            fail_msg("%s: succeeded", #call);                                                      \
        if (err.code != (expected))                                                                \
            fail_msg("%s: %s: %s", #call, error_code_name(err.code), err.text);                    \
    } while (0)

#endif
