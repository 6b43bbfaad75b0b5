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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/office/list_wire.h"
#include "server/text/text.h"

#define ANSWER_BYTES_MAX                                                                           \
    ((size_t)4 * LIST_FILE_BYTES_MAX) /* frames of many short cells outgrow the file */
#define READ_SECONDS_MAX 60           /* 64 MB take about 2 s; a child that needs more is stuck */

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
    *ret_out = ends[0];
    return true;
}

static int64_t now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec;
}

/* All the child says, until it closes its end; NULL when it says too much or takes too long. */
static char *hear(int out, size_t *ret_n)
{
    size_t size = 1u << 16, n = 0;
    char *bytes = malloc(size);
    int64_t until = now_s() + READ_SECONDS_MAX;
    while (bytes) {
        struct pollfd wait = {.fd = out, .events = POLLIN};
        bool late = now_s() > until || n > ANSWER_BYTES_MAX;
        int ready = late ? 0 : poll(&wait, 1, 1000);
        ssize_t got = ready > 0 ? read(out, bytes + n, size - n) : -1;
        if (got == 0) {
            *ret_n = n;
            return bytes;
        }
        if (late || (got < 0 && ready > 0 && errno != EINTR))
            break;
        n += got > 0 ? (size_t)got : 0;
        if (n < size)
            continue;
        char *more = realloc(bytes, size *= 2);
        if (!more)
            break;
        bytes = more;
    }
    free(bytes);
    return NULL;
}

/* ------------------------------------------------------------------ what it said */

struct cursor {
    char *at, *end;
};

static bool take(struct cursor *cursor, void *out, size_t n)
{
    if ((size_t)(cursor->end - cursor->at) < n)
        return false;
    memcpy(out, cursor->at, n);
    cursor->at += n;
    return true;
}

static bool take_cell(struct cursor *cursor, size_t max, const char **ret_cell)
{
    uint32_t n = 0;
    if (!take(cursor, &n, sizeof n) || n > max || (size_t)(cursor->end - cursor->at) < n + 1u)
        return false;
    char *text = cursor->at;
    cursor->at += n + 1u;
    if (text[n] != '\0' || strlen(text) != n || !text_is_utf8(text, n))
        return false;
    *ret_cell = text;
    return true;
}

static bool take_row(struct cursor *cursor, struct list *list, size_t *size)
{
    struct list_row row = {.number = 0};
    uint8_t fault = 0, column = 0, hidden = 0;
    if (!take(cursor, &row.number, sizeof row.number) || !take(cursor, &fault, 1) ||
        !take(cursor, &column, 1) || !take(cursor, &hidden, 1) || fault >= LIST_FAULTS ||
        column >= LIST_COLUMNS || hidden > 1)
        return false;
    row.hidden = hidden != 0;
    row.fault = (enum list_fault)fault;
    row.column = (enum list_column)column;
    for (int i = 0; i < LIST_COLUMNS; i++)
        if (!take_cell(cursor, list_column_info((enum list_column)i)->bytes_max, &row.cell[i]))
            return false;
    if (list->n == *size) {
        size_t wanted = *size ? *size * 2 : 256;
        struct list_row *rows = realloc(list->rows, wanted * sizeof *rows);
        if (!rows)
            return false;
        list->rows = rows;
        *size = wanted;
    }
    list->rows[list->n++] = row;
    return true;
}

static bool take_form(struct cursor *cursor, struct list *list)
{
    uint8_t charset = 0, separator = 0, from_1904 = 0;
    if (!take(cursor, &charset, 1) || !take(cursor, &separator, 1) ||
        !take(cursor, &from_1904, 1) || !take_cell(cursor, LIST_SHEET_BYTES_MAX, &list->sheet) ||
        !take(cursor, list->position, sizeof list->position) || charset >= CHARSETS ||
        from_1904 > 1 || separator > 0x7E ||
        (separator != 0 && separator != '\t' && separator <= ' '))
        return false;
    list->charset = (enum charset)charset;
    list->separator = (char)separator;
    list->from_1904 = from_1904 != 0;
    return true;
}

static bool take_refusal(struct cursor *cursor, struct error *err)
{
    const char *sentence = "";
    if (take_cell(cursor, sizeof err->text - 1, &sentence) && *sentence)
        return error_set(err, ERROR_BAD_INPUT, "%s", sentence);
    return error_set(err, ERROR_BROKEN, "the list reader refused without a sentence");
}

/* BROKEN unless the answer is one header, rows, one end; BAD_INPUT with the child's own sentence
 * when it refused the file. */
static bool take_answer(struct cursor *cursor, struct list *list, struct error *err)
{
    char kind = 0;
    size_t size = 0;
    if (take(cursor, &kind, 1) && kind == LIST_SAYS_REFUSED)
        return take_refusal(cursor, err);
    if (kind != LIST_SAYS_HEADER || !take_form(cursor, list))
        return error_set(err, ERROR_BROKEN, "the list reader gave no header");
    while (take(cursor, &kind, 1) && kind == LIST_SAYS_ROW) {
        if (list->n == LIST_ROWS_MAX)
            return error_set(err, ERROR_BAD_INPUT,
                             "hơn 200.000 dòng. Chưa nhập; chia tệp rồi nhập lại. / more than "
                             "200,000 rows");
        if (!take_row(cursor, list, &size))
            return error_set(err, ERROR_BROKEN, "the list reader's row %zu cannot be read",
                             list->n + 1);
    }
    if (kind == LIST_SAYS_REFUSED)
        return take_refusal(cursor, err);
    if (kind != LIST_SAYS_END)
        return error_set(err, ERROR_BROKEN, "the list reader stopped after %zu rows", list->n);
    return true;
}

bool list_read(const char *program, int fd, enum charset charset, const struct list_names *names,
               struct list *ret_list, struct error *err)
{
    pid_t pid = 0;
    int out = -1, status = 0;
    if (!start(program, fd, charset, names, &pid, &out, err))
        return false;
    struct list list = {.n = 0};
    size_t n = 0;
    list.text = hear(out, &n);
    close(out);
    if (!list.text)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    struct cursor cursor = {list.text, list.text ? list.text + n : NULL};
    bool ok = list.text && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ok)
        error_set(err, ERROR_BROKEN, "the list reader ended with status %d", status);
    ok = ok && take_answer(&cursor, &list, err);
    if (ok)
        *ret_list = list;
    else
        list_done(&list);
    return ok;
}

void list_done(struct list *list)
{
    free(list->rows);
    free(list->text);
    *list = (struct list){.n = 0};
}
