#include "server/office/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/office/rows.h"
#include "server/text/text.h"

#define ROWS_AN_ACT 100 /* some 20 ms of the writer's time; scans wait no longer than that */

/* ------------------------------------------------------------------ numbers */

/* The next number of the pool: n-th of a keyed permutation of all serials of the prefix. */
static bool draw_next(struct record *record, const struct import_config *config,
                      struct item *ret_item, struct error *err)
{
    char pool[32];
    uint8_t key[32];
    uint64_t n = 0;
    (void)snprintf(pool, sizeof pool, "serial %s %s", config->prefix, config->country);
    if (!record_counter_next(record, pool, 1, &n, err))
        return false;
    if (n >= ITEM_SERIALS)
        return error_set(err, ERROR_REFUSED, "dải số %s hết số, nhờ quản trị cấp dải mới",
                         config->prefix);
    chain_keyed_hash(config->secret, LINK_SECRET_BYTES, "trao serial 1", pool, strlen(pool), key,
                     sizeof key);
    bool made =
        item_make(config->prefix, item_draw(key, (uint32_t)n), config->country, ret_item, err);
    chain_wipe(key, sizeof key);
    return made;
}

/* A number that was scanned stands on an envelope already, though no list here knows it: the record
 * was put back to before it was drawn. */
static bool draw_number(struct record *record, const struct import_config *config,
                        struct item *ret_item, struct error *err)
{
    struct view view;
    do
        if (!draw_next(record, config, ret_item, err))
            return false;
    while (views_item(config->views, ret_item, &view));
    return true;
}

/* ------------------------------------------------------------------ one dossier, inside a group */

enum outcome {
    ADDED,
    PRESENT,
    CHANGED_ADDRESS,
    CHANGED_PHONE,
    CHANGED_POSTAGE,
    CHANGED_FEES,
    CHANGED_OWNER_ONLY,
    ANOTHER_PERSON
};

struct job {
    const struct import_config *config;
    const struct list *list;
    uint64_t id;
    struct issue issue[ROWS_AN_ACT];
    uint32_t row[ROWS_AN_ACT];
    enum outcome outcome[ROWS_AN_ACT];
    size_t n;
};

static bool add_item(struct record *record, struct job *job, struct issue *issue, struct error *err)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    issue->fact.job = job->id;
    issue->fact.has_addressee = true;
    return draw_number(record, job->config, &issue->fact.item, err) &&
           addressee_encode(&issue->who, bytes, &n, err) &&
           record_attachment_add(record, bytes, n, &issue->fact.addressee, err) &&
           record_office_add(record, &issue->fact, NULL, err);
}

static bool folds_alike(const char *a, const char *b)
{
    char folded_a[sizeof((struct addressee *)0)->address];
    char folded_b[sizeof folded_a];
    return strcmp(text_fold(a, folded_a, sizeof folded_a),
                  text_fold(b, folded_b, sizeof folded_b)) == 0;
}

/* A tone makes another name (Hà is not Hạ); where it is written does not. */
static bool named_alike(const char *a, const char *b)
{
    char key_a[2 * sizeof((struct addressee *)0)->name];
    char key_b[sizeof key_a];
    return strcmp(text_name_key(a, key_a, sizeof key_a), text_name_key(b, key_b, sizeof key_b)) ==
           0;
}

static enum outcome compare_who(const struct addressee *old, const struct addressee *now)
{
    bool both_known = *old->id_number && *now->id_number;
    if (!named_alike(old->name, now->name) ||
        (both_known && !folds_alike(old->id_number, now->id_number)))
        return ANOTHER_PERSON;
    if (!folds_alike(old->address, now->address))
        return CHANGED_ADDRESS;
    return strcmp(old->phone, now->phone) == 0 ? PRESENT : CHANGED_PHONE;
}

/* A column that this list does not have says nothing. */
static enum outcome compare_terms(const struct list *list, const struct office_fact *old,
                                  const struct office_fact *now)
{
    if (list->position[LIST_POSTAGE] != 0 && old->postage_vnd != now->postage_vnd)
        return CHANGED_POSTAGE;
    if (list->position[LIST_FEES] != 0 && old->fees_vnd != now->fees_vnd)
        return CHANGED_FEES;
    if (list->position[LIST_OWNER_ONLY] != 0 && old->owner_only != now->owner_only)
        return CHANGED_OWNER_ONLY;
    return PRESENT;
}

/* With what was issued; an addressee deleted since compares as the same. */
static bool compare_with(struct record *record, const struct job *job, const struct item *item,
                         const struct issue *now, enum outcome *ret_outcome, struct error *err)
{
    struct office_fact issued;
    struct addressee old;
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    enum outcome outcome = PRESENT;
    if (!record_issued(record, item, &issued, err))
        return false;
    struct error gone = {ERROR_NONE, ""};
    if (record_attachment_get(record, &issued.addressee, bytes, sizeof bytes, &n, &gone)) {
        if (!addressee_decode(bytes, n, &old, err))
            return false;
        outcome = compare_who(&old, &now->who);
    } else if (gone.code != ERROR_NOT_FOUND) {
        return error_set(err, gone.code, "%s", gone.text);
    }
    *ret_outcome = outcome == PRESENT ? compare_terms(job->list, &issued, &now->fact) : outcome;
    return true;
}

static bool take_one(struct record *record, struct job *job, size_t i, struct error *err)
{
    struct item item;
    struct error missing = {ERROR_NONE, ""};
    if (record_item_of_dossier(record, job->issue[i].fact.dossier, &item, &missing))
        return compare_with(record, job, &item, &job->issue[i], &job->outcome[i], err);
    if (missing.code != ERROR_NOT_FOUND)
        return error_set(err, missing.code, "%s", missing.text);
    job->outcome[i] = ADDED;
    return add_item(record, job, &job->issue[i], err);
}

static bool take_act(struct record *record, void *arg, struct error *err)
{
    struct job *job = arg;
    for (size_t i = 0; i < job->n; i++)
        if (!take_one(record, job, i, err))
            return error_add(err, "row %u", job->row[i]);
    return true;
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

static void count(struct import_report *report, struct lines *lines, const struct job *job,
                  size_t i)
{
    static const char *const vi[] = {
        [CHANGED_ADDRESS] = "đã có, địa chỉ khác. Giữ bản cũ; hỏi cơ quan.",
        [CHANGED_PHONE] = "đã có, số điện thoại khác. Giữ bản cũ; hỏi cơ quan.",
        [CHANGED_POSTAGE] = "đã có, cước khác. Giữ bản cũ; hỏi cơ quan.",
        [CHANGED_FEES] = "đã có, phí, lệ phí khác. Giữ bản cũ; hỏi cơ quan.",
        [CHANGED_OWNER_ONLY] = "đã có, «chỉ giao chủ hồ sơ» khác. Giữ bản cũ; hỏi cơ quan.",
        [ANOTHER_PERSON] = "đã có người nhận khác. Giữ bản cũ; hỏi cơ quan.",
    };
    static const char *const en[] = {
        [CHANGED_ADDRESS] = "known with another address; old kept, ask the office",
        [CHANGED_PHONE] = "known with another phone; old kept, ask the office",
        [CHANGED_POSTAGE] = "known with another postage; old kept, ask the office",
        [CHANGED_FEES] = "known with other fees; old kept, ask the office",
        [CHANGED_OWNER_ONLY] = "known with another owner-only mark; old kept, ask the office",
        [ANOTHER_PERSON] = "another person's code; old kept, ask the office",
    };
    static const enum list_column column[] = {
        [CHANGED_ADDRESS] = LIST_DOSSIER,       [CHANGED_PHONE] = LIST_DOSSIER,
        [CHANGED_POSTAGE] = LIST_POSTAGE,       [CHANGED_FEES] = LIST_FEES,
        [CHANGED_OWNER_ONLY] = LIST_OWNER_ONLY, [ANOTHER_PERSON] = LIST_DOSSIER,
    };
    enum outcome outcome = job->outcome[i];
    report->added += outcome == ADDED;
    report->present += outcome == PRESENT;
    report->changed += outcome > PRESENT && outcome < ANOTHER_PERSON;
    report->refused += outcome == ANOTHER_PERSON;
    if (outcome == ADDED || outcome == PRESENT)
        return;
    struct complaint complaint;
    const char *code = job->issue[i].fact.dossier;
    (void)snprintf(complaint.vi, sizeof complaint.vi, "%s %s", code, vi[outcome]);
    (void)snprintf(complaint.en, sizeof complaint.en, "%s: %s", code, en[outcome]);
    lines_add(lines, job->row[i], column[outcome], &complaint);
}

static bool hand_in(const struct import_config *config, struct job *job,
                    struct import_report *report, struct lines *lines, struct error *err)
{
    if (job->n > 0 && !config->acts.run(config->acts.self, take_act, job, err))
        return error_add(err, "%u rows are in, the rest is not; import again", report->added);
    for (size_t i = 0; i < job->n; i++)
        count(report, lines, job, i);
    job->n = 0;
    return true;
}

static bool take_rows(const struct import_config *config, const struct list *list,
                      struct import_report *report, struct lines *lines, struct error *err)
{
    struct job *job = calloc(1, sizeof *job); /* a hundred addressees: too much for a stack */
    if (!job)
        return error_set(err, ERROR_LATER, "out of memory");
    *job = (struct job){.config = config, .list = list, .id = report->id};
    bool ok = true;
    for (size_t i = 0; i < list->n && ok; i++) {
        bool skipped = list->rows[i].fault == LIST_FAULT_NO_DOSSIER;
        bool good =
            row_check(&list->rows[i], report->at, lines, &job->issue[job->n], &report->warned);
        if (good)
            job->row[job->n++] = list->rows[i].number;
        report->rows += !skipped;
        report->skipped += skipped;
        report->refused += !good && !skipped;
        if (job->n == ROWS_AN_ACT || i + 1 == list->n)
            ok = hand_in(config, job, report, lines, err);
    }
    free(job);
    return ok;
}

bool import_run(const struct import_config *config, int fd, const char *file,
                struct import_report *ret_report, char **new_lines, struct error *err)
{
    struct import_report report = {.rows = 0};
    struct list list;
    struct lines lines = {.text = NULL};
    text_copy(file, report.file, sizeof report.file);
    if (!list_read(config->reader_program, fd, &list, err))
        return error_add(err, "%s", report.file);
    bool ok = lines_init(&lines, report.file, &list, err) &&
              config->acts.run(config->acts.self, begin_act, &report, err) &&
              take_rows(config, &list, &report, &lines, err) && lines_close(&lines, err);
    if (ok) {
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

char *import_summary(const struct import_report *report, char out[IMPORT_SUMMARY_MAX])
{
    (void)snprintf(
        out, IMPORT_SUMMARY_MAX,
        "%s: %u hồ sơ; nhập mới %u, đã có %u, có thay đổi %u (giữ bản cũ), "
        "chưa nhập %u, cần xem %u; bỏ qua %u dòng.\n"
        "%s: %u dossiers; new %u, known %u, changed %u (old kept), refused %u, to check %u; "
        "%u rows skipped.\n",
        report->file, report->rows, report->added, report->present, report->changed,
        report->refused, report->warned, report->skipped, report->file, report->rows, report->added,
        report->present, report->changed, report->refused, report->warned, report->skipped);
    return out;
}
