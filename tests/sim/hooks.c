#include "tests/sim/hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_ROOM 24
#define AWAY_PER_MILLE 120
#define TOO_LATE_PER_MILLE 60 /* taken, and the answer does not arrive */
#define REFUSED_PER_MILLE 10

#define CHOSEN (1u << STATUS_DELIVERED | 1u << STATUS_FAILED | 1u << STATUS_RETURNED)

/* One telling, as it was tried. */
struct hooks_heard {
    uint32_t receiver;
    char id[NOTICE_REQUEST_MAX + 1];
    char item[ITEM_CHARS + 1], event[EVENT_ROOM], attempt[12];
    bool correction;
    bool came; /* else nobody answered, each time it was tried */
    bool refused;
};

void hooks_init(struct hooks *hooks, struct env *env)
{
    *hooks = (struct hooks){.env = env};
    for (uint32_t i = 0; i < HOOKS_RECEIVERS; i++)
        hooks->receiver[i] = (struct hooks_receiver){hooks, i};
}

void hooks_done(struct hooks *hooks)
{
    free(hooks->heard);
}

bool hooks_register(struct record *record, struct instant made, struct error *err)
{
    struct hook hook = {.name = "so-tu-phap", .on = true, .events = CHOSEN, .made = made};
    (void)snprintf(hook.url, sizeof hook.url, "https://so-tu-phap.vn/trao");
    return hook_put(record, &hook, err);
}

/* ---------------------------------------------------------------- what comes */

/* The value behind "name": in a body as push_tell.c writes it, up to its end. */
static void read_member(const char *body, const char *name, char *out, size_t room)
{
    char key[24];
    (void)snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(body, key);
    out[0] = '\0';
    if (at == NULL)
        return;
    at += strlen(key);
    at += *at == '"';
    size_t n = strcspn(at, ",}\"");
    (void)snprintf(out, room, "%.*s", (int)n, at);
}

static struct hooks_heard read_telling(const struct hooks_receiver *receiver, const struct sms *sms)
{
    struct hooks_heard heard = {.receiver = receiver->id};
    char correction[8];
    (void)snprintf(heard.id, sizeof heard.id, "%s", sms->request_id);
    read_member(sms->text, "item", heard.item, sizeof heard.item);
    read_member(sms->text, "event", heard.event, sizeof heard.event);
    read_member(sms->text, "attempt", heard.attempt, sizeof heard.attempt);
    read_member(sms->text, "correction", correction, sizeof correction);
    heard.correction = strcmp(correction, "true") == 0;
    return heard;
}

static bool says_the_same(const struct hooks_heard *a, const struct hooks_heard *b)
{
    return strcmp(a->item, b->item) == 0 && strcmp(a->event, b->event) == 0 &&
           strcmp(a->attempt, b->attempt) == 0 && a->correction == b->correction;
}

/* What this receiver was told last of the item, or of it heard last; NULL: nothing. */
static struct hooks_heard *last_of(struct hooks *hooks, uint32_t receiver, const char *item,
                                   bool came)
{
    for (size_t i = hooks->n; i > 0; i--)
        if (hooks->heard[i - 1].receiver == receiver &&
            strcmp(hooks->heard[i - 1].item, item) == 0 && (hooks->heard[i - 1].came || !came))
            return &hooks->heard[i - 1];
    return NULL;
}

static struct hooks_heard *find(struct hooks *hooks, uint32_t receiver, const char *id)
{
    for (size_t i = 0; i < hooks->n; i++)
        if (hooks->heard[i].receiver == receiver && strcmp(hooks->heard[i].id, id) == 0)
            return &hooks->heard[i];
    return NULL;
}

static struct hooks_heard *keep(struct hooks *hooks, const struct hooks_heard *heard)
{
    if (hooks->n == hooks->room) {
        hooks->room = hooks->room != 0 ? 2 * hooks->room : 64;
        hooks->heard = realloc(hooks->heard, hooks->room * sizeof *hooks->heard);
        invariant(hooks->heard != NULL);
    }
    hooks->heard[hooks->n] = *heard;
    return &hooks->heard[hooks->n++];
}

void hooks_record_fell_back(struct hooks *hooks)
{
    hooks->lost = hooks->n;
}

/* It is there already under this id, or is tried the first time; whether it comes or not. */
static struct hooks_heard *tried(struct hooks *hooks, const struct hooks_heard *heard)
{
    struct hooks_heard *old = find(hooks, heard->receiver, heard->id);
    struct hooks_heard *last = last_of(hooks, heard->receiver, heard->item, false);
    if (old != NULL && !says_the_same(old, heard))
        env_fail(hooks->env, "hooks: %s says two things", heard->id);
    bool known = last != NULL && (size_t)(last - hooks->heard) >= hooks->lost;
    if (old == NULL && known && says_the_same(last, heard))
        env_fail(hooks->env, "hooks: %s is told %s twice, as %s and as %s", heard->item,
                 heard->event, last->id, heard->id);
    return old != NULL ? old : keep(hooks, heard);
}

static void came(struct hooks *hooks, struct hooks_heard *heard)
{
    if (heard->came) {
        hooks->again++;
        return;
    }
    heard->came = true;
    env_note(hooks->env, "hooks: %u hears %s%s of %s", heard->receiver,
             heard->correction ? "no longer " : "", heard->event, heard->item);
}

static bool has(void *self, const char *request_id)
{
    (void)self;
    (void)request_id;
    return false; /* a webhook is asked of nothing */
}

static bool hear(void *self, const struct sms *sms, struct error *err)
{
    const struct hooks_receiver *receiver = self;
    struct hooks *hooks = receiver->of;
    struct hooks_heard heard = read_telling(receiver, sms);
    struct hooks_heard *kept = tried(hooks, &heard);
    if (env_fault(hooks->env, AWAY_PER_MILLE))
        return error_set(err, ERROR_LATER, "the office's system does not answer");
    came(hooks, kept);
    if (env_fault(hooks->env, REFUSED_PER_MILLE)) {
        kept->refused = true;
        hooks->refused++;
        return error_set(err, ERROR_REFUSED, "the office's system wants none of it");
    }
    if (env_fault(hooks->env, TOO_LATE_PER_MILLE))
        return error_set(err, ERROR_LATER, "the office's system answers too late");
    return true;
}

/* ---------------------------------------------------------------- how they are reached */

struct sms_driver hooks_own(struct hooks *hooks)
{
    return (struct sms_driver){.has = has, .send = hear, .self = &hooks->receiver[0]};
}

static bool open_hook(void *ctx, const struct hook *hook, const char *key, const char *before,
                      struct sms_driver *ret_driver, void **ret_opened, struct error *err)
{
    struct hooks *hooks = ctx;
    (void)key;
    (void)before;
    if (hook->id >= HOOKS_RECEIVERS)
        return error_set(err, ERROR_REFUSED, "nobody is there");
    *ret_driver = (struct sms_driver){.has = has, .send = hear, .self = &hooks->receiver[hook->id]};
    *ret_opened = NULL;
    return true;
}

static void close_hook(void *ctx, void *opened)
{
    (void)ctx;
    (void)opened;
}

struct push_drivers hooks_drivers(struct hooks *hooks)
{
    return (struct push_drivers){open_hook, close_hook, hooks, NULL};
}

/* ---------------------------------------------------------------- what must hold */

static bool hears(uint32_t receiver, enum status status)
{
    switch ((int)status) {
#define PUSH(KEY) case STATUS_##KEY:
#include "server/notify/push.def"
#undef PUSH
        return receiver == 0 || (CHOSEN & 1u << status) != 0;
    default:
        return false;
    }
}

/* That it is delivered, and not that this was none. */
static bool says_delivered(const struct hooks_heard *last)
{
    return !last->correction && strcmp(last->event, status_info(STATUS_DELIVERED)->key) == 0;
}

/* What stands instead of a delivery is told as its correction. */
static bool says(const struct hooks_heard *last, const struct state *now)
{
    char attempt[sizeof last->attempt];
    (void)snprintf(attempt, sizeof attempt, "%u", now->attempt);
    return last != NULL && strcmp(last->event, status_info(now->status)->key) == 0 &&
           strcmp(last->attempt, attempt) == 0 &&
           (now->status != STATUS_DELIVERED || !last->correction);
}

static void check_one(struct hooks *hooks, uint32_t receiver, const struct state *now)
{
    const struct hooks_heard *last = last_of(hooks, receiver, now->item.text, true);
    const char *key = status_info(now->status)->key;
    if (last != NULL && last->refused)
        return; /* a dead letter: told again when somebody asks */
    if (hears(receiver, now->status) && !says(last, now))
        env_fail(hooks->env, "hooks: %u heard last %s/%s of %s, which is %s/%u", receiver,
                 last != NULL ? last->event : "nothing", last != NULL ? last->attempt : "",
                 now->item.text, key, now->attempt);
    if (!hears(receiver, now->status) && last != NULL && says_delivered(last))
        env_fail(hooks->env, "hooks: %u was told %s is delivered, and it is %s", receiver,
                 now->item.text, key);
}

void hooks_check(struct hooks *hooks, const struct state *now)
{
    for (uint32_t receiver = 0; receiver < HOOKS_RECEIVERS && now->issued; receiver++)
        check_one(hooks, receiver, now);
}
