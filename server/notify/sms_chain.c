#include "server/notify/sms_chain.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/notify/callbox.h"
#include "server/notify/sms_begun.h"
#include "server/notify/sms_sent.h"

bool sms_chain_know(struct sms_chain *chain, const char *name, const char *sent_path,
                    const char *begun_path, struct clock clock, struct error *err)
{
    invariant(chain->former_names_n < SMS_CHAIN_FORMER_MAX);
    chain->former_names[chain->former_names_n++] = name;
    bool begun = begun_path != NULL && access(begun_path, F_OK) == 0;
    if (!begun && access(sent_path, F_OK) != 0)
        return true;
    if (!sms_sent_open(sent_path, clock, &chain->former[chain->former_n], err))
        return false;
    struct sms_sent *sent = chain->former[chain->former_n++];
    if (!begun)
        return true;
    chain->doubted = sent;
    return sms_begun_open(begun_path, sent, clock, &chain->doubts, err);
}

bool sms_chain_pass(struct sms_chain *chain, const char *passed_path, struct clock clock,
                    struct error *err)
{
    return sms_sent_open(passed_path, clock, &chain->passed, err);
}

bool sms_chain_await(struct sms_chain *chain, const char *handed_path, int64_t wait_ms,
                     struct clock clock, struct error *err)
{
    chain->wait_ms = wait_ms;
    chain->clock = clock;
    for (size_t i = 0; i < CONFIG_GATEWAYS_MAX; i++)
        chain->heard[i].word = clock.now(clock.self);
    return sms_sent_open(handed_path, clock, &chain->handed, err);
}

void sms_chain_close(struct sms_chain *chain)
{
    while (chain->former_n > 0)
        sms_sent_close(chain->former[--chain->former_n]);
    sms_sent_close(chain->passed);
    sms_sent_close(chain->handed);
    sms_begun_close(chain->doubts);
    chain->passed = chain->handed = NULL;
    chain->doubts = NULL;
}

/* ------------------------------------------------------------------ whose turn it is */

static void passed_id(const struct sms_chain *chain, size_t i, const char *request_id,
                      char out[NOTICE_REQUEST_MAX + 1])
{
    (void)snprintf(out, NOTICE_REQUEST_MAX + 1, "%s:%s", chain->names[i], request_id);
}

/* It said that it could not deliver this one. */
static bool has_passed(const struct sms_chain *chain, size_t i, const char *request_id)
{
    char id[NOTICE_REQUEST_MAX + 1];
    if (chain->passed == NULL)
        return false;
    passed_id(chain, i, request_id, id);
    return sms_sent_has(chain->passed, id);
}

static bool has(void *self, const char *request_id)
{
    const struct sms_chain *chain = self;
    for (size_t i = 0; i < chain->n; i++)
        if (chain->drivers[i].has(chain->drivers[i].self, request_id) &&
            !has_passed(chain, i, request_id))
            return true;
    for (size_t i = 0; i < chain->former_n; i++)
        if (sms_sent_has(chain->former[i], request_id))
            return true;
    return chain->doubts != NULL && sms_begun_is_in_doubt(chain->doubts, request_id);
}

/* What cannot be written of it this run knows all the same. */
static void await_word(const struct sms_chain *chain, size_t i, const char *request_id)
{
    char id[NOTICE_REQUEST_MAX + 1];
    struct error unwritten;
    if (chain->handed == NULL || !chain->confirms[i] || i + 1 == chain->n)
        return;
    passed_id(chain, i, request_id, id);
    if (!sms_sent_has(chain->handed, id) && !sms_sent_add(chain->handed, id, &unwritten))
        return;
}

static bool hand_on(void *self, const struct sms *sms, struct error *err)
{
    const struct sms_chain *chain = self;
    struct error why = {.code = ERROR_REFUSED, .text = "no gateway delivers it"};
    for (size_t i = 0; i < chain->n; i++) {
        if (has_passed(chain, i, sms->request_id))
            continue;
        why = (struct error){.code = ERROR_NONE};
        if (chain->drivers[i].send(chain->drivers[i].self, sms, &why)) {
            await_word(chain, i, sms->request_id);
            return true;
        }
        if (why.code == ERROR_LATER)
            break;
    }
    return error_set(err, why.code, "%s", why.text);
}

/* ------------------------------------------------------------------ what they say later */

struct listening {
    struct sms_chain *chain;
    size_t i;
    sms_take_report *take;
    void *ctx;
};

/* Whether another is behind it that did not have this one yet. */
static bool is_there_a_next(const struct sms_chain *chain, size_t i, const char *request_id)
{
    for (size_t k = i + 1; k < chain->n; k++)
        if (!chain->drivers[k].has(chain->drivers[k].self, request_id))
            return true;
    return false;
}

static bool pass_on(const struct listening *it, const char *request_id, enum sms_end end,
                    struct error *err)
{
    char id[NOTICE_REQUEST_MAX + 1];
    struct error why = {.code = ERROR_NONE};
    passed_id(it->chain, it->i, request_id, id);
    if (it->take(it->ctx, request_id, end, &why))
        return sms_sent_add(it->chain->passed, id, err);
    return why.code == ERROR_REFUSED || error_set(err, why.code, "%s", why.text);
}

/* Another had it too: what this one says is not all that is known of it. */
static bool another_has(const struct listening *it, const char *request_id)
{
    for (size_t k = 0; k < it->chain->n; k++)
        if (k != it->i && it->chain->drivers[k].has(it->chain->drivers[k].self, request_id))
            return true;
    return false;
}

static void note_heard(const struct listening *it, enum sms_end end)
{
    struct sms_chain *chain = it->chain;
    if (chain->handed == NULL || (end != SMS_END_DELIVERED && end != SMS_END_FAILED))
        return;
    chain->heard[it->i].word = chain->clock.now(chain->clock.self);
    if (end == SMS_END_DELIVERED)
        chain->heard[it->i].delivered = chain->heard[it->i].word;
}

static bool listen(void *ctx, const char *request_id, enum sms_end end, struct error *err)
{
    const struct listening *it = ctx;
    note_heard(it, end);
    if (end == SMS_END_UNKNOWN) /* maybe it has it: its word is awaited like another's */
        await_word(it->chain, it->i, request_id);
    if (end != SMS_END_FAILED || it->chain->passed == NULL)
        return it->take(it->ctx, request_id, end, err);
    if (has_passed(it->chain, it->i, request_id))
        return true;
    if (!is_there_a_next(it->chain, it->i, request_id))
        return it->take(it->ctx, request_id, another_has(it, request_id) ? SMS_END_ONE_FAILED : end,
                        err);
    return pass_on(it, request_id, SMS_END_PASSED, err);
}

/* ------------------------------------------------------------------ who says nothing */

static bool silence(void *ctx, const char *id, struct error *err)
{
    const struct listening *it = ctx;
    const char *request_id = strchr(id, ':') + 1;
    return has_passed(it->chain, it->i, request_id) ||
           !is_there_a_next(it->chain, it->i, request_id) ||
           pass_on(it, request_id, SMS_END_SILENT, err);
}

#define DAY_MS (INT64_C(1000) * 3600 * 24)

/* It takes messages and says nothing of any: nobody can know whether they arrive. */
static void tell_of_the_mute(struct sms_chain *chain, size_t i, const char *begin,
                             struct instant now)
{
    struct sms_heard *heard = &chain->heard[i];
    struct instant after = {now.ms - DAY_MS > heard->word.ms ? now.ms - DAY_MS : heard->word.ms};
    size_t n =
        sms_sent_between(chain->handed, begin, after, (struct instant){now.ms - chain->wait_ms});
    char sentence[160];
    if (n < SMS_CHAIN_MUTE_MIN || chain->alarm == NULL || now.ms - heard->told.ms < DAY_MS)
        return;
    heard->told = now;
    (void)snprintf(sentence, sizeof sentence,
                   "messages: %s took %zu and says of none whether a phone has it; they go by no "
                   "other: do its reports reach this server?",
                   chain->names[i], n);
    chain->alarm(chain->alarm_ctx, sentence);
}

#define LOOK_MS (INT64_C(1000) * 10)

/* Whose end is known, or is no news any more, goes by no other: reports.c says so. What was handed
 * on after the last delivery that its gateway told of waits for the next. */
static bool pass_on_of(struct listening *it, struct instant now, struct error *err)
{
    struct sms_chain *chain = it->chain;
    char begin[NOTICE_REQUEST_MAX + 1];
    struct instant limit = {now.ms - chain->wait_ms}, heard = chain->heard[it->i].delivered;
    passed_id(chain, it->i, "", begin);
    tell_of_the_mute(chain, it->i, begin, now);
    return sms_sent_older(chain->handed, begin, heard.ms < limit.ms ? heard : limit, silence, it,
                          err);
}

static bool pass_on_the_silent(struct sms_chain *chain, sms_take_report *take, void *ctx,
                               struct error *err)
{
    struct listening it = {chain, 0, take, ctx};
    if (chain->handed == NULL || chain->passed == NULL || chain->wait_ms == 0)
        return true;
    struct instant now = chain->clock.now(chain->clock.self);
    if (now.ms < chain->next_look.ms)
        return true;
    for (it.i = 0; it.i + 1 < chain->n; it.i++)
        if (!pass_on_of(&it, now, err))
            return false;
    chain->next_look.ms = now.ms + LOOK_MS;
    return true;
}

/* What each has in itself, and what it called in. */
static bool reports(void *self, sms_take_report *take, void *ctx, struct error *err)
{
    struct sms_chain *chain = self;
    for (size_t i = 0; i < chain->n; i++) {
        const struct sms_driver *driver = &chain->drivers[i];
        struct listening it = {chain, i, take, ctx};
        if (driver->reports != NULL && !driver->reports(driver->self, listen, &it, err))
            return false;
        if (chain->box != NULL && !callbox_reports(chain->box, chain->names[i], listen, &it, err))
            return false;
    }
    if (chain->doubts != NULL && !sms_begun_report(chain->doubts, chain->doubted, take, ctx, err))
        return false;
    for (size_t i = 0; chain->box != NULL && i < chain->former_names_n; i++)
        if (!callbox_reports(chain->box, chain->former_names[i], take, ctx, err))
            return false;
    return pass_on_the_silent(chain, take, ctx, err);
}

static bool texts(void *self, sms_take_text *take, void *ctx, struct error *err)
{
    const struct sms_chain *chain = self;
    for (size_t i = 0; i < chain->n; i++) {
        const struct sms_driver *driver = &chain->drivers[i];
        if (driver->texts != NULL && !driver->texts(driver->self, take, ctx, err))
            return false;
        if (chain->box != NULL && !callbox_texts(chain->box, chain->names[i], take, ctx, err))
            return false;
    }
    for (size_t i = 0; chain->box != NULL && i < chain->former_names_n; i++)
        if (!callbox_texts(chain->box, chain->former_names[i], take, ctx, err))
            return false;
    return true;
}

struct sms_driver sms_chain_driver(struct sms_chain *chain)
{
    return (struct sms_driver){
        .has = has, .send = hand_on, .reports = reports, .texts = texts, .self = chain};
}
