/* commands_keys.c - integration keys: given out, listed, revoked. */
#include <string.h>

#include "protocol/chain.h"
#include "server/commands_inside.h"
#include "server/record/api_keys.h"
#include "server/record/looks.h"

#define SECRET_BYTES 32
/* "trao_", the key's id, "_", the secret's digits. */
#define TOKEN_MAX (5 + 20 + 1 + 2 * SECRET_BYTES + 1)

/* ------------------------------------------------------------------ given out */

struct giving {
    struct api_key key;
    struct link hash;
    int64_t id; /* out */
};

static bool write_down(struct record *record, int64_t person, struct error *err)
{
    struct look look = {.person = person, .kind = LOOK_KEY};
    return look_add(record, &look, err);
}

static bool give_act(struct record *record, void *arg, struct error *err)
{
    struct giving *giving = arg;
    struct person known;
    if (!api_key_put(record, &giving->key, &giving->hash, err) ||
        !person_find(record, giving->key.person.name, &known, err))
        return false;
    giving->id = known.id;
    return write_down(record, known.id, err);
}

static bool read_scopes(const char *text, uint32_t *ret_scopes, struct error *err)
{
    uint32_t scopes = 0;
    for (size_t n; *text != '\0'; text += n + (text[n] == ',')) {
        char word[32] = "";
        n = strcspn(text, ",");
        if (n < sizeof word)
            memcpy(word, text, n);
        const struct scope_info *info = scope_named(word);
        if (info == NULL)
            return error_set(err, ERROR_BAD_INPUT,
                             "scope=%.*s: không có. / no such scope; items:read and others, see "
                             "trao-admin(8)",
                             (int)(n < 40 ? n : 40), text);
        scopes |= info->scope;
    }
    *ret_scopes = scopes;
    return true;
}

struct finding {
    const char *name;
    struct api_key *key;
    bool found;
};

static bool find_key(void *ctx, const struct api_key *key)
{
    struct finding *finding = ctx;
    finding->found = strcmp(key->person.name, finding->name) == 0;
    if (finding->found)
        *finding->key = *key;
    return !finding->found;
}

/* What is not said stays as it was; of a new key scopes and offices must be said. */
static bool read_key(const struct commands *commands, const struct call *call, struct api_key *key,
                     struct error *err)
{
    const char *scopes = option_text(call, 2, "scope"), *offices = option_text(call, 2, "office");
    struct instant now = record_now(commands->record);
    struct finding finding = {call->argv[1], key, false};
    if (!api_keys_each(commands->record, find_key, &finding, err))
        return false;
    memcpy(key->person.name, call->argv[1], strlen(call->argv[1]) + 1);
    key->until.ms = now.ms + API_KEY_LIFE_MS;
    if (!finding.found && (scopes == NULL || offices == NULL))
        return error_set(err, ERROR_BAD_INPUT,
                         "scope=, office=: khóa mới cần cả hai; office=all: mọi cơ quan. / a new "
                         "key needs both");
    if ((scopes != NULL && !read_scopes(scopes, &key->scopes, err)) ||
        (offices != NULL && !person_offices_read(commands, offices, &key->person, err)) ||
        !option_day(call, 2, "until", &key->until, err))
        return false;
    if (key->scopes == 0)
        return error_set(err, ERROR_BAD_INPUT, "scope=: chưa có phạm vi nào. / none is named");
    return (key->until.ms > now.ms && key->until.ms <= now.ms + 2 * API_KEY_LIFE_MS) ||
           error_set(err, ERROR_BAD_INPUT,
                     "until=: sau hôm nay, trong hai năm. / after today, within two years");
}

bool run_key(const struct commands *commands, const struct call *call, struct error *err)
{
    struct giving giving = {.id = 0};
    struct chance chance = chance_system();
    uint8_t secret[SECRET_BYTES];
    char digits[2 * SECRET_BYTES + 1], token[TOKEN_MAX];
    if (!person_name_check(call->argv[1], err) ||
        !options_check(call, 2, "scope office until", err) ||
        !read_key(commands, call, &giving.key, err))
        return false;
    chance.fill(chance.self, secret, sizeof secret);
    chain_hex(secret, sizeof secret, digits);
    giving.hash = chain_hash(digits, 2 * sizeof secret);
    bool done = commands->acts.run(commands->acts.self, give_act, &giving, err);
    if (done) {
        (void)snprintf(token, sizeof token, "trao_%lld_%s", (long long)giving.id, digits);
        answer_label(call->answer, "key ");
        answer_text(call->answer, "key", token);
        answer_day(call->answer, "until", giving.key.until);
        answer_say(call->answer, "Chỉ hiện một lần; gửi kèm: Authorization: Bearer KHÓA. / shown "
                                 "once");
    }
    chain_wipe(secret, sizeof secret);
    chain_wipe(digits, sizeof digits);
    chain_wipe(token, sizeof token);
    return done;
}

/* ------------------------------------------------------------------ listed, revoked */

struct keys_listing {
    const struct commands *commands;
    struct answer *answer;
};

static bool say_key(void *ctx, const struct api_key *key)
{
    const struct keys_listing *listing = ctx;
    const char *words[32];
    const struct scope_info *info;
    size_t n = 0;
    for (size_t i = 0; (info = scope_row(i)) != NULL; i++)
        if (key->scopes & info->scope)
            words[n++] = info->key;
    answer_row(listing->answer, "keys");
    answer_text(listing->answer, "name", key->person.name);
    answer_words(listing->answer, "scopes", words, n);
    person_offices_say(listing->commands, listing->answer, &key->person);
    bool on = key->revoked.ms == 0 && key->until.ms > record_now(listing->commands->record).ms;
    answer_flag(listing->answer, "in_force", on, "in-force", key->revoked.ms ? "revoked" : "over");
    answer_day(listing->answer, "made", key->made);
    answer_day(listing->answer, "until", key->until);
    answer_time(listing->answer, "revoked", key->revoked);
    return true;
}

bool run_keys(const struct commands *commands, const struct call *call, struct error *err)
{
    struct keys_listing listing = {commands, call->answer};
    return api_keys_each(commands->record, say_key, &listing, err);
}

static bool revoke_act(struct record *record, void *arg, struct error *err)
{
    const char *name = arg;
    struct person person;
    return api_key_revoke(record, name, err) && person_find(record, name, &person, err) &&
           write_down(record, person.id, err);
}

bool run_keyrevoke(const struct commands *commands, const struct call *call, struct error *err)
{
    if (!commands->acts.run(commands->acts.self, revoke_act, call->argv[1], err))
        return false;
    answer_say(call->answer, "Đã thu hồi khóa %s. / key revoked", call->argv[1]);
    return true;
}
