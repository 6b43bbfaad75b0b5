/* The parent's side: starts the child, reads all it says, checks it like a stranger's. */
#include "server/office/list.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "protocol/whole.h"
#include "server/files.h"
#include "server/office/list_wire.h"
#include "server/text/text.h"

#define ANSWER_BYTES_MAX                                                                           \
    ((size_t)4 * LIST_FILE_BYTES_MAX) /* frames of many short cells outgrow the file */
#define HEAR_BYTES (1u << 16)
#define READ_SECONDS_MAX 60     /* by the clock: many lists may be read at once */
#define READ_CPU_SECONDS_MAX 20 /* 64 MB take about 2 s; a file that needs more was made for it */

const struct list_column_info *list_column_info(enum list_column column)
{
    enum { OPTIONAL = 0, REQUIRED = 1 };
    static const struct list_column_info rows[LIST_COLUMNS] = {
#define COLUMN(KEY, NEED, bytes, vi, en, names)                                                    \
    [LIST_##KEY] = {#KEY, (vi), (en), (NEED) == REQUIRED, (bytes), (names)},
#include "server/office/columns.def"
#undef COLUMN
    };
    return &rows[column];
}

/* ------------------------------------------------------------------ an office's own names */

char *list_column_key(enum list_column column, char *out, size_t size)
{
    const char *key = list_column_info(column)->key;
    size_t n = 0;
    for (; key[n] && n + 1 < size; n++)
        out[n] = (char)(key[n] == '_' ? '-' : key[n] | 0x20);
    out[n] = '\0';
    return out;
}

void list_names_set(struct list_names *names, const char *key, const char *folded)
{
    char of[24];
    for (int i = 0; i < LIST_COLUMNS; i++)
        if (strcmp(list_column_key((enum list_column)i, of, sizeof of), key) == 0)
            text_copy(folded, names->folded[i], sizeof names->folded[i]);
}

#define NAMES_TEXT_MAX ((size_t)LIST_COLUMNS * (LIST_NAME_MAX + 2))

/* Folded names have letters, digits and blanks only: a bar ends each. */
static void write_names(const struct list_names *names, char out[NAMES_TEXT_MAX])
{
    size_t n = 0;
    *out = '\0';
    for (int i = 0; i < LIST_COLUMNS && names; i++)
        n += (size_t)snprintf(out + n, NAMES_TEXT_MAX - n, "%s|", names->folded[i]);
}

struct list_names list_names_read(const char *text)
{
    struct list_names names = {.folded = {""}};
    for (int i = 0; i < LIST_COLUMNS && text; i++) {
        size_t n = strcspn(text, "|");
        if (text[n] != '|' || n > LIST_NAME_MAX)
            return (struct list_names){.folded = {""}};
        memcpy(names.folded[i], text, n);
        text += n + 1;
    }
    return names;
}

/* ------------------------------------------------------------------ the child's process */

/* Set from here, so that it holds whatever the child is. One that is gone already needs none, and
 * the clock bounds what could not be bound; a lower limit, the server's own, stays. */
static void bound_work(pid_t pid)
{
    const struct rlimit bound = {READ_CPU_SECONDS_MAX, READ_CPU_SECONDS_MAX + 1};
    struct rlimit now;
    if (prlimit(pid, RLIMIT_CPU, NULL, &now) == 0 && now.rlim_cur > bound.rlim_cur)
        (void)prlimit(pid, RLIMIT_CPU, &bound, NULL);
}

static bool start(const char *program, int fd, enum charset charset, const struct list_names *names,
                  pid_t *ret_pid, int *ret_out, struct error *err)
{
    char names_text[NAMES_TEXT_MAX];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(err, ERROR_LATER, "cannot make a pipe: %s", strerror(errno));
    posix_spawn_file_actions_t moves;
    int failed = posix_spawn_file_actions_init(&moves);
    char *argv[] = {(char *)program, "--read-list", (char *)charset_name(charset), names_text,
                    NULL};
    write_names(names, names_text);
    char *environment[] = {NULL};
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&moves, fd, 0);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&moves, ends[1], 1);
    if (!failed)
        failed = posix_spawn(ret_pid, program, &moves, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&moves);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        return error_set(err, ERROR_LATER, "cannot start the list reader: %s", strerror(failed));
    }
    bound_work(*ret_pid);
    *ret_out = ends[0];
    return true;
}

static int64_t now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec;
}

enum heard { HEARD, TOO_MUCH, TOO_LONG, NO_ROOM };

/* All the child says, until it closes its end, into the file. */
static enum heard hear(int out, int file, char bytes[HEAR_BYTES])
{
    size_t n = 0;
    int64_t until = now_s() + READ_SECONDS_MAX;
    for (;;) {
        struct pollfd wait = {.fd = out, .events = POLLIN};
        if (now_s() > until)
            return TOO_LONG;
        if (n > ANSWER_BYTES_MAX)
            return TOO_MUCH;
        if (poll(&wait, 1, 1000) <= 0)
            continue;
        ssize_t got = read(out, bytes, HEAR_BYTES);
        if (got == 0)
            return HEARD;
        if (got < 0 && errno != EINTR)
            return TOO_MUCH;
        if (got > 0 &&
            (!files_has_room(file, HEAR_BYTES) || !whole_write(file, bytes, (size_t)got)))
            return NO_ROOM;
        n += got > 0 ? (size_t)got : 0;
    }
}

static enum heard hear_out(int out, int file)
{
    char *bytes = malloc(HEAR_BYTES);
    enum heard heard = bytes ? hear(out, file, bytes) : NO_ROOM;
    free(bytes);
    return heard;
}

/* How it ended, for who sent the file. */
static bool judge_end(enum heard heard, int status, struct error *err)
{
    if (heard == NO_ROOM)
        return error_set(err, ERROR_LATER,
                         "máy chủ hết chỗ. Chưa nhập; báo quản trị rồi nhập lại. / no room on the "
                         "server");
    if (heard == HEARD && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return error_set(err, ERROR_BAD_INPUT,
                         "đọc mãi chưa xong (%d giây máy). Chưa nhập; xuất lại danh sách, hoặc "
                         "chia nhỏ. / reading it takes over %d s of the processor",
                         READ_CPU_SECONDS_MAX, READ_CPU_SECONDS_MAX);
    if (heard == TOO_LONG)
        return error_set(err, ERROR_LATER,
                         "đọc quá %d giây, máy chủ đang bận. Chưa nhập; lát nữa nhập lại. / over "
                         "%d s, the server is busy",
                         READ_SECONDS_MAX, READ_SECONDS_MAX);
    return (heard == HEARD && WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           error_set(err, ERROR_BROKEN, "the list reader ended with status %d", status);
}

/* Runs the child to its end; what it said lies in `file`. */
static bool run_child(const char *program, int fd, enum charset charset,
                      const struct list_names *names, int file, struct error *err)
{
    pid_t pid = 0;
    int out = -1, status = 0;
    if (!start(program, fd, charset, names, &pid, &out, err))
        return false;
    enum heard heard = hear_out(out, file);
    close(out);
    if (heard != HEARD)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return judge_end(heard, status, err);
}

bool list_has_no_header(const struct error *err)
{
    return err->code == ERROR_BAD_INPUT && strstr(err->text, LIST_NO_HEADER) != NULL;
}

bool list_read(const char *program, const char *folder, int fd, enum charset charset,
               const struct list_names *names, struct list *ret_list, struct error *err)
{
    int file = files_nameless(folder);
    if (file < 0)
        return error_set(err, ERROR_LATER, "%s: %s", folder, strerror(errno));
    if (run_child(program, fd, charset, names, file, err))
        return list_said_open(file, ret_list, err);
    close(file);
    return false;
}
