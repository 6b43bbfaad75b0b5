#include "tests/sim/phones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void phones_init(struct phones *phones, struct env *env)
{
    *phones = (struct phones){.env = env, .random = 1};
}

void phones_done(struct phones *phones)
{
    free(phones->taken);
}

static bool has(void *self, const char *request_id)
{
    const struct phones *phones = self;
    for (size_t i = 0; i < phones->n; i++)
        if (strcmp(phones->taken[i], request_id) == 0)
            return true;
    return false;
}

/* ------------------------------------------------------------------ texts */

static uint64_t random_below(struct phones *phones, uint64_t n)
{
    phones->random ^= phones->random << 13;
    phones->random ^= phones->random >> 7;
    phones->random ^= phones->random << 17;
    return phones->random % n;
}

/* One in four of those who were told say something. */
static void text_back(struct phones *phones, const struct sms *sms)
{
    static const char *const words[] = {"KHONG",   "Hẹn 30/11", "hen 1-12", "alo", "TRAO %s",
                                        "TRAO %s", "DUNG",      "NHAN",     "NHAN"};
    size_t room = sizeof phones->waiting / sizeof *phones->waiting;
    if (phones->waiting_n == room || strncmp(sms->request_id, "reply.", 6) == 0 ||
        random_below(phones, 4) != 0)
        return;
    struct phones_text *text = &phones->waiting[phones->waiting_n++];
    const char *word = words[random_below(phones, sizeof words / sizeof *words)];
    if (word[0] == 'T')
        (void)snprintf(text->text, sizeof text->text, "TRAO %.13s", sms->request_id);
    else
        (void)snprintf(text->text, sizeof text->text, "%s", word);
    (void)snprintf(text->id, sizeof text->id, "%032llx", (unsigned long long)++phones->texts);
    (void)snprintf(text->from, sizeof text->from, "%s", sms->to);
    env_note(phones->env, "phones: %s says %s", text->from, text->text);
}

/* One in three is handed over again, once it is taken. */
static bool texts(void *self, sms_take_text *take_text, void *ctx, struct error *err)
{
    struct phones *phones = self;
    size_t kept = 0;
    for (size_t i = 0; i < phones->waiting_n; i++) {
        const struct phones_text *text = &phones->waiting[i];
        struct sms_text sms = {text->id, text->from, text->text};
        bool taken = take_text(ctx, &sms, err), again = taken && random_below(phones, 3) == 0;
        phones->again += again;
        if (!taken || again)
            phones->waiting[kept++] = *text;
        if (!taken) {
            memmove(&phones->waiting[kept], &phones->waiting[i + 1],
                    (phones->waiting_n - i - 1) * sizeof *phones->waiting);
            phones->waiting_n += kept - i - 1;
            return false;
        }
    }
    phones->waiting_n = kept;
    return true;
}

/* Half of what was taken is said to be on the phone, some of it never sent, and all of it is said
 * again now and then. */
static bool reports(void *self, sms_take_report *take_report, void *ctx, struct error *err)
{
    struct phones *phones = self;
    if (phones->n == 0 || random_below(phones, 8) != 0)
        return true;
    const char *id = phones->taken[random_below(phones, phones->n)];
    static const enum sms_end ends[] = {SMS_END_SENT, SMS_END_DELIVERED, SMS_END_DELIVERED,
                                        SMS_END_FAILED};
    return take_report(ctx, id, ends[random_below(phones, 4)], err);
}

static bool take(void *self, const struct sms *sms, struct error *err)
{
    struct phones *phones = self;
    if (env_fault(phones->env, 150)) {
        phones->failed++;
        return error_set(err, ERROR_LATER, "the gateway does not answer");
    }
    if (has(phones, sms->request_id))
        env_fail(phones->env, "phones: %s goes out twice", sms->request_id);
    if (phones->n == phones->room) {
        phones->room = phones->room != 0 ? 2 * phones->room : 64;
        phones->taken = realloc(phones->taken, phones->room * sizeof *phones->taken);
        invariant(phones->taken != NULL);
    }
    strcpy(phones->taken[phones->n++], sms->request_id);
    env_note(phones->env, "phones: %s: %s", sms->request_id, sms->text);
    text_back(phones, sms);
    return true;
}

struct sms_driver phones_driver(struct phones *phones)
{
    return (struct sms_driver){
        .has = has, .send = take, .reports = reports, .texts = texts, .self = phones};
}

static bool is_end(const struct fact *fact)
{
    return !fact->is_scan && (fact->office.event == EVENT_NOTICE_DELIVERED ||
                              fact->office.event == EVENT_NOTICE_FAILED);
}

/* The first word about a notice stands. */
static void check_ends(struct phones *phones, const struct fact *facts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; is_end(&facts[i]) && k < i; k++)
            if (is_end(&facts[k]) &&
                strcmp(facts[i].office.notice.request_id, facts[k].office.notice.request_id) == 0)
                env_fail(phones->env, "%s: two ends", facts[i].office.notice.request_id);
}

static bool is_notice(const struct fact *fact)
{
    return !fact->is_scan && fact->office.event == EVENT_NOTICE_SENT &&
           fact->office.notice.channel == CHANNEL_SMS;
}

static bool tell_the_same(const struct notice *a, const struct notice *b)
{
    return a->channel == b->channel && a->status == b->status && a->attempt == b->attempt &&
           a->correction == b->correction;
}

/* Recorded, and before it went its receiver said no more (DUNG). */
static bool is_failed(const struct fact *facts, size_t n, const char *request_id)
{
    for (size_t i = 0; i < n; i++)
        if (is_end(&facts[i]) && facts[i].office.event == EVENT_NOTICE_FAILED &&
            strcmp(facts[i].office.notice.request_id, request_id) == 0)
            return true;
    return false;
}

/* A dead clock's scan may move what stands more than a day back, while the gateway does not answer:
 * then nobody is told any more (settled point 4). */
static bool is_old(const struct phones *phones, const struct state *now)
{
    int64_t at = ENV_BEGIN_WALL_MS + phones->env->now_ms;
    return at - now->since.estimate.ms > NOTIFY_AGE_MAX_MS - 60000; /* clocks differ */
}

void phones_check(struct phones *phones, const struct fact *facts, size_t n,
                  const struct state *now)
{
    check_ends(phones, facts, n);
    for (size_t i = 0; i < n; i++) {
        if (!is_notice(&facts[i]))
            continue;
        const struct notice *notice = &facts[i].office.notice;
        for (size_t k = 0; k < i; k++)
            if (is_notice(&facts[k]) && tell_the_same(notice, &facts[k].office.notice))
                env_fail(phones->env, "%s: status %u of attempt %u is told twice",
                         facts[i].office.item.text, notice->status, notice->attempt);
        bool stands = now != NULL && notice->status == now->status && !is_old(phones, now) &&
                      notice->attempt == now->attempt && !notice->correction;
        if (stands && !has(phones, notice->request_id) && !is_failed(facts, n, notice->request_id))
            env_fail(phones->env, "%s: told as %s, and the gateway never had it",
                     facts[i].office.item.text, notice->request_id);
    }
}
