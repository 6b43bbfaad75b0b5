/* commands_freshness.c - how far the figures can be trusted: what was heard last, what waits on
 * handhelds, which of those on a round are silent. */
#include <stdlib.h>

#include "server/commands_inside.h"
#include "server/field/dispatch.h"
#include "server/metrics.h"
#include "server/office/freshness.h"
#include "server/office/rounds.h"
#include "server/record/postmen.h"
#include "server/writer.h"

/* ------------------------------------------------------------------ what waits on handhelds */

struct queues {
    const struct commands *commands;
    struct answer *answer; /* NULL: they are only summed */
    uint64_t unsent, devices;
    struct instant oldest;
};

static bool take_queue(void *ctx, const struct device *device)
{
    struct queues *queues = ctx;
    struct machine_word word;
    struct error none;
    if (device->state != DEVICE_ACTIVE ||
        !dispatch_machine(queues->commands->dispatch, device->name, &word, &none) ||
        !word.reported || word.report.unsent == 0)
        return true;
    queues->devices++;
    queues->unsent += word.report.unsent;
    if (queues->oldest.ms == 0 || word.report.oldest.ms < queues->oldest.ms)
        queues->oldest = word.report.oldest;
    if (queues->answer == NULL)
        return true;
    answer_row(queues->answer, "queues");
    answer_label(queues->answer, "queue ");
    answer_text(queues->answer, "device", device->name);
    answer_number(queues->answer, "unsent", word.report.unsent);
    answer_time(queues->answer, "oldest_unsent", word.report.oldest);
    answer_time(queues->answer, "heard", word.heard);
    return true;
}

static bool walk_queues(const struct commands *commands, struct answer *answer,
                        struct queues *queues, struct error *err)
{
    *queues = (struct queues){.commands = commands, .answer = answer};
    return commands->dispatch == NULL || devices_each(commands->record, take_queue, queues, err);
}

/* ------------------------------------------------------------------ the silent */

static bool hears(void *ctx, const char *device, struct instant *ret_at, uint32_t *ret_badge)
{
    struct machine_word word;
    struct error none;
    if (!dispatch_machine(ctx, device, &word, &none))
        return false;
    *ret_at = word.heard;
    *ret_badge = word.badge;
    return true;
}

static bool find_silent(const struct commands *commands, struct silent **new_silent, size_t *ret_n,
                        struct error *err)
{
    struct heard heard = {commands->dispatch != NULL ? hears : NULL, commands->dispatch};
    struct rules rules;
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = devices_silent(commands->record, &rules, &heard, record_now(commands->record),
                               new_silent, ret_n, err);
    rules_done(&rules);
    return good;
}

static void say_silent(struct answer *answer, const struct silent *silent)
{
    char badge[BADGE_TEXT_MAX], round[ROUND_TEXT_MAX];
    answer_row(answer, "silent");
    answer_label(answer, "silent ");
    answer_text(answer, "device", silent->device);
    answer_text(answer, "badge", badge_text(silent->badge, badge));
    answer_text(answer, "round", round_text(silent->round, round));
    answer_code(answer, "post_office", 6, silent->post_office);
    answer_time(answer, "heard", silent->heard);
}

/* ------------------------------------------------------------------ the command */

static void say_sums(const struct commands *commands, struct answer *answer, struct instant scan,
                     const struct queues *queues, size_t silent)
{
    answer_label(answer, "last scan ");
    answer_time(answer, "last_scan", scan);
    if (commands->metrics != NULL) {
        struct writer_counts counts;
        writer_counts(commands->metrics->writer, &counts);
        answer_label(answer, "views behind, ms ");
        answer_number(answer, "views_behind_ms", counts.views_behind_ms);
    }
    answer_label(answer, "unsent ");
    answer_number(answer, "unsent", (int64_t)queues->unsent);
    answer_label(answer, "on handhelds ");
    answer_number(answer, "unsent_devices", (int64_t)queues->devices);
    answer_label(answer, "oldest ");
    answer_time(answer, "oldest_unsent", queues->oldest);
    answer_label(answer, "silent ");
    answer_number(answer, "silent_devices", (int64_t)silent);
}

bool run_freshness(const struct commands *commands, const struct call *call, struct error *err)
{
    struct queues queues;
    struct silent *silent;
    struct instant scan;
    size_t n;
    if (!device_heard(commands->record, 0, &scan, err) ||
        !walk_queues(commands, NULL, &queues, err) || !find_silent(commands, &silent, &n, err))
        return false;
    say_sums(commands, call->answer, scan, &queues, n);
    for (size_t i = 0; i < n; i++)
        say_silent(call->answer, &silent[i]);
    free(silent);
    return walk_queues(commands, call->answer, &queues, err);
}
