/* Backups as an administrator makes and uses them, with the real programs: made while the office
 * works, checked, tried, restored on "another machine". */
#include <fcntl.h>
#include <pthread.h>
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

#include "tests/lib/world.h"

static struct world world;
static char key[256], to[300], with_key[300], file[256];

static void path_of(const char *name, char out[256])
{
    (void)snprintf(out, 256, "%s/%s", world.dir, name);
}

static int open_world(void **state)
{
    (void)state;
    char list[256];
    world_begin(&world);
    path_of("key", key);
    path_of("a.bak", file);
    path_of("list.csv", list);
    (void)snprintf(to, sizeof to, "to=%s.pub", key);
    (void)snprintf(with_key, sizeof with_key, "key=%s", key);
    world_start_server(&world);
    world_write_list(list, 1, 40);
    world_do(&world, NULL, 0, "import", list, NULL);
    world_do(&world, NULL, 0, "backupkey", "--out", key, NULL);
    world_do(&world, NULL, 0, "backup", "--out", file, to, NULL);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_end(&world, false);
    return 0;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static size_t lines_of(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

/* Nothing that is personal can be read in it, and whoever is not the owner cannot read it at all.
 */
static void closed_for_the_key(void **state)
{
    (void)state;
    struct stat about;
    char command[700];
    assert_int_equal(stat(file, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    (void)snprintf(command, sizeof command, "! grep -aq -e 'Mẫu' -e 'SQLite format' -e BEGIN '%s'",
                   file);
    assert_int_equal(system(command), 0);
    (void)snprintf(command, sizeof command, "! grep -rq secret-1 '%s'", world.data);
    assert_int_equal(system(command), 0); /* the secret half never came near the server */
}

static void checked_and_told(void **state)
{
    (void)state;
    char out[2048];
    world_do(&world, out, sizeof out, "check", file, with_key, NULL);
    assert_non_null(strstr(out, "\toffice facts 41\t")); /* 40 issued, one office adopted */
    assert_non_null(strstr(out, "all holds"));
    world_do(&world, out, sizeof out, "--json", "check", file, with_key, NULL);
    assert_non_null(strstr(out, "\"office_facts\":41"));
}

static void refused_with_a_reason(void **state)
{
    (void)state;
    char other[256], cut[256], command[700], with_other[300], trial[256], in[300];
    path_of("other", other);
    path_of("cut.bak", cut);
    path_of("trials", trial);
    (void)snprintf(with_other, sizeof with_other, "key=%s", other);
    (void)snprintf(in, sizeof in, "in=%s", trial);
    assert_int_equal(mkdir(trial, 0700), 0);
    world_do(&world, NULL, 0, "backupkey", "--out", other, NULL);
    assert_int_equal(world_admin(&world, NULL, 0, "backupkey", "--out", other, NULL), 1);
    assert_int_equal(world_admin(&world, NULL, 0, "check", file, with_other, NULL), 1);
    assert_int_equal(world_admin(&world, NULL, 0, "check", file, NULL), 64);
    assert_int_equal(world_admin(&world, NULL, 0, "check", file, "what=x", NULL), 1);
    (void)snprintf(command, sizeof command, "head -c -1 '%s' >'%s'", file, cut);
    assert_int_equal(system(command), 0);
    assert_int_equal(world_admin(&world, NULL, 0, "check", cut, with_key, NULL), 1);
    assert_int_equal(world_admin(&world, NULL, 0, "drill", cut, with_key, in, NULL), 1);
    assert_int_equal(chmod(other, 0644), 0); /* a secret that others may read */
    assert_int_equal(world_admin(&world, NULL, 0, "check", file, with_other, NULL), 1);
    (void)snprintf(with_other, sizeof with_other, "to=%s",
                   key); /* the secret half has no business */
    assert_int_equal(world_admin(&world, NULL, 0, "backup", "--out", cut, with_other, NULL), 1);
    assert_int_equal(world_admin(&world, NULL, 0, "backup", "--out", cut, NULL), 1); /* no key */
    assert_int_equal(world_admin(&world, NULL, 0, "backup", to, NULL), 1);           /* no file */
    assert_int_equal(rmdir(trial), 0); /* a failed drill leaves nothing either */
}

static void never_over_a_living_folder(void **state)
{
    (void)state;
    char command[700], before[256];
    path_of("before", before);
    (void)snprintf(command, sizeof command, "cat '%s/trao.conf' >'%s'", world.data, before);
    assert_int_equal(system(command), 0);
    assert_int_equal(world_admin(&world, NULL, 0, "restore", file, with_key, NULL), 1);
    (void)snprintf(command, sizeof command, "cmp '%s/trao.conf' '%s'", world.data, before);
    assert_int_equal(system(command), 0);
    world_do(&world, NULL, 0, "items", NULL);
}

/* ... nor over anything else. */
static void never_over_other_files(void **state)
{
    (void)state;
    char other[256], note[300];
    path_of("mine", other);
    (void)snprintf(note, sizeof note, "%s/note", other);
    assert_int_equal(mkdir(other, 0700), 0);
    close(open(note, O_WRONLY | O_CREAT, 0600));
    const char *argv[] = {TRAO_ADMIN, "--data", other, "restore", file, with_key, NULL};
    assert_int_equal(proc_run(argv, world.log, NULL, 0), 1);
    assert_int_equal(unlink(note), 0);
    assert_int_equal(rmdir(other), 0); /* nothing was added */
}

static void a_drill_leaves_nothing_behind(void **state)
{
    (void)state;
    char out[2048], trial[256], in[300];
    path_of("drill", trial);
    (void)snprintf(in, sizeof in, "in=%s", trial);
    assert_int_equal(mkdir(trial, 0700), 0);
    world_do(&world, out, sizeof out, "drill", file, with_key, in, NULL);
    assert_non_null(strstr(out, "restored in ms "));
    assert_non_null(strstr(out, "the drill went well"));
    assert_int_equal(rmdir(trial), 0);
}

/* Ended in the middle, by a signal: gone all the same. It reads from a pipe that gives the first
 * bytes of a backup and then nothing. */
static void a_drill_that_is_ended_leaves_nothing(void **state)
{
    (void)state;
    char pipe_path[256], trial[256], in[300], begin[4096];
    struct proc drill;
    path_of("pipe", pipe_path);
    path_of("ended", trial);
    (void)snprintf(in, sizeof in, "in=%s", trial);
    assert_int_equal(mkdir(trial, 0700), 0);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    proc_start(&drill, (const char *[]){TRAO_ADMIN, "drill", pipe_path, with_key, in, NULL}, false,
               world.log);
    int from = open(file, O_RDONLY), feed = open(pipe_path, O_WRONLY);
    assert_int_equal(read(from, begin, sizeof begin), sizeof begin);
    assert_int_equal(write(feed, begin, sizeof begin), sizeof begin);
    proc_sleep_ms(100);
    assert_int_equal(rmdir(trial), -1); /* it works in there */
    kill(drill.pid, SIGTERM);
    assert_int_equal(proc_wait(&drill, 5000), 1);
    assert_int_equal(rmdir(trial), 0);
    close(feed);
    close(from);
}

static void *import_on(void *arg)
{
    char list[256];
    (void)arg;
    path_of("more.csv", list);
    world_write_list(list, 1000, 1500);
    const char *argv[] = {TRAO_ADMIN, "--data", world.data, "import", list, NULL};
    assert_int_equal(proc_run(argv, world.log, NULL, 0), 0);
    return NULL;
}

/* Backups made one after the other while a list comes in: each is the record at some commit. */
static void made_while_the_office_works(void **state)
{
    (void)state;
    char out[2048], during[256];
    pthread_t importing;
    long long facts = 0, last = 0;
    path_of("during.bak", during);
    assert_int_equal(pthread_create(&importing, NULL, import_on, NULL), 0);
    for (int i = 0; i < 3; i++) {
        world_do(&world, NULL, 0, "backup", "--out", during, to, NULL);
        world_do(&world, out, sizeof out, "check", during, with_key, NULL);
        assert_non_null(strstr(out, "office facts "));
        facts = atoll(strstr(out, "office facts ") + strlen("office facts "));
        assert_true(facts >= last);
        last = facts;
    }
    pthread_join(importing, NULL);
    world_do(&world, NULL, 0, "backup", "--out", during, to, NULL);
    world_do(&world, out, sizeof out, "check", during, with_key, NULL);
    assert_non_null(strstr(out, "office facts 1541\t"));
}

/* A folder whose server was just killed, with what it left in its log. */
static void rests(char *out, size_t size)
{
    char rest[256], nowhere[256];
    path_of("rest.bak", rest);
    path_of("nowhere", nowhere);
    world_do(&world, NULL, 0, "backup", "--out", rest, to, NULL);
    world_do(&world, out, size, "check", rest, with_key, NULL);
    assert_non_null(strstr(out, "office facts 1541\t"));
    world_do(&world, out, size, "--json", "backup", "--out", rest, to, NULL);
    assert_non_null(strstr(out, "\"ok\":true"));
    assert_int_equal(world_admin(&world, out, size, "--json", "backup", "--out", rest, NULL), 1);
    assert_non_null(strstr(out, "\"ok\":false"));
    const char *argv[] = {TRAO_ADMIN, "--data", nowhere, "backup", "--out", rest, to, NULL};
    assert_int_not_equal(proc_run(argv, world.log, NULL, 0), 0);
    assert_false(is_there(nowhere));
    world_do(&world, out, size, "check", rest, with_key, NULL); /* still the last good one */
}

/* The server's folder is gone; the backup starts a new one elsewhere. */
static void another_machine_goes_on(void **state)
{
    (void)state;
    char out[16384], command[700], elsewhere[240];
    assert_int_equal(proc_stop(&world.server, SIGKILL), 128 + SIGKILL);
    rests(out, sizeof out);
    (void)snprintf(elsewhere, sizeof elsewhere, "%s/else where", world.dir);
    (void)snprintf(command, sizeof command, "mv '%s' '%s.gone'", world.data, world.data);
    assert_int_equal(system(command), 0);
    (void)snprintf(world.data, sizeof world.data, "%s", elsewhere);
    world_do(&world, out, sizeof out, "restore", file, with_key, NULL);
    assert_non_null(strstr(out, "now generation 2\n"));
    world_do(&world, out, sizeof out, "verify", NULL);
    assert_non_null(strstr(out, "41 office facts"));
    world_start_server(&world);
    world_do(&world, out, sizeof out, "items", NULL);
    assert_int_equal(lines_of(out), 40);
    world_start_broker(&world); /* its settings name this folder */
    (void)snprintf(command, sizeof command, "%s/trao.conf.part", elsewhere);
    assert_false(is_there(command));
    (void)snprintf(command, sizeof command, "grep -q 'serving.*generation=2' '%s'", world.log);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_for_the_key),
        cmocka_unit_test(checked_and_told),
        cmocka_unit_test(refused_with_a_reason),
        cmocka_unit_test(never_over_a_living_folder),
        cmocka_unit_test(never_over_other_files),
        cmocka_unit_test(a_drill_leaves_nothing_behind),
        cmocka_unit_test(a_drill_that_is_ended_leaves_nothing),
        cmocka_unit_test(made_while_the_office_works),
        cmocka_unit_test(another_machine_goes_on), /* last: it moves the world */
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
