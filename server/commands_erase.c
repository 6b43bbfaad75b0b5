/* commands_erase.c - data that is to go: a person's, what was kept long enough, and when what is
 * due. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_law.h"

/* Of his items those that may go stand first; the others are named. */
static bool sort_out(const struct commands *commands, const struct call *call,
                     struct sought *sought, bool early, size_t *ret_free, struct error *err)
{
    struct rules rules;
    bool good = true;
    size_t n = 0;
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    for (size_t i = 0; good && i < sought->n; i++) {
        enum erase_bar bar;
        struct instant until;
        good = erase_bar_of(commands, &rules, &sought->items[i], &bar, &until, err);
        if (good && (bar == ERASE_FREE || (bar == ERASE_TOO_EARLY && early))) {
            sought->items[n++] = sought->items[i];
        } else if (good) {
            answer_row(call->answer, "kept");
            answer_text(call->answer, "item", sought->items[i].text);
            answer_day(call->answer, "until", until);
            answer_text(call->answer, "why", erase_bar_vi(bar));
            answer_text(call->answer, "why_en", erase_bar_en(bar));
        }
    }
    rules_done(&rules);
    *ret_free = n;
    return good;
}

/* key=yes; another word than yes or no is none of them. */
static bool option_yes(const struct call *call, int first, const char *key, bool *ret_yes,
                       struct error *err)
{
    const char *text = option_text(call, first, key);
    *ret_yes = text != NULL && strcmp(text, "yes") == 0;
    return text == NULL || *ret_yes || strcmp(text, "no") == 0 ||
           error_set(err, ERROR_BAD_INPUT, "%s=%.20s: yes hoặc no. / yes or no", key, text);
}

/* What was erased is erased, though it may still be read off an index for a while: no failure, for
 * then it would be asked for again. */
static void scrub(const struct commands *commands, struct answer *answer)
{
    struct error why = {.code = ERROR_NONE};
    if (!erase_scrub(commands, &why))
        answer_say(answer,
                   "Vết trong chỉ mục chưa dọn được (%s); máy dọn lại mỗi ngày. / traces in an "
                   "index are left; it is tried again each day",
                   why.text);
}

static bool erase_person(const struct commands *commands, const struct call *call,
                         const struct office_fact *fact, struct sought *sought, struct error *err)
{
    bool early = false, dry = false;
    size_t n = 0, done = 0;
    if (!option_yes(call, 3, "early", &early, err) || !option_yes(call, 3, "dry", &dry, err) ||
        !seek_items(commands, call->argv[1], sought, err) ||
        !sort_out(commands, call, sought, early, &n, err))
        return false;
    if (dry) {
        answer_label(call->answer, "Sẽ xóa ");
        answer_number(call->answer, "would_be_erased", (int64_t)n);
        answer_say(call->answer, "hồ sơ; chưa xóa gì. / nothing was erased yet");
        return true;
    }
    if (n == 0)
        return error_set(err, ERROR_REFUSED,
                         "chưa xóa gì: cả %zu hồ sơ còn phải giữ. / nothing was erased: all %zu "
                         "must be kept",
                         sought->n, sought->n);
    if (!erase_items(commands, sought->items, n, fact, &done, err))
        return false;
    answer_label(call->answer, "Đã xóa ");
    answer_number(call->answer, "erased", (int64_t)done);
    answer_say(call->answer, "hồ sơ; chuỗi dữ kiện vẫn nguyên. / erased, the chain still holds");
    scrub(commands, call->answer);
    if (!erase_wait(commands))
        answer_say(call->answer,
                   "Nhật ký của tệp sẽ sạch sau ít phút. / the log follows in minutes");
    if (sought->more)
        answer_say(call->answer, "Còn nữa: chạy lại lệnh này. / there are more, run this again");
    return true;
}

bool run_erase(const struct commands *commands, const struct call *call, struct error *err)
{
    struct office_fact fact = {.event = EVENT_DATA_ERASED};
    struct sought *sought = calloc(1, sizeof *sought);
    if (sought == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = options_check(call, 3, "early dry by", err) &&
                setting_citation(&fact, call->argv[2], err) &&
                option_user(commands, call, 3, &fact.user, err) &&
                erase_person(commands, call, &fact, sought, err);
    free(sought);
    return good;
}

#define PURGE_CITATION "Kept long enough: rule keep_months; Law 91/2025/QH15"

bool run_purge(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *dry = option_text(call, 1, "dry");
    struct office_fact fact = {.event = EVENT_DATA_ERASED, .citation = PURGE_CITATION};
    struct erase_count count;
    size_t again = 0;
    bool looks_only = dry != NULL && strcmp(dry, "yes") == 0;
    if (!options_check(call, 1, "dry by", err) ||
        !option_user(commands, call, 1, &fact.user, err) ||
        (!looks_only && !erase_again(commands, &again, err)) ||
        !erase_what_is_due(commands, looks_only, &fact, &count, err) ||
        (!looks_only && !erase_scrub(commands, err)))
        return false;
    const struct {
        const char *label, *key;
        size_t value;
    } cells[] = {{looks_only ? "would be erased " : "erased ", "erased", count.items},
                 {"erased again ", "again", again},
                 {"held ", "held", count.held},
                 {"open cases ", "cases", count.cases}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        answer_label(call->answer, cells[i].label);
        answer_number(call->answer, cells[i].key, (int64_t)cells[i].value);
    }
    return true;
}

static void say_month(void *ctx, const char *month, size_t items)
{
    struct answer *answer = ctx;
    answer_row(answer, "purgeplan");
    answer_text(answer, "month", month);
    answer_number(answer, "items", (int64_t)items);
}

bool run_purgeplan(const struct commands *commands, const struct call *call, struct error *err)
{
    return erase_plan(commands, say_month, call->answer, err);
}
