#include "server/office/incidents.h"

#include <stdlib.h>
#include <string.h>

#include "server/text/text.h"

#define HOUR_MS INT64_C(3600000)

static bool is_of_register(uint32_t event)
{
    return event == EVENT_INCIDENT_OPENED || event == EVENT_INCIDENT_NOTED ||
           event == EVENT_INCIDENT_CLOSED;
}

/* ------------------------------------------------------------------ writing */

struct entry {
    struct office_fact fact;
    struct testimony said;
};

static bool entry_act(struct record *record, void *arg, struct error *err)
{
    struct entry *entry = arg;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    entry->fact.has_evidence = true;
    if (entry->fact.event == EVENT_INCIDENT_OPENED) {
        struct instant now = record_now(record);
        if (entry->fact.from.ms == 0)
            entry->fact.from = now;
        if (entry->fact.from.ms > now.ms)
            return error_set(err, ERROR_BAD_INPUT, "found=: chưa đến lúc đó. / is in the future");
    }
    return testimony_encode(&entry->said, bytes, &n, err) &&
           record_attachment_add(record, bytes, n, &entry->fact.evidence, err) &&
           record_office_add(record, &entry->fact, NULL, err);
}

static bool take_words(const char *words, struct testimony *said, struct error *err)
{
    return (text_clean(words, strlen(words), said->text, sizeof said->text) && *said->text) ||
           error_set(err, ERROR_BAD_INPUT,
                     "xin ghi vài lời, nhiều nhất %d byte. / words are wanted",
                     INCIDENT_WORDS_MAX - 1);
}

bool incident_open(struct acts acts, struct instant found, const char *words, uint32_t user,
                   uint64_t *ret_number, struct error *err)
{
    struct entry entry = {.fact = {.event = EVENT_INCIDENT_OPENED, .user = user, .from = found}};
    if (!take_words(words, &entry.said, err) || !acts.run(acts.self, entry_act, &entry, err))
        return false;
    *ret_number = entry.fact.seq;
    return true;
}

static bool may_go_on(const struct incident *incident, enum incident_step step, struct error *err)
{
    if (incident->closed.ms != 0)
        return error_set(err, ERROR_REFUSED, "%llu: đã đóng. / is closed",
                         (unsigned long long)incident->number);
    if (step == INCIDENT_TOLD && incident->told.ms != 0)
        return error_set(err, ERROR_REPEATED, "%llu: đã báo cơ quan. / was told already",
                         (unsigned long long)incident->number);
    if (step == INCIDENT_CLOSE && incident->told.ms == 0)
        return error_set(
            err, ERROR_REFUSED,
            "%llu: chưa báo cơ quan bảo vệ dữ liệu. Báo trước (told), rồi đóng. / tell "
            "the authority first",
            (unsigned long long)incident->number);
    return true;
}

bool incident_go_on(struct acts acts, struct record *record, const struct rules *rules,
                    uint64_t number, enum incident_step step, const char *words, uint32_t user,
                    struct error *err)
{
    struct entry entry = {
        .fact = {.event = step == INCIDENT_CLOSE ? EVENT_INCIDENT_CLOSED : EVENT_INCIDENT_NOTED,
                 .user = user,
                 .of_seq = number,
                 .value = step == INCIDENT_TOLD}};
    struct incident *all = NULL;
    size_t n = 0, at = 0;
    if (!take_words(words, &entry.said, err) || !incidents_read(record, rules, &all, &n, err))
        return false;
    while (at < n && all[at].number != number)
        at++;
    bool good = at < n ? may_go_on(&all[at], step, err)
                       : error_set(err, ERROR_NOT_FOUND, "%llu: không có sự cố này. / no such one",
                                   (unsigned long long)number);
    free(all);
    return good && acts.run(acts.self, entry_act, &entry, err);
}

/* ------------------------------------------------------------------ reading */

struct reading {
    const struct rules *rules;
    struct incident *all;
    size_t n;
};

static void begin(struct reading *reading, const struct office_fact *fact)
{
    const struct schedule schedule = {reading->rules, 0, fact->at};
    if (reading->n == INCIDENTS_MAX)
        memmove(reading->all, reading->all + 1, --reading->n * sizeof *reading->all);
    reading->all[reading->n++] = (struct incident){
        .number = fact->seq,
        .found = fact->from,
        .due = {fact->from.ms + HOUR_MS * rule_value(&schedule, RULE_INCIDENT_HOURS, fact->from)},
        .notes = 1};
}

static bool read_one(void *ctx, const struct office_fact *fact)
{
    struct reading *reading = ctx;
    if (fact->event == EVENT_INCIDENT_OPENED) {
        begin(reading, fact);
        return true;
    }
    for (size_t i = 0; i < reading->n; i++) {
        struct incident *one = &reading->all[i];
        if (one->number != fact->of_seq)
            continue;
        one->notes++;
        if (fact->event == EVENT_INCIDENT_CLOSED)
            one->closed = fact->at;
        else if (fact->value != 0)
            one->told = fact->at;
    }
    return true;
}

bool incidents_read(struct record *record, const struct rules *rules,
                    struct incident **new_incidents, size_t *ret_n, struct error *err)
{
    int64_t batch;
    uint64_t last;
    struct reading reading = {rules, calloc(INCIDENTS_MAX, sizeof(struct incident)), 0};
    if (reading.all == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    if (!record_end(record, &batch, &last, err) ||
        !record_office_unnamed(record, 0, last, is_of_register, read_one, &reading, err)) {
        free(reading.all);
        return false;
    }
    *new_incidents = reading.all;
    *ret_n = reading.n;
    return true;
}

struct telling {
    struct record *record;
    uint64_t number;
    bool (*each)(void *ctx, const struct office_fact *fact, const char *words);
    void *ctx;
};

static bool tell_one(void *ctx, const struct office_fact *fact)
{
    struct telling *telling = ctx;
    struct testimony said = {.text = ""};
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    if (fact->seq != telling->number && fact->of_seq != telling->number)
        return true;
    if (!record_attachment_get(telling->record, &fact->evidence, bytes, sizeof bytes, &n, NULL) ||
        !testimony_decode(bytes, n, &said, NULL))
        said.text[0] = '\0';
    return telling->each(telling->ctx, fact, said.text);
}

bool incident_words(struct record *record, uint64_t number,
                    bool (*each)(void *ctx, const struct office_fact *fact, const char *words),
                    void *ctx, struct error *err)
{
    int64_t batch;
    uint64_t last;
    struct telling telling = {record, number, each, ctx};
    return record_end(record, &batch, &last, err) &&
           record_office_unnamed(record, number == 0 ? 0 : number - 1, last, is_of_register,
                                 tell_one, &telling, err);
}
