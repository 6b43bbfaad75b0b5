/* postman.h - a handheld in the simulated world: the program's own outbox and uplink, a hand that
 * scans, and the bad luck of a machine that is carried through the rain. */
#ifndef TRAO_TESTS_SIM_POSTMAN_H
#define TRAO_TESTS_SIM_POSTMAN_H

#include "handheld/attach.h"
#include "handheld/outbox.h"
#include "handheld/uplink.h"
#include "tests/sim/bag.h"
#include "tests/sim/broker.h"
#include "tests/sim/files.h"
#include "tests/sim/ledger.h"
#include "tests/sim/tear.h"

struct postman {
    struct env *env;
    struct ledger *ledger;
    struct broker_client *client;
    struct env_machine machine;
    char name[DEVICE_NAME_MAX + 1];
    char dir[256];
    struct seal_secret key;
    struct seal_public server;
    struct box_public box;
    const struct item *item;
    size_t items;
    uint64_t todo; /* scans still to make */

    bool alive;
    uint64_t life, wakes;
    struct outbox *outbox;
    int mark; /* its mark, read beside it; below 0 while dead */
    struct uplink uplink;
    struct attach_store *store;
    struct attach *attach;
    struct bag bag;
    uint64_t papers;     /* scans that named some */
    uint64_t epoch, seq; /* of the last beep */
    struct scan last;
    bool running;      /* the last beep is of this start */
    bool powerless;    /* it died of a power cut: it comes back under another boot */
    bool unsettled;    /* the power went while a scan was committed; no beep since */
    bool may_withdraw; /* the last beep is of this start, so of the running epoch */
    uint64_t kills;

    bool copied_back;    /* its whole folder is copied back, so that nothing on it can tell */
    uint64_t copy_backs; /* how often that was */
    struct files old;    /* of the store, some time ago */
    uint64_t old_epoch, old_seq;
    size_t old_beeps;

    bool forget_at_puback;                /* planted: takes the broker's word for the server's */
    struct receipt handed[BROKER_WINDOW]; /* what such a client would make of each publish */
    size_t n_handed;
    uint64_t generation, generation_serial;
};

/* `dir` exists and is empty. */
void postman_init(struct postman *postman, struct env *env, struct ledger *ledger,
                  struct broker_client *client, const char *dir);
void postman_start(struct postman *postman);
void postman_kill(struct postman *postman);
/* True when all its scans are made and receipted and, with `papers_too`, what they name is with the
 * server. */
bool postman_is_done(struct postman *postman, bool papers_too);

#endif
