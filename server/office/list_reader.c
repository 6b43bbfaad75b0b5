#include "server/office/list_reader.h"

#include <stdlib.h>
#include <string.h>

#include "server/office/fields.h"
#include "server/text/text.h"

#define TEXT_STEP 4096
#define FOLDED_MAX 128

static bool make_wider(struct reader *reader, size_t n)
{
    if (reader->text_n + n <= reader->text_size)
        return true;
    size_t size = (reader->text_n + n) * 2 + TEXT_STEP;
    char *text = realloc(reader->text, size);
    if (!text) {
        reader->no_memory = true;
        return false;
    }
    reader->text = text;
    reader->text_size = size;
    return true;
}

static bool add_cell(struct reader *reader, const char *bytes, size_t n, bool is_error)
{
    if (!make_wider(reader, n))
        return false;
    if (n > 0)
        memcpy(reader->text + reader->text_n, bytes, n);
    if (reader->cells < READER_CELLS_MAX)
        reader->cell[reader->cells] =
            (struct reader_cell){.at = reader->text_n, .n = n, .is_error = is_error};
    reader->cells += reader->cells < READER_CELLS_MAX;
    reader->text_n += n;
    if (!reader->bad_row && !text_is_utf8(n > 0 ? bytes : "", n)) {
        reader->bad_row = reader->number + 1;
        reader->bad_cell = (uint32_t)reader->cells;
    }
    return true;
}

/* A cell of an old encoding: what it means, and behind that what stands in the file. */
static void add_old_cell(struct reader *reader, const char *bytes, size_t n)
{
    size_t read_n = 0;
    char *read = charset_read(reader->charsets, reader->charset, bytes, n, &read_n);
    if (read == NULL)
        reader->no_memory = true;
    else if (add_cell(reader, read, read_n, false) && make_wider(reader, n)) {
        struct reader_cell *cell = &reader->cell[reader->cells - 1];
        memcpy(reader->text + reader->text_n, bytes, n);
        cell->written_at = reader->text_n;
        cell->written_n = n;
        reader->text_n += n;
    }
    free(read);
}

void reader_cell(struct reader *reader, const char *bytes, size_t n, bool is_error)
{
    if (n > 0 && charset_is_old(reader->charset) && !charset_is_plain(bytes, n))
        add_old_cell(reader, bytes, n);
    else
        (void)add_cell(reader, bytes, n, is_error); /* without memory it is said there */
}

/* ------------------------------------------------------------------ the header */

static bool column_is_called(enum list_column column, const char *folded)
{
    char wanted[FOLDED_MAX + 2];
    (void)snprintf(wanted, sizeof wanted, "|%s|", folded);
    return *folded && strstr(list_column_info(column)->names, wanted);
}

/* Places of the columns called so: by the office's own names, or by those
 * everybody knows. */
static void find_columns(const struct reader *reader, bool own, bool taken[READER_CELLS_MAX],
                         uint32_t position[LIST_COLUMNS])
{
    for (size_t i = 0; i < reader->cells; i++) {
        char name[FOLDED_MAX], folded[FOLDED_MAX];
        const struct reader_cell *cell = &reader->cell[i];
        if (taken[i] || !text_clean(reader->text + cell->at, cell->n, name, sizeof name))
            continue;
        text_fold(name, folded, sizeof folded);
        for (int column = 0; column < LIST_COLUMNS && *folded; column++) {
            bool called = own ? strcmp(reader->names->folded[column], folded) == 0
                              : column_is_called((enum list_column)column, folded);
            if (position[column] != 0 || !called)
                continue;
            position[column] = (uint32_t)i + 1;
            taken[i] = true;
        }
    }
}

#define NAMES_FEWEST 3 /* in a row of columns' names */

/* A list without a header begins with a dossier; above it no row says as much as a header does. */
static void note_code(struct reader *reader)
{
    size_t filled = 0;
    for (size_t i = 0; i < reader->cells && reader->code_row == 0; i++) {
        const struct reader_cell *cell = &reader->cell[i];
        filled += cell->n > 0;
        char text[FIELD_DOSSIER_MAX], code[FIELD_DOSSIER_MAX];
        struct complaint complaint;
        if (!text_clean(reader->text + cell->at, cell->n, text, sizeof text) ||
            !field_dossier(text, code, &complaint))
            continue;
        reader->code_row = reader->number;
        reader->code_cell = (uint32_t)i + 1;
    }
    reader->names_above = reader->names_above || (reader->code_row == 0 && filled >= NAMES_FEWEST);
}

/* Of a row that names some required columns those it does not. */
static void note_lacks(struct reader *reader, const uint32_t position[LIST_COLUMNS])
{
    char line[sizeof reader->lacks] = "";
    size_t n = 0, there = 0;
    for (int i = 0; i < LIST_COLUMNS; i++) {
        const struct list_column_info *info = list_column_info((enum list_column)i);
        there += info->required && position[i] != 0;
        if (info->required && position[i] == 0 && n + strlen(info->vi) + 8 < sizeof line)
            n += (size_t)snprintf(line + n, sizeof line - n, "%s«%s»", n > 0 ? ", " : "", info->vi);
    }
    memcpy(reader->lacks, there > 0 ? line : "", (there > 0 ? n : 0) + 1);
}

/* Three names or more and no digit: each row of a list has one, in its dossier's code, so that this
 * tells of no person. What does not fit is left out. */
static void note_likely(struct reader *reader, const uint32_t position[LIST_COLUMNS])
{
    char line[sizeof reader->likely] = "", name[FOLDED_MAX];
    size_t n = 0, names = 0;
    for (size_t i = 0; i < reader->cells; i++) {
        const struct reader_cell *cell = &reader->cell[i];
        for (size_t k = 0; k < cell->n; k++)
            if (reader->text[cell->at + k] >= '0' && reader->text[cell->at + k] <= '9')
                return;
        if (!text_clean(reader->text + cell->at, cell->n, name, sizeof name) || *name == '\0')
            continue;
        names++;
        if (n + strlen(name) + 8 < sizeof line)
            n += (size_t)snprintf(line + n, sizeof line - n, "%s«%s»", n > 0 ? ", " : "", name);
    }
    if (names < NAMES_FEWEST || n == 0)
        return;
    memcpy(reader->likely, line, n + 1);
    reader->likely_row = reader->number;
    note_lacks(reader, position);
}

static bool take_header(struct reader *reader)
{
    uint32_t position[LIST_COLUMNS] = {0};
    bool taken[READER_CELLS_MAX] = {false};
    find_columns(reader, true, taken, position);
    find_columns(reader, false, taken, position);
    for (int column = 0; column < LIST_COLUMNS; column++)
        if (list_column_info((enum list_column)column)->required && position[column] == 0) {
            if (reader->likely[0] == '\0')
                note_likely(reader, position);
            note_code(reader);
            return false;
        }
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

void reader_say_u32(FILE *out, uint32_t value)
{
    say(out, &value, sizeof value);
}

void reader_say_cell(FILE *out, const char *text)
{
    reader_say_u32(out, (uint32_t)strlen(text));
    say(out, text, strlen(text) + 1);
}

struct named_row {
    enum list_fault fault;
    enum list_column column;
    char *cell[LIST_COLUMNS]; /* in the reader's room for them */
};

/* Where the cells of a row lie: one behind the other, each as long as it may be. */
struct named_room {
#define COLUMN(KEY, NEED, bytes, vi, en, names) char KEY[(bytes) + 1];
#include "server/office/columns.def"
#undef COLUMN
};

static bool make_room(struct reader *reader, struct named_row *row)
{
    if (reader->named == NULL)
        reader->named = malloc(sizeof(struct named_room));
    if (reader->named == NULL)
        return false;
    char *at = reader->named;
    for (int i = 0; i < LIST_COLUMNS; i++) {
        row->cell[i] = at;
        *at = '\0';
        at += list_column_info((enum list_column)i)->bytes_max + 1;
    }
    return true;
}

void reader_done(struct reader *reader)
{
    free(reader->text);
    free(reader->named);
    reader->text = reader->named = NULL;
}

static void note_fault(struct named_row *row, enum list_column column, enum list_fault fault)
{
    if (row->fault != LIST_FAULT_NONE)
        return;
    row->fault = fault;
    row->column = column;
}

/* Our own export puts ' before what a spreadsheet would run (case W09). */
static void take_off_quote(char *text)
{
    if (text[0] == '\'' && text_is_formula(text + 1))
        memmove(text, text + 1, strlen(text));
}

/* Cleans the cell of a named column into `out`, or notes the row's first fault. */
static void name_cell(const struct reader *reader, enum list_column column, struct named_row *row)
{
    size_t at = reader->position[column];
    size_t size = list_column_info(column)->bytes_max + 1;
    if (at == 0 || at > reader->cells)
        return;
    const struct reader_cell *cell = &reader->cell[at - 1];
    const char *bytes = reader->text + cell->at;
    if (cell->is_error)
        note_fault(row, column, LIST_FAULT_ERROR_CELL);
    if (cell->n == 0)
        return;
    if (text_clean(bytes, cell->n, row->cell[column], size))
        take_off_quote(row->cell[column]);
    else
        note_fault(row, column,
                   text_is_utf8(bytes, cell->n) ? LIST_FAULT_TOO_LONG : LIST_FAULT_NOT_UTF8);
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

/* Nothing where nothing was read from an old encoding. */
static void say_written(const struct reader *reader, enum list_column column, size_t max)
{
    char written[LIST_WRITTEN_ADDRESS_MAX + 16];
    size_t at = reader->position[column];
    const struct reader_cell *cell = at == 0 || at > reader->cells ? NULL : &reader->cell[at - 1];
    if (cell == NULL || cell->written_n == 0)
        reader_say_cell(reader->out, "");
    else
        reader_say_cell(reader->out, charset_write(reader->charset, reader->text + cell->written_at,
                                                   cell->written_n, written, max + 16));
}

static void say_row(struct reader *reader, const struct named_row *row)
{
    uint8_t fault = (uint8_t)row->fault, column = (uint8_t)row->column;
    uint8_t hidden = reader->hidden;
    (void)fputc(LIST_SAYS_ROW, reader->out);
    reader_say_u32(reader->out, reader->number);
    say(reader->out, &fault, 1);
    say(reader->out, &column, 1);
    say(reader->out, &hidden, 1);
    for (int i = 0; i < LIST_COLUMNS; i++)
        reader_say_cell(reader->out, row->cell[i]);
    say_written(reader, LIST_NAME, LIST_WRITTEN_NAME_MAX);
    say_written(reader, LIST_ADDRESS, LIST_WRITTEN_ADDRESS_MAX);
}

static void take_row(struct reader *reader, int end)
{
    struct named_row row = {.fault = LIST_FAULT_NONE};
    if (!make_room(reader, &row)) {
        reader->no_memory = true;
        return;
    }
    for (int i = 0; i < LIST_COLUMNS; i++)
        name_cell(reader, (enum list_column)i, &row);
    bool ended_early = end == -1 && reader->cells < reader->header_cells;
    if (!reader->cut && is_no_dossier(&row))
        row.fault = LIST_FAULT_NO_DOSSIER;
    else if (reader->cut || ended_early)
        row.fault = LIST_FAULT_CUT;
    say_row(reader, &row);
}

void reader_row(struct reader *reader, int end)
{
    if (!reader->has_header)
        take_header(reader);
    else if (reader->out && !is_empty_row(reader))
        take_row(reader, end);
    reader->cells = 0;
    reader->text_n = 0;
}
