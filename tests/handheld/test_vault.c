/* The vault: opened by the right PIN alone, empty after ten wrong ones, after its time, and when
 * the device is revoked; what is on the disk can neither be read nor altered unnoticed. */
#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "handheld/vault.h"
#include "tests/handheld/rig.h"

#define BADGE 12
#define RIGHT "482913"
#define DAY INT64_C(86400000)

static struct rig rig;
static struct vault *vault;
static struct seal_secret server;
static struct seal_public server_public;
static struct error err;

static void open_it(void)
{
    struct vault_config config = {.dir = rig.dir,
                                  .device = RIG_DEVICE,
                                  .seal = &rig.key,
                                  .server = server_public,
                                  .clock = rig_clock(&rig),
                                  .chance = rig_chance(&rig)};
    assert_true(vault_open(&config, &vault, &err));
}

static void open_again(void)
{
    vault_close(vault);
    open_it();
}

static int begin(void **state)
{
    (void)state;
    struct chance chance;
    chain_init();
    rig_init(&rig);
    chance = rig_chance(&rig);
    chain_keys_new(&chance, &server_public, &server);
    open_it();
    return 0;
}

static int end(void **state)
{
    (void)state;
    vault_close(vault);
    char command[160];
    (void)snprintf(command, sizeof command, "rm -rf '%s/vault'", rig.dir);
    assert_int_equal(system(command), 0);
    rig_done(&rig);
    return 0;
}

static struct hello hello(void)
{
    struct hello said = {.device = RIG_DEVICE};
    vault_hello(vault, &said);
    return said;
}

/* ------------------------------------------------------------------ the server's side */

struct sealing {
    struct round_part part;
    uint8_t closed[8][1024 + BOX_OVERHEAD];
};

static void close_piece(struct sealing *sealing, const struct round_piece *piece)
{
    uint8_t plain[ROUND_PIECE_BYTES_MAX];
    size_t n, i = sealing->part.pieces++;
    struct chance chance = rig_chance(&rig);
    assert_true(round_piece_write(piece, plain, &n, &err));
    assert_true(box_close(&sealing->part.vault_key, &chance, plain, n, sealing->closed[i], &err));
    sealing->part.piece[i] = (struct slice){sealing->closed[i], n + BOX_OVERHEAD};
}

static uint32_t round_badge = BADGE;

/* A round of two stops for the key of the last hello, with the verifier of `pin`. */
static void send_round(uint32_t revision, const char *pin)
{
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    static struct sealing sealing;
    struct hello said = hello();
    struct wire_down down;
    sealing.part = (struct round_part){.round = 5,
                                       .badge = round_badge,
                                       .revision = revision,
                                       .part = 1,
                                       .parts = 1,
                                       .until = {rig.wall_ms + DAY},
                                       .vault_key = said.vault_key};
    struct round_piece piece = {.kind = ROUND_PIECE_LOGIN};
    piece.u.login.badge = BADGE;
    assert_int_equal(crypto_pwhash_str(piece.u.login.verifier, pin, strlen(pin),
                                       crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN),
                     0);
    close_piece(&sealing, &piece);
    for (uint32_t i = 2; i > 0; i--) { /* out of order */
        struct round_piece stop = {.kind = ROUND_PIECE_STOP};
        stop.u.stop.place = i;
        (void)strcpy(stop.u.stop.item.text, i == 1 ? "RA123456785VN" : "RA234567895VN");
        (void)strcpy(stop.u.stop.name, "Nguyễn Văn Kín");
        close_piece(&sealing, &stop);
    }
    struct round_piece list = {.kind = ROUND_PIECE_LIST};
    list.u.list.round = 5;
    list.u.list.badge = BADGE;
    list.u.list.stops = 2;
    close_piece(&sealing, &list);
    assert_true(wire_round(RIG_DEVICE, &sealing.part, &server, bytes, &n, &err));
    assert_true(wire_read_down(bytes, n, RIG_DEVICE, &server_public, &down, &err));
    vault_part(vault, &down.round, bytes, n);
}

static enum day_unlocked unlock(const char *pin, uint32_t *ret_left)
{
    return vault_unlock(vault, BADGE, pin, ret_left);
}

static void signed_in(void)
{
    uint32_t left;
    assert_int_equal(unlock(RIGHT, &left), DAY_NEEDS_SERVER);
    assert_true(vault_asks(vault));
    send_round(1, RIGHT);
    assert_int_equal(unlock(RIGHT, &left), DAY_OPEN);
}

static void is_erased(void)
{
    assert_null(vault_round(vault));
    assert_false(hello().has_vault);
    assert_int_equal(hello().held_round, 0);
}

/* ------------------------------------------------------------------ tests */

static void the_first_time_needs_the_server(void **state)
{
    (void)state;
    uint32_t left;
    assert_false(hello().has_vault);
    signed_in();
    struct hello said = hello();
    assert_true(said.has_vault && said.badge == BADGE && said.held_round == 5 &&
                said.held_revision == 1);
    assert_true(hello_vault_holds(&said, &rig.public));
    said.vault_key.bytes[0] ^= 1; /* a key that somebody on the way put in */
    assert_false(hello_vault_holds(&said, &rig.public));
    assert_int_equal(vault_round(vault)->stops, 2);
    assert_int_equal(vault_round(vault)->revision, 1);
    assert_string_equal(vault_stop_at(vault, 0)->item.text, "RA123456785VN");
    vault_lock(vault);
    assert_null(vault_round(vault));
    assert_null(vault_stop_at(vault, 0));
    open_again(); /* offline from now on */
    assert_int_equal(unlock(RIGHT, &left), DAY_OPEN);
}

static void a_change_comes_while_it_is_open(void **state)
{
    (void)state;
    signed_in();
    send_round(2, RIGHT);
    assert_int_equal(vault_round(vault)->revision, 2);
    assert_int_equal(vault_round(vault)->stops, 2);
    assert_true(vault_asks(vault)); /* a hello says that it is held */
    assert_int_equal(hello().held_revision, 2);
}

static void ten_wrong_pins_destroy_it(void **state)
{
    (void)state;
    uint32_t left = 0;
    signed_in();
    vault_lock(vault);
    for (uint32_t i = 1; i < VAULT_TRIES; i++) {
        if (i == 5)
            open_again(); /* pulling the battery wins nothing */
        assert_int_equal(unlock("000000", &left), DAY_WRONG_PIN);
        assert_int_equal(left, VAULT_TRIES - i);
    }
    assert_int_equal(unlock("000000", &left), DAY_ERASED);
    is_erased();
    assert_int_equal(unlock(RIGHT, &left), DAY_ERASED);
    rig.wall_ms += VAULT_RETRY_MS + 1;
    assert_int_equal(unlock(RIGHT, &left), DAY_NEEDS_SERVER);
}

static void a_right_pin_counts_anew(void **state)
{
    (void)state;
    uint32_t left = 0;
    signed_in();
    for (int i = 0; i < 3; i++)
        assert_int_equal(unlock("000000", &left), DAY_WRONG_PIN);
    assert_int_equal(unlock(RIGHT, &left), DAY_OPEN);
    assert_int_equal(unlock("000000", &left), DAY_WRONG_PIN);
    assert_int_equal(left, VAULT_TRIES - 1);
}

/* The office gave another PIN than the one that made the key. */
static void the_office_says_which_pin_is_right(void **state)
{
    (void)state;
    uint32_t left;
    assert_int_equal(unlock("111111", &left), DAY_NEEDS_SERVER);
    send_round(1, RIGHT);
    assert_int_equal(unlock("111111", &left), DAY_WRONG_PIN);
    is_erased();
}

static void the_key_dies_a_day_after_the_round(void **state)
{
    (void)state;
    uint32_t left;
    signed_in();
    rig.wall_ms += DAY + VAULT_AFTER_MS - 1;
    vault_tick(vault);
    assert_non_null(vault_round(vault));
    rig.wall_ms += 2;
    vault_tick(vault);
    is_erased();
    assert_int_equal(unlock(RIGHT, &left), DAY_NEEDS_SERVER);
}

static void revoked_it_stays_so(void **state)
{
    (void)state;
    uint32_t left;
    signed_in();
    vault_revoke(vault);
    is_erased();
    open_again();
    assert_true(vault_is_revoked(vault));
    assert_int_equal(unlock(RIGHT, &left), DAY_ERASED);
    vault_forget(rig.dir); /* as enrolling anew does */
    open_again();
    assert_false(vault_is_revoked(vault));
}

static void change_byte(const char *name, off_t at)
{
    char path[160];
    uint8_t byte = 0;
    (void)snprintf(path, sizeof path, "%s/vault/%s", rig.dir, name);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0 && pread(fd, &byte, 1, at) == 1);
    byte ^= 1;
    assert_true(pwrite(fd, &byte, 1, at) == 1 && close(fd) == 0);
}

static void what_was_altered_is_not_believed(void **state)
{
    (void)state;
    uint32_t left;
    signed_in();
    vault_lock(vault);
    change_byte("round-01", 300);
    assert_int_equal(unlock(RIGHT, &left), DAY_NO_ROUND); /* it comes again */
    assert_int_equal(hello().held_round, 0);
    assert_true(vault_asks(vault));
    change_byte("key", 30);
    open_again();
    assert_false(hello().has_vault);
}

/* The folder in another device, whose secret is its own: the right PIN opens nothing there. */
static void copied_elsewhere_it_stays_closed(void **state)
{
    (void)state;
    uint32_t left;
    struct seal_secret own = rig.key, other;
    struct seal_public public;
    struct chance chance = rig_chance(&rig);
    signed_in();
    chain_keys_new(&chance, &public, &other);
    rig.key = other;
    open_again();
    assert_int_equal(unlock(RIGHT, &left), DAY_WRONG_PIN);
    assert_null(vault_round(vault));
    rig.key = own;
    open_again();
    assert_int_equal(unlock(RIGHT, &left), DAY_OPEN);
}

static void file_of(const char *name, const char *mode, uint8_t bytes[WIRE_BYTES_MAX], size_t *n)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/vault/%s", rig.dir, name);
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    if (*mode == 'r')
        *n = fread(bytes, 1, WIRE_BYTES_MAX, file);
    else
        assert_int_equal(fwrite(bytes, 1, *n, file), *n);
    (void)fclose(file);
}

/* Rightly sealed once, closed to the same key, and over. */
static void an_older_round_put_back_is_not_believed(void **state)
{
    (void)state;
    static uint8_t old[WIRE_BYTES_MAX];
    uint32_t left;
    size_t n = 0;
    signed_in();
    file_of("round-01", "r", old, &n);
    assert_true(n > 100);
    send_round(2, RIGHT);
    vault_lock(vault);
    file_of("round-01", "w", old, &n);
    open_again();
    assert_int_equal(unlock(RIGHT, &left), DAY_NO_ROUND);
    assert_null(vault_round(vault));
    assert_int_equal(hello().held_round, 0);
    assert_true(vault_asks(vault));
}

/* A round of somebody else, whoever closed it to this key. */
static void anothers_round_is_not_taken(void **state)
{
    (void)state;
    signed_in();
    round_badge = BADGE + 1;
    send_round(2, RIGHT);
    round_badge = BADGE;
    assert_int_equal(vault_round(vault)->revision, 1);
    assert_int_equal(hello().held_revision, 1);
}

static void no_name_lies_open(void **state)
{
    (void)state;
    char command[200];
    signed_in();
    (void)snprintf(command, sizeof command, "grep -rqa 'Kín' '%s'", rig.dir);
    assert_int_not_equal(system(command), 0);
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        ONE(the_first_time_needs_the_server),
        ONE(a_change_comes_while_it_is_open),
        ONE(ten_wrong_pins_destroy_it),
        ONE(a_right_pin_counts_anew),
        ONE(the_office_says_which_pin_is_right),
        ONE(the_key_dies_a_day_after_the_round),
        ONE(revoked_it_stays_so),
        ONE(what_was_altered_is_not_believed),
        ONE(copied_elsewhere_it_stays_closed),
        ONE(an_older_round_put_back_is_not_believed),
        ONE(anothers_round_is_not_taken),
        ONE(no_name_lies_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
