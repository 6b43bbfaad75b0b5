#include "labels/items.h"

#include <stdlib.h>
#include <string.h>

static bool no_memory(struct error *err)
{
    return error_set(err, ERROR_LATER, "no memory for the list");
}

/* Whether a record can be printed, as far as it says itself. */
static bool try_record(enum labels_use use, const struct list_record *record,
                       const struct list_record *all, struct error *err)
{
    struct label label;
    struct labels_row row;
    return use == LABELS_FOR_LIST ? list_row(record, all, &row, err)
                                  : list_label(record, all, &label, err);
}

/* Takes every record; false and told when one is bad. */
static bool read_records(struct items *items, struct list *list, enum labels_use use,
                         const struct list_record *all, struct error *err)
{
    size_t bad = 0;
    for (;;) {
        void *records = items->records;
        struct error why = {ERROR_NONE, ""};
        if (!buffer_grow(&records, &items->records_room, items->n_records + 1,
                         sizeof *items->records))
            return no_memory(err);
        items->records = records;
        struct list_record *record = &items->records[items->n_records];
        *record = (struct list_record){0};
        enum list_got got = list_next(list, record, &why);
        if (got == LIST_RECORD) {
            items->n_records++;
            if (try_record(use, record, all, &why))
                continue;
            list_blame(items->name, record, &why);
        }
        if (got == LIST_END && why.code != ERROR_NONE)
            return error_set(err, why.code, "%s", why.text);
        if (got == LIST_END)
            return bad == 0 || error_set(err, ERROR_BAD_INPUT,
                                         "%zu dòng không in được, chưa in gì / rows cannot be "
                                         "printed, nothing was",
                                         bad);
        if (got == LIST_BAD)
            list_record_done(record);
        if (why.code == ERROR_LATER) /* the machine's fault, not the row's */
            return error_set(err, why.code, "%s", why.text);
        bad++;
        fprintf(stderr, "%s\n", why.text);
    }
}

/* An envelope's number, a slip's serial. */
static bool take_labels(struct items *items, enum labels_use use, const struct list_record *all,
                        struct error *err)
{
    items->all = calloc(items->n_records + 1, sizeof *items->all);
    items->numbers = calloc(items->n_records + 1, sizeof *items->numbers);
    if (items->all == NULL || items->numbers == NULL)
        return no_memory(err);
    for (; items->n < items->n_records; items->n++) {
        struct label *label = &items->all[items->n];
        if (!list_label(&items->records[items->n], all, label, err))
            return false;
        const char *number = use == LABELS_FOR_SLIP ? label->serial : label->number;
        items->numbers[items->n] = number == NULL ? "" : number;
    }
    return true;
}

static bool take_rows(struct items *items, const struct list_record *all, struct error *err)
{
    static const struct list_record none = {0};
    items->rows = calloc(items->n_records + 1, sizeof *items->rows);
    if (items->rows == NULL)
        return no_memory(err);
    for (size_t i = 0; i < items->n_records; i++)
        if (!list_row(&items->records[i], all, &items->rows[i], err))
            return false;
    if (!list_label(&none, all, &items->head, err))
        return false;
    size_t n = items->head.serial == NULL ? 0 : strlen(items->head.serial);
    return (n > 0 && n <= LABELS_SERIAL_CHARS) ||
           error_set(err, ERROR_BAD_INPUT, "serial: 1 to %d characters, not %zu (--set serial=...)",
                     LABELS_SERIAL_CHARS, n);
}

/* The sheets of a bảng kê, numbered by its serial. */
static bool take_sheets(struct items *items, const struct labels *labels,
                        const struct list_record *all, struct error *err)
{
    size_t n = 0;
    if (!take_rows(items, all, err) ||
        !labels_list_sheets(labels, items->rows, items->n_records, &n, err))
        return false;
    items->sheets = calloc(n, sizeof *items->sheets);
    items->numbers = calloc(n, sizeof *items->numbers);
    if (items->sheets == NULL || items->numbers == NULL)
        return no_memory(err);
    for (; items->n < n; items->n++) {
        snprintf(items->sheets[items->n], sizeof *items->sheets, "%s-%zu", items->head.serial,
                 items->n + 1);
        items->numbers[items->n] = items->sheets[items->n];
    }
    return true;
}

bool items_read(struct items *items, const char *path, const struct labels *labels,
                const struct list_record *all, struct error *err)
{
    const char *name = path == NULL ? "-" : path;
    (void)snprintf(items->name, sizeof items->name, "%s", name);
    enum labels_use use = labels_about(labels).use;
    struct list *list = NULL;
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rbe");
    if (file == NULL)
        return error_set(err, ERROR_NOT_FOUND, "cannot read %s", name);
    bool done = list_open(file, name, &list, err) && read_records(items, list, use, all, err);
    list_close(list);
    if (file != stdin)
        (void)fclose(file); /* only read */
    return done && (use == LABELS_FOR_LIST ? take_sheets(items, labels, all, err)
                                           : take_labels(items, use, all, err));
}

void items_done(struct items *items)
{
    for (size_t i = 0; i < items->n_records; i++)
        list_record_done(&items->records[i]);
    free(items->records);
    free(items->all);
    free(items->rows);
    free(items->sheets);
    free(items->numbers);
    *items = (struct items){0};
}

bool items_add(const struct items *items, struct labels *labels, const struct spool_item *item,
               size_t *at, struct labels_report *ret_report, struct error *err)
{
    size_t i = 0;
    size_t k = *at;
    for (; i < items->n; i++, k = (k + 1) % items->n)
        if (strcmp(items->numbers[k], item->number) == 0)
            break;
    if (i == items->n)
        return error_set(err, ERROR_NOT_FOUND, "the list has no %s", item->number);
    *at = k;
    struct label label = items->rows == NULL ? items->all[k] : items->head;
    label.copy = item->copy;
    if (items->rows != NULL)
        return labels_add_sheet(labels, &label, items->rows, items->n_records, k, ret_report, err);
    return labels_add(labels, &label, ret_report, err) ||
           list_blame(items->name, &items->records[k], err);
}
