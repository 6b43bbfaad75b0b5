#include "server/daily.h"

#include <stdlib.h>

#define HOUR_MS INT64_C(3600000)

static bool run(const struct daily *daily, int argc, char *const argv[], struct error *err)
{
    struct call call = {.argc = argc, .argv = argv, .fd = -1};
    char *said = NULL;
    bool good = lanes_say(daily->lanes, &call, &said, err);
    free(said);
    return good;
}

bool daily_work(struct daily *daily, struct tick now, struct error *err)
{
    static char purge[] = "purge", incidents[] = "incidents", alarm[] = "alarm=yes";
    char *const purging[] = {purge, NULL}, *const alarming[] = {incidents, alarm, NULL};
    if (now.ms >= daily->alarms.ms) {
        daily->alarms.ms = now.ms + HOUR_MS;
        if (!run(daily, 2, alarming, err))
            return false;
    }
    if (now.ms < daily->next.ms)
        return true;
    bool good = run(daily, 1, purging, err);
    daily->next.ms = now.ms + (good ? DAILY_MS : DAILY_AGAIN_MS);
    return good;
}
