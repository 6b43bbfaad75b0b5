/* list_said.c - what the reading child said, checked like a stranger's: once as a whole, before
 * anybody sees a row of it, then row by row through a window. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/office/list_wire.h"
#include "server/text/text.h"

/* The longest row: every cell of columns.def with its length and its zero, and what stands before
 * them. */
struct longest_row {
    char before[8];
#define COLUMN(KEY, NEED, bytes, vi, en, names) char KEY[(bytes) + 5];
#include "server/office/columns.def"
#undef COLUMN
    char name[LIST_WRITTEN_NAME_MAX + 16 + 5], address[LIST_WRITTEN_ADDRESS_MAX + 16 + 5];
};
#define ROW_BYTES_MAX ((ptrdiff_t)sizeof(struct longest_row))
#define WINDOW_BYTES 65536

struct list_said {
    int file;
    off_t rows_at;  /* of the first row */
    off_t read_to;  /* what of the file is in the window, or was */
    char *at, *end; /* of the window, what was not taken yet */
    char window[WINDOW_BYTES];
};

/* ------------------------------------------------------------------ the window */

static bool fill(struct list_said *said, struct error *err)
{
    size_t left = (size_t)(said->end - said->at);
    memmove(said->window, said->at, left);
    said->at = said->window;
    said->end = said->window + left;
    while (said->end < said->window + WINDOW_BYTES) {
        ssize_t got = pread(said->file, said->end,
                            (size_t)(said->window + WINDOW_BYTES - said->end), said->read_to);
        if (got < 0 && errno != EINTR)
            return error_set(err, ERROR_LATER, "cannot read the list again: %s", strerror(errno));
        if (got == 0)
            break;
        said->end += got > 0 ? got : 0;
        said->read_to += got > 0 ? got : 0;
    }
    return true;
}

/* A whole row, if there is one, is in the window after it. */
static bool have_row(struct list_said *said, struct error *err)
{
    return said->end - said->at >= ROW_BYTES_MAX || fill(said, err);
}

static bool seek(struct list_said *said, off_t to, struct error *err)
{
    said->at = said->end = said->window;
    said->read_to = to;
    return fill(said, err);
}

static bool take(struct list_said *said, void *out, size_t n)
{
    if ((size_t)(said->end - said->at) < n)
        return false;
    memcpy(out, said->at, n);
    said->at += n;
    return true;
}

static bool take_cell(struct list_said *said, size_t max, const char **ret_cell)
{
    uint32_t n = 0;
    if (!take(said, &n, sizeof n) || n > max || (size_t)(said->end - said->at) < n + 1u)
        return false;
    char *text = said->at;
    said->at += n + 1u;
    if (text[n] != '\0' || strlen(text) != n || !text_is_utf8(text, n))
        return false;
    *ret_cell = text;
    return true;
}

/* ------------------------------------------------------------------ rows and form */

static bool take_row(struct list_said *said, struct list_row *ret_row)
{
    struct list_row row = {.number = 0};
    uint8_t fault = 0, column = 0, hidden = 0;
    if (!take(said, &row.number, sizeof row.number) || !take(said, &fault, 1) ||
        !take(said, &column, 1) || !take(said, &hidden, 1) || fault >= LIST_FAULTS ||
        column >= LIST_COLUMNS || hidden > 1)
        return false;
    row.hidden = hidden != 0;
    row.fault = (enum list_fault)fault;
    row.column = (enum list_column)column;
    for (int i = 0; i < LIST_COLUMNS; i++)
        if (!take_cell(said, list_column_info((enum list_column)i)->bytes_max, &row.cell[i]))
            return false;
    if (!take_cell(said, LIST_WRITTEN_NAME_MAX + 16, &row.written_name) ||
        !take_cell(said, LIST_WRITTEN_ADDRESS_MAX + 16, &row.written_address))
        return false;
    *ret_row = row;
    return true;
}

static bool take_form(struct list_said *said, struct list *list)
{
    uint8_t charset = 0, separator = 0, from_1904 = 0;
    const char *sheet = "";
    if (!take(said, &charset, 1) || !take(said, &separator, 1) || !take(said, &from_1904, 1) ||
        !take_cell(said, LIST_SHEET_BYTES_MAX, &sheet) ||
        !take(said, list->position, sizeof list->position) || charset >= CHARSETS ||
        from_1904 > 1 || separator > 0x7E ||
        (separator != 0 && separator != '\t' && separator <= ' '))
        return false;
    list->charset = (enum charset)charset;
    list->separator = (char)separator;
    list->from_1904 = from_1904 != 0;
    text_copy(sheet, list->sheet, sizeof list->sheet);
    return true;
}

static bool take_refusal(struct list_said *said, struct error *err)
{
    const char *sentence = "";
    if (take_cell(said, sizeof err->text - 1, &sentence) && *sentence)
        return error_set(err, ERROR_BAD_INPUT, "%s", sentence);
    return error_set(err, ERROR_BROKEN, "the list reader refused without a sentence");
}

/* ------------------------------------------------------------------ the whole of it */

static bool check_rows(struct list *list, char *ret_kind, struct error *err)
{
    struct list_said *said = list->said;
    struct list_row row;
    for (;;) {
        if (!have_row(said, err))
            return false;
        if (!take(said, ret_kind, 1) || *ret_kind != LIST_SAYS_ROW)
            return true;
        if (list->n == LIST_ROWS_MAX)
            return error_set(err, ERROR_BAD_INPUT,
                             "hơn 200.000 dòng. Chưa nhập; chia tệp rồi nhập lại. / more than "
                             "200,000 rows");
        if (!take_row(said, &row))
            return error_set(err, ERROR_BROKEN, "the list reader's row %zu cannot be read",
                             list->n + 1);
        list->n++;
    }
}

/* BROKEN unless the answer is one header, rows, one end; BAD_INPUT with the child's own sentence
 * when it refused the file. */
static bool check(struct list *list, struct error *err)
{
    struct list_said *said = list->said;
    char kind = 0;
    if (!seek(said, 0, err))
        return false;
    if (take(said, &kind, 1) && kind == LIST_SAYS_REFUSED)
        return take_refusal(said, err);
    if (kind != LIST_SAYS_HEADER || !take_form(said, list))
        return error_set(err, ERROR_BROKEN, "the list reader gave no header");
    said->rows_at = said->read_to - (said->end - said->at);
    if (!check_rows(list, &kind, err))
        return false;
    if (kind == LIST_SAYS_REFUSED)
        return take_refusal(said, err);
    if (kind != LIST_SAYS_END)
        return error_set(err, ERROR_BROKEN, "the list reader stopped after %zu rows", list->n);
    return true;
}

bool list_said_open(int file, struct list *ret_list, struct error *err)
{
    struct list list = {.said = calloc(1, sizeof *list.said)};
    if (list.said == NULL) {
        close(file);
        return error_set(err, ERROR_LATER, "out of memory");
    }
    list.said->file = file;
    if (check(&list, err) && list_again(&list, err)) {
        *ret_list = list;
        return true;
    }
    list_done(&list);
    return false;
}

bool list_again(struct list *list, struct error *err)
{
    return seek(list->said, list->said->rows_at, err);
}

bool list_take(struct list *list, struct list_row *ret_row, struct error *err)
{
    struct list_said *said = list->said;
    char kind = 0;
    return have_row(said, err) &&
           ((take(said, &kind, 1) && kind == LIST_SAYS_ROW && take_row(said, ret_row)) ||
            error_set(err, ERROR_BROKEN, "the list changed while it was read"));
}

void list_done(struct list *list)
{
    if (list->said != NULL)
        close(list->said->file);
    free(list->said);
    *list = (struct list){.n = 0};
}
