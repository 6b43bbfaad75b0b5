/* intake_inside.h - what intake.c (the writer's thread) and intake_read.c (any thread) share. For
 * them alone. */
#ifndef TRAO_SERVER_FIELD_INTAKE_INSIDE_H
#define TRAO_SERVER_FIELD_INTAKE_INSIDE_H

#include <pthread.h>

#include "server/field/ca.h"
#include "server/field/intake.h"
#include "server/field/judge.h"
#include "server/field/receipts.h"

#define WHAT_MAX 200 /* bytes of a sentence with its zero */

/* A seal key as last seen, so that seals are verified off the writer's thread. Only a hint: the
 * writer checks it against the record. */
struct known {
    char device[DEVICE_NAME_MAX + 1];
    struct seal_public key;
    struct link certificate; /* hash of the last one that was looked at and held; zero: none */
};

/* An alarm of the group in hand. */
struct alarm {
    char device[DEVICE_NAME_MAX + 1];
    uint64_t epoch, seq;
    char what[WHAT_MAX];
};

struct intake {
    struct intake_config config;
    struct receipts *receipts; /* and what follows up to the lock: the writer's thread's own */
    struct alarm *alarms;
    size_t alarms_n, alarms_room;
    struct intake_counts seen; /* with the group in hand */
    pthread_mutex_t lock;      /* over what follows */
    struct known *known;       /* sorted by name */
    size_t known_n, known_room;
    struct intake_counts counts; /* of what is committed */
};

struct intake_message {
    char device[DEVICE_NAME_MAX + 1]; /* of the topic: the broker binds it to the certificate */
    bool readable;
    char why[WHAT_MAX]; /* not readable: the reason */
    struct wire_up up;
    struct batch batch;
    struct sealed sealed;
    struct {
        bool any;
        struct link list;
        struct item item;
        uint64_t slip;
        uint32_t badge;
    } papers[BATCH_SCANS_MAX]; /* what each scan names */
    bool checked, holds;       /* the seal, by `checked_with` */
    struct seal_public checked_with;
    bool certified; /* hello: the certificate is this authority's, for this device, and new here */
    struct link shown; /* hello: the certificate's hash */
    struct ca_device certificate;
    size_t n;
    uint8_t bytes[];
};

/* The key that a device's batches are verified with from now on, off the writer's thread. Without
 * memory the hint is left out: the writer then verifies by itself. */
void intake_known_put(struct intake *intake, const char *device, const struct seal_public *key);
/* The certificate, by its hash, was taken once. */
void intake_known_showed(struct intake *intake, const char *device, const struct link *certificate);

#endif
