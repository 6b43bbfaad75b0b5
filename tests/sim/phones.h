/* phones.h - the gateway to citizens' phones in the simulated world: it takes a message, or fails,
 * and remembers what it took, whatever becomes of the server. Whoever was told may text back, and
 * each text may be handed over again after it was taken, as by a gateway that was killed. Promises
 * of notify.h are checked here: no message goes out twice, no reply either, none without its fact,
 * at most one of an item, status and attempt. */
#ifndef TRAO_TESTS_SIM_PHONES_H
#define TRAO_TESTS_SIM_PHONES_H

#include "server/notify/notify.h"
#include "tests/sim/env.h"

struct phones {
    struct env *env;
    char (*taken)[NOTICE_REQUEST_MAX + 1]; /* request ids, in order */
    size_t n, room;
    uint64_t failed;
    uint64_t random; /* of its own, so that what else happens by a seed stays as it was */
    struct phones_text {
        char id[NOTIFY_TEXT_ID_MAX + 1], from[NOTIFY_FROM_MAX + 1], text[64];
    } waiting[16]; /* texts on their way to the server */
    size_t waiting_n;
    uint64_t texts, again; /* sent, handed over once more after they were taken */
};

void phones_init(struct phones *phones, struct env *env);
void phones_done(struct phones *phones);
struct sms_driver phones_driver(struct phones *phones);

/* What the history of an item says was told: no two notices of one status and attempt. `now`: how
 * it stands, when the record never fell back; then the gateway has what was told of that. (What was
 * overtaken while the gateway did not answer stays unsaid: notify.h.) */
void phones_check(struct phones *phones, const struct fact *facts, size_t n,
                  const struct state *now);

#endif
