#include "tests/sim/postman.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handheld/mark.h"
#include "handheld/shelf.h"
#include "protocol/topic.h"
#include "protocol/wire.h"
#include "tests/sim/memory.h"

#define KILL_PER_MILLE 8      /* after each thing the program does */
#define WIDE_KILL_PER_MILLE 4 /* there is a hundred of them */
#define CUT_PER_MILLE 10      /* of what it does the power may go in the middle of */
#define CUT_WITHIN 8          /* writes and syncs */

static void must(struct postman *postman, bool ok, const char *what, const struct error *err)
{
    if (!ok)
        env_fail(postman->env, "%s: %s: %s", postman->name, what, err->text);
}

/* ---------------------------------------------------------------- being killed */

static void restart(void *ctx, uint64_t life)
{
    struct postman *postman = ctx;
    if (postman->life != life)
        return;
    if (postman->powerless || env_chance(postman->env, 300)) /* the machine, not only the program */
        env_boot(&postman->machine, postman->env, postman->machine.wall_off_ms);
    postman_start(postman);
}

/* What falls back: the store alone, while outbox.mark, another file, is as it was; or all of it. */
static const char *old_prefix(const struct postman *postman)
{
    return postman->copied_back ? "outbox" : "outbox.db";
}

static void remember_store(struct postman *postman)
{
    files_save(&postman->old, postman->dir, old_prefix(postman));
    postman->old_epoch = postman->epoch;
    postman->old_seq = postman->seq;
    postman->old_beeps = ledger_beeps(postman->ledger, postman->name);
}

/* The card gives back what it held some time ago, or somebody copies a folder back. */
static void fall_back(struct postman *postman)
{
    files_put_back(&postman->old, postman->dir, old_prefix(postman));
    ledger_fell_back(postman->ledger, postman->name, postman->old_beeps, postman->copied_back);
    postman->epoch = postman->old_epoch;
    postman->seq = postman->old_seq;
    postman->copy_backs += postman->copied_back;
    env_note(postman->env, "%s: its %s fell back to beep %" PRIu64, postman->name,
             postman->copied_back ? "folder" : "card", postman->old_seq);
}

static void die(struct postman *postman, const char *where)
{
    env_note(postman->env, "%s killed %s", postman->name, where);
    postman_kill(postman);
    if (!postman->copied_back && postman->old.count > 0 && postman->old_epoch == postman->epoch &&
        env_chance(postman->env, 100))
        fall_back(postman);
    env_after(postman->env, env_between(postman->env, 1000, 300000), restart, postman,
              postman->life);
}

static bool killed_here(struct postman *postman, const char *where)
{
    if (!env_fault(postman->env, postman->env->wide > 1 ? WIDE_KILL_PER_MILLE : KILL_PER_MILLE))
        return false;
    die(postman, where);
    return true;
}

/* The power may go in what follows, when it writes as much. */
static void arm(struct postman *postman)
{
    if (env_fault(postman->env, CUT_PER_MILLE))
        tear_arm(postman->dir, "outbox", env_between(postman->env, 1, CUT_WITHIN));
}

static bool cut_here(struct postman *postman, const char *where)
{
    if (!tear_disarm())
        return false;
    die(postman, where);
    return true;
}

/* Somebody stops the program, copies the folder back and starts it again soon. */
static bool copied_back_here(struct postman *postman)
{
    if (!postman->copied_back || postman->old.count == 0 || !env_fault(postman->env, 40))
        return false;
    postman_kill(postman);
    fall_back(postman);
    env_after(postman->env, env_between(postman->env, 1000, 20000), restart, postman,
              postman->life);
    return true;
}

/* ---------------------------------------------------------------- the program's loop */

static void check_done(struct postman *postman)
{
    struct hello hello = {0};
    struct error err;
    must(postman, outbox_hello(postman->outbox, &hello, &err), "hello", &err);
    ledger_check_done(postman->ledger, postman->name, &hello);
}

static void wake(void *ctx, uint64_t wakes);

/* Sends what is due and plans the next look. */
static void drive(struct postman *postman, const char *after)
{
    if (bag_asks(&postman->bag))
        uplink_ask(&postman->uplink);
    arm(postman);
    uplink_tick(&postman->uplink);
    if (cut_here(postman, "sending, with its machine") || killed_here(postman, after))
        return;
    struct clock clock = env_clock(&postman->machine);
    int64_t due = uplink_due(&postman->uplink).ms;
    if (due == INT64_MAX)
        return;
    int64_t delay = due - clock.tick(clock.self).ms;
    env_after(postman->env, delay > 1 ? delay : 1, wake, postman, ++postman->wakes);
}

static void wake(void *ctx, uint64_t wakes)
{
    struct postman *postman = ctx;
    if (postman->alive && postman->wakes == wakes)
        drive(postman, "after a tick");
}

static void up(void *ctx, bool session_present)
{
    (void)session_present;
    struct postman *postman = ctx;
    uplink_connected(&postman->uplink);
    drive(postman, "after connecting");
}

static void down(void *ctx, const char *why)
{
    (void)why;
    struct postman *postman = ctx;
    uplink_disconnected(&postman->uplink);
}

static void message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    (void)topic;
    struct postman *postman = ctx;
    struct wire_down what;
    if (postman->forget_at_puback &&
        wire_read_down(bytes, n, postman->name, &postman->server, &what, NULL) &&
        what.kind == WIRE_DOWN_STANDING) {
        postman->generation = what.standing.generation;
        postman->generation_serial = what.standing.generation_serial;
    }
    arm(postman);
    uplink_message(&postman->uplink, bytes, n);
    if (cut_here(postman, "taking a message, with its machine"))
        return;
    check_done(postman);
    drive(postman, "after a message");
}

/* ---------------------------------------------------------------- planted: forget at PUBACK */

/* Notes for each publish the receipt a client would make up that trusts the broker. */
static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *err)
{
    struct postman *postman = self;
    if (!broker_out(postman->client).publish(postman->client, topic, bytes, n, err))
        return false;
    struct wire_up what;
    struct batch batch;
    struct receipt made_up = {0};
    if (wire_read_up(bytes, n, &what, NULL) && what.kind == WIRE_UP_ENVELOPE &&
        batch_read(what.envelope.batch.bytes, what.envelope.batch.n, &batch, NULL))
        made_up = (struct receipt){.epoch = batch.head.epoch,
                                   .through = batch.head.first_seq + batch.head.count - 1,
                                   .link = batch.head.after};
    if (postman->n_handed < BROKER_WINDOW)
        postman->handed[postman->n_handed++] = made_up;
    return true;
}

static void make_up(struct postman *postman, struct receipt made_up)
{
    enum outbox_taken taken;
    struct error err;
    made_up.generation = postman->generation;
    made_up.generation_serial = postman->generation_serial;
    must(postman, outbox_receipt(postman->outbox, &made_up, &taken, &err), "made-up receipt", &err);
}

static void believe_broker(struct postman *postman)
{
    struct receipt made_up = postman->handed[0];
    if (postman->n_handed == 0)
        return;
    memmove(postman->handed, postman->handed + 1, --postman->n_handed * sizeof made_up);
    if (made_up.epoch != 0)
        make_up(postman, made_up);
}

static void acknowledged(void *ctx, int code)
{
    struct postman *postman = ctx;
    if (postman->forget_at_puback)
        believe_broker(postman);
    uplink_acknowledged(&postman->uplink, code);
    if (postman->env->wide == 1 || postman->forget_at_puback) /* else with the next message */
        check_done(postman);
    drive(postman, "after an acknowledgement");
}

/* ---------------------------------------------------------------- the hand that scans */

static struct scan next_scan(struct postman *postman)
{
    static const enum event events[] = {EVENT_PICKED_UP,
                                        EVENT_ARRIVED_DELIVERY_OFFICE,
                                        EVENT_OUT_FOR_DELIVERY,
                                        EVENT_DELIVERY_FAILED,
                                        EVENT_DELIVERED,
                                        EVENT_INTO_SORTING,
                                        EVENT_AT_COLLECTION_POINT,
                                        EVENT_RETURN_STARTED,
                                        EVENT_RETURNED};
    struct clock clock = env_clock(&postman->machine);
    struct scan scan = {.item = postman->item[env_random(postman->env) % postman->items],
                        .event =
                            events[env_random(postman->env) % (sizeof events / sizeof *events)],
                        .wall = clock.now(clock.self),
                        .mono = clock.tick(clock.self),
                        .boot = clock.boot(clock.self),
                        .time_source = TIME_SOURCE_SYSTEM,
                        .place = {.why_none = NO_PLACE_OFF},
                        .badge = postman->bag.badge,
                        .post_office = 461310,
                        .program = scan_program_version(),
                        .entry = ENTRY_WEDGE};
    if (scan.event == EVENT_DELIVERY_FAILED) {
        scan.reason = REASON_NOBODY_HOME;
        scan.action = ACTION_AGAIN;
    }
    if (scan.event == EVENT_DELIVERED) {
        scan.relation = RELATION_OWNER;
        scan.postage_vnd = env_chance(postman->env, 500) ? 33000 : 0;
        scan.fees_vnd = env_chance(postman->env, 200) ? 135000 : 0;
    }
    if (postman->may_withdraw && env_chance(postman->env, 40)) {
        scan.item = postman->last.item;
        scan.event = EVENT_WITHDRAWN;
        scan.reason = scan.action = scan.relation = 0;
        scan.of_seq = postman->seq;
    }
    return scan;
}

/* A name, perhaps a photo, on the disk before the scan that names them; the hand may be killed
 * between the two. */
static bool gather(struct postman *postman, struct scan *scan)
{
    static uint8_t photo[40000] = {0xFF, 0xD8, 0xFF, 0xE0};
    struct error err;
    struct door_papers papers = attach_papers(postman->attach);
    if (scan->event != EVENT_DELIVERED || !env_chance(postman->env, 500))
        return true;
    papers.begin(papers.ctx);
    must(postman, papers.add(papers.ctx, PAPER_RECEIVER, "Tran Thi Mau", 12, &err), "name", &err);
    if (env_chance(postman->env, 300))
        must(postman,
             papers.add(papers.ctx, PAPER_PHOTO, photo,
                        (size_t)env_between(postman->env, 10, sizeof photo), &err),
             "photo", &err);
    must(postman, papers.take(papers.ctx, &scan->attachments, &err), "take", &err);
    scan->has_attachments = true;
    postman->papers++;
    return !postman->env->failed && !killed_here(postman, "between papers and scan");
}

/* The epoch of the beep just heard, as the mark beside the store tells. */
static uint64_t epoch_of(struct postman *postman, uint64_t seq)
{
    struct mark mark = {.epoch = 0};
    if (postman->mark < 0 || !mark_read(postman->mark, &mark) || mark.seq != seq)
        env_fail(postman->env, "%s: outbox.mark does not tell of beep %" PRIu64, postman->name,
                 seq);
    return mark.epoch;
}

static void open_mark(struct postman *postman)
{
    char path[sizeof postman->dir + 16];
    snprintf(path, sizeof path, "%s/outbox.mark", postman->dir);
    postman->mark = mark_open(path);
}

static void beep(struct postman *postman)
{
    struct error err;
    struct scan scan = next_scan(postman);
    if (!gather(postman, &scan))
        return;
    bool plain = scan.event != EVENT_WITHDRAWN && postman->running && !postman->unsettled &&
                 !ledger_is_forked(postman->ledger, postman->name);
    if (plain)
        arm(postman);
    bool kept = outbox_add(postman->outbox, &scan, &err);
    if (tear_disarm()) {
        ledger_perhaps(postman->ledger, postman->name, postman->epoch, &scan);
        postman->unsettled = true;
        die(postman, "before the beep, with its machine");
        return;
    }
    if (!kept) {
        /* What it takes back may have been numbered again since, into another epoch. */
        if (err.code != ERROR_REFUSED || !ledger_is_forked(postman->ledger, postman->name))
            must(postman, false, "add", &err);
        postman->may_withdraw = false;
        return;
    }
    postman->epoch = epoch_of(postman, scan.seq);
    postman->running = true;
    postman->unsettled = false;
    postman->seq = scan.seq;
    postman->last = scan;
    postman->may_withdraw = scan.event != EVENT_WITHDRAWN;
    postman->todo--;
    ledger_beep(postman->ledger, postman->name, postman->epoch, &scan);
    env_note(postman->env, "%s beep %" PRIu64 " %s %u", postman->name, scan.seq, scan.item.text,
             scan.event);
}

/* The clock of a handheld is set by hand, by a network, by an empty battery. */
static void turn_clock(struct postman *postman)
{
    if (env_fault(postman->env, 15))
        postman->machine.wall_off_ms = env_chance(postman->env, 200)
                                           ? -ENV_BEGIN_WALL_MS
                                           : env_between(postman->env, -7200000, 7200000);
}

/* A hundred beep as one another's answers come: what costs by the hour costs less by the scan. */
static int64_t long_rest_ms(const struct postman *postman)
{
    return postman->env->wide > 1 ? 120000 : 600000;
}

static void hand(void *ctx, uint64_t arg)
{
    (void)arg;
    struct postman *postman = ctx;
    if (postman->todo == 0 || postman->env->failed)
        return;
    int64_t rest = env_chance(postman->env, 300) ? long_rest_ms(postman) : 9000;
    env_after(postman->env, env_between(postman->env, 200, rest), hand, postman, 0);
    if (!postman->alive)
        return;
    turn_clock(postman);
    if (copied_back_here(postman))
        return;
    if (!postman->unsettled && env_chance(postman->env, 30))
        remember_store(postman);
    beep(postman);
    if (!postman->env->failed && postman->alive && !killed_here(postman, "right after a beep"))
        drive(postman, "after a scan");
}

/* ---------------------------------------------------------------- life and death */

/* A hundred fresh stores are one that was made as the program makes it, a hundred times copied: of
 * what is made anew while worlds run, after damage, each is made by the program. */
static void fresh_store(const struct postman *postman)
{
    static uint8_t *made;
    static size_t n;
    char path[sizeof postman->dir + 16];
    struct shelf *shelf = NULL;
    struct error err;
    snprintf(path, sizeof path, "%s/outbox.db", postman->dir);
    if (made != NULL) {
        memory_put(path, made, n);
        return;
    }
    invariant(shelf_open(path, &shelf, &err));
    shelf_close(shelf, true);
    invariant(memory_size(path, &n) && n > 0);
    made = malloc(n);
    invariant(made != NULL);
    memory_read(path, 0, made, n);
}

void postman_init(struct postman *postman, struct env *env, struct ledger *ledger,
                  struct broker_client *client, const char *dir)
{
    *postman = (struct postman){.env = env, .ledger = ledger, .client = client};
    snprintf(postman->name, sizeof postman->name, "%s", client->name);
    snprintf(postman->dir, sizeof postman->dir, "%s", dir);
    postman->mark = -1;
    if (env->wide > 1)
        fresh_store(postman);
    struct chance chance = env_chance_door(env);
    struct seal_public key;
    chain_keys_new(&chance, &key, &postman->key);
    bag_init(&postman->bag, env, postman->name, &postman->key, (uint32_t)env_between(env, 1, 3));
    env_boot(&postman->machine, env, env_between(env, -90000, 90000));
    env_after(env, env_between(env, 1000, 60000), hand, postman, 0);
}

static void tell(void *ctx, const char *sentence, uint64_t epoch, uint64_t seq)
{
    struct postman *postman = ctx;
    env_note(postman->env, "%s tells: %s (epoch %016" PRIx64 " seq %" PRIu64 ")", postman->name,
             sentence, epoch, seq);
}

void postman_start(struct postman *postman)
{
    struct error err;
    struct clock clock = env_clock(&postman->machine);
    struct chance chance = env_chance_door(postman->env);
    struct outbox_config store = {.dir = postman->dir,
                                  .device = postman->name,
                                  .key = &postman->key,
                                  .clock = clock,
                                  .chance = chance,
                                  .told = {tell, postman}};
    must(postman, outbox_open(&store, &postman->outbox, &err), "open", &err);
    if (postman->env->failed)
        return;
    struct attach_store_config papers = {postman->dir, 0, clock};
    must(postman, attach_store_open(&papers, &postman->store, &err), "open attachments", &err);
    struct attach_config attach = {.store = postman->store,
                                   .server = postman->box,
                                   .chance = chance,
                                   .photos = postman->dir,
                                   .signatures = postman->dir};
    must(postman, attach_new(&attach, &postman->attach, &err), "attach", &err);
    struct link_out out = broker_out(postman->client);
    if (postman->forget_at_puback)
        out = (struct link_out){publish, postman};
    uplink_init(&postman->uplink, &(struct uplink_config){.device = postman->name,
                                                          .server = postman->server,
                                                          .outbox = postman->outbox,
                                                          .clock = clock,
                                                          .chance = chance,
                                                          .out = out,
                                                          .attachments = postman->store,
                                                          .came = bag_came(&postman->bag),
                                                          .told = {tell, postman}});
    open_mark(postman);
    postman->alive = true;
    postman->life++;
    postman->n_handed = 0;
    postman->may_withdraw = postman->running = false;
    env_note(postman->env, "%s starts", postman->name);
    struct session_events events = {up, down, message, acknowledged, postman};
    broker_start(postman->client, &events);
}

void postman_kill(struct postman *postman)
{
    postman->alive = false;
    postman->life++;
    postman->wakes++;
    postman->kills++;
    broker_kill(postman->client);
    bag_kill(&postman->bag);
    attach_free(postman->attach);
    attach_store_close(postman->store);
    postman->powerless = tear_leave(postman->env, postman->dir);
    outbox_drop(postman->outbox);
    if (postman->mark >= 0)
        close(postman->mark);
    postman->mark = -1;
    tear_left(postman->env, postman->dir, "outbox");
    postman->outbox = NULL;
    postman->attach = NULL;
    postman->store = NULL;
}

bool postman_is_done(struct postman *postman, bool papers_too)
{
    struct outbox_counts counts;
    struct error err;
    if (postman->todo > 0 || !postman->alive)
        return false;
    must(postman, outbox_counts(postman->outbox, &counts, &err), "counts", &err);
    return !postman->env->failed && counts.unsent == 0 &&
           (!papers_too || attach_store_counts(postman->store).waiting == 0);
}
