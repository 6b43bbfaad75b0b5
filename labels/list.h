/* list.h - a file of labels to print: CSV whose first line names the fields, or JSON lines (an
 * object a line). Read record by record, so that a list of any length takes the memory of one.
 *
 * CSV (RFC 4180): UTF-8 with or without BOM; comma, semicolon or tab, as the first line shows;
 * quotes where a value holds one of them; any line end. JSON lines: members are strings, numbers,
 * true, false or null; no objects or arrays within. Fields: those of fields.def but what is worked
 * out (province, reprint, sheet, ordinal), and "marks" (owner-only to-collect do-not-bend keep-dry,
 * blanks between) and "copy". A stranger's file: bounded records, no recursion. Owner: a record
 * belongs to the caller, its strings live until list_record_done or the next list_next into it.
 */
#ifndef TRAO_LABELS_LIST_H
#define TRAO_LABELS_LIST_H

#include "labels/buffer.h"
#include "labels/labels.h"

#include <stdio.h>

#define LIST_MARKS LABELS_FIELDS
#define LIST_COPY (LABELS_FIELDS + 1)
#define LIST_FIELDS (LABELS_FIELDS + 2)
#define LIST_RECORD_BYTES 65536

struct list_record {
    size_t row;                   /* line in the file, from 1 */
    uint32_t given;               /* bit n: field n was given */
    uint32_t at[LIST_FIELDS];     /* where its value begins in text */
    uint32_t column[LIST_FIELDS]; /* CSV: its column, from 1; JSON: its place in the line */
    struct buffer text;           /* values, each with NUL at its end */
};
void list_record_done(struct list_record *record);

/* A value; NULL when it was not given. */
const char *list_value(const struct list_record *record, unsigned field);

/* The field's name as lists and options have it. False: no field that a list may give. */
bool list_field_find(const char *name, size_t n, unsigned *ret_field);
const char *list_field_name(unsigned field);

/* Takes a value as if it stood in the record (for options that set a field for all). */
must_use bool list_record_set(struct list_record *record, unsigned field, const char *value,
                              struct error *err);

struct list;

/* Reads from `file`, which stays the caller's; `name` is for sentences. ERROR_BAD_INPUT: the first
 * line names a field that there is not, or one twice. Close accepts NULL. */
must_use bool list_open(FILE *file, const char *name, struct list **ret_list, struct error *err);
void list_close(struct list *list);

enum list_got { LIST_RECORD, LIST_BAD, LIST_END };

/* The next record. LIST_BAD: it cannot be read, err says file:row:column and why; go on with the
 * next. After LIST_END err says why when reading broke off (code ERROR_LATER), else its code is
 * ERROR_NONE. */
enum list_got list_next(struct list *list, struct list_record *record, struct error *err);

/* As sentences name it. */
const char *list_name(const struct list *list);

/* Puts file:row:column before a sentence that begins with a field's name: the column where the
 * record has that field, 1 when it has it not. `name` is the list's. Returns false. */
bool list_blame(const char *name, const struct list_record *record, struct error *err);

/* A record as a label or a row of a list; `all` holds what is the same for every record (its values
 * count where the record has none). ERROR_BAD_INPUT names the field first. */
must_use bool list_label(const struct list_record *record, const struct list_record *all,
                         struct label *ret_label, struct error *err);
must_use bool list_row(const struct list_record *record, const struct list_record *all,
                       struct labels_row *ret_row, struct error *err);

#endif
