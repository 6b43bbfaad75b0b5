/* A read-back's child that waits and never computes is ended by its alarm: nobody's printer stands
 * still for it. The child is this program begun anew; its verdict goes into a pipe that is full and
 * that nobody reads, so that it waits for ever. */
#include "labels/readback_child.h"

#include <setjmp.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define FASTER 100 /* its 100 s are one here */

unsigned __real_alarm(unsigned seconds);
unsigned __wrap_alarm(unsigned seconds);

unsigned __wrap_alarm(unsigned seconds)
{
    return __real_alarm((seconds + FASTER - 1) / FASTER);
}

static int empty_job(void)
{
    const struct readback_job job = {.tongue = "zpl", .dpi = 203};
    int file = memfd_create("job", 0);
    assert_int_equal(write(file, &job, sizeof job), sizeof job);
    return file;
}

/* Starts a child that says its verdict to `out`. */
static pid_t start(int out)
{
    char name[] = READBACK_CHILD_NAME, first[] = "0", step[] = "1";
    char *argv[] = {name, first, step, NULL};
    posix_spawn_file_actions_t moves;
    pid_t pid;
    int job = empty_job();
    posix_spawn_file_actions_init(&moves);
    posix_spawn_file_actions_adddup2(&moves, job, READBACK_JOB);
    posix_spawn_file_actions_adddup2(&moves, out, READBACK_VERDICT);
    assert_int_equal(posix_spawn(&pid, "/proc/self/exe", &moves, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&moves);
    close(job);
    return pid;
}

static void a_child_that_waits_is_ended(void **state)
{
    (void)state;
    static const char filling[4096];
    struct timespec begun, ended;
    int ends[2], status = 0;
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    while (write(ends[1], filling, sizeof filling) > 0)
        continue;
    assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0); /* it waits for room */
    clock_gettime(CLOCK_MONOTONIC, &begun);
    pid_t pid = start(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGALRM);
    assert_in_range(ended.tv_sec - begun.tv_sec, 1, 30);
    close(ends[0]);
    close(ends[1]);
}

/* The same child, when somebody reads. */
static void a_child_that_is_heard_ends_by_itself(void **state)
{
    (void)state;
    struct readback_verdict verdict = {0};
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = start(ends[1]);
    assert_int_equal(read(ends[0], &verdict, sizeof verdict), sizeof verdict);
    assert_true(verdict.good);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_that_waits_is_ended),
        cmocka_unit_test(a_child_that_is_heard_ends_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
