#include "server/web/rounds_desk_inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/rounds.h"
#include "server/record/postmen.h"
#include "server/record/rounds.h"
#include "server/views/words.h"
#include "server/web/form.h"
#include "server/web/queue.h"
#include "server/web/english.h"

static const struct rounds_mode_words modes[MODES] = {
    {"giao", "Giao", "F2", "Quét bì để thêm; gõ số hay quét thẻ bưu tá để giao"},
    {"chuyen", "Chuyển bì", "F9", "Quét thẻ, bản kê, hoặc gõ QUAY; rồi quét bì"},
    {"ai", "Ai giữ", "F8", "Quét phong bì, hoặc thẻ bưu tá"},
    {"chot", "Chốt ca", "F4", "Quét thẻ, hoặc gõ số bưu tá"},
};

const struct rounds_mode_words *rounds_mode_words(enum rounds_mode mode)
{
    return &modes[mode];
}

static enum rounds_mode mode_named(const char *key)
{
    for (int i = 0; i < MODES && key; i++)
        if (strcmp(modes[i].key, key) == 0)
            return (enum rounds_mode)i;
    return GIVE;
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

/* "TH-12", "12" or "th-12" as "TH-12". */
static bool is_badge(const char *text, char out[ROUNDS_TARGET_MAX])
{
    struct error none;
    uint32_t badge;
    char words[BADGE_TEXT_MAX];
    if (queue_is_item(text) || !badge_read(text, &badge, &none))
        return false;
    (void)snprintf(out, ROUNDS_TARGET_MAX, "%s", badge_text(badge, words));
    return true;
}

static bool is_round(const char *text, char out[ROUNDS_TARGET_MAX])
{
    struct error none;
    uint64_t round;
    char words[ROUND_TEXT_MAX];
    if (!serial_read("BD", text, &round, &none))
        return false;
    (void)snprintf(out, ROUNDS_TARGET_MAX, "%s", round_text(round, words));
    return true;
}

/* ------------------------------------------------------------------ what was sent */

static void read_items(struct rounds_desk *desk)
{
    const struct http_request *request = desk->panel->request;
    char *text = malloc(HTTP_BODY_MAX), *rest = NULL;
    if (!text)
        return;
    form_value(request->body, request->body_n, "da", text, HTTP_BODY_MAX);
    for (char *word = strtok_r(text, " ", &rest); word && desk->n < ROUNDS_ITEMS_MAX;
         word = strtok_r(NULL, " ", &rest))
        if (queue_is_item(word))
            (void)snprintf(desk->items[desk->n++], ITEM_CHARS + 1, "%s", word);
    free(text);
}

/* Fields "xa-18673": communes that were marked. */
static void read_communes(struct rounds_desk *desk)
{
    const struct http_request *request = desk->panel->request;
    const char *at = request->body, *end = request->body + request->body_n;
    while (at && at < end && desk->communes_n < ROUNDS_COMMUNES_MAX) {
        if (end - at > 8 && strncmp(at, "xa-", 3) == 0)
            desk->communes[desk->communes_n++] = (uint32_t)strtoul(at + 3, NULL, 10);
        at = memchr(at, '&', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
}

/* Scanners and hands leave blanks, hands write small letters. */
static void tidy(char *text)
{
    size_t from = strspn(text, " \t\r\n"), n = strlen(text + from);
    memmove(text, text + from, n + 1);
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        text[--n] = '\0';
    for (char *at = text; *at; at++)
        *at = (char)toupper((unsigned char)*at);
}

/* What a form carries along is of ours, or it is nothing. */
static void read_target(struct rounds_desk *desk)
{
    const struct http_request *request = desk->panel->request;
    char text[ROUNDS_TARGET_MAX];
    form_value(request->body, request->body_n, "den", text, sizeof text);
    if (strcmp(text, "QUAY") == 0)
        (void)snprintf(desk->target, sizeof desk->target, "%s", text);
    else if (!is_round(text, desk->target) && !is_badge(text, desk->target))
        desk->target[0] = '\0';
    form_value(request->body, request->body_n, "bi-o-lai", desk->stays, sizeof desk->stays);
    if (!queue_is_item(desk->stays))
        desk->stays[0] = '\0';
}

static void read_form(struct rounds_desk *desk)
{
    const struct http_request *request = desk->panel->request;
    char key[12];
    form_value(request->body, request->body_n, "che-do", key, sizeof key);
    desk->mode = mode_named(key);
    form_value(request->body, request->body_n, "ma", desk->scan, sizeof desk->scan);
    tidy(desk->scan);
    read_target(desk);
    read_items(desk);
    read_communes(desk);
}

/* ------------------------------------------------------------------ acts */

static bool act_on(struct rounds_desk *desk, int argc, const char *const argv[], json_t **new_said,
                   struct error *err)
{
    struct panel *panel = desk->panel;
    return act_run(panel->web, panel->request, &panel->seat, argc, argv, -1, new_said, err);
}

static bool act_alone(struct rounds_desk *desk, int argc, const char *const argv[],
                      struct error *err)
{
    json_t *said = NULL;
    bool good = act_on(desk, argc, argv, &said, err);
    json_decref(said);
    return good;
}

static bool unknown_code(const char *scan, const char *wanted, struct error *err)
{
    return error_set(err, ERROR_BAD_INPUT, "«%.40s»: không phải %s. Quét lại. / not that", scan,
                     wanted);
}

/* ------------------------------------------------------------------ hands */

static const json_t *hand_of(const json_t *hands, const char *item)
{
    json_t *hand;
    size_t i;
    json_array_foreach(hands, i, hand)
    {
        if (strcmp(text_of(hand, "item"), item) == 0)
            return hand;
    }
    return NULL;
}

/* False: the hands cannot be read. `ret_badge` "": nobody's. */
static bool holder_of(struct rounds_desk *desk, const char *item, char ret_badge[ROUNDS_TARGET_MAX],
                      bool *ret_named, struct error *err)
{
    static const char *const argv[] = {"hands"};
    json_t *said = NULL;
    if (!act_read(desk->panel->web, &desk->panel->seat, 1, argv, &said, err))
        return false;
    const json_t *hand = hand_of(json_object_get(said, "hands"), item);
    (void)snprintf(ret_badge, ROUNDS_TARGET_MAX, "%.20s", hand ? text_of(hand, "badge") : "");
    *ret_named = hand && json_is_true(json_object_get(hand, "named"));
    json_decref(said);
    return true;
}

/* ------------------------------------------------------------------ given out */

static bool add_item(struct rounds_desk *desk, struct error *err)
{
    struct panel *panel = desk->panel;
    struct view view;
    if (!queue_find(panel->web, &panel->seat.person, desk->scan, &view, err))
        return error_add(err, "chưa thêm");
    const char *number = view.state.item.text;
    for (size_t i = 0; i < desk->n; i++)
        if (strcmp(desk->items[i], number) == 0) {
            (void)snprintf(desk->done, sizeof desk->done,
                           english_say(desk->panel->seat.english, "%s đã quét rồi, không thêm."),
                           number);
            return true;
        }
    if (desk->n == ROUNDS_ITEMS_MAX)
        return error_set(err, ERROR_REFUSED, "Đủ %d bì; giao rồi quét tiếp. / full",
                         ROUNDS_ITEMS_MAX);
    (void)snprintf(desk->items[desk->n++], ITEM_CHARS + 1, "%s", number);
    (void)snprintf(desk->done, sizeof desk->done,
                   english_say(desk->panel->seat.english, "Đã thêm %s."), number);
    return true;
}

static void note_round(struct rounds_desk *desk, const json_t *said)
{
    size_t used = strlen(desk->done);
    (void)snprintf(desk->done + used, sizeof desk->done - used, " %s", text_of(said, "round"));
}

static bool give_commune(struct rounds_desk *desk, const char *badge, uint32_t commune,
                         struct error *err)
{
    char word[24];
    const char *argv[] = {"round", badge, word};
    json_t *said = NULL;
    (void)snprintf(word, sizeof word, "commune=%05u", commune);
    if (!act_on(desk, 3, argv, &said, err))
        return error_add(err, "xã %05u chưa giao", commune);
    note_round(desk, said);
    json_decref(said);
    return true;
}

static bool give_items(struct rounds_desk *desk, const char *badge, struct error *err)
{
    const char *argv[ROUNDS_ITEMS_MAX + 2] = {"round", badge};
    json_t *said = NULL;
    for (size_t i = 0; i < desk->n; i++)
        argv[2 + i] = desk->items[i];
    if (!act_on(desk, (int)desk->n + 2, argv, &said, err))
        return error_add(err, "bì quét chưa giao");
    note_round(desk, said);
    json_decref(said);
    desk->n = 0;
    return true;
}

/* What is given before one fails stays given, and is said. */
static bool give(struct rounds_desk *desk, struct error *err)
{
    char badge[ROUNDS_TARGET_MAX];
    if (queue_is_item(desk->scan))
        return add_item(desk, err);
    if (!is_badge(desk->scan, badge))
        return unknown_code(desk->scan, "phong bì hay thẻ bưu tá", err);
    if (desk->communes_n == 0 && desk->n == 0)
        return error_set(err, ERROR_BAD_INPUT,
                         "Đánh dấu xã hoặc quét bì trước, rồi mới đến thẻ. / nothing is marked");
    (void)snprintf(desk->done, sizeof desk->done,
                   english_say(desk->panel->seat.english, "Đã giao %s:"), badge);
    while (desk->communes_n > 0) {
        if (!give_commune(desk, badge, desk->communes[desk->communes_n - 1], err))
            return false;
        desk->communes_n--;
    }
    return desk->n == 0 || give_items(desk, badge, err);
}

/* ------------------------------------------------------------------ moved */

/* A postman's open round, the one built last. */
static bool round_of_badge(struct rounds_desk *desk, const char *badge, char out[ROUNDS_TARGET_MAX],
                           struct error *err)
{
    const char *argv[] = {"rounds", badge};
    json_t *said = NULL;
    struct panel *panel = desk->panel;
    if (!act_read(panel->web, &panel->seat, 2, argv, &said, err))
        return false;
    const json_t *rows = json_object_get(said, "rounds");
    size_t n = json_array_size(rows);
    (void)snprintf(out, ROUNDS_TARGET_MAX, "%.20s",
                   n > 0 ? text_of(json_array_get(rows, n - 1), "round") : "");
    json_decref(said);
    return n > 0 || error_set(err, ERROR_REFUSED,
                              "%s chưa có bản kê nào đang mở; giao ở F2. / no open round", badge);
}

/* What is in a hand goes from hand to hand; what is still to go out changes its round. */
static bool move(struct rounds_desk *desk, struct error *err)
{
    struct panel *panel = desk->panel;
    struct view view;
    char round[ROUNDS_TARGET_MAX], holder[ROUNDS_TARGET_MAX];
    bool named = false;
    if (!queue_find(panel->web, &panel->seat.person, desk->scan, &view, err) ||
        !holder_of(desk, view.state.item.text, holder, &named, err))
        return error_add(err, "chưa chuyển");
    const char *number = view.state.item.text;
    bool held = *holder != '\0';
    bool to_office = strcmp(desk->target, "QUAY") == 0, to_round = is_round(desk->target, round);
    if (!to_office && !to_round && !held && !round_of_badge(desk, desk->target, round, err))
        return error_add(err, "%s chưa chuyển", number);
    const char *put[] = {"roundput", round, number},
               *hand[] = {"hand", number, to_office ? "office" : desk->target};
    bool by_round = to_round || (!to_office && !held);
    if (!act_alone(desk, 3, by_round ? put : hand, err))
        return error_add(err, "%s chưa chuyển", number);
    (void)snprintf(desk->done, sizeof desk->done,
                   english_say(desk->panel->seat.english, "%s đã chuyển đến %s%s%s."), number,
                   to_office ? english_say(desk->panel->seat.english, "quầy") : desk->target,
                   by_round && !to_round ? english_say(desk->panel->seat.english, ", bản kê ") : "",
                   by_round && !to_round ? round : "");
    return true;
}

static bool aim(struct rounds_desk *desk, struct error *err)
{
    bool office = strcmp(desk->scan, "QUAY") == 0 || strcmp(desk->scan, "OFFICE") == 0 ||
                  strcmp(desk->scan, "0") == 0;
    if (office)
        (void)snprintf(desk->target, sizeof desk->target, "QUAY");
    else if (!is_round(desk->scan, desk->target) && !is_badge(desk->scan, desk->target))
        return unknown_code(desk->scan, "thẻ, bản kê, phong bì hay QUAY", err);
    return true;
}

static bool aim_or_move(struct rounds_desk *desk, struct error *err)
{
    if (!queue_is_item(desk->scan))
        return aim(desk, err);
    return *desk->target
               ? move(desk, err)
               : error_set(err, ERROR_BAD_INPUT,
                           "Quét thẻ hay bản kê nhận trước, rồi mới quét bì. / where to?");
}

/* ------------------------------------------------------------------ who holds it */

static void say_holder(struct rounds_desk *desk, const struct view *view, const char *holder,
                       bool named)
{
    const struct status_info *status = status_info(view->state.status);
    struct round round;
    struct error none;
    char text[ROUND_TEXT_MAX], badge[BADGE_TEXT_MAX], where[96] = "", list[96] = "";
    struct record *record = readers_take(desk->panel->web->readers);
    bool on_round = round_of(record, &view->state.item, &round, &none);
    readers_give(desk->panel->web->readers, record);
    if (*holder)
        (void)snprintf(where, sizeof where, english_say(desk->panel->seat.english, ", ở tay %s%s"),
                       holder, named ? english_say(desk->panel->seat.english, ", có lý do") : "");
    if (on_round)
        (void)snprintf(list, sizeof list,
                       english_say(desk->panel->seat.english, ", trên bản kê %s của %s"),
                       round_text(round.id, text), badge_text(round.badge, badge));
    (void)snprintf(desk->done, sizeof desk->done, "%s: %s%s%s%s.", view->state.item.text,
                   status ? english_say(desk->panel->seat.english, status->handheld) : "–", where,
                   list,
                   *where || *list ? ""
                                   : english_say(desk->panel->seat.english,
                                                 ", không ở tay ai, không trên bản kê nào"));
}

static bool who(struct rounds_desk *desk, struct error *err)
{
    struct panel *panel = desk->panel;
    struct view view;
    char holder[ROUNDS_TARGET_MAX];
    bool named = false;
    if (is_badge(desk->scan, desk->target))
        return true;
    if (!queue_find(panel->web, &panel->seat.person, desk->scan, &view, err) ||
        !holder_of(desk, view.state.item.text, holder, &named, err))
        return false;
    say_holder(desk, &view, holder, named);
    return true;
}

/* ------------------------------------------------------------------ the day's end */

static bool stay(struct rounds_desk *desk, struct error *err)
{
    const struct http_request *request = desk->panel->request;
    char why[200];
    form_value(request->body, request->body_n, "ly-do", why, sizeof why);
    if (*why == '\0')
        return error_set(err, ERROR_BAD_INPUT, "«Lý do» còn trống. / a reason is wanted");
    const char *argv[] = {"leave", desk->stays, why};
    if (!act_alone(desk, 3, argv, err))
        return false;
    (void)snprintf(desk->done, sizeof desk->done,
                   english_say(desk->panel->seat.english, "Đã ghi lý do của %s."), desk->stays);
    desk->stays[0] = '\0';
    return true;
}

static bool close_day(struct rounds_desk *desk, struct error *err)
{
    const char *argv[] = {"dayend", desk->target};
    if (!act_alone(desk, 2, argv, err))
        return false;
    (void)snprintf(desk->done, sizeof desk->done,
                   english_say(desk->panel->seat.english, "Đã chốt ca %s."), desk->target);
    desk->target[0] = '\0';
    return true;
}

static bool ask_why(struct rounds_desk *desk, struct error *err)
{
    struct panel *panel = desk->panel;
    struct view view;
    if (!queue_find(panel->web, &panel->seat.person, desk->scan, &view, err))
        return false;
    (void)snprintf(desk->stays, sizeof desk->stays, "%s", view.state.item.text);
    return true;
}

static bool end_day(struct rounds_desk *desk, struct error *err)
{
    const struct http_request *request = desk->panel->request;
    char what[12];
    form_value(request->body, request->body_n, "viec", what, sizeof what);
    if (*desk->stays)
        return stay(desk, err);
    if (strcmp(what, "chot") == 0 && *desk->scan == '\0' && *desk->target)
        return close_day(desk, err);
    if (queue_is_item(desk->scan))
        return *desk->target
                   ? ask_why(desk, err)
                   : error_set(err, ERROR_BAD_INPUT, "Quét thẻ bưu tá trước. / first the badge");
    return is_badge(desk->scan, desk->target) || unknown_code(desk->scan, "thẻ bưu tá", err);
}

/* ------------------------------------------------------------------ a step */

static bool step(struct rounds_desk *desk, struct error *err)
{
    switch (desk->mode) {
    case GIVE:
        return give(desk, err);
    case MOVE:
        return aim_or_move(desk, err);
    case WHO:
        return who(desk, err);
    case CLOSE:
    case MODES:
        break;
    }
    return end_day(desk, err);
}

bool rounds_desk_run(struct panel *panel, struct rounds_desk **ret_desk)
{
    static const struct panel_form form = {.verb = "round"};
    const struct http_request *request = panel->request;
    char key[12];
    if (request->is_post &&
        (!form_value(request->body, request->body_n, "che-do", key, sizeof key) ||
         !seat_sent(panel->web, request, &panel->seat)))
        return false;
    struct rounds_desk *desk = calloc(1, sizeof *desk);
    if (!desk)
        return false;
    desk->panel = panel;
    *ret_desk = desk;
    if (!request->is_post) {
        const char *badge = http_query(request, "badge");
        desk->mode = mode_named(http_query(request, "che-do"));
        if (badge && is_badge(badge, desk->target))
            desk->mode = http_query(request, "che-do") ? desk->mode : WHO;
        return true;
    }
    read_form(desk);
    if (!step(desk, &panel->why))
        panel->failed = &form;
    return true;
}

void rounds_desk_done(struct rounds_desk *desk)
{
    free(desk);
}
