/* A handheld's vault: rounds that its server closed for it, of any pieces, in any order; its files
 * damaged, also by somebody who knows how they are checked. A round can be seen only behind a right
 * PIN, never after the lock, a restart or a revocation; wrong ones never open it. Stretching of
 * PINs is stood in for: it takes half a second.
 *
 * Steps, each a letter and what it needs: u B P (badge B sign in with PIN P, modulo three), p N
 * bytes (a piece of the next message), s R N P (that message: revision R, part P of N), l (lock), o
 * (restart), t N (hours pass), v (revoked), k P P V (a byte of the key's file, its check put
 * right), d P P V (or not), f N P P V (a byte of part N), c N P (part N is cut), restarts behind
 * each. */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feed.h"
#include "fuzz.h"
#include "handheld/vault.h"
#include "protocol/round.h"
#include "room.h"

#define DEVICE "HH-001"
#define PIECES_MAX 16
#define STEPS_MAX 64
#define KEY_FILE_MAX 1024
#define HOUR_MS (INT64_C(3600) * 1000)

static const char *const pins[] = {"111111", "222222", "333333"};

/* ------------------------------------------------------------------ in place of slow ones */

int __wrap_crypto_pwhash(unsigned char *out, unsigned long long out_n, const char *pin,
                         unsigned long long pin_n, const unsigned char *salt,
                         unsigned long long ops, size_t memory, int algorithm);
int __wrap_crypto_pwhash_str_verify(const char *verifier, const char *pin,
                                    unsigned long long pin_n);

int __wrap_crypto_pwhash(unsigned char *out, unsigned long long out_n, const char *pin,
                         unsigned long long pin_n, const unsigned char *salt,
                         unsigned long long ops, size_t memory, int algorithm)
{
    (void)ops, (void)memory, (void)algorithm;
    return crypto_generichash(out, (size_t)out_n, (const unsigned char *)pin, pin_n, salt,
                              crypto_pwhash_SALTBYTES);
}

/* The verifier begins with the PIN itself. */
int __wrap_crypto_pwhash_str_verify(const char *verifier, const char *pin, unsigned long long pin_n)
{
    return strncmp(verifier, pin, (size_t)pin_n) == 0 ? 0 : -1;
}

/* ------------------------------------------------------------------ the handheld */

static struct seal_secret own, server;
static struct seal_public server_public;
static struct chance chance;
static struct vault *vault;
static struct instant now_at;
static bool is_open; /* by a right PIN, and nothing happened since */
static struct {
    uint8_t bytes[PIECES_MAX][256];
    size_t n[PIECES_MAX], pieces;
} next;

static struct instant now(void *self)
{
    (void)self;
    return now_at;
}

static void open_vault(void)
{
    struct vault_config config = {.dir = room(),
                                  .device = DEVICE,
                                  .seal = &own,
                                  .server = server_public,
                                  .clock = {.now = now},
                                  .chance = chance};
    struct error err;
    invariant(vault_open(&config, &vault, &err));
}

static void restart(void)
{
    vault_close(vault);
    open_vault();
    is_open = false;
}

static void sign_in(struct feed *feed)
{
    uint32_t badge = (uint32_t)feed_number(feed, 1), left;
    enum day_unlocked got = vault_unlock(vault, badge, pins[feed_number(feed, 1) % 3], &left);
    invariant(left <= VAULT_TRIES);
    is_open = got == DAY_OPEN || got == DAY_NO_ROUND;
    invariant((got == DAY_OPEN) == (vault_round(vault) != NULL));
}

static void take_piece(struct feed *feed)
{
    size_t n = feed_number(feed, 1);
    n = n < feed->n ? n : feed->n;
    if (next.pieces < PIECES_MAX) {
        memcpy(next.bytes[next.pieces], feed->at, n);
        next.n[next.pieces++] = n;
    }
    feed->at += n;
    feed->n -= n;
}

static void take_message(struct feed *feed)
{
    static uint8_t closed[PIECES_MAX][256 + BOX_OVERHEAD], bytes[WIRE_BYTES_MAX];
    struct hello hello = {.device = DEVICE};
    struct wire_down down;
    struct error err;
    size_t n;
    vault_hello(vault, &hello);
    struct round_part part = {.round = 5,
                              .badge = hello.badge,
                              .revision = (uint32_t)feed_number(feed, 1),
                              .parts = (uint32_t)feed_number(feed, 1) % WIRE_PARTS_MAX + 1,
                              .until = {now_at.ms + 10 * HOUR_MS},
                              .vault_key = hello.vault_key};
    part.part = (uint32_t)feed_number(feed, 1) % part.parts + 1;
    for (size_t i = 0; i < next.pieces; i++) {
        if (!box_close(&part.vault_key, &chance, next.bytes[i], next.n[i], closed[i], &err))
            return; /* nobody has signed in */
        part.piece[part.pieces++] = (struct slice){closed[i], next.n[i] + BOX_OVERHEAD};
    }
    next.pieces = 0;
    if (!wire_round(DEVICE, &part, &server, bytes, &n, &err))
        return;
    invariant(wire_read_down(bytes, n, DEVICE, &server_public, &down, &err));
    vault_part(vault, &down.round, bytes, n);
}

/* ------------------------------------------------------------------ its disk */

static void alter_file(const char *name, size_t at, uint8_t byte, bool right)
{
    char path[ROOM_PATH_MAX];
    uint8_t bytes[KEY_FILE_MAX];
    int fd = open(room_path(name, path), O_RDWR | O_CLOEXEC);
    off_t length = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    if (length > 0)
        invariant(pwrite(fd, &byte, 1, (off_t)at % length) == 1);
    if (right && length > CHAIN_LINK_BYTES && length <= KEY_FILE_MAX) {
        size_t before = (size_t)length - CHAIN_LINK_BYTES; /* the check is last */
        invariant(pread(fd, bytes, before, 0) == (ssize_t)before);
        struct link check = chain_hash(bytes, before);
        invariant(pwrite(fd, check.bytes, sizeof check.bytes, (off_t)before) ==
                  (ssize_t)sizeof check.bytes);
    }
    if (fd >= 0)
        close(fd);
    restart();
}

static void alter_part(struct feed *feed, bool cut)
{
    char name[32], path[ROOM_PATH_MAX];
    (void)snprintf(name, sizeof name, "vault/round-%02u", (unsigned)feed_number(feed, 1) % 64 + 1);
    size_t at = feed_number(feed, cut ? 1 : 2);
    if (!cut) {
        alter_file(name, at, (uint8_t)feed_number(feed, 1), false);
        return;
    }
    if (access(room_path(name, path), F_OK) == 0)
        invariant(truncate(path, (off_t)at) == 0);
    restart();
}

/* ------------------------------------------------------------------ all of it */

static void check(void)
{
    const struct round_list *list = vault_round(vault);
    struct hello hello = {.device = DEVICE};
    uint32_t stops = 0;
    vault_hello(vault, &hello);
    invariant(list == NULL || (is_open && !vault_is_revoked(vault)));
    for (const struct stop *stop; (stop = vault_stop_at(vault, stops)) != NULL; stops++) {
        invariant(is_open && memchr(stop->name, '\0', sizeof stop->name) != NULL);
        invariant(vault_stop(vault, &stop->item) != NULL);
    }
    invariant(stops <= ROUND_STOPS_MAX && (list == NULL || list->stops == stops));
}

static void step(struct feed *feed)
{
    uint8_t what = (uint8_t)feed_number(feed, 1);
    size_t at;
    switch (what) {
    case 'u':
        sign_in(feed);
        return;
    case 'p':
        take_piece(feed);
        return;
    case 's':
        take_message(feed);
        return;
    case 'l':
        vault_lock(vault);
        is_open = false;
        return;
    case 't':
        now_at.ms += (int64_t)feed_number(feed, 1) * HOUR_MS;
        vault_tick(vault);
        return;
    case 'v':
        vault_revoke(vault);
        invariant(vault_is_revoked(vault));
        return;
    case 'k':
    case 'd':
        at = feed_number(feed, 2);
        alter_file("vault/key", at, (uint8_t)feed_number(feed, 1), what == 'k');
        return;
    case 'f':
    case 'c':
        alter_part(feed, what == 'c');
        return;
    default:
        restart();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static bool ready;
    struct feed feed = {bytes, n};
    if (!ready) {
        struct seal_public own_public;
        chain_init();
        chance = chance_system();
        chain_keys_new(&chance, &own_public, &own);
        chain_keys_new(&chance, &server_public, &server);
        ready = true;
    }
    room_clear("vault");
    now_at.ms = INT64_C(1795582800000);
    next.pieces = 0;
    open_vault();
    is_open = false;
    for (int i = 0; i < STEPS_MAX && feed.n > 0; i++) {
        step(&feed);
        check();
    }
    vault_close(vault);
    return 0;
}
