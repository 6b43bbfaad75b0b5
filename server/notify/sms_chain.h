/* sms_chain.h - gateways one behind the other: what one refuses for good goes to the next, and so
 * does what it took and says later that it could not deliver (no Zalo on that phone), so a phone
 * that one channel does not reach is told by another. One that does not answer is waited for: the
 * next costs money and may be the same message twice. A confirmed delivery ends it. Of one that
 * confirms deliveries silence is waited for too, but not for ever: after `wait_ms` without a word
 * that the phone has it, the next is handed it, if since then that gateway said of another that a
 * phone has it. A gateway that says nothing of anybody is no sign: most of what it took has
 * arrived, and all of it would go twice; people are told. One thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_CHAIN_H
#define TRAO_SERVER_NOTIFY_SMS_CHAIN_H

#include "server/notify/notify.h"

#define SMS_CHAIN_FORMER_MAX 5
struct sms_begun;
struct sms_sent;
struct callbox;

/* Messages of which a gateway said nothing after their time, and nothing of any other since: then
 * people are told, once a day. Fewer may be phones that are off. */
#define SMS_CHAIN_MUTE_MIN 5

/* When a gateway was heard since it was opened, .ms 0 never. */
struct sms_heard {
    struct instant delivered; /* a phone has it */
    struct instant word;      /* that, or that it could not be delivered; else the opening */
    struct instant told;      /* people, that it says nothing */
};

struct sms_chain {
    struct sms_driver drivers[CONFIG_GATEWAYS_MAX];
    const char *names[CONFIG_GATEWAYS_MAX]; /* of each, in the box and on the list of failures */
    size_t n;                               /* at least 1 */
    struct callbox *box;                    /* what they called in; NULL none do */
    struct sms_sent *passed;            /* "zns:ID": by whom it was not delivered; NULL: a failure
                                         * is the end */
    bool confirms[CONFIG_GATEWAYS_MAX]; /* it says of each message whether the phone has it */
    int64_t wait_ms;                    /* for that word; 0 for ever */
    struct sms_sent *handed;            /* "zns:ID", when: of whom a word is awaited */
    struct clock clock;
    struct instant next_look; /* at those whose time is over */
    struct sms_heard heard[CONFIG_GATEWAYS_MAX];
    void (*alarm)(void *ctx, const char *sentence); /* for people; NULL is fine */
    void *alarm_ctx;
    struct sms_begun *doubts; /* of a former one that was asked and did not answer, or NULL */
    struct sms_sent *doubted; /* its list, one of `former` */
    struct sms_sent *former[SMS_CHAIN_FORMER_MAX];
    size_t former_n;
    const char *former_names[SMS_CHAIN_FORMER_MAX];
    size_t former_names_n;
};

/* Reads the list (sms_sent.h) of a gateway that trao.conf names no more, so that what it handed on
 * goes out by none of those now named, and what it has in doubt (`begun_path`, sms_begun.h; NULL:
 * it has no such) is said to be so. No such file: nothing of that to know. What it called in while
 * it was named is taken all the same. At most SMS_CHAIN_FORMER_MAX; `name` outlives the chain. */
bool sms_chain_know(struct sms_chain *chain, const char *name, const char *sent_path,
                    const char *begun_path, struct clock clock, struct error *err) must_use;
/* Keeps there what was passed on. */
bool sms_chain_pass(struct sms_chain *chain, const char *passed_path, struct clock clock,
                    struct error *err) must_use;
/* Keeps there what was handed to one that confirms deliveries and has another behind it. */
bool sms_chain_await(struct sms_chain *chain, const char *handed_path, int64_t wait_ms,
                     struct clock clock, struct error *err) must_use;
void sms_chain_close(struct sms_chain *chain); /* these lists; the drivers are the caller's */

/* `chain` outlives the driver. The error of the last one is the answer when all refuse. */
struct sms_driver sms_chain_driver(struct sms_chain *chain);

#endif
