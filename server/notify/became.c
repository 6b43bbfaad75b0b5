#include "server/notify/became.h"

#include <string.h>

struct fate became_of(const struct fact *facts, size_t n, const struct office_fact *sent,
                      struct instant now)
{
    bool delivered = false, failed = false, unknown = now.ms - sent->at.ms >= BECAME_UNKNOWN_MS;
    struct fate fate = {.became = BECAME_SENT};
    for (size_t i = 0; i < n; i++) {
        const struct office_fact *fact = &facts[i].office;
        if (facts[i].is_scan || strcmp(fact->notice.request_id, sent->notice.request_id) != 0)
            continue;
        delivered = delivered || fact->event == EVENT_NOTICE_DELIVERED;
        failed = failed || fact->event == EVENT_NOTICE_FAILED;
        unknown = unknown || fact->event == EVENT_NOTICE_UNKNOWN;
        fate.contradicted = fate.contradicted || fact->event == EVENT_NOTICE_CONTRADICTED;
    }
    if (delivered || failed)
        fate.became = delivered ? BECAME_DELIVERED : BECAME_FAILED;
    else if (unknown)
        fate.became = BECAME_UNKNOWN;
    return fate;
}

const char *became_word(enum became became)
{
    static const char *const words[] = {[BECAME_SENT] = "sent",
                                        [BECAME_DELIVERED] = "delivered",
                                        [BECAME_FAILED] = "failed",
                                        [BECAME_UNKNOWN] = "unknown"};
    return words[became];
}
