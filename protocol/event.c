#include "protocol/event.h"

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* In the .def files the sources, tones and SMS marks stand bare, for people; here they get their
 * code's names. */
#define SOURCE_SCAN EVENT_SOURCE_SCAN
#define SOURCE_OFFICE EVENT_SOURCE_OFFICE
#define SMS_SENT true
#define SMS_NONE false

static const struct event_info events[] = {
#define EVENT(KEY, wire, upu, source, key, vi, en) {(wire), SOURCE_##source, key, upu, vi, en},
#include "protocol/event.def"
#undef EVENT
};

static const struct status_info statuses[] = {
#define STATUS(KEY, number, key, tone, sms, upu, national, handheld, vi, en, headline)             \
    {STATUS_##KEY, key, TONE_##tone, sms, upu, national, handheld, vi, en, headline},
#include "protocol/status.def"
#undef STATUS
};

static const struct reason_info reasons[] = {
#define REASON(KEY, wire, vi, en, acts, citizen_vi, citizen_en, article)                           \
    {REASON_##KEY, vi, en, acts, citizen_vi, citizen_en, article},
#include "protocol/reason.def"
};

static const struct action_info actions[] = {
#define ACTION(KEY, wire, letter, vi, en, citizen_vi, citizen_en)                                  \
    {ACTION_##KEY, letter, vi, en, citizen_vi, citizen_en},
#include "protocol/reason.def"
};

static const struct relation_info relations[] = {
#define RELATION(KEY, wire, vi, en) {RELATION_##KEY, vi, en},
#include "protocol/reason.def"
};

static const struct note_info notes[] = {
#define NOTE(KEY, wire, reason, vi, en) {NOTE_##KEY, REASON_##reason, vi, en},
#include "protocol/reason.def"
};

static const struct named_info named[] = {
#define NAMED(KEY, wire, vi, en) {NAMED_##KEY, vi, en},
#include "protocol/reason.def"
};

const struct event_info *event_info(uint32_t wire)
{
    for (size_t i = 0; i < ROWS(events); i++)
        if (events[i].wire == wire)
            return &events[i];
    return NULL;
}

const struct event_info *event_find(const char *key_or_upu)
{
    if (key_or_upu[0] == '\0')
        return NULL; /* the empty UPU code belongs to many */
    for (size_t i = 0; i < ROWS(events); i++)
        if (strcmp(events[i].key, key_or_upu) == 0 || strcmp(events[i].upu, key_or_upu) == 0)
            return &events[i];
    return NULL;
}

const struct status_info *status_info(uint32_t number)
{
    for (size_t i = 0; i < ROWS(statuses); i++)
        if ((uint32_t)statuses[i].status == number)
            return &statuses[i];
    return NULL;
}

const struct reason_info *reason_info(uint32_t wire)
{
    for (size_t i = 0; i < ROWS(reasons); i++)
        if ((uint32_t)reasons[i].reason == wire)
            return &reasons[i];
    return NULL;
}

const struct action_info *action_info(uint32_t wire)
{
    for (size_t i = 0; i < ROWS(actions); i++)
        if ((uint32_t)actions[i].action == wire)
            return &actions[i];
    return NULL;
}

const struct action_info *action_of_letter(char letter)
{
    for (size_t i = 0; i < ROWS(actions); i++)
        if (actions[i].letter == letter)
            return &actions[i];
    return NULL;
}

const struct relation_info *relation_info(uint32_t wire)
{
    for (size_t i = 0; i < ROWS(relations); i++)
        if ((uint32_t)relations[i].relation == wire)
            return &relations[i];
    return NULL;
}

const struct note_info *note_info(uint32_t wire)
{
    for (size_t i = 0; i < ROWS(notes); i++)
        if ((uint32_t)notes[i].note == wire)
            return &notes[i];
    return NULL;
}

const struct named_info *named_info(uint32_t wire)
{
    for (size_t i = 0; i < ROWS(named); i++)
        if ((uint32_t)named[i].named == wire)
            return &named[i];
    return NULL;
}

const struct event_info *event_row(size_t i)
{
    return i < ROWS(events) ? &events[i] : NULL;
}

const struct status_info *status_row(size_t i)
{
    return i < ROWS(statuses) ? &statuses[i] : NULL;
}

const struct reason_info *reason_row(size_t i)
{
    return i < ROWS(reasons) ? &reasons[i] : NULL;
}

const struct relation_info *relation_row(size_t i)
{
    return i < ROWS(relations) ? &relations[i] : NULL;
}

const struct named_info *named_row(size_t i)
{
    return i < ROWS(named) ? &named[i] : NULL;
}

const struct note_info *note_of_reason(uint32_t reason, size_t i)
{
    for (size_t n = 0; n < ROWS(notes); n++)
        if ((uint32_t)notes[n].reason == reason && i-- == 0)
            return &notes[n];
    return NULL;
}
