/* What confined processes can still do, and what not; children, because it is one way. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/sandbox.h"

/* Exit status of `body` in a child; skipped where sanitizers forbid filters. */
static void in_child(int (*body)(void))
{
#ifdef TRAO_SANITIZED
    (void)body;
    skip();
#else
    pid_t child = fork();
    if (child == 0)
        _exit(body());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
#endif
}

static int reader(void)
{
    struct error err;
    int pipes[2];
    char byte = 'x';
    if (pipe(pipes) != 0 || !sandbox_reader(&err))
        return 1;
    if (open("/etc/hostname", O_RDONLY) >= 0 || errno != EPERM)
        return 2;
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
        return 3;
    if (fork() >= 0)
        return 4;
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        return 5;
    if (kill(getppid(), 0) == 0)
        return 6;
    char *some = malloc(4u << 20); /* large enough for a mapping of its own */
    if (some == NULL)
        return 7;
    memset(some, 1, 4u << 20);
    free(some);
    if (write(pipes[1], &byte, 1) != 1 || read(pipes[0], &byte, 1) != 1)
        return 8;
    return 0;
}

static int server(void)
{
    struct error err;
    struct rlimit core;
    if (!sandbox_server(&err))
        return 1;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 || errno != EPERM)
        return 2;
    if (mount("none", "/mnt", "tmpfs", 0, NULL) == 0 || errno != EPERM)
        return 3;
    if (setuid(65534) == 0)
        return 4;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0)
        return 5;
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return 9; /* its own user may trace it, or a program it starts may gain rights */
    int fd = open("/etc/passwd", O_RDONLY);
    if (fd < 0 || close(fd) != 0)
        return 6;
    pid_t child;
    int status;
    char *const argv[] = {"true", NULL}, *const environment[] = {NULL};
    if (posix_spawn(&child, "/bin/true", NULL, NULL, argv, environment) != 0)
        return 7;
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 8;
}

static void the_reader_only_reads(void **state)
{
    (void)state;
    in_child(reader);
}

static void the_server_serves(void **state)
{
    (void)state;
    in_child(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reader_only_reads),
        cmocka_unit_test(the_server_serves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
