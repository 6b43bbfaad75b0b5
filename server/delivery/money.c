#include "server/delivery/money.h"

#include <string.h>

#include "server/delivery/clocks.h"

static const struct instant for_ever = {INT64_MAX};

/* ------------------------------------------------------------------ what is due */

static enum payer payer_of(const struct state *state, const struct schedule *schedule)
{
    int64_t ruled = rule_value(schedule, RULE_POSTAGE_PAYER, state->office.at);
    if (state->charge.payer != PAYER_RULE)
        return state->charge.payer;
    if (state->office.postage_vnd > 0) /* the list names what is to be taken at the door */
        return PAYER_CITIZEN;
    return (enum payer)ruled;
}

static void take_off(const struct tariff *tariff, const char *key, struct due *due)
{
    const struct price *exemption = *key == '\0' ? NULL : exemption_of(tariff, key);
    if (exemption == NULL)
        return;
    uint64_t left = due->price_vnd * (100 - exemption->percent_off) / 100;
    due->taken_off_vnd = due->price_vnd - left;
    due->price_vnd = left;
    due->exempt_seq = exemption->seq;
}

static void look_up(const struct state *state, const struct schedule *schedule, struct due *due)
{
    struct tariff tariff = {&schedule->rules->prices, schedule->post_office, state->office.at,
                            schedule->as_of};
    const struct price *row = price_of(&tariff, zone_of_item(state, schedule), due->weight_g);
    if (row != NULL) {
        due->band_g = row->weight_to_g;
        due->price_seq = row->seq;
    }
    if (state->charge.has_sums || state->office.postage_vnd > 0) {
        due->source = state->charge.has_sums ? DUE_CHARGED : DUE_LIST;
        due->price_vnd =
            state->charge.has_sums ? state->charge.postage_vnd : state->office.postage_vnd;
    } else if (row != NULL) {
        due->source = DUE_TABLE;
        due->price_vnd = row->price_vnd;
    }
    if (!state->charge.has_sums) /* a sum that the desk set is the last word */
        take_off(&tariff, state->charge.exemption, due);
}

static bool is_delivered(const struct state *state)
{
    return state->status == STATUS_DELIVERED;
}

struct due money_due(const struct state *state, const struct rules *rules)
{
    struct due due = {.payer = PAYER_CITIZEN};
    if (!state->issued)
        return due;
    struct schedule schedule = {rules, state->office.post_office,
                                is_delivered(state) ? state->since_arrival : for_ever};
    const struct charge *charge = &state->charge;
    due.payer = payer_of(state, &schedule);
    due.weight_g = charge->weight_g != 0
                       ? charge->weight_g
                       : (uint32_t)rule_value(&schedule, RULE_ENVELOPE_G, state->office.at);
    look_up(state, &schedule, &due);
    due.postage_vnd = due.payer == PAYER_CITIZEN ? due.price_vnd : 0;
    due.fees_vnd = charge->has_sums ? charge->fees_vnd : state->office.fees_vnd;
    due.fees_known = charge->has_sums || due.fees_vnd > 0;
    return due;
}

struct owed money_owed(const struct state *state, const struct rules *rules)
{
    struct owed owed = {0, 0};
    if (!state->issued || !is_delivered(state))
        return owed;
    struct due due = money_due(state, rules);
    if (due.source != DUE_UNKNOWN)
        owed.postage_vnd = (int64_t)due.postage_vnd - (int64_t)state->collected_postage_vnd;
    if (due.fees_known)
        owed.fees_vnd = (int64_t)due.fees_vnd - (int64_t)state->collected_fees_vnd;
    return owed;
}

struct carriage carriage_of(const struct state *state, const struct due *due)
{
    struct instant from = state->handed_at.ms != 0 ? state->handed_at : state->accepted_at;
    if (!state->issued || from.ms == 0)
        return (struct carriage){.carried = false};
    return (struct carriage){.carried = true,
                             .day = day_of(from),
                             .band_g = due->band_g,
                             .payer = due->payer,
                             .price_vnd = due->price_vnd,
                             .taken_off_vnd = due->taken_off_vnd};
}

/* ------------------------------------------------------------------ for the walk */

void money_take(struct state *state, const struct taking *taking)
{
    if (taking->postage_vnd == 0 && taking->fees_vnd == 0)
        return;
    state->collected_postage_vnd += taking->postage_vnd;
    state->collected_fees_vnd += taking->fees_vnd;
    if (state->takings_n < TAKINGS_MAX) {
        state->takings[state->takings_n++] = *taking;
        return;
    }
    struct taking *last = &state->takings[TAKINGS_MAX - 1];
    last->postage_vnd += taking->postage_vnd;
    last->fees_vnd += taking->fees_vnd;
}

static void note_charge(struct charge *charge, const struct office_fact *fact)
{
    if (fact->weight_g != 0)
        charge->weight_g = fact->weight_g;
    if (fact->payer >= PAYER_CITIZEN && fact->payer <= PAYER_POST)
        charge->payer = (enum payer)fact->payer;
    if (fact->key[0] != '\0')
        memcpy(charge->exemption, fact->key, sizeof charge->exemption);
    if (!fact->has_sums)
        return;
    charge->has_sums = true;
    charge->postage_vnd = fact->postage_vnd;
    charge->fees_vnd = fact->fees_vnd;
}

void money_note(struct state *state, const struct fact *fact)
{
    const struct office_fact *office = &fact->office;
    if (office->event == EVENT_CHARGED)
        note_charge(&state->charge, office);
    else
        money_take(state, &(struct taking){.at = office->at,
                                           .seq = fact->seq,
                                           .badge = office->badge,
                                           .later = true,
                                           .postage_vnd = office->postage_vnd,
                                           .fees_vnd = office->fees_vnd});
}
