#include "handheld/uplink.h"

#include <string.h>

#include "protocol/topic.h"

/* When the pipe or the disk says "later": long enough to be no burden, short enough for a link that
 * is only full for a moment. */
#define PAUSE_MS 1000

static struct tick now(const struct uplink *uplink)
{
    return uplink->config.clock.tick(uplink->config.clock.self);
}

static bool reached(const struct uplink *uplink, struct tick at)
{
    return now(uplink).ms >= at.ms;
}

static struct tick in_ms(const struct uplink *uplink, int64_t ms)
{
    return (struct tick){now(uplink).ms + ms};
}

static void tell(struct uplink *uplink, const char *sentence)
{
    if (uplink->config.told.tell != NULL)
        uplink->config.told.tell(uplink->config.told.ctx, sentence, 0, 0);
}

static void tell_attach(void *ctx, const char *sentence)
{
    tell(ctx, sentence);
}

void uplink_init(struct uplink *uplink, const struct uplink_config *config)
{
    memset(uplink, 0, sizeof *uplink);
    uplink->config = *config;
    uplink->wait_ms = UPLINK_WAIT_MIN_MS;
    attach_send_init(&uplink->attach, &(struct attach_send_config){.device = config->device,
                                                                   .store = config->attachments,
                                                                   .clock = config->clock,
                                                                   .chance = config->chance,
                                                                   .out = config->out,
                                                                   .tell = tell_attach,
                                                                   .ctx = uplink});
}

/* ------------------------------------------------------------------ waiting */

/* Between half of the wait and all of it, so that a thousand handhelds do not speak at once. */
static struct tick after_wait(struct uplink *uplink)
{
    uint64_t half = (uint64_t)uplink->wait_ms / 2;
    uint64_t jitter = chance_u64(&uplink->config.chance) % (half + 1);
    return in_ms(uplink, (int64_t)(half + jitter));
}

static void back_off(struct uplink *uplink)
{
    uplink->wait_ms *= 2;
    if (uplink->wait_ms > UPLINK_WAIT_MAX_MS)
        uplink->wait_ms = UPLINK_WAIT_MAX_MS;
}

/* Whatever is on its way counts as not sent: the oldest unreceipted batch is next. */
static void take_back(struct uplink *uplink)
{
    uplink->flights = 0;
    uplink->sent = (struct outbox_at){0, 0};
}

/* Asks where the server stands. One nonce for all repeats: an answer to any of them is fresh. */
static void ask(struct uplink *uplink)
{
    memset(&uplink->asked, 0, sizeof uplink->asked);
    uplink->asked.nonce = chance_u64(&uplink->config.chance);
    uplink->asking = true;
    uplink->hello_due = now(uplink);
}

void uplink_ask(struct uplink *uplink)
{
    if (uplink->connected && !uplink->asking)
        ask(uplink);
}

/* ------------------------------------------------------------------ the connection */

void uplink_connected(struct uplink *uplink)
{
    uplink->connected = true;
    uplink->stood = false;
    uplink->drained = false;
    uplink->generation = 0;
    uplink->again_due = in_ms(uplink, UPLINK_AGAIN_MS);
    attach_send_anew(&uplink->attach, 0);
    uplink->hold_until = now(uplink);
    uplink->wait_ms = UPLINK_WAIT_MIN_MS;
    take_back(uplink);
    ask(uplink);
}

void uplink_disconnected(struct uplink *uplink)
{
    uplink->connected = false;
    uplink->stood = false;
    uplink->drained = false;
    attach_send_anew(&uplink->attach, 0);
    uplink->asking = false;
    take_back(uplink);
}

void uplink_acknowledged(struct uplink *uplink, int code)
{
    bool refused = code == 16 || code >= 128;
    if (!refused || !uplink->connected)
        return; /* "taken" says only that a pipe has it (case M03) */
    take_back(uplink);
    uplink->hold_until = after_wait(uplink);
    back_off(uplink);
    /* A hello that nobody heard (16) is not answered either: a minute would pass. */
    if (uplink->asking && uplink->hold_until.ms < uplink->hello_due.ms)
        uplink->hello_due = uplink->hold_until;
}

/* ------------------------------------------------------------------ the machine's word */

static bool publish(struct uplink *uplink, const uint8_t *bytes, size_t n)
{
    char topic[TOPIC_MAX];
    struct link_out *out = &uplink->config.out;
    return out->publish(out->self, topic_up(uplink->config.device, topic), bytes, n, NULL);
}

static void say_report(struct uplink *uplink)
{
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    struct outbox_counts counts;
    struct device_report report = {.program = scan_program_version(), .skew_ms = uplink->skew_ms};
    if (outbox_counts(uplink->config.outbox, &counts, NULL)) {
        report.unsent = counts.unsent > UINT32_MAX ? UINT32_MAX : (uint32_t)counts.unsent;
        report.oldest = counts.oldest;
        report.damaged = counts.set_aside > UINT32_MAX ? UINT32_MAX : (uint32_t)counts.set_aside;
    }
    uplink->config.came.report(uplink->config.came.ctx, &report);
    uplink->told_unsent = report.unsent > 0;
    if (wire_report(&report, bytes, &n, NULL))
        (void)publish(uplink, bytes, n); /* a lost one is followed by the next */
}

/* ------------------------------------------------------------------ what comes down */

/* What the server accounts for is no longer in flight; any landing shows that the way is open. */
static void land(struct uplink *uplink, uint64_t epoch, uint64_t through)
{
    size_t left = 0;
    for (size_t i = 0; i < uplink->flights; i++) {
        struct uplink_flight f = uplink->flying[i];
        if (f.epoch != epoch || f.last_seq > through)
            uplink->flying[left++] = f;
    }
    if (left == uplink->flights)
        return;
    uplink->flights = left;
    uplink->wait_ms = UPLINK_WAIT_MIN_MS;
    uplink->silence_due = after_wait(uplink);
}

static void take_receipt(struct uplink *uplink, const struct receipt *receipt)
{
    enum outbox_taken taken;
    struct error err;
    uplink->counts.receipts++;
    if (!outbox_receipt(uplink->config.outbox, receipt, &taken, &err)) {
        tell(uplink, err.text);
        return; /* not stored, so not believed: the batch goes again */
    }
    switch (taken) {
    case OUTBOX_TAKEN_MOVED:
    case OUTBOX_TAKEN_NOTHING:
        land(uplink, receipt->epoch, receipt->through);
        break;
    case OUTBOX_TAKEN_ASK:
        if (!uplink->asking)
            ask(uplink);
        break;
    case OUTBOX_TAKEN_OLD:
    case OUTBOX_TAKEN_MISMATCH:
        break;
    }
}

/* The way down is part of it: good to a second or so, enough for a flag at 120 s. */
static void note_skew(struct uplink *uplink, struct instant server)
{
    const struct clock *clock = &uplink->config.clock;
    int64_t skew_ms = clock->now(clock->self).ms - server.ms;
    if (skew_ms > INT32_MAX || skew_ms < INT32_MIN)
        skew_ms = skew_ms > 0 ? INT32_MAX : INT32_MIN;
    uplink->skew_ms = (int32_t)skew_ms;
}

static void take_standing(struct uplink *uplink, const struct standing *standing)
{
    bool again;
    struct error err;
    if (!uplink->asking || standing->nonce != uplink->asked.nonce)
        return; /* an answer to an older question: it may be long out of date */
    uplink->counts.standings++;
    if (!outbox_standing(uplink->config.outbox, &uplink->asked, standing, &again, &err)) {
        tell(uplink, err.text);
        return;
    }
    for (size_t i = 0; i < standing->epochs; i++)
        land(uplink, standing->epoch[i].epoch, standing->epoch[i].through);
    note_skew(uplink, standing->server_wall);
    bool first = !uplink->stood;
    bool other_record = standing->generation != uplink->asked.generation ||
                        standing->generation != uplink->generation;
    if (!uplink->stood || other_record) { /* the server may stand further back than thought */
        take_back(uplink);
        attach_send_anew(&uplink->attach, standing->generation);
    }
    uplink->stood = true;
    uplink->generation = standing->generation;
    uplink->asking = false;
    if (first && uplink->config.came.report != NULL)
        say_report(uplink);
    if (again)
        ask(uplink);
}

/* Only the record that the scans stand in vouches for what they name. */
static void take_attachment(struct uplink *uplink, const struct attachment_state *state)
{
    if (state->generation == uplink->generation)
        attach_send_state(&uplink->attach, state);
    else if (uplink->stood && !uplink->asking)
        ask(uplink);
}

void uplink_message(struct uplink *uplink, const void *bytes, size_t n)
{
    struct wire_down down;
    if (!wire_read_down(bytes, n, uplink->config.device, &uplink->config.server, &down, NULL)) {
        uplink->counts.strangers++;
        return;
    }
    switch (down.kind) {
    case WIRE_DOWN_RECEIPT:
        take_receipt(uplink, &down.receipt);
        break;
    case WIRE_DOWN_STANDING:
        take_standing(uplink, &down.standing);
        break;
    case WIRE_DOWN_ROUND:
        if (uplink->config.came.round != NULL)
            uplink->config.came.round(uplink->config.came.ctx, &down.round, bytes, n);
        break;
    case WIRE_DOWN_REVOKE:
        if (uplink->config.came.revoke != NULL)
            uplink->config.came.revoke(uplink->config.came.ctx, &down.revoke);
        break;
    case WIRE_DOWN_ATTACHMENT:
        take_attachment(uplink, &down.attachment);
        break;
    case WIRE_DOWN_OTHER:
        break;
    }
}

/* ------------------------------------------------------------------ what goes up */

static void say_hello(struct uplink *uplink)
{
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    struct hello *hello = &uplink->asked;
    uplink->hello_due = in_ms(uplink, PAUSE_MS);
    strncpy(hello->device, uplink->config.device, sizeof hello->device - 1);
    hello->certificate = uplink->config.certificate;
    hello->program = scan_program_version();
    if (uplink->config.came.hello != NULL)
        uplink->config.came.hello(uplink->config.came.ctx, hello);
    if (!outbox_hello(uplink->config.outbox, hello, NULL) || !wire_hello(hello, bytes, &n, NULL) ||
        !publish(uplink, bytes, n))
        return;
    uplink->counts.hellos++;
    uplink->hello_due = in_ms(uplink, UPLINK_HELLO_MS);
}

/* Between rounds nothing else tells the server that this machine is still there, nor this machine
 * that a record was put back. Never all machines at once. */
static void say_again(struct uplink *uplink)
{
    int64_t jitter = (int64_t)(chance_u64(&uplink->config.chance) % (UPLINK_AGAIN_MS / 4));
    uplink->again_due = in_ms(uplink, UPLINK_AGAIN_MS - jitter);
    if (uplink->config.came.report != NULL)
        say_report(uplink);
    uplink_ask(uplink);
}

static bool send_batch(struct uplink *uplink, const struct outbox_batch *batch)
{
    const struct clock *clock = &uplink->config.clock;
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    struct envelope envelope = {.batch = {batch->bytes, batch->n},
                                .sent_wall = clock->now(clock->self),
                                .sent_mono = clock->tick(clock->self),
                                .sent_boot = clock->boot(clock->self),
                                .sent_time_source = clock->source(clock->self)};
    if (!wire_envelope(&envelope, bytes, &n, NULL) || !publish(uplink, bytes, n))
        return false;
    if (uplink->flights == 0)
        uplink->silence_due = after_wait(uplink);
    uplink->flying[uplink->flights++] = (struct uplink_flight){batch->epoch, batch->last.seq};
    uplink->sent = batch->last;
    uplink->counts.batches++;
    return true;
}

/* Fills the window. With nothing in flight even one scan leaves at once (live), else they gather;
 * and the oldest unreceipted batch is next: a Standing may have lowered N of an epoch passed by. */
static void send_batches(struct uplink *uplink)
{
    struct outbox_batch batch;
    struct error err;
    if (uplink->flights == 0)
        take_back(uplink);
    while (uplink->flights < UPLINK_WINDOW) {
        bool cut_any = uplink->flights == 0;
        if (!outbox_batch_after(uplink->config.outbox, uplink->sent, cut_any, &batch, &err)) {
            if (err.code != ERROR_NOT_FOUND)
                uplink->hold_until = in_ms(uplink, PAUSE_MS);
            else
                uplink->drained = uplink->flights == 0;
            return;
        }
        if (!send_batch(uplink, &batch)) {
            uplink->hold_until = in_ms(uplink, PAUSE_MS);
            return;
        }
    }
}

void uplink_tick(struct uplink *uplink)
{
    if (!uplink->connected)
        return;
    if (uplink->flights > 0 && reached(uplink, uplink->silence_due)) {
        take_back(uplink);
        back_off(uplink);
        if (!uplink->asking)
            ask(uplink); /* perhaps the server stands elsewhere than thought */
    }
    if (outbox_asks(uplink->config.outbox) && !uplink->asking)
        ask(uplink);
    if (uplink->config.came.hello != NULL && uplink->stood && reached(uplink, uplink->again_due))
        say_again(uplink);
    if (uplink->asking && reached(uplink, uplink->hello_due))
        say_hello(uplink);
    uplink->drained = false;
    if (uplink->stood && reached(uplink, uplink->hold_until))
        send_batches(uplink);
    if (uplink->drained && uplink->told_unsent) { /* the page would speak of them for minutes yet */
        say_report(uplink);
        uplink->told_unsent =
            false; /* what is held is told with the next report, not at each turn */
    }
    if (uplink->drained && !uplink->asking)
        attach_send_tick(&uplink->attach);
}

static void sooner(struct tick *due, struct tick at)
{
    if (at.ms < due->ms)
        *due = at;
}

struct tick uplink_due(const struct uplink *uplink)
{
    struct tick due = {INT64_MAX};
    if (!uplink->connected)
        return due;
    if (uplink->asking)
        sooner(&due, uplink->hello_due);
    if (uplink->config.came.hello != NULL && uplink->stood)
        sooner(&due, uplink->again_due);
    if (uplink->stood && uplink->flights > 0)
        sooner(&due, uplink->silence_due);
    if (uplink->stood && !reached(uplink, uplink->hold_until))
        sooner(&due, uplink->hold_until);
    if (uplink->drained && !uplink->asking)
        sooner(&due, attach_send_due(&uplink->attach));
    return due;
}
