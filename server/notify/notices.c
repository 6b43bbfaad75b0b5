#include "server/notify/notices.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_of(const struct fact *fact, uint32_t event, const struct notice *like)
{
    const struct notice *notice = &fact->office.notice;
    return !fact->is_scan && fact->office.event == event && notice->channel == like->channel &&
           notice->receiver == like->receiver;
}

bool notices_same(const struct notice *a, const struct notice *b)
{
    return a->status == b->status && a->attempt == b->attempt && a->correction == b->correction;
}

static bool has_end(const struct fact *facts, size_t n, uint32_t event, const struct notice *sent)
{
    for (size_t i = 0; i < n; i++)
        if (is_of(&facts[i], event, sent) &&
            strcmp(facts[i].office.notice.request_id, sent->request_id) == 0)
            return true;
    return false;
}

struct notice_standing notices_standing(const struct fact *facts, size_t n,
                                        const struct notice *which)
{
    struct notice_standing standing = {.sent = NULL};
    for (size_t i = 0; i < n; i++) {
        const struct office_fact *fact = &facts[i].office;
        if (!is_of(&facts[i], EVENT_NOTICE_SENT, which) || !notices_same(&fact->notice, which))
            continue;
        standing.times++;
        if (standing.sent == NULL || fact->seq > standing.at_seq) {
            standing.sent = &fact->notice;
            standing.at_seq = fact->seq;
            standing.at = fact->at;
        }
    }
    if (standing.sent != NULL) {
        standing.failed = has_end(facts, n, EVENT_NOTICE_FAILED, standing.sent);
        standing.delivered = has_end(facts, n, EVENT_NOTICE_DELIVERED, standing.sent);
        standing.unknown = !standing.failed && !standing.delivered &&
                           has_end(facts, n, EVENT_NOTICE_UNKNOWN, standing.sent);
    }
    return standing;
}

const struct office_fact *notices_last(const struct fact *facts, size_t n, uint32_t event,
                                       enum channel channel, uint32_t receiver, uint64_t before)
{
    const struct office_fact *last = NULL;
    const struct notice like = {.channel = channel, .receiver = receiver};
    for (size_t i = 0; i < n; i++)
        if (is_of(&facts[i], event, &like) && facts[i].office.seq < before &&
            (last == NULL || facts[i].office.seq > last->seq))
            last = &facts[i].office;
    return last;
}

bool notices_stands(const struct state *state, const struct notice *notice)
{
    if (notice->correction)
        return state->status != STATUS_DELIVERED;
    return notice->status == state->status && notice->attempt == state->attempt;
}

void notices_id(const struct item *item, const struct notice *which, unsigned times,
                uint64_t generation, char out[NOTICE_REQUEST_MAX + 1])
{
    const struct status_info *info = status_info(which->status);
    static const char *const words[2][2] = {{"sms", "correction"}, {"office", "office-correction"}};
    char again[16] = "", whose[16] = "", of[24] = "";
    if (times > 1)
        (void)snprintf(again, sizeof again, "-%u", times);
    if (which->receiver > 0)
        (void)snprintf(whose, sizeof whose, ".%u", which->receiver);
    if (which->channel == CHANNEL_OFFICE && generation > 1)
        (void)snprintf(of, sizeof of, ".g%" PRIu64, generation);
    (void)snprintf(out, NOTICE_REQUEST_MAX + 1, "%s.%s.%u.%s%s%s%s", item->text,
                   info != NULL ? info->key : "-", which->attempt,
                   words[which->channel == CHANNEL_OFFICE][which->correction], whose, of, again);
}
