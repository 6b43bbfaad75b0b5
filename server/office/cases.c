#include "server/office/cases.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "server/office/choices.h"
#include "server/record/devices.h"
#include "server/text/text.h"

struct noting {
    struct office_fact fact;
    struct testimony testimony;
};

static bool note_act(struct record *record, void *arg, struct error *err)
{
    struct noting *noting = arg;
    return testimony_add(record, &noting->testimony, &noting->fact, err) &&
           record_office_add(record, &noting->fact, NULL, err);
}

static bool note(struct acts acts, struct noting *noting, const struct ground *ground,
                 struct error *err)
{
    char *text = noting->testimony.text;
    if (!text_clean(ground->evidence, strlen(ground->evidence), text,
                    sizeof noting->testimony.text) ||
        !text_is_visible(text))
        return error_set(err, ERROR_BAD_INPUT, "căn cứ: trống hoặc không đọc được. / evidence");
    noting->fact.user = ground->user;
    return acts.run(acts.self, note_act, noting, err);
}

static bool issued_item(struct views *views, const struct item *item, struct view *ret_view,
                        struct error *err)
{
    return (views_item(views, item, ret_view) && ret_view->state.issued) ||
           error_set(err, ERROR_NOT_FOUND, "%s: chưa cấp số này. / nobody issued it", item->text);
}

/* With the rules as they are now; rules_done(*ret_rules). */
static bool take_rules(struct views *views, struct rules *ret_rules, struct error *err)
{
    return views_rules(views, ret_rules) || error_set(err, ERROR_LATER, "out of memory");
}

/* ------------------------------------------------------------------ cases */

struct opening {
    struct noting noting;
    struct instant until; /* of a citizen's term; .ms 0 none */
};

static bool open_act(struct record *record, void *arg, struct error *err)
{
    struct opening *opening = arg;
    char day[CLOCK_TEXT_MAX];
    if (opening->until.ms != 0 && record_now(record).ms > opening->until.ms)
        return error_set(err, ERROR_REFUSED, "hết hạn khiếu nại từ %s. / too late to complain",
                         clock_date_vi(opening->until, day, sizeof day));
    return note_act(record, &opening->noting, err);
}

bool case_open(struct acts acts, struct views *views, const struct item *item, enum claim_kind kind,
               enum opener opener, const struct ground *ground, struct error *err)
{
    struct view view;
    struct rules rules;
    struct opening opening = {
        .noting.fact = {.item = *item, .event = EVENT_CASE_OPENED, .kind = kind, .opener = opener}};
    if (!issued_item(views, item, &view, err))
        return false;
    if (claim_find_open(&view.state, kind) != NULL)
        return error_set(err, ERROR_REPEATED, "%s: «%s» đang mở. / is open already", item->text,
                         claim_kind_vi(kind));
    if (!take_rules(views, &rules, err))
        return false;
    if (opener == OPENER_CITIZEN)
        opening.until = claim_window(&view.state, &view.clocks, &rules, kind);
    rules_done(&rules);
    char *text = opening.noting.testimony.text;
    if (!text_clean(ground->evidence, strlen(ground->evidence), text,
                    sizeof opening.noting.testimony.text) ||
        !text_is_visible(text))
        return error_set(err, ERROR_BAD_INPUT, "căn cứ: trống hoặc không đọc được. / evidence");
    opening.noting.fact.user = ground->user;
    return acts.run(acts.self, open_act, &opening, err);
}

/* Also one that a rule over time or money has opened. */
static bool is_open(struct views *views, const struct view *view, struct instant now,
                    enum claim_kind kind, bool *ret_open, struct error *err)
{
    struct claim claims[CLAIMS_ALL_MAX];
    struct rules rules;
    if (!take_rules(views, &rules, err))
        return false;
    size_t n = claims_of(&view->state, &view->clocks, &rules, now, claims);
    rules_done(&rules);
    *ret_open = false;
    for (size_t i = 0; i < n; i++)
        *ret_open |= claims[i].kind == kind && claim_is_open(&claims[i]);
    return true;
}

static bool find_case(struct views *views, const struct record *record, const struct item *item,
                      enum claim_kind kind, struct error *err)
{
    struct view view;
    bool open = false;
    if (!issued_item(views, item, &view, err) ||
        !is_open(views, &view, record_now(record), kind, &open, err))
        return false;
    return open || error_set(err, ERROR_NOT_FOUND, "%s: không có vụ «%s» đang mở. / none is open",
                             item->text, claim_kind_vi(kind));
}

bool case_answer(struct acts acts, struct views *views, const struct record *record,
                 const struct item *item, enum claim_kind kind, uint64_t liable_vnd,
                 const struct ground *ground, struct error *err)
{
    struct noting noting = {.fact = {.item = *item,
                                     .event = EVENT_CASE_ANSWERED,
                                     .kind = kind,
                                     .value = (int64_t)liable_vnd}};
    return find_case(views, record, item, kind, err) && note(acts, &noting, ground, err);
}

static bool goes_with(enum claim_kind kind, enum claim_outcome outcome, struct error *err)
{
    bool of_delivery = kind == CLAIM_NOT_RECEIVED || kind == CLAIM_DISPUTED;
    bool about_it = outcome == OUTCOME_DELIVERED || outcome == OUTCOME_NOT_DELIVERED;
    return !about_it || of_delivery ||
           error_set(err, ERROR_BAD_INPUT, "«%s» không kết thúc bằng %s. / does not go together",
                     claim_kind_vi(kind), outcome_word(outcome));
}

bool case_close(struct acts acts, struct views *views, const struct record *record,
                const struct item *item, enum claim_kind kind, enum claim_outcome outcome,
                uint64_t paid_vnd, const struct ground *ground, struct error *err)
{
    struct noting noting = {.fact = {.item = *item,
                                     .event = EVENT_CASE_CLOSED,
                                     .kind = kind,
                                     .outcome = outcome,
                                     .value = (int64_t)paid_vnd}};
    return goes_with(kind, outcome, err) && find_case(views, record, item, kind, err) &&
           note(acts, &noting, ground, err);
}

/* ------------------------------------------------------------------ money of an item */

static bool exemption_known(struct views *views, const struct state *state, const char *key,
                            struct error *err)
{
    struct rules rules;
    if (*key == '\0')
        return true;
    if (!take_rules(views, &rules, err))
        return false;
    struct tariff tariff = {
        &rules.prices, state->office.post_office, state->office.at, {INT64_MAX}};
    bool known = exemption_of(&tariff, key) != NULL;
    rules_done(&rules);
    return known || error_set(err, ERROR_NOT_FOUND,
                              "%s: không có mức miễn giảm này. / no such "
                              "exemption was in force when it was issued",
                              key);
}

bool item_charge(struct acts acts, struct views *views, const struct item *item,
                 const struct charge *charge, const struct ground *ground, struct error *err)
{
    struct view view;
    struct noting noting = {.fact = {.item = *item,
                                     .event = EVENT_CHARGED,
                                     .weight_g = charge->weight_g,
                                     .payer = charge->payer,
                                     .has_sums = charge->has_sums,
                                     .postage_vnd = charge->postage_vnd,
                                     .fees_vnd = charge->fees_vnd}};
    memcpy(noting.fact.key, charge->exemption, sizeof noting.fact.key);
    if (!issued_item(views, item, &view, err) ||
        !exemption_known(views, &view.state, charge->exemption, err))
        return false;
    if (status_is_final(view.state.status))
        return error_set(err, ERROR_REFUSED, "%s: đã kết thúc. / it has ended", item->text);
    if (charge->weight_g == 0 && charge->payer == PAYER_RULE && !charge->has_sums &&
        charge->exemption[0] == '\0')
        return error_set(err, ERROR_BAD_INPUT, "chưa nói định gì. / nothing is set");
    return note(acts, &noting, ground, err);
}

bool item_paid(struct acts acts, struct views *views, const struct item *item, uint64_t postage_vnd,
               uint64_t fees_vnd, const struct ground *ground, struct error *err)
{
    struct view view;
    struct noting noting = {.fact = {.item = *item,
                                     .event = EVENT_PAID_LATER,
                                     .postage_vnd = postage_vnd,
                                     .fees_vnd = fees_vnd}};
    if (!issued_item(views, item, &view, err))
        return false;
    if (view.state.status != STATUS_DELIVERED)
        return error_set(err, ERROR_REFUSED, "%s: chưa phát; thu tại cửa. / not delivered yet",
                         item->text);
    if (postage_vnd == 0 && fees_vnd == 0)
        return error_set(err, ERROR_BAD_INPUT, "cần postage= hoặc fees=. / no sum is given");
    return note(acts, &noting, ground, err);
}

/* ------------------------------------------------------------------ corrections */

/* "00000000000000e1-12": epoch and number of a scan. */
static bool read_scan_number(const char *text, struct office_fact *fact, const char **ret_end)
{
    char *end = NULL;
    fact->of_epoch = strtoull(text, &end, 16);
    if (end == text || *end != '-')
        return false;
    *ret_end = end + 1;
    return true;
}

/* "office/17", "HH-042/00000000000000e1-12". */
static bool read_parts(const char *text, struct office_fact *fact)
{
    const char *slash = strchr(text, '/'), *number = slash == NULL ? NULL : slash + 1;
    size_t n = slash == NULL ? 0 : (size_t)(slash - text);
    char *end = NULL;
    if (slash == NULL || n > DEVICE_NAME_MAX)
        return false;
    if (n != 6 || memcmp(text, "office", 6) != 0) {
        memcpy(fact->device, text, n);
        fact->device[n] = '\0';
        if (!device_name_is_good(fact->device) || !read_scan_number(slash + 1, fact, &number))
            return false;
    }
    errno = 0;
    fact->of_seq = strtoull(number, &end, 10);
    return *number >= '1' && *number <= '9' && *end == '\0' && errno == 0;
}

static bool read_source(const char *text, struct office_fact *fact, struct error *err)
{
    return read_parts(text, fact) ||
           error_set(err, ERROR_BAD_INPUT,
                     "«%.60s»: ghi nguồn như trong lịch sử, vd office/17. / a source as the "
                     "history names it",
                     text);
}

static bool is_meant(const struct fact *fact, const struct office_fact *correction, int64_t device)
{
    if (fact->is_scan)
        return device != 0 && fact->device == device && fact->epoch == correction->of_epoch &&
               fact->seq == correction->of_seq;
    return device == 0 && fact->seq == correction->of_seq;
}

static bool may_correct(const struct fact *facts, size_t n, const struct office_fact *correction,
                        int64_t device, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_meant(&facts[i], correction, device))
            continue;
        if (!facts[i].is_scan && !event_is_correctable(facts[i].office.event))
            return error_set(err, ERROR_REFUSED,
                             "việc này có lệnh riêng (void, recall …). / has a "
                             "verb of its own");
        return facts[i].effect != EFFECT_STRUCK ||
               error_set(err, ERROR_REPEATED, "đã rút rồi. / taken back already");
    }
    return error_set(err, ERROR_NOT_FOUND,
                     "không có trong lịch sử của phong bì này. / not in this item's history");
}

bool item_correct(struct acts acts, struct views *views, struct record *record,
                  const struct item *item, const char *source, const struct ground *ground,
                  struct error *err)
{
    struct noting noting = {.fact = {.item = *item, .event = EVENT_CORRECTED}};
    struct device device = {.id = 0};
    if (!read_source(source, &noting.fact, err) ||
        (noting.fact.device[0] != '\0' && !device_find(record, noting.fact.device, &device, err)))
        return false;
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (facts == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = views_history(views, item, facts, VIEW_HISTORY_MAX);
    bool may = may_correct(facts, n, &noting.fact, device.id, err);
    free(facts);
    return may && note(acts, &noting, ground, err);
}

bool fact_source(struct record *record, const struct fact *fact, char out[FACT_SOURCE_MAX],
                 struct error *err)
{
    struct device device;
    if (!fact->is_scan) {
        (void)snprintf(out, FACT_SOURCE_MAX, "office/%llu", (unsigned long long)fact->seq);
        return true;
    }
    if (!device_get(record, fact->device, &device, err))
        return false;
    (void)snprintf(out, FACT_SOURCE_MAX, "%s/%016llx-%llu", device.name,
                   (unsigned long long)fact->epoch, (unsigned long long)fact->seq);
    return true;
}
