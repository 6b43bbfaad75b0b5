/* vault.c - the round in hand: which PIN opens it, what of it comes, when it is forgotten. */
#include "handheld/vault.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handheld/vault_key.h"
#include "handheld/vault_opened.h"

struct vault {
    struct vault_config config;
    struct day day;
    int dir;
    struct vault_key key;
    struct vault_opened opened;
    bool asks;
    uint64_t coming_round; /* the parts that came so far */
    uint32_t coming_revision, coming_parts;
    uint64_t came;
};

/* ------------------------------------------------------------------ files */

static bool key_save(const struct vault *vault)
{
    return vault_key_save(vault->dir, &vault->key);
}

static char *part_name(const char *of, uint32_t part, char out[20])
{
    snprintf(out, 20, "%s-%02u", of, part);
    return out;
}

static void forget_parts(struct vault *vault, const char *of)
{
    char name[20];
    for (uint32_t i = 1; i <= WIRE_PARTS_MAX; i++)
        (void)unlinkat(vault->dir, part_name(of, i, name), 0);
}

static void forget_round(struct vault *vault)
{
    vault->key.held_round = 0;
    vault->key.held_revision = vault->key.held_parts = 0;
    vault->coming_parts = 0;
    vault->came = 0;
    forget_parts(vault, "round");
    forget_parts(vault, "coming");
}

/* ------------------------------------------------------------------ open, close */

void vault_lock(struct vault *vault)
{
    vault_opened_wipe(&vault->opened);
}

/* Everything but the count of wrong PINs and the revocation. */
static void destroy(struct vault *vault)
{
    struct vault_key *key = &vault->key;
    vault_lock(vault);
    key->has_key = key->confirmed = false;
    key->badge = 0;
    key->dies.ms = 0;
    memset(&key->public, 0, sizeof key->public);
    chain_wipe(key->salt, sizeof key->salt);
    chain_wipe(key->secret, sizeof key->secret);
    forget_round(vault);
    (void)key_save(vault);
}

static const struct round_list *day_round(void *ctx)
{
    return vault_round(ctx);
}

static const struct stop *day_stop(void *ctx, const struct item *item)
{
    return vault_stop(ctx, item);
}

static const struct stop *day_stop_at(void *ctx, uint32_t i)
{
    return vault_stop_at(ctx, i);
}

static const struct neighbour *day_neighbour(void *ctx, const struct item *item)
{
    return vault_neighbour(ctx, item);
}

static const struct handover_list *day_handover(void *ctx, uint64_t serial)
{
    return vault_handover(ctx, serial);
}

static enum day_unlocked day_unlock(void *ctx, uint32_t badge, const char *pin, uint32_t *ret_left)
{
    return vault_unlock(ctx, badge, pin, ret_left);
}

static void day_lock(void *ctx)
{
    vault_lock(ctx);
}

bool vault_open(const struct vault_config *config, struct vault **ret_vault, struct error *err)
{
    char path[PATH_MAX];
    struct vault *vault = calloc(1, sizeof *vault);
    if (vault == NULL)
        return error_set(err, ERROR_LATER, "vault: out of memory");
    vault->config = *config;
    vault->day = (struct day){day_round,    day_stop,   day_stop_at, day_neighbour,
                              day_handover, day_unlock, day_lock,    vault};
    snprintf(path, sizeof path, "%s/vault", config->dir);
    (void)mkdir(path, 0700);
    vault->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (vault->dir < 0) {
        error_set(err, ERROR_LATER, "%s: %m", path);
        free(vault);
        return false;
    }
    vault_key_load(vault->dir, &vault->key);
    forget_parts(vault, "coming");
    *ret_vault = vault;
    return true;
}

void vault_close(struct vault *vault)
{
    if (vault == NULL)
        return;
    vault_lock(vault);
    close(vault->dir);
    free(vault);
}

const struct day *vault_day(struct vault *vault)
{
    return &vault->day;
}

/* ------------------------------------------------------------------ the PIN and the key */

/* The first time of a postman here: a pair for the round to be closed to. Whether the PIN is right
 * is known when the verifier has come. */
static enum day_unlocked first_time(struct vault *vault, uint32_t badge, const char *pin)
{
    struct vault_key *key = &vault->key;
    const struct chance *chance = &vault->config.chance;
    struct box_secret secret;
    destroy(vault);
    key->version = 1;
    key->badge = badge;
    chance->fill(chance->self, key->salt, sizeof key->salt);
    chance->fill(chance->self, key->nonce, sizeof key->nonce);
    box_keys_new(chance, &key->public, &secret);
    key->has_key = vault_key_close(key, vault->config.seal, &secret, pin) && key_save(vault);
    chain_wipe(&secret, sizeof secret);
    vault->asks = key->has_key;
    return DAY_NEEDS_SERVER;
}

/* ------------------------------------------------------------------ the round, opened */

static void open_pieces(struct vault *vault, const struct round_part *part)
{
    uint8_t plain[ROUND_PIECE_BYTES_MAX];
    struct round_piece piece;
    struct vault_opened *o = &vault->opened;
    for (size_t i = 0; i < part->pieces; i++) {
        const struct slice *closed = &part->piece[i];
        if (closed->n > sizeof plain + BOX_OVERHEAD ||
            !box_open(&vault->key.public, &o->secret, closed->bytes, closed->n, plain, NULL))
            continue;
        if (round_piece_read(plain, closed->n - BOX_OVERHEAD, &piece, NULL))
            vault_opened_keep(o, &piece);
    }
    chain_wipe(plain, sizeof plain);
    chain_wipe(&piece, sizeof piece);
}

/* Reads what is held. A part that is not as the server sealed it: nothing is held, it comes again.
 */
static void open_round(struct vault *vault)
{
    const struct vault_key *key = &vault->key;
    struct vault_opened *o = &vault->opened;
    uint8_t bytes[WIRE_BYTES_MAX];
    struct wire_down down;
    char name[20];
    for (uint32_t i = 1; i <= key->held_parts; i++) {
        size_t n = vault_file_get(vault->dir, part_name("round", i, name), bytes, sizeof bytes);
        if (!wire_read_down(bytes, n, vault->config.device, &vault->config.server, &down, NULL) ||
            down.kind != WIRE_DOWN_ROUND || down.round.revision != key->held_revision ||
            down.round.round != key->held_round || down.round.badge != key->badge) {
            forget_round(vault);
            (void)key_save(vault);
            vault->asks = true;
            return;
        }
        open_pieces(vault, &down.round);
    }
    vault_opened_sort(o);
    o->list.stops = o->stops;
    o->list.revision =
        key->held_revision; /* the message says it: a list cannot hold its own hash */
}

/* ------------------------------------------------------------------ unlocking */

static struct instant wall(const struct vault *vault)
{
    return vault->config.clock.now(vault->config.clock.self);
}

static enum day_unlocked wrong(struct vault *vault, bool drop, uint32_t *ret_left)
{
    struct vault_key *key = &vault->key;
    vault_lock(vault);
    *ret_left = key->wrong >= VAULT_TRIES ? 0 : VAULT_TRIES - key->wrong;
    if (drop || *ret_left == 0)
        destroy(vault);
    return *ret_left == 0 ? DAY_ERASED : DAY_WRONG_PIN;
}

/* The key is open; the office's word on the PIN, if it has come, decides. */
static enum day_unlocked judge_pin(struct vault *vault, const char *pin, uint32_t *ret_left)
{
    struct vault_key *key = &vault->key;
    struct vault_opened *o = &vault->opened;
    open_round(vault);
    if (!o->has_login && !key->confirmed) {
        vault_lock(vault);
        key->wrong--; /* nobody could say that it is wrong */
        (void)key_save(vault);
        vault->asks = true;
        return DAY_NEEDS_SERVER;
    }
    if (o->has_login && !vault_pin_holds(&o->login, pin))
        return wrong(vault, true, ret_left);
    key->wrong = 0;
    key->confirmed = true;
    (void)key_save(vault);
    return o->has_list ? DAY_OPEN : DAY_NO_ROUND;
}

enum day_unlocked vault_unlock(struct vault *vault, uint32_t badge, const char *pin,
                               uint32_t *ret_left)
{
    struct vault_key *key = &vault->key;
    *ret_left = 0;
    vault_lock(vault);
    if (key->revoked)
        return DAY_ERASED;
    if (!key->has_key && key->wrong >= VAULT_TRIES &&
        llabs(wall(vault).ms - key->tried.ms) < VAULT_RETRY_MS)
        return DAY_ERASED;
    key->tried = wall(vault);
    if (!key->has_key || key->badge != badge)
        return first_time(vault, badge, pin);
    key->wrong++; /* on the disk before the try: pulling the battery wins nothing */
    if (!key_save(vault))
        return DAY_NEEDS_SERVER;
    vault->opened.open = vault_key_open(key, vault->config.seal, pin, &vault->opened.secret);
    if (vault->opened.open)
        return judge_pin(vault, pin, ret_left);
    if (!key->confirmed && key->wrong < VAULT_TRIES)
        return first_time(vault, badge, pin);
    return wrong(vault, false, ret_left);
}

/* ------------------------------------------------------------------ what the screens ask */

const struct round_list *vault_round(const struct vault *vault)
{
    return vault->opened.has_list ? &vault->opened.list : NULL;
}

const struct stop *vault_stop(const struct vault *vault, const struct item *item)
{
    return vault_opened_stop(&vault->opened, item);
}

const struct stop *vault_stop_at(const struct vault *vault, uint32_t i)
{
    return i < vault->opened.stops ? &vault->opened.stop[i] : NULL;
}

const struct neighbour *vault_neighbour(const struct vault *vault, const struct item *item)
{
    return vault_opened_neighbour(&vault->opened, item);
}

const struct handover_list *vault_handover(const struct vault *vault, uint64_t serial)
{
    return vault_opened_handover(&vault->opened, serial);
}

/* ------------------------------------------------------------------ what comes and goes */

/* Opens what was just stored, without the PIN: the key is in memory. */
static void reopen(struct vault *vault)
{
    struct box_secret secret = vault->opened.secret;
    vault_lock(vault);
    vault->opened.secret = secret;
    vault->opened.open = true;
    chain_wipe(&secret, sizeof secret);
    open_round(vault);
}

/* All parts are there. The old round is given up before the new one takes its name, so a crash
 * between leaves none, never half of each. */
static void take_whole(struct vault *vault, const struct round_part *part)
{
    struct vault_key *key = &vault->key;
    char from[20], to[20];
    key->held_round = 0;
    key->held_revision = key->held_parts = 0;
    if (!key_save(vault))
        return;
    forget_parts(vault, "round");
    for (uint32_t i = 1; i <= part->parts; i++)
        if (renameat(vault->dir, part_name("coming", i, from), vault->dir,
                     part_name("round", i, to)) != 0)
            return;
    key->held_round = part->round;
    key->held_revision = part->revision;
    key->held_parts = part->parts;
    key->dies.ms = part->until.ms == 0 ? 0 : part->until.ms + VAULT_AFTER_MS;
    vault->asks = true; /* a hello says that it is held */
    if (key_save(vault) && vault->opened.open)
        reopen(vault);
}

void vault_part(struct vault *vault, const struct round_part *part, const void *message, size_t n)
{
    const struct vault_key *key = &vault->key;
    char name[20];
    if (key->revoked || !key->has_key || part->badge != key->badge ||
        memcmp(&part->vault_key, &key->public, sizeof key->public) != 0)
        return;
    if (key->held_parts > 0 && part->round == key->held_round &&
        part->revision == key->held_revision)
        return;
    if (part->round != vault->coming_round || part->revision != vault->coming_revision ||
        part->parts != vault->coming_parts) {
        vault->coming_round = part->round;
        vault->coming_revision = part->revision;
        vault->coming_parts = part->parts;
        vault->came = 0;
    }
    if (!vault_file_put(vault->dir, part_name("coming", part->part, name), message, n))
        return;
    vault->came |= UINT64_C(1) << (part->part - 1);
    if (vault->came != UINT64_MAX >> (WIRE_PARTS_MAX - part->parts))
        return;
    vault->came = 0;
    vault->coming_parts = 0;
    take_whole(vault, part);
}

void vault_revoke(struct vault *vault)
{
    if (vault->key.revoked)
        return;
    vault->key.version = 1;
    vault->key.revoked = true;
    destroy(vault);
}

void vault_forget(const char *dir)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/vault/key", dir);
    (void)unlink(path); /* what else lies there is closed to a key that is gone */
}

bool vault_is_revoked(const struct vault *vault)
{
    return vault->key.revoked;
}

void vault_hello(const struct vault *vault, struct hello *hello)
{
    const struct vault_key *key = &vault->key;
    hello->has_vault = key->has_key;
    hello->vault_key = key->public;
    hello->badge = key->badge;
    hello->held_round = key->held_round;
    hello->held_revision = key->held_revision;
    if (key->has_key)
        hello->vault_seal = hello_vault_seal(hello, vault->config.seal);
}

bool vault_asks(struct vault *vault)
{
    bool asks = vault->asks;
    vault->asks = false;
    return asks;
}

void vault_tick(struct vault *vault)
{
    const struct vault_key *key = &vault->key;
    if (key->has_key && key->dies.ms != 0 && wall(vault).ms >= key->dies.ms)
        destroy(vault);
}
