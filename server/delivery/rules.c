/* rules.c - the tables and what overrules them. */
#include "server/delivery/rules.h"

#include "protocol/premises.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS (INT64_C(1000) * 60)
#define DAY_MS (MINUTE_MS * 60 * 24)
#define LOCAL_MS (MINUTE_MS * 60 * 7) /* UTC+7, no daylight saving */

/* ------------------------------------------------------------------ days */

/* By remainders, so that no instant overflows. */
int64_t day_of(struct instant at)
{
    int64_t day = at.ms / DAY_MS, rest = at.ms % DAY_MS;
    if (rest < 0) {
        day--;
        rest += DAY_MS;
    }
    return day + (rest + LOCAL_MS >= DAY_MS);
}

struct instant day_minute(int64_t day, int64_t minute)
{
    return (struct instant){day * DAY_MS - LOCAL_MS + minute * MINUTE_MS};
}

/* Of a Gregorian date, 1970 and later: years begin in March, so that the leap day is the last. */
#define MARCH_YEAR(y, m) ((int64_t)(y) - ((m) <= 2))
#define DAY_OF_MARCH_YEAR(m, d) ((153 * ((m) + ((m) > 2 ? -3 : 9)) + 2) / 5 + (d)-1)
#define DAYS_BEFORE(year) ((year)*INT64_C(365) + (year) / 4 - (year) / 100 + (year) / 400)
#define DAY_NUMBER(y, m, d) (DAYS_BEFORE(MARCH_YEAR(y, m)) + DAY_OF_MARCH_YEAR(m, d) - 719468)

static int days_in_month(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* -1 unless all `n` are digits. */
static int64_t read_digits(const char *text, size_t n)
{
    int64_t number = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

bool day_read(const char *text, int64_t *ret_day, struct error *err)
{
    bool shape = strlen(text) == 10 && text[4] == '-' && text[7] == '-';
    int64_t y = shape ? read_digits(text, 4) : -1;
    int64_t m = shape ? read_digits(text + 5, 2) : -1;
    int64_t d = shape ? read_digits(text + 8, 2) : -1;
    if (y < 1970 || y > 2199 || m < 1 || m > 12 || d < 1 || d > days_in_month(y, m))
        return error_set(err, ERROR_BAD_INPUT,
                         "«%.20s»: không có ngày ấy; viết như 2026-11-25. / no such day", text);
    *ret_day = DAY_NUMBER(y, m, d);
    return true;
}

/* The date of a day from 1970 on. A year is guessed from below: at 365.2425 days each it is the
 * right one or the one before. */
static void date_of(int64_t day, int64_t *ret_y, int64_t *ret_m, int64_t *ret_d)
{
    int64_t y = 1970 + day * 400 / 146097;
    y -= DAY_NUMBER(y, 1, 1) > day;
    y += DAY_NUMBER(y + 1, 1, 1) <= day;
    int64_t m = (day - DAY_NUMBER(y, 1, 1)) / 31 + 1;
    m += m < 12 && DAY_NUMBER(y, m + 1, 1) <= day;
    *ret_y = y;
    *ret_m = m;
    *ret_d = day - DAY_NUMBER(y, m, 1) + 1;
}

int64_t day_after_months(int64_t day, int64_t months)
{
    int64_t y, m, d;
    date_of(day, &y, &m, &d);
    int64_t month = m - 1 + months;
    y += month / 12;
    m = month % 12 + 1;
    int64_t last = days_in_month(y, m);
    return DAY_NUMBER(y, m, d < last ? d : last);
}

/* ------------------------------------------------------------------ the tables */

static const struct rule_info rows[] = {
#define RULE(KEY, key, vi, en, value, least, most, citation, y, m, d)                              \
    {RULE_##KEY, key, vi, en, value, least, most, citation, DAY_NUMBER(y, m, d)},
#include "server/delivery/rule.def"
#undef RULE
};

enum { OFF = 0, WORK = 1, OFFICIAL = 0, PROPOSED = 1 };

static const struct holiday {
    int64_t day;
    bool works, proposed;
    const char *note;
} holidays[] = {
#define DAY(y, m, d, KIND, STANDING, note) {DAY_NUMBER(y, m, d), KIND, STANDING, note},
#include "server/delivery/calendar.def"
#undef DAY
};
#define HOLIDAYS (sizeof holidays / sizeof *holidays)

const struct rule_info *rule_row(size_t i)
{
    return i < RULES ? &rows[i] : NULL;
}

const struct rule_info *rule_find(const char *key)
{
    for (size_t i = 0; i < RULES; i++)
        if (strcmp(rows[i].key, key) == 0)
            return &rows[i];
    return NULL;
}

bool calendar_row(size_t i, int64_t *ret_day)
{
    if (i >= HOLIDAYS)
        return false;
    *ret_day = holidays[i].day;
    return true;
}

/* ------------------------------------------------------------------ settings */

void rules_done(struct rules *rules)
{
    free(rules->settings);
    prices_done(&rules->prices);
    *rules = (struct rules){0};
}

bool rules_copy(const struct rules *rules, struct rules *ret_copy)
{
    struct rules copy = {.n = rules->n, .room = rules->n};
    if (rules->n > 0) {
        copy.settings = malloc(rules->n * sizeof *copy.settings);
        if (copy.settings == NULL)
            return false;
        memcpy(copy.settings, rules->settings, rules->n * sizeof *copy.settings);
    }
    if (!prices_copy(&rules->prices, &copy.prices)) {
        rules_done(&copy);
        return false;
    }
    *ret_copy = copy;
    return true;
}

static bool read_day(const struct office_fact *fact, struct setting *ret_setting, struct error *err)
{
    if (!day_read(fact->key, &ret_setting->day, err))
        return false;
    if (fact->value != OFF && fact->value != WORK)
        return error_set(err, ERROR_BAD_INPUT, "%s: 0 is off, 1 is worked; not %lld", fact->key,
                         (long long)fact->value);
    ret_setting->is_day = true;
    return true;
}

static bool read_rule(const struct office_fact *fact, const struct rule_info *info,
                      struct setting *ret_setting, struct error *err)
{
    if (info == NULL)
        return error_set(err, ERROR_BAD_INPUT, "%s: không có tham số này. / there is no such rule",
                         fact->key);
    if (fact->value < info->least || fact->value > info->most)
        return error_set(err, ERROR_BAD_INPUT, "«%lld»: %s từ %lld đến %lld. / not within",
                         (long long)fact->value, info->key, (long long)info->least,
                         (long long)info->most);
    ret_setting->rule = info->rule;
    return true;
}

/* Where a post office stands: the registry's word, as `office_commune` set for that post office is.
 */
static bool read_premises(const struct office_fact *fact, struct setting *ret_setting,
                          struct error *err)
{
    if (!fact_sets_rule(fact))
        return error_set(err, ERROR_BAD_INPUT, "%s: of no post office, or without its commune",
                         fact->key);
    ret_setting->rule = RULE_OFFICE_COMMUNE;
    ret_setting->value = fact->commune;
    ret_setting->post_office = (uint32_t)fact->value;
    return true;
}

static bool read_setting(const struct office_fact *fact, struct setting *ret_setting,
                         struct error *err)
{
    *ret_setting = (struct setting){.value = fact->value,
                                    .post_office = fact->post_office,
                                    .office = fact->office,
                                    .from = fact->from.ms == 0 ? fact->at : fact->from,
                                    .to = fact->to,
                                    .entered = fact->at};
    (void)snprintf(ret_setting->citation, sizeof ret_setting->citation, "%s", fact->citation);
    if (fact->event == EVENT_CALENDAR_SET)
        return read_day(fact, ret_setting, err);
    if (fact->event == EVENT_PARAMETER_SET)
        return read_rule(fact, rule_find(fact->key), ret_setting, err);
    if (fact->event == EVENT_RETURN_STANDING)
        return read_rule(fact, &rows[RULE_RETURN_STANDING], ret_setting, err);
    if (fact->event == EVENT_PREMISES_SET)
        return read_premises(fact, ret_setting, err);
    return error_set(err, ERROR_BAD_INPUT, "event %u sets no rule", fact->event);
}

bool rules_check(const struct office_fact *fact, struct error *err)
{
    struct setting setting;
    return read_setting(fact, &setting, err);
}

/* What a setting sets, as one number: rules first, then days. */
static int64_t subject(const struct setting *setting)
{
    return setting->is_day ? RULES + setting->day : (int64_t)setting->rule;
}

/* The first setting of a subject, or where it would stand. */
static size_t place_of(const struct rules *rules, int64_t wanted)
{
    size_t low = 0, high = rules->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (subject(&rules->settings[middle]) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool event_sets_rule(uint32_t event)
{
    return event == EVENT_CALENDAR_SET || event == EVENT_PARAMETER_SET ||
           event == EVENT_RETURN_STANDING || event == EVENT_PRICE_SET ||
           event == EVENT_EXEMPTION_SET || event == EVENT_PREMISES_SET;
}

bool fact_sets_rule(const struct office_fact *fact)
{
    return event_sets_rule(fact->event) &&
           (fact->event != EVENT_PREMISES_SET ||
            (fact->kind == PREMISES_POST_OFFICE && fact->commune != 0));
}

bool rules_take(struct rules *rules, const struct office_fact *fact)
{
    struct setting setting;
    if (fact->event == EVENT_PRICE_SET || fact->event == EVENT_EXEMPTION_SET)
        return prices_take(&rules->prices, fact);
    if (!read_setting(fact, &setting, NULL))
        return true;
    if (rules->n == rules->room) {
        size_t room = rules->room == 0 ? 16 : rules->room * 2;
        struct setting *grown = realloc(rules->settings, room * sizeof *grown);
        if (grown == NULL)
            return false;
        rules->settings = grown;
        rules->room = room;
    }
    size_t at = place_of(rules, subject(&setting));
    memmove(&rules->settings[at + 1], &rules->settings[at],
            (rules->n - at) * sizeof *rules->settings);
    rules->settings[at] = setting;
    rules->n++;
    return true;
}

/* ------------------------------------------------------------------ asking */

static bool applies(const struct schedule *schedule, uint32_t office, const struct setting *setting,
                    struct instant at)
{
    if (setting->office != 0 && setting->office != office)
        return false;
    bool ours = setting->post_office == 0 || setting->post_office == schedule->post_office;
    bool known = setting->entered.ms <= schedule->as_of.ms;
    bool valid = setting->is_day ||
                 (setting->from.ms <= at.ms && (setting->to.ms == 0 || at.ms < setting->to.ms));
    return ours && known && valid;
}

/* True if `a` goes before `b`. */
static bool beats(const struct setting *a, const struct setting *b)
{
    if ((a->office != 0) != (b->office != 0))
        return a->office != 0;
    if ((a->post_office != 0) != (b->post_office != 0))
        return a->post_office != 0;
    if (!a->is_day && a->from.ms != b->from.ms)
        return a->from.ms > b->from.ms;
    if (a->entered.ms != b->entered.ms)
        return a->entered.ms > b->entered.ms;
    return a->value > b->value; /* entered at once: any rule will do, if it is always the same */
}

static const struct setting *best_of(const struct schedule *schedule, uint32_t office,
                                     int64_t wanted, struct instant at)
{
    const struct rules *rules = schedule->rules;
    const struct setting *best = NULL;
    for (size_t i = place_of(rules, wanted); i < rules->n && subject(&rules->settings[i]) == wanted;
         i++) {
        const struct setting *setting = &rules->settings[i];
        if (applies(schedule, office, setting, at) && (best == NULL || beats(setting, best)))
            best = setting;
    }
    return best;
}

const struct setting *rule_setting(const struct schedule *schedule, enum rule rule,
                                   struct instant at)
{
    return best_of(schedule, 0, (int64_t)rule, at);
}

int64_t rule_value(const struct schedule *schedule, enum rule rule, struct instant at)
{
    const struct setting *setting = rule_setting(schedule, rule, at);
    return setting != NULL ? setting->value : rows[rule].value;
}

int64_t rule_value_of(const struct schedule *schedule, uint32_t office, enum rule rule,
                      struct instant at)
{
    const struct setting *setting = best_of(schedule, office, (int64_t)rule, at);
    return setting != NULL ? setting->value : rows[rule].value;
}

static const struct holiday *holiday_of(int64_t day)
{
    size_t low = 0, high = HOLIDAYS;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (holidays[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low < HOLIDAYS && holidays[low].day == day ? &holidays[low] : NULL;
}

struct day_info schedule_day(const struct schedule *schedule, int64_t day)
{
    const struct setting *setting =
        day < 0 ? NULL : best_of(schedule, 0, RULES + day, schedule->as_of);
    if (setting != NULL)
        return (struct day_info){
            .works = setting->value == WORK, .note = setting->citation, .is_setting = true};
    const struct holiday *holiday = holiday_of(day);
    if (holiday != NULL)
        return (struct day_info){
            .works = holiday->works, .proposed = holiday->proposed, .note = holiday->note};
    int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday; 0 is Monday */
    return (struct day_info){.works = weekday < 5, .note = ""};
}
