/* Paths, and writing all of something. */
#include <errno.h>
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
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/files.h"
#include "protocol/whole.h"

static void joins_or_says_what_is_too_long(void **state)
{
    (void)state;
    struct error err;
    char path[16] = "untouched";
    assert_false(files_join("/srv/trao", "record", path, sizeof path, &err)); /* 16 and the zero */
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_string_equal(err.text, "/srv/trao/record: the path is too long");
    assert_string_equal(path, "untouched");
    assert_true(files_join("/srv/trao", "recor", path, sizeof path, &err));
    assert_string_equal(path, "/srv/trao/recor");
}

static void a_short_write_goes_on_and_names_its_cause(void **state)
{
    (void)state;
    static const uint8_t bytes[1000];
    const char *tmp = getenv("TMPDIR");
    char path[256];
    struct rlimit whole, small;
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/trao-files-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    small = (struct rlimit){700, whole.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    errno = 0;
    bool good = whole_write(fd, bytes, sizeof bytes);
    int why = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
    assert_false(good);
    assert_int_equal(why, EFBIG);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 700);
    close(fd);
}

static void on_signal(int number)
{
    (void)number;
}

struct reader {
    int fd;
    pthread_t writer;
    size_t got;
};

/* Reads slowly, and interrupts who writes. */
static void *read_slowly(void *arg)
{
    struct reader *reader = arg;
    static uint8_t bytes[65536];
    ssize_t n;
    do {
        usleep(2000);
        pthread_kill(reader->writer, SIGUSR1);
        n = read(reader->fd, bytes, sizeof bytes);
        reader->got += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    return NULL;
}

static void signals_do_not_cut_it_short(void **state)
{
    (void)state;
    static const uint8_t bytes[1 << 20];
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART */
    int ends[2];
    pthread_t thread;
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    assert_int_equal(pipe(ends), 0);
    struct reader reader = {.fd = ends[0], .writer = pthread_self()};
    assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    bool good = whole_write(ends[1], bytes, sizeof bytes);
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
    assert_true(good);
    assert_int_equal(reader.got, sizeof bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_or_says_what_is_too_long),
        cmocka_unit_test(a_short_write_goes_on_and_names_its_cause),
        cmocka_unit_test(signals_do_not_cut_it_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
