#include "server/notify/sms_chain.h"

#include <unistd.h>

#include "server/notify/callbox.h"
#include "server/notify/sms_sent.h"

bool sms_chain_know(struct sms_chain *chain, const char *sent_path, struct clock clock,
                    struct error *err)
{
    invariant(chain->former_n < SMS_CHAIN_FORMER_MAX);
    if (access(sent_path, F_OK) != 0)
        return true;
    if (!sms_sent_open(sent_path, clock, &chain->former[chain->former_n], err))
        return false;
    chain->former_n++;
    return true;
}

void sms_chain_close(struct sms_chain *chain)
{
    while (chain->former_n > 0)
        sms_sent_close(chain->former[--chain->former_n]);
}

static bool has(void *self, const char *request_id)
{
    const struct sms_chain *chain = self;
    for (size_t i = 0; i < chain->n; i++)
        if (chain->drivers[i].has(chain->drivers[i].self, request_id))
            return true;
    for (size_t i = 0; i < chain->former_n; i++)
        if (sms_sent_has(chain->former[i], request_id))
            return true;
    return false;
}

static bool hand_on(void *self, const struct sms *sms, struct error *err)
{
    const struct sms_chain *chain = self;
    struct error why = {.code = ERROR_NONE};
    for (size_t i = 0; i < chain->n; i++) {
        why = (struct error){.code = ERROR_NONE};
        if (chain->drivers[i].send(chain->drivers[i].self, sms, &why))
            return true;
        if (why.code == ERROR_LATER)
            break;
    }
    return error_set(err, why.code, "%s", why.text);
}

/* What each has in itself, and what it called in. */
static bool reports(void *self, sms_take_report *take, void *ctx, struct error *err)
{
    const struct sms_chain *chain = self;
    for (size_t i = 0; i < chain->n; i++) {
        const struct sms_driver *driver = &chain->drivers[i];
        if (driver->reports != NULL && !driver->reports(driver->self, take, ctx, err))
            return false;
        if (chain->box != NULL && !callbox_reports(chain->box, chain->names[i], take, ctx, err))
            return false;
    }
    return true;
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
    return true;
}

struct sms_driver sms_chain_driver(struct sms_chain *chain)
{
    return (struct sms_driver){
        .has = has, .send = hand_on, .reports = reports, .texts = texts, .self = chain};
}
