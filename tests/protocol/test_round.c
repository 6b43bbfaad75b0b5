#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/round.h"
#include "protocol/wire.h"

static uint8_t out[WIRE_BYTES_MAX];
static size_t n;
static struct error err;
static struct seal_public server;
static struct seal_secret server_secret;

static int keys(void **state)
{
    struct chance chance = chance_system();
    (void)state;
    chain_init();
    chain_keys_new(&chance, &server, &server_secret);
    return 0;
}

static struct item item_of(const char *text)
{
    struct item item;
    assert_true(item_parse(text, strlen(text), &item, &err));
    return item;
}

static struct round_piece stop_piece(void)
{
    struct round_piece piece = {.kind = ROUND_PIECE_STOP};
    piece.u.stop = (struct stop){.item = item_of("RA123456785VN"),
                                 .place = 7,
                                 .name = "Trần Thị Thuỳ Đường",
                                 .address = "12 ngõ 3\nphường Ví Dụ",
                                 .phone = "+84900000001",
                                 .note = "gọi trước",
                                 .office = "UBND phường Ví Dụ",
                                 .fees_vnd = 150000,
                                 .postage_vnd = 18000,
                                 .owner_only = true,
                                 .signature = PROOF_WARN,
                                 .code = PROOF_REQUIRED,
                                 .has_code = true,
                                 .code_salt = {1},
                                 .code_hash = {2},
                                 .has_id = true,
                                 .id_key = {3},
                                 .id_hash = {4},
                                 .has_position = true,
                                 .lat_e7 = -90,
                                 .lon_e7 = 1056000000,
                                 .attempts = 1,
                                 .last_failed = {1700000000000},
                                 .due = {1700000900000}};
    return piece;
}

static void a_stop_comes_back_whole(void **state)
{
    (void)state;
    struct round_piece piece = stop_piece(), read;
    uint8_t again[ROUND_PIECE_BYTES_MAX];
    size_t again_n;
    assert_true(round_piece_write(&piece, out, &n, &err));
    assert_true(round_piece_read(out, n, &read, &err));
    assert_int_equal(read.kind, ROUND_PIECE_STOP);
    assert_string_equal(read.u.stop.address, piece.u.stop.address);
    assert_int_equal(read.u.stop.lat_e7, -90);
    assert_int_equal(read.u.stop.code, PROOF_REQUIRED);
    assert_memory_equal(read.u.stop.id_hash, piece.u.stop.id_hash, 32);
    assert_true(read.u.stop.last_failed.ms == 1700000000000 && read.u.stop.owner_only);
    assert_true(round_piece_write(&read, again, &again_n, &err));
    assert_int_equal(again_n, n);
    assert_memory_equal(again, out, n);
}

static void a_stop_out_of_range_names_its_field(void **state)
{
    (void)state;
    struct round_piece piece = stop_piece();
    piece.u.stop.place = 0;
    assert_false(round_piece_write(&piece, out, &n, &err));
    assert_non_null(strstr(err.text, "place"));
    piece = stop_piece();
    piece.u.stop.lat_e7 = 900000001;
    assert_false(round_piece_write(&piece, out, &n, &err));
    assert_non_null(strstr(err.text, "lat_e7"));
    piece = stop_piece();
    piece.u.stop.fees_vnd = 1000000001;
    assert_false(round_piece_write(&piece, out, &n, &err));
    assert_non_null(strstr(err.text, "fees_vnd"));
}

static void a_list_says_who_and_until_when(void **state)
{
    (void)state;
    struct round_piece piece = {.kind = ROUND_PIECE_LIST}, read;
    piece.u.list = (struct round_list){
        5, 12, "Nguyễn Văn Ví", 3, "BD-000005", "SEN", {1700000000000}, {1700030000000}, 400};
    assert_true(round_piece_write(&piece, out, &n, &err));
    assert_true(round_piece_read(out, n, &read, &err));
    assert_string_equal(read.u.list.postman, "Nguyễn Văn Ví");
    assert_string_equal(read.u.list.name, "BD-000005");
    assert_string_equal(read.u.list.keyword, "SEN");
    assert_int_equal(read.u.list.stops, 400);
    memcpy(piece.u.list.keyword, "sen", 4);
    assert_false(round_piece_write(&piece, out, &n, &err));
    assert_non_null(strstr(err.text, "keyword"));
}

static void the_largest_handover_fits(void **state)
{
    (void)state;
    static struct round_piece piece, read;
    piece.kind = ROUND_PIECE_HANDOVER;
    piece.u.handover.handover = 77;
    piece.u.handover.count = ROUND_HANDOVER_MAX;
    for (int i = 0; i < ROUND_HANDOVER_MAX; i++) {
        piece.u.handover.item[i] = item_of("RA123456785VN");
        piece.u.handover.voided[i] = i != 3;
    }
    assert_true(round_piece_write(&piece, out, &n, &err));
    assert_true(round_piece_read(out, n, &read, &err));
    assert_int_equal(read.u.handover.count, ROUND_HANDOVER_MAX);
    assert_true(read.u.handover.voided[2] && !read.u.handover.voided[3]);
}

/* ------------------------------------------------------------------ on the wire */

static void a_part_of_a_round_reaches_its_device(void **state)
{
    (void)state;
    struct round_part part = {.round = 5, .badge = 12, .revision = 9, .part = 2, .parts = 3};
    struct wire_down down;
    part.vault_key.bytes[31] = 4;
    part.piece[0] = (struct slice){(const uint8_t *)"first", 5};
    part.piece[1] = (struct slice){(const uint8_t *)"second", 6};
    part.pieces = 2;
    assert_true(wire_round("HH-042", &part, &server_secret, out, &n, &err));
    assert_true(wire_read_down(out, n, "HH-042", &server, &down, &err));
    assert_int_equal(down.kind, WIRE_DOWN_ROUND);
    assert_true(down.round.round == 5 && down.round.badge == 12 && down.round.revision == 9);
    assert_int_equal(down.round.pieces, 2);
    assert_memory_equal(down.round.piece[1].bytes, "second", 6);
    assert_true(down.round.piece[1].bytes > out && down.round.piece[1].bytes < out + n);
    assert_false(wire_read_down(out, n, "HH-043", &server, &down, &err));
    out[n - 1] ^= 1;
    assert_false(wire_read_down(out, n, "HH-042", &server, &down, &err));
    part.part = 4;
    assert_false(wire_round("HH-042", &part, &server_secret, out, &n, &err));
}

static void a_revocation_says_since_when(void **state)
{
    (void)state;
    struct revoke revoke = {{1700000000000}, REVOKE_LOST};
    struct wire_down down;
    assert_true(wire_revoke("HH-042", &revoke, &server_secret, out, &n, &err));
    assert_true(wire_read_down(out, n, "HH-042", &server, &down, &err));
    assert_int_equal(down.kind, WIRE_DOWN_REVOKE);
    assert_true(down.revoke.since.ms == 1700000000000);
    assert_int_equal(down.revoke.reason, REVOKE_LOST);
}

static void a_machine_reports_of_itself(void **state)
{
    (void)state;
    struct device_report report = {12, {1700000000000}, 10203, 55, -1500, 1 << 30, 2};
    struct wire_up up;
    assert_true(wire_report(&report, out, &n, &err));
    assert_true(wire_read_up(out, n, &up, &err));
    assert_int_equal(up.kind, WIRE_UP_REPORT);
    assert_int_equal(up.report.unsent, 12);
    assert_int_equal(up.report.skew_ms, -1500);
    assert_true(up.report.free_bytes == 1 << 30 && up.report.oldest.ms == 1700000000000);
    report.battery_percent = 101;
    assert_false(wire_report(&report, out, &n, &err));
    assert_non_null(strstr(err.text, "battery"));
}

static void a_hello_tells_who_and_what_is_held(void **state)
{
    (void)state;
    struct hello hello = {.device = "HH-042",
                          .nonce = 1,
                          .has_vault = true,
                          .vault_key = {{9, 8}},
                          .badge = 12,
                          .held_round = 5,
                          .held_revision = 9};
    struct wire_up up;
    assert_true(wire_hello(&hello, out, &n, &err));
    assert_true(wire_read_up(out, n, &up, &err));
    assert_true(up.hello.has_vault && up.hello.badge == 12);
    assert_memory_equal(up.hello.vault_key.bytes, hello.vault_key.bytes, BOX_KEY_BYTES);
    assert_true(up.hello.held_round == 5 && up.hello.held_revision == 9);
    hello.has_vault = false;
    assert_true(wire_hello(&hello, out, &n, &err));
    assert_true(wire_read_up(out, n, &up, &err));
    assert_false(up.hello.has_vault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_comes_back_whole),
        cmocka_unit_test(a_stop_out_of_range_names_its_field),
        cmocka_unit_test(a_list_says_who_and_until_when),
        cmocka_unit_test(the_largest_handover_fits),
        cmocka_unit_test(a_part_of_a_round_reaches_its_device),
        cmocka_unit_test(a_revocation_says_since_when),
        cmocka_unit_test(a_machine_reports_of_itself),
        cmocka_unit_test(a_hello_tells_who_and_what_is_held),
    };
    return cmocka_run_group_tests(tests, keys, NULL);
}
