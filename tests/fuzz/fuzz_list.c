/* A list from a stranger: every line is a record or a sentence with its place, and it ends. */
#include "fuzz.h"
#include "labels/list.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct list_record none;
    struct list_record record = {0};
    struct list *list = NULL;
    struct error err;
    FILE *file = n == 0 ? NULL : fmemopen((void *)bytes, n, "rb");
    if (file == NULL)
        return 0;
    if (!list_open(file, "fuzz", &list, &err)) {
        check_refusal(&err);
        (void)fclose(file);
        return 0;
    }
    size_t lines = 0;
    enum list_got got;
    while ((got = list_next(list, &record, &err)) != LIST_END) {
        struct label label;
        struct labels_row row;
        invariant(++lines <= n + 1);
        if (got == LIST_BAD)
            check_refusal(&err);
        else if (!list_label(&record, &none, &label, &err) || !list_row(&record, &none, &row, &err))
            check_refusal((list_blame(list_name(list), &record, &err), &err));
    }
    invariant(err.code == ERROR_NONE);
    list_record_done(&record);
    list_close(list);
    (void)fclose(file);
    return 0;
}
