#include "server/office/export_form.h"
#include "protocol/whole.h"
#include "server/office/report.h"
#include "server/text/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xlsxwriter.h>

#define PIECE_BYTES 65536
#define WIDTHS_MAX 60 /* of a column, in letters */
#define CELL_MAX 2048 /* more than a cell of a list is long */

struct export_file {
    enum export_form form;
    int fd;
    char bytes[PIECE_BYTES]; /* of CSV, not written yet */
    size_t n;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *text, *bold;
    lxw_row_t rows;
    char path[512]; /* where it is put together; "" when there is nothing to remove */
};

static bool no_memory(struct error *err)
{
    return error_set(err, ERROR_LATER, "out of memory");
}

static bool cannot_write(struct error *err)
{
    return error_set(err, ERROR_LATER, "không ghi được tệp: %s. / cannot be written",
                     strerror(errno));
}

/* ------------------------------------------------------------------ CSV */

static bool flush(struct export_file *file)
{
    size_t n = file->n;
    file->n = 0;
    return whole_write(file->fd, file->bytes, n);
}

static bool add(struct export_file *file, const char *bytes, size_t n)
{
    while (n > 0) {
        size_t fits = sizeof file->bytes - file->n < n ? sizeof file->bytes - file->n : n;
        memcpy(file->bytes + file->n, bytes, fits);
        file->n += fits;
        bytes += fits;
        n -= fits;
        if (file->n == sizeof file->bytes && !flush(file))
            return false;
    }
    return true;
}

static bool add_cell(struct export_file *file, const char *text)
{
    bool runs = text_is_formula(text);
    if (!add(file, runs ? "\"'" : "\"", runs ? 2 : 1))
        return false;
    for (; *text != '\0'; text++)
        if (!add(file, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1))
            return false;
    return add(file, "\"", 1);
}

static bool csv_row(struct export_file *file, const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((i > 0 && !add(file, ",", 1)) || !add_cell(file, cells[i]))
            return false;
    return add(file, "\r\n", 2);
}

/* ------------------------------------------------------------------ XLSX */

/* libxlsxwriter writes to a file by its name; `by_rows`: each row goes to the disk before the next.
 */
static bool begin_book(struct export_file *file, const char *folder, bool by_rows,
                       const char *sheet)
{
    lxw_workbook_options options = {.constant_memory = by_rows, .tmpdir = (char *)folder};
    int n = snprintf(file->path, sizeof file->path, "%s/export-XXXXXX", folder);
    int fd = n < (int)sizeof file->path ? mkstemp(file->path) : -1;
    if (fd < 0) {
        file->path[0] = '\0';
        return false;
    }
    close(fd);
    file->book = workbook_new_opt(file->path, &options);
    file->sheet = file->book == NULL ? NULL : workbook_add_worksheet(file->book, sheet);
    file->text = file->book == NULL ? NULL : workbook_add_format(file->book);
    file->bold = file->book == NULL ? NULL : workbook_add_format(file->book);
    if (file->sheet == NULL || file->text == NULL || file->bold == NULL)
        return false;
    format_set_num_format(file->text, "@");
    format_set_bold(file->bold);
    worksheet_freeze_panes(file->sheet, 1, 0);
    return true;
}

/* Our own import takes a ' off before what a spreadsheet would run, for a list that came as CSV is
 * often saved as a workbook: a text that has one of its own gets another. */
static const char *with_sign(const char *text, char room[CELL_MAX])
{
    bool own = text[0] == '\'' && text_is_formula(text + 1);
    return own && snprintf(room, CELL_MAX, "'%s", text) < CELL_MAX ? room : text;
}

static bool book_row(struct export_file *file, const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const lxw_col_t at = (lxw_col_t)i;
        char room[CELL_MAX];
        lxw_error why =
            worksheet_write_string(file->sheet, file->rows, at, with_sign(cells[i], room),
                                   file->rows == 0 ? file->bold : file->text);
        if (why != LXW_NO_ERROR)
            return false;
        size_t width = strlen(cells[i]);
        if (file->rows == 0)
            worksheet_set_column(file->sheet, at, at,
                                 width > WIDTHS_MAX ? WIDTHS_MAX : (double)width, NULL);
    }
    file->rows++;
    return true;
}

/* The finished file, piece by piece. */
static bool copy_book(struct export_file *file)
{
    int from = open(file->path, O_RDONLY | O_CLOEXEC);
    bool good = from >= 0;
    for (ssize_t n = 1; good && n != 0;) {
        n = read(from, file->bytes, sizeof file->bytes);
        good = n >= 0 ? whole_write(file->fd, file->bytes, (size_t)n) : errno == EINTR;
    }
    if (from >= 0)
        close(from);
    return good;
}

/* ------------------------------------------------------------------ either */

static bool file_new(const struct export_asked *asked, int fd, bool by_rows, const char *sheet,
                     struct export_file **ret_file, struct error *err)
{
    struct export_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return no_memory(err);
    file->form = asked->form;
    file->fd = fd;
    bool good = file->form == EXPORT_CSV ? add(file, "\xEF\xBB\xBF", 3)
                                         : begin_book(file, asked->folder, by_rows, sheet);
    if (!good) {
        export_file_free(file);
        return error_set(err, ERROR_LATER, "no memory, or no room in the data folder");
    }
    *ret_file = file;
    return true;
}

bool export_file_new(const struct export_asked *asked, int fd, struct export_file **ret_file,
                     struct error *err)
{
    return file_new(asked, fd, true, "Kết quả", ret_file, err);
}

void export_file_free(struct export_file *file)
{
    if (file == NULL)
        return;
    if (file->book != NULL)
        (void)workbook_close(file->book); /* the one way to free it */
    if (*file->path != '\0')
        (void)unlink(file->path);
    free(file);
}

bool export_file_row(struct export_file *file, const char *const *cells, size_t n,
                     struct error *err)
{
    if (file->form == EXPORT_CSV)
        return csv_row(file, cells, n) || cannot_write(err);
    if (file->rows > EXPORT_SHEET_ROWS_MAX)
        return error_set(err, ERROR_BAD_INPUT,
                         "quá %u dòng một trang tính chứa được; chọn form=csv, hoặc ít ngày hơn. / "
                         "more rows than a sheet has",
                         EXPORT_SHEET_ROWS_MAX);
    return book_row(file, cells, n) || error_set(err, ERROR_LATER, "a row more does not fit");
}

bool export_file_end(struct export_file *file, struct error *err)
{
    if (file->form == EXPORT_CSV)
        return flush(file) || cannot_write(err);
    lxw_error why = workbook_close(file->book);
    file->book = NULL;
    if (why != LXW_NO_ERROR)
        return error_set(err, ERROR_LATER, "workbook: %s", lxw_strerror(why));
    return copy_book(file) || cannot_write(err);
}

/* ------------------------------------------------------------------ a report */

/* A number of few stays a number: the mark is in how it is shown. */
static bool put_cell(lxw_worksheet *sheet, lxw_row_t at, lxw_col_t k,
                     const struct report_cell *cell, lxw_format *few)
{
    return (cell->is_number
                ? worksheet_write_number(sheet, at, k, cell->number, cell->few ? few : NULL)
                : worksheet_write_string(sheet, at, k, cell->text, NULL)) == LXW_NO_ERROR;
}

/* The title, cut behind a whole word where it is longer than a name may be, without the signs that
 * none may have [ECMA-376; Excel: 31 letters, none of []:*?/\]. */
#define SHEET_NAME_LETTERS 31
static void sheet_name(const char *title, char out[SHEET_NAME_LETTERS * 4 + 1])
{
    size_t n = 0, letters = 0, word = 0;
    for (; *title != '\0'; title++) {
        bool starts = ((unsigned char)*title & 0xC0) != 0x80;
        if (strchr("[]:*?/\\", *title) != NULL)
            continue;
        if (starts && letters == SHEET_NAME_LETTERS) {
            n = *title != ' ' && word > 0 ? word : n;
            break;
        }
        letters += starts;
        word = *title == ' ' ? n : word;
        out[n++] = *title;
    }
    while (n > 0 && (out[n - 1] == ',' || out[n - 1] == ' '))
        n--;
    out[n] = '\0';
}

static bool has_few(const struct report_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        for (size_t k = 0; k < table->columns; k++)
            if (table->rows[i][k].few)
                return true;
    return false;
}

/* Title, how it is counted, what a mark says, the header, the rows. */
static bool put_sheet(struct export_file *file, const struct report_table *table, size_t number,
                      lxw_format *few)
{
    char name[SHEET_NAME_LETTERS * 4 + 1];
    sheet_name(table->vi, name);
    lxw_worksheet *sheet = number == 0 ? file->sheet : workbook_add_worksheet(file->book, name);
    bool good =
        sheet != NULL &&
        worksheet_write_string(sheet, 0, 0, table->vi, file->bold) == LXW_NO_ERROR &&
        worksheet_write_string(sheet, 1, 0, table->how, NULL) == LXW_NO_ERROR &&
        (!has_few(table) || worksheet_write_string(sheet, 2, 0, REPORT_FEW, NULL) == LXW_NO_ERROR);
    for (size_t k = 0; good && k < table->columns; k++)
        good = worksheet_write_string(sheet, 3, (lxw_col_t)k, table->header[k], file->bold) ==
               LXW_NO_ERROR;
    for (size_t i = 0; good && i < table->n; i++)
        for (size_t k = 0; good && k < table->columns; k++)
            good = put_cell(sheet, (lxw_row_t)(4 + i), (lxw_col_t)k, &table->rows[i][k], few);
    if (good) {
        worksheet_set_column(sheet, 0, 0, 44, NULL);
        worksheet_set_column(sheet, 1, REPORT_COLUMNS, 16, NULL);
        worksheet_freeze_panes(sheet, 4, 1);
    }
    return good;
}

bool report_write_xlsx(const struct report *report, const char *folder, int fd, struct error *err)
{
    struct export_asked asked = {.form = EXPORT_XLSX, .folder = folder};
    struct export_file *file = NULL;
    char first[SHEET_NAME_LETTERS * 4 + 1] = "";
    if (report->n > 0)
        sheet_name(report->table[0].vi, first);
    bool good = file_new(&asked, fd, false, *first != '\0' ? first : "1", &file, err);
    lxw_format *few = good ? workbook_add_format(file->book) : NULL;
    if (good && few == NULL)
        good = no_memory(err);
    else if (good)
        format_set_num_format(few, "General\" *\"");
    for (size_t i = 0; good && i < report->n; i++)
        good = put_sheet(file, &report->table[i], i, few) ||
               error_set(err, ERROR_LATER, "a sheet more does not fit");
    good = good && export_file_end(file, err);
    export_file_free(file);
    return good;
}
