#include "server/notify/sms_chain.h"

static bool has(void *self, const char *request_id)
{
    const struct sms_chain *chain = self;
    for (size_t i = 0; i < chain->n; i++)
        if (chain->drivers[i].has(chain->drivers[i].self, request_id))
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

static bool reports(void *self, sms_take_report *take, void *ctx, struct error *err)
{
    const struct sms_chain *chain = self;
    for (size_t i = 0; i < chain->n; i++)
        if (chain->drivers[i].reports != NULL &&
            !chain->drivers[i].reports(chain->drivers[i].self, take, ctx, err))
            return false;
    return true;
}

static bool texts(void *self, sms_take_text *take, void *ctx, struct error *err)
{
    const struct sms_chain *chain = self;
    for (size_t i = 0; i < chain->n; i++)
        if (chain->drivers[i].texts != NULL &&
            !chain->drivers[i].texts(chain->drivers[i].self, take, ctx, err))
            return false;
    return true;
}

struct sms_driver sms_chain_driver(struct sms_chain *chain)
{
    return (struct sms_driver){
        .has = has, .send = hand_on, .reports = reports, .texts = texts, .self = chain};
}
