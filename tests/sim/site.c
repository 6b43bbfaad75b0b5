#include "tests/sim/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/topic.h"
#include "server/field/round_shared.h"
#include "tests/sim/fail.h"

#define KILL_PER_MILLE 12     /* at each of the writer's steps */
#define WIDE_KILL_PER_MILLE 4 /* in a wide world, of which each life costs ten times as much */
#define CUT_PER_MILLE 20      /* of commits the power goes in the middle of */
#define CUT_WITHIN 24         /* writes and syncs: what a group takes */

static void path_of(const struct site *site, const char *name, char out[320])
{
    snprintf(out, 320, "%s/%s", site->dir, name);
}

static void must(struct site *site, bool ok, const char *what, const struct error *err)
{
    if (!ok)
        env_fail(site->env, "server: %s: %s", what, err->text);
}

/* The same for what may fail when a call was made to (fail.h): false, and the server goes on. */
static bool went(struct site *site, bool ok, const char *what, const struct error *err)
{
    if (ok || !fail_happened()) {
        must(site, ok, what, err);
        return ok;
    }
    env_note(site->env, "server: %s: %s", what, err->text);
    if (err->code == ERROR_NONE)
        env_fail(site->env, "server: %s failed without a word", what);
    return false;
}

/* The program ends itself when its record or its views are damaged; somebody starts it again. */
static void end_if_broken(struct site *site, const struct error *err);

/* ---------------------------------------------------------------- what leaves */

/* "Kept": it lies there, and a look-up names it. */
static void check_kept(struct site *site, const struct attachment_state *state)
{
    char path[ATTACHMENTS_PATH_MAX];
    struct paper_row row;
    struct error err;
    if (state->stand != ATTACHMENT_KEPT)
        return;
    site->papers_kept++;
    if (!attachments_path(site->dir, &state->hash, path, &err) || access(path, F_OK) != 0 ||
        !paper_find(site->reader, &state->hash, &row, &err) || row.stand != PAPER_KEPT)
        env_fail(site->env, "server: says kept of what it does not hold");
}

/* What is vouched for is held against the record before it goes to the broker. */
static void check_down(struct site *site, const char *device, const struct wire_down *down)
{
    const struct receipt *receipt = &down->receipt;
    if (down->kind == WIRE_DOWN_RECEIPT && receipt->verdicts > 0 &&
        !ledger_may_be_aside(site->ledger, device, receipt->verdict[0].kind))
        env_fail(site->env, "server: a verdict of kind %u for %s", receipt->verdict[0].kind,
                 device);
    if (down->kind == WIRE_DOWN_RECEIPT)
        ledger_check_vouched(site->ledger, site->reader, device, receipt->epoch, receipt->through);
    if (down->kind == WIRE_DOWN_ATTACHMENT)
        check_kept(site, &down->attachment);
    if (down->kind == WIRE_DOWN_STANDING)
        for (size_t at = 0; at < down->standing.epochs; at++)
            ledger_check_vouched(site->ledger, site->reader, device, down->standing.epoch[at].epoch,
                                 down->standing.epoch[at].through);
}

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *err)
{
    struct site *site = self;
    char device[DEVICE_NAME_MAX + 1] = "";
    struct seal_public key = chain_public_of(&site->key);
    struct wire_down down;
    struct error why = {.text = "no down topic"};
    bool servers = fail_turn(false);
    if (sscanf(topic, "trao/1/%32[^/]/down", device) == 1 &&
        wire_read_down(bytes, n, device, &key, &down, &why))
        check_down(site, device, &down);
    else
        env_fail(site->env, "server: sends what nobody can read to %s: %s", topic, why.text);
    bool good = broker_out(site->client).publish(site->client, topic, bytes, n, err);
    (void)fail_turn(servers);
    return good;
}

/* ---------------------------------------------------------------- the writer's turn */

static void restart(void *ctx, uint64_t life)
{
    struct site *site = ctx;
    if (site->life == life)
        site_start(site);
}

static void die(struct site *site, const char *where)
{
    env_note(site->env, "server killed %s", where);
    site_kill(site);
    env_after(site->env, env_between(site->env, 500, 30000), restart, site, site->life);
}

static void end_if_broken(struct site *site, const struct error *err)
{
    site->ends |= err->code == ERROR_BROKEN;
}

/* Whatever the server does in its turn; it ends itself behind it, never in the middle. */
static void end_turn(struct site *site, bool servers)
{
    (void)fail_turn(servers);
    if (site->ends && site->alive)
        die(site, "by itself");
}

static bool killed_here(struct site *site, const char *where)
{
    if (!env_fault_once(site->env, site->env->wide > 1 ? WIDE_KILL_PER_MILLE : KILL_PER_MILLE))
        return false;
    die(site, where);
    return true;
}

static void empty_inbox(struct site *site, size_t n)
{
    for (size_t at = 0; at < n; at++)
        intake_message_free(site->inbox[at]);
    site->n_inbox -= n;
    for (size_t at = 0; at < site->n_inbox; at++)
        site->inbox[at] = site->inbox[at + n];
}

static bool not_written(struct site *site, const struct error *err)
{
    record_rollback(site->record);
    intake_forget(site->intake);
    end_if_broken(site, err);
    return false;
}

/* Takes `n` messages into the open group; false when the server died on the way, or it cannot be
 * written. */
static bool take_all(struct site *site, size_t n)
{
    struct error err;
    for (size_t at = 0; at < n; at++) {
        if (!went(site, intake_take(site->intake, site->inbox[at], &err), "take", &err))
            return not_written(site, &err);
        if (killed_here(site, "inside a group"))
            return false;
    }
    return true;
}

static void plan_writer(struct site *site);

/* Commits what is open; false when the server died on the way, or the disk had no room. */
static bool commit(struct site *site)
{
    struct error err;
    if (env_fault(site->env, 10)) {
        env_note(site->env, "server: the group cannot be written");
        record_rollback(site->record);
        intake_forget(site->intake);
        return false;
    }
    if (site->receipt_before_commit) {
        intake_answer(site->intake);
        if (killed_here(site, "between receipt and commit"))
            return false;
    }
    if (env_fault_once(site->env, CUT_PER_MILLE))
        tear_arm(site->dir, "", env_between(site->env, 1, CUT_WITHIN));
    bool committed = record_commit(site->record, &err);
    if (tear_disarm()) {
        die(site, "in the middle of a commit, with its machine");
        return false;
    }
    if (!went(site, committed, "commit", &err)) {
        intake_forget(site->intake);
        end_if_broken(site, &err);
        return false;
    }
    site->groups++;
    if (site->put_back && env_chance(site->env, 60))
        files_save(&site->old, site->dir, "record.db");
    return !killed_here(site, "between commit and receipt");
}

static void follow_again(void *ctx, uint64_t life);

void site_follow(struct site *site)
{
    struct error err;
    if (!went(site, views_follow(site->views, &err), "views follow", &err)) {
        end_if_broken(site, &err);
        env_after(site->env, 1000, follow_again, site, site->life); /* as the follower does */
    } else if (env_random(site->env) % (UINT64_C(1000) * site->env->wide) < 200)
        (void)went(site, views_flush(site->views, &err), "views flush", &err);
}

static void follow_again(void *ctx, uint64_t life)
{
    struct site *site = ctx;
    if (site->life != life || site->env->failed)
        return;
    bool servers = fail_turn(true);
    site_follow(site);
    end_turn(site, servers);
}

/* ---------------------------------------------------------------- messages */

#define TICK_MS 10000

/* In a wide world each turn has more to do, and comes more seldom. */
static int64_t turn_ms(const struct site *site, int64_t small_ms)
{
    return site->env->wide > 1 ? 4 * small_ms : small_ms;
}

static void tick(void *ctx, uint64_t life);

static void tick_in_turn(void *ctx, uint64_t life)
{
    struct site *site = ctx;
    struct error err = {.code = ERROR_NONE};
    if (site->life != life || site->env->failed)
        return;
    if (!notify_tick(site->notify, &err) && err.code != ERROR_LATER)
        (void)went(site, false, "messages", &err);
    if (site->push != NULL && !push_tick(site->push, &err) && err.code != ERROR_LATER)
        (void)went(site, false, "webhooks", &err);
    if (!env_chance(site->env, 100) || !killed_here(site, "after a turn of messages"))
        env_after(site->env, turn_ms(site, TICK_MS), tick, site, life);
}

static void tick(void *ctx, uint64_t life)
{
    bool servers = fail_turn(true);
    tick_in_turn(ctx, life);
    end_turn(ctx, servers);
}

/* ---------------------------------------------------------------- the log */

#define KEEP_MS 5000

/* The log goes into the file, and the power may in the middle of that. */
static void keep(void *ctx, uint64_t life);

static void keep_in_turn(void *ctx, uint64_t life)
{
    struct site *site = ctx;
    struct error err = {.code = ERROR_NONE};
    if (site->life != life || site->env->failed)
        return;
    if (env_fault_once(site->env, CUT_PER_MILLE))
        tear_arm(site->dir, "", env_between(site->env, 1, CUT_WITHIN));
    bool good = db_checkpoint(site->checkpointer, &err);
    if (tear_disarm()) {
        die(site, "in the middle of a checkpoint, with its machine");
        return;
    }
    site->checkpoints += went(site, good, "checkpoint", &err);
    env_after(site->env, turn_ms(site, KEEP_MS), keep, site, site->life);
}

static void keep(void *ctx, uint64_t life)
{
    bool servers = fail_turn(true);
    keep_in_turn(ctx, life);
    end_turn(ctx, servers);
}

/* ---------------------------------------------------------------- rounds on their way */

static void hello_came(void *ctx, const struct device *device, const struct hello *hello)
{
    struct site *site = ctx;
    dispatch_hello(site->dispatch, device, hello);
}

static void item_changed(void *ctx, const struct item *item, const struct view *view)
{
    struct site *site = ctx;
    (void)view;
    if (site->dispatch != NULL)
        dispatch_changed(site->dispatch, item);
}

#define DISPATCH_MS 15000

static void dispatch_turn(void *ctx, uint64_t life);

static void dispatch_turn_in_turn(void *ctx, uint64_t life)
{
    struct site *site = ctx;
    struct error err = {.code = ERROR_NONE};
    if (site->life != life || site->env->failed)
        return;
    (void)went(site, dispatch_work(site->dispatch, &err), "rounds", &err);
    if (!env_chance(site->env, 100) || !killed_here(site, "after rounds went out"))
        env_after(site->env, turn_ms(site, DISPATCH_MS), dispatch_turn, site, life);
}

static void dispatch_turn(void *ctx, uint64_t life)
{
    bool servers = fail_turn(true);
    dispatch_turn_in_turn(ctx, life);
    end_turn(ctx, servers);
}

/* ---------------------------------------------------------------- print jobs */

#define PRINT_MS 90000 /* at most, between two looks of a clerk */

static void print(void *ctx, uint64_t life)
{
    struct site *site = ctx;
    if (site->life != life || site->env->failed)
        return;
    if (printing_turn(&site->printing))
        die(site, "while it printed");
    else
        env_after(site->env, env_between(site->env, 1000, PRINT_MS), print, site, life);
}

static bool open_printing(struct site *site)
{
    char folder[320];
    struct error err = {.code = ERROR_NONE};
    path_of(site, "spool", folder);
    struct spooler_config config = {.folder = folder,
                                    .record_path = site->record_path,
                                    .acts = site_acts(site),
                                    .views = site->views,
                                    .config = &site->config,
                                    .secret = site->secret};
    return !site->prints ||
           went(site, printing_open(&site->printing, &config, &err), "open printing", &err);
}

static struct dispatch_config dispatch_of(struct site *site, const char *record)
{
    return (struct dispatch_config){.record_path = record,
                                    .views = site->views,
                                    .secret = site->secret,
                                    .seal_key = &site->key,
                                    .out = {publish, site},
                                    .clock = env_clock(&site->machine),
                                    .chance = env_chance_door(site->env)};
}

bool site_round_of(struct site *site, const char *device, uint32_t badge, uint64_t *ret_round,
                   uint32_t *ret_revision)
{
    struct device known = {.id = 0};
    struct pieces pieces;
    struct shared shared = {.around = NULL};
    struct error err;
    struct dispatch_config config = dispatch_of(site, "");
    must(site,
         device_find(site->reader, device, &known, &err) &&
             pieces_gather(&config, site->reader, badge, &known, &shared, &pieces, &err),
         "round", &err);
    shared_wipe(&shared);
    if (site->env->failed)
        return false;
    bool good = known.state == DEVICE_ACTIVE && pieces.count > 0;
    *ret_round = pieces.round;
    *ret_revision = pieces.revision;
    pieces_wipe(&pieces);
    return good;
}

/* ---------------------------------------------------------------- the writer's group */

static void write_group_in_turn(void *ctx, uint64_t life)
{
    struct site *site = ctx;
    if (site->life != life || site->env->failed)
        return;
    site->writing = false;
    struct error err;
    size_t n = (size_t)env_between(site->env, 1, (int64_t)site->n_inbox);
    bool begun = went(site, record_begin(site->record, &err), "begin", &err);
    if (!begun)
        end_if_broken(site, &err);
    bool committed = begun && take_all(site, n) && commit(site);
    if (!site->alive)
        return;
    if (!committed && fail_happened()) { /* as the writer does: the same again a second later */
        plan_writer(site);
        return;
    }
    if (committed) {
        intake_answer(site->intake);
        if (killed_here(site, "after the receipts"))
            return;
        site_follow(site);
    }
    empty_inbox(site, n);
    if (site->n_inbox > 0)
        plan_writer(site);
}

static void write_group(void *ctx, uint64_t life)
{
    bool servers = fail_turn(true);
    write_group_in_turn(ctx, life);
    end_turn(ctx, servers);
}

#define GROUP_MS 40
#define WIDE_GROUP_MS 1500 /* so that more than one message comes into a group there too */

static void plan_writer(struct site *site)
{
    if (site->writing)
        return;
    site->writing = true;
    env_after(site->env, env_between(site->env, 1, site->env->wide > 1 ? WIDE_GROUP_MS : GROUP_MS),
              write_group, site, site->life);
}

/* ---------------------------------------------------------------- what arrives */

/* As the writer's thread runs an act: in a group of its own here. */
static bool run_act(void *self, act what, void *arg, struct error *err)
{
    struct site *site = self;
    if (env_fault(site->env, 10))
        return error_set(err, ERROR_LATER, "the group cannot be written");
    if (!record_begin(site->record, err))
        return false;
    if (what(site->record, arg, err))
        return record_commit(site->record, err);
    record_rollback(site->record);
    return false;
}

static bool run_desk_act(void *self, act what, void *arg, struct error *err)
{
    struct site *site = self;
    bool servers = fail_turn(true), good = run_act(site, what, arg, err);
    if (good)
        site_follow(site);
    (void)fail_turn(servers);
    return good;
}

struct acts site_acts(struct site *site)
{
    return (struct acts){run_desk_act, site};
}

void site_after_act(struct site *site)
{
    end_turn(site, false);
    if (site->alive)
        (void)killed_here(site, "after an act of the desk");
}

/* Pieces of attachments have a thread of their own: between two groups. */
static bool is_piece(struct site *site, const struct intake_message *read)
{
    const char *device;
    struct error err = {.code = ERROR_NONE};
    const struct attachment_chunk *chunk = intake_piece(read, &device);
    if (chunk == NULL)
        return false;
    if (!attachments_take(site->attachments, device, chunk, &err) && err.code != ERROR_LATER)
        (void)went(site, false, "attachment", &err);
    if (env_chance(site->env, 50) && !attachments_tidy(site->attachments, &err) &&
        err.code != ERROR_LATER)
        (void)went(site, false, "tidy", &err);
    (void)killed_here(site, "after a piece");
    return true;
}

static void message_in_turn(void *ctx, const char *topic, const void *bytes, size_t n)
{
    struct site *site = ctx;
    struct error err;
    struct intake_message *read = NULL;
    if (site->n_inbox == SITE_INBOX_MAX) {
        env_note(site->env, "server: inbox full, one message dropped");
        return;
    }
    struct clock clock = env_clock(&site->machine);
    (void)went(site, intake_read(site->intake, topic, bytes, n, clock.now(clock.self), &read, &err),
               "read", &err);
    if (read && is_piece(site, read)) {
        intake_message_free(read);
        read = NULL;
    }
    if (!site->alive)
        return;
    if (read)
        site->inbox[site->n_inbox++] = read;
    if (!killed_here(site, "with a message just acknowledged") && site->n_inbox > 0)
        plan_writer(site);
}

static void message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    bool servers = fail_turn(true);
    message_in_turn(ctx, topic, bytes, n);
    end_turn(ctx, servers);
}

static void up(void *ctx, bool session_present)
{
    (void)ctx;
    (void)session_present;
}

static void down(void *ctx, const char *why)
{
    (void)ctx;
    (void)why;
}

static void acknowledged(void *ctx, int code)
{
    (void)ctx;
    (void)code;
}

static void raise_alarm(void *ctx, const char *device, uint64_t epoch, uint64_t seq,
                        const char *what)
{
    struct site *site = ctx;
    if (strstr(what, "revoked") != NULL && ledger_is_revoked(site->ledger, device))
        return;
    if (ledger_may_be_aside(site->ledger, device, VERDICT_CONFLICT))
        return;
    env_fail(site->env, "server: alarm about %s epoch %016" PRIx64 " seq %" PRIu64 ": %s", device,
             epoch, seq, what);
}

/* ---------------------------------------------------------------- life and death */

static bool open_record(struct site *site)
{
    char path[320];
    struct error err;
    path_of(site, "record.db", path);
    return went(site,
                record_open(&(struct record_config){.path = path,
                                                    .clock = env_clock(&site->machine),
                                                    .chance = env_chance_door(site->env),
                                                    .seal_key = &site->key},
                            &site->record, &err),
                "open record", &err) &&
           went(site, record_open_reader(path, &site->reader, &err), "open reader", &err);
}

void site_init(struct site *site, struct env *env, struct ledger *ledger,
               struct broker_client *client, const char *dir)
{
    *site = (struct site){.env = env, .ledger = ledger, .client = client};
    snprintf(site->dir, sizeof site->dir, "%s", dir);
    struct chance chance = env_chance_door(env);
    struct seal_public key;
    struct error err;
    chain_keys_new(&chance, &key, &site->key);
    chance.fill(chance.self, site->secret, sizeof site->secret);
    box_keys_new(&chance, &site->box_public, &site->box_secret);
    path_of(site, "record.db", site->record_path);
    env_boot(&site->machine, env, env_between(env, -500, 500));
    phones_init(&site->phones, env);
    hooks_init(&site->hooks, env);
    site->config = config_defaults();
    must(site, config_set(&site->config, "messages", "hours", "0-24", &err), "config", &err);
    (void)open_record(site);
}

void site_end(struct site *site)
{
    if (site->record)
        site_kill(site);
    files_free(&site->old);
    phones_done(&site->phones);
    hooks_done(&site->hooks);
    printing_done(&site->printing);
}

void site_know(struct site *site, const char *device, const struct seal_public *key)
{
    struct error err;
    struct device known = {.seal_key = *key, .state = DEVICE_ACTIVE, .post_office = 461310};
    snprintf(known.name, sizeof known.name, "%s", device);
    must(site,
         record_begin(site->record, &err) && device_put(site->record, &known, &err) &&
             record_commit(site->record, &err),
         "enrol", &err);
}

/* Whom it goes to, and the phone that is told. */
static bool address(struct site *site, struct office_fact *fact, size_t nth, struct error *err)
{
    struct addressee who = {.name = "Nguyen Van Mau", .address = "Thon Dong Tien"};
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n;
    (void)snprintf(who.phone, sizeof who.phone, "+84912%06zu", nth);
    fact->has_addressee = true;
    fact->postage_vnd = 33000;
    return addressee_encode(&who, bytes, &n, err) &&
           record_attachment_add(site->record, bytes, n, &fact->addressee, err);
}

void site_issue(struct site *site, const struct item *items, size_t n)
{
    static const enum event steps[] = {EVENT_ISSUED, EVENT_PRINTED, EVENT_RECEIVED_FROM_DEPARTMENT,
                                       EVENT_PAIRED, EVENT_HANDED_OVER};
    const size_t steps_n = sizeof steps / sizeof *steps;
    struct error err;
    must(site, record_begin(site->record, &err), "issue", &err);
    if (site->hooked)
        must(site, hooks_register(site->record, record_now(site->record), &err), "webhook", &err);
    for (size_t at = 0; at < n * steps_n && !site->env->failed; at++) {
        struct office_fact fact = {.item = items[at / steps_n], .event = steps[at % steps_n]};
        snprintf(fact.dossier, sizeof fact.dossier, "H27.15-261118-%04zu", at / steps_n);
        if (fact.event == EVENT_PRINTED || fact.event == EVENT_HANDED_OVER)
            fact.dossier[0] = '\0';
        if (fact.event == EVENT_ISSUED)
            must(site, address(site, &fact, at, &err), "address", &err);
        fact.copy = fact.event == EVENT_PRINTED;
        fact.handover = fact.event == EVENT_HANDED_OVER ? 7 : 0;
        must(site, record_office_add(site->record, &fact, NULL, &err), "issue", &err);
    }
    /* Facts without an item stand in the same chain, and views pass them by. */
    struct office_fact sealed = {
        .event = EVENT_HANDOVER_SEALED, .handover = 7, .count = (uint32_t)n, .seal_number = "NP-7"};
    if (!site->env->failed)
        must(site, record_office_add(site->record, &sealed, NULL, &err), "seal", &err);
    must(site, record_commit(site->record, &err), "issue", &err);
}

static bool open_hooks(struct site *site)
{
    struct error err = {.code = ERROR_NONE};
    struct push_config config = {.acts = site_acts(site),
                                 .views = site->views,
                                 .record_path = site->record_path,
                                 .secret = site->secret,
                                 .drivers = hooks_drivers(&site->hooks),
                                 .has_own = true,
                                 .own = hooks_own(&site->hooks),
                                 .clock = env_clock(&site->machine)};
    return !site->hooked ||
           went(site, push_open(&config, &site->push, &err), "open webhooks", &err);
}

static bool open_all(struct site *site)
{
    char record[320], views[320];
    struct error err = {.code = ERROR_NONE};
    path_of(site, "record.db", record);
    path_of(site, "views.db", views);
    if ((!site->record || !site->reader) && !open_record(site))
        return false;
    struct intake_config config = {.record = site->record,
                                   .seal_key = &site->key,
                                   .out = {publish, site},
                                   .clock = env_clock(&site->machine),
                                   .alarm = raise_alarm,
                                   .hello = hello_came,
                                   .ctx = site};
    if (!went(site, intake_open(&config, &site->intake, &err), "open intake", &err) ||
        !went(site, views_open(views, record, &site->views, &err), "open views", &err))
        return false;
    struct attachments_config papers = {.folder = site->dir,
                                        .record_path = record,
                                        .acts = {run_act, site},
                                        .box_public = &site->box_public,
                                        .box_secret = &site->box_secret,
                                        .seal_key = &site->key,
                                        .out = {publish, site},
                                        .clock = env_clock(&site->machine)};
    views_watch(site->views, item_changed, site);
    struct dispatch_config rounds = dispatch_of(site, record);
    if (!went(site, dispatch_open(&rounds, &site->dispatch, &err), "open rounds", &err))
        return false;
    struct notify_config messages = {.acts = site_acts(site),
                                     .views = site->views,
                                     .record_path = record,
                                     .config = &site->config,
                                     .secret = site->secret,
                                     .driver = phones_driver(&site->phones),
                                     .clock = env_clock(&site->machine)};
    return went(site, notify_open(&messages, &site->notify, &err), "open messages", &err) &&
           open_hooks(site) && open_printing(site) &&
           went(site, attachments_open(&papers, &site->attachments, &err), "open attachments",
                &err) &&
           went(site, db_open(record, DB_DURABLE, &site->checkpointer, &err), "open checkpointer",
                &err);
}

void site_start(struct site *site)
{
    bool servers = fail_turn(true), good = open_all(site);
    (void)fail_turn(servers);
    if (site->env->failed)
        return;
    site->alive = true;
    site->life++;
    if (!good) {
        die(site, "by itself, at its start");
        return;
    }
    site->writing = false;
    env_note(site->env, "server starts");
    env_after(site->env, turn_ms(site, TICK_MS), tick, site, site->life);
    env_after(site->env, turn_ms(site, DISPATCH_MS), dispatch_turn, site, site->life);
    env_after(site->env, turn_ms(site, KEEP_MS), keep, site, site->life);
    if (site->prints)
        env_after(site->env, PRINT_MS, print, site, site->life);
    struct session_events events = {up, down, message, acknowledged, site};
    broker_start(site->client, &events);
}

#define LOST_WHOLE_PER_MILLE 400

/* Somebody helps himself with last night's copy; the mark beside it is as it was. Or the machine
 * was lost, and what was restored of a backup has no mark to tell how far the lost record went. */
static void put_back(struct site *site)
{
    files_put_back(&site->old, site->dir, "record.db");
    if (env_chance(site->env, LOST_WHOLE_PER_MILLE)) {
        char mark[320];
        path_of(site, "record.mark", mark);
        unlink(mark);
        env_note(site->env, "server: its machine was lost, a backup has no mark");
    }
    ledger_record_fell_back(site->ledger);
    hooks_record_fell_back(&site->hooks);
    site->put_backs++;
    env_note(site->env, "server: record.db is put back to an older copy");
}

void site_kill(struct site *site)
{
    bool servers = fail_turn(false);
    site->alive = false;
    site->life++;
    site->kills++;
    site->ends = false;
    broker_kill(site->client);
    if (tear_leave(site->env, site->dir))
        env_note(site->env, "server: its power went");
    empty_inbox(site, site->n_inbox);
    attachments_close(site->attachments);
    site->attachments = NULL;
    intake_close(site->intake);
    notify_close(site->notify);
    push_close(site->push);
    dispatch_close(site->dispatch);
    if (site->prints)
        printing_close(&site->printing);
    views_close(site->views);
    db_close(site->checkpointer);
    record_close(site->reader);
    record_close(site->record);
    tear_left(site->env, site->dir, "");
    if (site->old.count > 0 && env_fault(site->env, 400))
        put_back(site);
    site->intake = NULL;
    site->notify = NULL;
    site->push = NULL;
    site->dispatch = NULL;
    site->views = NULL;
    site->record = site->reader = NULL;
    site->checkpointer = NULL;
    (void)fail_turn(servers);
}
