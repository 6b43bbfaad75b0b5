#include "server/office/rows.h"
#include "server/office/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/text/text.h"

/* ------------------------------------------------------------------ lines */

#define LINE_MAX 1024
#define LINE_MIN 32       /* two lines of words and places are longer than that */
#define LAST_LINE_MAX 128 /* kept free for lines_close */

struct line {
    uint32_t row;
    size_t at, n;
};

bool lines_init(struct lines *lines, const char *file, const struct list *list, struct error *err)
{
    *lines = (struct lines){.file = file, .list = list, .text = calloc(1, IMPORT_LINES_MAX)};
    lines->line = calloc(IMPORT_LINES_MAX / LINE_MIN, sizeof *lines->line);
    return (lines->text && lines->line) || error_set(err, ERROR_LATER, "out of memory");
}

void lines_done(struct lines *lines)
{
    free(lines->text);
    free(lines->line);
    lines->text = NULL;
    lines->line = NULL;
}

/* `n` as snprintf said. */
static void keep(struct lines *lines, uint32_t row, const char line[LINE_MAX], int n)
{
    if (n < LINE_MIN || n >= LINE_MAX || lines->n + (size_t)n + LAST_LINE_MAX > IMPORT_LINES_MAX) {
        lines->left_out++;
        return;
    }
    lines->line[lines->line_n++] = (struct line){row, lines->n, (size_t)n};
    memcpy(lines->text + lines->n, line, (size_t)n + 1);
    lines->n += (size_t)n;
}

void lines_add(struct lines *lines, uint32_t row, enum list_column column,
               const struct complaint *complaint)
{
    char line[LINE_MAX];
    const struct list_column_info *info = list_column_info(column);
    int n = snprintf(line, sizeof line, "%s dòng %u, «%s»: %s\n    %s:%u:%u: %s: %s\n", lines->file,
                     row, info->vi, complaint->vi, lines->file, row, lines->list->position[column],
                     info->en, complaint->en);
    lines->said++;
    keep(lines, row, line, n);
}

#define WHOLE_LIST UINT32_MAX /* in place of a row: sorts behind them all */

void lines_say(struct lines *lines, const char *format, ...)
{
    char line[LINE_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    keep(lines, WHOLE_LIST, line, n);
}

static int by_row(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* What compares with the record is known only after its group went in: rows come out of order. */
bool lines_close(struct lines *lines, struct error *err)
{
    char *sorted = calloc(1, IMPORT_LINES_MAX);
    if (!sorted)
        return error_set(err, ERROR_LATER, "out of memory");
    if (lines->line_n > 0)
        qsort(lines->line, lines->line_n, sizeof *lines->line, by_row);
    size_t n = 0;
    for (size_t i = 0; i < lines->line_n; i++) {
        memcpy(sorted + n, lines->text + lines->line[i].at, lines->line[i].n);
        n += lines->line[i].n;
    }
    if (lines->left_out > 0)
        (void)snprintf(sorted + n, LAST_LINE_MAX, "Còn %u dòng nữa. / %u more lines.\n",
                       lines->left_out, lines->left_out);
    free(lines->text);
    lines->text = sorted;
    lines->n = strlen(sorted);
    return true;
}

/* ------------------------------------------------------------------ rows */

static void complain_of_fault(const struct list_row *row, struct lines *lines)
{
    static const struct complaint said[LIST_FAULTS] = {
        [LIST_FAULT_NOT_UTF8] = {"không phải UTF-8. Chưa nhập; lưu tệp thành «CSV UTF-8».",
                                 "not UTF-8; not imported"},
        [LIST_FAULT_TOO_LONG] = {"dài quá. Chưa nhập; rút ngắn.", "too long; not imported"},
        [LIST_FAULT_CUT] = {"tệp bị cắt giữa dòng này. Chưa nhập; xuất lại danh sách.",
                            "the file ends inside this row; not imported"},
        [LIST_FAULT_ERROR_CELL] = {"ô báo lỗi (#N/A…). Chưa nhập; sửa công thức rồi nhập lại.",
                                   "an error cell; not imported"},
        [LIST_FAULT_NO_DOSSIER] = {IMPORT_SKIPPED, "no dossier, skipped"},
    };
    lines_add(lines, row->number, row->column, &said[row->fault]);
}

/* What a row is checked with, so that a check is one line below. */
struct check {
    const struct list_row *row;
    struct lines *lines;
    bool good;
};

static void refuse(struct check *check, bool fine, enum list_column column,
                   const struct complaint *complaint)
{
    if (fine)
        return;
    lines_add(check->lines, check->row->number, column, complaint);
    check->good = false;
}

static void warn(const struct check *check, bool doubt, enum list_column column,
                 const struct complaint *complaint)
{
    if (doubt)
        lines_add(check->lines, check->row->number, column, complaint);
}

static void check_id_number(struct check *check)
{
    struct complaint complaint;
    bool doubt = false;
    refuse(check, field_id_number(check->row->cell[LIST_ID_NUMBER], &doubt, &complaint),
           LIST_ID_NUMBER, &complaint);
    warn(check, doubt, LIST_ID_NUMBER, &complaint);
}

static void check_phone(const struct check *check, struct issue *issue)
{
    struct complaint complaint;
    struct phone phone = phone_read(check->row->cell[LIST_PHONE]);
    warn(check, !field_phone(&phone, &complaint), LIST_PHONE, &complaint);
    text_copy(phone.e164, issue->who.phone, sizeof issue->who.phone);
    text_copy(phone.note, issue->who.phone_note, sizeof issue->who.phone_note);
}

static void copy_texts(const struct list_row *row, struct addressee *who)
{
    text_copy(row->cell[LIST_NAME], who->name, sizeof who->name);
    text_copy(row->cell[LIST_ADDRESS], who->address, sizeof who->address);
    if (*row->cell[LIST_ID_NUMBER] != '*') /* masked by our own export: not given */
        text_copy(row->cell[LIST_ID_NUMBER], who->id_number, sizeof who->id_number);
    text_copy(row->cell[LIST_PROCEDURE], who->procedure, sizeof who->procedure);
    text_copy(row->cell[LIST_RESULT], who->result, sizeof who->result);
    text_copy(row->cell[LIST_REGISTERED], who->registered, sizeof who->registered);
    text_copy(row->cell[LIST_RECEIVED], who->received, sizeof who->received);
    text_copy(row->written_name, who->written_name, sizeof who->written_name);
    text_copy(row->written_address, who->written_address, sizeof who->written_address);
}

bool row_check(const struct list_row *row, struct instant now, struct lines *lines,
               struct issue *ret_issue)
{
    struct check check = {.row = row, .lines = lines, .good = true};
    struct issue issue = {.fact = {.event = EVENT_ISSUED}};
    struct complaint complaint;
    if (row->fault != LIST_FAULT_NONE) {
        complain_of_fault(row, lines);
        return false;
    }
    refuse(&check, field_dossier(row->cell[LIST_DOSSIER], issue.fact.dossier, &complaint),
           LIST_DOSSIER, &complaint);
    refuse(&check, field_name(row->cell[LIST_NAME], &complaint), LIST_NAME, &complaint);
    refuse(&check, field_address(row->cell[LIST_ADDRESS], &complaint), LIST_ADDRESS, &complaint);
    check_id_number(&check);
    refuse(&check, field_date(row->cell[LIST_REGISTERED], &complaint), LIST_REGISTERED, &complaint);
    refuse(&check, field_date(row->cell[LIST_RECEIVED], &complaint), LIST_RECEIVED, &complaint);
    refuse(&check, field_money(row->cell[LIST_POSTAGE], &issue.fact.postage_vnd, &complaint),
           LIST_POSTAGE, &complaint);
    refuse(&check, field_money(row->cell[LIST_FEES], &issue.fact.fees_vnd, &complaint), LIST_FEES,
           &complaint);
    refuse(&check, field_flag(row->cell[LIST_OWNER_ONLY], &issue.fact.owner_only, &complaint),
           LIST_OWNER_ONLY, &complaint);
    if (!check.good)
        return false;
    warn(&check, field_dossier_is_ahead(issue.fact.dossier, now, &complaint), LIST_DOSSIER,
         &complaint);
    check_phone(&check, &issue);
    copy_texts(row, &issue.who);
    *ret_issue = issue;
    return true;
}

void row_look(const struct list_row *row, enum charset charset, struct lines *lines)
{
    static const struct complaint hidden = {"dòng này bị ẩn trong tệp; vẫn nhập.",
                                            "this row is hidden in the file; taken in"};
    static const enum list_column looked_at[] = {LIST_NAME, LIST_ADDRESS};
    if (row->hidden)
        lines_add(lines, row->number, LIST_DOSSIER, &hidden);
    for (size_t i = 0; charset == CHARSET_TCVN3 && i < 2; i++) {
        const char *text = row->cell[looked_at[i]];
        char read[64], written[64];
        struct complaint complaint;
        if (!charset_lost_capitals(text))
            continue;
        (void)snprintf(complaint.vi, sizeof complaint.vi,
                       "«%s»: TCVN3 không có chữ hoa có dấu; trong tệp là «%s». Xem lại, sửa rồi "
                       "nhập lại.",
                       text_copy(text, read, sizeof read),
                       charset_show(i == 0 ? row->written_name : row->written_address, written,
                                    sizeof written));
        (void)snprintf(complaint.en, sizeof complaint.en,
                       "TCVN3 has no capitals with tones: please check");
        lines_add(lines, row->number, looked_at[i], &complaint);
    }
}
