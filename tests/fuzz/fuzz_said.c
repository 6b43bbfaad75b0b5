/* What the child that reads a stranger's list tells its parent, should that child be the
 * stranger's: every row it names is text within its bounds, the same at a second look, or it is
 * refused. */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "server/office/list_wire.h"
#include "server/text/text.h"

static size_t walk(struct list *list)
{
    size_t bytes = 0;
    struct error err;
    for (size_t i = 0; i < list->n; i++) {
        struct list_row row;
        invariant(list_take(list, &row, &err));
        invariant(row.fault < LIST_FAULTS && row.column < LIST_COLUMNS);
        for (int k = 0; k < LIST_COLUMNS; k++) {
            size_t n = strlen(row.cell[k]);
            invariant(n <= list_column_info((enum list_column)k)->bytes_max);
            invariant(text_is_utf8(row.cell[k], n));
            bytes += n;
        }
        bytes += strlen(row.written_name) + strlen(row.written_address);
    }
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct list list;
    struct error err = {ERROR_NONE, ""};
    int file = memfd_create("said", MFD_CLOEXEC);
    invariant(file >= 0 && write(file, bytes, n) == (ssize_t)n);
    if (!list_said_open(file, &list, &err)) {
        invariant(err.code == ERROR_BAD_INPUT || err.code == ERROR_BROKEN);
        invariant(utf8_is_text(err.text, strlen(err.text)));
        return 0;
    }
    invariant(list.charset < CHARSETS && text_is_utf8(list.sheet, strlen(list.sheet)));
    size_t once = walk(&list);
    struct list_row beyond;
    invariant(!list_take(&list, &beyond, &err));
    invariant(list_again(&list, &err) && walk(&list) == once);
    list_done(&list);
    return 0;
}
