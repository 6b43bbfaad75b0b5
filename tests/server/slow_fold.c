#include "tests/server/slow_fold.h"

#include <stdlib.h>
#include <string.h>

struct slow {
    const struct fact *fact;
    int64_t key;
    bool gone; /* withdrawn, or a withdrawal */
};

/* An entry from paper is what its writer did. */
static bool is_paper(const struct fact *fact)
{
    return !fact->is_scan && fact->office.event == EVENT_PAPER_ENTRY;
}

static bool from_field(const struct fact *fact)
{
    return fact->is_scan || is_paper(fact);
}

static uint32_t event_of(const struct fact *fact)
{
    if (fact->is_scan)
        return fact->scan.event;
    return is_paper(fact) ? fact->office.paper.event : fact->office.event;
}

static uint32_t reason_of(const struct fact *fact)
{
    return fact->is_scan ? fact->scan.reason : fact->office.paper.reason;
}

static uint32_t badge_of(const struct fact *fact)
{
    return fact->is_scan ? fact->scan.badge : fact->office.badge;
}

static uint64_t postage_of(const struct fact *fact)
{
    return fact->is_scan ? fact->scan.postage_vnd : fact->office.paper.postage_vnd;
}

static uint64_t fees_of(const struct fact *fact)
{
    return fact->is_scan ? fact->scan.fees_vnd : fact->office.paper.fees_vnd;
}

static bool has_proof(const struct fact *fact)
{
    return fact->is_scan ? fact->scan.has_attachments : fact->office.has_evidence;
}

static bool same_thing(const struct fact *a, const struct fact *b)
{
    return a->device == b->device && a->epoch == b->epoch && a->seq == b->seq;
}

static bool is_door(uint32_t event)
{
    return event == EVENT_DELIVERED || event == EVENT_DELIVERY_FAILED || event == EVENT_RETURNED;
}

/* A revoked handheld's scan counts once an administrator has named it. */
static bool is_stored(const struct fact *facts, size_t n, const struct fact *fact)
{
    for (size_t i = 0; fact->verdict == VERDICT_REVOKED && i < n; i++)
        if (!facts[i].is_scan && facts[i].office.event == EVENT_SCAN_ADMITTED &&
            facts[i].of_device == fact->device && facts[i].office.of_epoch == fact->epoch &&
            facts[i].office.of_seq == fact->seq)
            return true;
    return fact->verdict == 0;
}

/* Stored facts, each once: of copies the one that arrived first. */
static size_t distinct(const struct fact *facts, size_t n, struct slow *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        if (!is_stored(facts, n, &facts[i]))
            continue;
        while (at < m && !same_thing(out[at].fact, &facts[i]))
            at++;
        if (at == m)
            out[m++] = (struct slow){.fact = &facts[i]};
        else if (facts[i].arrival.ms < out[at].fact->arrival.ms)
            out[at].fact = &facts[i];
    }
    return m;
}

/* Greatest estimate among the same device and epoch up to its sequence. */
static int64_t key_of(const struct slow *slow, size_t m, const struct fact *fact)
{
    int64_t key = fact->when.estimate.ms;
    for (size_t i = 0; i < m; i++)
        if (slow[i].fact->device == fact->device && slow[i].fact->epoch == fact->epoch &&
            slow[i].fact->seq <= fact->seq && slow[i].fact->when.estimate.ms > key)
            key = slow[i].fact->when.estimate.ms;
    return key;
}

static uint64_t epoch_meant(const struct fact *withdrawal)
{
    return withdrawal->scan.of_epoch != 0 ? withdrawal->scan.of_epoch : withdrawal->epoch;
}

static int compare(const struct slow *a, const struct slow *b)
{
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->fact->device != b->fact->device)
        return a->fact->device < b->fact->device ? -1 : 1;
    if (a->fact->epoch != b->fact->epoch)
        return a->fact->epoch < b->fact->epoch ? -1 : 1;
    return a->fact->seq < b->fact->seq ? -1 : a->fact->seq > b->fact->seq;
}

static void sort(struct slow *slow, size_t m)
{
    for (size_t i = 1; i < m; i++)
        for (size_t at = i; at > 0 && compare(&slow[at], &slow[at - 1]) < 0; at--) {
            struct slow swap = slow[at];
            slow[at] = slow[at - 1];
            slow[at - 1] = swap;
        }
}

/* What a desk's correction means: a handheld's scan, or an earlier line of the office's own. */
static bool corrects(const struct fact *by, const struct fact *of)
{
    static const uint32_t never[] = {EVENT_ISSUED,
                                     EVENT_PRINTED,
                                     EVENT_HANDED_OVER,
                                     EVENT_VOIDED,
                                     EVENT_RECALLED,
                                     EVENT_NOTICE_SENT,
                                     EVENT_RECEIVED_FROM_DEPARTMENT,
                                     EVENT_PAIRED,
                                     EVENT_ROUND_ASSIGNED,
                                     EVENT_READDRESSED,
                                     EVENT_SCAN_ADMITTED,
                                     EVENT_NOTICE_FAILED,
                                     EVENT_NOTICE_DELIVERED};
    if (by->is_scan || by->office.event != EVENT_CORRECTED || by->office.of_seq != of->seq)
        return false;
    if (of->is_scan)
        return by->of_device == of->device && by->office.of_epoch == of->epoch;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (of->office.event == never[i])
            return false;
    return by->of_device == 0 && of->seq < by->seq;
}

static bool is_corrected(const struct slow *slow, size_t m, const struct fact *fact)
{
    for (size_t i = 0; i < m; i++)
        if (corrects(slow[i].fact, fact) && !is_corrected(slow, m, slow[i].fact))
            return true;
    return false;
}

/* A withdrawal counts unless a later one, or a desk, takes it back; asked recursively. */
static bool is_withdrawn(const struct slow *slow, size_t m, const struct fact *fact)
{
    for (size_t i = 0; i < m; i++) {
        const struct fact *by = slow[i].fact;
        if (by->is_scan && by->scan.event == EVENT_WITHDRAWN && by->device == fact->device &&
            epoch_meant(by) == fact->epoch && by->scan.of_seq == fact->seq && fact->is_scan &&
            !is_withdrawn(slow, m, by) && !is_corrected(slow, m, by))
            return true;
    }
    return false;
}

static bool taken_back_late(const struct fact *by, const struct fact *of)
{
    return is_door(event_of(of)) &&
           by->when.estimate.ms - of->when.estimate.ms > INT64_C(30) * 1000;
}

static bool withdrawn_late(const struct slow *slow, size_t m)
{
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < m; k++) {
            const struct fact *by = slow[i].fact, *of = slow[k].fact;
            if (by->is_scan && of->is_scan && by->scan.event == EVENT_WITHDRAWN &&
                by->device == of->device && epoch_meant(by) == of->epoch &&
                by->scan.of_seq == of->seq && !is_withdrawn(slow, m, by) &&
                !is_corrected(slow, m, by) && taken_back_late(by, of))
                return true;
            if (corrects(by, of) && !is_corrected(slow, m, by) && taken_back_late(by, of))
                return true;
        }
    return false;
}

/* ------------------------------------------------------------------ the story, in order */

/* A case, by its kind. */
struct affair {
    uint32_t kind;
    bool open;
};

struct story {
    struct slow_state *state;
    enum status at;
    int64_t door_ms; /* of the door outcome in force */
    int64_t pause_from;
    uint32_t ground; /* reason of the last failed attempt */
    uint32_t ground_action;
    const struct fact *door; /* that fact */
    struct affair affairs[CLAIMS_MAX];
    uint32_t affairs_n;
    bool stray_money; /* taken, says a scan that came when nothing could be taken */
    const struct fact *issue;
    uint32_t payer;
    bool sums_set;
    uint64_t set_postage, set_fees;
};

static struct affair *affair_open(struct story *story, uint32_t kind)
{
    for (uint32_t i = 0; i < story->affairs_n; i++)
        if (story->affairs[i].kind == kind && story->affairs[i].open)
            return &story->affairs[i];
    return NULL;
}

static void open_affair(struct story *story, uint32_t kind, int64_t ms)
{
    if (affair_open(story, kind) != NULL || story->affairs_n == CLAIMS_MAX)
        return;
    story->affairs[story->affairs_n++] = (struct affair){kind, true};
    story->state->opened_ms += ms;
}

static void takes_money(struct story *story, const struct fact *fact)
{
    story->state->postage_vnd += postage_of(fact);
    story->state->fees_vnd += fees_of(fact);
}

static void strays(struct story *story, const struct fact *fact)
{
    story->stray_money |= postage_of(fact) + fees_of(fact) > 0;
}

static bool over(enum status status)
{
    return status == STATUS_DELIVERED || status == STATUS_VOID || status == STATUS_RETURNED ||
           status == STATUS_RECALLED;
}

static bool missing(enum status status)
{
    return status == STATUS_LOST || status == STATUS_UNCLAIMED;
}

static bool going_back(enum status status)
{
    return status == STATUS_RETURNING;
}

static int64_t local_day(int64_t ms)
{
    return (ms + INT64_C(7) * 3600 * 1000) / (INT64_C(24) * 3600 * 1000);
}

static void invited(struct slow_state *state, int64_t ms)
{
    if (state->invitations > 0 && local_day(ms) == local_day(state->last_invited_ms))
        return;
    if (state->invitations == 0)
        state->first_invited_ms = ms;
    state->last_invited_ms = ms;
    state->invitations++;
}

static void stop(struct story *story, int64_t ms)
{
    if (story->state->paused || story->state->pauses == PAUSES_MAX)
        return;
    story->state->paused = true;
    story->state->pauses++;
    story->pause_from = ms;
}

static void run(struct story *story, int64_t ms)
{
    if (story->state->paused)
        story->state->paused_ms += ms - story->pause_from;
    story->state->paused = false;
}

static void go(struct story *story, enum status to, const struct fact *fact)
{
    story->at = to;
    story->state->since_ms = fact->when.estimate.ms;
    if (from_field(fact))
        run(story, fact->when.estimate.ms);
    if (to == STATUS_WAITING && story->state->invitations > 0)
        stop(story, fact->when.estimate.ms);
}

static void hands(struct story *story, enum hand hand, uint32_t badge)
{
    story->state->hand = hand;
    story->state->badge = badge;
}

static void failed(struct story *story, const struct fact *fact)
{
    int64_t ms = fact->when.estimate.ms;
    if (over(story->at) || going_back(story->at)) {
        strays(story, fact);
        return;
    }
    if ((story->at == STATUS_FAILED && ms - story->door_ms < INT64_C(4) * 3600 * 1000))
        return;
    uint32_t reason = reason_of(fact);
    if (story->state->hand != HAND_POSTMAN)
        hands(story, HAND_POSTMAN, badge_of(fact));
    go(story, STATUS_FAILED, fact);
    story->state->attempt++;
    story->state->last_failed_ms = ms;
    takes_money(story, fact);
    if (reason == REASON_DAMAGED)
        open_affair(story, CLAIM_DAMAGED, ms);
    story->door_ms = ms;
    story->door = fact;
    story->ground = reason;
    story->ground_action = fact->is_scan ? fact->scan.action : fact->office.paper.action;
    if (reason == REASON_NOBODY_HOME || reason == REASON_NO_ANSWER)
        invited(story->state, ms);
    if ((reason == REASON_WEATHER || reason == REASON_ANOTHER_DAY) && has_proof(fact))
        stop(story, ms);
}

static void outcome(struct story *story, enum status to, enum hand hand, const struct fact *fact)
{
    go(story, to, fact);
    hands(story, hand, 0);
    takes_money(story, fact);
    story->door_ms = fact->when.estimate.ms;
    story->door = fact;
}

/* Weekdays only: the stories stay clear of holidays. */
static int64_t weekdays_between(int64_t from_ms, int64_t to_ms)
{
    int64_t n = 0;
    for (int64_t day = local_day(from_ms) + 1; day <= local_day(to_ms); day++)
        n += (day + 3) % 7 < 5;
    return n;
}

static bool may_go_back(const struct story *story)
{
    const struct slow_state *state = story->state;
    bool ground = false;
    if (story->ground == REASON_BAD_ADDRESS || story->ground == REASON_NOT_FOUND_HERE ||
        story->ground == REASON_DECLINED)
        ground = true;
    if (story->ground == REASON_MOVED)
        ground = story->ground_action != ACTION_CHANGE_ADDRESS;
    if (story->ground == REASON_NOBODY_HOME || story->ground == REASON_NO_ANSWER)
        ground = state->invitations >= 2 &&
                 weekdays_between(state->first_invited_ms, state->last_invited_ms) >= 2;
    return ground && state->return_instructed;
}

static bool is_transit(uint32_t event)
{
    return event == EVENT_LEFT_OUTWARD_OFFICE || event == EVENT_ARRIVED_OUTWARD_OFFICE ||
           event == EVENT_ARRIVED_INWARD || event == EVENT_LEFT_INWARD ||
           event == EVENT_HELD_INWARD || event == EVENT_TRANSIT_IN || event == EVENT_TRANSIT_OUT ||
           event == EVENT_INTO_SORTING || event == EVENT_OUT_OF_SORTING ||
           (event >= EVENT_TO_CUSTOMS && event <= EVENT_FROM_CUSTOMS) ||
           event == EVENT_CUSTOMS_HELD ||
           (event >= EVENT_EXPORT_HELD && event <= EVENT_EXPORT_RELEASED);
}

static void back_to_office(struct story *story, const struct fact *fact)
{
    if (story->at == STATUS_RECALLED)
        hands(story, HAND_OFFICE, 0);
    else if (!over(story->at))
        outcome(story, STATUS_RETURNED, HAND_OFFICE, fact);
    else if (story->at != STATUS_RETURNED)
        strays(story, fact);
}

static void start_return(struct story *story, const struct fact *fact)
{
    if (over(story->at) || going_back(story->at))
        return;
    if (!may_go_back(story))
        story->state->doubts |= DOUBT_RETURN;
    go(story, STATUS_RETURNING, fact);
    hands(story, HAND_POST_OFFICE, 0);
}

/* Scans that say where it is; true when it was taken for true. */
static bool where(struct story *story, const struct fact *fact)
{
    uint32_t event = event_of(fact);
    enum status to = STATUS_AT_OFFICE;
    if (event == EVENT_PICKED_UP) {
        if (story->at != STATUS_PICKED_UP && story->at > STATUS_HANDED_OVER &&
            story->at != STATUS_LOST)
            return false;
        to = STATUS_PICKED_UP;
    } else if (event == EVENT_OUT_FOR_DELIVERY) {
        to = STATUS_OUT;
        if (going_back(story->at))
            return false;
    }
    if (over(story->at))
        return false;
    if (to == STATUS_AT_OFFICE && (story->at == STATUS_WAITING || going_back(story->at)))
        return true;
    if (to == STATUS_AT_OFFICE)
        hands(story, HAND_POST_OFFICE, 0);
    else
        hands(story, HAND_POSTMAN, badge_of(fact));
    if (story->at != to)
        go(story, to, fact);
    return true;
}

/* One reading of the label after another at one door, or one postman's paper and scan of a day. */
static bool one_door(const struct story *story, const struct fact *fact)
{
    if (story->door->is_scan && fact->is_scan)
        return story->door->device == fact->device &&
               fact->when.estimate.ms - story->door_ms <= INT64_C(3600) * 1000;
    return badge_of(story->door) == badge_of(fact) &&
           local_day(story->door_ms) == local_day(fact->when.estimate.ms);
}

static void field(struct story *story, const struct fact *fact)
{
    uint32_t event = event_of(fact);
    struct slow_state *state = story->state;
    if (event == EVENT_PICKED_UP || event == EVENT_ARRIVED_DELIVERY_OFFICE ||
        event == EVENT_OUT_FOR_DELIVERY) {
        if (!where(story, fact))
            return;
        state->holder = fact->device;
        if (event == EVENT_PICKED_UP && state->accepted_ms == 0)
            state->accepted_ms = fact->when.estimate.ms;
    } else if (event == EVENT_DELIVERY_FAILED) {
        failed(story, fact);
    } else if (event == EVENT_DELIVERED) {
        if (!over(story->at))
            outcome(story, STATUS_DELIVERED, HAND_RECEIVER, fact);
        else if (story->at != STATUS_DELIVERED || !one_door(story, fact))
            strays(story, fact);
    } else if (event == EVENT_RETURN_STARTED) {
        start_return(story, fact);
    } else if (event == EVENT_RETURNED) {
        back_to_office(story, fact);
    } else if (event == EVENT_HELD_AT_DEPOT || event == EVENT_AT_COLLECTION_POINT) {
        if (over(story->at) || going_back(story->at) || story->at == STATUS_WAITING)
            return;
        go(story, STATUS_WAITING, fact);
        hands(story, HAND_POST_OFFICE, 0);
    } else if (is_transit(event)) {
        if (over(story->at) || going_back(story->at) || story->at == STATUS_IN_TRANSIT)
            return;
        go(story, STATUS_IN_TRANSIT, fact);
        hands(story, HAND_POST_OFFICE, 0);
    }
}

/* What the office decides about an envelope wherever it is. */
static void decide(struct story *story, const struct fact *fact)
{
    bool with_post = story->at >= STATUS_PICKED_UP && story->at <= STATUS_RETURNING &&
                     story->at != STATUS_DELIVERED;
    bool before = story->at <= STATUS_HANDED_OVER;
    switch (fact->office.event) {
    case EVENT_VOIDED:
        if (before || with_post || missing(story->at))
            go(story, STATUS_VOID, fact);
        break;
    case EVENT_RECALLED:
        if (before || with_post || missing(story->at))
            go(story, STATUS_RECALLED, fact);
        break;
    case EVENT_LOST:
        if (with_post || story->at == STATUS_PRINTED || story->at == STATUS_HANDED_OVER ||
            story->at == STATUS_UNCLAIMED) {
            go(story, STATUS_LOST, fact);
            hands(story, HAND_NOBODY, 0);
            open_affair(story, CLAIM_LOST, fact->office.at.ms);
        }
        break;
    case EVENT_UNCLAIMED:
        if (with_post) {
            go(story, STATUS_UNCLAIMED, fact);
            hands(story, HAND_POST_OFFICE, 0);
        }
        break;
    case EVENT_DISPUTED:
        if (story->at == STATUS_DELIVERED) {
            if (!story->state->disputed)
                open_affair(story, CLAIM_DISPUTED, fact->office.at.ms);
            story->state->disputed = true;
            story->state->doubts |= DOUBT_DISPUTED;
        }
        break;
    default:
        break;
    }
}

static uint64_t positive(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

static void close_affair(struct story *story, const struct fact *fact)
{
    const struct office_fact *said = &fact->office;
    struct affair *affair = affair_open(story, said->kind);
    if (affair == NULL && (said->kind == CLAIM_LATE || said->kind == CLAIM_MONEY)) {
        open_affair(story, said->kind, said->at.ms);
        affair = affair_open(story, said->kind);
    }
    if (affair == NULL)
        return;
    if (said->event == EVENT_CASE_ANSWERED)
        return;
    affair->open = false;
    story->state->closed_ms += said->at.ms;
    story->state->paid_vnd += positive(said->value);
    if (said->kind == CLAIM_DISPUTED) {
        story->state->disputed = false;
        story->state->doubts &= ~(uint32_t)DOUBT_DISPUTED;
    }
    if (story->at == STATUS_DELIVERED && said->outcome == OUTCOME_NOT_DELIVERED &&
        (said->kind == CLAIM_DISPUTED || said->kind == CLAIM_NOT_RECEIVED)) {
        go(story, STATUS_LOST, fact);
        hands(story, HAND_NOBODY, 0);
        open_affair(story, CLAIM_LOST, said->at.ms);
    }
}

static void set_charge(struct story *story, const struct office_fact *said)
{
    if (said->payer >= 1 && said->payer <= 3)
        story->payer = said->payer;
    if (said->has_sums) {
        story->sums_set = true;
        story->set_postage = said->postage_vnd;
        story->set_fees = said->fees_vnd;
    }
}

/* Prices are not part of these stories: the list and the desk say what is due. */
static bool books_agree(const struct story *story)
{
    const struct slow_state *state = story->state;
    bool agree = true;
    if (story->at != STATUS_DELIVERED || story->issue == NULL)
        return true;
    uint64_t postage = story->sums_set ? story->set_postage : story->issue->office.postage_vnd;
    uint64_t fees = story->sums_set ? story->set_fees : story->issue->office.fees_vnd;
    if (story->sums_set || postage > 0)
        agree = state->postage_vnd ==
                (story->payer == PAYER_OFFICE || story->payer == PAYER_POST ? 0 : postage);
    return agree && ((!story->sums_set && fees == 0) || fees == state->fees_vnd);
}

static void close_the_books(struct story *story)
{
    struct slow_state *state = story->state;
    bool settled = false;
    for (uint32_t i = 0; i < story->affairs_n; i++) {
        state->cases_open += story->affairs[i].open;
        state->cases_closed += !story->affairs[i].open;
        if (story->affairs[i].kind == CLAIM_MONEY)
            settled = !story->affairs[i].open;
    }
    if (state->cases_open > 0)
        state->doubts |= DOUBT_CASE;
    if (!settled && (story->stray_money || !books_agree(story)))
        state->doubts |= DOUBT_MONEY;
}

static void office(struct story *story, const struct fact *fact)
{
    struct slow_state *state = story->state;
    switch (fact->office.event) {
    case EVENT_CHARGED:
        set_charge(story, &fact->office);
        break;
    case EVENT_PAID_LATER:
        state->postage_vnd += fact->office.postage_vnd;
        state->fees_vnd += fact->office.fees_vnd;
        break;
    case EVENT_CASE_OPENED:
        open_affair(story, fact->office.kind, fact->office.at.ms);
        break;
    case EVENT_CASE_ANSWERED:
    case EVENT_CASE_CLOSED:
        close_affair(story, fact);
        break;
    case EVENT_ISSUED:
        if (!state->issued)
            story->issue = fact;
        state->issued = true;
        if (story->at == STATUS_NONE)
            go(story, STATUS_ISSUED, fact);
        break;
    case EVENT_PRINTED:
        state->copies = fact->office.copy > state->copies ? fact->office.copy : state->copies + 1;
        if (story->at == STATUS_ISSUED)
            go(story, STATUS_PRINTED, fact);
        break;
    case EVENT_HANDED_OVER:
        if (state->handed_ms == 0)
            state->handed_ms = fact->office.at.ms;
        if (story->at == STATUS_ISSUED || story->at == STATUS_PRINTED) {
            go(story, STATUS_HANDED_OVER, fact);
            hands(story, HAND_POST_OFFICE, 0);
        }
        break;
    case EVENT_RETURN_INSTRUCTED:
        state->return_instructed = true;
        break;
    case EVENT_SLIP_BOUND:
        invited(state, fact->office.at.ms);
        break;
    case EVENT_CUSTODY_MOVED:
        if (state->hand == HAND_POSTMAN || state->hand == HAND_POST_OFFICE)
            hands(story, fact->office.to_badge == 0 ? HAND_POST_OFFICE : HAND_POSTMAN,
                  fact->office.to_badge);
        break;
    case EVENT_CLOCK_PAUSED:
        if (fact->office.has_evidence)
            stop(story, fact->office.at.ms);
        else
            state->doubts |= DOUBT_PAUSE;
        break;
    case EVENT_CLOCK_RESUMED:
        run(story, fact->office.at.ms);
        break;
    default:
        decide(story, fact);
        break;
    }
}

/* ------------------------------------------------------------------ doubts, over the whole set */

static uint32_t doubts_of(const struct slow *slow, size_t m, const struct fact *facts, size_t n)
{
    uint32_t doubts = withdrawn_late(slow, m) ? DOUBT_WITHDRAWN_LATE : 0;
    bool door = false, pickup = false, scanned = false, voided = false;
    int64_t first = 0;
    for (size_t i = 0; i < n; i++)
        if (facts[i].verdict == VERDICT_CONFLICT)
            doubts |= DOUBT_CONFLICT;
    for (size_t i = 0; i < m; i++) {
        const struct fact *fact = slow[i].fact;
        if (fact->when.clock_off)
            doubts |= DOUBT_CLOCK;
        if (slow[i].gone)
            continue;
        scanned |= from_field(fact);
        voided |= event_of(fact) == EVENT_VOIDED;
        door |= is_door(event_of(fact));
        if (event_info(event_of(fact)) == NULL)
            doubts |= DOUBT_UNKNOWN_EVENT;
        if (event_of(fact) == EVENT_PICKED_UP) {
            pickup = true;
            if (first != 0 && first != fact->device)
                doubts |= DOUBT_PICKED_UP_TWICE;
            first = fact->device;
        }
    }
    if (door && !pickup)
        doubts |= DOUBT_NO_PICKUP;
    return voided && scanned ? doubts | DOUBT_VOID_SCANNED : doubts;
}

/* Surely before any issue: another envelope's door. */
static bool of_earlier_life(const struct slow *slow, size_t m, const struct fact *fact)
{
    bool any = false;
    for (size_t i = 0; i < m; i++) {
        const struct fact *issue = slow[i].fact;
        if (issue->is_scan || issue->office.event != EVENT_ISSUED)
            continue;
        any = true;
        if (fact->when.latest.ms + 120000 >= issue->when.estimate.ms)
            return false;
    }
    return any && fact->is_scan && is_door(event_of(fact));
}

struct slow_state slow_fold(const struct fact *facts, size_t n)
{
    struct slow_state state = {.status = STATUS_NONE};
    struct slow *slow = calloc(n == 0 ? 1 : n, sizeof *slow);
    size_t m = distinct(facts, n, slow);
    for (size_t i = 0; i < m; i++) {
        slow[i].key = key_of(slow, m, slow[i].fact);
        slow[i].gone = event_of(slow[i].fact) == EVENT_WITHDRAWN ||
                       is_withdrawn(slow, m, slow[i].fact) || is_corrected(slow, m, slow[i].fact) ||
                       of_earlier_life(slow, m, slow[i].fact);
    }
    sort(slow, m);
    struct story story = {.state = &state};
    for (size_t i = 0; i < m; i++) {
        if (slow[i].gone)
            continue;
        if (from_field(slow[i].fact))
            field(&story, slow[i].fact);
        else
            office(&story, slow[i].fact);
    }
    state.status = state.issued ? story.at : STATUS_NONE;
    close_the_books(&story);
    state.doubts |= doubts_of(slow, m, facts, n);
    free(slow);
    return state;
}
