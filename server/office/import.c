#include "server/office/import_inside.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "server/office/xlsx.h"
#include "server/text/text.h"

#define ROWS_SHOWN 5

static bool take_act(struct record *record, void *arg, struct error *err)
{
    struct job *job = arg;
    job->run = (struct number_run){.draws = &job->draws};
    for (size_t i = 0; i < job->n; i++)
        if (!import_take(record, job, i, err))
            return error_add(err, "row %u", job->row[i]);
    return number_run_end(record, &job->config->numbers, &job->run, err);
}

#define ONLY_LOOKED "only looked"

/* The same, and taken back: the group of an act that fails leaves nothing. */
static bool look_act(struct record *record, void *arg, struct error *err)
{
    return take_act(record, arg, err) && error_set(err, ERROR_REPEATED, ONLY_LOOKED);
}

static bool run_rows(const struct job *job, struct error *err)
{
    const struct acts *acts = &job->config->acts;
    if (!job->config->dry)
        return acts->run(acts->self, take_act, (void *)job, err);
    return !acts->run(acts->self, look_act, (void *)job, err) && err->code == ERROR_REPEATED;
}

static bool begin_act(struct record *record, void *arg, struct error *err)
{
    struct import_report *report = arg;
    uint64_t before = 0;
    if (!record_counter_next(record, "import", 1, &before, err))
        return false;
    report->id = before + 1;
    report->at = record_now(record);
    return true;
}

struct keep {
    const struct import_report *report;
    const char *lines;
};

static bool keep_act(struct record *record, void *arg, struct error *err)
{
    const struct keep *keep = arg;
    return import_put(record, keep->report, keep->lines, err);
}

/* ------------------------------------------------------------------ the whole list */

/* What a clerk reads of an outcome, and which count it goes to; no words: nothing to say. */
static const struct {
    const char *vi, *en;
    size_t counts; /* offset of the count in the report */
    enum list_column column;
} said[OUTCOMES] = {
#define COUNT(field) offsetof(struct import_report, field)
    [ADDED] = {NULL, NULL, COUNT(added), LIST_DOSSIER},
    [ADDED_UNASKED] = {"chưa ghi ngày công dân đăng ký. Đã cấp số; hỏi cơ quan phiếu đăng ký.",
                       "no day of the citizen's registration; number given, ask for the form",
                       COUNT(added), LIST_DOSSIER},
    [PRESENT] = {NULL, NULL, COUNT(present), LIST_DOSSIER},
    [CHANGED_ADDRESS] = {"đã in với địa chỉ khác. Giữ bản cũ; thay nhãn (reissue) rồi in lại.",
                         "printed with another address; old kept, reissue it and print again",
                         COUNT(changed), LIST_ADDRESS},
    [CHANGED_PHONE] = {"đã kết thúc với số điện thoại khác. Giữ bản cũ.",
                       "ended with another phone; old kept", COUNT(changed), LIST_PHONE},
    [CORRECTED_ADDRESS] = {"đã có, chưa in. Đã sửa địa chỉ.",
                           "known, not printed yet; address corrected", COUNT(changed),
                           LIST_ADDRESS},
    [CORRECTED_PHONE] = {"đã có. Đã sửa số điện thoại.", "known; phone corrected", COUNT(changed),
                         LIST_PHONE},
    [CHANGED_POSTAGE] = {"đã có, cước khác. Giữ bản cũ; hỏi cơ quan.",
                         "known with another postage; old kept, ask the office", COUNT(changed),
                         LIST_POSTAGE},
    [CHANGED_FEES] = {"đã có, phí, lệ phí khác. Giữ bản cũ; hỏi cơ quan.",
                      "known with other fees; old kept, ask the office", COUNT(changed), LIST_FEES},
    [CHANGED_OWNER_ONLY] = {"đã có, «chỉ giao chủ hồ sơ» khác. Giữ bản cũ; hỏi cơ quan.",
                            "known with another owner-only mark; old kept, ask the office",
                            COUNT(changed), LIST_OWNER_ONLY},
    [ANOTHER_PERSON] = {"đã có người nhận khác. Giữ bản cũ; hỏi cơ quan.",
                        "another person's code; old kept, ask the office", COUNT(refused),
                        LIST_DOSSIER},
    [EXCLUDED] = {"thủ tục này không trả qua bưu điện. Không cấp số; trả tại quầy.",
                  "this procedure is not returned by post; hand out at the desk", COUNT(refused),
                  LIST_DOSSIER},
    [WITHDREW] = {"công dân đã thôi nhận qua bưu điện. Không cấp số; trả tại quầy.",
                  "the citizen withdrew from the post; hand out at the desk", COUNT(refused),
                  LIST_DOSSIER},
    [ELECTRONIC] = {"kết quả điện tử, không có phong bì. Không cấp số.",
                    "electronic result, no envelope; no number given", COUNT(refused),
                    LIST_DOSSIER},
    [NO_NUMBER] = {NULL, NULL, COUNT(refused), LIST_DOSSIER},
#undef COUNT
};

static void count(struct import_report *report, struct lines *lines, const struct job *job,
                  size_t i)
{
    enum outcome outcome = job->outcome[i];
    if (job->doubt[i])
        lines_add(lines, job->row[i], LIST_ADDRESS, &job->doubtful[i]);
    ++*(uint32_t *)(void *)((char *)report + said[outcome].counts);
    report->warned += outcome == NO_NUMBER || job->named[i] || job->doubt[i] || said[outcome].vi;
    if (said[outcome].vi == NULL)
        return;
    struct complaint complaint;
    const char *code = job->issue[i].fact.dossier;
    (void)snprintf(complaint.vi, sizeof complaint.vi, "%s %s", code, said[outcome].vi);
    (void)snprintf(complaint.en, sizeof complaint.en, "%s: %s", code, said[outcome].en);
    lines_add(lines, job->row[i], said[outcome].column, &complaint);
}

struct left {
    const struct numbers *numbers;
    struct pool_left pool;
};

static bool hand_in(struct job *job, struct import_report *report, struct lines *lines,
                    struct error *err)
{
    if (job->n > 0 && !run_rows(job, err))
        return error_add(err, "%u rows are in, the rest is not; import again", report->added);
    for (size_t i = 0; i < job->n; i++) {
        count(report, lines, job, i);
        job->unnumbered += job->outcome[i] == NO_NUMBER;
    }
    job->n = 0;
    return true;
}

static bool left_act(struct record *record, void *arg, struct error *err)
{
    struct left *left = arg;
    const struct numbers *numbers = left->numbers;
    return pool_left(record, numbers->post_office, numbers->prefix, numbers->country, &left->pool,
                     err);
}

/* Used up, or soon: said in time, so that a new range comes before the desk stands still. */
static bool say_numbers(const struct import_config *config, uint32_t unnumbered,
                        struct lines *lines, struct error *err)
{
    struct left left = {.numbers = &config->numbers};
    char code[8];
    (void)snprintf(code, sizeof code, "%06u", config->numbers.post_office);
    const char *name = *config->post_office_name ? config->post_office_name : code;
    if (!config->acts.run(config->acts.self, left_act, &left, err))
        return false;
    if (unnumbered > 0)
        lines_say(lines,
                  "Bưu cục %s hết số. %u bì chưa cấp số; nhờ quản trị cấp dải mới.\n"
                  "    Numbers used up, %u without one. Ask for a range.\n",
                  name, unnumbered, unnumbered);
    else if (left.pool.low)
        lines_say(lines,
                  "Bưu cục %s sắp hết số, còn %llu; nhờ quản trị cấp dải mới.\n"
                  "    Numbers run low, %llu left. Ask for a range.\n",
                  name, (unsigned long long)left.pool.left, (unsigned long long)left.pool.left);
    return true;
}

/* One row of the list: refused, passed over, or put among those that go in together. */
static void take_row(struct job *job, const struct list_row *row, struct import_report *report,
                     struct lines *lines)
{
    bool skipped = row->fault == LIST_FAULT_NO_DOSSIER;
    uint64_t said_before = lines->said;
    bool good = row_check(row, report->at, lines, &job->issue[job->n]);
    if (good) {
        row_look(row, job->list->charset, lines);
        job->named[job->n] = lines->said > said_before;
        job->row[job->n++] = row->number;
    }
    report->warned += !good && !skipped;
    report->rows += !skipped;
    report->skipped += skipped;
    report->refused += !good && !skipped;
}

static bool take_rows(const struct import_config *config, struct list *list,
                      struct import_report *report, struct lines *lines, struct error *err)
{
    struct job *job = calloc(1, sizeof *job); /* hundreds of addressees: too much for a stack */
    struct list_row row;
    if (!job)
        return error_set(err, ERROR_LATER, "out of memory");
    job->config = config;
    job->list = list;
    job->id = report->id;
    bool ok = list_again(list, err);
    for (size_t i = 0; i < list->n && ok; i++) {
        ok = list_take(list, &row, err);
        if (ok)
            take_row(job, &row, report, lines);
        if (ok && (job->n == ROWS_AN_ACT || i + 1 == list->n))
            ok = hand_in(job, report, lines, err);
    }
    ok = ok && say_numbers(config, job->unnumbered, lines, err);
    procedure_set_free(job->procedures);
    chain_wipe(&job->run, sizeof job->run); /* the key, when a group failed */
    chain_wipe(&job->draws, sizeof job->draws);
    free(job);
    return ok;
}

/* ------------------------------------------------------------------ how it was read */

static void say_columns(const struct list *list, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < LIST_COLUMNS && n < size; i++)
        if (list->position[i] != 0)
            n += (size_t)snprintf(out + n, size - n, "%s%s=%u", n > 0 ? ", " : "",
                                  list_column_info((enum list_column)i)->vi, list->position[i]);
}

static void say_first_row(void *ctx, const struct list_row *row)
{
    lines_say(ctx, "dòng %u / row %u: %.40s | %.80s | %.160s | %.40s\n", row->number, row->number,
              row->cell[LIST_DOSSIER], row->cell[LIST_NAME], row->cell[LIST_ADDRESS],
              row->cell[LIST_PHONE]);
}

/* The first rows, as they were read. */
static bool show_rows(struct list *list, void (*show)(void *ctx, const struct list_row *row),
                      void *ctx, struct error *err)
{
    struct list_row row;
    bool ok = list_again(list, err);
    for (size_t i = 0; ok && i < list->n && i < ROWS_SHOWN; i++) {
        ok = list_take(list, &row, err);
        if (ok && row.fault == LIST_FAULT_NONE)
            show(ctx, &row);
    }
    return ok;
}

/* UTF-8 needs no word: nothing was guessed. */
static bool say_form(const struct import_config *config, struct list *list, struct lines *lines,
                     struct error *err)
{
    char columns[512];
    bool old = list->charset > CHARSET_UTF8;
    if (*list->sheet != '\0' && (config->dry || list->from_1904))
        lines_say(lines, "Trang tính «%s»%s.\n    Sheet \"%s\"%s.\n", list->sheet,
                  list->from_1904 ? ", ngày đếm từ 1904: xem lại các cột ngày" : "", list->sheet,
                  list->from_1904 ? ", days counted from 1904: look at the columns of days" : "");
    if (old)
        lines_say(
            lines,
            "Bảng mã %s, đã chuyển sang Unicode: xem lại tên và địa chỉ; sai thì nhập lại với "
            "charset=.\n    Encoding %s, converted: look at names; if wrong, say charset=.\n",
            charset_name(list->charset), charset_name(list->charset));
    if (!config->dry)
        return true;
    if (config->shown) {
        config->shown->form(config->shown->ctx, list);
        return show_rows(list, config->shown->row, config->shown->ctx, err);
    }
    say_columns(list, columns, sizeof columns);
    if (!old && *list->sheet == '\0')
        lines_say(lines, "Bảng mã %s, dấu phân cách «%s».\n    Encoding %s, separator \"%s\".\n",
                  charset_name(list->charset),
                  list->separator == '\t' ? "tab" : (char[]){list->separator, 0},
                  charset_name(list->charset),
                  list->separator == '\t' ? "tab" : (char[]){list->separator, 0});
    lines_say(lines, "Cột / columns: %s.\n", columns);
    return show_rows(list, say_first_row, lines, err);
}

static bool look_at_clock(struct record *record, void *arg, struct error *err)
{
    struct import_report *report = arg;
    report->at = record_now(record);
    return error_set(err, ERROR_REPEATED, ONLY_LOOKED);
}

static bool begin(const struct import_config *config, struct import_report *report,
                  struct error *err)
{
    if (!config->dry)
        return config->acts.run(config->acts.self, begin_act, report, err);
    return !config->acts.run(config->acts.self, look_at_clock, report, err) &&
           err->code == ERROR_REPEATED;
}

/* A list has one order of day and month, never told cell by cell [domain.md section 7]: when what
 * can be told is month first throughout, "11/12/2026" of another row would be read wrongly too. */
static bool check_dates(struct list *list, struct error *err)
{
    static const enum list_column columns[] = {LIST_REGISTERED, LIST_RECEIVED};
    uint32_t wrong_row = 0, column = 0;
    struct list_row row;
    for (size_t i = 0; i < list->n; i++) {
        if (!list_take(list, &row, err))
            return false;
        for (size_t k = 0; k < 2; k++) {
            enum date_order order = field_date_order(row.cell[columns[k]]);
            if (order == DATE_DAY_FIRST)
                return true; /* then the others are mistakes, and named by row */
            if (order == DATE_MONTH_FIRST && wrong_row == 0) {
                wrong_row = row.number;
                column = list->position[columns[k]];
            }
        }
    }
    return wrong_row == 0 ||
           error_set(err, ERROR_BAD_INPUT,
                     "dòng %u, cột %u: ngày ghi tháng trước ngày. Chưa nhập; đổi cả cột thành "
                     "ngày/tháng/năm rồi nhập lại. / row %u, column %u: month before day; nothing "
                     "was taken",
                     wrong_row, column, wrong_row, column);
}

/* Named as a workbook, and none by its first bytes: what its rows lack is no help. */
static bool is_false_workbook(int fd, const char *file)
{
    size_t n = strlen(file);
    char first[4] = "";
    if (n < 5 || strcasecmp(file + n - 5, ".xlsx") != 0)
        return false;
    return pread(fd, first, sizeof first, 0) < (ssize_t)sizeof first || !xlsx_is(first, 4);
}

bool import_run(const struct import_config *config, int fd, const char *file,
                struct import_report *ret_report, char **new_lines, struct error *err)
{
    struct import_report report = {.rows = 0};
    struct list list;
    struct lines lines = {.text = NULL};
    text_copy(file, report.file, sizeof report.file);
    if (!list_read(config->reader_program, config->folder, fd, config->charset, &config->names,
                   &list, err)) {
        if (err->code == ERROR_BAD_INPUT && is_false_workbook(fd, file))
            error_set(err, ERROR_BAD_INPUT,
                      "không phải tệp Excel (.xlsx), hoặc tệp hỏng. Chưa nhập; mở bằng Excel, lưu "
                      "lại rồi nhập lại. / no Excel file (.xlsx), or a damaged one: save it again "
                      "in Excel");
        return error_add(err, "%s", report.file);
    }
    bool ok = check_dates(&list, err) && lines_init(&lines, report.file, &list, err) &&
              begin(config, &report, err) && take_rows(config, &list, &report, &lines, err);
    ok = ok && say_form(config, &list, &lines, err) && lines_close(&lines, err);
    if (ok && !config->dry) {
        struct keep keep = {&report, lines.text};
        ok = config->acts.run(config->acts.self, keep_act, &keep, err);
    }
    list_done(&list);
    if (ok) {
        *ret_report = report;
        *new_lines = lines.text;
        lines.text = NULL;
    }
    lines_done(&lines);
    return ok || error_add(err, "%s", report.file);
}

char *import_summary(const struct import_report *report, bool dry, char out[IMPORT_SUMMARY_MAX])
{
    (void)snprintf(out, IMPORT_SUMMARY_MAX,
                   "%s%s: %u hồ sơ; nhập mới %u, đã có %u, có thay đổi %u, "
                   "chưa nhập %u, cần xem %u; bỏ qua %u dòng.\n"
                   "%s%s: %u dossiers; new %u, known %u, changed %u, refused %u, to check %u; "
                   "%u rows skipped.\n",
                   dry ? "XEM TRƯỚC, chưa nhập gì. " : "", report->file, report->rows,
                   report->added, report->present, report->changed, report->refused, report->warned,
                   report->skipped, dry ? "PREVIEW, nothing was kept. " : "", report->file,
                   report->rows, report->added, report->present, report->changed, report->refused,
                   report->warned, report->skipped);
    return out;
}
