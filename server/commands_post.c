/* commands_post.c - who carries, and what they wrote on paper: postmen, late paper, spare
 * handhelds. */
#include <string.h>

#include "server/commands_inside.h"
#include "server/delivery/rules.h"
#include "server/office/paper.h"
#include "server/record/postmen.h"
#include "server/text/text.h"
#include "server/web/password.h"

/* ------------------------------------------------------------------ postmen */

/* Six digits, drawn, never chosen: with the device's own secret, the wipe after ten wrong ones and
 * the day's end they hold (settled point 6). */
#define PIN_DIGITS 6
#define PINS 1000000

struct put {
    struct postman postman;
    uint32_t user;
    char pin[PIN_DIGITS + 1]; /* drawn now, said once; empty: the old one stays */
};

static bool new_pin(const struct commands *commands, struct put *put, struct error *err)
{
    uint64_t drawn;
    do /* without the bias of a remainder */
        drawn = chance_u64(&commands->enrol->chance);
    while (drawn >= UINT64_MAX / PINS * PINS);
    (void)snprintf(put->pin, sizeof put->pin, "%06u", (unsigned)(drawn % PINS));
    return password_hash(put->pin, put->postman.pin, err);
}

static bool read_days(const struct call *call, struct postman *postman, struct error *err)
{
    const char *from = option_text(call, 2, "from"), *to = option_text(call, 2, "to");
    int64_t day = 0;
    if (from && !day_read(from, &day, err))
        return error_add(err, "from");
    if (from)
        postman->from = day_minute(day, 0);
    if (to && *to && !day_read(to, &day, err))
        return error_add(err, "to");
    if (to)
        postman->to = *to ? day_minute(day, 0) : (struct instant){0};
    return true;
}

static bool read_postman(const struct commands *commands, const struct call *call, struct put *put,
                         struct error *err)
{
    struct postman *postman = &put->postman;
    const char *name = option_text(call, 2, "name"), *pin = option_text(call, 2, "pin");
    uint64_t post_office = postman->post_office;
    if (name && (!text_clean(name, strlen(name), postman->name, sizeof postman->name) ||
                 !text_is_visible(postman->name)))
        return error_set(err, ERROR_BAD_INPUT, "tên: trống hoặc không đọc được. / name");
    if (*postman->name == '\0')
        return error_set(err, ERROR_BAD_INPUT, "bưu tá mới: cần name=. / a name is wanted");
    if (pin && strcmp(pin, "new") != 0)
        return error_set(err, ERROR_BAD_INPUT, "pin=new: PIN do máy chủ rút. / only pin=new");
    if (!option_number(call, 2, "post-office", 999999, &post_office, err) ||
        (post_office != postman->post_office && post_office != 0 &&
         !post_office_entered(commands, "post-office=", (uint32_t)post_office, err)) ||
        !read_days(call, postman, err))
        return false;
    postman->post_office = (uint32_t)post_office;
    return (!pin && *postman->pin) || new_pin(commands, put, err);
}

static bool put_act(struct record *record, void *arg, struct error *err)
{
    const struct put *put = arg;
    return postman_put(record, &put->postman, put->user, err);
}

bool run_postman(const struct commands *commands, const struct call *call, struct error *err)
{
    struct put put = {.user = 0};
    struct error none = {ERROR_NONE, ""};
    uint32_t badge;
    char text[BADGE_TEXT_MAX];
    if (!options_check(call, 2, "name post-office from to pin by", err) ||
        !badge_read(call->argv[1], &badge, err) || !option_user(commands, call, 2, &put.user, err))
        return false;
    if (!postman_get(commands->record, badge, &put.postman, &none)) {
        if (none.code != ERROR_NOT_FOUND)
            return error_set(err, none.code, "%s", none.text);
        put.postman = (struct postman){.badge = badge,
                                       .post_office = commands->config->post_office,
                                       .from = record_now(commands->record)};
    }
    bool done = read_postman(commands, call, &put, err) &&
                commands->acts.run(commands->acts.self, put_act, &put, err);
    if (done && *put.pin) {
        answer_label(call->answer, "PIN ");
        answer_text(call->answer, "pin", put.pin);
    }
    if (done)
        answer_say(call->answer, "Đã ghi bưu tá %s. / postman recorded", badge_text(badge, text));
    chain_wipe(put.pin, sizeof put.pin);
    return done;
}

static bool say_postman(void *ctx, const struct postman *postman)
{
    char text[BADGE_TEXT_MAX];
    answer_row(ctx, "postmen");
    answer_text(ctx, "badge", badge_text(postman->badge, text));
    answer_text(ctx, "name", postman->name);
    answer_code(ctx, "post_office", 6, postman->post_office);
    answer_time(ctx, "from", postman->from);
    answer_time(ctx, "to", postman->to);
    answer_flag(ctx, "pin", *postman->pin != '\0', "pin", "no-pin");
    return true;
}

bool run_postmen(const struct commands *commands, const struct call *call, struct error *err)
{
    return postmen_each(commands->record, say_postman, call->answer, err);
}

/* ------------------------------------------------------------------ paper */

static int two_digits(const char *text)
{
    bool digits = text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    return digits ? (text[0] - '0') * 10 + text[1] - '0' : -1;
}

/* "2026-11-25T09:42", local. */
static bool minute_read(const char *text, struct instant *ret_at, struct error *err)
{
    char day_part[11];
    int64_t day;
    bool shaped = strlen(text) == 16 && text[10] == 'T' && text[13] == ':';
    int hour = shaped ? two_digits(text + 11) : -1, minute = shaped ? two_digits(text + 14) : -1;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return error_set(err, ERROR_BAD_INPUT, "«%s»: phải như 2026-11-25T09:42. / time", text);
    memcpy(day_part, text, 10);
    day_part[10] = '\0';
    if (!day_read(day_part, &day, err))
        return false;
    *ret_at = day_minute(day, hour * 60 + minute);
    return true;
}

static bool read_paper(const struct call *call, struct paper_scan *paper, struct error *err)
{
    const struct event_info *event = event_find(call->argv[2]);
    const char *letter = option_text(call, 4, "action");
    const struct action_info *action = letter ? action_of_letter(*letter) : NULL;
    uint64_t reason = 0, relation = 0;
    if (!event)
        return error_set(err, ERROR_BAD_INPUT, "«%s»: không có việc này. / no such event",
                         call->argv[2]);
    if (letter && (!action || letter[1] != '\0'))
        return error_set(err, ERROR_BAD_INPUT, "action=%s: L C D B H. / no such act", letter);
    if (!option_number(call, 4, "reason", UINT32_MAX, &reason, err) ||
        !option_number(call, 4, "relation", UINT32_MAX, &relation, err) ||
        !option_number(call, 4, "postage", SCAN_MONEY_MAX_VND, &paper->postage_vnd, err) ||
        !option_number(call, 4, "fees", SCAN_MONEY_MAX_VND, &paper->fees_vnd, err))
        return false;
    paper->event = event->wire;
    paper->reason = (uint32_t)reason;
    paper->action = action ? (uint32_t)action->action : 0;
    paper->relation = (uint32_t)relation;
    return minute_read(call->argv[3], &paper->wall, err);
}

bool run_paper(const struct commands *commands, const struct call *call, struct error *err)
{
    struct paper_entry entry = {.note = option_text(call, 4, "note")};
    if (!entry.note)
        entry.note = "";
    if (!options_check(call, 4, "badge note by reason action relation postage fees", err) ||
        !named_item(call->argv[1], &entry.item, err) || !option_badge(call, 4, &entry.badge, err) ||
        !option_user(commands, call, 4, &entry.user, err) || !read_paper(call, &entry.paper, err) ||
        !paper_enter(commands->acts, &entry, err))
        return false;
    answer_say(call->answer, "Đã nhập từ giấy. / entered from paper");
    return true;
}

bool run_spare(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t badge, user = 0;
    if (!options_check(call, 3, "badge by", err) || !option_badge(call, 3, &badge, err) ||
        !option_user(commands, call, 3, &user, err) ||
        !device_spare(commands->acts, call->argv[1], call->argv[2], badge, user, err))
        return false;
    answer_say(call->answer, "%s thay %s. / stands in", call->argv[2], call->argv[1]);
    return true;
}
