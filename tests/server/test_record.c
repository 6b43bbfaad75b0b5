/* The record: groups, acts, the office chain, attachments, the proof, kills between begin and
 * commit. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/record/lookups.h"
#include "server/record/pools.h"
#include "tests/server/hand.h"

static void begin(void)
{
    assert_good(record_begin(rig.record, &err));
}

static void commit(void)
{
    assert_good(record_commit(rig.record, &err));
}

static uint64_t issue(uint32_t n, const char *dossier)
{
    uint64_t seq = 0;
    struct office_fact fact = {.item = rig_item(n), .event = EVENT_ISSUED};
    (void)snprintf(fact.dossier, sizeof fact.dossier, "%s", dossier);
    assert_good(record_office_add(rig.record, &fact, &seq, &err));
    assert_int_equal(fact.seq, seq);
    assert_int_equal(fact.at.ms, rig.now.ms);
    return seq;
}

/* ------------------------------------------------------------------ generations */

static void generation_stays_and_grows(void **state)
{
    (void)state;
    uint64_t first = record_generation(rig.record);
    assert_true(first != 0);
    assert_int_equal(record_generation_serial(rig.record), 1);
    rig_stop(&rig);
    rig_start(&rig);
    assert_true(record_generation(rig.record) == first);
    assert_good(record_new_generation(rig.record, &err));
    assert_true(record_generation(rig.record) != first);
    assert_int_equal(record_generation_serial(rig.record), 2);
    rig_stop(&rig);
    rig_start(&rig);
    assert_int_equal(record_generation_serial(rig.record), 2);
}

static uint64_t draw(const char *name, uint64_t step)
{
    uint64_t value = 0;
    rig_in_group(rig.record, record_counter_next(rig.record, name, step, &value, &err));
    return value;
}

static void shell(const char *line)
{
    char command[800];
    (void)snprintf(command, sizeof command, "cd %s && %s", rig.dir, line);
    assert_int_equal(system(command), 0);
}

/* What was drawn after the copy stands on envelopes: it is never drawn again. */
static void put_back_begins_a_generation_beyond_all_numbers(void **state)
{
    (void)state;
    draw("serial RA VN", 10);
    struct pool pool;
    uint32_t place = 0;
    begin();
    assert_good(pool_add(rig.record, 480000, "RA", "VN", 50, &pool, &err));
    commit();
    rig_issue(&rig, 1, "D-1");
    rig_stop(&rig);
    shell("mkdir old && cp -a record.* old/");
    rig_start(&rig);
    assert_false(record_was_put_back(rig.record));
    rig_issue(&rig, 2, "D-2");
    uint64_t drawn = draw("serial RA VN", 300000) + 300000;
    uint64_t bag = draw("handover", 1); /* not used yet when the copy was made */
    rig_stop(&rig);
    shell("rm -f record.db* views.db* && cp -a old/record.db* .");
    rig_start(&rig);
    assert_true(record_was_put_back(rig.record));
    assert_int_equal(record_generation_serial(rig.record), 2);
    assert_true(draw("serial RA VN", 1) > drawn);
    assert_true(draw("handover", 1) > bag);
    begin(); /* of the range nobody knows how far it was drawn */
    assert_error(pool_take(rig.record, 480000, "RA", "VN", &place, &err), ERROR_REFUSED);
    assert_good(pool_add(rig.record, 480000, "RA", "VN", 50, &pool, &err));
    assert_good(pool_take(rig.record, 480000, "RA", "VN", &place, &err));
    assert_true(place > drawn);
    commit();

    rig_stop(&rig); /* once is enough */
    rig_start(&rig);
    assert_false(record_was_put_back(rig.record));
    assert_int_equal(record_generation_serial(rig.record), 2);

    rig_stop(&rig); /* the same copy again: the second generation is gone too */
    shell("rm -f record.db* views.db* && cp -a old/record.db* .");
    rig_start(&rig);
    assert_int_equal(record_generation_serial(rig.record), 3);

    rig_stop(&rig); /* a whole folder put back, its mark removed as the manual says */
    shell("rm -f record.* views.db* && cp -a old/record.db* .");
    rig_start(&rig);
    assert_true(record_was_put_back(rig.record));
    assert_int_equal(record_generation_serial(rig.record), 2);
}

static void a_newer_layout_is_refused(void **state)
{
    (void)state;
    struct record *record;
    assert_good(db_exec(record_db(rig.record), "PRAGMA user_version = 9999", &err));
    assert_error(record_open_reader(rig.record_path, &record, &err), ERROR_BROKEN);
}

/* A folder as the second layout left it: the chain is whole, the look-ups are not there yet. */
static void an_older_layout_is_brought_up(void **state)
{
    (void)state;
    uint64_t handover = 0, sealed = 1;
    struct item item = rig_item(1);
    struct office_fact handed = {.item = item, .event = EVENT_HANDED_OVER, .handover = 7};
    struct office_fact recalled = {.item = item, .event = EVENT_RECALLED};
    bool live = true;
    begin();
    issue(1, "H56-1");
    assert_good(record_office_add(rig.record, &handed, NULL, &err));
    assert_good(record_office_add(rig.record, &recalled, NULL, &err));
    commit();
    assert_good(db_exec(
        record_db(rig.record),
        "DROP TABLE number_pool; DROP TABLE procedure_rule; DROP TABLE choice;"
        "DROP TABLE content; DROP TABLE handover; DROP TABLE handover_item;"
        "DROP TABLE paper; DROP TABLE postman; DROP TABLE round;"
        "DROP TABLE round_item; DROP TABLE pad; DROP TABLE slip; DROP TABLE "
        "premises;"
        "DROP TABLE commune; DROP TABLE attached; DROP TABLE attached_scan;"
        "DROP TABLE attached_member; DROP TABLE ledger;"
        "DROP TABLE readdressed; DROP TABLE mapping; DROP TABLE admitted; DROP TABLE slip_left;"
        "DROP TABLE inbox; DROP TABLE phone_stop; DROP TABLE phone_told;"
        "DROP TABLE erased_name; DROP TABLE erased_item; DROP TABLE held; DROP TABLE choice_own; "
        "DROP TABLE hook; DROP TABLE hook_office; DROP TABLE template; DROP TABLE outline;"
        "DROP TABLE dead_letter;"
        "DROP TABLE unnamed; DROP TABLE api_key; DROP TABLE api_once; DROP TABLE look; DROP TABLE "
        "look_head; DROP "
        "TABLE person_office; ALTER TABLE person DROP "
        "COLUMN role;"
        "ALTER TABLE person DROP COLUMN disabled; ALTER TABLE login DROP COLUMN half;"
        "DROP TABLE person_second; DROP TABLE person_code; PRAGMA user_version = 2",
        &err));
    rig_stop(&rig);
    struct record *reader;
    assert_error(record_open_reader(rig.record_path, &reader, &err), ERROR_LATER);
    rig_start(&rig);
    assert_int_equal(proof_holds().office_facts, 3);
    assert_good(record_handover_of(rig.record, &item, &handover, &err));
    assert_int_equal(handover, 7);
    assert_good(record_handover(rig.record, 7, &sealed, &err));
    assert_int_equal(sealed, 0);
    assert_good(record_item_live(rig.record, &item, &live, &err));
    assert_false(live);
    begin();
    issue(2, "H56-2");
    commit();
}

/* ------------------------------------------------------------------ groups and acts */

static void group_is_all_or_nothing(void **state)
{
    (void)state;
    struct office_fact fact;
    struct item item = rig_item(1);
    begin();
    assert_int_equal(issue(1, "H56-1"), 1);
    record_rollback(rig.record);
    assert_error(record_issued(rig.record, &item, &fact, &err), ERROR_NOT_FOUND);
    begin();
    assert_int_equal(issue(1, "H56-1"), 1);
    assert_int_equal(issue(2, "H56-2"), 2);
    commit();
    assert_int_equal(proof_holds().office_facts, 2);
}

static void an_act_fails_alone(void **state)
{
    (void)state;
    struct office_fact fact;
    struct item item = rig_item(2);
    begin();
    assert_good(record_act_begin(rig.record, &err));
    issue(1, "H56-1");
    assert_good(record_act_end(rig.record, true, &err));
    assert_good(record_act_begin(rig.record, &err));
    issue(2, "H56-2");
    assert_good(record_act_end(rig.record, false, &err));
    assert_good(record_act_begin(rig.record, &err));
    assert_int_equal(issue(3, "H56-3"), 2); /* the number is used again */
    assert_good(record_act_end(rig.record, true, &err));
    commit();
    assert_error(record_issued(rig.record, &item, &fact, &err), ERROR_NOT_FOUND);
    assert_int_equal(proof_holds().office_facts, 2);
}

static void readers_see_what_is_committed(void **state)
{
    (void)state;
    struct record *reader;
    struct office_fact fact;
    struct item item = rig_item(1);
    assert_good(record_open_reader(rig.record_path, &reader, &err));
    begin();
    issue(1, "H56-1");
    assert_error(record_issued(reader, &item, &fact, &err), ERROR_NOT_FOUND);
    commit();
    assert_good(record_issued(reader, &item, &fact, &err));
    assert_string_equal(fact.dossier, "H56-1");
    record_close(reader);
}

/* ------------------------------------------------------------------ dossiers, counters */

static void one_live_number_per_dossier(void **state)
{
    (void)state;
    struct item live;
    struct office_fact voided = {.item = rig_item(1), .event = EVENT_VOIDED};
    begin();
    issue(1, "0012345");
    assert_good(record_item_of_dossier(rig.record, "0012345", &live, &err));
    assert_error(record_item_of_dossier(rig.record, "12345", &live, &err), ERROR_NOT_FOUND);
    assert_good(record_office_add(rig.record, &voided, NULL, &err));
    assert_error(record_item_of_dossier(rig.record, "0012345", &live, &err), ERROR_NOT_FOUND);
    issue(2, "0012345");
    assert_good(record_item_of_dossier(rig.record, "0012345", &live, &err));
    struct item two = rig_item(2);
    assert_true(item_equal(&live, &two));
    commit();
}

static void a_number_is_issued_once(void **state)
{
    (void)state;
    struct office_fact fact = {.item = rig_item(1), .event = EVENT_ISSUED};
    begin();
    issue(1, "H56-1");
    assert_error(record_office_add(rig.record, &fact, NULL, &err), ERROR_REPEATED);
    commit();
    assert_int_equal(proof_holds().office_facts, 1);
}

static void counters_only_grow(void **state)
{
    (void)state;
    uint64_t at;
    begin();
    assert_good(record_counter_next(rig.record, "job", 1, &at, &err));
    assert_int_equal(at, 0);
    assert_good(record_counter_next(rig.record, "RA", 60, &at, &err));
    assert_int_equal(at, 0);
    assert_good(record_counter_next(rig.record, "RA", 1, &at, &err));
    assert_int_equal(at, 60);
    record_rollback(rig.record);
    begin();
    assert_good(record_counter_next(rig.record, "RA", 1, &at, &err));
    assert_int_equal(at, 0);
    commit();
}

/* ------------------------------------------------------------------ attachments */

static void attachments_are_named_by_salted_hash(void **state)
{
    (void)state;
    struct link one, two, unsalted = chain_hash("Nguyễn Thị Mẫu", 18);
    uint8_t out[64];
    size_t n;
    begin();
    assert_good(record_attachment_add(rig.record, "Nguyễn Thị Mẫu", 18, &one, &err));
    assert_good(record_attachment_add(rig.record, "Nguyễn Thị Mẫu", 18, &two, &err));
    commit();
    assert_memory_not_equal(&one, &two, sizeof one);
    assert_memory_not_equal(&one, &unsalted, sizeof one);
    assert_good(record_attachment_get(rig.record, &two, out, sizeof out, &n, &err));
    assert_int_equal(n, 18);
    assert_memory_equal(out, "Nguyễn Thị Mẫu", 18);
    assert_good(record_attachment_get(rig.record, &two, out, 4, &n, &err));
    assert_int_equal(n, 4);
    assert_error(record_attachment_get(rig.record, &unsalted, out, 64, &n, &err), ERROR_NOT_FOUND);
}

/* ------------------------------------------------------------------ set aside */

static void set_aside_is_bounded(void **state)
{
    (void)state;
    uint64_t n;
    begin();
    for (int i = 0; i < 1100; i++)
        assert_good(record_set_aside(rig.record, "HH-042", "why", &i, sizeof i, &err));
    assert_good(record_set_aside_count(rig.record, &n, &err));
    assert_int_equal(n, 1000);
    int other = 7;
    assert_good(record_set_aside(rig.record, "HH-043", "why", &other, sizeof other, &err));
    rig.now.ms += INT64_C(24) * 60 * 60 * 1000;
    other = 5000;
    assert_good(record_set_aside(rig.record, "HH-042", "why", &other, sizeof other, &err));
    assert_good(record_set_aside_count(rig.record, &n, &err));
    assert_int_equal(n, 1002);
    commit();
}

/* ------------------------------------------------------------------ the proof */

static void fill_record(void)
{
    for (uint32_t i = 0; i < 6; i++) {
        char dossier[16];
        (void)snprintf(dossier, sizeof dossier, "H56-%u", i);
        rig_issue(&rig, i, dossier);
        for (uint32_t k = 0; k < 4; k++)
            rig_beep(&rig, &hand, k, EVENT_PICKED_UP + i, 0);
        struct rig_batch batch;
        rig_cut(&hand, &batch);
        rig_send(&rig, &hand, &batch);
    }
    struct record_proof proof = proof_holds();
    assert_int_equal(proof.batches, 6);
    assert_int_equal(proof.scans, 24);
    assert_int_equal(proof.office_facts, 6);
}

static void must_fail(const char *naming)
{
    struct record_proof proof;
    struct error err = {.code = ERROR_NONE};
    assert_false(record_verify(rig.record, &rig.seal_public, &proof, &err));
    assert_int_equal(err.code, ERROR_BROKEN);
    if (strstr(err.text, naming) == NULL)
        fail_msg("%s is not in: %s", naming, err.text);
}

static void edit(const char *sql)
{
    assert_good(db_exec(record_db(rig.record), sql, &err));
}

static int copy_file(const char *from, const char *to)
{
    uint8_t bytes[4096];
    size_t n;
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        (void)fwrite(bytes, 1, n, out);
    (void)fclose(in);
    return fclose(out);
}

struct table {
    const char *read, *write;
};
static const struct table batches = {"SELECT bytes FROM batch WHERE id = ?1",
                                     "UPDATE batch SET bytes = ?2 WHERE id = ?1"};
static const struct table facts = {"SELECT bytes FROM office WHERE seq = ?1",
                                   "UPDATE office SET bytes = ?2 WHERE seq = ?1"};

static size_t read_row(const struct table *table, int64_t row, uint8_t out[BATCH_BYTES_MAX])
{
    struct stmt *stmt;
    size_t n;
    assert_good(db_prepare(record_db(rig.record), table->read, &stmt, &err));
    stmt_int(stmt, 1, row);
    assert_int_equal(stmt_step(stmt, NULL), DB_STEP_ROW);
    const void *bytes = stmt_col_blob(stmt, 0, &n);
    memcpy(out, bytes, n);
    stmt_reset(stmt);
    return n;
}

static void write_row(const struct table *table, int64_t row, const uint8_t *bytes, size_t n)
{
    struct stmt *stmt;
    assert_good(db_prepare(record_db(rig.record), table->write, &stmt, &err));
    stmt_int(stmt, 1, row);
    stmt_blob(stmt, 2, bytes, n);
    assert_good(stmt_done(stmt, &err));
}

/* Every byte of a row, one at a time: the proof names the row. */
static void flip_each(const struct table *table, int64_t row, const char *naming)
{
    uint8_t bytes[BATCH_BYTES_MAX];
    size_t n = read_row(table, row, bytes);
    for (size_t at = 0; at < n; at++) {
        bytes[at] ^= 0x04;
        write_row(table, row, bytes, n);
        must_fail(naming);
        bytes[at] ^= 0x04;
    }
    write_row(table, row, bytes, n);
    proof_holds();
}

static void any_byte_of_a_batch(void **state)
{
    (void)state;
    fill_record();
    flip_each(&batches, 3, "batch 3 (HH-042");
}

static void any_byte_of_an_office_fact(void **state)
{
    (void)state;
    fill_record();
    flip_each(&facts, 4, "office fact 4");
}

/* Edits the closed file, proves, and puts the good file back. */
static void edited(const char *sql, const char *naming)
{
    char copy[200];
    (void)snprintf(copy, sizeof copy, "%s.good", rig.record_path);
    rig_stop(&rig);
    assert_int_equal(copy_file(rig.record_path, copy), 0);
    rig_start(&rig);
    edit(sql);
    must_fail(naming);
    rig_stop(&rig);
    assert_int_equal(rename(copy, rig.record_path), 0);
    rig_start(&rig);
}

static void rows_that_are_gone_or_moved(void **state)
{
    (void)state;
    fill_record();
    edited("DELETE FROM batch WHERE id = 3", "scans before it are missing");
    edited("DELETE FROM batch WHERE id = 6", "the log ends at 20");
    edited("UPDATE batch SET first_seq = first_seq + 100 WHERE id = 6", "batch 6");
    edited("UPDATE batch SET epoch_id = 77 WHERE id = 6", "the log ends at 20");
    edited("DELETE FROM office WHERE seq = 2", "office fact 2: missing");
    edited("DELETE FROM office WHERE seq = 6", "sealed head ends at 6");
    edited("DELETE FROM office_head", "sealed head is missing");
    edited("UPDATE office_head SET seq = 5", "does not hold");
    edited("UPDATE epoch SET link = zeroblob(32)", "no batch leads to its link at 24");
    edited("INSERT INTO batch SELECT 99, 77, first_seq, count, verdict, arrival_ms, sent_wall_ms,"
           " sent_mono_ms, sent_boot, sent_time_source, floor_ms, bytes FROM batch WHERE id = 6",
           "only 6 belong to an epoch");
    edited("UPDATE batch SET count = 3 WHERE id = 6", "its head names other scans");
    edited("UPDATE device_key SET seal_key = zeroblob(32)", "batch 1 (HH-042");
    proof_holds();
}

/* Rightly sealed by the device, who helps whoever edits the record: the chain names it. */
static void a_batch_that_does_not_follow(void **state)
{
    (void)state;
    struct rig_batch other;
    struct rig_device helper = hand;
    fill_record();
    helper.seq = 8;
    helper.link.bytes[0] = 1;
    for (uint32_t k = 0; k < 4; k++)
        rig_beep(&rig, &helper, k, EVENT_DELIVERED, 0);
    rig_cut(&helper, &other);
    write_row(&batches, 3, other.bytes, other.n);
    must_fail("batch 3 (HH-042");
    must_fail("link does not follow");
}

static void a_broken_head_does_not_open(void **state)
{
    (void)state;
    struct record *record;
    struct seal_secret other = rig.seal_key;
    struct record_config config = {.path = rig.record_path,
                                   .clock = rig_clock(&rig),
                                   .chance = rig_chance(&rig),
                                   .seal_key = &other};
    fill_record();
    struct seal_public key;
    struct chance chance = rig_chance(&rig);
    chain_keys_new(&chance, &key, &other);
    assert_error(record_open(&config, &record, &err), ERROR_BROKEN);
}

/* ------------------------------------------------------------------ killed */

/* A child writes groups and tells of each commit; killed at any moment, all it told of is there,
 * whole groups only. */
static void write_for_ever(int out)
{
    for (uint32_t n = 1;; n++) {
        begin();
        for (uint32_t k = 0; k < 5; k++) {
            char dossier[24];
            (void)snprintf(dossier, sizeof dossier, "H56-%u-%u", n, k);
            issue(n * 10 + k, dossier);
        }
        commit();
        if (write(out, &n, sizeof n) != (ssize_t)sizeof n)
            _exit(1);
    }
}

static uint32_t kill_after(useconds_t wait_us)
{
    int pipes[2];
    uint32_t n, told = 0;
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        close(pipes[0]);
        rig_start(&rig);
        write_for_ever(pipes[1]);
    }
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &n, sizeof n), sizeof n); /* it runs */
    usleep(wait_us);
    kill(child, SIGKILL);
    told = n;
    while (read(pipes[0], &n, sizeof n) == (ssize_t)sizeof n)
        told = n;
    close(pipes[0]);
    waitpid(child, NULL, 0);
    return told;
}

static void killed_between_begin_and_commit(void **state)
{
    (void)state;
    for (useconds_t round = 0; round < 15; round++) {
        rig_stop(&rig);
        unlink(rig.record_path);
        unlink(rig.views_path);
        uint32_t told = kill_after(500 + round * 1700);
        rig_start(&rig);
        uint64_t kept = proof_holds().office_facts;
        assert_true(kept >= told * UINT64_C(5));
        assert_int_equal(kept % 5, 0);
    }
}

/* ------------------------------------------------------------------ epochs */

static void epochs(void **state)
{
    (void)state;
    struct record_epoch epoch, again;
    assert_error(record_epoch_find(rig.record, hand.id, 5, &epoch, &err), ERROR_NOT_FOUND);
    begin();
    assert_good(record_epoch_get(rig.record, hand.id, UINT64_MAX, &epoch, &err));
    epoch.through = 7;
    epoch.highest = 9;
    epoch.floor.ms = 123456;
    epoch.link.bytes[31] = 9;
    assert_good(record_epoch_put(rig.record, &epoch, &err));
    assert_good(record_epoch_get(rig.record, hand.id, UINT64_MAX, &again, &err));
    assert_int_equal(again.id, epoch.id);
    assert_int_equal(again.through, 7);
    assert_int_equal(again.highest, 9);
    assert_memory_equal(&again.link, &epoch.link, 32);
    assert_good(record_epoch_get(rig.record, hand.id, 6, &again, &err));
    assert_int_equal(again.floor.ms, 123456); /* of the device, not of the epoch */
    commit();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hand_set_up, hand_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(generation_stays_and_grows),
        TEST(put_back_begins_a_generation_beyond_all_numbers),
        TEST(a_newer_layout_is_refused),
        TEST(an_older_layout_is_brought_up),
        TEST(group_is_all_or_nothing),
        TEST(an_act_fails_alone),
        TEST(readers_see_what_is_committed),
        TEST(one_live_number_per_dossier),
        TEST(a_number_is_issued_once),
        TEST(counters_only_grow),
        TEST(attachments_are_named_by_salted_hash),
        TEST(set_aside_is_bounded),
        TEST(any_byte_of_a_batch),
        TEST(any_byte_of_an_office_fact),
        TEST(rows_that_are_gone_or_moved),
        TEST(a_batch_that_does_not_follow),
        TEST(a_broken_head_does_not_open),
        TEST(killed_between_begin_and_commit),
        TEST(epochs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
