/* event.h - the tables event.def, status.def and reason.def as code: enumerations and look-ups.
 * Pure, no allocation, all strings are constants in UTF-8 NFC. */
#ifndef TRAO_PROTOCOL_EVENT_H
#define TRAO_PROTOCOL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event {
#define EVENT(KEY, wire, upu, source, key, vi, en) EVENT_##KEY = (wire),
#include "protocol/event.def"
#undef EVENT
};

enum event_source { EVENT_SOURCE_SCAN, EVENT_SOURCE_OFFICE };

struct event_info {
    uint32_t wire;
    enum event_source source;
    const char *key; /* "picked_up" */
    const char *upu; /* "EMA" or "" */
    const char *vi;  /* for staff */
    const char *en;
};

/* NULL for a number this version does not know; such a fact is kept and shown all the same. */
const struct event_info *event_info(uint32_t wire);
/* By key ("picked_up") or UPU code ("EMA", the first that carries it); NULL if unknown. */
const struct event_info *event_find(const char *key_or_upu);

enum status {
    STATUS_NONE = 0, /* no fact makes it an item yet: only orphan scans */
#define STATUS(KEY, number, key, tone, sms, upu, national, handheld, vi, en, headline)             \
    STATUS_##KEY = (number),
#include "protocol/status.def"
#undef STATUS
};

enum tone { TONE_GREY, TONE_BLUE, TONE_AMBER, TONE_GREEN, TONE_RED };

struct status_info {
    enum status status;
    const char *key;
    enum tone tone;
    bool sms;          /* a message is sent by default */
    const char *upu;   /* "EMA" or "" */
    uint32_t national; /* state at the national portal, 9 or 10 */
    const char *handheld;
    const char *vi; /* citizen's sentence with {clauses} */
    const char *en;
    const char *headline; /* citizen's headline, vi, capitals */
};

/* NULL for STATUS_NONE and numbers this version does not know. */
const struct status_info *status_info(uint32_t number);

enum reason {
    REASON_NONE = 0,
#define REASON(KEY, wire, vi, en, acts, citizen_vi, citizen_en, article) REASON_##KEY = (wire),
#include "protocol/reason.def"
};

enum action {
    ACTION_NONE = 0,
#define ACTION(KEY, wire, letter, vi, en, citizen_vi, citizen_en) ACTION_##KEY = (wire),
#include "protocol/reason.def"
};

enum relation {
    RELATION_NONE = 0,
#define RELATION(KEY, wire, vi, en) RELATION_##KEY = (wire),
#include "protocol/reason.def"
};

enum note {
    NOTE_NONE = 0,
#define NOTE(KEY, wire, reason, vi, en) NOTE_##KEY = (wire),
#include "protocol/reason.def"
};

enum named {
    NAMED_NONE = 0,
#define NAMED(KEY, wire, vi, en) NAMED_##KEY = (wire),
#include "protocol/reason.def"
};

struct reason_info {
    enum reason reason;
    const char *vi, *en;
    const char *acts;                    /* letters of action_info, the first is proposed */
    const char *citizen_vi, *citizen_en; /* a sentence */
    const char *article;                 /* Art 17(1) letter or "" */
};

struct action_info {
    enum action action;
    char letter;
    const char *vi, *en, *citizen_vi, *citizen_en;
};

struct relation_info {
    enum relation relation;
    const char *vi, *en;
};

struct note_info {
    enum note note;
    enum reason reason; /* that it adds to */
    const char *vi, *en;
};

struct named_info {
    enum named named;
    const char *vi, *en;
};

/* NULL for 0 and for numbers this version does not know. */
const struct reason_info *reason_info(uint32_t wire);
const struct action_info *action_info(uint32_t wire);
const struct action_info *action_of_letter(char letter);
const struct relation_info *relation_info(uint32_t wire);
const struct note_info *note_info(uint32_t wire);
const struct named_info *named_info(uint32_t wire);

/* The i-th row of a table, in file order, or NULL past its end: for menus, help and tests. */
const struct event_info *event_row(size_t i);
const struct status_info *status_row(size_t i);
const struct reason_info *reason_row(size_t i);
const struct relation_info *relation_row(size_t i);
const struct named_info *named_row(size_t i);
/* The i-th note that may be added to a reason, or NULL. */
const struct note_info *note_of_reason(uint32_t reason, size_t i);

#endif
