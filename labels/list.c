#include "labels/list.h"

#include "labels/list_lines.h"
#include "labels/shown.h"

#include <stdlib.h>
#include <string.h>

struct list {
    struct list_source source;
    char name[128];
    bool json;
    int separator;
    size_t n_columns; /* CSV */
    unsigned fields[LIST_FIELDS];
    struct buffer value, member; /* scratch */
    char *line;                  /* JSON */
    size_t line_room;
};

/* ------------------------------------------------------------------ fields */

/* Worked out from the rest, so never given. */
static bool is_worked_out(unsigned field)
{
    return field == LABELS_PROVINCE || field == LABELS_REPRINT || field == LABELS_SHEET ||
           field == LABELS_ORDINAL;
}

const char *list_field_name(unsigned field)
{
    return field == LIST_MARKS  ? "marks"
           : field == LIST_COPY ? "copy"
                                : labels_field_name((enum labels_field)field);
}

bool list_field_find(const char *name, size_t n, unsigned *ret_field)
{
    for (unsigned field = 0; field < LIST_FIELDS; field++) {
        const char *own = list_field_name(field);
        if (!is_worked_out(field) && strlen(own) == n && memcmp(own, name, n) == 0) {
            *ret_field = field;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ records */

void list_record_done(struct list_record *record)
{
    buffer_done(&record->text);
}

static void clear(struct list_record *record)
{
    record->given = 0;
    buffer_clear(&record->text);
}

const char *list_value(const struct list_record *record, unsigned field)
{
    return (record->given & 1u << field) == 0
               ? NULL
               : (const char *)record->text.bytes + record->at[field];
}

bool list_record_set(struct list_record *record, unsigned field, const char *value,
                     struct error *err)
{
    size_t n = strlen(value);
    if (record->text.n + n >= LIST_RECORD_BYTES)
        return error_set(err, ERROR_BAD_INPUT, "%s: the record is longer than %d bytes",
                         list_field_name(field), LIST_RECORD_BYTES);
    record->at[field] = (uint32_t)record->text.n;
    record->given |= 1u << field;
    buffer_add(&record->text, value, n + 1);
    return !record->text.failed || error_set(err, ERROR_LATER, "no memory for a record");
}

/* ------------------------------------------------------------------ the first line */

static bool bad_at(const struct list *list, size_t row, size_t column, struct error *err)
{
    return error_add(err, "%s:%zu:%zu", list->name, row, column);
}

static bool name_column(struct list *list, struct error *err)
{
    const char *name = (const char *)list->value.bytes;
    unsigned field = 0;
    char word[SHOWN_BYTES];
    if (!list_field_find(name, list->value.n, &field))
        return error_set(err, ERROR_BAD_INPUT, "no field is called '%s'",
                         shown(name, list->value.n, word));
    for (size_t i = 0; i < list->n_columns; i++)
        if (list->fields[i] == field)
            return error_set(err, ERROR_BAD_INPUT, "field %s stands twice", name);
    list->fields[list->n_columns++] = field;
    return true;
}

/* The separator is the first of the three that follows a name. */
static int find_separator(const char *line)
{
    char found = line[strcspn(line, ",;\t\r\n")];
    return found == ';' || found == '\t' ? found : ',';
}

static bool read_names(struct list *list, struct error *err)
{
    bool last = false;
    while (!last) {
        if (!list_csv_value(&list->source, list->separator, &list->value, &last, err) ||
            !name_column(list, err))
            return bad_at(list, 1, list->n_columns + 1, err);
    }
    return true;
}

/* Looks at the first line without taking it: a stream may be a pipe, so it is put back by hand. */
static bool look(struct list *list, struct error *err)
{
    FILE *file = list->source.file;
    int c = getc(file);
    if (c == 0xEF && getc(file) == 0xBB && getc(file) == 0xBF)
        c = getc(file); /* a BOM */
    if (c == EOF)
        return error_set(err, ERROR_BAD_INPUT, "%s: the list is empty", list->name);
    list->json = c == '{';
    if (ungetc(c, file) == EOF)
        return error_set(err, ERROR_LATER, "%s: cannot be read", list->name);
    return true;
}

/* The names of a CSV; its separator is what ends the first of them. */
static bool read_first_name(struct list *list, struct error *err)
{
    ssize_t n = getline(&list->line, &list->line_room, list->source.file);
    if (n < 0 || n > LIST_RECORD_BYTES)
        return error_set(err, ERROR_BAD_INPUT, "%s:1: the first line is longer than %d bytes",
                         list->name, LIST_RECORD_BYTES);
    list->separator = find_separator(list->line);
    FILE *rest = list->source.file;
    list->source.file = fmemopen(list->line, (size_t)n, "r");
    bool good = list->source.file != NULL
                    ? read_names(list, err)
                    : error_set(err, ERROR_LATER, "no memory for %s", list->name);
    if (list->source.file != NULL)
        (void)fclose(list->source.file); /* memory */
    list->source.file = rest;
    list->source.line = 2;
    return good;
}

bool list_open(FILE *file, const char *name, struct list **ret_list, struct error *err)
{
    struct list *list = calloc(1, sizeof *list);
    if (list == NULL)
        return error_set(err, ERROR_LATER, "no memory for %s", name);
    snprintf(list->name, sizeof list->name, "%s", name);
    list->source = (struct list_source){.file = file, .line = 1};
    if (!look(list, err) || (!list->json && !read_first_name(list, err))) {
        list_close(list);
        return false;
    }
    *ret_list = list;
    return true;
}

void list_close(struct list *list)
{
    if (list == NULL)
        return;
    buffer_done(&list->value);
    buffer_done(&list->member);
    free(list->line);
    free(list);
}

/* ------------------------------------------------------------------ further lines */

static enum list_got bad(const struct list *list, size_t row, size_t column, struct error *err)
{
    bad_at(list, row, column, err);
    return LIST_BAD;
}

static bool at_end(struct list *list, struct error *err)
{
    int c = getc_unlocked(list->source.file);
    if (c != EOF && ungetc(c, list->source.file) != EOF)
        return false;
    *err = (struct error){.code = ERROR_NONE};
    if (ferror(list->source.file))
        error_set(err, ERROR_LATER, "%s:%zu: reading broke off", list->name, list->source.line);
    return true;
}

static enum list_got next_csv(struct list *list, struct list_record *record, struct error *err)
{
    size_t row = list->source.line;
    bool last = false;
    size_t column = 0;
    record->row = row;
    while (!last) {
        bool read = list_csv_value(&list->source, list->separator, &list->value, &last, err);
        bool beyond = read && column == list->n_columns;
        if (beyond)
            error_set(err, ERROR_BAD_INPUT, "more values than the first line has names");
        if (!read || beyond ||
            !list_record_set(record, list->fields[column], (const char *)list->value.bytes, err)) {
            if (!last)
                list_csv_skip(&list->source);
            return bad(list, row, column + 1, err);
        }
        record->column[list->fields[column]] = (uint32_t)column + 1;
        column++;
    }
    if (column < list->n_columns) {
        error_set(err, ERROR_BAD_INPUT, "%zu values, the first line has %zu names", column,
                  list->n_columns);
        return bad(list, row, column, err);
    }
    return LIST_RECORD;
}

static bool take_member(struct list *list, struct list_record *record, const char **at, bool *last,
                        struct error *err)
{
    size_t column = (size_t)(*at - list->line) + 1;
    unsigned field = 0;
    if (!list_json_member(at, &list->member, &list->value, last, err))
        return false;
    const char *name = (const char *)list->member.bytes;
    char word[SHOWN_BYTES];
    if (!list_field_find(name, list->member.n, &field))
        return error_set(err, ERROR_BAD_INPUT, "no field is called '%s'",
                         shown(name, list->member.n, word));
    if ((record->given & 1u << field) != 0)
        return error_set(err, ERROR_BAD_INPUT, "field %s stands twice", name);
    record->column[field] = (uint32_t)column;
    return list_record_set(record, field, (const char *)list->value.bytes, err);
}

static enum list_got next_json(struct list *list, struct list_record *record, struct error *err)
{
    size_t row = list->source.line++;
    record->row = row;
    ssize_t n = getline(&list->line, &list->line_room, list->source.file);
    const char *at = list->line + strspn(list->line, " \t\r");
    bool good = n >= 0 && n <= LIST_RECORD_BYTES && strlen(list->line) == (size_t)n && *at == '{';
    if (!good)
        error_set(err, ERROR_BAD_INPUT, "not an object of JSON on one line of at most %d bytes",
                  LIST_RECORD_BYTES);
    at += good ? 1 : 0;
    for (bool last = false; good && !last;)
        good = take_member(list, record, &at, &last, err);
    if (good && at[strspn(at, " \t\r\n")] != '\0')
        good = error_set(err, ERROR_BAD_INPUT, "something stands behind the object");
    return good ? LIST_RECORD : bad(list, row, (size_t)(at - list->line) + 1, err);
}

/* Lines without anything on them are passed over. */
static bool skip_empty(struct list *list)
{
    int c = getc_unlocked(list->source.file);
    if (c == '\r') {
        int second = getc_unlocked(list->source.file);
        if (second != '\n' && second != EOF)
            (void)ungetc(second, list->source.file);
        c = '\n';
    }
    if (c == '\n') {
        list->source.line++;
        return true;
    }
    if (c != EOF)
        (void)ungetc(c, list->source.file);
    return false;
}

enum list_got list_next(struct list *list, struct list_record *record, struct error *err)
{
    clear(record);
    while (skip_empty(list))
        ;
    if (at_end(list, err))
        return LIST_END;
    return list->json ? next_json(list, record, err) : next_csv(list, record, err);
}

/* ------------------------------------------------------------------ what a record says */

const char *list_name(const struct list *list)
{
    return list->name;
}

bool list_blame(const char *name, const struct list_record *record, struct error *err)
{
    size_t n = strcspn(err->text, ": ");
    unsigned field = 0;
    uint32_t column = 1;
    if (list_field_find(err->text, n, &field) && (record->given & 1u << field) != 0)
        column = record->column[field];
    return error_add(err, "%s:%zu:%u", name, record->row, column);
}

static const char *either(const struct list_record *record, const struct list_record *all,
                          unsigned field)
{
    const char *own = list_value(record, field);
    return own == NULL ? list_value(all, field) : own;
}

/* A whole number up to `most`; nothing is 0. */
static bool whole(const struct list_record *record, const struct list_record *all, unsigned field,
                  uint64_t most, uint64_t *ret_value, struct error *err)
{
    const char *text = either(record, all, field);
    uint64_t value = 0;
    for (const char *at = text == NULL ? "" : text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || value > most)
            return error_set(err, ERROR_BAD_INPUT, "%s: not a whole number of 0 to %llu",
                             list_field_name(field), (unsigned long long)most);
        value = 10 * value + (uint64_t)(*at - '0');
    }
    if (value > most)
        return error_set(err, ERROR_BAD_INPUT, "%s: more than %llu", list_field_name(field),
                         (unsigned long long)most);
    *ret_value = value;
    return true;
}

static bool read_marks(const char *words, unsigned *ret_marks, struct error *err)
{
    static const struct {
        const char *word;
        enum labels_mark mark;
    } marks[] = {{"owner-only", LABELS_OWNER_ONLY},
                 {"to-collect", LABELS_TO_COLLECT},
                 {"do-not-bend", LABELS_DO_NOT_BEND},
                 {"keep-dry", LABELS_KEEP_DRY}};
    unsigned all = 0;
    for (const char *at = words == NULL ? "" : words; *(at += strspn(at, " ")) != '\0';) {
        size_t n = strcspn(at, " ");
        unsigned one = 0;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (strlen(marks[i].word) == n && memcmp(marks[i].word, at, n) == 0)
                one = marks[i].mark;
        char word[SHOWN_BYTES];
        if (one == 0)
            return error_set(err, ERROR_BAD_INPUT, "marks: '%s' is not known", shown(at, n, word));
        all |= one;
        at += n;
    }
    *ret_marks = all;
    return true;
}

bool list_label(const struct list_record *record, const struct list_record *all,
                struct label *ret_label, struct error *err)
{
    uint64_t copy = 0;
    unsigned marks = 0;
    if (!whole(record, all, LIST_COPY, LABELS_COPY_MAX, &copy, err) ||
        !read_marks(either(record, all, LIST_MARKS), &marks, err))
        return false;
    *ret_label = (struct label){.number = either(record, all, LABELS_NUMBER),
                                .sender = either(record, all, LABELS_SENDER),
                                .sender_address = either(record, all, LABELS_SENDER_ADDRESS),
                                .name = either(record, all, LABELS_NAME),
                                .address = either(record, all, LABELS_ADDRESS),
                                .postal_code = either(record, all, LABELS_POSTAL),
                                .link = either(record, all, LABELS_LINK),
                                .marks = marks,
                                .copy = (unsigned)copy,
                                .serial = either(record, all, LABELS_SERIAL),
                                .slip_code = either(record, all, LABELS_SLIP_CODE),
                                .attempt = either(record, all, LABELS_ATTEMPT),
                                .post_office = either(record, all, LABELS_POST_OFFICE),
                                .time = either(record, all, LABELS_TIME),
                                .seal = either(record, all, LABELS_SEAL)};
    return true;
}

bool list_row(const struct list_record *record, const struct list_record *all,
              struct labels_row *ret_row, struct error *err)
{
    uint64_t originals = 0, copies = 0, pages = 0, fees = 0, postage = 0;
    if (!whole(record, all, LABELS_ORIGINALS, LABELS_COUNT_MAX, &originals, err) ||
        !whole(record, all, LABELS_COPIES, LABELS_COUNT_MAX, &copies, err) ||
        !whole(record, all, LABELS_PAGES, LABELS_COUNT_MAX, &pages, err) ||
        !whole(record, all, LABELS_FEES, LABELS_VND_MAX, &fees, err) ||
        !whole(record, all, LABELS_POSTAGE, LABELS_VND_MAX, &postage, err))
        return false;
    *ret_row = (struct labels_row){.number = either(record, all, LABELS_NUMBER),
                                   .dossier = either(record, all, LABELS_DOSSIER),
                                   .name = either(record, all, LABELS_NAME),
                                   .ward = either(record, all, LABELS_WARD),
                                   .originals = (unsigned)originals,
                                   .copies = (unsigned)copies,
                                   .pages = (unsigned)pages,
                                   .fees_vnd = fees,
                                   .postage_vnd = postage,
                                   .note = either(record, all, LABELS_NOTE)};
    return true;
}
