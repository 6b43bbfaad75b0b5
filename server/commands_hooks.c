/* commands_hooks.c - where offices' own systems are told what became of their items: registered,
 * changed, their secrets renewed; a test of one; what
 * they refused, and telling it again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/commands_inside.h"
#include "server/notify/hook_key.h"
#include "server/notify/push.h"
#include "server/notify/resend.h"
#include "server/record/looks.h"

#define OWN_NAME "trao.conf" /* the one that is no row; a name with a full stop is nobody's */
#define HOUR_MS INT64_C(3600000)
#define OVERLAP_H 24 /* both secrets sign so long [design] */
#define OVERLAP_MAX_H 720

/* ------------------------------------------------------------------ statuses that are told */

static const enum status told[] = {
#define PUSH(KEY) STATUS_##KEY,
#include "server/notify/push.def"
#undef PUSH
};
#define TOLD (sizeof told / sizeof *told)

static uint32_t bit_of(const char *word, size_t n)
{
    for (size_t i = 0; i < TOLD; i++) {
        const char *key = status_info(told[i])->key;
        if (strlen(key) == n && strncmp(key, word, n) == 0)
            return UINT32_C(1) << told[i];
    }
    return 0;
}

static uint32_t all_bits(void)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < TOLD; i++)
        bits |= UINT32_C(1) << told[i];
    return bits;
}

static bool read_events(const char *text, uint32_t *ret_events, struct error *err)
{
    uint32_t events = strcmp(text, "all") == 0 ? all_bits() : 0;
    for (size_t n; events != all_bits() && *text != '\0'; text += n + (text[n] == ',')) {
        n = strcspn(text, ",");
        uint32_t bit = bit_of(text, n);
        if (bit == 0)
            return error_set(err, ERROR_BAD_INPUT,
                             "events=%.*s: handed_over, failed, waiting, delivered, returning, "
                             "returned, recalled, lost, unclaimed, hoặc all. / of these, or all",
                             (int)(n < 40 ? n : 40), text);
        events |= bit;
    }
    *ret_events = events;
    return events != 0 || error_set(err, ERROR_BAD_INPUT, "events=: báo việc gì? / which ones?");
}

/* ------------------------------------------------------------------ whose it is */

/* Who is bound to offices touches only webhooks that hear of those alone. */
static bool is_his(const struct commands *commands, const struct hook *hook, uint32_t user,
                   struct error *err)
{
    struct person person;
    if (user == 0)
        return true;
    if (!person_get(commands->record, user, &person, err))
        return false;
    bool his = person.offices_n == 0 || hook->offices_n > 0;
    for (size_t i = 0; his && i < hook->offices_n; i++)
        his = person_sees(&person, hook->offices[i]);
    return his || error_set(err, ERROR_NOT_FOUND, "«%s»: không có webhook này. / no such webhook",
                            hook->name);
}

/* ------------------------------------------------------------------ registered, changed */

struct putting {
    struct hook hook;
    bool is_new, new_secret;
    char key[HOOK_KEY_TEXT];
};

static bool put_act(struct record *record, void *arg, struct error *err)
{
    struct putting *putting = arg;
    if (!hook_put(record, &putting->hook, err))
        return false;
    struct look look = {.kind = LOOK_HOOK, .rows = putting->hook.id};
    return look_add(record, &look, err);
}

static bool find_hook(const struct commands *commands, const char *name, struct putting *putting,
                      struct error *err)
{
    struct error why = {ERROR_NONE, ""};
    if (hook_find(commands->record, name, &putting->hook, &why))
        return true;
    if (why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.text);
    putting->is_new = true;
    putting->hook = (struct hook){.events = all_bits(), .on = true};
    (void)snprintf(putting->hook.name, sizeof putting->hook.name, "%s", name);
    return true;
}

static bool read_offices(const struct commands *commands, const char *text, struct hook *hook,
                         struct error *err)
{
    struct person bound = {.offices_n = 0};
    if (!person_offices_read(commands, text, &bound, err))
        return false;
    memcpy(hook->offices, bound.offices, sizeof hook->offices);
    hook->offices_n = bound.offices_n;
    return true;
}

static bool read_state(const struct call *call, struct hook *hook, struct error *err)
{
    const char *text = option_text(call, 2, "state");
    if (text != NULL && strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
        return error_set(err, ERROR_BAD_INPUT, "state=%.40s: on, off", text);
    hook->on = text != NULL ? strcmp(text, "on") == 0 : hook->on;
    return true;
}

/* A new one, kept beside the one before as long as the receiver may need to change over. */
static bool renew(const struct commands *commands, const struct call *call, struct putting *putting,
                  struct error *err)
{
    const char *text = option_text(call, 2, "secret");
    struct chance chance = chance_system();
    struct hook *hook = &putting->hook;
    uint64_t hours = OVERLAP_H;
    if (text != NULL && strcmp(text, "new") != 0)
        return error_set(err, ERROR_BAD_INPUT, "secret=%.20s: secret=new", text);
    if (!option_number(call, 2, "overlap", OVERLAP_MAX_H, &hours, err))
        return false;
    putting->new_secret = putting->is_new || text != NULL;
    if (!putting->new_secret)
        return true;
    hook->before = hook->secret;
    if (putting->is_new || hours == 0)
        hook->before = (struct hook_secret){.n = 0};
    hook->before_until.ms = record_now(commands->record).ms + (int64_t)hours * HOUR_MS;
    hook_key_new(&chance, putting->key);
    hook_key_close(commands->secret, &chance, hook->name, putting->key, &hook->secret);
    return true;
}

static bool read_words(const struct commands *commands, const struct call *call,
                       struct putting *putting, uint32_t user, struct error *err)
{
    struct hook *hook = &putting->hook;
    const char *url = option_text(call, 2, "url"), *offices = option_text(call, 2, "office"),
               *events = option_text(call, 2, "events");
    if (putting->is_new && (url == NULL || offices == NULL))
        return error_set(err, ERROR_BAD_INPUT,
                         "url=, office=: webhook mới cần cả hai; office=all: mọi cơ quan. / a new "
                         "one needs both");
    if (!putting->is_new && !is_his(commands, hook, user, err))
        return false;
    if (url != NULL && !hook_url_check(url, commands->config->push_hosts, err))
        return false;
    if (url != NULL)
        (void)snprintf(hook->url, sizeof hook->url, "%s", url);
    return (offices == NULL || read_offices(commands, offices, hook, err)) &&
           (events == NULL || read_events(events, &hook->events, err)) &&
           is_his(commands, hook, user, err) && read_state(call, hook, err) &&
           renew(commands, call, putting, err);
}

bool run_hook(const struct commands *commands, const struct call *call, struct error *err)
{
    struct putting putting = {.is_new = false};
    uint32_t user = 0;
    bool done = person_name_check(call->argv[1], err) &&
                options_check(call, 2, "url office events state secret overlap by", err) &&
                option_user(commands, call, 2, &user, err) &&
                find_hook(commands, call->argv[1], &putting, err) &&
                read_words(commands, call, &putting, user, err) &&
                commands->acts.run(commands->acts.self, put_act, &putting, err);
    if (done && putting.new_secret) {
        answer_label(call->answer, "secret ");
        answer_text(call->answer, "secret", putting.key);
        answer_say(call->answer, "Chỉ hiện một lần; ký HMAC-SHA256, xem Trao-Signature. / shown "
                                 "once, signs as HMAC-SHA256");
    }
    if (done)
        answer_say(call->answer, "Đã ghi %s. / recorded", call->argv[1]);
    chain_wipe(&putting, sizeof putting);
    return done;
}

/* ------------------------------------------------------------------ listed */

/* Not served yet: taken up within a second, unless its host is not allowed any more. */
static const char *how_it_is(const struct commands *commands, const struct hook *hook, bool served,
                             const struct push_state *state)
{
    struct error none;
    bool allowed = hook->id == 0 || hook_url_check(hook->url, commands->config->push_hosts, &none);
    return !hook->on             ? "off"
           : !allowed            ? "unreached"
           : !served             ? "starting"
           : state->dead         ? "dead"
           : state->since.ms > 0 ? "failing"
                                 : "well";
}

static void say_hook(const struct commands *commands, struct answer *answer,
                     const struct hook *hook)
{
    struct push_state state = {.waiting = 0};
    struct person bound = {.offices_n = hook->offices_n};
    const char *events[TOLD];
    size_t n = 0;
    bool served = commands->push != NULL && push_state(commands->push, hook->id, &state);
    memcpy(bound.offices, hook->offices, sizeof bound.offices);
    for (size_t i = 0; i < TOLD; i++)
        if (hook->events & (UINT32_C(1) << told[i]))
            events[n++] = status_info(told[i])->key;
    answer_row(answer, "hooks");
    answer_text(answer, "name", hook->id ? hook->name : OWN_NAME);
    answer_text(answer, "state", how_it_is(commands, hook, served, &state));
    answer_text(answer, "url", hook->url);
    person_offices_say(commands, answer, &bound);
    answer_words(answer, "events", events, n);
    answer_number(answer, "waiting", (int64_t)state.waiting);
    answer_time(answer, "since", state.since);
    answer_time(answer, "next_try", state.next);
    bool both = hook->before.n > 0 && hook->before_until.ms > record_now(commands->record).ms;
    answer_time(answer, "both_until", both ? hook->before_until : (struct instant){0});
}

bool run_hooks(const struct commands *commands, const struct call *call, struct error *err)
{
    struct hook *hooks = calloc(HOOKS_MAX, sizeof *hooks);
    size_t n = 0;
    if (hooks == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = hooks_read(commands->record, hooks, &n, err);
    if (good && *commands->config->push != '\0') {
        struct hook own = {.events = all_bits(), .on = true};
        (void)snprintf(own.url, sizeof own.url, "%s", commands->config->push);
        say_hook(commands, call->answer, &own);
    }
    for (size_t i = 0; good && i < n; i++)
        say_hook(commands, call->answer, &hooks[i]);
    free(hooks);
    return good;
}

/* ------------------------------------------------------------------ dead letters */

/* One of the record, or OWN_NAME: its id is 0. */
static bool find_his(const struct commands *commands, const char *name, uint32_t user,
                     struct hook *ret_hook, struct error *err)
{
    *ret_hook = (struct hook){.id = 0};
    return (strcmp(name, OWN_NAME) == 0 || hook_find(commands->record, name, ret_hook, err)) &&
           is_his(commands, ret_hook, user, err);
}

static bool id_of(const struct commands *commands, const char *name, uint32_t user,
                  uint32_t *ret_id, struct error *err)
{
    struct hook hook;
    if (!find_his(commands, name, user, &hook, err))
        return false;
    *ret_id = hook.id;
    return true;
}

/* Those of a webhook that were not told since, each once. */
struct dead {
    const struct commands *commands;
    uint32_t receiver;
    bool all, full; /* of all; there was no room for one */
    struct item *items;
    uint32_t *receivers;
    size_t n, room;
};

static bool room_for_one(struct dead *dead)
{
    size_t room = dead->room ? dead->room * 2 : 64;
    if (dead->n < dead->room)
        return true;
    struct item *items = realloc(dead->items, room * sizeof *items);
    dead->items = items ? items : dead->items;
    uint32_t *receivers = realloc(dead->receivers, room * sizeof *receivers);
    dead->receivers = receivers ? receivers : dead->receivers;
    dead->room = items && receivers ? room : dead->room;
    dead->full = !items || !receivers;
    return items && receivers;
}

static bool take_dead(void *ctx, uint32_t receiver, const struct item *item)
{
    struct dead *dead = ctx;
    struct notice last;
    if (!hook_is_dead(dead->commands->views, receiver, item, &last))
        return true; /* asked for again, and on its way */
    if (!room_for_one(dead))
        return false;
    dead->items[dead->n] = *item;
    dead->receivers[dead->n++] = receiver;
    return true;
}

static bool gather(struct dead *dead, struct error *err)
{
    return dead_letters_read(dead->commands->record, dead->all ? -1 : (int64_t)dead->receiver,
                             take_dead, dead, err) &&
           (!dead->full || error_set(err, ERROR_LATER, "out of memory"));
}

static void dead_done(struct dead *dead)
{
    free(dead->items);
    free(dead->receivers);
}

static const char *name_of(const struct hook *hooks, size_t n, uint32_t receiver)
{
    for (size_t i = 0; i < n; i++)
        if (hooks[i].id == receiver)
            return hooks[i].name;
    return OWN_NAME;
}

static void say_dead(const struct dead *dead, size_t i, const char *name, struct answer *answer)
{
    struct notice last = {.status = 0};
    if (!hook_is_dead(dead->commands->views, dead->receivers[i], &dead->items[i], &last))
        return;
    const struct status_info *status = status_info(last.status);
    answer_row(answer, "hookdead");
    answer_text(answer, "hook", name);
    answer_text(answer, "item", dead->items[i].text);
    answer_text(answer, "status", status ? status->key : NULL);
    answer_number(answer, "attempt", last.attempt);
    answer_flag(answer, "correction", last.correction, "correction", "notice");
}

bool run_hookdead(const struct commands *commands, const struct call *call, struct error *err)
{
    struct dead dead = {.commands = commands, .all = call->argc < 2};
    struct hook *hooks = calloc(HOOKS_MAX, sizeof *hooks);
    size_t n = 0;
    bool good = (hooks != NULL || error_set(err, ERROR_LATER, "out of memory")) &&
                (dead.all || id_of(commands, call->argv[1], 0, &dead.receiver, err)) &&
                hooks_read(commands->record, hooks, &n, err) && gather(&dead, err);
    for (size_t i = 0; good && i < dead.n; i++)
        say_dead(&dead, i, name_of(hooks, n, dead.receivers[i]), call->answer);
    free(hooks);
    dead_done(&dead);
    return good;
}

bool run_hooktest(const struct commands *commands, const struct call *call, struct error *err)
{
    struct hook hook = {.id = 0};
    struct error why = {.code = ERROR_NONE};
    const char *name = call->argv[1];
    uint32_t user = 0, status = 0;
    if (!options_check(call, 2, "by", err) || !option_user(commands, call, 2, &user, err) ||
        !find_his(commands, name, user, &hook, err))
        return false;
    if (commands->push == NULL || (hook.id == 0 && *commands->config->push == '\0'))
        return error_set(err, ERROR_NOT_FOUND, "«%.32s»: không có webhook này. / no such webhook",
                         name);
    bool taken = push_try(commands->push, &hook, &status, &why);
    if (!taken && status > 0)
        return error_set(err, ERROR_REFUSED,
                         "%s trả lời %u: chưa nhận tin thử. / answered %u, the test was not taken",
                         name, status, status);
    if (!taken)
        return error_set(err, why.code == ERROR_LATER ? ERROR_REFUSED : why.code,
                         "%s chưa nhận tin thử: %s. / the test was not taken", name, why.text);
    answer_label(call->answer, "answered ");
    answer_number(call->answer, "answered", status);
    answer_say(call->answer, "%s đã nhận tin thử. / took the test", name);
    return true;
}

/* Each by itself: one that cannot go keeps no other. The first that could not is the error. */
static bool tell_again(const struct resend *it, uint32_t receiver, const struct item *items,
                       size_t n, size_t *ret_told, struct error *err)
{
    bool good = true;
    for (size_t i = 0; i < n; i++) {
        struct error why = {.code = ERROR_NONE};
        if (hook_resend(it, receiver, &items[i], &why))
            ++*ret_told;
        else if (good)
            good = error_set(err, why.code, "%s", why.text);
    }
    return good;
}

bool run_hookagain(const struct commands *commands, const struct call *call, struct error *err)
{
    struct resend it = {.acts = commands->acts,
                        .views = commands->views,
                        .record = commands->record,
                        .now = record_now(commands->record)};
    struct dead dead = {.commands = commands};
    struct call options = *call;
    struct item *named = NULL;
    size_t named_n = 0, again = 0;
    int first = options_end(call, 2);
    options.argc = first;
    bool all = first == call->argc;
    if (!options_check(&options, 2, "by", err) ||
        !option_user(commands, &options, 2, &it.user, err) ||
        !id_of(commands, call->argv[1], it.user, &dead.receiver, err) ||
        !(all ? gather(&dead, err) : named_items(call, first, &named, &named_n, err))) {
        dead_done(&dead);
        return false;
    }
    bool good = tell_again(&it, dead.receiver, all ? dead.items : named, all ? dead.n : named_n,
                           &again, err);
    if (again > 0 || good) {
        answer_label(call->answer, "Báo lại ");
        answer_number(call->answer, "again", (int64_t)again);
        answer_say(call->answer, "việc. / are told again");
    }
    free(named);
    dead_done(&dead);
    return good;
}
