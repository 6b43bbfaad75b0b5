/* xlsx_rows.c - the rows of a sheet, as they are met; memory for one of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/xlsx_inside.h"

#define ROW_BYTES_MAX ((size_t)1 << 20)
#define VALUE_MAX 64

enum kind { KIND_NUMBER, KIND_SHARED, KIND_INLINE, KIND_TEXT, KIND_DAY, KIND_BOOL, KIND_ERROR };

/* Where a cell's text lies in `text`. */
struct place {
    size_t at, n;
    bool is_error;
};

struct walk {
    XML_Parser parser; /* first, as handlers want it */
    struct xlsx *xlsx;
    struct xlsx_sink sink;
    uint32_t row, column; /* of the running cell, from 1 */
    bool hidden, in_row;
    struct place cell[XLSX_CELLS_MAX];
    size_t cells;
    struct xlsx_text text; /* of the running row */
    struct xlsx_text value;
    enum kind kind;
    size_t style;
    int phonetic;
    bool in_cell, in_value;
    bool stopped; /* the sink has what it wanted */
    bool bad, no_memory;
};

/* ------------------------------------------------------------------ values */

/* Days since 1970-01-01 as a civil date [Howard Hinnant, days from civil]. */
static void civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned doe = (unsigned)(days - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = (int64_t)yoe + era * 400 + (*month <= 2);
}

/* Serial 60 is a day that never was: 29/02/1900. */
#define FROM_1900 25569 /* serial of 1970-01-01 */
#define FROM_1904 24107

static void write_day(char out[VALUE_MAX], double serial, bool from_1904)
{
    int64_t year;
    unsigned month, day;
    civil((int64_t)floor(serial) - (from_1904 ? FROM_1904 : FROM_1900), &year, &month, &day);
    (void)snprintf(out, VALUE_MAX, "%02u/%02u/%04lld", day, month, (long long)year);
}

/* A number as a person wrote it: whole ones without point and exponent, as far as a spreadsheet
 * knows digits at all (15); others as they are stored. */
static void write_number(const struct walk *walk, char out[VALUE_MAX])
{
    char raw[VALUE_MAX], *end;
    (void)snprintf(raw, sizeof raw, "%.*s", (int)walk->value.n, walk->value.bytes);
    double number = strtod(raw, &end);
    bool whole = end != raw && *end == '\0' && isfinite(number);
    bool is_day = walk->style < walk->xlsx->styles_n && walk->xlsx->is_day[walk->style];
    if (whole && is_day && number >= 1 && number < 2958466)
        write_day(out, number, walk->xlsx->from_1904);
    else if (whole && floor(number) == number && fabs(number) < 1e15)
        (void)snprintf(out, VALUE_MAX, "%.0f", number);
    else
        (void)snprintf(out, VALUE_MAX, "%s", raw);
}

/* "2026-12-05", "2026-12-05T08:00:00". */
static void write_iso(const struct walk *walk, char out[VALUE_MAX])
{
    const char *v = walk->value.bytes;
    if (walk->value.n >= 10 && v[4] == '-' && v[7] == '-')
        (void)snprintf(out, VALUE_MAX, "%.2s/%.2s/%.4s", v + 8, v + 5, v);
    else
        (void)snprintf(out, VALUE_MAX, "%.*s", (int)walk->value.n, v);
}

static void take_value(struct walk *walk)
{
    char written[VALUE_MAX] = "";
    const char *text = written;
    size_t n = 0;
    xlsx_text_add(&walk->value, "", 1); /* terminated, for strtoul */
    walk->value.n--;
    if (walk->value.failed)
        return;
    switch (walk->kind) {
    case KIND_SHARED:
        walk->bad |= !xlsx_shared(walk->xlsx, strtoul(walk->value.bytes, NULL, 10), &text, &n);
        break;
    case KIND_INLINE:
    case KIND_TEXT:
    case KIND_ERROR:
        xlsx_undo_escapes(&walk->value, 0);
        text = walk->value.bytes;
        n = walk->value.n;
        break;
    case KIND_DAY:
        write_iso(walk, written);
        n = strlen(written);
        break;
    case KIND_BOOL:
        text = walk->value.n > 0 && walk->value.bytes[0] == '1' ? "1" : "0";
        n = 1;
        break;
    case KIND_NUMBER:
        if (walk->value.n > 0)
            write_number(walk, written);
        n = strlen(written);
        break;
    }
    if (walk->column > XLSX_CELLS_MAX || walk->text.n + n > ROW_BYTES_MAX)
        return;
    struct place *place = &walk->cell[walk->column - 1];
    *place = (struct place){walk->text.n, n, walk->kind == KIND_ERROR};
    xlsx_text_add(&walk->text, text, n);
    walk->cells = walk->column > walk->cells ? walk->column : walk->cells;
}

/* ------------------------------------------------------------------ rows */

static void begin_row(struct walk *walk, const XML_Char **attributes)
{
    const char *number = xlsx_attribute(attributes, "r");
    const char *hidden = xlsx_attribute(attributes, "hidden");
    unsigned long said = number == NULL ? 0 : strtoul(number, NULL, 10);
    walk->row = said >= 1 && said <= 1048576 ? (uint32_t)said : walk->row + 1;
    walk->hidden = hidden != NULL && (strcmp(hidden, "1") == 0 || strcmp(hidden, "true") == 0);
    walk->column = 0;
    walk->cells = 0;
    walk->text.n = 0;
    walk->in_row = true;
    memset(walk->cell, 0, sizeof walk->cell);
}

static void end_row(struct walk *walk)
{
    struct xlsx_cell cells[XLSX_CELLS_MAX];
    walk->in_row = false;
    walk->no_memory |= walk->text.failed || walk->value.failed;
    if (walk->no_memory || walk->bad || walk->cells == 0) {
        if (walk->no_memory || walk->bad)
            XML_StopParser(walk->parser, XML_FALSE);
        return;
    }
    for (size_t i = 0; i < walk->cells; i++)
        cells[i] =
            (struct xlsx_cell){walk->text.bytes == NULL ? "" : walk->text.bytes + walk->cell[i].at,
                               walk->cell[i].n, walk->cell[i].is_error};
    walk->stopped = !walk->sink.row(walk->sink.ctx, walk->row, walk->hidden, cells, walk->cells);
    if (walk->stopped)
        XML_StopParser(walk->parser, XML_FALSE);
}

/* "XFD1048576": the letters are the column. */
static uint32_t column_of(const char *address)
{
    uint32_t column = 0;
    for (size_t i = 0; i < 3 && address[i] >= 'A' && address[i] <= 'Z'; i++)
        column = column * 26 + (uint32_t)(address[i] - 'A' + 1);
    return column;
}

static void begin_cell(struct walk *walk, const XML_Char **attributes)
{
    static const struct {
        const char *type;
        enum kind kind;
    } kinds[] = {{"s", KIND_SHARED}, {"inlineStr", KIND_INLINE}, {"str", KIND_TEXT},
                 {"d", KIND_DAY},    {"b", KIND_BOOL},           {"e", KIND_ERROR}};
    const char *address = xlsx_attribute(attributes, "r"), *type = xlsx_attribute(attributes, "t");
    const char *style = xlsx_attribute(attributes, "s");
    uint32_t column = address == NULL ? 0 : column_of(address);
    walk->column = column > 0 ? column : walk->column + 1;
    walk->style = style == NULL ? 0 : strtoul(style, NULL, 10);
    walk->kind = KIND_NUMBER;
    for (size_t i = 0; type != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].type, type) == 0)
            walk->kind = kinds[i].kind;
    walk->value.n = 0;
    walk->in_cell = true;
}

static void begin(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct walk *walk = ctx;
    const char *local = xlsx_local(name);
    if (strcmp(local, "row") == 0)
        begin_row(walk, attributes);
    else if (strcmp(local, "c") == 0 && walk->in_row)
        begin_cell(walk, attributes);
    else if (strcmp(local, "rPh") == 0)
        walk->phonetic++;
    else if (walk->in_cell && walk->phonetic == 0)
        walk->in_value = strcmp(local, walk->kind == KIND_INLINE ? "t" : "v") == 0;
}

static void end(void *ctx, const XML_Char *name)
{
    struct walk *walk = ctx;
    const char *local = xlsx_local(name);
    walk->in_value = false;
    if (strcmp(local, "rPh") == 0 && walk->phonetic > 0)
        walk->phonetic--;
    if (strcmp(local, "c") == 0 && walk->in_cell) {
        walk->in_cell = false;
        take_value(walk);
    } else if (strcmp(local, "row") == 0 && walk->in_row) {
        end_row(walk);
    }
}

static void characters(void *ctx, const XML_Char *text, int n)
{
    struct walk *walk = ctx;
    if (walk->in_value && walk->value.n + (size_t)n < ROW_BYTES_MAX)
        xlsx_text_add(&walk->value, text, (size_t)n);
}

static void doctype(void *ctx, const XML_Char *name, const XML_Char *system_id,
                    const XML_Char *public_id, int has_subset)
{
    struct walk *walk = ctx;
    (void)name, (void)system_id, (void)public_id, (void)has_subset;
    walk->bad = true;
    XML_StopParser(walk->parser, XML_FALSE);
}

bool xlsx_walk(struct xlsx *xlsx, size_t sheet, struct xlsx_sink sink, struct error *err)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    walk->xlsx = xlsx;
    walk->sink = sink;
    walk->parser = xlsx_parser(walk, begin, end, characters);
    bool good = walk->parser != NULL || error_set(err, ERROR_LATER, "out of memory");
    if (good) {
        XML_SetStartDoctypeDeclHandler(walk->parser, doctype);
        good = xlsx_parse_part(xlsx, xlsx->sheets[sheet].path, walk->parser, err);
        XML_ParserFree(walk->parser);
    }
    if (good && walk->no_memory)
        good = error_set(err, ERROR_LATER, "out of memory");
    if (good && walk->bad)
        good = error_set(err, ERROR_BAD_INPUT,
                         "trang «%.60s», dòng %u: ô không đọc được. Chưa nhập. / a cell of row %u "
                         "cannot be read",
                         xlsx->sheets[sheet].name, walk->row, walk->row);
    free(walk->text.bytes);
    free(walk->value.bytes);
    free(walk);
    return good;
}
