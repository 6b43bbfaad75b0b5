#include "server/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#ifndef TRAO_SANITIZED

/* Read and write what is open, and have memory. No new mapping may be executed: see add_memory. */
static const char *const reader_calls[] = {
    "read",  "write",      "readv",        "writev",    "lseek",         "close",
    "fstat", "brk",        "munmap",       "mremap",    "madvise",       "futex",
    "exit",  "exit_group", "rt_sigreturn", "getrandom", "clock_gettime", "restart_syscall",
    "fcntl", // fdopen asks how a pipe is open
};

/* By what they are for; names this machine does not know are passed over. Nothing here mounts,
 * traces, loads code into the kernel, changes identity, opens raw sockets' keys or sets the clock.
 */
static const char *const server_calls[] = {
    /* files */
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "preadv",
    "pwritev",
    "lseek",
    "open",
    "openat",
    "close",
    "close_range",
    "stat",
    "fstat",
    "lstat",
    "newfstatat",
    "statx",
    "statfs",
    "fstatfs",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents64",
    "getcwd",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "link",
    "linkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchown",
    "umask",
    "ftruncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "fadvise64",
    "flock",
    "fcntl",
    "ioctl",
    "dup",
    "dup2",
    "dup3",
    "pipe",
    "pipe2",
    "sendfile",
    "copy_file_range",
    "utimensat",
    /* memory */
    "brk",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "msync",
    "mlock",
    "munlock",
    "mincore",
    "memfd_create",
    /* threads and the reading child */
    "clone",
    "clone3",
    "fork",
    "vfork",
    "execve",
    "execveat",
    "wait4",
    "waitid",
    "exit",
    "exit_group",
    "futex",
    "futex_waitv",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "set_tid_address",
    "arch_prctl",
    "prctl",
    "seccomp",
    "gettid",
    "getpid",
    "getppid",
    "getpgid",
    "getpgrp",
    "setpgid",
    "setsid",
    "tgkill",
    "kill",
    "sched_yield",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "getcpu",
    "membarrier",
    "getrlimit",
    "prlimit64",
    "getrusage",
    "getpriority",
    "setpriority",
    /* signals and time */
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "rt_sigpending",
    "sigaltstack",
    "restart_syscall",
    "pause",
    "nanosleep",
    "clock_nanosleep",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "alarm",
    "setitimer",
    "signalfd4",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    /* sockets and waiting */
    "socket",
    "socketpair",
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "shutdown",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "eventfd2",
    "inotify_init1",
    "inotify_add_watch",
    "inotify_rm_watch",
    /* who and where we are */
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getgroups",
    "uname",
    "sysinfo",
    "getrandom",
    "capget",
};

static bool add_calls(scmp_filter_ctx filter, const char *const *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int call = seccomp_syscall_resolve_name(calls[i]);
        if (call != __NR_SCMP_ERROR && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0)
            return false;
    }
    return true;
}

/* PROT_EXEC is bit 4 of the third argument of both. */
static bool add_memory(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0);
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, not_executable) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_executable) == 0;
}

static bool no_new_rights(struct error *err)
{
    const struct rlimit none = {0, 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        setrlimit(RLIMIT_CORE, &none) != 0)
        return error_set(err, ERROR_REFUSED, "sandbox: %s", strerror(errno));
    return true;
}

static bool confine(const char *const *calls, size_t n, bool memory, struct error *err)
{
    if (!no_new_rights(err))
        return false;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool good = filter != NULL && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
                add_calls(filter, calls, n) && (!memory || add_memory(filter)) &&
                seccomp_load(filter) == 0;
    if (filter != NULL)
        seccomp_release(filter);
    return good || error_set(err, ERROR_REFUSED, "sandbox: the kernel takes no filter");
}

bool sandbox_server(struct error *err)
{
    return confine(server_calls, sizeof server_calls / sizeof *server_calls, false, err);
}

bool sandbox_reader(struct error *err)
{
    return confine(reader_calls, sizeof reader_calls / sizeof *reader_calls, true, err);
}

#else

bool sandbox_server(struct error *err)
{
    (void)err;
    return true;
}

bool sandbox_reader(struct error *err)
{
    (void)err;
    return true;
}

#endif
