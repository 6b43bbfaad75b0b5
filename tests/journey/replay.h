/* replay.h - somebody with a copy of a device's certificate who sends its sealed batches again:
 * each several times, in any order. */
#ifndef TRAO_TESTS_JOURNEY_REPLAY_H
#define TRAO_TESTS_JOURNEY_REPLAY_H

#include <pthread.h>

#include "handheld/config.h"
#include "protocol/session.h"
#include "tests/lib/world.h"

#define REPLAY_MAX 64

struct replay {
    struct hand *hand;
    struct config config;
    struct session *session;
    struct {
        uint8_t bytes[BATCH_BYTES_MAX];
        size_t n;
    } batch[REPLAY_MAX];
    size_t n;
    uint64_t nonce;       /* of the last hello */
    pthread_mutex_t lock; /* over the two below, the session's thread writes them */
    bool up;
    uint64_t stood; /* nonce of the last standing */
};

/* Connects as the device. The handheld itself must not run: one name, one connection. */
void replay_open(struct replay *replay, struct hand *hand);
/* Takes what the server's record holds of all devices, or what the handheld has not sent. */
void replay_take_recorded(struct replay *replay);
void replay_take_unsent(struct replay *replay);
/* Sends each batch `times` times in random order, and waits until the server has had the time to
 * judge them: until it has answered a question asked after them. */
void replay_send_shuffled(struct replay *replay, unsigned times);
void replay_close(struct replay *replay);

#endif
