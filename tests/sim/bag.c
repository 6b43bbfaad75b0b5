#include "tests/sim/bag.h"

#include <string.h>

#include "protocol/box.h"
#include "protocol/round.h"

void bag_init(struct bag *bag, struct env *env, const char *device, const struct seal_secret *seal,
              uint32_t badge)
{
    struct chance chance = env_chance_door(env);
    *bag = (struct bag){.env = env, .device = device, .seal = seal, .badge = badge};
    box_keys_new(&chance, &bag->key, &bag->secret);
}

static void forget_coming(struct bag *bag)
{
    bag->coming_parts = bag->coming_stops = bag->listed = 0;
    bag->came = 0;
}

void bag_kill(struct bag *bag)
{
    forget_coming(bag);
    bag->asks = false;
}

bool bag_asks(struct bag *bag)
{
    bool asks = bag->asks;
    bag->asks = false;
    return asks;
}

/* Each piece opens under this bag's key and is what a list is made of. */
static void open_pieces(struct bag *bag, const struct round_part *part)
{
    for (size_t i = 0; i < part->pieces && !bag->env->failed; i++) {
        uint8_t plain[ROUND_PIECE_BYTES_MAX];
        struct round_piece piece;
        struct error err;
        const struct slice *closed = &part->piece[i];
        if (closed->n < BOX_OVERHEAD || closed->n - BOX_OVERHEAD > sizeof plain ||
            !box_open(&bag->key, &bag->secret, closed->bytes, closed->n, plain, &err) ||
            !round_piece_read(plain, closed->n - BOX_OVERHEAD, &piece, &err)) {
            env_fail(bag->env, "%s: a piece of its round cannot be read", bag->device);
            return;
        }
        bag->coming_stops += piece.kind == ROUND_PIECE_STOP;
        if (piece.kind == ROUND_PIECE_LIST)
            bag->listed = piece.u.list.stops;
        if (piece.kind == ROUND_PIECE_LIST && piece.u.list.badge != bag->badge)
            env_fail(bag->env, "%s: the round of badge %u comes to %u", bag->device,
                     piece.u.list.badge, bag->badge);
    }
}

static void take_whole(struct bag *bag, const struct round_part *part)
{
    if (bag->coming_stops != bag->listed)
        env_fail(bag->env, "%s: a whole round has %u stops, its list says %u", bag->device,
                 bag->coming_stops, bag->listed);
    bag->round = part->round;
    bag->revision = part->revision;
    bag->stops = bag->coming_stops;
    bag->taken++;
    bag->asks = true;
    forget_coming(bag);
    env_note(bag->env, "%s holds round %llu revision %u, %u stops", bag->device,
             (unsigned long long)bag->round, bag->revision, bag->stops);
}

static void round_came(void *ctx, const struct round_part *part, const void *message, size_t n)
{
    struct bag *bag = ctx;
    (void)message;
    (void)n;
    if (bag->revoked || part->badge != bag->badge ||
        memcmp(&part->vault_key, &bag->key, sizeof bag->key) != 0) {
        env_note(bag->env, "%s: a round for another key", bag->device);
        return;
    }
    if (part->round == bag->round && part->revision == bag->revision)
        return;
    if (part->round != bag->coming_round || part->revision != bag->coming_revision ||
        part->parts != bag->coming_parts) {
        forget_coming(bag);
        bag->coming_round = part->round;
        bag->coming_revision = part->revision;
        bag->coming_parts = part->parts;
    }
    uint64_t bit = UINT64_C(1) << (part->part - 1);
    if ((bag->came & bit) != 0)
        return;
    bag->came |= bit;
    open_pieces(bag, part);
    if (bag->came == UINT64_MAX >> (WIRE_PARTS_MAX - part->parts))
        take_whole(bag, part);
}

static void revoke_came(void *ctx, const struct revoke *revoke)
{
    struct bag *bag = ctx;
    (void)revoke;
    bag->revoked = true;
    bag->round = 0;
    bag->revision = bag->stops = 0;
    forget_coming(bag);
    env_note(bag->env, "%s: its key is destroyed", bag->device);
}

static void add_to_hello(void *ctx, struct hello *hello)
{
    const struct bag *bag = ctx;
    if (bag->revoked)
        return;
    hello->has_vault = true;
    hello->vault_key = bag->key;
    hello->badge = bag->badge;
    hello->held_round = bag->round;
    hello->held_revision = bag->revision;
    hello->vault_seal = hello_vault_seal(hello, bag->seal);
}

struct uplink_came bag_came(struct bag *bag)
{
    return (struct uplink_came){
        .round = round_came, .revoke = revoke_came, .hello = add_to_hello, .ctx = bag};
}
