/* commands_rounds.c - rounds, whose hands an envelope is in, the end of the day, invitations. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/fields.h"
#include "server/office/hands.h"
#include "server/office/rounds.h"
#include "server/record/postmen.h"
#include "server/record/slips.h"

/* ------------------------------------------------------------------ rounds */

bool run_round(const struct commands *commands, const struct call *call, struct error *err)
{
    struct round_plan plan = {.post_office = commands->config->post_office};
    struct call options = *call;
    struct item *items;
    uint64_t commune = 0, round;
    size_t n;
    char text[ROUND_TEXT_MAX];
    options.argc = options_end(call, 2);
    if (!options_check(&options, 2, "commune by", err) ||
        !badge_read(call->argv[1], &plan.badge, err) ||
        !option_number(call, 2, "commune", 99999, &commune, err) ||
        !option_user(commands, call, 2, &plan.user, err) ||
        !named_items(call, options.argc, &items, &plan.n, err))
        return false;
    plan.commune = (uint32_t)commune;
    plan.items = items;
    bool ok = (plan.n > 0) != (commune != 0) ||
              error_set(err, ERROR_BAD_INPUT, "hoặc commune=, hoặc số phong bì. / one of both");
    ok = ok && round_build(commands->acts, commands->views, &plan, &round, &n, err);
    free(items);
    if (ok) {
        answer_text(call->answer, "round", round_text(round, text));
        answer_say(call->answer, "Đã lập bản kê %zu bì. / round of %zu envelopes", n, n);
    }
    return ok;
}

struct saying {
    const struct commands *commands;
    struct answer *answer;
    struct error *err;
    bool good;
};

static bool count_item(void *ctx, const struct item *item)
{
    (void)item;
    ++*(size_t *)ctx;
    return true;
}

static bool say_round(void *ctx, const struct round *round)
{
    struct saying *saying = ctx;
    char name[128];
    char id[ROUND_TEXT_MAX], badge[BADGE_TEXT_MAX];
    size_t n = 0;
    saying->good = round_items(saying->commands->record, round->id, count_item, &n, saying->err);
    answer_row(saying->answer, "rounds");
    answer_text(saying->answer, "round", round_text(round->id, id));
    answer_text(saying->answer, "badge", badge_text(round->badge, badge));
    answer_code(saying->answer, "commune", 5, round->commune);
    if (answer_is_json(saying->answer) && round->commune != 0)
        answer_text(saying->answer, "commune_name",
                    field_commune_name(round->commune, name, sizeof name));
    answer_time(saying->answer, "built", round->built);
    answer_number(saying->answer, "envelopes", (int64_t)n);
    return saying->good;
}

bool run_rounds(const struct commands *commands, const struct call *call, struct error *err)
{
    struct saying saying = {.commands = commands, .answer = call->answer, .err = err, .good = true};
    uint32_t badge = 0;
    return (call->argc == 1 || badge_read(call->argv[1], &badge, err)) &&
           rounds_open(commands->record, badge, say_round, &saying, err) && saying.good;
}

bool run_waiting(const struct commands *commands, const struct call *call, struct error *err)
{
    struct waiting *rows = NULL;
    size_t n;
    char name[128];
    if (!rounds_waiting(commands->views, commands->record, &rows, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        answer_row(call->answer, "waiting");
        answer_code(call->answer, "commune", 5, rows[i].commune);
        answer_text(call->answer, "name",
                    rows[i].commune != 0 ? field_commune_name(rows[i].commune, name, sizeof name)
                                         : NULL);
        answer_number(call->answer, "envelopes", (int64_t)rows[i].n);
    }
    free(rows);
    return true;
}

bool run_roundgive(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t round = 0;
    uint32_t badge, user = 0;
    if (!options_check(call, 3, "by", err) || !serial_read("BD", call->argv[1], &round, err) ||
        !badge_read(call->argv[2], &badge, err) || !option_user(commands, call, 3, &user, err) ||
        !round_give(commands->acts, round, badge, user, err))
        return false;
    answer_say(call->answer, "Đã giao bản kê. / round given");
    return true;
}

bool run_roundput(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t round = 0;
    uint32_t user = 0;
    struct view view;
    if (!options_check(call, 3, "by", err) || !serial_read("BD", call->argv[1], &round, err) ||
        !known_item(commands, call->argv[2], &view, err) ||
        !option_user(commands, call, 3, &user, err) ||
        !round_put(commands->acts, commands->views, round, &view.state.item, user, err))
        return false;
    answer_say(call->answer, "Đã chuyển sang %s. / put on it", call->argv[1]);
    return true;
}

/* ------------------------------------------------------------------ hands */

bool run_hands(const struct commands *commands, const struct call *call, struct error *err)
{
    struct held *held = NULL;
    size_t n;
    uint32_t badge = 0;
    if ((call->argc > 1 && !badge_read(call->argv[1], &badge, err)) ||
        !hands_list(commands->views, commands->record, badge, &held, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        char text[BADGE_TEXT_MAX];
        const struct status_info *info = status_info(held[i].status);
        answer_row(call->answer, "hands");
        answer_text(call->answer, "item", held[i].item.text);
        answer_text(call->answer, "badge",
                    held[i].badge != 0 ? badge_text(held[i].badge, text) : NULL);
        answer_text(call->answer, "status", info ? info->key : "none");
        answer_flag(call->answer, "named", held[i].named, "named", "open");
    }
    free(held);
    return true;
}

bool run_hand(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    uint32_t to_badge = 0, user = 0;
    if (!options_check(call, 3, "by", err) || !known_item(commands, call->argv[1], &view, err) ||
        (strcmp(call->argv[2], "office") != 0 && !badge_read(call->argv[2], &to_badge, err)) ||
        !option_user(commands, call, 3, &user, err) ||
        !hand_move(commands->acts, commands->views, commands->record, &view.state.item, to_badge,
                   user, err))
        return false;
    answer_say(call->answer, "Đã chuyển tay. / moved");
    return true;
}

bool run_leave(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    uint32_t user = 0;
    if (!options_check(call, 3, "by", err) || !known_item(commands, call->argv[1], &view, err) ||
        !option_user(commands, call, 3, &user, err) ||
        !hand_name(commands->acts, commands->views, commands->record, &view.state.item,
                   call->argv[2], user, err))
        return false;
    answer_say(call->answer, "Đã ghi lý do. / reason recorded");
    return true;
}

bool run_dayend(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t badge, user = 0;
    size_t named;
    if (!options_check(call, 2, "by", err) || !badge_read(call->argv[1], &badge, err) ||
        !option_user(commands, call, 2, &user, err) ||
        !day_end(commands->acts, commands->views, commands->record, badge, user, &named, err))
        return false;
    answer_say(call->answer, "Đã chốt ca, còn giữ có lý do %zu bì. / closed, %zu named", named,
               named);
    return true;
}

/* ------------------------------------------------------------------ invitations */

bool run_pad(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t count = 0, first;
    uint32_t badge, user = 0;
    if (!options_check(call, 3, "by", err) || !badge_read(call->argv[1], &badge, err) ||
        !digits_read(call->argv[2], SLIPS_MAX, &count, err) ||
        !option_user(commands, call, 3, &user, err) ||
        !pad_issue(commands->acts, badge, (uint32_t)count, user, &first, err))
        return false;
    for (uint64_t slip = first; slip < first + count; slip++) {
        char text[ROUND_TEXT_MAX], code[SLIP_CODE_CHARS + 1];
        slip_code(commands->secret, slip, code);
        answer_row(call->answer, "slips");
        answer_text(call->answer, "slip", slip_text(slip, text));
        answer_text(call->answer, "code", code);
    }
    return true;
}

bool run_slip(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t slip = 0;
    uint32_t user = 0;
    struct view view;
    if (!options_check(call, 3, "by", err) || !serial_read("GM", call->argv[1], &slip, err) ||
        !known_item(commands, call->argv[2], &view, err) ||
        !option_user(commands, call, 3, &user, err) ||
        !slip_bind(commands->acts, slip, &view.state.item, user, err))
        return false;
    answer_say(call->answer, "Đã gắn %s vào %s. / bound", call->argv[1], view.state.item.text);
    return true;
}

/* ------------------------------------------------------------------ what was left */

enum fit { FIT_GOOD, FIT_TAKEN_BACK, FIT_NO_PAD, FIT_OTHER_PAD, FIT_TWO_DOORS };

struct left {
    struct slip_use use;
    enum fit fit;
};

struct leaving {
    struct left *left;
    size_t n, room;
    bool good;
};

static bool note_left(void *ctx, const struct slip_use *use)
{
    struct leaving *leaving = ctx;
    if (leaving->n == leaving->room) {
        size_t room = leaving->room != 0 ? 2 * leaving->room : 64;
        struct left *wider = realloc(leaving->left, room * sizeof *wider);
        leaving->good = wider != NULL;
        if (wider == NULL)
            return false;
        leaving->left = wider;
        leaving->room = room;
    }
    leaving->left[leaving->n++] = (struct left){.use = *use};
    return true;
}

/* What said so does not count: taken back, or set aside. */
static bool is_taken_back(const struct commands *commands, const struct slip_use *use,
                          struct fact history[VIEW_HISTORY_MAX])
{
    size_t n = views_history(commands->views, &use->item, history, VIEW_HISTORY_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct fact *fact = &history[i];
        bool same = use->by_desk ? !fact->is_scan && fact->seq == use->seq
                                 : fact->is_scan && fact->device == use->device &&
                                       fact->epoch == use->epoch && fact->seq == use->seq;
        if (same)
            return fact->effect == EFFECT_STRUCK || fact->effect == EFFECT_SET_ASIDE;
    }
    return false;
}

static enum fit fit_of(const struct slip_use *use)
{
    if (use->pad_badge == 0)
        return FIT_NO_PAD;
    return use->badge != 0 && use->badge != use->pad_badge ? FIT_OTHER_PAD : FIT_GOOD;
}

/* Each by itself, then those of one number beside each other: they stand in order. */
static void judge_left(const struct commands *commands, struct leaving *leaving,
                       struct fact history[VIEW_HISTORY_MAX])
{
    const struct left *last = NULL; /* of what counts, the one before */
    for (size_t i = 0; i < leaving->n; i++) {
        struct left *left = &leaving->left[i];
        left->fit = fit_of(&left->use);
        if (is_taken_back(commands, &left->use, history)) {
            left->fit = FIT_TAKEN_BACK;
            continue;
        }
        if (last != NULL && last->use.slip == left->use.slip &&
            !item_equal(&last->use.item, &left->use.item))
            left->fit = FIT_TWO_DOORS;
        last = left;
    }
}

static void say_left(struct answer *answer, const struct left *left)
{
    static const char *const fits[] = {
        [FIT_GOOD] = "được / good",
        [FIT_TAKEN_BACK] = "đã rút / taken back",
        [FIT_NO_PAD] = "không thuộc tập nào / of no pad",
        [FIT_OTHER_PAD] = "tập của người khác / of another's pad",
        [FIT_TWO_DOORS] = "để ở hai nơi / left at two doors",
    };
    char text[ROUND_TEXT_MAX], who[BADGE_TEXT_MAX], pad[BADGE_TEXT_MAX];
    const struct slip_use *use = &left->use;
    answer_row(answer, "slips");
    answer_text(answer, "slip", slip_text(use->slip, text));
    answer_text(answer, "item", use->item.text);
    answer_text(answer, "by", use->badge != 0 ? badge_text(use->badge, who) : NULL);
    answer_text(answer, "pad", use->pad_badge != 0 ? badge_text(use->pad_badge, pad) : NULL);
    answer_flag(answer, "desk", use->by_desk, "quầy / desk", "");
    answer_text(answer, "fit", fits[left->fit]);
}

bool run_slips(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t badge = 0;
    struct leaving leaving = {.good = true};
    struct fact *history = calloc(VIEW_HISTORY_MAX, sizeof *history);
    bool good = (call->argc < 2 || badge_read(call->argv[1], &badge, err)) &&
                slips_left(commands->record, badge, note_left, &leaving, err);
    if (good && (history == NULL || !leaving.good))
        good = error_set(err, ERROR_LATER, "out of memory");
    if (good)
        judge_left(commands, &leaving, history);
    for (size_t i = 0; good && i < leaving.n; i++)
        say_left(call->answer, &leaving.left[i]);
    free(leaving.left);
    free(history);
    return good;
}
