/* commands_board.c - figures: what was due and what was kept, by what items have in common, and the
 * items behind each number. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/delivery/share.h"
#include "server/office/rounds.h"
#include "server/record/postmen.h"
#include "server/record/premises.h"
#include "server/views/words.h"

#define KEY_TEXT_MAX (PREMISES_CODE_MAX + 1)

struct asking {
    const struct commands *commands;
    const struct call *call;
    struct view_asked asked;
};

/* ------------------------------------------------------------------ keys, there and back */

static const char *key_text(const struct asking *asking, uint64_t key, char out[KEY_TEXT_MAX])
{
    struct premises office = {.code = ""};
    struct error none;
    switch (asking->asked.group) {
    case VIEW_GROUP_ALL:
    case VIEW_GROUPS:
        return "all";
    case VIEW_GROUP_ZONE:
        return zone_key((enum zone)key);
    case VIEW_GROUP_OFFICE:
        if (!premises_at(asking->commands->record, PREMISES_OFFICE, (uint32_t)key,
                         (struct instant){INT64_MAX}, &office, &none))
            (void)snprintf(office.code, sizeof office.code, "%u", (unsigned)key);
        memcpy(out, office.code, sizeof office.code);
        return out;
    case VIEW_GROUP_POST_OFFICE:
        (void)snprintf(out, KEY_TEXT_MAX, "%06u", (unsigned)key);
        return key != 0 ? out : NULL;
    case VIEW_GROUP_ROUND:
        return key != 0 ? round_text(key, out) : NULL;
    case VIEW_GROUP_POSTMAN:
        return key != 0 ? badge_text((uint32_t)key, out) : NULL;
    case VIEW_GROUP_COMMUNE:
        (void)snprintf(out, KEY_TEXT_MAX, "%05u", (unsigned)key);
        return key != 0 ? out : NULL;
    }
    return NULL;
}

static bool read_zone(const char *text, uint64_t *ret_key, struct error *err)
{
    for (int zone = 0; zone < ZONES; zone++)
        if (strcmp(zone_key((enum zone)zone), text) == 0) {
            *ret_key = (uint64_t)zone;
            return true;
        }
    return error_set(err, ERROR_BAD_INPUT, "«%.20s»: commune, province, mountain, other. / zone",
                     text);
}

static bool read_office(const struct asking *asking, const char *text, uint64_t *ret_key,
                        struct error *err)
{
    struct premises office;
    if (premises_last(asking->commands->record, PREMISES_OFFICE, text, &office, err))
        *ret_key = office.number;
    else if (err->code != ERROR_NOT_FOUND || !digits_read(text, UINT32_MAX, ret_key, NULL))
        return false; /* a number stands where nobody registered a code */
    return true;
}

/* "-" is those of none. */
static bool read_key(const struct asking *asking, const char *text, uint64_t *ret_key,
                     struct error *err)
{
    uint32_t badge = 0;
    *ret_key = 0;
    if (strcmp(text, "-") == 0)
        return true;
    switch (asking->asked.group) {
    case VIEW_GROUP_ALL:
    case VIEW_GROUPS:
        return error_set(err, ERROR_BAD_INPUT, "key= đi với by=. / needs by=");
    case VIEW_GROUP_ZONE:
        return read_zone(text, ret_key, err);
    case VIEW_GROUP_OFFICE:
        return read_office(asking, text, ret_key, err);
    case VIEW_GROUP_POST_OFFICE:
        return digits_read(text, 999999, ret_key, err);
    case VIEW_GROUP_ROUND:
        return serial_read("BD", text, ret_key, err);
    case VIEW_GROUP_POSTMAN:
        if (!badge_read(text, &badge, err))
            return false;
        *ret_key = badge;
        return true;
    case VIEW_GROUP_COMMUNE:
        return digits_read(text, 99999, ret_key, err);
    }
    return false;
}

/* ------------------------------------------------------------------ what is asked */

static bool read_asked(struct asking *asking, struct error *err)
{
    const struct call *call = asking->call;
    struct view_asked *asked = &asking->asked;
    bool to = call->argc > 2 && strchr(call->argv[2], '=') == NULL;
    int first = to ? 3 : 2;
    const char *by = option_text(call, first, "by"), *clock = option_text(call, first, "clock");
    asked->group = VIEW_GROUP_ALL;
    asked->clock = VIEW_CLOCK_POST;
    if (!options_check(call, first, "by clock key rows", err) ||
        !day_read(call->argv[1], &asked->from_day, err) ||
        !day_read(call->argv[to ? 2 : 1], &asked->to_day, err) ||
        (by && !view_group_named("by", by, &asked->group, err)) ||
        (clock && !view_clock_named("clock", clock, &asked->clock, err)))
        return false;
    asked->now = record_now(asking->commands->record);
    return views_ages(asking->commands->views, asking->commands->config->post_office, asked) ||
           error_set(err, ERROR_LATER, "out of memory");
}

/* ------------------------------------------------------------------ figures */

static void say_board(struct answer *answer, const struct board *board)
{
    answer_label(answer, "due ");
    answer_number(answer, "due", (int64_t)board->due);
    answer_label(answer, "kept ");
    answer_number(answer, "kept", (int64_t)board->kept);
    answer_share(answer, "share", board->kept, board->due);
    answer_label(answer, "at first ");
    answer_share(answer, "share_at_first", board->kept_at_first, board->due);
    answer_label(answer, "came late ");
    answer_number(answer, "came_late", (int64_t)(board->kept - board->kept_at_first));
    answer_label(answer, "paused ");
    answer_number(answer, "paused", (int64_t)board->paused);
    answer_label(answer, "not yet ");
    answer_number(answer, "not_yet", (int64_t)board->not_yet);
}

static void say_few(struct answer *answer, const char *key, uint64_t n)
{
    answer_flag(answer, key, n < SHARE_FEW, "ít số liệu / few", "-");
}

static void say_attempts(struct answer *answer, const struct view_figure *figure)
{
    answer_label(answer, "attempted ");
    answer_number(answer, "attempted", (int64_t)figure->attempted);
    answer_label(answer, "first attempt ");
    answer_number(answer, "at_first_attempt", (int64_t)figure->at_first);
    answer_share(answer, "first_attempt_share", figure->at_first, figure->attempted);
    say_few(answer, "first_attempt_few", figure->attempted);
}

/* How many scans an item has: few say that handhelds are not used, or not heard. */
static void say_scans(struct answer *answer, const struct view_figure *figure)
{
    answer_label(answer, "sent ");
    answer_number(answer, "sent", (int64_t)figure->sent);
    answer_label(answer, "scans ");
    answer_number(answer, "scans", (int64_t)figure->scans);
    answer_label(answer, "scanned ");
    answer_number(answer, "scanned", (int64_t)figure->scanned);
    answer_share(answer, "scanned_share", figure->scanned, figure->sent);
}

static void say_open(struct answer *answer, const struct view_figure *figure)
{
    static const char *const labels[VIEW_AGES] = {"open 0-1 ", "2 ", "3-5 ", "6-10 ", ">10 "};
    static const char *const names[VIEW_AGES] = {"open_0_1", "open_2", "open_3_5", "open_6_10",
                                                 "open_more"};
    for (int age = 0; age < VIEW_AGES; age++) {
        answer_label(answer, labels[age]);
        answer_number(answer, names[age], (int64_t)figure->open[age]);
    }
}

static void say_reasons(struct answer *answer, const char *key, const struct view_figure *figure)
{
    for (uint32_t wire = 1; wire < MARKS_REASONS; wire++) {
        const struct reason_info *info = reason_info(wire);
        if (figure->reasons[wire] == 0)
            continue;
        answer_row(answer, "reasons");
        answer_label(answer, "reason ");
        answer_text(answer, "key", key);
        answer_number(answer, "reason", wire);
        answer_text(answer, "words", info ? info->vi : NULL);
        answer_number(answer, "items", (int64_t)figure->reasons[wire]);
    }
}

static void say_stars(struct answer *answer, const char *key, const struct view_figure *figure)
{
    uint64_t rated = 0;
    for (int stars = 1; stars < MARKS_STARS; stars++)
        rated += figure->stars[stars];
    for (int stars = MARKS_STARS - 1; rated > 0 && stars > 0; stars--) {
        answer_row(answer, "stars");
        answer_label(answer, "stars ");
        answer_text(answer, "key", key);
        answer_number(answer, "stars", stars);
        answer_number(answer, "items", (int64_t)figure->stars[stars]);
        answer_share(answer, "share", figure->stars[stars], rated);
        say_few(answer, "few", rated);
    }
}

static void say_figures(const struct asking *asking, const struct view_figure *figures, size_t n)
{
    char key[KEY_TEXT_MAX];
    struct answer *answer = asking->call->answer;
    for (size_t i = 0; i < n; i++) {
        answer_row(answer, "groups");
        answer_text(answer, "key", key_text(asking, figures[i].key, key));
        answer_text(answer, "clock", view_clock_key(asking->asked.clock));
        say_board(answer, &figures[i].board);
        say_few(answer, "few", figures[i].board.due);
        say_attempts(answer, &figures[i]);
        say_open(answer, &figures[i]);
        say_scans(answer, &figures[i]);
    }
    for (size_t i = 0; i < n; i++)
        say_reasons(answer, key_text(asking, figures[i].key, key), &figures[i]);
    for (size_t i = 0; i < n; i++)
        say_stars(answer, key_text(asking, figures[i].key, key), &figures[i]);
}

/* Both clocks over everything, before any group. */
static void say_both(const struct asking *asking)
{
    const struct view_asked *asked = &asking->asked;
    for (int clock = 0; clock < VIEW_CLOCKS; clock++) {
        struct board board = views_board(asking->commands->views, (enum view_clock)clock,
                                         asked->from_day, asked->to_day, asked->now);
        answer_row(asking->call->answer, "board");
        answer_text(asking->call->answer, "clock", view_clock_key((enum view_clock)clock));
        say_board(asking->call->answer, &board);
    }
}

/* ------------------------------------------------------------------ the items behind */

static bool read_behind(const struct asking *asking, const char *rows, const char *key,
                        struct view_behind *behind, struct error *err)
{
    *behind = (struct view_behind){.all_keys = key == NULL};
    return view_number_named("rows", rows, behind, err) &&
           (!key || read_key(asking, key, &behind->key, err));
}

static void say_item(const struct asking *asking, const struct view *view)
{
    struct answer *answer = asking->call->answer;
    const struct leg *leg =
        asking->asked.clock == VIEW_CLOCK_OFFICE ? &view->clocks.office : &view->clocks.post;
    const struct status_info *info = status_info(view->state.status);
    char key[KEY_TEXT_MAX];
    uint64_t round = view->marks.round;
    answer_row(answer, "items");
    answer_text(answer, "item", view->state.item.text);
    answer_text(answer, "dossier", view->state.office.dossier);
    answer_text(answer, "status", info ? info->key : "none");
    answer_time(answer, "due", leg->due);
    answer_time(answer, "end", leg->end);
    answer_text(answer, "round", round != 0 ? round_text(round, key) : NULL);
    answer_text(answer, "badge",
                view->marks.badge != 0 ? badge_text(view->marks.badge, key) : NULL);
}

#define PAGE 256
#define ROWS_MAX 10000

static bool say_behind(const struct asking *asking, const struct view_behind *behind,
                       struct error *err)
{
    struct view *page = calloc(PAGE, sizeof *page);
    size_t offset = 0, n = PAGE;
    if (!page)
        return error_set(err, ERROR_LATER, "out of memory");
    while (n == PAGE && offset < ROWS_MAX) {
        n = views_behind(asking->commands->views, &asking->asked, behind, offset, page, PAGE);
        for (size_t i = 0; i < n; i++)
            say_item(asking, &page[i]);
        offset += n;
    }
    free(page);
    if (n == PAGE)
        answer_say(asking->call->answer, "# %d dòng đầu, còn nữa. / the first, there are more",
                   ROWS_MAX);
    return true;
}

/* ------------------------------------------------------------------ the command */

bool run_board(const struct commands *commands, const struct call *call, struct error *err)
{
    struct asking asking = {.commands = commands, .call = call};
    const char *rows = option_text(call, 2, "rows"), *key = option_text(call, 2, "key");
    struct view_behind behind;
    struct view_figure *figures;
    size_t n = 0;
    if (!read_asked(&asking, err))
        return false;
    if (rows)
        return read_behind(&asking, rows, key, &behind, err) && say_behind(&asking, &behind, err);
    if (key)
        return error_set(err, ERROR_BAD_INPUT, "key= đi với rows=. / needs rows=");
    if (!views_figures(commands->views, &asking.asked, &figures, &n))
        return error_set(err, ERROR_LATER, "out of memory");
    if (asking.asked.group == VIEW_GROUP_ALL)
        say_both(&asking);
    say_figures(&asking, figures, n);
    free(figures);
    return true;
}
