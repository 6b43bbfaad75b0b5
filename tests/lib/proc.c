#include "tests/lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_MS 120000
#define STOP_MS 10000
#define PATH_WITH_SBIN "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static pid_t watcher; /* leads the group of all that is started */
static int watcher_pipe = -1;

bool proc_has_chromium(void)
{
    return access("/usr/bin/chromium-headless-shell", X_OK) == 0 ||
           access("/usr/bin/chromium", X_OK) == 0;
}

long proc_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void proc_sleep_ms(long ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        continue;
}

static void die(const char *what)
{
    fprintf(stderr, "proc: %s: %s\n", what, strerror(errno));
    abort();
}

/* ---------------------------------------------------------------- the watcher */

/* Sees the test's end of the pipe close when the test is gone, by whatever death. */
static _Noreturn void watch(int fd)
{
    char byte;
    prctl(PR_SET_NAME, "proc-watcher");
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    while (read(fd, &byte, 1) < 0 && errno == EINTR)
        continue;
    kill(0, SIGKILL);
    _exit(0);
}

void proc_init(void)
{
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(ends, O_CLOEXEC) != 0)
        die("pipe");
    watcher = fork();
    if (watcher < 0)
        die("fork");
    if (watcher == 0) {
        setpgid(0, 0);
        close(ends[1]);
        watch(ends[0]);
    }
    setpgid(watcher, watcher);
    close(ends[0]);
    watcher_pipe = ends[1];
}

void proc_kill_all(void)
{
    if (watcher == 0)
        return;
    kill(-watcher, SIGKILL);
    close(watcher_pipe);
    while (waitpid(-watcher, NULL, 0) > 0 || errno == EINTR)
        continue;
    watcher = 0;
}

/* ---------------------------------------------------------------- start and end */

static _Noreturn void become(const char *const *argv, int in, int out, const char *log)
{
    int err = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    setpgid(0, watcher);
    dup2(in >= 0 ? in : nothing, STDIN_FILENO);
    dup2(out >= 0 ? out : err, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    setenv("PATH", PATH_WITH_SBIN, 1);
    execvp(argv[0], (char *const *)argv);
    fprintf(stderr, "cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

void proc_start(struct proc *proc, const char *const *argv, bool talk, const char *log)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    *proc = (struct proc){.in = -1, .out = -1};
    if (talk && (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0))
        die("pipe");
    proc->pid = fork();
    if (proc->pid < 0)
        die("fork");
    if (proc->pid == 0)
        become(argv, in[0], out[1], log);
    setpgid(proc->pid, watcher);
    if (talk) {
        close(in[0]);
        close(out[1]);
        proc->in = in[1];
        proc->out = out[0];
    }
}

static void forget(struct proc *proc)
{
    if (proc->in >= 0)
        close(proc->in);
    if (proc->out >= 0)
        close(proc->out);
    proc->pid = 0;
    proc->in = proc->out = -1;
}

int proc_wait(struct proc *proc, int timeout_ms)
{
    int status = 0;
    for (long until = proc_now_ms() + timeout_ms; proc->pid > 0; proc_sleep_ms(2)) {
        pid_t got = waitpid(proc->pid, &status, WNOHANG);
        if (got == proc->pid)
            break;
        if (proc_now_ms() > until)
            return -1;
    }
    forget(proc);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int proc_stop(struct proc *proc, int signal)
{
    if (proc->pid == 0)
        return 0;
    kill(proc->pid, signal);
    int status = proc_wait(proc, STOP_MS);
    if (status >= 0)
        return status;
    kill(proc->pid, SIGKILL);
    return proc_wait(proc, STOP_MS);
}

bool proc_runs(const struct proc *proc)
{
    siginfo_t info = {0};
    return proc->pid > 0 &&
           waitid(P_PID, (id_t)proc->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

/* ---------------------------------------------------------------- talk */

bool proc_say(struct proc *proc, const char *format, ...)
{
    char line[PROC_LINE_MAX + 1];
    va_list args;
    va_start(args, format);
    /* clang-tidy 14 loses va_start on the way through another variadic call. */
    int n = vsnprintf(line, PROC_LINE_MAX, format, args); // NOLINT(clang-analyzer-valist.*)
    va_end(args);
    if (n < 0 || n >= PROC_LINE_MAX)
        return false;
    line[n++] = '\n';
    return proc->in >= 0 && write(proc->in, line, (size_t)n) == n;
}

static bool take_line(struct proc *proc, char out[PROC_LINE_MAX])
{
    char *end = memchr(proc->held, '\n', proc->n_held);
    if (!end)
        return false;
    size_t n = (size_t)(end - proc->held);
    snprintf(out, PROC_LINE_MAX, "%.*s", (int)n, proc->held);
    proc->n_held -= n + 1;
    memmove(proc->held, end + 1, proc->n_held);
    return true;
}

bool proc_hear(struct proc *proc, char out[PROC_LINE_MAX], int timeout_ms)
{
    for (long until = proc_now_ms() + timeout_ms; !take_line(proc, out);) {
        long left = until - proc_now_ms();
        struct pollfd ready = {.fd = proc->out, .events = POLLIN};
        if (proc->ended || left < 0 || proc->n_held == sizeof proc->held)
            return false;
        if (poll(&ready, 1, (int)left) <= 0)
            continue;
        ssize_t n = read(proc->out, proc->held + proc->n_held, sizeof proc->held - proc->n_held);
        if (n <= 0)
            proc->ended = true;
        else
            proc->n_held += (size_t)n;
    }
    return true;
}

int proc_run(const char *const *argv, const char *log, char *out, size_t size)
{
    struct proc proc;
    size_t n = 0;
    proc_start(&proc, argv, true, log);
    close(proc.in);
    proc.in = -1;
    for (long until = proc_now_ms() + RUN_MS; proc_now_ms() < until;) {
        char lost[4096];
        struct pollfd ready = {.fd = proc.out, .events = POLLIN};
        if (poll(&ready, 1, 1000) <= 0)
            continue;
        bool room = n + 1 < size;
        ssize_t got = read(proc.out, room ? out + n : lost, room ? size - 1 - n : sizeof lost);
        if (got <= 0)
            break;
        n += room ? (size_t)got : 0;
    }
    if (size > 0)
        out[n] = '\0';
    int status = proc_wait(&proc, STOP_MS);
    return status >= 0 ? status : proc_stop(&proc, SIGKILL);
}
