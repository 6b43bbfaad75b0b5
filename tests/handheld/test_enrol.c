/* Enrolment by the program itself, against a TLS server that gives, refuses, lies or goes away. */
#include "tests/handheld/office.h"

#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "handheld/config.h"

static struct office *office;
static char dir[64], code[ENROL_CODE_TEXT_MAX], said[4096];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int setup(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/trao-enrol-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
    office = office_start(18830);
    office_code(office, false, code);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    office_stop(office);
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}

/* Runs "enrol" with the code on its standard input; output and errors end up in `said`. */
static int enrol(const char *url, const char *typed)
{
    char command[1024];
    size_t n = 0;
    snprintf(command, sizeof command, "printf '%%s\\n' '%s' | %s -d %s enrol -S %s 2>&1", typed,
             TRAO_HANDHELD, dir, url);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    n = fread(said, 1, sizeof said - 1, from);
    said[n] = '\0';
    int status = pclose(from);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void heard(const char *words)
{
    if (strstr(said, words) == NULL)
        fail_msg("'%s' is not in '%s'", words, said);
}

static bool is_enrolled(void)
{
    struct config config;
    bool loaded = config_load(dir, &config, NULL);
    if (loaded)
        config_done(&config);
    return loaded;
}

static mode_t mode_of(const char *name)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s/identity/%s", dir, name);
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void is_given_what_it_needs(void **state)
{
    (void)state;
    assert_int_equal(enrol(office_url(office), code), 0);
    heard("HH-042: đã cấp phép");
    struct config config;
    struct error err = {0};
    if (!config_load(dir, &config, &err))
        fail_msg("%s", err.text);
    assert_string_equal(config.device, "HH-042");
    assert_int_equal(config.post_office, 461600);
    assert_string_equal(config.broker_host, "127.0.0.1");
    assert_int_equal(config.broker_port, 18830);
    assert_int_equal(config.server_seal_key.bytes[31], 5);
    assert_int_equal(config.server_box_key[31], 6);
    assert_true(config.certificate_n > 100);
    assert_int_equal(mode_of("tls.key"), 0400);
    assert_int_equal(mode_of("seal.key"), 0400);
    struct seal_public public = chain_public_of(&config.seal_key);
    char mark[SEAL_MARK_MAX], line[64];
    (void)snprintf(line, sizeof line, "Dấu máy %s:", seal_mark(&public, mark));
    heard(line);
    config_done(&config);
}

static void enrols_again(void **state)
{
    (void)state;
    struct config first, second;
    assert_int_equal(enrol(office_url(office), code), 0);
    assert_true(config_load(dir, &first, NULL));
    assert_int_equal(enrol(office_url(office), code), 0);
    assert_true(config_load(dir, &second, NULL));
    assert_memory_not_equal(first.seal_key.bytes, second.seal_key.bytes, 64);
    char path[128];
    snprintf(path, sizeof path, "%s/identity.new", dir);
    assert_int_not_equal(access(path, F_OK), 0);
    config_done(&first);
    config_done(&second);
}

static void typed_as_people_type(void **state)
{
    (void)state;
    char loose[64] = "  ";
    for (const char *at = code; *at != '\0'; at++)
        strncat(loose, *at == '-' ? " " : (char[]){(char)(*at | 0x20), '\0'}, 2);
    assert_int_equal(enrol(office_url(office), loose), 0);
}

static void wrong_server_gets_nothing(void **state)
{
    (void)state;
    char other[ENROL_CODE_TEXT_MAX];
    office_code(office, true, other);
    assert_int_equal(enrol(office_url(office), other), 1);
    heard("không phải máy chủ của mã");
    assert_int_equal(office_bytes(office), 0);
    assert_false(is_enrolled());
}

static void used_code(void **state)
{
    (void)state;
    office_mood(office, OFFICE_SAYS, 403);
    assert_int_equal(enrol(office_url(office), code), 1);
    heard("Mã đã dùng hoặc quá 15 phút. Tạo mã mới.");
    assert_false(is_enrolled());
}

static void other_answers(void **state)
{
    (void)state;
    office_mood(office, OFFICE_SAYS, 400);
    assert_int_equal(enrol(office_url(office), code), 1);
    heard("không hiểu");
    office_mood(office, OFFICE_SAYS, 503);
    assert_int_equal(enrol(office_url(office), code), 1);
    heard("503");
    assert_false(is_enrolled());
}

static void cut_connection(void **state)
{
    (void)state;
    office_mood(office, OFFICE_CUTS, 200);
    assert_int_equal(enrol(office_url(office), code), 1);
    heard("Chưa tới được máy chủ");
    assert_int_equal(office_requests(office), 1);
    assert_false(is_enrolled());
    office_mood(office, OFFICE_GIVES, 200);
    assert_int_equal(enrol(office_url(office), code), 0);
}

static void nobody_there(void **state)
{
    (void)state;
    assert_int_equal(enrol("https://127.0.0.1:1", code), 1);
    heard("Chưa tới được máy chủ");
    assert_int_equal(enrol("http://127.0.0.1:1", code), 1);
    heard("is not https://");
}

static void certificate_must_be_ours(void **state)
{
    (void)state;
    office_mood(office, OFFICE_OTHER_KEY, 200);
    assert_int_equal(enrol(office_url(office), code), 1);
    heard("seal key");
    office_mood(office, OFFICE_OTHER_SIGNER, 200);
    assert_int_equal(enrol(office_url(office), code), 1);
    heard("did not sign it");
    assert_false(is_enrolled());
}

static void bad_code(void **state)
{
    (void)state;
    assert_int_equal(enrol(office_url(office), "ABCD-EFG!"), 1);
    heard("mã cấp phép");
    assert_int_equal(office_bytes(office), 0);
}

/* Nothing stays of an enrolment that came to nothing, not even the folder it made. */
static void refused_leaves_nothing(void **state)
{
    (void)state;
    struct stat st;
    char place[sizeof dir];
    memcpy(place, dir, sizeof dir);
    assert_int_equal(rmdir(dir), 0);
    office_mood(office, OFFICE_SAYS, 403);
    assert_int_equal(enrol(office_url(office), code), 1);
    assert_int_not_equal(stat(place, &st), 0);
    office_mood(office, OFFICE_OTHER_KEY, 200);
    assert_int_equal(enrol(office_url(office), code), 1);
    assert_int_not_equal(stat(place, &st), 0);
    assert_int_equal(mkdir(place, 0700), 0);
    assert_int_equal(enrol(office_url(office), code), 1);
    assert_int_equal(stat(place, &st), 0); /* that one is not ours to remove */
}

/* A disk that takes only part of a file: the cause is named. */
static void no_room_for_a_key(void **state)
{
    (void)state;
    struct rlimit whole, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    small = (struct rlimit){100, whole.rlim_max}; /* more than device.conf */
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int status = enrol(office_url(office), code);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
    assert_int_equal(status, 1);
    heard("File too large");
    assert_false(is_enrolled());
}

/* A folder written half way is no identity: the last thing to happen is that it takes its name. */
static void half_written_is_not_enrolled(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/identity.new", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/identity.new/tls.key", dir);
    FILE *half = fopen(path, "w");
    fclose(half);
    assert_false(is_enrolled());
    assert_int_equal(enrol(office_url(office), code), 0);
    assert_true(is_enrolled());
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* the office writes to programs that leave */
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(is_given_what_it_needs),
        T(enrols_again),
        T(typed_as_people_type),
        T(wrong_server_gets_nothing),
        T(used_code),
        T(other_answers),
        T(cut_connection),
        T(nobody_there),
        T(certificate_must_be_ours),
        T(bad_code),
        T(refused_leaves_nothing),
        T(no_room_for_a_key),
        T(half_written_is_not_enrolled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
