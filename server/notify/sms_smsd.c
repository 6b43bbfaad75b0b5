#include "server/notify/sms_smsd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/notify/sms_gammu.h"
#include "server/notify/sms_sent.h"
#include "server/record/smsd.h"
#include "server/text/text.h"

#define SEPTETS_ONE 160
#define SEPTETS_EACH 153 /* of several: seven go to the header */

struct sms_smsd {
    struct smsd *smsd;
    struct sms_sent *sent;
    struct clock clock;
};

bool sms_smsd_open(const char *path, const char *sent_path, struct clock clock,
                   struct sms_smsd **ret_smsd, struct error *err)
{
    struct sms_smsd *it = calloc(1, sizeof *it);
    if (it == NULL)
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    it->clock = clock;
    if (!smsd_open(path, &it->smsd, err) || !sms_sent_open(sent_path, clock, &it->sent, err)) {
        sms_smsd_close(it);
        return false;
    }
    *ret_smsd = it;
    return true;
}

void sms_smsd_close(struct sms_smsd *it)
{
    if (it == NULL)
        return;
    smsd_close(it->smsd);
    sms_sent_close(it->sent);
    free(it);
}

static struct instant before_now(const struct sms_smsd *it, int64_t ms)
{
    return (struct instant){it->clock.now(it->clock.self).ms - ms};
}

/* ------------------------------------------------------------------ sending */

/* The signs of the second table, the euro among them, count two. */
static size_t septets_of(int32_t c)
{
    bool second = c == 0x20AC || (c < 0x80 && strchr("^{}\\[]~|", (int)c) != NULL);
    return second ? 2 : 1;
}

/* How much of a text goes into one part; no sign is parted. */
static size_t part_bytes(const char *text, size_t septets)
{
    size_t used = 0;
    const char *at = text, *end = text;
    for (int32_t c = 0; (c = text_next(&at)) != 0; end = at) {
        used += septets_of(c);
        if (used > septets)
            break;
    }
    return (size_t)(end - text);
}

/* False: more than SMSD_PARTS_MAX. */
static bool cut(const char *text, struct smsd_message *message)
{
    size_t whole = part_bytes(text, SEPTETS_ONE);
    size_t septets = text[whole] == '\0' ? SEPTETS_ONE : SEPTETS_EACH;
    for (message->n = 0; *text != '\0' && message->n < SMSD_PARTS_MAX; message->n++) {
        size_t n = part_bytes(text, septets);
        (void)snprintf(message->parts[message->n], SMSD_PART_MAX, "%.*s", (int)n, text);
        text += n;
    }
    return *text == '\0' && message->n > 0;
}

/* Also after a crash between the commit and the list. */
static bool has(void *self, const char *request_id)
{
    const struct sms_smsd *it = self;
    struct error ignored;
    bool there = false;
    return sms_sent_has(it->sent, request_id) ||
           (smsd_has(it->smsd, request_id, &there, &ignored) && there);
}

static bool somebody_takes_them(struct sms_smsd *it, struct error *err)
{
    struct instant oldest;
    if (!smsd_oldest(it->smsd, &oldest, err))
        return false;
    return oldest.ms == 0 || oldest.ms >= before_now(it, SMS_GAMMU_STUCK_MS).ms ||
           error_set(err, ERROR_LATER, "gammu-smsd: takes nothing from its outbox");
}

static bool send(void *self, const struct sms *sms, struct error *err)
{
    struct sms_smsd *it = self;
    struct smsd_message message = {.id = sms->request_id, .to = sms->to};
    struct link hash = chain_hash(sms->request_id, strlen(sms->request_id));
    message.reference = hash.bytes[0];
    if (!cut(sms->text, &message))
        return error_set(err, ERROR_REFUSED, "gammu-smsd: the message is too long");
    bool good = somebody_takes_them(it, err) &&
                smsd_put(it->smsd, &message, it->clock.now(it->clock.self), err);
    chain_wipe(&message, sizeof message);
    if (!good) /* a daemon that holds its file, a disk that is full: not this message's fault */
        return error_set(err, ERROR_LATER, "%s", err->text);
    return sms_sent_add(it->sent, sms->request_id, err);
}

/* ------------------------------------------------------------------ what comes back */

struct reporting {
    sms_take_report *take;
    void *ctx;
};

static bool report(void *ctx, const char *id, enum smsd_end end, struct error *err)
{
    static const enum sms_end ends[] = {[SMSD_END_SENT] = SMS_END_SENT,
                                        [SMSD_END_DELIVERED] = SMS_END_DELIVERED,
                                        [SMSD_END_FAILED] = SMS_END_FAILED};
    const struct reporting *it = ctx;
    return it->take(it->ctx, id, ends[end], err);
}

static bool reports(void *self, sms_take_report *take, void *ctx, struct error *err)
{
    struct sms_smsd *it = self;
    struct reporting reporting = {take, ctx};
    return sms_sent_settle(it->sent, err) &&
           smsd_take_back(it->smsd, before_now(it, NOTIFY_AGE_MAX_MS), err) &&
           smsd_ends(it->smsd, before_now(it, SMS_SMSD_PATIENCE_MS), report, &reporting, err);
}

struct hearing {
    sms_take_text *take;
    void *ctx;
};

/* Rows count from 1 again in a new file: time, sender and words make the id too. */
static bool hear(void *ctx, int64_t row, const char *at, const char *from, const char *text,
                 struct error *err)
{
    const struct hearing *it = ctx;
    char all[2304], id[NOTIFY_TEXT_ID_MAX + 1], cut_from[NOTIFY_FROM_MAX + 1];
    char cut_text[SMS_TEXT_MAX + 1];
    int n = snprintf(all, sizeof all, "%lld %s %s %s", (long long)row, at, from, text);
    struct link hash = chain_hash(all, (size_t)n < sizeof all ? (size_t)n : sizeof all - 1);
    chain_hex(hash.bytes, NOTIFY_TEXT_ID_MAX / 2, id);
    (void)text_copy(from, cut_from, sizeof cut_from);
    (void)text_copy(text, cut_text, sizeof cut_text);
    chain_wipe(all, sizeof all);
    bool taken = it->take(it->ctx, &(struct sms_text){id, cut_from, cut_text}, err);
    chain_wipe(cut_text, sizeof cut_text);
    return taken;
}

static bool texts(void *self, sms_take_text *take, void *ctx, struct error *err)
{
    struct sms_smsd *it = self;
    struct hearing hearing = {take, ctx};
    return smsd_texts(it->smsd, hear, &hearing, err);
}

struct sms_driver sms_smsd_driver(struct sms_smsd *it)
{
    return (struct sms_driver){
        .has = has, .send = send, .reports = reports, .texts = texts, .self = it};
}
