/* intake.c - what the writer does with a message: the hello, the envelope, the answer after COMMIT.
 */
#include "server/field/intake_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/papers.h"
#include "server/record/slips.h"

/* ------------------------------------------------------------------ open, close */

static bool known_load(void *ctx, const struct device *device)
{
    intake_known_put(ctx, device->name, &device->seal_key);
    return true;
}

bool intake_open(const struct intake_config *config, struct intake **ret_intake, struct error *err)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (intake == NULL)
        return error_set(err, ERROR_LATER, "intake: out of memory");
    intake->config = *config;
    pthread_mutex_init(&intake->lock, NULL);
    if (!receipts_new(&intake->receipts, err) ||
        !devices_each(config->record, known_load, intake, err)) {
        intake_close(intake);
        return error_add(err, "intake");
    }
    *ret_intake = intake;
    return true;
}

void intake_close(struct intake *intake)
{
    if (intake == NULL)
        return;
    receipts_free(intake->receipts);
    free(intake->alarms);
    free(intake->known);
    pthread_mutex_destroy(&intake->lock);
    free(intake);
}

/* ------------------------------------------------------------------ setting aside */

static bool alarms_grow(struct intake *intake, struct error *err)
{
    if (intake->alarms_n < intake->alarms_room)
        return true;
    size_t room = intake->alarms_room == 0 ? 16 : intake->alarms_room * 2;
    struct alarm *grown = realloc(intake->alarms, room * sizeof *grown);
    if (grown == NULL)
        return error_set(err, ERROR_LATER, "intake: out of memory");
    intake->alarms = grown;
    intake->alarms_room = room;
    return true;
}

/* Told after COMMIT: a group that fails is tried again, and would say it each time. */
static bool alarm_add(struct intake *intake, const struct intake_message *message, const char *what,
                      struct error *err)
{
    if (!alarms_grow(intake, err))
        return false;
    struct alarm *alarm = &intake->alarms[intake->alarms_n++];
    *alarm =
        (struct alarm){.epoch = message->batch.head.epoch, .seq = message->batch.head.first_seq};
    memcpy(alarm->device, message->device, sizeof alarm->device);
    (void)snprintf(alarm->what, sizeof alarm->what, "%s", what);
    return true;
}

static bool set_aside(struct intake *intake, const struct intake_message *message,
                      uint64_t *counter, const char *why, struct error *err)
{
    ++*counter;
    return alarm_add(intake, message, why, err) &&
           record_set_aside(intake->config.record, message->device, why, message->bytes, message->n,
                            err);
}

/* ------------------------------------------------------------------ hello */

/* A device the record does not know, or knows under an older key, shows a certificate of this
 * authority: the record was restored from before its enrolment (settled point 8). */
static bool admit(struct intake *intake, const struct intake_message *message,
                  struct device *device, bool *known, struct error *err)
{
    const struct ca_device *certificate = &message->certificate;
    bool older = *known && certificate->not_before.ms <= device->enrolled.ms;
    if (!message->certified || older || (*known && device->state == DEVICE_REVOKED))
        return true;
    if (!*known)
        *device = (struct device){.state = DEVICE_ACTIVE};
    memcpy(device->name, message->device, sizeof device->name);
    device->seal_key = certificate->seal_key;
    device->enrolled = certificate->not_before;
    *known = true;
    return device_put(intake->config.record, device, err);
}

static bool find_device(struct intake *intake, const char *name, struct device *ret_device,
                        bool *ret_known, struct error *err)
{
    struct error none;
    *ret_known = device_find(intake->config.record, name, ret_device, &none);
    if (!*ret_known && none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    return true;
}

/* Never a number above what the device asks about: only there can it compare our link with its own,
 * and see whether it lost beeps or has another history (docs/decisions/0010). */
static bool stand_epoch(struct record *record, int64_t device, const struct epoch_state *asked,
                        struct epoch_state *ret_state, struct error *err)
{
    struct record_epoch epoch = {.through = 0};
    struct error none;
    if (!record_epoch_find(record, device, asked->epoch, &epoch, &none) &&
        none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    struct epoch_state state = {.epoch = asked->epoch, .last_seq = epoch.through};
    state.through = asked->last_seq < epoch.through ? asked->last_seq : epoch.through;
    if (!judge_link_at(record, &epoch, state.through, &state.link, err))
        return false;
    *ret_state = state;
    return true;
}

static bool stand(struct intake *intake, const struct hello *hello, int64_t device,
                  struct standing *ret_standing, struct error *err)
{
    struct standing standing = {.nonce = hello->nonce, .epochs = hello->epochs};
    for (size_t i = 0; i < hello->epochs; i++)
        if (!stand_epoch(intake->config.record, device, &hello->epoch[i], &standing.epoch[i], err))
            return false;
    *ret_standing = standing;
    return true;
}

static bool take_hello(struct intake *intake, const struct intake_message *message,
                       struct error *err)
{
    struct device device;
    struct standing standing;
    bool known;
    if (!find_device(intake, message->device, &device, &known, err) ||
        !admit(intake, message, &device, &known, err))
        return false;
    if (!known)
        return set_aside(intake, message, &intake->seen.forged, "hello of an unknown device", err);
    intake_known_put(intake, device.name, &device.seal_key);
    if (message->certified)
        intake_known_showed(intake, device.name, &message->shown);
    if (intake->config.hello != NULL)
        intake->config.hello(intake->config.ctx, &device, &message->up.hello);
    return stand(intake, &message->up.hello, device.id, &standing, err) &&
           receipts_standing(intake->receipts, device.name, &standing, err);
}

/* ------------------------------------------------------------------ envelopes */

static bool key_is(const struct seal_public *a, const struct seal_public *b)
{
    return chain_equal(a->bytes, b->bytes, sizeof a->bytes);
}

/* The device's key that made this seal, newest first; what the reading thread found is used as far
 * as it goes. */
static bool find_sealer(struct intake *intake, const struct intake_message *message, int64_t device,
                        bool *ret_holds, bool *ret_revoked, struct error *err)
{
    struct device_key keys[DEVICE_KEYS_MAX];
    size_t n;
    if (!device_keys(intake->config.record, device, keys, &n, err))
        return false;
    *ret_holds = false;
    for (size_t i = 0; i < n && !*ret_holds; i++) {
        bool done = message->checked && key_is(&message->checked_with, &keys[i].key);
        *ret_holds = done ? message->holds : batch_holds(&message->batch, &keys[i].key);
        *ret_revoked = keys[i].revoked;
    }
    return true;
}

static bool note_malformed(struct intake *intake, const struct intake_message *message,
                           struct error *err)
{
    const struct head *head = &message->batch.head;
    for (uint32_t i = 0; i < head->count; i++) {
        char why[120];
        if ((message->sealed.malformed >> i & 1) == 0)
            continue;
        (void)snprintf(why, sizeof why, "scan %" PRIu64 " of epoch %016" PRIx64 " cannot be read",
                       head->first_seq + i, head->epoch);
        if (!alarm_add(intake, message, why, err) ||
            !record_set_aside(intake->config.record, message->device, why,
                              message->batch.scan[i].bytes, message->batch.scan[i].n, err))
            return false;
    }
    return true;
}

/* Each new thing is counted and told once; a repetition says nothing new. */
static bool note(struct intake *intake, const struct intake_message *message,
                 const struct judgement *judgement, struct error *err)
{
    struct intake_counts *seen = &intake->seen;
    uint32_t scans = message->batch.head.count;
    seen->batches++;
    if (!judgement->added) {
        seen->scans_repeated += scans;
        return true;
    }
    if (judgement->gap)
        seen->gaps++;
    switch (judgement->kind) {
    case 0:
        seen->scans_stored += scans;
        return note_malformed(intake, message, err);
    case VERDICT_CONFLICT:
        seen->conflicts++;
        return alarm_add(intake, message, "conflict: these numbers are stored with other bytes",
                         err);
    case VERDICT_REVOKED:
        seen->revoked++;
        return alarm_add(intake, message, "scans of a revoked device", err);
    case VERDICT_BROKEN_LINK:
        seen->broken_links++;
        return alarm_add(intake, message, "broken link: it does not follow what is stored", err);
    }
    return true;
}

/* Which door a numbered invitation was left at. */
static bool name_slips(struct intake *intake, const struct intake_message *message, int64_t device,
                       struct error *err)
{
    const struct head *head = &message->batch.head;
    for (uint32_t i = 0; i < head->count; i++) {
        struct scan scan = {.item = message->papers[i].item,
                            .seq = head->first_seq + i,
                            .badge = message->papers[i].badge,
                            .slip = message->papers[i].slip};
        if (!slip_left(intake->config.record, device, head->epoch, &scan, err))
            return false;
    }
    return true;
}

/* What the scans name is awaited from now on, whatever their verdict: all are kept. */
static bool name_papers(struct intake *intake, const struct intake_message *message, int64_t device,
                        struct error *err)
{
    const struct head *head = &message->batch.head;
    for (uint32_t i = 0; i < head->count; i++)
        if (message->papers[i].any &&
            !paper_named(intake->config.record, &message->papers[i].list, &message->papers[i].item,
                         device, head->first_seq + i, err))
            return false;
    return true;
}

static bool take_sealed(struct intake *intake, const struct intake_message *message,
                        const struct device *device, bool revoked, struct error *err)
{
    struct record *record = intake->config.record;
    struct sealed sealed = message->sealed;
    struct record_epoch epoch;
    struct judgement judgement;
    sealed.revoked = revoked || device->state == DEVICE_REVOKED;
    return record_epoch_get(record, device->id, message->batch.head.epoch, &epoch, err) &&
           judge(record, &epoch, &sealed, &judgement, err) &&
           (!judgement.added || (record_epoch_put(record, &epoch, err) &&
                                 name_papers(intake, message, device->id, err) &&
                                 name_slips(intake, message, device->id, err))) &&
           note(intake, message, &judgement, err) &&
           receipts_due(intake->receipts, message->device, &epoch, judgement.verdict,
                        judgement.verdicts, err);
}

static bool take_envelope(struct intake *intake, const struct intake_message *message,
                          struct error *err)
{
    struct device device;
    bool known, holds, revoked = false;
    uint64_t *forged = &intake->seen.forged;
    if (!find_device(intake, message->device, &device, &known, err))
        return false;
    if (!known)
        return set_aside(intake, message, forged, "batch of an unknown device", err);
    if (!find_sealer(intake, message, device.id, &holds, &revoked, err))
        return false;
    if (!holds)
        return set_aside(intake, message, forged,
                         "seal does not hold, or the scans do not match their head", err);
    intake_known_put(intake, device.name, &device.seal_key);
    return take_sealed(intake, message, &device, revoked, err);
}

bool intake_take(struct intake *intake, const struct intake_message *message, struct error *err)
{
    bool good = true;
    invariant(record_in_group(intake->config.record));
    intake->seen.messages++;
    if (!message->readable)
        good = set_aside(intake, message, &intake->seen.unreadable, message->why, err);
    else if (message->up.kind == WIRE_UP_HELLO)
        good = take_hello(intake, message, err);
    else if (message->up.kind == WIRE_UP_ENVELOPE)
        good = take_envelope(intake, message, err);
    else if (message->up.kind == WIRE_UP_REPORT && intake->config.report != NULL)
        intake->config.report(intake->config.ctx, message->device, &message->up.report,
                              message->sealed.arrival);
    return good || error_add(err, "message of %s", message->device);
}

/* ------------------------------------------------------------------ after COMMIT, or a rollback */

/* Before the receipts: who has one finds its scans counted. */
static void tell_counts(struct intake *intake)
{
    pthread_mutex_lock(&intake->lock);
    intake->counts = intake->seen;
    pthread_mutex_unlock(&intake->lock);
}

static void tell_alarms(struct intake *intake)
{
    const struct intake_config *config = &intake->config;
    for (size_t i = 0; config->alarm != NULL && i < intake->alarms_n; i++) {
        const struct alarm *alarm = &intake->alarms[i];
        config->alarm(config->ctx, alarm->device, alarm->epoch, alarm->seq, alarm->what);
    }
    intake->alarms_n = 0;
}

void intake_answer(struct intake *intake)
{
    const struct intake_config *config = &intake->config;
    struct receipts_seal seal = {
        .generation = record_generation(config->record),
        .generation_serial = record_generation_serial(config->record),
        .key = config->seal_key,
        .now = config->clock.now(config->clock.self),
    };
    tell_counts(intake);
    receipts_send(intake->receipts, &seal, &config->out);
    tell_alarms(intake);
}

void intake_counts(struct intake *intake, struct intake_counts *ret_counts)
{
    pthread_mutex_lock(&intake->lock);
    *ret_counts = intake->counts;
    pthread_mutex_unlock(&intake->lock);
}

void intake_forget(struct intake *intake)
{
    receipts_clear(intake->receipts);
    intake->alarms_n = 0;
    pthread_mutex_lock(&intake->lock);
    intake->seen = intake->counts;
    intake->known_n = 0;
    pthread_mutex_unlock(&intake->lock);
}
