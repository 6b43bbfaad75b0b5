/* Folders that earlier states of the programs left (tests/data/states) under the present ones: the
 * server starts, every link holds, items stand where they stood; scans that a handheld had not sent
 * arrive; a folder of a later state is refused. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/record/db.h"
#include "tests/lib/world.h"

#define STATES TESTS_DIR "/data/states"
#define DRAIN_S 20

static struct world world;
static uint64_t layout_now; /* of a folder that the present programs make */

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
    char command[1200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof command, format, args);
    va_end(args);
    if (system(command) != 0)
        world_fail(&world, "failed: %s", command);
}

static uint64_t layout_of(const char *name)
{
    char path[300];
    struct db *db;
    struct stmt *stmt;
    struct error err;
    (void)snprintf(path, sizeof path, "%s/%s", world.data, name);
    if (!db_open(path, DB_STILL, &db, &err) ||
        !db_prepare(db, "PRAGMA user_version", &stmt, &err) || stmt_step(stmt, &err) != DB_STEP_ROW)
        world_fail(&world, "%s: %s", path, err.text);
    uint64_t layout = stmt_col_u64(stmt, 0);
    db_close(db);
    return layout;
}

/* The marks of tests/data/states/make become this world's. */
static void unpack(const char *state)
{
    world_begin(&world);
    layout_now = layout_of("record.db");
    run("rm -r '%s' && tar -C '%s' -xJf " STATES "/%s.tar.xz", world.data, world.dir, state);
    run("grep -rIlZ -e @ '%s/data' '%s/hand' | xargs -0 sed -i -e 's|@DIR@|%s|g' -e s/@PLAIN@/%d/g"
        " -e s/@TLS@/%d/g -e s/@MQTT@/%d/g",
        world.dir, world.dir, world.dir, world.plain, world.tls, world.mqtt);
}

/* Number, status, dossier, since when: as that state said itself. */
static void items_stand_where_they_stood(void)
{
    run("'%s' --data '%s' items | sort | diff - '%s/expected' >&2", TRAO_ADMIN, world.data,
        world.dir);
}

/* Item 5 was picked up and item 3 went out, without a link; the present handheld takes them over.
 */
static void what_was_unsent_arrives(void)
{
    char out[4096];
    struct hand hand = {.world = &world, .name = "HH-042"};
    (void)snprintf(hand.dir, sizeof hand.dir, "%s/hand", world.dir);
    hand_start(&hand);
    hand_drain(&hand, DRAIN_S);
    hand_end(&hand);
    world_do(&world, out, sizeof out, "items", NULL);
    for (const char *line = strtok(out, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strstr(line, "H27.15-261118-0005"))
            assert_non_null(strstr(line, "\tpicked_up\t"));
        if (strstr(line, "H27.15-261118-0003"))
            assert_non_null(strstr(line, "\tout\t"));
    }
}

/* What stands beside the chain for the desk was filled from it; new work goes on. */
static void the_office_goes_on(void)
{
    char out[4096], list[300];
    world_do(&world, out, sizeof out, "handovers", NULL);
    assert_string_equal(out, "BG-000001\tunsealed\n");
    (void)snprintf(list, sizeof list, "%s/list.csv", world.dir);
    world_write_list(list, 100, 2);
    world_do(&world, out, sizeof out, "import", list, NULL);
    assert_non_null(strstr(out, "new 2,"));
}

/* A backup is of the layout that the record has; whoever restores it gets the present one. */
static void an_old_record_is_backed_up_as_it_is(void **state)
{
    (void)state;
    char out[2048], key[300], with_key[300], to[310], file[300], data[240];
    unpack("layout-06");
    (void)snprintf(key, sizeof key, "%s/key", world.dir);
    (void)snprintf(with_key, sizeof with_key, "key=%s", key);
    (void)snprintf(to, sizeof to, "to=%s.pub", key);
    (void)snprintf(file, sizeof file, "%s/old.bak", world.dir);
    world_do(&world, NULL, 0, "backupkey", "--out", key, NULL);
    world_do(&world, NULL, 0, "backup", "--out", file, to, NULL);
    assert_int_equal(layout_of("record.db"), 6);
    world_do(&world, out, sizeof out, "check", file, with_key, NULL);
    assert_non_null(strstr(out, "\tlayout 6\t"));
    (void)snprintf(data, sizeof data, "%s/new", world.dir);
    memcpy(world.data, data, sizeof world.data);
    world_do(&world, NULL, 0, "restore", file, with_key, NULL);
    assert_int_equal(layout_of("record.db"), layout_now);
    world_start_server(&world);
    items_stand_where_they_stood();
    world_end(&world, false);
}

static void starts_on(const char *state, uint64_t layout)
{
    char kept[64], out[1024];
    print_message("%s\n", state);
    unpack(state);
    assert_int_equal(layout_of("record.db"), layout);
    world_start_broker(&world);
    world_start_server(&world);
    world_do(&world, out, sizeof out, "verify", NULL);
    items_stand_where_they_stood();
    (void)snprintf(kept, sizeof kept, "record-layout-%u.db", (unsigned)layout);
    (void)snprintf(out, sizeof out, "%s/%s", world.data, kept);
    if (layout == layout_now) {
        assert_int_equal(access(out, F_OK), -1); /* nothing changed */
    } else {
        struct stat about;
        assert_int_equal(layout_of(kept), layout);
        assert_int_equal(stat(out, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0600);
    }
    the_office_goes_on();
    what_was_unsent_arrives();
    world_do(&world, out, sizeof out, "verify", NULL);
    proc_stop(&world.broker, SIGTERM);
    world_end(&world, false);
}

#define STATE(name, layout)                                                                        \
    static void state_##name(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        starts_on("layout-" #name, layout);                                                        \
    }
STATE(02, 2)
STATE(03, 3)
STATE(06, 6)
STATE(08, 8)
STATE(10, 10)
STATE(13, 13)
STATE(18, 18)
STATE(24, 24)

/* Every state that is kept is tried. */
static void no_state_is_forgotten(void **state)
{
    (void)state;
    DIR *dir = opendir(STATES);
    const struct dirent *entry;
    size_t n = 0;
    while ((entry = readdir(dir)) != NULL)
        n += strstr(entry->d_name, ".tar.xz") != NULL;
    closedir(dir);
    assert_int_equal(n, 8);
}

/* An older program must not write what it does not know: it says so, and changes nothing. */
static void a_later_state_is_refused(void **state)
{
    (void)state;
    char path[300];
    struct db *db;
    struct error err;
    unpack("layout-10");
    (void)snprintf(path, sizeof path, "%s/record.db", world.data);
    assert_true(db_open(path, DB_DURABLE, &db, &err));
    assert_true(db_exec(db, "PRAGMA user_version=99", &err));
    db_close(db);
    run("cksum <'%s' >'%s/before'", path, world.dir);
    proc_start(&world.server, (const char *[]){TRAO_SERVER, "--data", world.data, NULL}, false,
               world.log);
    assert_int_equal(proc_wait(&world.server, 10000), 1);
    run("grep -q 'part=record .*has layout 99, this program knows only' '%s'", world.log);
    run("cksum <'%s' | cmp - '%s/before'", path, world.dir);
    assert_int_equal(world_admin(&world, NULL, 0, "verify", NULL), 1);
    world_end(&world, false);
}

/* Without a word one third, with one the second, with two the last: each a test of its own, to run
 * side by side. */
int main(int argc, char **argv)
{
    (void)argv;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_02),
        cmocka_unit_test(state_06),
        cmocka_unit_test(a_later_state_is_refused),
    };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(state_03),
        cmocka_unit_test(state_08),
        cmocka_unit_test(state_24),
        cmocka_unit_test(no_state_is_forgotten),
    };
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(state_10),
        cmocka_unit_test(state_13),
        cmocka_unit_test(state_18),
        cmocka_unit_test(an_old_record_is_backed_up_as_it_is),
    };
    if (argc > 2)
        return cmocka_run_group_tests(rest, NULL, NULL);
    return argc > 1 ? cmocka_run_group_tests(others, NULL, NULL)
                    : cmocka_run_group_tests(tests, NULL, NULL);
}
