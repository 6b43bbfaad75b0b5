/* site.h - the server in the simulated world: the program's own record, intake and views, driven as
 * its writer thread drives them, killed between any two of its steps. */
#ifndef TRAO_TESTS_SIM_SITE_H
#define TRAO_TESTS_SIM_SITE_H

#include "server/field/attachments.h"
#include "server/field/dispatch.h"
#include "server/field/intake.h"
#include "server/record/acts.h"
#include "server/record/db.h"
#include "server/record/record.h"
#include "server/views/views.h"
#include "tests/sim/broker.h"
#include "tests/sim/files.h"
#include "tests/sim/ledger.h"
#include "tests/sim/hooks.h"
#include "tests/sim/phones.h"
#include "tests/sim/printing.h"
#include "tests/sim/tear.h"

#define SITE_INBOX_MAX 32

struct site {
    struct env *env;
    struct ledger *ledger;
    struct broker_client *client;
    struct env_machine machine;
    char dir[256];
    struct seal_secret key;
    bool receipt_before_commit; /* planted */
    bool put_back;              /* record.db, not record.mark, is put back to an older copy */
    uint64_t put_backs;         /* how often that was */
    struct files old;           /* of record.db, some time ago */

    bool alive;
    bool ends; /* it found its record or views damaged: behind this turn it is dead */
    uint64_t life;
    struct record *record, *reader; /* the writer's; what anybody else sees */
    struct db *checkpointer;
    struct intake *intake;
    struct attachments *attachments;
    struct box_public box_public;
    struct box_secret box_secret;
    uint64_t papers_kept;
    struct views *views;
    struct notify *notify;
    struct dispatch *dispatch;
    uint8_t secret[DOOR_SECRET_BYTES];
    struct config config;
    struct phones phones;     /* outlives the server */
    struct hooks hooks;       /* likewise */
    bool hooked;              /* they are told */
    struct printing printing; /* likewise */
    bool prints;
    char record_path[320];
    struct push *push; /* NULL: not hooked, or dead */
    struct intake_message *inbox[SITE_INBOX_MAX];
    size_t n_inbox;
    bool writing; /* the writer's next turn is planned */
    uint64_t kills, groups, checkpoints;
};

/* Makes the record in `dir` (exists) with these devices, and issued items. */
void site_init(struct site *site, struct env *env, struct ledger *ledger,
               struct broker_client *client, const char *dir);
void site_know(struct site *site, const char *device, const struct seal_public *key);
void site_issue(struct site *site, const struct item *items, size_t n);
void site_start(struct site *site);
void site_end(struct site *site); /* dead or alive; frees what it held */
/* As kill -9 does: what was not committed is gone, the files are as they were; or as a power cut
 * does. */
void site_kill(struct site *site);

/* The views take in what was committed. */
void site_follow(struct site *site);

/* For the desk's acts, while it is alive; each in a group of its own, after which the views have
 * taken it in. */
struct acts site_acts(struct site *site);
/* Behind an act: the server may die there. */
void site_after_act(struct site *site);

/* What the handheld of `badge` should hold now: false when it is nobody's, or the handheld is
 * revoked. */
bool site_round_of(struct site *site, const char *device, uint32_t badge, uint64_t *ret_round,
                   uint32_t *ret_revision);
/* Views made from nothing are the views kept. */
void site_check_views(struct site *site, const struct item *items, size_t n);
/* Everything has drained: the proof verifies, and views made from nothing are the views kept. */
void site_check_end(struct site *site, const struct item *items, size_t n);

#endif
