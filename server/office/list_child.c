/* The reading child: bytes of a stranger in, frames of list_wire.h out. Libcsv, libzip, expat,
 * iconv and the text room are all it needs; it opens nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <csv.h>

#include "server/office/list_reader.h"
#include "server/office/xlsx.h"

#define FEED_BYTES 4096 /* so that the search for the header can stop early */

/* What the list is said to be, before its rows. */
struct form {
    enum charset charset; /* CHARSET_UNKNOWN of a workbook, which has none */
    char separator;       /* 0 of a workbook */
    bool from_1904;
    const char *sheet; /* "" of a CSV file */
};

/* ------------------------------------------------------------------ CSV */

/* libcsv's view of a reader. */
struct csv {
    struct reader *reader;
    uint32_t rows;
    int last_end; /* what ended the row before: '\r' makes a following '\n' part of it */
};

static void on_cell(void *bytes, size_t n, void *ctx)
{
    struct csv *csv = ctx;
    csv->reader->number = csv->rows;
    reader_cell(csv->reader, bytes, n, false);
}

static void on_row(int end, void *ctx)
{
    struct csv *csv = ctx;
    bool second_half = csv->reader->cells == 0 && end == '\n' && csv->last_end == '\r';
    csv->last_end = second_half ? 0 : end;
    if (second_half)
        return;
    csv->reader->number = ++csv->rows;
    reader_row(csv->reader, end);
}

/* Walks the bytes with one separator; stops early once a header is found (or cannot come any more)
 * when nothing is to be written. False without memory. */
static bool walk(struct reader *reader, char separator, const char *bytes, size_t n)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_REPALL_NL) != 0)
        return false;
    csv_set_delim(&parser, (unsigned char)separator);
    struct csv csv = {.reader = reader};
    bool ok = true;
    for (size_t at = 0; at < n && ok; at += FEED_BYTES) {
        if (!reader->out && (reader->has_header || reader->number >= LIST_HEADER_ROWS))
            break;
        size_t piece = n - at < FEED_BYTES ? n - at : FEED_BYTES;
        ok = csv_parse(&parser, bytes + at, piece, on_cell, on_row, &csv) == piece;
    }
    /* What ends only here has no line end: inside quotes it was cut (I14). The parser keeps
     * `quoted` from the opening quote on; a closed one is followed by its counted blanks only. */
    reader->cut = ok && parser.quoted && parser.pstate == 2;
    ok = ok && csv_fini(&parser, on_cell, on_row, &csv) == 0;
    csv_free(&parser);
    return ok && !reader->no_memory;
}

/* ------------------------------------------------------------------ what is said of the whole */

static int refuse(FILE *out, const char *sentence)
{
    (void)fputc(LIST_SAYS_REFUSED, out);
    reader_say_cell(out, sentence);
    return fflush(out) == 0 ? 0 : 1;
}

/* Of two passes that found no header. */
static bool tells_more(const struct reader *look, const struct reader *than)
{
    bool likely = *look->likely != '\0', than_likely = *than->likely != '\0';
    if (likely != than_likely)
        return likely;
    return look->code_row != 0 && than->code_row == 0;
}

static int refuse_without_header(FILE *out, const struct reader *seen)
{
    char text[256];
    if (seen->bad_row)
        (void)snprintf(
            text, sizeof text,
            "dòng %u, cột %u: không phải UTF-8. Chưa nhập; lưu tệp thành «CSV UTF-8» rồi nhập "
            "lại. / row %u, column %u: not UTF-8",
            seen->bad_row, seen->bad_cell, seen->bad_row, seen->bad_cell);
    else if (*seen->likely && (seen->code_row == 0 || seen->likely_row < seen->code_row))
        (void)snprintf(text, sizeof text,
                       LIST_NO_HEADER
                       " quen. Dòng %u: %s%s%s. Đặt tên cột rồi xem lại. / no header row known",
                       seen->likely_row, seen->likely, *seen->lacks ? "; thiếu " : "", seen->lacks);
    else if (seen->code_row != 0 && !seen->names_above)
        (void)snprintf(text, sizeof text,
                       "dòng %u, cột %u: đã là hồ sơ, trên đó không có tên cột. Chưa nhập; thêm "
                       "dòng «%s», «%s», «%s». / row %u, column %u: a dossier, no header above it",
                       seen->code_row, seen->code_cell, list_column_info(LIST_DOSSIER)->vi,
                       list_column_info(LIST_NAME)->vi, list_column_info(LIST_ADDRESS)->vi,
                       seen->code_row, seen->code_cell);
    else
        (void)snprintf(text, sizeof text,
                       "%d dòng đầu " LIST_NO_HEADER
                       " với «%s», «%s», «%s». Chưa nhập. / no header "
                       "row found",
                       LIST_HEADER_ROWS, list_column_info(LIST_DOSSIER)->vi,
                       list_column_info(LIST_NAME)->vi, list_column_info(LIST_ADDRESS)->vi);
    return refuse(out, text);
}

static void say_form(FILE *out, const struct form *form, const uint32_t position[LIST_COLUMNS])
{
    (void)fputc(LIST_SAYS_HEADER, out);
    (void)fputc((int)form->charset, out);
    (void)fputc(form->separator, out);
    (void)fputc(form->from_1904 ? 1 : 0, out);
    reader_say_cell(out, form->sheet);
    for (int i = 0; i < LIST_COLUMNS; i++)
        reader_say_u32(out, position[i]);
}

static int say_end(FILE *out, bool ok)
{
    (void)fputc(LIST_SAYS_END, out);
    return ok && fflush(out) == 0 ? 0 : 1;
}

/* ------------------------------------------------------------------ a CSV file */

static int write_csv(FILE *out, const struct form *form, const struct reader *look,
                     const char *bytes, size_t n)
{
    struct reader reader = {
        .names = look->names, .out = out, .charsets = look->charsets, .charset = look->charset};
    say_form(out, form, look->position);
    bool ok = walk(&reader, form->separator, bytes, n);
    reader_done(&reader);
    return say_end(out, ok);
}

/* What a first line "sep=X" says, as spreadsheets write and read it, in quotes or not; else ','. */
static char said_separator(const char *bytes, size_t n)
{
    size_t at = n > 0 && bytes[0] == '"';
    const char usual = ',';
    if (n <= at + 5 || memcmp(bytes + at, "sep=", 4) != 0)
        return usual;
    char said = bytes[at + 4], end = bytes[at + 5];
    bool there = end == '\r' || end == '\n' || end == '"';
    bool usable = said == '\t' || (said > ' ' && said != '"' && said != 0x7F);
    if (there && usable)
        return said;
    return usual;
}

static int read_as_csv(FILE *out, const struct list_names *names, struct charsets *charsets,
                       enum charset charset, const char *bytes, size_t n)
{
    const char separators[] = {said_separator(bytes, n), ',', ';', '\t'};
    struct reader seen = {.out = NULL};
    for (size_t i = 0; i < sizeof separators; i++) {
        struct reader look = {.names = names, .charsets = charsets, .charset = charset};
        struct form form = {.charset = charset, .separator = separators[i], .sheet = ""};
        bool ok = walk(&look, separators[i], bytes, n);
        reader_done(&look);
        if (!ok)
            return 1;
        if (look.has_header)
            return write_csv(out, &form, &look, bytes, n);
        if (i == 0 || tells_more(&look, &seen))
            seen = look;
    }
    return refuse_without_header(out, &seen);
}

/* As somebody said, or as it is found to be; what cannot be told is read as
 * UTF-8, so that each cell that is not is refused by its place. An old encoding has the signs that
 * make a list where ASCII has them: its cells are read one by one. */
static int read_text(FILE *out, const struct list_names *names, struct charsets *charsets,
                     enum charset charset, const char *bytes, size_t n)
{
    size_t text_n = 0;
    if (charset == CHARSET_UNKNOWN)
        charset = charset_of(charsets, bytes, n);
    if (charset == CHARSET_UNKNOWN)
        charset = CHARSET_UTF8;
    if (charset != CHARSET_UTF16LE && charset != CHARSET_UTF16BE) {
        size_t mark = charset_mark(charset, bytes, n);
        return read_as_csv(out, names, charsets, charset, bytes + mark, n - mark);
    }
    char *text = charset_read(charsets, charset, bytes, n, &text_n);
    int status = text == NULL ? 1 : read_as_csv(out, names, charsets, charset, text, text_n);
    free(text);
    return status;
}

/* ------------------------------------------------------------------ a workbook */

static bool on_sheet_row(void *ctx, uint32_t number, bool hidden, const struct xlsx_cell *cells,
                         size_t n)
{
    struct reader *reader = ctx;
    reader->number = number;
    reader->hidden = hidden;
    for (size_t i = 0; i < n; i++)
        reader_cell(reader, cells[i].text, cells[i].n, cells[i].is_error);
    reader_row(reader, -2);
    bool searching = reader->out == NULL;
    return !reader->no_memory && !(searching && (reader->has_header || number >= LIST_HEADER_ROWS));
}

static bool walk_sheet(struct xlsx *xlsx, size_t sheet, struct reader *reader, struct error *err)
{
    bool good = xlsx_walk(xlsx, sheet, (struct xlsx_sink){on_sheet_row, reader}, err);
    reader_done(reader);
    if (good && reader->no_memory)
        return error_set(err, ERROR_LATER, "out of memory");
    return good;
}

static int write_sheet(FILE *out, const struct list_names *names, struct xlsx *xlsx, size_t sheet,
                       const struct reader *look)
{
    struct error err;
    struct reader reader = {.names = names, .out = out};
    struct form form = {.from_1904 = xlsx_counts_from_1904(xlsx),
                        .sheet = xlsx_sheet_name(xlsx, sheet)};
    say_form(out, &form, look->position);
    if (walk_sheet(xlsx, sheet, &reader, &err))
        return say_end(out, true);
    (void)fputc(LIST_SAYS_REFUSED, out); /* what is wrong was found behind the first rows */
    reader_say_cell(out, err.text);
    return fflush(out) == 0 ? 0 : 1;
}

/* The first sheet with a header that is not hidden. */
static int read_sheets(FILE *out, const struct list_names *names, struct xlsx *xlsx)
{
    struct error err;
    struct reader seen = {.out = NULL};
    for (size_t i = 0; i < xlsx_sheets(xlsx); i++) {
        struct reader look = {.names = names, .out = NULL};
        if (xlsx_sheet_is_hidden(xlsx, i))
            continue;
        if (!walk_sheet(xlsx, i, &look, &err))
            return err.code == ERROR_LATER ? 1 : refuse(out, err.text);
        if (look.has_header)
            return write_sheet(out, names, xlsx, i, &look);
        if (i == 0 || tells_more(&look, &seen))
            seen = look;
    }
    return refuse_without_header(out, &seen);
}

static int read_workbook(FILE *out, const struct list_names *names, const char *bytes, size_t n)
{
    struct xlsx *xlsx = NULL;
    struct error err;
    if (!xlsx_open(bytes, n, &xlsx, &err))
        return err.code == ERROR_LATER ? 1 : refuse(out, err.text);
    int status = read_sheets(out, names, xlsx);
    xlsx_close(xlsx);
    return status;
}

/* ------------------------------------------------------------------ the child's life */

static char *read_all(int in, size_t *ret_n)
{
    off_t here = lseek(in, 0, SEEK_CUR), end = lseek(in, 0, SEEK_END); /* a pipe has neither */
    bool known = here >= 0 && lseek(in, here, SEEK_SET) == here && end > here &&
                 end - here <= (off_t)LIST_FILE_BYTES_MAX;
    size_t size = known ? (size_t)(end - here) + 1 : 1u << 16, n = 0;
    char *bytes = malloc(size);
    while (bytes) {
        ssize_t got = read(in, bytes + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || n > LIST_FILE_BYTES_MAX)
            break;
        n += (size_t)got;
        if (n < size)
            continue;
        char *more = realloc(bytes, size *= 2);
        if (!more)
            free(bytes);
        bytes = more;
    }
    *ret_n = n;
    return bytes;
}

/* An .xls of before 2007 is an OLE file. */
static bool is_old_workbook(const char *bytes, size_t n)
{
    return n >= 8 && memcmp(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0;
}

int list_child_main(int in, int out, struct charsets *charsets, enum charset charset,
                    const struct list_names *names)
{
    size_t n = 0;
    char *bytes = read_all(in, &n);
    FILE *answer = fdopen(out, "w");
    if (!bytes || !answer)
        return 1;
    int status = 0;
    if (n > LIST_FILE_BYTES_MAX)
        status = refuse(answer, "tệp lớn hơn 64 MB. Chưa nhập; chia nhỏ rồi nhập. / over 64 MB");
    else if (n == 0)
        status = refuse(answer, "tệp trống. Chưa nhập; xuất lại danh sách. / the file is empty");
    else if (is_old_workbook(bytes, n))
        status = refuse(answer, "tệp XLS cũ. Chưa nhập; lưu thành XLSX hay «CSV UTF-8» rồi nhập "
                                "lại. / an old .xls: save it as XLSX");
    else if (xlsx_is(bytes, n))
        status = read_workbook(answer, names, bytes, n);
    else
        status = read_text(answer, names, charsets, charset, bytes, n);
    free(bytes);
    charsets_close(charsets);
    return status;
}
