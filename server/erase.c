#include "server/erase.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/delivery/claims.h"
#include "server/field/attachments.h"
#include "server/files.h"
#include "server/keeping/erased_list.h"
#include "server/office/finder.h"
#include "server/record/inbox.h"
#include "server/record/pages.h"

#define WAIT_STEP_MS 50
#define WAIT_MS 12000 /* readers hold a snapshot at most 5 s (reliability.md (c) 40) */
#define PRINT_KEPT_S ((time_t)24 * 60 * 60)

/* ------------------------------------------------------------------ may it go? */

static const struct {
    const char *vi, *en;
} words[ERASE_BARS] = {
    [ERASE_FREE] = {"xóa được", "may be erased"},
    [ERASE_UNKNOWN] = {"không có số này", "no such item"},
    [ERASE_DONE] = {"đã xóa trước đây", "erased before"},
    [ERASE_HELD] = {"đang giữ theo yêu cầu", "held"},
    [ERASE_UNDER_WAY] = {"chưa kết thúc", "still under way"},
    [ERASE_CASE] = {"còn vụ việc mở", "a case is open"},
    [ERASE_TOO_EARLY] = {"còn hạn khiếu nại", "complaints may still come"},
};

const char *erase_bar_vi(enum erase_bar bar)
{
    return words[bar].vi;
}

const char *erase_bar_en(enum erase_bar bar)
{
    return words[bar].en;
}

static bool has_open_case(const struct view *view, const struct rules *rules, struct instant now)
{
    struct claim claims[CLAIMS_ALL_MAX];
    size_t n = claims_of(&view->state, &view->clocks, rules, now, claims);
    for (size_t i = 0; i < n; i++)
        if (claim_is_open(&claims[i]))
            return true;
    return false;
}

/* From its end; what a citizen may still complain of by the rules themselves is not shortened. */
static struct instant kept_until(const struct view *view, const struct rules *rules,
                                 struct instant now)
{
    const struct schedule schedule = {rules, view->state.office.post_office, now};
    int64_t months = rule_value(&schedule, RULE_KEEP_MONTHS, now);
    struct instant ended = view->state.since.latest;
    if (ended.ms < view->state.since_arrival.ms)
        ended = view->state.since_arrival;
    return day_minute(day_after_months(day_of(ended), months) + 1, 0);
}

static enum erase_bar bar_of_view(const struct view *view, const struct rules *rules,
                                  struct instant now, struct instant *ret_until)
{
    if (!view->state.issued)
        return ERASE_UNKNOWN;
    if (!status_is_final(view->state.status))
        return ERASE_UNDER_WAY;
    *ret_until = kept_until(view, rules, now);
    if (has_open_case(view, rules, now))
        return ERASE_CASE;
    return now.ms < ret_until->ms ? ERASE_TOO_EARLY : ERASE_FREE;
}

static bool bar_with_view(const struct commands *commands, const struct rules *rules,
                          const struct view *view, enum erase_bar *ret_bar,
                          struct instant *ret_until, struct error *err)
{
    uint64_t erased = 0, held = 0;
    if (!erasure_of(commands->record, &view->state.item, &erased, err) ||
        !hold_of(commands->record, &view->state.item, &held, err))
        return false;
    enum erase_bar bar = bar_of_view(view, rules, record_now(commands->record), ret_until);
    *ret_bar = erased != 0 ? ERASE_DONE : held != 0 && bar != ERASE_UNKNOWN ? ERASE_HELD : bar;
    return true;
}

bool erase_bar_of(const struct commands *commands, const struct rules *rules,
                  const struct item *item, enum erase_bar *ret_bar, struct instant *ret_until,
                  struct error *err)
{
    struct view view;
    *ret_until = (struct instant){0};
    *ret_bar = ERASE_UNKNOWN;
    return !views_item(commands->views, item, &view) ||
           bar_with_view(commands, rules, &view, ret_bar, ret_until, err);
}

/* ------------------------------------------------------------------ files */

/* Prints of yesterday, and the copies an upgrade kept, hold names too; both can be made again or
 * are not needed. */
static void drop_old(const char *folder, const char *begins, time_t before)
{
    const struct dirent *entry;
    struct stat about;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, begins, strlen(begins)) == 0 &&
            fstatat(dirfd(dir), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(about.st_mode) && about.st_mtime < before)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}

static bool drop_copies(const struct commands *commands, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    if (!files_join(commands->folder, "print", path, sizeof path, err))
        return false;
    time_t now = time(NULL);
    drop_old(path, "", now - PRINT_KEPT_S);
    drop_old(commands->folder, "record-layout-", now);
    return true;
}

struct papers {
    const struct commands *commands;
    struct error *err;
    bool good;
};

static bool drop_paper(void *ctx, const struct paper_row *row)
{
    struct papers *papers = ctx;
    char path[ATTACHMENTS_PATH_MAX];
    if (row->stand != PAPER_DELETED)
        return true;
    papers->good = attachments_path(papers->commands->folder, &row->hash, path, papers->err) &&
                   (unlink(path) == 0 || errno == ENOENT ||
                    error_set(papers->err, ERROR_LATER, "attachment: %s", strerror(errno)));
    return papers->good;
}

/* What the record says is not to be here; again at each start, should this have been cut short. */
static bool drop_papers(const struct commands *commands, const struct item *item, struct error *err)
{
    struct papers papers = {commands, err, true};
    return papers_of_item(commands->record, item, drop_paper, &papers, err) && papers.good;
}

/* ------------------------------------------------------------------ erasing */

struct erasing {
    const struct erasure *erasure;
    struct office_fact fact;
    size_t items;
};

static bool erase_act(struct record *record, void *arg, struct error *err)
{
    struct erasing *erasing = arg;
    return erasure_run(record, erasing->erasure, &erasing->fact, &erasing->items, err);
}

/* Before it is done: a number too many does no harm, one too few would. */
static bool write_numbers(const struct commands *commands, const struct item *items, size_t n,
                          struct error *err)
{
    const char *copies = commands->config->backup_folder;
    return erased_list_append(commands->folder, items, n, err) &&
           (*copies == '\0' || erased_list_append(copies, items, n, err));
}

static bool forget_around(const struct commands *commands, const struct item *items, size_t n,
                          struct error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!drop_papers(commands, &items[i], err) ||
            (commands->finder != NULL && !finder_forget(commands->finder, &items[i], err)))
            return error_add(err, "%s", items[i].text);
    if (commands->pages != NULL)
        pages_scrub(commands->pages);
    return drop_copies(commands, err);
}

bool erase_items(const struct commands *commands, const struct item *items, size_t n,
                 const struct office_fact *fact, size_t *ret_items, struct error *err)
{
    struct erasure *erasure = calloc(1, sizeof *erasure);
    struct erasing erasing = {erasure, *fact, 0};
    if (erasure == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    invariant(n <= ERASE_ITEMS_MAX);
    memcpy(erasure->items, items, n * sizeof *items);
    erasure->n = n;
    bool good = erasure_gather(commands->record, erasure, err) &&
                write_numbers(commands, items, n, err) &&
                commands->acts.run(commands->acts.self, erase_act, &erasing, err) &&
                forget_around(commands, items, n, err);
    erasure_done(erasure);
    free(erasure);
    for (size_t i = 0; good && i < n; i++)
        views_erased(commands->views, &items[i]);
    if (good)
        *ret_items = erasing.items;
    return good;
}

static bool scrub_act(struct record *record, void *arg, struct error *err)
{
    (void)arg;
    return phone_told_scrub(record, err);
}

bool erase_scrub(const struct commands *commands, struct error *err)
{
    if (!commands->acts.run(commands->acts.self, scrub_act, NULL, err))
        return false;
    if (commands->pages != NULL)
        pages_scrub(commands->pages);
    return true;
}

bool erase_wait(const struct commands *commands)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000L * 1000};
    for (int waited = 0; commands->pages != NULL && pages_scrub_is_due(commands->pages);
         waited += WAIT_STEP_MS) {
        if (waited >= WAIT_MS)
            return false;
        nanosleep(&step, NULL);
    }
    return true;
}

/* ------------------------------------------------------------------ again */

struct again {
    const struct commands *commands;
    size_t items;
};

static bool run_again(void *ctx, const struct item *items, size_t n, struct error *err)
{
    struct again *again = ctx;
    const struct office_fact fact = {.citation = ERASED_AGAIN};
    size_t done = 0;
    bool good = erase_items(again->commands, items, n, &fact, &done, err);
    again->items += done;
    return good;
}

static bool drop_again(void *ctx, const struct item *item)
{
    struct papers *papers = ctx;
    papers->good = drop_papers(papers->commands, item, papers->err);
    return papers->good;
}

bool erase_again(const struct commands *commands, size_t *ret_items, struct error *err)
{
    struct erased_list list = {.items = NULL};
    struct again again = {commands, 0};
    struct papers papers = {commands, err, true};
    const char *copies = commands->config->backup_folder;
    bool good = erased_list_read(&list, commands->folder, err) &&
                (*copies == '\0' || erased_list_read(&list, copies, err)) &&
                erased_list_again(commands->record, &list, run_again, &again, err) &&
                erasures_items(commands->record, drop_again, &papers, err) && papers.good;
    erased_list_done(&list);
    *ret_items = again.items;
    return good;
}

/* ------------------------------------------------------------------ kept long enough */

struct overdue {
    const struct commands *commands;
    const struct rules *rules;
    const struct office_fact *fact;
    bool dry;
    struct item items[ERASE_ITEMS_MAX];
    size_t n;
    struct erase_count count;
};

static bool take_due(struct overdue *due, struct error *err)
{
    size_t done = due->n;
    if (due->n == 0)
        return true;
    if (!due->dry && !erase_items(due->commands, due->items, due->n, due->fact, &done, err))
        return false;
    due->count.items += done;
    due->n = 0;
    return true;
}

static bool look_at(struct overdue *due, const struct view *view, struct error *err)
{
    enum erase_bar bar;
    struct instant until;
    if (!bar_with_view(due->commands, due->rules, view, &bar, &until, err))
        return false;
    due->count.held += bar == ERASE_HELD;
    due->count.cases += bar == ERASE_CASE;
    if (bar == ERASE_FREE)
        due->items[due->n++] = view->state.item;
    return due->n < ERASE_ITEMS_MAX || take_due(due, err);
}

/* Before anything is folded: what was erased before is not met again (only the first time after a
 * start). */
static bool is_here(const struct commands *commands, const struct item *item, bool *ret_here,
                    struct error *err)
{
    uint64_t erased = 0;
    if (!erasure_of(commands->record, item, &erased, err))
        return false;
    if (erased != 0)
        views_erased(commands->views, item);
    *ret_here = erased == 0;
    return true;
}

static bool look_at_ended(struct overdue *due, const struct item *item, struct error *err)
{
    struct view view;
    bool here = false;
    if (!is_here(due->commands, item, &here, err))
        return false;
    return !here || !views_item(due->commands->views, item, &view) || look_at(due, &view, err);
}

/* Of all post offices: each goes by a setting of its own or by what goes for all. */
static int64_t shortest_months(const struct rules *rules, struct instant now)
{
    struct schedule schedule = {rules, 0, now};
    int64_t shortest = rule_value(&schedule, RULE_KEEP_MONTHS, now);
    for (size_t i = 0; i < rules->n; i++) {
        schedule.post_office = rules->settings[i].post_office;
        int64_t months = rule_value(&schedule, RULE_KEEP_MONTHS, now);
        shortest = months < shortest ? months : shortest;
    }
    return shortest;
}

/* An end is not before the day the word of it arrived: later days are left alone. */
static bool look_at_days(struct overdue *due, struct error *err)
{
    struct instant now = record_now(due->commands->record);
    int64_t today = day_of(now), months = shortest_months(due->rules, now), day = 0;
    for (bool good = true;; day++) {
        struct item *ended = NULL;
        size_t n = 0;
        if (!views_ended(due->commands->views, day, &day, &ended, &n))
            return error_set(err, ERROR_LATER, "out of memory");
        bool over = n == 0 || day_after_months(day, months) + 1 > today;
        for (size_t i = 0; !over && good && i < n; i++)
            good = look_at_ended(due, &ended[i], err);
        free(ended);
        if (over || !good)
            return good && take_due(due, err);
    }
}

bool erase_what_is_due(const struct commands *commands, bool dry, const struct office_fact *fact,
                       struct erase_count *ret_count, struct error *err)
{
    struct rules rules;
    struct overdue *due = calloc(1, sizeof *due);
    bool good = due != NULL && views_rules(commands->views, &rules);
    if (!good) {
        free(due);
        return error_set(err, ERROR_LATER, "out of memory");
    }
    *due = (struct overdue){.commands = commands, .rules = &rules, .fact = fact, .dry = dry};
    good = look_at_days(due, err);
    *ret_count = due->count;
    rules_done(&rules);
    free(due);
    return good;
}

/* ------------------------------------------------------------------ what will go */

#define PLAN_MONTHS 240 /* what comes later stands in the last one */

struct plan {
    const struct commands *commands;
    const struct rules *rules;
    int first; /* the present month */
    size_t items[PLAN_MONTHS];
};

/* Months since the year 0, of a day here. */
static int month_of(struct instant at)
{
    char text[CLOCK_TEXT_MAX];
    int year = 0, month = 1;
    /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
    (void)sscanf(clock_iso_local(at, text, sizeof text), "%4d-%2d", &year, &month);
    return year * 12 + month - 1;
}

static bool plan_one(struct plan *plan, const struct item *item, struct error *err)
{
    enum erase_bar bar;
    struct instant until = {0};
    struct view view;
    bool here = false;
    if (!is_here(plan->commands, item, &here, err))
        return false;
    if (!here || !views_item(plan->commands->views, item, &view) ||
        !status_is_final(view.state.status))
        return true;
    if (!bar_with_view(plan->commands, plan->rules, &view, &bar, &until, err))
        return false;
    int at = month_of(until) - plan->first;
    if (bar == ERASE_FREE || at < 0)
        at = 0;
    if (bar == ERASE_FREE || bar == ERASE_TOO_EARLY)
        plan->items[at < PLAN_MONTHS ? at : PLAN_MONTHS - 1]++;
    return true;
}

static bool plan_all(struct plan *plan, struct error *err)
{
    bool good = true;
    size_t n = 1;
    for (int64_t day = 0; good && n > 0; day++) {
        struct item *ended = NULL;
        if (!views_ended(plan->commands->views, day, &day, &ended, &n))
            return error_set(err, ERROR_LATER, "out of memory");
        for (size_t i = 0; good && i < n; i++)
            good = plan_one(plan, &ended[i], err);
        free(ended);
    }
    return good;
}

bool erase_plan(const struct commands *commands,
                void (*each)(void *ctx, const char *month, size_t items), void *ctx,
                struct error *err)
{
    struct rules rules;
    struct plan plan = {commands, &rules, month_of(record_now(commands->record)), {0}};
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = plan_all(&plan, err);
    for (int i = 0; good && i < PLAN_MONTHS; i++) {
        char month[16];
        int at = plan.first + i;
        (void)snprintf(month, sizeof month, "%04d-%02d", at / 12, at % 12 + 1);
        if (plan.items[i] > 0)
            each(ctx, month, plan.items[i]);
    }
    rules_done(&rules);
    return good;
}
