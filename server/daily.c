#include "server/daily.h"

#include <stdlib.h>

bool daily_work(struct daily *daily, struct tick now, struct error *err)
{
    static char verb[] = "purge";
    char *const argv[] = {verb, NULL};
    struct call call = {.argc = 1, .argv = argv, .fd = -1};
    char *said = NULL;
    if (now.ms < daily->next.ms)
        return true;
    bool good = lanes_say(daily->lanes, &call, &said, err);
    free(said);
    daily->next.ms = now.ms + (good ? DAILY_MS : DAILY_AGAIN_MS);
    return good;
}
