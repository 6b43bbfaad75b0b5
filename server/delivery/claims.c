#include "server/delivery/claims.h"

#include <string.h>

#include "server/delivery/days.h"
#include "server/delivery/money.h"

static const struct instant for_ever = {INT64_MAX};

/* ------------------------------------------------------------------ words */

static const struct {
    enum claim_kind kind;
    const char *word, *vi;
} kinds[] = {
    {CLAIM_NOT_RECEIVED, "not-received", "Chưa nhận được"},
    {CLAIM_DAMAGED, "damaged", "Hư hỏng"},
    {CLAIM_LOST, "lost", "Thất lạc"},
    {CLAIM_LATE, "late", "Quá hạn"},
    {CLAIM_DISPUTED, "disputed", "Báo đã phát nhưng chưa nhận"},
    {CLAIM_MONEY, "money", "Lệch tiền"},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static const struct {
    enum claim_outcome outcome;
    const char *word;
} outcomes[] = {
    {OUTCOME_DELIVERED, "delivered"},     {OUTCOME_NOT_DELIVERED, "not-delivered"},
    {OUTCOME_COMPENSATED, "compensated"}, {OUTCOME_UNFOUNDED, "unfounded"},
    {OUTCOME_WITHDRAWN, "withdrawn"},     {OUTCOME_SETTLED, "settled"},
};
#define OUTCOMES (sizeof outcomes / sizeof *outcomes)

enum claim_kind claim_kind_of(const char *word)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return kinds[i].kind;
    return CLAIM_NONE;
}

const char *claim_kind_word(uint32_t kind)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].kind == kind)
            return kinds[i].word;
    return "?";
}

const char *claim_kind_vi(uint32_t kind)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].kind == kind)
            return kinds[i].vi;
    return "?";
}

enum claim_outcome outcome_of(const char *word)
{
    for (size_t i = 0; i < OUTCOMES; i++)
        if (strcmp(outcomes[i].word, word) == 0)
            return outcomes[i].outcome;
    return OUTCOME_NONE;
}

const char *outcome_word(uint32_t outcome)
{
    for (size_t i = 0; i < OUTCOMES; i++)
        if (outcomes[i].outcome == outcome)
            return outcomes[i].word;
    return "?";
}

const char *opener_word(uint32_t opener)
{
    static const char *const words[] = {"?", "citizen", "office", "rule"};
    return opener <= OPENER_RULE ? words[opener] : "?";
}

/* ------------------------------------------------------------------ asking */

bool claim_is_open(const struct claim *claim)
{
    return claim->closed.ms == 0;
}

size_t claims_open(const struct state *state)
{
    size_t n = 0;
    for (size_t i = 0; i < state->claims_n; i++)
        n += claim_is_open(&state->claims[i]);
    return n;
}

bool claims_hold_clock(const struct state *state)
{
    for (size_t i = 0; i < state->claims_n; i++)
        if (claim_is_open(&state->claims[i]) && state->claims[i].kind != CLAIM_MONEY)
            return true;
    return false;
}

const struct claim *claim_find_open(const struct state *state, enum claim_kind kind)
{
    for (size_t i = 0; i < state->claims_n; i++)
        if (state->claims[i].kind == kind && claim_is_open(&state->claims[i]))
            return &state->claims[i];
    return NULL;
}

bool claim_was_closed(const struct state *state, enum claim_kind kind)
{
    bool closed = false;
    for (size_t i = 0; i < state->claims_n; i++)
        if (state->claims[i].kind == kind)
            closed = !claim_is_open(&state->claims[i]);
    return closed;
}

/* A term counted in days or months ends with its last day. */
static struct instant last_minute(int64_t day)
{
    return day_minute(day, 24 * 60 - 1);
}

struct claim_terms claim_terms_of(const struct claim *claim, const struct schedule *schedule)
{
    struct claim_terms terms = {{0}, {0}};
    if (!claim_is_open(claim))
        return terms;
    if (claim->answered.ms == 0) {
        int64_t months = rule_value(schedule, RULE_ANSWER_MONTHS, claim->opened);
        terms.answer_by = last_minute(day_after_months(day_of(claim->opened), months));
    } else if (claim->liable_vnd > 0) {
        int64_t days = rule_value(schedule, RULE_PAYMENT_DAYS, claim->answered);
        terms.pay_by = last_minute(day_of(claim->answered) + days);
    }
    return terms;
}

/* Any case of this kind, open or closed, that was told of already. */
static bool is_known(const struct state *state, enum claim_kind kind)
{
    for (size_t i = 0; i < state->claims_n; i++)
        if (state->claims[i].kind == kind)
            return true;
    return false;
}

static bool is_long_late(const struct state *state, const struct clocks *clocks,
                         const struct rules *rules, struct instant now, struct instant *ret_from)
{
    struct schedule schedule = {rules, state->office.post_office, for_ever};
    if (clocks->post.stand != STAND_RUNNING || now.ms <= clocks->post.due.ms)
        return false;
    *ret_from = after_working_days(&schedule, clocks->post.due,
                                   rule_value(&schedule, RULE_LATE_CASE_DAYS, clocks->post.due));
    return now.ms > ret_from->ms;
}

size_t claims_of(const struct state *state, const struct clocks *clocks, const struct rules *rules,
                 struct instant now, struct claim out[CLAIMS_ALL_MAX])
{
    struct instant from = {0};
    size_t n = state->claims_n;
    memcpy(out, state->claims, n * sizeof *out);
    if (!is_known(state, CLAIM_LATE) && is_long_late(state, clocks, rules, now, &from))
        out[n++] = (struct claim){.kind = CLAIM_LATE, .opener = OPENER_RULE, .opened = from};
    if ((state->doubts & DOUBT_MONEY) && claim_find_open(state, CLAIM_MONEY) == NULL)
        out[n++] = (struct claim){
            .kind = CLAIM_MONEY, .opener = OPENER_RULE, .opened = state->since.estimate};
    return n;
}

struct instant claim_window(const struct state *state, const struct clocks *clocks,
                            const struct rules *rules, enum claim_kind kind)
{
    struct schedule schedule = {rules, state->office.post_office, for_ever};
    bool from_delivery = kind == CLAIM_DAMAGED || kind == CLAIM_MONEY;
    struct instant from = clocks->post.due;
    if (from_delivery)
        from = state->status == STATUS_DELIVERED ? state->since.estimate : (struct instant){0};
    if (from.ms == 0)
        return from;
    int64_t months = rule_value(
        &schedule, from_delivery ? RULE_COMPLAINT_DAMAGE_MONTHS : RULE_COMPLAINT_LOST_MONTHS, from);
    return last_minute(day_after_months(day_of(from), months));
}

uint64_t claim_compensation_vnd(const struct state *state, const struct rules *rules,
                                struct instant at)
{
    struct schedule schedule = {rules, state->office.post_office, for_ever};
    uint64_t sum = money_due(state, rules).price_vnd *
                   (uint64_t)rule_value(&schedule, RULE_COMPENSATION_TIMES, at);
    uint64_t least = (uint64_t)rule_value(&schedule, RULE_COMPENSATION_LEAST_VND, at);
    return sum > least ? sum : least;
}

/* ------------------------------------------------------------------ for the walk */

void claim_open(struct state *state, const struct claim *claim)
{
    if (claim_find_open(state, claim->kind) == NULL && state->claims_n < CLAIMS_MAX)
        state->claims[state->claims_n++] = *claim;
}

static struct claim *open_one(struct state *state, uint32_t kind)
{
    for (size_t i = 0; i < state->claims_n; i++)
        if (state->claims[i].kind == kind && claim_is_open(&state->claims[i]))
            return &state->claims[i];
    return NULL;
}

/* The one that is open; for kinds that a rule opens over time or money, one that was. */
static struct claim *one_to_end(struct state *state, const struct office_fact *fact)
{
    struct claim *claim = open_one(state, fact->kind);
    if (claim != NULL || (fact->kind != CLAIM_LATE && fact->kind != CLAIM_MONEY))
        return claim;
    claim_open(state, &(struct claim){.kind = (enum claim_kind)fact->kind,
                                      .opener = OPENER_RULE,
                                      .opened = fact->at});
    return open_one(state, fact->kind);
}

static uint64_t vnd_of(const struct office_fact *fact)
{
    return fact->value > 0 ? (uint64_t)fact->value : 0;
}

static void close_claim(struct state *state, struct claim *claim, const struct office_fact *fact)
{
    claim->closed = fact->at;
    claim->outcome = (enum claim_outcome)fact->outcome;
    claim->paid_vnd = vnd_of(fact);
    if (claim->kind != CLAIM_DISPUTED)
        return;
    state->disputed = false;
    state->disputed_at.ms = 0;
    state->doubts &= ~(uint32_t)DOUBT_DISPUTED;
}

void claim_note(struct state *state, const struct fact *fact)
{
    const struct office_fact *office = &fact->office;
    if (office->event == EVENT_CASE_OPENED) {
        claim_open(state, &(struct claim){.kind = (enum claim_kind)office->kind,
                                          .opener = (enum opener)office->opener,
                                          .seq = fact->seq,
                                          .opened = office->at});
        return;
    }
    struct claim *claim = one_to_end(state, office);
    if (claim == NULL)
        return;
    if (office->event == EVENT_CASE_CLOSED) {
        close_claim(state, claim, office);
    } else {
        claim->answered = office->at;
        claim->liable_vnd = vnd_of(office);
    }
}

bool claim_refutes(const struct state *state, const struct office_fact *fact)
{
    return fact->outcome == OUTCOME_NOT_DELIVERED &&
           (fact->kind == CLAIM_NOT_RECEIVED || fact->kind == CLAIM_DISPUTED) &&
           claim_find_open(state, (enum claim_kind)fact->kind) != NULL;
}
