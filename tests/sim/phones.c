#include "tests/sim/phones.h"

#include <stdlib.h>
#include <string.h>

void phones_init(struct phones *phones, struct env *env)
{
    *phones = (struct phones){.env = env};
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
    return true;
}

struct sms_driver phones_driver(struct phones *phones)
{
    return (struct sms_driver){.has = has, .send = take, .self = phones};
}

static bool is_notice(const struct fact *fact)
{
    return !fact->is_scan && fact->office.event == EVENT_NOTICE_SENT;
}

static bool tell_the_same(const struct notice *a, const struct notice *b)
{
    return a->channel == b->channel && a->status == b->status && a->attempt == b->attempt &&
           a->correction == b->correction;
}

void phones_check(struct phones *phones, const struct fact *facts, size_t n,
                  const struct state *now)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_notice(&facts[i]))
            continue;
        const struct notice *notice = &facts[i].office.notice;
        for (size_t k = 0; k < i; k++)
            if (is_notice(&facts[k]) && tell_the_same(notice, &facts[k].office.notice))
                env_fail(phones->env, "%s: status %u of attempt %u is told twice",
                         facts[i].office.item.text, notice->status, notice->attempt);
        bool stands = now != NULL && notice->status == now->status &&
                      notice->attempt == now->attempt && !notice->correction;
        if (stands && !has(phones, notice->request_id))
            env_fail(phones->env, "%s: told as %s, and the gateway never had it",
                     facts[i].office.item.text, notice->request_id);
    }
}
