#include "server/views/words.h"

#include <stdlib.h>
#include <string.h>

static const char *const clocks[VIEW_CLOCKS] = {"office", "post"};
static const char *const groups[VIEW_GROUPS] = {"all",   "zone",    "office", "post-office",
                                                "round", "postman", "commune"};
static const char *const ages[VIEW_AGES] = {"0-1", "2", "3-5", "6-10", "more"};
static const char *const numbers[] = {
    [VIEW_BEHIND_DUE] = "due",
    [VIEW_BEHIND_KEPT] = "kept",
    [VIEW_BEHIND_LATE] = "late",
    [VIEW_BEHIND_CAME_LATE] = "came-late",
    [VIEW_BEHIND_PAUSED] = "paused",
    [VIEW_BEHIND_NOT_YET] = "not-yet",
    [VIEW_BEHIND_ATTEMPTED] = "attempted",
    [VIEW_BEHIND_AT_FIRST] = "at-first-attempt",
    [VIEW_BEHIND_NOT_AT_FIRST] = "not-at-first-attempt",
    [VIEW_BEHIND_SENT] = "sent",
    [VIEW_BEHIND_SCANNED] = "scanned",
    [VIEW_BEHIND_NOT_SCANNED] = "not-scanned",
    [VIEW_BEHIND_RATED] = "rated",
};
#define NUMBERS (sizeof numbers / sizeof *numbers)

const char *view_clock_key(enum view_clock clock)
{
    return clocks[clock];
}

const char *view_group_key(enum view_group group)
{
    return groups[group];
}

const char *view_age_key(int age)
{
    return ages[age];
}

static bool find_word(const char *what, const char *text, const char *const *words, size_t n,
                      size_t *ret_i, struct error *err)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], text) == 0) {
            *ret_i = i;
            return true;
        }
    return error_set(err, ERROR_BAD_INPUT, "%s=%.30s: không có. / no such word", what, text);
}

bool view_clock_named(const char *what, const char *text, enum view_clock *ret_clock,
                      struct error *err)
{
    size_t i = 0;
    if (!find_word(what, text, clocks, VIEW_CLOCKS, &i, err))
        return false;
    *ret_clock = (enum view_clock)i;
    return true;
}

bool view_group_named(const char *what, const char *text, enum view_group *ret_group,
                      struct error *err)
{
    size_t i = 0;
    if (!find_word(what, text, groups, VIEW_GROUPS, &i, err))
        return false;
    *ret_group = (enum view_group)i;
    return true;
}

static bool read_reason(const char *what, const char *text, uint32_t *ret_reason, struct error *err)
{
    char *end;
    unsigned long reason = strtoul(text, &end, 10);
    if (text[0] < '1' || text[0] > '9' || *end != '\0' || reason >= MARKS_REASONS)
        return error_set(err, ERROR_BAD_INPUT, "%s=reason-%.20s: reason-1 ... reason-%d", what,
                         text, MARKS_REASONS - 1);
    *ret_reason = (uint32_t)reason;
    return true;
}

bool view_number_named(const char *what, const char *text, struct view_behind *behind,
                       struct error *err)
{
    static const char reason[] = "reason-", open[] = "open-", stars[] = "stars-";
    size_t i = 0;
    if (strncmp(text, reason, sizeof reason - 1) == 0) {
        behind->number = VIEW_BEHIND_REASON;
        return read_reason(what, text + sizeof reason - 1, &behind->which, err);
    }
    if (strncmp(text, stars, sizeof stars - 1) == 0) {
        const char *digit = text + sizeof stars - 1;
        behind->number = VIEW_BEHIND_STARS;
        behind->which = (uint32_t)(*digit - '0');
        return (*digit >= '1' && *digit < '0' + MARKS_STARS && digit[1] == '\0') ||
               error_set(err, ERROR_BAD_INPUT, "%s=%.20s: stars-1 ... stars-%d", what, text,
                         MARKS_STARS - 1);
    }
    if (strncmp(text, open, sizeof open - 1) == 0) {
        if (!find_word(what, text + sizeof open - 1, ages, VIEW_AGES, &i, err))
            return false;
        behind->number = VIEW_BEHIND_OPEN;
        behind->which = (uint32_t)i;
        return true;
    }
    if (strcmp(text, "open") == 0) {
        behind->number = VIEW_BEHIND_OPEN;
        behind->which = VIEW_AGES;
        return true;
    }
    if (!find_word(what, text, numbers, NUMBERS, &i, err))
        return false;
    behind->number = (enum view_number)i;
    return true;
}

/* ------------------------------------------------------------------ what the fold says */

const char *effect_key(enum effect effect)
{
    switch (effect) {
    case EFFECT_NONE:
        return "none";
    case EFFECT_MOVED:
        return "moved";
    case EFFECT_NOTED:
        return "noted";
    case EFFECT_OUT_OF_ORDER:
        return "out-of-order";
    case EFFECT_UNKNOWN:
        return "unknown";
    case EFFECT_STRUCK:
        return "struck";
    case EFFECT_REPEATED:
        return "repeated";
    case EFFECT_SET_ASIDE:
        return "set-aside";
    }
    return "?";
}

const char *doubt_key(enum doubt doubt)
{
    switch (doubt) {
    case DOUBT_NO_PICKUP:
        return "no-pickup";
    case DOUBT_PICKED_UP_TWICE:
        return "picked-up-twice";
    case DOUBT_NOT_THE_HOLDER:
        return "not-the-holder";
    case DOUBT_DELIVERED_TWICE:
        return "delivered-twice";
    case DOUBT_AFTER_END:
        return "after-end";
    case DOUBT_VOID_SCANNED:
        return "void-scanned";
    case DOUBT_CLOCK:
        return "clock";
    case DOUBT_CONFLICT:
        return "conflict";
    case DOUBT_OUT_OF_ORDER:
        return "out-of-order";
    case DOUBT_UNKNOWN_EVENT:
        return "unknown-event";
    case DOUBT_WITHDRAWN_LATE:
        return "withdrawn-late";
    case DOUBT_RETURN:
        return "return";
    case DOUBT_PAUSE:
        return "pause";
    case DOUBT_DISPUTED:
        return "disputed";
    case DOUBT_MONEY:
        return "money";
    case DOUBT_CASE:
        return "case";
    }
    return "?";
}
