/* commands_training.c - who does how much at a desk, and what of it went wrong: for teaching
 * people, worked out of the facts each time it is asked. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/record/looks.h"
#include "server/record/people.h"

struct tally {
    uint64_t acts, near_misses, taken_back, voided, wrong_passwords;
};

struct training {
    const struct commands *commands;
    struct answer *answer;
    struct instant from, to;
    struct tally *tallies; /* by a person's id */
    size_t n;
    struct error *err;
    bool failed;
};

/* ------------------------------------------------------------------ counting */

static bool note_id(void *ctx, const struct person *person)
{
    struct training *training = ctx;
    if ((uint64_t)person->id >= training->n)
        training->n = (size_t)person->id + 1;
    return true;
}

static struct tally *tally_of(struct training *training, int64_t person)
{
    bool known = person > 0 && (uint64_t)person < training->n;
    return known ? &training->tallies[person] : NULL;
}

static bool takes_back(const struct office_fact *fact)
{
    bool scan = fact->of_epoch != 0 || *fact->device != '\0';
    return (fact->event == EVENT_CORRECTED && !scan) || fact->event == EVENT_MONEY_CORRECTED;
}

/* What was taken back counts for who wrote it, not for who put it right. */
static bool count_taken_back(struct training *training, const struct office_fact *fact)
{
    struct office_fact wrong;
    if (!record_office_get(training->commands->record, fact->of_seq, &wrong, training->err)) {
        training->failed = true;
        return false;
    }
    struct tally *writer = tally_of(training, wrong.user);
    if (writer != NULL)
        writer->taken_back++;
    return true;
}

static bool count_fact(void *ctx, const struct office_fact *fact)
{
    struct training *training = ctx;
    if (fact->at.ms < training->from.ms || fact->at.ms >= training->to.ms)
        return true;
    struct tally *tally = tally_of(training, fact->user);
    if (tally != NULL) {
        bool near_miss = fact->event == EVENT_DIFFERENCE && fact->kind == DIFFERENCE_WRONG_ENVELOPE;
        tally->acts++;
        tally->near_misses += near_miss;
        tally->voided += fact->event == EVENT_VOIDED;
    }
    return !takes_back(fact) || count_taken_back(training, fact);
}

static bool count_look(void *ctx, const struct look *look)
{
    struct tally *tally = tally_of(ctx, look->person);
    if (tally != NULL)
        tally->wrong_passwords += look->kind == LOOK_WRONG;
    return true;
}

static bool count_all(struct training *training, struct error *err)
{
    struct record *record = training->commands->record;
    return record_office_from(record, 0, count_fact, training, err) && !training->failed &&
           looks_each(record, 0, training->from, training->to, count_look, training, err);
}

/* ------------------------------------------------------------------ saying it */

static bool say_person(void *ctx, const struct person *person)
{
    const struct training *training = ctx;
    static const struct tally nothing; /* registered since they were counted */
    const struct tally *tally =
        (uint64_t)person->id < training->n ? &training->tallies[person->id] : &nothing;
    const struct role_info *role = role_info(person->role);
    answer_row(training->answer, "people");
    answer_text(training->answer, "name", person->name);
    answer_text(training->answer, "role", role != NULL ? role->key : NULL);
    answer_number(training->answer, "acts", (int64_t)tally->acts);
    answer_number(training->answer, "near_misses", (int64_t)tally->near_misses);
    answer_number(training->answer, "taken_back", (int64_t)tally->taken_back);
    answer_share(training->answer, "wrong", tally->near_misses + tally->taken_back, tally->acts);
    answer_number(training->answer, "voided", (int64_t)tally->voided);
    answer_number(training->answer, "wrong_passwords", (int64_t)tally->wrong_passwords);
    return true;
}

bool run_training(const struct commands *commands, const struct call *call, struct error *err)
{
    struct training training = {
        .commands = commands, .answer = call->answer, .to = {INT64_MAX}, .err = err};
    if (!options_check(call, 1, "from to", err) ||
        !option_day(call, 1, "from", &training.from, err) ||
        !option_day(call, 1, "to", &training.to, err) ||
        !people_each(commands->record, note_id, &training, err))
        return false;
    training.tallies = calloc(training.n + 1, sizeof *training.tallies);
    if (training.tallies == NULL)
        return error_set(err, ERROR_LATER, "hết bộ nhớ / out of memory");
    bool good = count_all(&training, err);
    good = good && people_each(commands->record, say_person, &training, err);
    free(training.tallies);
    return good;
}
