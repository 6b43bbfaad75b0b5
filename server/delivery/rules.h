/* rules.h - the numbers rules are made of (rule.def) and the days that are worked (calendar.def),
 * with what offices overruled. Pure values and look-ups: no I/O.
 *
 * Every question is asked *for* a post office, *at* a time and *as known* at another: an entry made
 * later never changes what was answered for a clock that was closed before (case T01, late edit).
 * An entry for one post office goes before one for all; of two the one valid from later counts,
 * then the one entered later.
 *
 * Days are counted from 1970-01-01 in local time (UTC+7, fixed).
 * Threads: a struct rules is changed by its owner only; look-ups change nothing.
 */
#ifndef TRAO_SERVER_DELIVERY_RULES_H
#define TRAO_SERVER_DELIVERY_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/fact.h"
#include "server/delivery/prices.h"

/* ------------------------------------------------------------------ days */

int64_t day_of(struct instant at);
/* The instant of `minute` (0..1440) of a day. */
struct instant day_minute(int64_t day, int64_t minute);
/* "2026-11-25" to a day; BAD_INPUT says what is wrong. Years 1970..2199. */
bool day_read(const char *text, int64_t *ret_day, struct error *err) must_use;
/* Months later, the same day of the month or the last there is. */
int64_t day_after_months(int64_t day, int64_t months);

/* ------------------------------------------------------------------ rules */

enum rule {
#define RULE(KEY, key, vi, en, value, least, most, citation, y, m, d) RULE_##KEY,
#include "server/delivery/rule.def"
#undef RULE
    RULES
};

struct rule_info {
    enum rule rule;
    const char *key;
    const char *vi, *en; /* its name, with the unit */
    int64_t value, least, most;
    const char *citation;
    int64_t from_day;
};
/* The i-th row of rule.def, NULL past the end. */
const struct rule_info *rule_row(size_t i);
const struct rule_info *rule_find(const char *key);

/* What an office overruled: a value of a rule, or (as `day`) whether a day is worked. */
struct setting {
    bool is_day;
    enum rule rule;
    int64_t day;
    int64_t value;           /* of the rule; day: 1 worked, 0 off */
    uint32_t post_office;    /* 0 all */
    uint32_t office;         /* number of premises.h; 0 all */
    struct instant from, to; /* rules only: validity; to.ms 0 open */
    struct instant entered;  /* when the record learned it */
    char citation[CITATION_MAX + 1];
};

/* Zeroed: no setting. */
struct rules {
    struct setting *settings; /* sorted by what they set */
    size_t n, room;
    struct prices prices;
};
void rules_done(struct rules *rules);
/* False without memory. */
bool rules_copy(const struct rules *rules, struct rules *ret_copy) must_use;

/* True for the events whose facts rules_take may take in: rules, days, prices, exemptions, and what
 * the registry says of a post office, whose commune decides the zones of its addresses. */
bool event_sets_rule(uint32_t event);
/* True for those it does take in, if they can be read: not for what stands elsewhere. */
bool fact_sets_rule(const struct office_fact *fact);
/* Checks what is to become a fact CALENDAR_SET (key "2026-11-25", value 0 or 1) or PARAMETER_SET
 * (key of rule.def, value in its range). BAD_INPUT says what is wrong. */
bool rules_check(const struct office_fact *fact, struct error *err) must_use;
/* Takes such a fact in; the order of taking does not matter. A fact that rules_check refuses, or of
 * another event, changes nothing. False without memory. */
bool rules_take(struct rules *rules, const struct office_fact *fact);

/* ------------------------------------------------------------------ asking */

/* Whose calendar, as known when. */
struct schedule {
    const struct rules *rules;
    uint32_t post_office;
    struct instant as_of;
};

int64_t rule_value(const struct schedule *schedule, enum rule rule, struct instant at);
/* The same for one office of the State: what it said itself goes before what all said. */
int64_t rule_value_of(const struct schedule *schedule, uint32_t office, enum rule rule,
                      struct instant at);
/* The setting behind that value, NULL when it is rule.def's own. */
const struct setting *rule_setting(const struct schedule *schedule, enum rule rule,
                                   struct instant at);

struct day_info {
    bool works;
    bool proposed;    /* published, still to be confirmed */
    const char *note; /* "" for a plain weekday; a setting's citation */
    bool is_setting;
};
struct day_info schedule_day(const struct schedule *schedule, int64_t day);
/* The i-th row of calendar.def's days in order of date; false past the end. */
bool calendar_row(size_t i, int64_t *ret_day);

#endif
