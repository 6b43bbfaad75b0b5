#include "server/office/press.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labels/readback.h"
#include "server/office/envelope.h"
#include "server/office/handover.h"
#include "server/office/sheets.h"
#include "server/office/trial.h"

#define FACTS_AT_ONCE 500 /* in one group of the writer: some milliseconds */
#define REASON_JAM 3      /* why a copy beyond the first is printed that nobody asked for */

void press_sheet_number(uint64_t handover, size_t sheet, char out[SPOOL_NUMBER_BYTES])
{
    char serial[HANDOVER_TEXT_MAX];
    (void)snprintf(out, SPOOL_NUMBER_BYTES, "%.20s-%zu", handover_text(handover, serial),
                   sheet + 1);
}

/* ------------------------------------------------------------------ what has left */

struct noting {
    const struct press *press;
    const struct spool_item *items;
    size_t n;
};

/* The views know which copy of an item is the last that was printed. */
static bool is_noted(struct views *views, const struct item *item, unsigned copy)
{
    struct view view;
    return views_item(views, item, &view) && view.state.copies >= copy;
}

static uint32_t reason_of(const struct press *press, const struct spool_item *printed)
{
    return press->config.reason == 0 && printed->copy > 1 ? REASON_JAM : press->config.reason;
}

static bool note_act(struct record *record, void *arg, struct error *err)
{
    const struct noting *noting = arg;
    const struct press *press = noting->press;
    for (size_t i = 0; i < noting->n; i++) {
        const struct spool_item *printed = &noting->items[i];
        struct office_fact fact = {.event = EVENT_PRINTED,
                                   .copy = printed->copy,
                                   .job = press->job,
                                   .reason = reason_of(press, printed),
                                   .user = press->config.user};
        struct error none;
        if (!item_parse(printed->number, strlen(printed->number), &fact.item, &none) ||
            is_noted(press->config.views, &fact.item, printed->copy))
            continue; /* a trial sheet; or the fact is there */
        if (!record_office_add(record, &fact, NULL, err))
            return error_add(err, "%s", printed->number);
    }
    return true;
}

static bool note(const struct press *press, const struct spool_item *items, size_t done,
                 struct error *err)
{
    const struct acts *acts = &press->config.acts;
    for (size_t i = 0; press->handover == 0 && i < done; i += FACTS_AT_ONCE) {
        size_t left = done - i;
        struct noting noting = {press, items + i, left < FACTS_AT_ONCE ? left : FACTS_AT_ONCE};
        if (!acts->run(acts->self, note_act, &noting, err))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ laid out */

struct run {
    const struct press *press;
    struct spool_job *job;
    struct labels *labels;
    struct readback *readback;
    struct printer_data data;
    struct sheets *sheets; /* of a list */
    size_t noted;
    bool leaves; /* the printer, at its next look */
};

static bool draw_envelope(const struct run *run, const struct spool_item *wanted, struct error *err)
{
    const struct print_config *config = &run->press->config;
    struct item item;
    struct office_fact issued;
    uint32_t copy;
    return item_parse(wanted->number, strlen(wanted->number), &item, err) &&
           envelope_ready(config, &item, &issued, &copy, err) &&
           envelope_draw(config, run->labels, &issued, wanted->copy, err);
}

/* `at`: the item's place in the job, which of a list's is its sheet. */
static bool draw_one(const struct run *run, const struct spool_item *item, size_t at,
                     struct error *err)
{
    if (run->sheets)
        return sheets_draw(run->sheets, run->labels, at, item->copy, err);
    if (strcmp(item->number, PRESS_TRIAL) == 0)
        return trial_draw(run->labels, run->press->config.sender, err);
    return draw_envelope(run, item, err);
}

static bool draw_rest(struct run *run, struct error *err)
{
    size_t n = 0;
    const struct spool_item *items = spool_job_items(run->job, &n);
    for (size_t i = spool_job_next(run->job); i < n; i++)
        if (!draw_one(run, &items[i], i, err))
            return error_add(err, "%s", items[i].number);
    return true;
}

static bool lay_out(struct run *run, struct error *err)
{
    const struct printer_profile *profile = &run->press->profile;
    struct readback_result result;
    struct error ended = {ERROR_NONE, ""};
    if (!readback_open(profile->tongue, profile->dpi, &run->readback, err))
        return false;
    const struct labels_options said = {.tongue = profile->tongue,
                                        .dpi = profile->dpi,
                                        .native_text = profile->native_text,
                                        .readback = run->readback};
    if (!labels_begin_as(run->labels, &said, printer_data_sink(&run->data), err))
        return false;
    bool drawn = draw_rest(run, err);
    if (!labels_end(run->labels, &ended) && drawn)
        drawn = error_set(err, ended.code, "%s", ended.text);
    return drawn &&
           readback_check(run->readback, run->data.bytes.bytes, run->data.bytes.n, 0, &result, err);
}

/* ------------------------------------------------------------------ on its way */

static bool note_left(struct run *run, struct error *err)
{
    size_t n = 0, done = spool_job_next(run->job);
    const struct spool_item *items = spool_job_items(run->job, &n);
    if (!note(run->press, items + run->noted, done - run->noted, err))
        return false;
    run->noted = done;
    return true;
}

/* It is cancelled: true once what may have left is in the record too. A sheet that is being sent
 * may still come out whole: the job is left as it stands, and press_cancel ends it. A queue's sheet
 * that is under way counts as printed; in a job that waits none is. */
static bool may_end(struct run *run, enum printer_state state, bool noted)
{
    struct error later;
    size_t doubt = spool_job_doubt(run->job);
    bool waits = state == PRINTER_WAITING || state == PRINTER_HELD;
    if (spool_job_remote(run->job) == 0) {
        run->leaves = !noted || doubt > spool_job_next(run->job);
        return !run->leaves;
    }
    return noted && (waits || doubt == spool_job_next(run->job) ||
                     (spool_job_done(run->job, doubt, &later) && note_left(run, &later)));
}

/* What cannot be written now is tried again at the next look; without it the job does not end. */
static bool hear(void *ctx, const struct printer_progress *progress)
{
    struct run *run = ctx;
    struct error later;
    bool noted = note_left(run, &later);
    bool on = run->press->ear.hear(run->press->ear.ctx, progress);
    if (progress->state == PRINTER_FINISHED)
        return noted;
    return on || !may_end(run, progress->state, noted);
}

static bool leave(void *ctx)
{
    const struct run *run = ctx;
    const struct press *press = run->press;
    return run->leaves || (press->ear.leave != NULL && press->ear.leave(press->ear.ctx));
}

static bool go(struct run *run, struct error *err)
{
    const struct press *press = run->press;
    const struct printer_ear ear = {hear, leave, run, press->ear.every_ms};
    size_t n = 0, places = labels_about(run->labels).places;
    (void)spool_job_items(run->job, &n);
    if (spool_job_remote(run->job) != 0)
        return printer_follow(&press->profile, run->job, places, ear, err);
    if (spool_job_next(run->job) == n) /* all left; only its end was not noted */
        return note_left(run, err) && spool_job_end(run->job, true, err);
    if (press->handover != 0 && !sheets_open(&press->config, press->handover, &run->sheets, err))
        return false;
    return lay_out(run, err) &&
           printer_print(&press->profile, run->job, &run->data, places, ear, err);
}

bool press_cancel(const struct press *press, struct spool_job *job, struct error *err)
{
    struct run run = {.press = press, .job = job};
    size_t doubt = spool_job_doubt(job);
    return (doubt == spool_job_next(job) || spool_job_done(job, doubt, err)) &&
           note_left(&run, err) && spool_job_end(job, false, err);
}

static bool is_void(struct views *views, const char *number)
{
    struct view view;
    struct item item;
    struct error none;
    return item_parse(number, strlen(number), &item, &none) && views_item(views, &item, &view) &&
           view.state.status == STATUS_VOID;
}

/* One that may be on paper as the copy before its next counts as that: it left, void or not. */
static bool leave_one_out(const struct press *press, struct spool_job *job, size_t at,
                          struct error *err)
{
    size_t n = 0;
    struct spool_item seen = spool_job_items(job, &n)[at];
    seen.copy--;
    return (at >= spool_job_doubt(job) || note(press, &seen, 1, err)) &&
           spool_job_leave_out(job, at, err);
}

bool press_leave_out(const struct press *press, struct spool_job *job, struct error *err)
{
    size_t n = 0;
    const struct spool_item *items = spool_job_items(job, &n);
    if (press->handover != 0 || spool_job_remote(job) != 0)
        return true;
    for (size_t i = n; i-- > spool_job_next(job);)
        if (is_void(press->config.views, items[i].number) && !leave_one_out(press, job, i, err))
            return false;
    return true;
}

bool press_run(const struct press *press, struct spool_job *job, struct error *err)
{
    struct run run = {.press = press, .job = job};
    struct error later = {ERROR_NONE, ""};
    bool good = labels_open(press->profile.layout, &run.labels, err) && go(&run, err);
    bool noted = note_left(&run, &later);
    sheets_close(run.sheets);
    printer_data_done(&run.data);
    labels_close(run.labels);
    readback_close(run.readback);
    return good && (noted || error_set(err, later.code, "%s", later.text));
}
