/* proc.h - other programs as a test starts, feeds, kills and reaps them.
 *
 * Everything started here is in one process group with a watcher, which kills the group when the
 * test goes away in whatever manner: nothing is left behind. One thread.
 */
#ifndef TRAO_TESTS_LIB_PROC_H
#define TRAO_TESTS_LIB_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROC_LINE_MAX 1024

struct proc {
    pid_t pid;       /* 0: not running */
    int in;          /* its standard input, or -1 */
    int out;         /* its standard output, or -1 when it goes to the log */
    char held[8192]; /* read, not yet given out */
    size_t n_held;
    bool ended; /* its output has ended */
};

/* Starts the watcher; before anything else, again after the last proc_kill_all. */
void proc_init(void);
/* Kills whatever was started and not reaped, and the watcher. */
void proc_kill_all(void);

/* Starts argv[0] (by path, or found in PATH and the sbin folders) with pipes to its input and from
 * its output when `talk`, else with /dev/null and `log`; standard error goes to `log` (appended).
 * Aborts the test if it cannot be started. */
void proc_start(struct proc *proc, const char *const *argv, bool talk, const char *log);
/* Sends `signal` and waits at most 10 s, then kills; returns the wait status. */
int proc_stop(struct proc *proc, int signal);
/* Waits for its end; returns the exit status, 128 + signal, or -1 after `timeout_ms`. */
int proc_wait(struct proc *proc, int timeout_ms);
bool proc_runs(const struct proc *proc);

/* Writes a line to its input; false when it no longer reads. */
bool proc_say(struct proc *proc, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The next line of its output, without its end; false after `timeout_ms` or at the end. */
bool proc_hear(struct proc *proc, char out[PROC_LINE_MAX], int timeout_ms);

/* Runs to the end, at most two minutes, and collects the output; returns the exit status. */
int proc_run(const char *const *argv, const char *log, char *out, size_t size);

/* Whether a Chromium is installed, for tests that would skip what it draws. */
bool proc_has_chromium(void);

long proc_now_ms(void); /* monotonic */
void proc_sleep_ms(long ms);

#endif
