/* The reading child: bytes of a stranger in, frames of list_wire.h out. Libcsv and the text room
 * are all it needs; it opens nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <csv.h>

#include "server/office/fields.h"
#include "server/office/list_wire.h"
#include "server/text/text.h"

#define CELLS_MAX 256   /* cells of one row that are looked at; a list has 11 to 17 */
#define FEED_BYTES 4096 /* so that the search for the header can stop early */
#define FOLDED_MAX 128

struct cell {
    size_t at, n;
};

/* One pass over the file with one separator. */
struct reader {
    FILE *out; /* NULL while looking for the header */
    uint32_t number;
    int last_end; /* what ended the row before: '\r' makes a following '\n' part of it */
    bool cut;     /* csv_fini ends a row inside quotes */
    bool has_header;
    size_t header_cells;
    uint32_t position[LIST_COLUMNS];
    uint32_t bad_row, bad_cell; /* first cell that is not UTF-8, from 1; 0 none */
    struct cell cell[CELLS_MAX];
    size_t cells;
    char *text; /* of the running row */
    size_t text_n, text_size;
    bool no_memory;
};

static void on_cell(void *bytes, size_t n, void *ctx)
{
    struct reader *reader = ctx;
    if (reader->text_n + n > reader->text_size) {
        size_t size = (reader->text_n + n) * 2 + FEED_BYTES;
        char *text = realloc(reader->text, size);
        if (!text) {
            reader->no_memory = true;
            return;
        }
        reader->text = text;
        reader->text_size = size;
    }
    if (n > 0)
        memcpy(reader->text + reader->text_n, bytes, n);
    if (reader->cells < CELLS_MAX)
        reader->cell[reader->cells] = (struct cell){.at = reader->text_n, .n = n};
    reader->cells += reader->cells < CELLS_MAX;
    reader->text_n += n;
    if (!reader->bad_row && !text_is_utf8(bytes ? bytes : "", n)) {
        reader->bad_row = reader->number + 1;
        reader->bad_cell = (uint32_t)reader->cells;
    }
}

/* ------------------------------------------------------------------ the header */

static bool column_is_called(enum list_column column, const char *folded)
{
    char wanted[FOLDED_MAX + 2];
    (void)snprintf(wanted, sizeof wanted, "|%s|", folded);
    return *folded && strstr(list_column_info(column)->names, wanted);
}

static bool take_header(struct reader *reader)
{
    uint32_t position[LIST_COLUMNS] = {0};
    for (size_t i = 0; i < reader->cells; i++) {
        char name[FOLDED_MAX], folded[FOLDED_MAX];
        const struct cell *cell = &reader->cell[i];
        if (!text_clean(reader->text + cell->at, cell->n, name, sizeof name))
            continue;
        text_fold(name, folded, sizeof folded);
        for (int column = 0; column < LIST_COLUMNS; column++)
            if (position[column] == 0 && column_is_called((enum list_column)column, folded))
                position[column] = (uint32_t)i + 1;
    }
    for (int column = 0; column < LIST_COLUMNS; column++)
        if (list_column_info((enum list_column)column)->required && position[column] == 0)
            return false;
    memcpy(reader->position, position, sizeof position);
    reader->header_cells = reader->cells;
    while (reader->header_cells > 0 && reader->cell[reader->header_cells - 1].n == 0)
        reader->header_cells--; /* trailing empty columns (I01c) */
    return reader->has_header = true;
}

/* ------------------------------------------------------------------ rows */

static void say(FILE *out, const void *bytes, size_t n)
{
    (void)fwrite(bytes, 1, n, out); /* a broken pipe shows at the end, in fflush */
}

static void say_u32(FILE *out, uint32_t value)
{
    say(out, &value, sizeof value);
}

static void say_cell(FILE *out, const char *text)
{
    say_u32(out, (uint32_t)strlen(text));
    say(out, text, strlen(text) + 1);
}

struct named_row {
    enum list_fault fault;
    enum list_column column;
    char *cell[LIST_COLUMNS];
};

/* Cleans the cell of a named column into `out`, or notes the row's first fault. */
static void name_cell(const struct reader *reader, enum list_column column, struct named_row *row)
{
    size_t at = reader->position[column];
    size_t size = list_column_info(column)->bytes_max + 1;
    row->cell[column] = calloc(1, size);
    if (!row->cell[column] || at == 0 || at > reader->cells)
        return;
    const struct cell *cell = &reader->cell[at - 1];
    const char *bytes = reader->text + cell->at;
    if (text_clean(bytes, cell->n, row->cell[column], size) || row->fault != LIST_FAULT_NONE)
        return;
    row->fault = text_is_utf8(bytes, cell->n) ? LIST_FAULT_TOO_LONG : LIST_FAULT_NOT_UTF8;
    row->column = column;
}

static bool is_empty_row(const struct reader *reader)
{
    for (size_t i = 0; i < reader->cells; i++)
        if (reader->cell[i].n > 0)
            return false;
    return true;
}

/* "Tổng cộng", "Cộng": a sum may stand beside it. */
static bool says_total(const char *text)
{
    char folded[FOLDED_MAX];
    text_fold(text, folded, sizeof folded);
    return strncmp(folded, "tong", 4) == 0 || strncmp(folded, "cong", 4) == 0;
}

static bool stands_alone(const struct named_row *row, enum list_column column)
{
    for (int i = 0; i < LIST_COLUMNS; i++)
        if (i != (int)column && *row->cell[i])
            return false;
    return true;
}

/* Totals and signatures: neither name nor address, and no dossier code where one should be. A code
 * that is only mistyped, with anything beside it, is a dossier with an error. */
static bool is_no_dossier(const struct named_row *row)
{
    char code[FIELD_DOSSIER_MAX];
    struct complaint complaint;
    const char *dossier = row->cell[LIST_DOSSIER];
    if (row->fault != LIST_FAULT_NONE || *row->cell[LIST_NAME] || *row->cell[LIST_ADDRESS] ||
        field_dossier(dossier, code, &complaint))
        return false;
    return !*dossier || says_total(dossier) || stands_alone(row, LIST_DOSSIER);
}

static void say_row(struct reader *reader, const struct named_row *row)
{
    uint8_t fault = (uint8_t)row->fault, column = (uint8_t)row->column;
    (void)fputc(LIST_SAYS_ROW, reader->out);
    say_u32(reader->out, reader->number);
    say(reader->out, &fault, 1);
    say(reader->out, &column, 1);
    for (int i = 0; i < LIST_COLUMNS; i++)
        say_cell(reader->out, row->cell[i]);
}

static void take_row(struct reader *reader, int end)
{
    struct named_row row = {.fault = LIST_FAULT_NONE};
    bool whole = true;
    for (int i = 0; i < LIST_COLUMNS; i++) {
        name_cell(reader, (enum list_column)i, &row);
        whole = whole && row.cell[i];
    }
    bool ended_early = end == -1 && reader->cells < reader->header_cells;
    if (!whole)
        reader->no_memory = true;
    else {
        if (!reader->cut && is_no_dossier(&row))
            row.fault = LIST_FAULT_NO_DOSSIER;
        else if (reader->cut || ended_early)
            row.fault = LIST_FAULT_CUT;
        say_row(reader, &row);
    }
    for (int i = 0; i < LIST_COLUMNS; i++)
        free(row.cell[i]);
}

static void on_row(int end, void *ctx)
{
    struct reader *reader = ctx;
    bool second_half = reader->cells == 0 && end == '\n' && reader->last_end == '\r';
    reader->last_end = second_half ? 0 : end;
    if (second_half)
        return;
    reader->number++;
    if (!reader->has_header)
        take_header(reader);
    else if (reader->out && !is_empty_row(reader))
        take_row(reader, end);
    reader->cells = 0;
    reader->text_n = 0;
}

/* ------------------------------------------------------------------ passes */

/* Walks the bytes with one separator; stops early once a header is found (or cannot come any more)
 * when nothing is to be written. False without memory. */
static bool walk(struct reader *reader, char separator, const char *bytes, size_t n)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_REPALL_NL) != 0)
        return false;
    csv_set_delim(&parser, (unsigned char)separator);
    bool ok = true;
    for (size_t at = 0; at < n && ok; at += FEED_BYTES) {
        if (!reader->out && (reader->has_header || reader->number >= LIST_HEADER_ROWS))
            break;
        size_t piece = n - at < FEED_BYTES ? n - at : FEED_BYTES;
        ok = csv_parse(&parser, bytes + at, piece, on_cell, on_row, reader) == piece;
    }
    /* What ends only here has no line end: inside quotes it was cut (I14). The parser keeps
     * `quoted` from the opening quote on; a closed one is followed by its counted blanks only. */
    reader->cut = ok && parser.quoted && parser.pstate == 2;
    ok = ok && csv_fini(&parser, on_cell, on_row, reader) == 0;
    csv_free(&parser);
    return ok && !reader->no_memory;
}

static int refuse(FILE *out, const char *sentence)
{
    (void)fputc(LIST_SAYS_REFUSED, out);
    say_cell(out, sentence);
    return fflush(out) == 0 ? 0 : 1;
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
    else
        (void)snprintf(
            text, sizeof text,
            "%d dòng đầu không có dòng tiêu đề với «%s», «%s», «%s». Chưa nhập. / no header "
            "row found",
            LIST_HEADER_ROWS, list_column_info(LIST_DOSSIER)->vi, list_column_info(LIST_NAME)->vi,
            list_column_info(LIST_ADDRESS)->vi);
    return refuse(out, text);
}

static int write_list(FILE *out, char separator, const char *bytes, size_t n)
{
    struct reader look = {.out = NULL};
    if (!walk(&look, separator, bytes, n))
        return 1;
    (void)fputc(LIST_SAYS_HEADER, out);
    for (int i = 0; i < LIST_COLUMNS; i++)
        say_u32(out, look.position[i]);
    free(look.text);
    struct reader reader = {.out = out};
    bool ok = walk(&reader, separator, bytes, n);
    free(reader.text);
    (void)fputc(LIST_SAYS_END, out);
    return ok && fflush(out) == 0 ? 0 : 1;
}

static int read_as_csv(FILE *out, const char *bytes, size_t n)
{
    static const char separators[] = {',', ';', '\t'};
    struct reader seen = {.out = NULL};
    for (size_t i = 0; i < sizeof separators; i++) {
        struct reader look = {.out = NULL};
        bool ok = walk(&look, separators[i], bytes, n);
        free(look.text);
        if (!ok)
            return 1;
        if (look.has_header)
            return write_list(out, separators[i], bytes, n);
        seen = i == 0 ? look : seen;
    }
    return refuse_without_header(out, &seen);
}

static char *read_all(int in, size_t *ret_n)
{
    size_t size = 1u << 16, n = 0;
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

int list_child_main(int in, int out)
{
    size_t n = 0;
    char *bytes = read_all(in, &n);
    FILE *answer = fdopen(out, "w");
    if (!bytes || !answer)
        return 1;
    size_t bom = n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    bool utf16 = n >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0);
    int status = 0;
    if (n > LIST_FILE_BYTES_MAX)
        status = refuse(answer, "tệp lớn hơn 64 MB. Chưa nhập; chia nhỏ rồi nhập. / over 64 MB");
    else if (n == 0)
        status = refuse(answer, "tệp trống. Chưa nhập; xuất lại danh sách. / the file is empty");
    else if (utf16)
        status = refuse(answer, "dòng 1, cột 1: tệp UTF-16. Chưa nhập; lưu thành «CSV UTF-8» rồi "
                                "nhập lại. / row 1, column 1: UTF-16, not UTF-8");
    else
        status = read_as_csv(answer, bytes + bom, n - bom);
    free(bytes);
    return status;
}
